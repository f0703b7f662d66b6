"""The composition root: the only file that names the concrete adapters. Builds the engine's graph; starts nothing
but the database.

`build` returns the engine with the loops to run and the stages to close. Loop's thread; raises StoreError when the
profile's database cannot be opened, and RunwayDesktopError for an address that may not be used.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runway_desktop.catalog import Catalog
from runway_desktop.domain.account import KeyPlace
from runway_desktop.domain.events import Notice
from runway_desktop.domain.profiles import Profile
from runway_desktop.keychain import SystemKeychain
from runway_desktop.services import after_restore
from runway_desktop.services.account import Account
from runway_desktop.services.applications import Applications
from runway_desktop.services.backup.backups import Backups
from runway_desktop.services.backup.finishing import Finished, finish
from runway_desktop.services.backup.restores import Restores
from runway_desktop.services.backup.watching import Watch
from runway_desktop.services.backup.workshop import Workshop
from runway_desktop.services.bin import SystemBin
from runway_desktop.services.budget import Budget
from runway_desktop.services.bus import Bus
from runway_desktop.services.catalog_renewal import CatalogRenewal
from runway_desktop.services.catalog_renewal import in_use as catalog_in_use
from runway_desktop.services.clock import SystemClock
from runway_desktop.services.disk_threads import DiskThreads
from runway_desktop.services.dispatch import Dispatch
from runway_desktop.services.downloads import Downloads
from runway_desktop.services.engine import Engine
from runway_desktop.services.exchange import Exchange
from runway_desktop.services.forecast import Forecasts
from runway_desktop.services.fresh_links import FreshLinks
from runway_desktop.services.input_following import InputFollowing
from runway_desktop.services.input_mending import Mender
from runway_desktop.services.inputs import Inputs
from runway_desktop.services.intake import Intake
from runway_desktop.services.integrity import Integrity
from runway_desktop.services.lane import Lane
from runway_desktop.services.ledger import Ledger
from runway_desktop.services.library import Library
from runway_desktop.services.library_folder import LibraryFolder
from runway_desktop.services.library_move import LibraryMove
from runway_desktop.services.lost_files import LostFiles
from runway_desktop.services.move_group import GroupMover
from runway_desktop.services.poller import Poller
from runway_desktop.services.pricing import Pricing, read_published
from runway_desktop.services.profile_folders import Folders
from runway_desktop.services.profiles import Profiles
from runway_desktop.services.rescue import Rescue
from runway_desktop.services.retrieval import Retrieval
from runway_desktop.services.settings import Settings
from runway_desktop.services.sidecar_keeper import SidecarKeeper
from runway_desktop.services.spending import Spending
from runway_desktop.services.submission import Submission
from runway_desktop.services.verbs import Verbs
from runway_desktop.store import SqliteSnapshots, SqliteStore

from .late import ClosableFetcher, ClosableRunway, LateFetcher, LateRunway
from .lifecycle import Stage

if TYPE_CHECKING:
    from runway_desktop.simulator.child import SimulatorProcess

log = logging.getLogger(__name__)

SETTLE_SECONDS = 8.0
"""How long closing waits for sendings and downloads. A download goes on from its part at the next start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    engine: Engine
    prepare: Callable[[], Coroutine[Any, Any, None]]
    """What the loops need and the first paint does not: to be awaited before they start."""
    loops: tuple[tuple[str, Callable[[], Coroutine[Any, Any, Any]]], ...]
    """Name and work of each loop, to be started in this order once the window is painted."""
    closing: tuple[Stage, ...]
    """After the loops have ended."""
    settling: tuple[Stage, ...]
    """While they still run: finish what is on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where Runway is. `simulate` holds the arguments of a simulator to start as a child, for the demo."""

    base_url: str | None = None
    secret: str | None = None
    simulate: tuple[str, ...] | None = None


def finish_restore(profile: Profile, watch: Watch) -> Finished | None:
    """Puts in its place what a restore of the last run has put together. Blocking, before the list of tasks is
    opened."""
    return finish(profile, SqliteSnapshots(), SystemClock().now(), watch)


async def build(
    profile: Profile, folders: Folders, address: Address, workers: ThreadPoolExecutor, file_workers: Executor
) -> Assembly:
    """`workers` is for short looks (hashing, keychain, parsing), `file_workers` for what touches saved results, which
    may lie on a drive that hangs."""
    loop = asyncio.get_running_loop()
    catalog = await loop.run_in_executor(workers, catalog_in_use, profile.catalogue)
    store = await SqliteStore.open(profile.database)
    try:
        return await _assemble(profile, folders, address, catalog, store, workers, file_workers)
    except BaseException:
        # Its threads would keep the process alive.
        await store.close()
        raise


async def _assemble(
    profile: Profile,
    folders: Folders,
    address: Address,
    catalog: Catalog,
    store: SqliteStore,
    workers: ThreadPoolExecutor,
    file_workers: Executor,
) -> Assembly:
    clock, bus, rng = SystemClock(), Bus(), random.Random()
    loop = asyncio.get_running_loop()
    settings = Settings(store, bus, clock, default_library=profile.library)
    await settings.load()
    folder = LibraryFolder(settings, bus, clock)
    rescue = Rescue(profile.rescued, folder, settings, bus, clock)
    demo = _DemoRunway(address.simulate, workers) if address.simulate is not None else None
    given = demo.secret if demo is not None else address.secret
    place = KeyPlace.DEMO if demo is not None else KeyPlace.ENVIRONMENT

    async def base_url() -> str | None:
        return await demo.base_url() if demo is not None else address.base_url

    async def make_client() -> ClosableRunway:
        client = await loop.run_in_executor(workers, _import_client)
        url = await base_url()
        made: ClosableRunway = client(url, executor=workers) if url else client(executor=workers)
        return made

    async def make_fetcher() -> ClosableFetcher:
        fetcher = await loop.run_in_executor(workers, _import_fetcher)
        made: ClosableFetcher = fetcher()
        return made

    runway, fetcher = LateRunway(make_client), LateFetcher(make_fetcher)

    def make_runway(secret: str) -> LateRunway:
        other = LateRunway(make_client)
        other.use_secret(secret)
        return other

    ledger = Ledger(store, bus, clock)
    pricing = Pricing(store, clock, await loop.run_in_executor(workers, read_published))
    budget = Budget(store, settings, pricing, bus, clock)
    forecasts = Forecasts(store, bus, clock)
    secrets = SystemKeychain(workers)
    account = Account(
        runway,
        make_runway,
        secrets,
        bus,
        clock,
        rng,
        profile=profile.key_name,
        given_secret=given,
        given_place=place,
    )
    dispatch = Dispatch(ledger, runway, account, pricing, bus, clock, rng)
    inputs = Inputs(ledger, runway, store, catalog, bus, clock, workers)
    lane = Lane(ledger, dispatch, inputs, account, settings, budget, forecasts, bus, clock, rng)
    poller = Poller(ledger, runway, account, forecasts, bus, clock, rng, at_once=lambda: settings.poll_limit)
    downloads = Downloads(store, ledger, runway, fetcher, bus, clock, settings, rng, folder, rescue)
    submission = Submission(ledger, store, catalog, clock, workers)
    lost_files = LostFiles(ledger, store, submission, catalog, bus, clock, workers)
    sidecars = SidecarKeeper(store, bus, clock, settings, file_workers)
    verbs = Verbs(ledger, store, runway, account, SystemBin(file_workers), bus, clock, folder.locks, file_workers)
    looking = DiskThreads(3, "look at results")
    integrity = Integrity(store, folder, bus, clock, looking)
    # A thread of its own, which may hang with either folder.
    mover = GroupMover(store, bus, folder, InputFollowing(ledger, store), DiskThreads(1, "move"))
    # The disk of a backup may hang, and results with theirs.
    workshop = Workshop(DiskThreads(2, "backups"))
    backups = Backups(profile, SqliteSnapshots(), workshop, settings, bus, clock)
    engine = Engine(
        bus=bus,
        clock=clock,
        catalog=catalog,
        settings=settings,
        ledger=ledger,
        submission=submission,
        lane=lane,
        poller=poller,
        downloads=downloads,
        folder=folder,
        move=LibraryMove(store, bus, clock, settings, folder, downloads, mover, profile.rescued),
        links=FreshLinks(store, ledger, runway, account, bus, clock),
        library=Library(store, bus, settings, file_workers),
        account=account,
        verbs=verbs,
        pricing=pricing,
        budget=budget,
        spending=Spending(store, runway, catalog, clock, workers),
        forecasts=forecasts,
        intake=Intake(catalog, workers),
        mender=Mender(profile.inputs, workers, thumbnails=profile.posters),
        lost_files=lost_files,
        exchange=Exchange(ledger, store, submission, verbs, catalog, settings, bus, clock, file_workers),
        integrity=integrity,
        retrieval=Retrieval(store, integrity, bus, clock, settings, looking),
        applications=Applications(settings, workers, os.environ, Path.home()),
        renewal=CatalogRenewal(catalog, profile.catalogue, settings, workers),
        profiles=Profiles(
            profile, folders, SqliteSnapshots(), workshop, secrets, SystemBin(workers), clock, rng, _is_in_use
        ),
        backups=backups,
        restores=Restores(profile, folders, SqliteSnapshots(), workshop, clock, rng, store.outputs_in),
        is_demo=demo is not None,
    )
    await after_restore.take_up(ledger, settings)
    dispatch.recall()
    await pricing.load()

    async def in_worker(work: Callable[[], None]) -> None:
        await loop.run_in_executor(workers, work)

    async def stop_demo() -> None:
        if demo is not None:
            await in_worker(demo.stop)

    return Assembly(
        engine=engine,
        prepare=budget.load,
        loops=(
            ("keep settings", settings.run),
            ("library folder", folder.run),
            ("library move", engine.move.run),
            ("account", account.run),
            ("lane", lane.run),
            ("poller", poller.run),
            ("lost files", lost_files.run),
            ("downloads", downloads.run),
            ("sidecars", sidecars.run),
            ("integrity", integrity.run),
            ("unfinished restores", lambda: tell_unfinished(engine)),
            *(() if demo is not None else (("backups", backups.run),)),
        ),
        settling=(
            Stage("sendings", "an id that is on its way is a paid result", lane.settle, SETTLE_SECONDS + 60),
            Stage(
                "downloads",
                "a short rest is finished, a long one goes on next time",
                lambda: downloads.settle(SETTLE_SECONDS),
                SETTLE_SECONDS + 4,
            ),
            Stage("sidecars", "what was rated a moment ago stands beside its result", sidecars.settle, 5),
        ),
        closing=(
            Stage("ledger", "what was answered is written before the store closes", ledger.settle, 10),
            Stage("settings", "drafts and widths are kept", settings.flush, 5),
            Stage("HTTP", "connections close before the loop does", lambda: _close(runway, fetcher), 5),
            Stage("store", "everything that writes has ended", store.close, 10),
            Stage("looks", "what hangs in a drive is left behind", lambda: in_worker(looking.shutdown), 10),
            Stage("disk", "nothing is written any more", lambda: in_worker(folder.shutdown), 10),
            Stage("demo", "nobody asks it any more", stop_demo, 5),
        ),
    )


async def tell_unfinished(engine: Engine) -> None:
    """Takes away what a restore that was killed has left, and says so."""
    for taken in await engine.restores.clean_up() if engine.restores is not None else ():
        words = f"A restore was not finished. What it had put into “{taken.folder.name}” was taken away again."
        engine.bus.tell(Notice(words, "Everything is still in the backup: restore it once more to have it here."))


async def _close(runway: LateRunway, fetcher: LateFetcher) -> None:
    await runway.close()
    await fetcher.close()


def _import_client() -> Any:
    from runway_desktop.api.client import RunwayClient

    return RunwayClient


def _import_fetcher() -> Any:
    from runway_desktop.api.fetcher import HttpFetcher

    return HttpFetcher


def _is_in_use(folder: Path) -> bool:
    # Qt comes with it, which the engine does not need.
    from .single_instance import is_in_use

    return is_in_use(folder)


def demo_secret() -> str:
    """The made-up key that the simulator takes."""
    from runway_desktop.simulator.child import DEMO_SECRET

    return DEMO_SECRET


def start_simulator(arguments: Sequence[str]) -> SimulatorProcess:
    """A simulator as a child process; it ends with this one at the latest. Blocking until it is ready."""
    from runway_desktop.simulator.child import SimulatorProcess

    return SimulatorProcess.start(list(arguments))


class _DemoRunway:
    """The simulator as a child process, started when its address is first needed."""

    def __init__(self, arguments: tuple[str, ...], workers: ThreadPoolExecutor) -> None:
        self._arguments = arguments
        self._workers = workers
        self._lock = asyncio.Lock()
        self._process: SimulatorProcess | None = None
        self.secret = demo_secret()

    async def base_url(self) -> str:
        async with self._lock:
            if self._process is None or not self._process.is_running():
                self._process = await asyncio.get_running_loop().run_in_executor(self._workers, self._start)
            return self._process.base_url

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()

    def _start(self) -> SimulatorProcess:
        return start_simulator(self._arguments)
