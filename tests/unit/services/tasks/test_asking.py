"""A minimum interval between two queries of a task, shared by poller, cancel, links, downloads and the person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.advance import Answer
from runway_desktop.domain.errors import NoReply, NotReached
from runway_desktop.domain.task import OutputState, RemoteId, State, TaskId
from runway_desktop.services.results.downloads import Downloads
from runway_desktop.services.results.fresh_links import FreshLinks
from runway_desktop.services.tasks.poller import LOOKING_GAP
from runway_desktop.services.tasks.schedule import LEAST_GAP
from tests.rigs.engine_rig import Rig
from tests.rigs.fake_runway import FakeFetcher, FakeRunway, remote_id
from tests.rigs.fakes import FakeClock, settle

REMOTE = remote_id(1)
LINK, FRESH = "https://out.example/1.mp4?sig=a", "https://out.example/1.mp4?sig=b"


class NotedRunway(FakeRunway):
    """Notes when it was asked for each task, on the monotonic clock."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock
        self.asked: dict[RemoteId, list[float]] = {}

    async def task(self, remote_id: RemoteId) -> Answer:
        self.asked.setdefault(remote_id, []).append(self._clock.monotonic())
        return await super().task(remote_id)

    def gaps(self) -> list[float]:
        return [later - earlier for times in self.asked.values() for earlier, later in pairwise(times)]


def noted(*loops: str) -> tuple[Rig, NotedRunway]:
    clock = FakeClock()
    runway = NotedRunway(clock)
    return Rig(loops=loops, clock=clock, runway=runway), runway


def links(rig: Rig) -> FreshLinks:
    return FreshLinks(rig.store, rig.ledger, rig.runway, rig.asking, rig.account, rig.bus, rig.clock)


@asynccontextmanager
async def saving(rig: Rig, fetcher: FakeFetcher, library: Path) -> AsyncIterator[Downloads]:
    rig.settings.library_folder = str(library)
    downloads = Downloads(
        rig.store, rig.ledger, rig.asking, fetcher, rig.bus, rig.clock, rig.settings, rig.poller._rng, rig.folder,
        library / "Rescued",
    )  # fmt: skip
    loop = asyncio.create_task(downloads.run())
    try:
        yield downloads
    finally:
        await downloads.settle(0.0)
        await loop


async def adopted(rig: Rig, number: int = 1, status: str = "RUNNING", **members: Any) -> TaskId:
    rig.runway.say(remote_id(number), status, **members)
    [task_id] = (await rig.adoption.adopt([remote_id(number)])).added
    await settle()
    return task_id


def test_poll_gap_of_a_viewed_task_is_just_above_the_minimum_gap():
    assert LEAST_GAP == 5.0
    assert LEAST_GAP < LOOKING_GAP <= LEAST_GAP + 1.0


async def test_polls_of_one_task_keep_the_minimum_gap_whoever_asks(tmp_path):
    fetcher = FakeFetcher()
    made, runway = noted("poller")
    async with made as rig, saving(rig, fetcher, tmp_path / "library") as downloads:
        ids = [await adopted(rig, number) for number in (1, 2, 3)]
        work: list[asyncio.Task[object]] = []
        rig.poller.look_at(ids)
        rig.runway.always("delete", NoReply("The connection was cut."))
        for second in range(40):
            if second == 20:
                for number in (1, 2, 3):
                    # Whose link is refused at once: it is asked for anew.
                    rig.runway.finish(remote_id(number), f"https://out.example/{number}.mp4")
            if second % 3 == 0:
                work += [asyncio.create_task(rig.actions.cancel(ids))]
            if second % 4 == 1:
                rig.poller.ask_now(ids)
            if second % 5 == 2:
                work += [asyncio.create_task(links(rig).hand_on(ids))]
            if second % 7 == 3 and second > 25:
                work += [asyncio.create_task(downloads.fetch_again(task_id)) for task_id in ids]
            await rig.clock.advance(1.0)
        await rig.clock.advance(60)
        await asyncio.gather(*work, return_exceptions=True)
        assert len(runway.asked[REMOTE]) > 8, "all of them did ask"
        assert min(runway.gaps()) >= LEAST_GAP - 1e-6


async def test_cancel_waits_for_the_poll_gap_and_then_for_a_fresh_answer():
    made, runway = noted()
    async with made as rig:
        task_id = await adopted(rig)
        await rig.asking.ask(REMOTE)
        await rig.clock.advance(1)
        canceling = asyncio.create_task(rig.actions.cancel([task_id]))
        await rig.clock.advance(LEAST_GAP - 1.5)
        rig.runway.finish(REMOTE, LINK)
        assert not canceling.done()
        await rig.clock.advance(0.5)
        report = await canceling
        assert report.kept == [task_id], "an answer from before would have let the paid result be deleted"
        assert rig.runway.named("delete") == []
        assert runway.gaps() == [pytest.approx(LEAST_GAP)]


async def test_simultaneous_polls_of_a_task_share_one_answer():
    async with Rig(loops=()) as rig:
        task_id = await adopted(rig)
        gate = rig.runway.hold("task")
        one = asyncio.create_task(rig.asking.ask(REMOTE))
        await gate.arrived()
        other = asyncio.create_task(rig.actions.cancel([task_id]))
        await settle()
        gate.open()
        assert (await other).done == [task_id]
        await one
        assert len(rig.runway.named("task")) == 1


async def test_caller_of_an_abandoned_shared_poll_polls_again():
    async with Rig(loops=()) as rig:
        await adopted(rig)
        gate = rig.runway.hold("task")
        one = asyncio.create_task(rig.asking.ask(REMOTE))
        await gate.arrived()
        other = asyncio.create_task(rig.asking.ask(REMOTE))
        await settle()
        one.cancel()
        gate.open()
        await rig.clock.advance(LEAST_GAP)
        assert (await other).key == rig.runway.key
        assert len(rig.runway.named("task")) == 2


async def test_answer_for_another_key_is_not_shared():
    async with Rig(loops=()) as rig:
        await adopted(rig)
        gate = rig.runway.hold("task")
        one = asyncio.create_task(rig.asking.ask(REMOTE))
        await gate.arrived()
        old = rig.runway.key
        rig.runway.use_secret("key_other")
        other = asyncio.create_task(rig.asking.ask(REMOTE))
        await settle()
        gate.open()
        await rig.clock.advance(LEAST_GAP)
        assert ((await one).key, (await other).key) == (old, rig.runway.key)


async def test_recent_result_links_are_reused_and_a_refused_one_is_renewed(tmp_path):
    fetcher = FakeFetcher()
    fetcher.serve(FRESH, b"clip")
    made, runway = noted("poller")
    async with made as rig, saving(rig, fetcher, tmp_path / "library"):
        task_id = await adopted(rig, status="SUCCEEDED", output=(LINK,))
        await rig.clock.advance(0.5)
        assert await rig.state(task_id) is State.SUCCEEDED
        handed = await links(rig).hand_on([task_id])
        assert [output.url for output in handed.outputs] == [LINK]
        assert len(runway.asked[REMOTE]) == 1
        rig.runway.finish(REMOTE, FRESH)
        await rig.clock.advance(LEAST_GAP)
        assert len(runway.asked[REMOTE]) == 2
        [output] = await rig.store.outputs(task_id)
        assert output.url == FRESH
        assert output.state is not OutputState.EXPIRED


async def test_poll_that_never_reached_runway_delays_no_other():
    async with Rig(loops=()) as rig:
        await adopted(rig)
        rig.runway.then("task", NotReached("There is no network."))
        assert isinstance((await rig.asking.ask(REMOTE)).said, NotReached)
        assert rig.asking.asked_at(REMOTE) is None
        await rig.asking.ask(REMOTE)


async def test_tasks_are_forgotten_when_their_poll_gap_ends():
    async with Rig(loops=()) as rig:
        for number in range(300):
            rig.runway.say(remote_id(number), "RUNNING")
            await rig.asking.ask(remote_id(number))
            await rig.clock.advance(0.1)
            assert len(rig.asking._last) <= LEAST_GAP / 0.1 + 1


class MovingClock(FakeClock):
    """It moves between any two looks at it, as the machine's does."""

    def monotonic(self) -> float:
        self._pass(1e-6)
        return super().monotonic()


async def test_poller_asks_though_its_clock_moves_between_two_readings():
    async with Rig(loops=("poller",), clock=MovingClock()) as rig:
        await adopted(rig)
        await rig.clock.advance(2 * LEAST_GAP)
        assert rig.runway.named("task")
