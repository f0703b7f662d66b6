"""Results that come while the disk is busy go there together, and none of them pays for another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from runway_desktop.services.disk.disk_threads import DiskThreads
from runway_desktop.services.results import shared_trips
from runway_desktop.services.results.shared_trips import MOST_TOGETHER, SLOW, Shared, SharedTrips, Trip
from tests.fakes import settle


class Disk:
    """A thread that works when it may. `trips` counts how often it was begun."""

    def __init__(self) -> None:
        self.now = 100.0
        self.trips = 0
        self.may_work = threading.Event()
        self._threads = DiskThreads(4, "disk")

    def begin(self, work: Callable[[], None]) -> asyncio.Future[None]:
        self.trips += 1

        def when_it_may() -> None:
            self.may_work.wait(5.0)
            work()

        return asyncio.get_running_loop().run_in_executor(self._threads, when_it_may)

    def end(self) -> None:
        self.may_work.set()
        self._threads.shutdown()


@pytest.fixture
def disk():
    disk = Disk()
    yield disk
    disk.end()


@pytest.fixture
def trips(disk):
    return SharedTrips(disk.begin, lambda: disk.now)


async def go(trips: SharedTrips, work: Callable[[Shared], object]) -> object:
    trip: Trip = await trips.board()
    try:
        return await trip.do(work)
    finally:
        trips.leave(trip)


async def test_what_comes_while_one_is_under_way_goes_together(disk, trips):
    done: list[int] = []

    def work(number: int) -> Callable[[Shared], None]:
        return lambda _: done.append(number)

    going = [asyncio.create_task(go(trips, work(number))) for number in range(4)]
    await settle()
    assert disk.trips == 1, "the first waited for nobody"
    disk.may_work.set()
    await asyncio.gather(*going)
    assert (disk.trips, done) == (2, [0, 1, 2, 3])


async def test_one_trip_takes_no_more_than_it_may(disk, trips):
    going = [asyncio.create_task(go(trips, lambda _: None)) for _ in range(2 * MOST_TOGETHER + 2)]
    disk.may_work.set()
    await asyncio.gather(*going)
    assert disk.trips == 1 + 1 + 1 + 1


async def test_a_slow_disk_gets_several_at_a_time(disk, trips):
    first = asyncio.create_task(go(trips, lambda _: None))
    await settle()
    disk.now += SLOW
    second = asyncio.create_task(go(trips, lambda _: None))
    await settle()
    assert disk.trips == 2
    disk.may_work.set()
    await asyncio.gather(first, second)


async def test_next_comes_aboard_when_half_of_the_work_is_done(disk, trips):
    half_done, may_end = threading.Event(), threading.Event()

    def wait(_: Shared) -> None:
        half_done.set()
        may_end.wait(5.0)

    first = asyncio.create_task(go(trips, lambda _: None))
    second = [asyncio.create_task(go(trips, work)) for work in (lambda _: None, wait)]
    await settle()
    disk.may_work.set()
    await first
    next_one = asyncio.create_task(trips.board())
    await asyncio.to_thread(half_done.wait, 5.0)
    trip = await asyncio.wait_for(next_one, 5.0)
    assert not second[1].done(), "it waited for all of the work"
    trips.leave(trip)
    may_end.set()
    await asyncio.gather(*second)


async def test_one_that_fails_fails_alone(disk, trips):
    def refuse(_: Shared) -> None:
        raise OSError("no")

    first = asyncio.create_task(go(trips, lambda _: "first"))
    going = [asyncio.create_task(go(trips, work)) for work in (refuse, lambda _: "other")]
    await settle()
    disk.may_work.set()
    assert await first == "first"
    refused, other = await asyncio.gather(*going, return_exceptions=True)
    assert isinstance(refused, OSError)
    assert other == "other"


async def test_all_of_a_trip_that_cannot_go_are_told():
    disk = Disk()
    disk.end()
    trips = SharedTrips(disk.begin, lambda: disk.now)
    going = [asyncio.create_task(go(trips, lambda _: None)) for _ in range(4)]
    assert {type(told) for told in await asyncio.gather(*going, return_exceptions=True)} == {RuntimeError}


async def test_one_that_must_try_again_goes_in_the_same_place(disk, trips):
    disk.may_work.set()
    trip = await trips.board()
    assert [await trip.do(lambda _: 1), await trip.do(lambda _: 2)] == [1, 2]
    trips.leave(trip)


async def test_one_that_does_not_come_keeps_nobody_waiting(disk, trips):
    """It fails, or is canceled, while it is aboard: the others go without it."""
    first = asyncio.create_task(go(trips, lambda _: None))
    await settle()

    async def stay() -> None:
        trip = await trips.board()
        try:
            await asyncio.Event().wait()
        finally:
            trips.leave(trip)

    staying, other = asyncio.create_task(stay()), asyncio.create_task(go(trips, lambda _: "done"))
    disk.may_work.set()
    await first
    staying.cancel()
    assert await other == "done"


async def test_what_is_given_up_before_it_begins_is_not_done(disk, trips):
    done: list[str] = []
    first = asyncio.create_task(go(trips, lambda _: None))
    given_up = asyncio.create_task(go(trips, lambda _: done.append("given up")))
    other = asyncio.create_task(go(trips, lambda _: done.append("other")))
    await settle()
    given_up.cancel()
    disk.may_work.set()
    await asyncio.gather(first, other)
    assert done == ["other"]


async def test_a_trip_that_hangs_and_is_given_up_by_all_holds_up_no_other(disk, trips):
    hanging = asyncio.create_task(go(trips, lambda _: None))
    await settle()
    hanging.cancel()
    await settle()
    other = asyncio.create_task(go(trips, lambda _: "done"))
    await settle()
    assert disk.trips == 2
    disk.may_work.set()
    assert await other == "done"


async def test_a_folder_is_synced_once_for_all_and_before_anybody_is_told(disk, trips, monkeypatch):
    told: list[object] = []
    monkeypatch.setattr(shared_trips, "sync_folder", told.append)

    async def save(number: int) -> None:
        def work(shared: Shared) -> None:
            told.append(f"named {number}")
            shared.named_in(Path("library"))

        await go(trips, work)
        told.append(f"told {number}")

    first = asyncio.create_task(go(trips, lambda _: None))
    saving = [asyncio.create_task(save(number)) for number in range(2)]
    await settle()
    disk.may_work.set()
    await asyncio.gather(first, *saving)
    assert told == ["named 0", "named 1", Path("library"), "told 0", "told 1"]


async def test_a_look_at_the_disk_serves_all_of_a_trip(disk, trips):
    looks: list[str] = []
    going = [asyncio.create_task(go(trips, lambda shared: shared.once(looks.append, "library"))) for _ in range(4)]
    await settle()
    disk.may_work.set()
    await asyncio.gather(*going)
    assert len(looks) == disk.trips == 2
