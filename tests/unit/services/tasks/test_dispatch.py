"""One sending: its outcome, its records, and the effect on account and prices."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from runway_desktop.domain.account import Fingerprint, Link, Organization
from runway_desktop.domain.advance import CreatedTask
from runway_desktop.domain.errors import (
    ApiError,
    BadReply,
    KeyRefused,
    NoCredits,
    NoReply,
    NotReached,
    NotTaken,
    NotThere,
    RequestRefused,
    ServerTrouble,
    SlowDown,
    StoreError,
)
from runway_desktop.domain.events import Notice
from runway_desktop.domain.failures import Failure, Reason, ReasonCode
from runway_desktop.domain.task import ITS_TURN, Evidence, Hold, HoldCode, Refusal, State
from runway_desktop.services.clock import LATE
from runway_desktop.services.tasks.dispatch import WITHOUT_CREDITS, Outcome, Result
from runway_desktop.services.tasks.sendings import Fate
from runway_desktop.texts import in_turn
from runway_desktop.values import replace
from tests.rigs.dispatch_bench import BODY, FULL, ONE, REMOTE, bench
from tests.rigs.engine_rig import request


def not_sent(error: ApiError) -> Hold:
    return Hold(HoldCode.NOT_SENT, cause=error.reason, small_print=error.detail)


async def test_accepted_task_is_at_runway_and_teaches_its_price():
    async with bench() as at:
        assert await at.deliver() == Outcome(Result.ACCEPTED)
        task = await at.task()
        assert (task.state, task.remote_id, task.estimated_credits, task.key) == (State.PENDING, REMOTE, 25.0, at.key)
        assert at.rig.runway.named("create")[0].arguments == ("text_to_video", BODY)
        assert at.rig.account.connection.link is Link.CONNECTED
        price = at.rig.pricing.price(at.held.request)
        assert price is not None
        assert (price.credits, price.exact) == (25.0, True)
        assert at.copies.noted == 1


async def test_accepted_task_without_an_estimate_teaches_no_price():
    async with bench() as at:
        at.rig.runway.estimate = None
        assert await at.deliver() == Outcome(Result.ACCEPTED)
        assert (await at.task()).estimated_credits is None
        assert at.rig.pricing.price(at.held.request) is None


async def test_readings_before_a_sending_are_stored_with_it():
    async with bench() as at:
        before = Organization(balance=60.0, asked_at=5.0)
        gate = at.rig.runway.hold("create")
        delivering = asyncio.create_task(at.deliver(before))
        await gate.arrived()
        sending = await at.task()
        assert (sending.state, sending.key) == (State.SENDING, at.key)
        assert sending.evidence is not None
        assert (sending.evidence.asked_before, sending.evidence.balance_before) == (5.0, 60.0)
        gate.open()
        await delivering


@pytest.mark.parametrize(
    ("error", "link", "result", "retry_after"),
    [
        (NotReached("There is no network.", detail="dns"), Link.OFFLINE, Result.NOT_SENT, None),
        (KeyRefused("The key was refused.", detail="401"), Link.KEY_REFUSED, Result.NOT_SENT, None),
        (SlowDown("Too many requests.", detail="429", retry_after=7.0), Link.TROUBLED, Result.TURNED_AWAY, 7.0),
        (NoCredits("Not enough credits.", detail="400"), Link.CONNECTED, Result.TURNED_AWAY, WITHOUT_CREDITS),
        (NotTaken("Runway is busy.", detail="503", retry_after=90.0), Link.TROUBLED, Result.TURNED_AWAY, 90.0),
        (NotTaken("Runway is busy.", detail="503", retry_after=9.0), Link.TROUBLED, Result.TURNED_AWAY, LATE + 1),
    ],
)
async def test_sending_that_surely_failed_is_queued_again_with_its_reason(error, link, result, retry_after):
    async with bench() as at:
        at.rig.runway.then("create", error)
        assert await at.deliver() == Outcome(result, retry_after=retry_after, cause=error.reason)
        task = await at.task()
        assert (task.state, task.hold, task.sent_at) == (State.QUEUED, not_sent(error), None)
        assert at.rig.account.connection.link is link


async def test_refusal_of_a_former_key_does_not_refuse_the_present_one():
    async with bench() as at:

        def changed(*_arguments):
            at.rig.account.key = replace(at.rig.account.key, fingerprint=Fingerprint("another"))
            raise KeyRefused("The key was refused.")

        at.rig.runway.then("create", changed)
        assert (await at.deliver()).result is Result.NOT_SENT
        assert at.rig.account.connection.link is not Link.KEY_REFUSED


async def test_each_rejection_doubles_the_wait_and_the_fourth_makes_the_task_uncertain():
    busy = NotTaken("Runway is busy.", answer="HTTP 503 · {}")
    denied = Evidence(cause=busy.reason, answer=busy.answer)
    async with bench() as at:
        at.rig.runway.always("create", busy)
        for times in (1, 2, 4):
            waits = Outcome(Result.TURNED_AWAY, retry_after=LATE * times + 1, cause=busy.reason)
            assert await at.deliver() == waits
            task = await at.task()
            assert (task.state, task.evidence, task.was_denied) == (State.QUEUED, denied, True)
        assert await at.deliver() == Outcome(Result.UNCERTAIN)
        task = await at.task()
        assert (task.state, task.evidence) == (State.UNCERTAIN, denied)


@pytest.mark.parametrize("error", [SlowDown("Too many requests."), NoCredits("Not enough credits.")])
async def test_rate_limit_and_missing_credits_trigger_reading_of_limits_and_balance(error):
    async with bench() as at:
        watching = asyncio.create_task(at.rig.account.run())
        await at.rig.clock.advance(60)
        asked = len(at.rig.runway.named("organization"))
        at.rig.runway.then("create", error)
        await at.deliver()
        await at.rig.clock.advance(10)
        assert len(at.rig.runway.named("organization")) == asked + 1
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


REFUSAL = Refusal(path=("duration",), message="Too long")


@pytest.mark.parametrize(
    ("error", "refusals"),
    [
        (RequestRefused("Validation failed.", refusals=(REFUSAL,)), (REFUSAL,)),
        (NotThere("Runway knows no such endpoint."), ()),
    ],
)
async def test_invalid_request_fails_and_the_connection_counts_as_working(error, refusals):
    async with bench() as at:
        at.rig.runway.then("create", error)
        assert await at.deliver() == Outcome(Result.REFUSED)
        task = await at.task()
        assert (task.state, task.refusals) == (State.FAILED, refusals)
        assert task.failure == Failure(code="REQUEST.REFUSED", words=error.message)
        assert at.rig.account.connection.link is Link.CONNECTED


@pytest.mark.parametrize(
    "error",
    [
        NoReply("No answer came."),
        BadReply("It makes no sense.", answer="HTTP 200 · {"),
        ServerTrouble("Runway is in trouble.", status=503, answer="HTTP 503 · <html>"),
    ],
)
async def test_sending_without_an_answer_is_uncertain_with_the_earlier_counts(error):
    async with bench() as at:
        at.rig.runway.then("create", error)
        assert await at.deliver(Organization(balance=60.0)) == Outcome(Result.UNCERTAIN)
        task = await at.task()
        assert task.state is State.UNCERTAIN
        assert task.evidence is not None
        assert (task.evidence.cause, task.evidence.balance_before) == (error.reason, 60.0)
        assert task.evidence.answer == error.answer
        assert at.rig.account.connection.link is Link.TROUBLED


async def test_exception_after_the_first_byte_makes_the_task_uncertain(mistakes):
    async with bench() as at:
        at.rig.runway.then("create", RuntimeError("a bug"))
        assert await at.deliver() == Outcome(Result.UNCERTAIN)
        task = await at.task()
        assert (task.state, task.evidence) == (State.UNCERTAIN, Evidence(cause=Reason(ReasonCode.OUR_MISTAKE)))
    assert mistakes.take("sending a task").count("A mistake of the program") == 1


@pytest.mark.parametrize("state", [State.SENDING, State.UNCERTAIN])
async def test_task_that_is_no_longer_queued_is_not_sent(state):
    async with bench(state=state) as at:
        assert await at.deliver() == Outcome(Result.SKIPPED)
        assert (await at.task()).state is state
        assert at.rig.runway.named("create") == []


async def test_task_that_cannot_be_stored_is_not_sent_and_reported_once():
    async with bench() as at:
        at.ledger.always = FULL
        for _ in range(2):
            assert await at.deliver() == Outcome(Result.NOT_SENT, cause=FULL.reason)
        told = Notice(
            "Sending stopped: the database can't be written.", "The disk is full. Make room on it.", is_problem=True
        )
        assert at.notices() == [told]
        assert at.rig.runway.named("create") == []
        assert at.copies.noted == 0
        at.ledger.always = None
        assert await at.deliver() == Outcome(Result.ACCEPTED)
        at.ledger.always = FULL
        assert (await at.deliver()).result is Result.NOT_SENT
        assert at.notices() == [told, told]


async def test_exception_before_the_first_byte_sends_nothing(mistakes):
    async with bench() as at:
        at.ledger.troubles.append(RuntimeError("a bug"))
        outcome = await at.deliver()
        assert (outcome.result, outcome.retry_after) == (Result.NOT_SENT, None)
        assert (await at.task()).state is State.QUEUED
        assert at.rig.runway.named("create") == []
    assert "a bug" in mistakes.take("writing down that a task is sent")


KNOWN: dict[str, Any] = {"evidence": Evidence(balance_before=60.0), "key": Fingerprint("mine")}
"""Of a task that waits: what stays with it when it could not be sent."""


async def test_sending_that_cannot_be_recorded_outside_of_the_profile_does_not_start():
    async with bench(**KNOWN) as at:
        at.copies.trouble = FULL
        assert await at.deliver() == Outcome(Result.NOT_SENT, cause=FULL.reason)
        task = await at.task()
        assert (task.state, task.hold) == (
            State.QUEUED,
            Hold(
                HoldCode.NOT_SENT,
                cause=Reason(ReasonCode.OTHER_ERROR, words=in_turn("The disk is full.", "Make room on it.")),
                small_print="errno 28",
            ),
        )
        assert {"evidence": task.evidence, "key": task.key} == KNOWN
        assert at.rig.runway.named("create") == []


async def test_exception_while_recording_outside_of_the_profile_sends_nothing(mistakes):
    async with bench(**KNOWN) as at:
        at.copies.trouble = RuntimeError("a bug")
        outcome = await at.deliver()
        assert (outcome.result, outcome.retry_after) == (Result.NOT_SENT, None)
        task = await at.task()
        assert (task.state, task.hold) == (State.QUEUED, ITS_TURN)
        assert {"evidence": task.evidence, "key": task.key} == KNOWN
        assert at.rig.runway.named("create") == []
    assert "a bug" in mistakes.take("noting that a task is sent")


async def test_exception_while_journaling_the_sending_sends_nothing(tmp_path, monkeypatch, mistakes):
    async with bench(tmp_path / "ids.txt") as at:
        await at.dispatch.recall()

        async def fails(_entry):
            raise RuntimeError("a bug")

        monkeypatch.setattr(at.ids, "keep", fails)
        assert (await at.deliver()).result is Result.NOT_SENT
        assert (await at.task()).state is State.QUEUED
        assert at.rig.runway.named("create") == []
        await at.dispatch.close()
    assert "a bug" in mistakes.take("noting that a task is sent")


@pytest.mark.parametrize("change", [{"request": request("Another")}, {"removed_at": 5.0}])
async def test_task_edited_or_removed_before_its_turn_is_not_sent(change):
    async with bench(**KNOWN) as at:
        await at.ledger.change(ONE, lambda task: replace(task, **change), "edited")
        assert await at.deliver() == Outcome(Result.SKIPPED)
        task = await at.task()
        assert (task.state, {"evidence": task.evidence, "key": task.key}) == (State.QUEUED, KNOWN)
        assert at.rig.runway.named("create") == []


async def test_task_prepared_for_another_key_is_not_sent():
    async with bench() as at:
        assert await at.deliver(key=Fingerprint("another")) == Outcome(Result.SKIPPED)
        task = await at.task()
        assert (task.state, task.hold) == (State.QUEUED, ITS_TURN)
        assert at.rig.runway.named("create") == []


async def test_counts_possibly_read_by_another_key_are_ignored():
    async with bench() as at:
        await at.deliver(key=Fingerprint("another"))
        assert at.copies.compared == 0


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (..., Outcome(Result.ACCEPTED)),
        (RequestRefused("Not valid."), Outcome(Result.UNCERTAIN)),
        (NoReply("No answer came."), Outcome(Result.UNCERTAIN)),
    ],
)
async def test_exception_in_bookkeeping_is_judged_by_the_progress_of_the_sending(
    answer, outcome, mistakes, monkeypatch
):
    async with bench() as at:

        def careless(*_arguments) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr(at.rig.account, "note_success", careless)
        monkeypatch.setattr(at.rig.account, "note_failure", careless)
        at.rig.runway.then("create", answer)
        assert await at.deliver() == outcome
        task = await at.task()
        assert task.state is (State.PENDING if answer is ... else State.UNCERTAIN)
        assert task.evidence == (None if answer is ... else Evidence(cause=Reason(ReasonCode.OUR_MISTAKE)))
    assert "a bug" in mistakes.take("sending a task")


class OddError(StoreError):
    """Even saying what it is goes wrong."""

    @property
    def reason(self) -> Reason:
        raise RuntimeError("a bug")


async def test_exception_about_a_failed_disk_write_leaves_the_task_queued(mistakes):
    async with bench() as at:
        at.ledger.always = OddError("Odd.")
        outcome = await at.deliver()
        assert (outcome.result, outcome.retry_after) == (Result.NOT_SENT, None)
        assert (await at.task()).state is State.QUEUED
        assert at.rig.runway.named("create") == []
    assert "a bug" in mistakes.take("sending a task")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (..., (ONE, Fate.MADE, 25.0)),
        (CreatedTask(remote_id=REMOTE), (ONE, Fate.MADE, 0.0)),
        (SlowDown("Too many requests."), (ONE, Fate.NOT_MADE)),
        (NoCredits("Not enough credits."), (ONE, Fate.NOT_MADE)),
        (NotTaken("Runway is busy."), (ONE, Fate.UNKNOWN)),
        (RequestRefused("Not valid."), (ONE, Fate.NOT_MADE)),
        (NoReply("No answer came."), (ONE, Fate.UNKNOWN)),
    ],
)
async def test_readings_are_notified_of_start_and_end_of_each_sending(answer, said, monkeypatch):
    async with bench() as at:
        heard: list[tuple[object, ...]] = []
        before = Organization(balance=60.0)
        monkeypatch.setattr(at.dispatch.readings, "began", lambda task, known: heard.append((task.state, known)))
        monkeypatch.setattr(at.dispatch.readings, "ended", lambda *known: heard.append(known))
        at.rig.runway.then("create", answer)
        await at.deliver(before)
        assert heard == [(State.SENDING, before), said]


async def test_failed_price_write_does_not_affect_an_accepted_task(mistakes, monkeypatch):
    async with bench() as at:

        async def full(*_arguments) -> None:
            raise FULL

        monkeypatch.setattr(at.rig.pricing, "learn", full)
        assert await at.deliver() == Outcome(Result.ACCEPTED)


async def test_exception_about_a_price_does_not_affect_an_accepted_task(mistakes, monkeypatch):
    async with bench() as at:

        async def careless(*_arguments) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr(at.rig.pricing, "learn", careless)
        assert await at.deliver() == Outcome(Result.ACCEPTED)
    assert "a bug" in mistakes.take("remembering a price")
