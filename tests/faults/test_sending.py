"""A paid request is sent once, whatever happens to it on the way."""

from __future__ import annotations

import pytest

from runway_desktop.domain.advance import CreatedTask
from runway_desktop.domain.errors import (
    BadReply,
    NoReply,
    NotReached,
    NotTaken,
    NotThere,
    RequestRefused,
    ServerTrouble,
    SlowDown,
    StoreError,
)
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import Refusal, State, TaskId
from runway_desktop.services.clock import LATE
from runway_desktop.services.tasks.dispatch import MOST_NOT_TAKEN
from runway_desktop.services.tasks.uncertainty import Likelihood, verdict
from runway_desktop.usecases.words.holds import lane_words
from runway_desktop.usecases.words.uncertain import verdict_words
from tests.faults.counts import count, counted_rig, evidence_of, made_but_cut
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.notices import notices


@pytest.mark.parametrize(
    "error",
    [
        NoReply("Runway did not answer in time."),
        BadReply("The answer makes no sense."),
        ServerTrouble("Runway is in trouble.", status=500),
        ServerTrouble("Runway is in trouble.", status=502),
        ServerTrouble("Runway is in trouble.", status=503),
        ServerTrouble("Runway is in trouble.", status=504),
    ],
)
async def test_sending_without_an_answer_is_uncertain_and_never_repeated(error):
    async with Rig() as rig:
        rig.runway.then("create", error)
        [task_id] = await rig.submit(request())
        assert await rig.state(task_id) is State.UNCERTAIN
        await rig.clock.advance(7_200)
        assert await rig.state(task_id) is State.UNCERTAIN
        assert len(rig.runway.named("create")) == 1
    async with Rig(store=rig.store, runway=rig.runway, clock=rig.clock) as rig:
        await rig.clock.advance(7_200)
        assert len(rig.runway.named("create")) == 1


@pytest.mark.parametrize(
    "error", [NotReached("There is no network."), SlowDown("Too many requests."), NotTaken("Runway is busy.")]
)
async def test_sending_that_made_no_task_is_repeated_until_it_arrives(error):
    async with counted_rig(None, loops=("lane", "account")) as rig:
        rig.runway.then("create", error, error, error)
        [task_id] = await rig.submit(request())
        await rig.clock.advance(300)
        assert await rig.state(task_id) is State.PENDING
        assert len(rig.runway.named("create")) == 4


async def test_task_rejected_several_times_becomes_uncertain():
    async with counted_rig(None, loops=("lane", "account")) as rig:
        rig.runway.always("create", NotTaken("Runway is busy."))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(3_600)
        assert await rig.state(task_id) is State.UNCERTAIN
        assert len(rig.runway.named("create")) == MOST_NOT_TAKEN
        await rig.clock.advance(7_200)
        assert len(rig.runway.named("create")) == MOST_NOT_TAKEN


async def test_task_made_despite_a_rejection_is_not_sent_again():
    async with counted_rig(2, loops=("lane", "account")) as rig:
        rig.runway.then("create", made_but_cut(rig, NotTaken("Runway is busy.")))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(3_600)
        assert len(rig.runway.named("create")) == 1
        assert await rig.state(task_id) is State.UNCERTAIN
        assert verdict(await evidence_of(rig, task_id)).likelihood is Likelihood.MADE


async def test_rejected_task_is_not_sent_again_when_no_count_proves_the_rejection():
    rig = Rig(loops=("lane",))
    rig.runway.limit("gen4.5", concurrent=2)
    async with rig:
        rig.runway.always("organization", ServerTrouble("Runway is in trouble.", status=500))
        rig.runway.then("create", NotTaken("Runway is busy."))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(3_600)
        assert len(rig.runway.named("create")) == 1
        assert (await rig.task(task_id)).state is State.UNCERTAIN


async def test_task_made_despite_a_rejection_is_not_sent_again_by_the_next_run():
    async with counted_rig(2, loops=("lane", "account")) as rig:
        rig.runway.then("create", made_but_cut(rig, NotTaken("Runway is busy.")))
        [task_id] = await rig.submit(request())
        assert await rig.state(task_id) is State.QUEUED
    await rig.clock.advance(60)
    async with Rig(store=rig.store, runway=rig.runway, clock=rig.clock, loops=("lane", "account")) as rig:
        await rig.clock.advance(600)
        assert len(rig.runway.named("create")) == 1
        assert await rig.state(task_id) is State.UNCERTAIN


async def test_rejected_task_is_sent_by_the_next_run():
    async with counted_rig(None, loops=("lane", "account")) as rig:
        rig.runway.then("create", NotTaken("Runway is busy."))
        [task_id] = await rig.submit(request())
    async with Rig(store=rig.store, runway=rig.runway, clock=rig.clock, loops=("lane", "account")) as rig:
        await rig.clock.advance(60)
        assert await rig.state(task_id) is State.PENDING
        assert len(rig.runway.named("create")) == 2


async def test_other_counted_task_of_the_model_does_not_block_a_rejected_one():
    rig = counted_rig(2, loops=("lane", "account"))

    numbers = iter((8, 9))

    def make(*_arguments):
        count(rig)
        return CreatedTask(remote_id=remote_id(next(numbers)), estimated_credits=25.0)

    async with rig:
        rig.runway.then("create", NotTaken("Runway is busy."), make, make)
        ids = await rig.submit(request("0"), request("1"))
        await rig.clock.advance(120)
        assert State.UNCERTAIN not in [await rig.state(task_id) for task_id in ids]
        assert len(rig.runway.named("create")) == 3


async def test_invalid_request_fails_with_the_fields_named_by_runway_and_no_cost():
    refusal = Refusal(path=("duration",), message="Must be 5 or 10.")
    async with Rig() as rig:
        rig.runway.then("create", RequestRefused("The request is not valid.", refusals=(refusal,)))
        [task_id] = await rig.submit(request())
        task = await rig.task(task_id)
        assert (task.state, task.refusals, task.credits) == (State.FAILED, (refusal,), 0.0)
        await rig.clock.advance(600)
        assert len(rig.runway.named("create")) == 1


async def test_endpoint_unknown_to_runway_fails_the_task():
    async with Rig() as rig:
        rig.runway.then("create", NotThere("Runway knows no such endpoint.", status=404))
        [task_id] = await rig.submit(request())
        assert await rig.state(task_id) is State.FAILED


async def test_rising_count_and_falling_balance_say_probably_made():
    async with counted_rig(2) as rig:
        await rig.submit(request("for the price"))
        count(rig)
        await rig.clock.advance(60)
        rig.runway.then("create", made_but_cut(rig))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(4)
        evidence = await evidence_of(rig, task_id)
        assert verdict(evidence).likelihood is Likelihood.MADE
        assert "Today's count rose by 1 and the balance fell by 25" in verdict_words(evidence)
        assert evidence.cause == Reason(ReasonCode.NO_REPLY, words="The connection was cut.")


async def test_unchanged_count_and_balance_say_probably_not_made():
    async with counted_rig(2) as rig:
        rig.runway.then("create", NoReply("The connection was cut."))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(30)
        assert verdict(await evidence_of(rig, task_id)).likelihood is Likelihood.NOT_MADE


async def test_slow_server_that_counts_late_is_read_twice():
    async with counted_rig(2) as rig:
        rig.runway.then("create", NoReply("The connection was cut."))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(5)
        count(rig)
        await rig.clock.advance(30)
        assert verdict(await evidence_of(rig, task_id)).likelihood is Likelihood.MADE


async def test_other_sendings_between_two_readings_are_subtracted():
    async with counted_rig(None) as rig:
        create = rig.runway.create

        async def counted(endpoint, body):
            created = await create(endpoint, body)
            count(rig)
            return created

        rig.runway.create = counted  # type: ignore[method-assign]
        rig.runway.then("create", ..., ..., NoReply("The connection was cut."))
        ids = await rig.submit(*(request(f"{n}") for n in range(3)))
        [task_id] = [i for i in ids if await rig.state(i) is State.UNCERTAIN]
        await rig.clock.advance(30)
        evidence = await evidence_of(rig, task_id)
        assert (evidence.daily_before, evidence.daily_after, evidence.accepted_between) == (0, 2, 2)
        assert verdict(evidence).likelihood is Likelihood.NOT_MADE


async def test_other_tasks_of_the_model_wait_until_the_evidence_is_read():
    async with counted_rig(None) as rig:
        rig.runway.then("create", NoReply("The connection was cut."))
        await rig.submit(*(request(f"{n}") for n in range(3)))
        await rig.clock.advance(LATE)
        assert len(rig.runway.named("create")) == 1
        assert lane_words(rig.lane.reason) == "Checking the last request"
        await rig.clock.advance(10)
        assert len(rig.runway.named("create")) == 3


async def test_three_sendings_without_an_answer_pause_the_lane():
    async with counted_rig(None) as rig:
        rig.runway.always("create", ServerTrouble("Runway is in trouble.", status=500))
        await rig.submit(*(request(f"{n}") for n in range(20)))
        await rig.clock.advance(3_600)
        assert len(rig.runway.named("create")) == 3
        assert rig.lane.paused
        assert lane_words(rig.lane.reason) == "Paused: no answers"
        rig.runway.always("create", ...)
        await rig.lane.resume()
        await rig.clock.advance(10)
        assert len(rig.runway.named("create")) == 20


async def test_evidence_is_read_once_runway_is_reachable_again():
    async with counted_rig(2) as rig:
        rig.runway.then("create", made_but_cut(rig))
        rig.runway.then("organization", ...)
        rig.runway.always("organization", NoReply("Runway did not answer."))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(60)
        evidence = await evidence_of(rig, task_id)
        assert evidence.daily_after is None
        assert verdict(evidence).likelihood is Likelihood.UNKNOWN
        rig.runway.always("organization", ...)
        await rig.clock.advance(90)
        assert verdict(await evidence_of(rig, task_id)).likelihood is Likelihood.MADE


async def test_model_without_a_count_leaves_the_task_uncertain():
    async with Rig() as rig:
        rig.runway.then("create", NoReply("The connection was cut."))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(30)
        evidence = await evidence_of(rig, task_id)
        assert (evidence.daily_before, evidence.daily_after) == (None, None)
        assert verdict(evidence).likelihood is Likelihood.UNKNOWN


async def test_counts_and_balance_prove_nothing_after_a_day():
    async with counted_rig(2) as killed:
        gate = killed.runway.hold("create")
        [task_id] = await killed.submit(request())
        rig = killed.kill()
    gate.open()
    rig.clock.jump(86_400)
    async with rig:
        await rig.clock.advance(60)
        evidence = await evidence_of(rig, task_id)
        assert (evidence.daily_before, evidence.daily_after) == (0, None)
        assert verdict(evidence).likelihood is Likelihood.UNKNOWN


async def test_unanswered_organization_request_does_not_delay_a_sending():
    async with Rig() as rig:
        rig.runway.always("organization", ServerTrouble("Runway is in trouble.", status=500))
        [task_id] = await rig.submit(request())
        assert await rig.state(task_id) is State.PENDING


async def test_accepted_id_that_cannot_be_stored_is_not_lost():
    async with Rig(loops=("lane",)) as rig:
        gate = rig.runway.hold("create")
        [task_id] = await rig.submit(request())
        rig.store.trouble = StoreError("The disk is full.")
        gate.open()
        await rig.clock.advance(5)
        assert any(remote_id(1) in str(notice.detail) for notice in notices(rig.events))
        rig.store.trouble = None
        await rig.clock.advance(60)
        task = await rig.task(task_id)
        assert (task.state, task.remote_id) == (State.PENDING, remote_id(1))
        assert len(rig.runway.named("create")) == 1


async def test_task_that_cannot_be_stored_is_not_sent():
    async with Rig(loops=("lane",)) as rig:
        await rig.lane.pause()
        [task_id] = await rig.submit(request())
        rig.store.trouble = StoreError("The disk is full.")
        await rig.lane.resume()
        await rig.clock.advance(600)
        assert rig.runway.named("create") == []
        rig.store.trouble = None
        await rig.clock.advance(61)
        assert await rig.state(task_id) is State.PENDING


async def test_exception_while_sending_makes_the_task_uncertain_and_is_not_repeated(mistakes):
    async with Rig(loops=("lane",)) as rig:
        rig.runway.then("create", ZeroDivisionError("ours"))
        [task_id] = await rig.submit(request())
        assert await rig.state(task_id) is State.UNCERTAIN
        await rig.clock.advance(600)
        assert len(rig.runway.named("create")) == 1
        assert (await rig.task(task_id)).evidence.cause == Reason(ReasonCode.OUR_MISTAKE)
        assert notices(rig.events) == []
        assert "ZeroDivisionError: ours" in mistakes.take("while sending a task")


async def test_uncertain_task_sent_again_by_the_person_is_a_new_task():
    async with Rig() as rig:
        rig.runway.then("create", NoReply("The connection was cut."))
        [old] = await rig.submit(request())
        new = await sent.again(rig, old)
        await rig.clock.advance(30)
        assert await rig.state(old) is State.GONE
        assert await rig.state(new) is State.PENDING
        assert len(rig.runway.named("create")) == 2


async def test_uncertain_task_given_an_id_is_followed_to_its_result():
    async with Rig() as rig:
        rig.runway.then("create", NoReply("The connection was cut."))
        [task_id] = await rig.submit(request())
        rig.runway.finish(remote_id(77), "https://x.example/a.mp4")
        await rig.adoption.settle_with(TaskId(task_id), remote_id(77))
        await rig.clock.advance(30)
        assert await rig.state(task_id) is State.SUCCEEDED
