"""Time left is a range from one's own history, or nothing."""

from __future__ import annotations

from typing import Any, cast

import pytest

from runway_desktop.domain.events import TaskChanged
from runway_desktop.domain.library import Timing
from runway_desktop.domain.task import State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.tasks.outlook import HOLDS, LONG, Forecasts, Range, remaining_range, usual
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import FakeClock

NOW = 1_750_000_000.0
HISTORY = usual([Timing(ran=ran, total=ran + 2.0) for ran in (30.0, 40.0, 40.0, 50.0, 90.0)])


def task(state: State = State.RUNNING, *, ago: float = 10.0, progress: float | None = None) -> Task:
    return Task(
        id=TaskId("one"),
        request=request(),
        created_at=NOW - ago,
        state=state,
        sent_at=NOW - ago,
        running_since=NOW - ago if state is State.RUNNING else None,
        progress=progress,
    )


def test_fewer_than_three_similar_tasks_give_no_forecast():
    few = usual([Timing(ran=30.0, total=31.0)] * 2)
    assert remaining_range(task(), few, NOW) is None


def test_forecast_is_the_middle_half_minus_elapsed_time():
    assert remaining_range(task(ago=10.0), HISTORY, NOW) == Range(30.0, 40.0)


def test_task_slower_than_most_is_forecast_by_the_slowest():
    assert remaining_range(task(ago=60.0), HISTORY, NOW) == Range(0.0, 30.0)


def test_task_slower_than_any_other_gets_no_forecast():
    assert remaining_range(task(ago=100.0), HISTORY, NOW) is None


def test_progress_narrows_the_forecast():
    left = remaining_range(task(ago=20.0, progress=0.4), HISTORY, NOW)
    assert left is not None
    assert 20.0 <= left.low <= left.high <= 40.5


def test_progress_that_contradicts_history_wins():
    left = remaining_range(task(ago=20.0, progress=0.9), HISTORY, NOW)
    assert left is not None
    assert left.high < 10.0


@pytest.mark.parametrize("state", [State.THROTTLED, State.QUEUED, State.SUCCEEDED, State.OTHER])
def test_task_that_is_not_running_has_no_estimated_end(state):
    assert remaining_range(task(state), HISTORY, NOW) is None


async def test_history_is_read_once_and_again_after_a_similar_task_ends():
    async with Rig() as rig:
        reads = []
        timings = rig.store.timings

        async def counted(*arguments, **more):
            reads.append(arguments)
            return await timings(*arguments, **more)

        rig.store.timings = counted  # type: ignore[method-assign]
        await rig.forecasts.usual(request("a"))
        await rig.forecasts.usual(request("b", seed=3))
        assert len(reads) == 1
        [task_id] = await rig.submit(request())
        remote = (await rig.task(task_id)).remote_id
        assert remote is not None
        rig.runway.finish(remote, "https://x.example/a.mp4")
        await rig.clock.advance(20)
        await rig.forecasts.usual(request("a"))
        assert len(reads) == 2


async def test_task_of_unknown_model_has_no_forecast():
    async with Rig(loops=()) as rig:
        [task_id] = (await rig.adoption.adopt([remote_id(1)])).added
        assert await rig.forecasts.remaining(await rig.task(task_id)) is None


class ManyTimings:
    """A store that knows so many of each kind."""

    def __init__(self, known: int) -> None:
        self.known = known
        self.reads = 0

    async def timings(self, *_: object, **__: object) -> list[Timing]:
        self.reads += 1
        return [Timing(ran=30.0, total=30.0)] * self.known


@pytest.mark.parametrize(("known", "reads"), [(LONG, 2), (LONG - 1, 11)])
async def test_long_history_is_not_read_again_for_each_of_many_ends(known, reads):
    store, bus, clock = ManyTimings(known), Bus(), FakeClock()
    forecasts = Forecasts(cast(Any, store), bus, clock)
    await forecasts.usual(request())
    for _ in range(10):
        bus.tell(TaskChanged(task(State.SUCCEEDED), task()))
        assert forecasts.usual_now(request()) is not None, "what was known is still good for something"
        await forecasts.usual(request())
    await clock.advance(HOLDS)
    await forecasts.usual(request())
    assert store.reads == reads


async def test_history_is_read_again_when_a_task_ends_meanwhile():
    bus = Bus()

    class Slow(ManyTimings):
        async def timings(self, *_: object, **__: object) -> list[Timing]:
            found = await super().timings()
            if self.reads == 1:
                bus.tell(TaskChanged(task(State.SUCCEEDED), task()))
            return found

    store = Slow(3)
    forecasts = Forecasts(cast(Any, store), bus, FakeClock())
    await forecasts.usual(request())
    await forecasts.usual(request())
    await forecasts.usual(request())
    assert store.reads == 2
