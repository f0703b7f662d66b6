"""The engine on fakes, for its tests: time, Runway, keychain, bin and disk in memory; nothing passes or happens by
itself.

async with Rig() as rig:
    [task_id] = await rig.submit(request())
    await rig.clock.advance(10)
    assert await rig.state(task_id) is State.PENDING
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable, Collection
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.labels import LEARNED
from runway_desktop.domain.caps import HeldBack, Kept, LaneReason
from runway_desktop.domain.events import Event
from runway_desktop.domain.prices import PublishedPrice
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.task import Hold, HoldCode, Request, State, Task, TaskId
from runway_desktop.domain.workflows.routing import GENERATE
from runway_desktop.domain.workflows.runs import WORKFLOW
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.disk.list_markers import ListMarkers
from runway_desktop.services.engine import Engine
from runway_desktop.services.learned import Routers
from runway_desktop.services.money.budget import Budget
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.services.money.spending import Spending
from runway_desktop.services.ports import Snapshots
from runway_desktop.services.results.own_folders import OwnFolders
from runway_desktop.services.results.trash import Trash
from runway_desktop.services.settings import PAUSED, Settings
from runway_desktop.services.tasks import after_restore
from runway_desktop.services.tasks.accepted_ids import AcceptedIds
from runway_desktop.services.tasks.actions import TaskActions
from runway_desktop.services.tasks.adoption import Adoption
from runway_desktop.services.tasks.asking import Asking
from runway_desktop.services.tasks.copy_check import CopyCheck
from runway_desktop.services.tasks.dispatch import Dispatch
from runway_desktop.services.tasks.lane import Lane
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.services.tasks.missing_inputs import MissingInputs
from runway_desktop.services.tasks.outlook import Forecasts
from runway_desktop.services.tasks.poller import Poller
from runway_desktop.services.tasks.queue_acts import QueueActs
from runway_desktop.services.tasks.submission import Submission
from runway_desktop.services.tasks.uploads import Inputs
from runway_desktop.values import replace
from tests.rigs import sent
from tests.rigs.fake_runway import FakeRunway
from tests.rigs.fakes import FakeClock, MemoryBin, MemorySecrets, MemoryStore, settle

CATALOG = Catalog.load()
"""One for all tests of a process, since reading it takes longer than most of them."""


def forget_learned() -> None:
    """What a test taught the catalog, so that the next one finds what is in the file."""
    for endpoint in (WORKFLOW, *GENERATE):
        CATALOG.learn(endpoint, ())
    LEARNED.clear()


Kind = TypeVar("Kind", bound=Event)


class ToldNextTurn(Future[Any]):
    """As a thread's is: from Python 3.14 on, a loop takes what is done already without a turn."""

    def add_done_callback(self, fn: Callable[[Future[Any]], object]) -> None:
        super().add_done_callback(lambda _: asyncio.get_running_loop().call_soon(fn, self))


class AtOnce(Executor):
    """A worker that does the work while it is handed over: no thread, nothing to wait for."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future() if sys.version_info < (3, 14) else ToldNextTurn()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - a worker hands on whatever its work raised
            future.set_exception(error)
        return future


def request(
    prompt: str = "A lighthouse in the fog", *, model: str = "gen4.5", endpoint: str = "text_to_video", **values: Any
) -> Request:
    wire = {"promptText": prompt, "ratio": "1280:720", "duration": 5, **values}
    return Request(endpoint=endpoint, model=model, values=wire, prompt=prompt)


def with_picture(uri: str, model: str = "gen4_turbo") -> Request:
    return request(model=model, endpoint="image_to_video", promptImage=uri)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a list of tasks lies, so that it is known for a copy. The folders are real, on this disk."""

    folder: Path
    state: Path
    snapshots: Callable[[], Snapshots]
    machine: str = "this computer"
    workers: Executor = field(default_factory=AtOnce)


class NoCopies:
    """For tests that copy nothing."""

    async def check(self) -> None: ...

    async def until_checked(self) -> None: ...

    async def compare(self, *_: object) -> bool:
        return True

    async def note_sending(self) -> None: ...


def keeps(parts: Rig | Engine, task_id: TaskId) -> Kept | None:
    """What keeps a task in the queue; None if it is not there."""
    task = parts.ledger.get_open(task_id)
    return parts.lane.keeps(task) if task is not None else None


def kept_by(parts: Rig | Engine, task_id: TaskId) -> LaneReason | None:
    """What of the lane keeps it."""
    return kept.lane if (kept := keeps(parts, task_id)) is not None else None


def held_by(parts: Rig | Engine, task_id: TaskId) -> HeldBack | None:
    """The cap or balance that keeps it."""
    return kept.held if (kept := keeps(parts, task_id)) is not None else None


class Rig:
    """`loops` names what runs by itself while the rig is open: "lane", "poller", "account". `ids` is where the file of
    accepted ids lies; None: there is none. `paused`: the lane is paused as soon as it runs."""

    def __init__(
        self,
        *,
        store: MemoryStore | None = None,
        runway: FakeRunway | None = None,
        clock: FakeClock | None = None,
        secret: str | None = "key_test",
        secrets: MemorySecrets | None = None,
        loops: tuple[str, ...] = ("lane", "poller"),
        seed: int = 1,
        place: Place | None = None,
        ids: Path | None = None,
        prices: tuple[PublishedPrice, ...] = (),
        paused: bool = False,
    ) -> None:
        self.store = store or MemoryStore()
        self.runway = runway or FakeRunway()
        self.clock = clock or FakeClock()
        self.secrets = secrets or MemorySecrets()
        self.bin = MemoryBin()
        self.bus = Bus()
        self.events: list[Event] = []
        self.bus.listen(self.events.append)
        self.tested: list[FakeRunway] = []
        rng = random.Random(seed)
        self.settings = Settings(self.store, self.bus, self.clock, default_library=Path("/library"))
        self.folder = LibraryFolder(self.settings, self.bus, self.clock, lambda *_: AtOnce())
        self.ledger = Ledger(self.store, self.bus, self.clock, CATALOG.makes)
        self.account = Account(self.runway, self._make_runway, self.secrets, self.bus, self.clock, rng, "test", secret)
        self.routers = Routers(self.store, self.runway, CATALOG, self.clock)
        self.pricing = Pricing(self.store, self.clock, prices, self.routers.most)
        self.budget = Budget(self.store, self.settings, self.pricing, self.bus, self.clock)
        self.spending = Spending(self.store, self.runway, CATALOG, self.clock, AtOnce())
        self.forecasts = Forecasts(self.store, self.bus, self.clock)
        self.inputs = Inputs(self.ledger, self.runway, self.store, CATALOG, self.bus, self.clock, AtOnce())
        self.adoption = Adoption(self.ledger, self.store, self.clock, key_in_use=lambda: self.runway.key)
        self.copies = self._copies(place) if place is not None else cast(CopyCheck, NoCopies())
        checkpoint = self.store.checkpoint
        self.ids = AcceptedIds(ids, AtOnce(), self.bus, self.clock, checkpoint) if ids is not None else None
        self._ids_path = ids
        dispatch = Dispatch(
            self.ledger,
            self.runway,
            self.account,
            self.pricing,
            CATALOG,
            self.bus,
            self.clock,
            rng,
            self.copies,
            self.routers,
            self.ids,
        )
        self.lane = Lane(
            self.ledger,
            dispatch,
            self.inputs,
            self.account,
            self.settings,
            self.budget,
            self.forecasts,
            self.bus,
            self.clock,
            rng,
        )
        self.queue_acts = QueueActs(self.ledger, self.lane.caps, self.lane.retry)
        self.submission = Submission(
            self.ledger, self.store, self.queue_acts, self.adoption, CATALOG, self.clock, AtOnce()
        )
        self.missing_inputs = MissingInputs(
            self.ledger, self.store, self.submission, CATALOG, self.bus, self.clock, AtOnce()
        )
        self.asking = Asking(self.runway, self.ledger, self.clock)
        self.actions = TaskActions(
            self.ledger, self.store, self.runway, self.asking, self.account, self.bus, self.clock
        )
        self.poller = Poller(
            self.ledger,
            self.runway,
            self.asking,
            self.account,
            self.forecasts,
            self.bus,
            self.clock,
            rng,
            self.actions.finish_cancel,
        )
        own = OwnFolders(self.settings, Path("/profile"))
        self.trash = Trash(self.store, self.bin, self.bus, self.clock, self.folder.locks, own, AtOnce())
        self._loops, self._paused = loops, paused
        self._running: list[asyncio.Task[None]] = []

    def _make_runway(self, secret: str) -> FakeRunway:
        client = FakeRunway(secret=secret)
        client.account = self.runway.account
        client._scripts = self.runway._scripts
        self.tested.append(client)
        return client

    def _copies(self, place: Place) -> CopyCheck:
        folder = place.folder
        return CopyCheck(
            Profile(name="test", folder=folder, library=folder / "results", key_name="test"),
            ListMarkers(place.state, lambda _: place.machine),
            self.ledger,
            self.store,
            self.settings,
            self.bus,
            self.clock,
            place.workers,
            place.snapshots,
        )

    async def __aenter__(self) -> Self:
        await self.settings.load()
        await self.pricing.load()
        await after_restore.take_up(self.ledger, self.settings)
        await self.copies.check()
        await self.budget.load()
        await self.account.start()
        for name in self._loops:
            self._running.append(asyncio.create_task(getattr(self, name).run(), name=name))
        await settle()
        if self._paused:
            await self.lane.pause()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """As the program closes: loops are canceled and their end is awaited."""
        for loop in self._running:
            loop.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.ledger.settle()
        if self.ids is not None:
            await self.ids.close()

    def kill(self, but: Collection[asyncio.Task[Any]] = ()) -> Rig:
        """As if the program were killed now: nothing is awaited, and of all that runs only `but` goes on. Gives the
        next run on the same disk, not yet started."""
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task() and task not in but:
                task.cancel()
        return Rig(store=self.store, runway=self.runway, clock=self.clock, loops=self._loops, ids=self._ids_path)

    async def submit(self, *requests: Request, send_now: bool = True, **more: Any) -> tuple[TaskId, ...]:
        """Puts tasks into the lane and lets everything happen that needs no time. Without `send_now` they wait for the
        person."""
        was_paused = self.settings.paused
        if not send_now:
            self.settings.set(PAUSED, True)
        ids = await sent.submit(self, requests, **more)
        if not send_now:
            await self.ledger.change_many(
                ids, lambda task: replace(task, hold=Hold(HoldCode.WAITS_FOR_PERSON)), "waits"
            )
            self.settings.set(PAUSED, was_paused)
        await settle()
        return ids

    async def task(self, task_id: TaskId) -> Task:
        task = await self.store.get(task_id)
        assert task is not None
        return task

    async def state(self, task_id: TaskId) -> State:
        """As it is on disk."""
        return (await self.task(task_id)).state

    async def kinds(self, task_id: TaskId) -> list[str]:
        """The words of the ledger's lines."""
        return [entry.kind for entry in await self.store.ledger(task_id)]

    def told(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]


def idle(**more: Any) -> Rig:
    """Nothing runs by itself."""
    return Rig(loops=(), **more)


def lane(**more: Any) -> Rig:
    """The lane alone runs."""
    return Rig(loops=("lane",), **more)


def prompts(rig: Rig) -> list[str]:
    """Of what was sent to Runway, in order."""
    return [call.arguments[1]["promptText"] for call in rig.runway.named("create")]
