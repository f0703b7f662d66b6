"""A task that ended only by 404s is polled seldom, for a day, and followed again if Runway shows it."""

from __future__ import annotations

import pytest

from runway_desktop.domain.advance import Answer
from runway_desktop.domain.errors import NoReply, NotReached, SlowDown, StoreError
from runway_desktop.domain.task import RemoteId, State, TaskId
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import in_time
from tests.unit.services.tasks.polled import Times, adopt, polled, poller

REMOTE = remote_id(1_000)
DAY = 86_400.0


async def gone(rig: Rig) -> tuple[TaskId, Answer]:
    """A task that was running and is gone now; what Runway said of it."""
    [task_id] = await adopt(rig)
    await rig.clock.advance(1)
    known = rig.runway.answers[REMOTE]
    rig.runway.vanish(REMOTE)
    await rig.clock.advance(120)
    assert await rig.state(task_id) is State.GONE
    return task_id, known


async def test_task_thought_gone_is_followed_again_once_runway_shows_it():
    async with poller() as rig:
        task_id, known = await gone(rig)
        rig.runway.answers[REMOTE] = known
        await rig.clock.advance(400)
        task = await rig.task(task_id)
        assert (task.state, task.ended_at) == (State.RUNNING, None)
        rig.runway.finish(REMOTE, "https://x.example/a.mp4")
        await rig.clock.advance(60)
        assert await rig.state(task_id) is State.SUCCEEDED
        assert len(await rig.store.outputs(task_id)) == 1


async def test_result_made_while_its_task_was_thought_gone_is_found():
    async with poller() as rig:
        task_id, _ = await gone(rig)
        rig.runway.finish(REMOTE, "https://x.example/a.mp4")
        await rig.clock.advance(400)
        assert await rig.state(task_id) is State.SUCCEEDED


async def test_next_run_polls_a_missed_task_at_once():
    async with poller() as rig:
        task_id, known = await gone(rig)
    rig.runway.answers[REMOTE] = known
    async with Rig(store=rig.store, runway=rig.runway, clock=rig.clock, loops=("poller",)) as again:
        await again.clock.advance(10)
        assert await again.state(task_id) is State.RUNNING


async def test_missed_task_is_polled_seldom_and_not_after_a_day():
    async with poller() as rig:
        task_id, _ = await gone(rig)
        times = Times(rig)
        await rig.clock.advance(DAY)
        assert 6 <= len(times.all) <= 12
        assert await rig.state(task_id) is State.GONE
        asked = len(times.all)
        await rig.clock.advance(2 * DAY)
        assert len(times.all) == asked
    async with Rig(store=rig.store, runway=rig.runway, clock=rig.clock, loops=("poller",)) as again:
        await again.clock.advance(DAY)
        assert len(times.all) == asked


async def test_task_marked_canceled_by_404s_that_still_runs_gets_its_delete():
    """No DELETE had reached it: it runs and is charged."""
    async with polled() as (rig, task_id):
        known = rig.runway.answers[REMOTE]
        rig.runway.vanish(REMOTE)
        await in_time(rig.clock, rig.actions.cancel([task_id]), 80)
        await rig.clock.advance(60)
        assert await rig.state(task_id) is State.CANCELLED
        rig.runway.answers[REMOTE] = known
        before = len(rig.runway.named("delete"))
        await rig.clock.advance(400)
        assert await rig.state(task_id) is State.CANCELLED
        assert len(rig.runway.named("delete")) == before + 1
        assert REMOTE not in rig.runway.answers
        times = Times(rig)
        await rig.clock.advance(DAY)
        assert times.all == [], "what a DELETE ended is asked for no more"


async def test_task_marked_canceled_by_404s_is_followed_when_its_id_is_adopted():
    async with polled() as (rig, task_id):
        rig.runway.vanish(REMOTE)
        await in_time(rig.clock, rig.actions.cancel([task_id]), 80)
        await rig.clock.advance(60)
        assert await rig.state(task_id) is State.CANCELLED
        rig.runway.finish(REMOTE, "https://x.example/a.mp4")
        assert (await rig.adoption.adopt([REMOTE])).known == (task_id,)
        await rig.clock.advance(10)
        assert await rig.state(task_id) is State.SUCCEEDED
        assert rig.runway.named("delete") == []


@pytest.mark.parametrize(
    "error",
    [SlowDown("Too many requests.", retry_after=120.0), NotReached("There is no network."), StoreError("Full.")],
)
async def test_failed_poll_of_a_missed_task_only_delays_the_next(error):
    async with poller() as rig:
        task_id, known = await gone(rig)
        rig.runway.answers[REMOTE] = known
        ask, failures = rig.runway.task, 3

        async def troubled(remote_id: RemoteId) -> Answer:
            nonlocal failures
            failures -= 1
            if failures >= 0:
                raise error
            return await ask(remote_id)

        if isinstance(error, StoreError):
            rig.store.trouble = error
            await rig.clock.advance(400)
            rig.store.trouble = None
        else:
            rig.runway.task = troubled  # type: ignore[method-assign]
        await rig.clock.advance(2 * 3_600)
        assert await rig.state(task_id) is State.RUNNING


async def test_task_that_was_never_at_runway_is_not_polled():
    async with Rig() as rig:
        rig.runway.then("create", NoReply("The connection was cut."))
        uncertain, held = await rig.submit(request("one"), request("two", model="gen4_turbo"))
        await rig.adoption.let_go(uncertain)
        await rig.actions.remove([held])
        rig.runway.calls.clear()
        await rig.clock.advance(60)
        asked = [call.arguments[0] for call in rig.runway.named("task")]
        assert await rig.state(uncertain) is State.GONE
        assert set(asked) <= {(await rig.task(held)).remote_id}
