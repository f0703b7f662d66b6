"""A 503 in which Runway says that it did not take a task is no proof: it may have made the task all the same, or makes
it later. It is sent again only once counts, read after it would stand in them, say that it was not made."""

from __future__ import annotations

from runway_desktop.domain.errors import NotTaken
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.clock import LATE
from runway_desktop.values import replace
from tests.faults.counts import count
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, request

MODELS = ("gen4.5", "gen4_turbo", "veo3.1")


def counted_rig(**more) -> Rig:
    rig = Rig(loops=("lane", "account"), **more)
    for model in MODELS:
        rig.runway.limit(model, concurrent=2)
    return rig


async def denied(rig: Rig, **more) -> TaskId:
    rig.runway.then("create", NotTaken("Runway is busy.", answer="HTTP 503 · {}"))
    [task_id] = await rig.submit(request(**more))
    assert await rig.state(task_id) is State.QUEUED
    return task_id


def creates(rig: Rig) -> int:
    return len(rig.runway.named("create"))


async def test_task_made_despite_a_503_is_uncertain_and_not_sent_again():
    async with counted_rig() as rig:
        task_id = await denied(rig)
        await rig.clock.advance(5)
        # Somebody reads the counts before the slow server has made it.
        await rig.account.refresh()
        await rig.clock.advance(5)
        count(rig)
        await rig.clock.advance(600)
        assert creates(rig) == 1
        task = await rig.task(task_id)
        assert task.state is State.UNCERTAIN
        assert task.evidence is not None
        assert task.evidence.answer == "HTTP 503 · {}", "what Runway said is kept for the person who decides"


async def test_rejected_task_is_uncertain_when_counts_cannot_tell():
    async with counted_rig() as rig:
        task_id = await denied(rig)
        # Two tasks more, of which this program knows nothing: one of them may be the denied one.
        count(rig)
        count(rig)
        await rig.clock.advance(600)
        assert creates(rig) == 1
        assert await rig.state(task_id) is State.UNCERTAIN


async def test_unchanged_balance_does_not_allow_resending_without_a_count():
    async with Rig(loops=("lane", "account")) as rig:
        await rig.pricing.learn(request(model="seedance2"), 25.0)
        # It is made all the same, and charged when it ends.
        task_id = await denied(rig, model="seedance2")
        await rig.clock.advance(600)
        assert creates(rig) == 1
        assert await rig.state(task_id) is State.UNCERTAIN


async def test_run_started_right_after_a_rejection_waits_for_a_slow_server():
    rig = counted_rig()
    async with rig:
        task_id = await denied(rig)
    async with counted_rig(store=rig.store, runway=rig.runway, clock=rig.clock) as rig:
        await rig.clock.advance(LATE - 5)
        assert creates(rig) == 1
        count(rig)
        await rig.clock.advance(600)
        assert creates(rig) == 1
        assert await rig.state(task_id) is State.UNCERTAIN


async def test_run_started_right_after_a_rejection_resends_once_counts_prove_it():
    rig = counted_rig()
    async with rig:
        task_id = await denied(rig)
    async with counted_rig(store=rig.store, runway=rig.runway, clock=rig.clock) as rig:
        await rig.clock.advance(LATE - 5)
        assert creates(rig) == 1
        await rig.clock.advance(20)
        assert await rig.state(task_id) is State.PENDING
        assert creates(rig) == 2


async def test_counts_of_another_key_do_not_decide_about_a_rejected_task_in_the_next_run():
    rig = counted_rig()
    async with rig:
        task_id = await denied(rig)
        count(rig)
    rig.runway.account = replace(rig.runway.account, daily_used={})
    async with counted_rig(store=rig.store, runway=rig.runway, clock=rig.clock, secret="key_other") as rig:
        rig.runway.use_secret("key_other")
        await sent.release(rig, task_id)
        await rig.clock.advance(600)
        assert creates(rig) == 1
        assert await rig.state(task_id) is State.UNCERTAIN


async def test_rejected_task_edited_to_another_model_is_judged_by_counts_of_its_first_model():
    async with counted_rig() as rig:
        for _ in range(3):
            count(rig, "veo3.1")
        task_id = await denied(rig)
        count(rig)
        # As many of this model as of the first one before it was sent.
        rig.runway.account = replace(rig.runway.account, daily_used={"gen4.5": 1, "veo3.1": 0})
        await sent.edit(rig, task_id, request(model="veo3.1"))
        await rig.clock.advance(600)
        assert creates(rig) == 1
        assert await rig.state(task_id) is State.UNCERTAIN


async def test_rejected_task_edited_to_another_model_is_resent_once_counts_prove_it():
    async with counted_rig() as rig:
        for _ in range(3):
            count(rig, "veo3.1")
        task_id = await denied(rig)
        await sent.edit(rig, task_id, request(model="veo3.1"))
        await rig.clock.advance(LATE - 5)
        assert creates(rig) == 1
        await rig.clock.advance(20)
        assert await rig.state(task_id) is State.PENDING


async def test_canceled_task_that_may_have_been_made_is_not_reported_as_free():
    async with counted_rig() as rig:
        task_id = await denied(rig)
        await rig.actions.cancel([task_id])
        task = await rig.task(task_id)
        assert task.state is State.CANCELLED
        assert task.cost_credits is None
        assert task.was_denied


async def test_canceled_task_that_was_never_sent_costs_nothing():
    async with counted_rig() as rig:
        await rig.lane.pause()
        [task_id] = await rig.submit(request())
        await rig.actions.cancel([task_id])
        task = await rig.task(task_id)
        assert (task.cost_credits, task.was_denied) == (0.0, False)
