"""The engine with its real client and its real database against the simulator. Both live in the same quick time: a
second of theirs is a few milliseconds of ours."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from runway_desktop.api.client import RunwayClient
from runway_desktop.api.connections import Patience
from runway_desktop.api.fetcher import HttpFetcher
from runway_desktop.domain.library import Listing
from runway_desktop.domain.task import State, Task
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.results.downloads import Downloads
from runway_desktop.simulator import app
from runway_desktop.simulator.app import Simulator
from runway_desktop.simulator.faults import Fault
from runway_desktop.simulator.server import running_simulator
from runway_desktop.simulator.world import Knobs
from runway_desktop.store.sqlite_store import SqliteStore
from tests.rigs.engine_rig import CATALOG, Rig

RATE = 180.0


class QuickClock:
    """Three minutes in a second, unless `rate` says otherwise. Fits `services.ports.Clock`."""

    def __init__(self, rate: float = RATE) -> None:
        self._rate = rate

    def now(self) -> float:
        return 1_750_000_000.0 + self.monotonic()

    def monotonic(self) -> float:
        return time.monotonic() * self._rate

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds / self._rate))

    def call_later(self, seconds: float, call: Callable[[], object]) -> Callable[[], object]:
        return asyncio.get_running_loop().call_later(max(0.0, seconds / self._rate), call).cancel


@asynccontextmanager
async def simulated(*faults: Fault, **knobs: Any) -> AsyncIterator[tuple[Simulator, QuickClock]]:
    clock = QuickClock()
    async with running_simulator(Knobs(seed=3, **knobs), clock=clock.now, catalog=CATALOG) as simulator:
        # Not at the start: the witness counts from here on, and a fault may hit the very first request.
        simulator.faults.add(*faults)
        yield simulator, clock


@asynccontextmanager
async def engine(
    simulator: Simulator, clock: QuickClock, database: Path, *, secret: str = "", patience: Patience | None = None
) -> AsyncIterator[Rig]:
    """`secret`: of a key of another organization, where it is not the simulator's own."""
    store = await SqliteStore.open(database)
    with ThreadPoolExecutor(2) as workers:
        client = RunwayClient(simulator.base_url, executor=workers, now=clock.now, patience=patience)
        # The rig is written for fakes; what it needs of them are the ports, which these fit.
        rig = Rig(
            store=cast(Any, store),
            runway=cast(Any, client),
            clock=cast(Any, clock),
            secret=secret or simulator.secret,
            loops=("lane", "poller", "account"),
        )
        try:
            async with rig:
                yield rig
        finally:
            await client.aclose()
            await store.close()


async def all_tasks(rig: Rig) -> list[Task]:
    entries = await rig.store.list(Listing())
    return await rig.store.get_many(entries.ids)


async def until(rig: Rig, done: Callable[[list[Task]], bool]) -> list[Task]:
    """All tasks, as soon as `done` holds; asked for again after each event."""
    changed = asyncio.Event()
    stop = rig.bus.listen(lambda _event: changed.set())
    try:
        while True:
            # Before the reading: what happens while it is read must wake us too.
            changed.clear()
            if done(tasks := await all_tasks(rig)):
                return tasks
            try:
                await asyncio.wait_for(changed.wait(), 20)
            except TimeoutError:
                states = Counter(task.state.value for task in tasks)
                raise AssertionError(
                    f"Nothing happened any more. {states}, lane: {rig.lane.reason!r}, {rig.account.connection}"
                ) from None
    finally:
        stop()


def ended(tasks: list[Task]) -> bool:
    return all(task.state.is_final or task.state is State.UNCERTAIN for task in tasks)


@asynccontextmanager
async def saving(rig: Rig, clock: QuickClock, library: Path) -> AsyncIterator[Downloads]:
    """Downloads beside the rig's loops."""
    fetcher = HttpFetcher("http://127.0.0.1")
    rig.settings.library_folder = str(library)
    # The promise is about the bytes as they came.
    rig.settings.embed = False
    folder = LibraryFolder(rig.settings, rig.bus, cast(Any, clock))
    try:
        downloads = Downloads(
            rig.store,
            rig.ledger,
            rig.asking,
            fetcher,
            rig.bus,
            cast(Any, clock),
            rig.settings,
            random.Random(1),
            folder,
            library.parent / "Rescued",
        )
        loop = asyncio.create_task(downloads.run())
        try:
            yield downloads
        finally:
            await downloads.settle(60.0)
            await loop
            await fetcher.aclose()
    finally:
        folder.shutdown()


async def everything_saved(rig: Rig, count: int) -> list[Path]:
    """The files of all outputs, once every task has succeeded and is saved."""
    async with asyncio.timeout(60):
        tasks = await until(rig, ended)
        assert [task.state for task in tasks] == [State.SUCCEEDED] * count, tasks
        while await rig.store.unsaved():
            await asyncio.sleep(0.02)
    return [Path(output.path) for task in await all_tasks(rig) for output in await rig.store.outputs(task.id)]


def received(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The creates that the simulator receives from now on: endpoint and body of each."""
    bodies: list[tuple[str, Any]] = []
    check = app.issues_of

    def issues_of(catalog: Any, endpoint: str, body: Any, *others: Any) -> Any:
        bodies.append((endpoint, body))
        return check(catalog, endpoint, body, *others)

    monkeypatch.setattr(app, "issues_of", issues_of)
    return bodies
