"""Composition root: the only module that names the concrete adapters. Builds the engine; starts nothing but the
database.

`build` returns the engine with the loops to run and the shutdown stages. Loop's thread; raises StoreError if the
profile's database cannot be opened, and RunwayDesktopError for an address that must not be used.

`LateRunway` and `LateFetcher` are built at first use, so that the window is painted before httpx is imported and the
demo's simulator has started. They implement the ports of what they build. If building fails they raise NotReached,
since nothing was sent. Loop's thread only; building may use a worker thread.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, TypeVar

from runway_desktop.catalog import Catalog
from runway_desktop.domain.account import Fingerprint, KeySource, fingerprint_of
from runway_desktop.domain.errors import DamagedList, NotReached, RunwayDesktopError, StoreError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.library import Document
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.keychain import SystemKeychain
from runway_desktop.services.clock import LONGEST_CREATE, SystemClock
from runway_desktop.services.disk.disk_threads import DiskThreads, in_worker
from runway_desktop.services.disk.profile_folders import ProfileFolders, has_been_used
from runway_desktop.services.engine import Engine, Outside
from runway_desktop.services.money.pricing import read_published
from runway_desktop.services.tasks import after_restore
from runway_desktop.store import SqliteStore
from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .stages import ClosingStage

if TYPE_CHECKING:
    from runway_desktop.domain.outputs import Stream
    from runway_desktop.services.backup.restoring import RestorePreview
    from runway_desktop.services.backup.watching import Watch
    from runway_desktop.services.ports import ClosableRunway, Fetcher, Hooks, Snapshots

    from .demo import Demo, DemoWishes

    class ClosableFetcher(Fetcher, Protocol):
        async def aclose(self) -> None: ...


log = logging.getLogger(__name__)

SETTLE_SECONDS = 8.0
"""Seconds that shutdown waits for downloads, which resume at the next start."""
WRITE_SECONDS = 30.0
"""Seconds to store the answer of a create if disk or database do not work."""


Loops = tuple[tuple[str, Callable[[], Coroutine[Any, Any, Any]]], ...]
"""Name and coroutine function of each loop, in the order of their start."""


class Assembly(Struct, frozen=True, kw_only=True, eq=False):
    """The engine with the loops to run and the shutdown stages."""

    engine: Engine
    prepare: Callable[[], Coroutine[Any, Any, Loops]]
    """Builds what the first paint does not need, and returns the loops. Call after the first paint."""
    check: Callable[[], Coroutine[Any, Any, None]]
    """Checks the whole database on a separate thread; nothing is sent before it has succeeded. Run it concurrently with
    the loops. Raises DamagedList."""
    closing: tuple[ClosingStage, ...]
    """Stages after the loops have ended."""
    demo: Demo | None = None
    settling: tuple[ClosingStage, ...]
    """Stages while the loops still run: finish work in progress. Canceling them loses nothing."""
    giving_up: tuple[ClosingStage, ...]
    """Stages after that: abort what is still in progress."""


class Address(Struct, frozen=True, kw_only=True):
    """Where Runway is; with `demo` a simulator in a child process."""

    base_url: str | None = None
    secret: str | None = None
    demo: DemoWishes | None = None

    @property
    def url(self) -> str:
        """Empty for the demo, whose simulator has a new address in each run."""
        from runway_desktop.api.address import DEFAULT_BASE_URL

        return "" if self.demo is not None else (self.base_url or DEFAULT_BASE_URL).rstrip("/")


def finish_restore(profile: Profile, watch: Watch) -> bool:
    """Puts in place what the last run's restore has prepared. Blocking; call before the list of tasks is opened."""
    from runway_desktop.services.backup.finishing import finish

    return finish(profile, _snapshots(), SystemClock().now(), watch)


def checked_backups(profile: Profile, watch: Watch) -> Iterator[RestorePreview | Path]:
    """The backups of a profile whose list cannot be opened, each checked. Blocking."""
    from runway_desktop.services.backup import restores

    return restores.checked_backups(profile, _snapshots(), watch)


def restore_damaged(profile: Profile, path: Path, watch: Watch) -> None:
    """Schedules a backup to replace the damaged list at the next start. Blocking."""
    from runway_desktop.services.backup import restores

    restores.restore_damaged(profile, _snapshots(), path, SystemClock().now(), watch)


def begin_empty(profile: Profile) -> None:
    """Replaces the damaged list by an empty one. Its files are kept. Blocking."""
    from runway_desktop.services.backup import restores

    restores.begin_empty(profile, _snapshots(), SystemClock().now())


async def build(
    profile: Profile,
    folders: ProfileFolders,
    address: Address,
    workers: Executor,
    file_workers: Executor,
    *,
    state: Path,
    secrecy: KnownSecrets | None = None,
    renewing: Callable[[], None] = lambda: None,
) -> Assembly:
    """`workers` is for short tasks (hashing, parsing), `file_workers` for saved results, whose drive may hang. `state`
    is a folder outside of the profile's for what this computer knows about it. Each key is added to `secrecy`.
    `renewing` is called on a database thread if an older version's list is migrated."""
    secrecy = KnownSecrets() if secrecy is None else secrecy
    if address.secret:
        secrecy.add(address.secret)
    catalog = await in_worker(workers, Catalog.load)
    demo = _demo(profile, address.demo, workers) if address.demo is not None else None
    if demo is not None:
        await in_worker(workers, demo.begin)
    is_expected = await in_worker(workers, has_been_used, profile)
    store = await SqliteStore.open(profile.database, is_expected=is_expected, renewing=renewing, threads=DiskThreads)
    try:
        return await _assemble(profile, folders, address, demo, catalog, store, workers, file_workers, state, secrecy)
    except BaseException:
        # Its threads would keep the process alive.
        await store.close()
        raise


async def _assemble(
    profile: Profile,
    folders: ProfileFolders,
    address: Address,
    demo: Demo | None,
    catalog: Catalog,
    store: SqliteStore,
    workers: Executor,
    file_workers: Executor,
    state: Path,
    secrecy: KnownSecrets,
) -> Assembly:
    given = demo.secret if demo is not None else address.secret
    source = KeySource.DEMO if demo is not None else KeySource.ENVIRONMENT

    async def base_url() -> str:
        return await demo.base_url() if demo is not None else address.url

    async def make_client() -> ClosableRunway:
        return await in_worker(workers, _client_of, await base_url(), workers)

    async def make_fetcher() -> ClosableFetcher:
        return await in_worker(workers, _fetcher_for, await base_url())

    runway, fetcher = LateRunway(make_client, secrecy), LateFetcher(make_fetcher)

    def make_runway(secret: str) -> LateRunway:
        other = LateRunway(make_client, secrecy)
        other.use_secret(secret)
        return other

    engine = Engine(
        Outside(
            profile=profile,
            folders=folders,
            state=state,
            catalog=catalog,
            prices=await in_worker(workers, read_published),
            clock=SystemClock(),
            rng=random.Random(),
            store=store,
            snapshots=_snapshots,
            runway=runway,
            make_runway=make_runway,
            fetcher=fetcher,
            # Separate threads, since the keychain may wait for the user forever.
            secrets=SystemKeychain(DiskThreads(2, "keychain")),
            secrecy=secrecy,
            given_secret=given,
            given_source=source,
            workers=workers,
            file_workers=file_workers,
            threads=DiskThreads,
            home=Path.home(),
            make_hooks=make_hooks,
            is_demo=demo is not None,
        )
    )
    await engine.settings.load()
    # Created now, so that it sees every later change of a task; they could not be found out afterwards.
    sidecars = engine.sidecars
    await after_restore.take_up(engine.ledger, engine.settings)
    await engine.pricing.load()
    if versions := await store.documents(Document.WORKFLOW):
        # Before the list is read, which shows their names. Without any, nothing of them is imported.
        await engine.workflows.learn(versions)
    if routers := await store.documents(Document.ROUTER):
        engine.routers.learn(routers)
    if engine.settings.hook:
        # Likewise, also where the loops never run.
        engine.hooks  # noqa: B018

    sound = asyncio.Event()

    async def check() -> None:
        # On a worker thread, since it imports much.
        await in_worker(workers, import_module, "runway_desktop.services.backup.backups")
        await _until_checked(engine, store)
        sound.set()

    async def prepare() -> Loops:
        # On a worker thread, likewise.
        await in_worker(workers, import_module, "runway_desktop.usecases.hooks")
        await engine.make_what_runs()
        await engine.budget.load()
        return (
            *(() if demo is None else (("studio", lambda: demo.furnish(engine, store)),)),
            *(() if demo is None else (("own first task", lambda: demo.let_own_task_lead(engine)),)),
            ("keep settings", engine.settings.run),
            ("library folder", engine.folder.run),
            ("library move", engine.move.run),
            ("account", engine.account.run),
            ("prices of the queue", engine.measure_queue),
            ("lane", lambda: _send(engine, sound, demo)),
            ("cast", engine.cast.load),
            ("poller", engine.poller.run),
            ("lost files", engine.missing_inputs.run),
            ("downloads", engine.downloads.run),
            ("sidecars", sidecars.run),
            ("integrity", engine.integrity.run),
            ("requests of clients", engine.clients.run),
            ("unfinished restores", clean_up),
            *(() if engine.backups is None or engine.is_demo else (("backups", engine.backups.run),)),
        )

    async def clean_up() -> None:
        # Restoring is imported only if a restore has left something.
        if await in_worker(workers, folders.has_unfinished, profile):
            await clear_unfinished_restores(engine)

    async def stop_demo() -> None:
        if demo is not None:
            await in_worker(workers, demo.stop)

    return Assembly(
        engine=engine,
        prepare=prepare,
        check=check,
        demo=demo,
        settling=(
            # An id in transit is a paid result.
            ClosingStage("sendings", lambda: _settle(engine, "lane"), LONGEST_CREATE + WRITE_SECONDS),
            # A short rest is finished; a long one resumes at the next start.
            ClosingStage("downloads", lambda: _settle(engine, "downloads", SETTLE_SECONDS), SETTLE_SECONDS + 4),
            # The latest rating is also written to the sidecar.
            ClosingStage("sidecars", sidecars.settle, 5),
        ),
        # A create without an answer becomes uncertain, which must be stored.
        giving_up=(ClosingStage("late sendings", lambda: _give_up_sendings(engine, runway), 10),),
        closing=(
            # Answers are written before the store closes.
            ClosingStage("ledger", engine.ledger.settle, 10),
            # What it has to read is read. It runs after the profile was released.
            ClosingStage("hook", lambda: _settle(engine, "hooks"), 5),
            # Drafts and column widths are stored.
            ClosingStage("settings", engine.settings.flush, 5),
            # Connections close before the loop.
            ClosingStage("HTTP", lambda: _close(runway, fetcher), 5),
            # All writers have ended.
            ClosingStage("store", store.close, 10),
            # Threads that hang in a drive are abandoned.
            ClosingStage("looks", lambda: in_worker(workers, _leave, engine), 10),
            # Nothing writes any more.
            ClosingStage("disk", lambda: in_worker(workers, engine.folder.shutdown), 10),
            # Nothing calls it any more.
            ClosingStage("demo", stop_demo, 5),
        ),
    )


async def _until_checked(engine: Engine, store: SqliteStore) -> None:
    """If a daily check found damage, the check is a full one, since a quick one may not find it. Raises DamagedList;
    other errors say nothing about the list, and it retries."""
    from runway_desktop.services.backup.backups import CHECKED, DAMAGED
    from runway_desktop.services.tasks.copy_check import TRY_AGAIN_AFTER

    told = False
    while True:
        try:
            await store.check(whole=engine.settings.get(CHECKED) == DAMAGED)
            return
        except DamagedList:
            raise
        except StoreError as error:
            log.warning("The list of tasks could not be checked: %s (%s)", error, error.detail)
            if not told:
                told = True
                engine.bus.tell(Notice(Text("Nothing is sent for now."), error.text, is_problem=True))
            await engine.clock.sleep(TRY_AGAIN_AFTER)


async def _send(engine: Engine, sound: asyncio.Event, demo: Demo | None) -> None:
    """Runs the lane, once the list is known to be intact and not a copy."""
    await sound.wait()
    if demo is not None:
        await demo.stands.wait()
    await engine.copies.until_checked()
    await engine.lane.run()


async def _settle(engine: Engine, name: str, *within: float) -> None:
    if engine.is_made(name):
        await getattr(engine, name).settle(*within)


async def _give_up_sendings(engine: Engine, runway: LateRunway) -> None:
    """Aborts requests being sent; an answer that arrives at this moment is stored."""
    if engine.is_made("lane") and engine.lane.is_sending:
        await runway.aclose()
        await engine.lane.settle()


def _leave(engine: Engine) -> None:
    """On a worker thread."""
    if engine.is_made("looking"):
        engine.looking.shutdown()
    if engine.is_made("accepted_ids") and engine.accepted_ids is not None:
        engine.accepted_ids.shutdown()


async def clear_unfinished_restores(engine: Engine) -> None:
    """Removes what killed restores left in other folders, and tells the person of each folder."""
    for taken in await engine.restores.clean_up() if engine.restores is not None else ():
        said = Text("A restore was interrupted. What it had put into “{folder}” was removed again.")
        engine.bus.tell(
            Notice(
                said.with_(folder=taken.folder.name),
                Text("Everything is still in the backup. Restore it again to have it here."),
            )
        )


async def _close(runway: LateRunway, fetcher: LateFetcher) -> None:
    await runway.aclose()
    await fetcher.aclose()


def _snapshots() -> Snapshots:
    from runway_desktop.store.snapshots import SqliteSnapshots

    return SqliteSnapshots()


def _client_of(url: str, workers: Executor) -> ClosableRunway:
    """Blocking: imports httpx, and reads the system's certificates."""
    from runway_desktop.api.client import RunwayClient

    return RunwayClient(url, executor=workers)


def _fetcher_for(url: str) -> ClosableFetcher:
    """Blocking, likewise."""
    from runway_desktop.api.fetcher import HttpFetcher

    return HttpFetcher(url)


def make_hooks(engine: Engine) -> Hooks:
    from runway_desktop.usecases.hooks import Hooks as OwnHooks

    def post(address: str, content: bytes, seconds: float) -> None:
        from runway_desktop.api.posting import post as send

        send(address, content, seconds)

    def answer(*of: Any, **more: Any) -> Struct:
        from runway_desktop.usecases.clients.task_answer import task_answer

        return task_answer(*of, **more)

    return OwnHooks(engine, post, answer)


def _demo(profile: Profile, wishes: DemoWishes, workers: Executor) -> Demo:
    """Imported only for the demo."""
    from .demo import Demo

    return Demo(profile, wishes, workers)


class _Closable(Protocol):
    async def aclose(self) -> None: ...


Made = TypeVar("Made", bound=_Closable)
Asks = ParamSpec("Asks")
Told = TypeVar("Told")


class Late(Generic[Made]):
    """Builds one object at first use; after a failure the next call retries. Raises NotReached if it cannot be
    built."""

    def __init__(self, make: Callable[[], Awaitable[Made]]) -> None:
        self._make = make
        self._lock = asyncio.Lock()
        self.made: Made | None = None

    async def get(self) -> Made:
        async with self._lock:
            if self.made is None:
                self.made = await self._make_it()
            return self.made

    async def aclose(self) -> None:
        if self.made is not None:
            await self.made.aclose()

    async def _make_it(self) -> Made:
        try:
            return await self._make()
        except RunwayDesktopError as error:
            # For instance an address that must not be used: nothing was sent.
            raise NotReached(error.said, advice=error.advises, detail=error.detail) from error
        except Exception as error:
            # For instance the simulator does not start, a library is missing, or the program is closing.
            log.warning("What speaks with Runway could not be made", exc_info=True)
            message = Text("The connection to Runway could not be started.")
            raise NotReached(message, advice=Text("Start the program again."), detail=f"{error}") from error


class _Call(Generic[Asks, Told]):
    """A call of the client, which is built before it."""

    def __init__(self, of: Callable[[ClosableRunway], Callable[Asks, Awaitable[Told]]]) -> None:
        self._of = of

    def __get__(self, runway: LateRunway, _: type[LateRunway]) -> Callable[Asks, Coroutine[Any, Any, Told]]:
        async def call(*given: Asks.args, **named: Asks.kwargs) -> Told:
            return await self._of(await runway._client())(*given, **named)

        return call


class LateRunway:
    """Implements `Runway`. A secret set before the client exists is passed on when it is built. If the key changes
    while a call waits for that, the call is not sent. Each secret is registered in `secrecy` until `aclose`."""

    create = _Call(lambda client: client.create)
    design_voice = _Call(lambda client: client.design_voice)
    routers = _Call(lambda client: client.routers)
    router_requests = _Call(lambda client: client.router_requests)
    task = _Call(lambda client: client.task)
    run = _Call(lambda client: client.run)
    workflows = _Call(lambda client: client.workflows)
    workflow = _Call(lambda client: client.workflow)
    delete = _Call(lambda client: client.delete)
    organization = _Call(lambda client: client.organization)
    usage = _Call(lambda client: client.usage)
    upload = _Call(lambda client: client.upload)

    def __init__(self, make: Callable[[], Awaitable[ClosableRunway]], secrecy: KnownSecrets) -> None:
        self._secrecy = secrecy
        self._late = Late(make)
        self._secret: str | None = None
        self.key: Fingerprint = fingerprint_of(None)

    def use_secret(self, secret: str | None) -> None:
        if secret and secret != self._secret:
            self._secrecy.add(secret)
        self._secret = secret
        self.key = fingerprint_of(secret)
        if self._late.made is not None:
            self._late.made.use_secret(secret)

    async def aclose(self) -> None:
        await self._late.aclose()
        # A second call must not discard a secret that another client uses.
        secret, self._secret = self._secret, None
        if secret:
            self._secrecy.discard(secret)

    async def _client(self) -> ClosableRunway:
        new, key = self._late.made is None, self.key
        client = await self._late.get()
        if new:
            client.use_secret(self._secret)
        if key != self.key:
            raise NotReached(Text("The key was changed before anything was sent."), advice=Text("Try again."))
        return client


class LateFetcher:
    """Implements `Fetcher`."""

    def __init__(self, make: Callable[[], Awaitable[ClosableFetcher]]) -> None:
        self._late = Late(make)

    @asynccontextmanager
    async def open(self, url: str, *, offset: int = 0, etag: str = "") -> AsyncIterator[Stream]:
        fetcher = await self._late.get()
        async with fetcher.open(url, offset=offset, etag=etag) as stream:
            yield stream

    async def aclose(self) -> None:
        await self._late.aclose()
