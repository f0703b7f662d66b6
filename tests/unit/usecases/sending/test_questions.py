"""Questions before tasks are sent."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from runway_desktop.domain.account import NO_KEY, Fingerprint
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.prices import LikePrices, OpenPrice, PriceSum
from runway_desktop.domain.task import Evidence, Hold, HoldCode, State, Task
from runway_desktop.services.tasks.submission import (
    Ask,
    Intent,
    NewTask,
    NewTasks,
    Origin,
    Prepared,
    Release,
    SendAgain,
    Stamp,
    TaskSource,
)
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.sending.questions import question_for
from runway_desktop.values import replace
from tests.rigs.engine_rig import request
from tests.rigs.rows import row


def asked(
    intent: Intent, asks: set[Ask], *, credits: float = 0.0, exact: bool = True, unknown: int = 0, amount: int = 1,
    above: float | None = 500.0, like: LikePrices | None = None, between: OpenPrice | None = None,
    at_least: bool = False, has_runs: bool = False,
) -> Question | None:  # fmt: skip
    sum_ = PriceSum(
        amount=amount,
        credits=credits,
        unknown=unknown,
        exact=exact,
        like=like,
        between=between,
        at_least=at_least,
        has_runs=has_runs,
    )
    prepared = Prepared(
        Stamp(), intent, (), sum_, frozenset(asks),
        held_back=None, key=NO_KEY, made_at=0.0, origin=Origin(TaskSource.SCRIPT),
    )  # fmt: skip
    return question_for(prepared, above)


NEW = NewTasks(tasks=(NewTask(request=request()),))


def test_sending_without_a_reason_to_ask_has_no_question():
    assert asked(NEW, set(), credits=9_000.0) is None
    assert asked(NEW, {Ask.REPEAT}) is None, "whoever pressed is told instead"


def test_question_about_a_sum_states_dollars_and_the_limit():
    question = asked(NEW, {Ask.ABOVE_LIMIT}, amount=12, credits=720.0, exact=False)
    assert question is not None
    assert question.title == "Send 12 tasks for about 720 credits?"
    assert question.text.startswith("That's $7.20.")
    assert (question.yes, question.no) == ("Send 12 tasks", "Don't send")


def test_partially_known_sum_is_questioned_as_at_least():
    question = asked(NEW, {Ask.ABOVE_LIMIT, Ask.PRICE_UNKNOWN}, amount=12, credits=720.0, unknown=3)
    assert question is not None
    assert question.title == "Send 12 tasks for at least 720 credits?"
    assert "3 more tasks" in question.text


def test_unknown_price_has_its_own_question():
    question = asked(NEW, {Ask.PRICE_UNKNOWN}, unknown=1)
    assert question is not None
    assert (question.title, question.yes) == ("Send 1 task at an unknown price?", "Send 1 task")
    assert question.text.endswith("Runway reports it after sending.")


def test_question_about_a_run_says_when_its_cost_is_known():
    question = asked(NEW, {Ask.PRICE_UNKNOWN}, unknown=1, has_runs=True)
    assert question is not None
    assert question.text == "Runway tells what a run costs only after its end, up to an hour later."


def test_price_range_is_stated_in_the_question():
    between, like = OpenPrice(160.0, 320.0, a_second=False), LikePrices("text_to_video", 25.0, 180.0)
    question = asked(NEW, {Ask.PRICE_UNKNOWN}, unknown=1, between=between, like=like)
    assert question is not None
    assert question.title == "Send 1 task for about 160 to 320 credits?"
    assert question.text == "Runway reports the exact price after sending."
    several = asked(NEW, {Ask.PRICE_UNKNOWN}, amount=3, unknown=3, between=OpenPrice(5.0, 5.0, a_second=True))
    assert several is not None
    assert several.title == "Send 3 tasks for about 5 credits a second each?"


def test_sum_that_may_be_higher_says_at_least():
    question = asked(NEW, {Ask.ABOVE_LIMIT}, amount=120, credits=600.0, exact=False, at_least=True)
    assert question is not None
    assert question.title == "Send 120 tasks for at least 600 credits?"


@pytest.mark.parametrize(
    ("amount", "unknown", "like", "said"),
    [
        (1, 1, LikePrices("text_to_video", 25.0, 180.0), " “Text → video” cost 25 to 180 credits for this."),
        (1, 1, LikePrices("text_to_speech", 1.0, 1.0), " “Text → speech” cost 1 credit for this."),
        (3, 2, LikePrices("text_to_image", 1.0, 7.5), " “Text → image” cost 1 to 7.5 credits each."),
    ],
)
def test_question_about_an_unknown_price_states_prices_of_other_models(
    amount: int, unknown: int, like: LikePrices, said: str
):
    question = asked(NEW, {Ask.PRICE_UNKNOWN}, amount=amount, unknown=unknown, like=like)
    assert question is not None
    assert question.text.endswith(said)


def test_question_without_a_similar_known_price_states_none():
    question = asked(NEW, {Ask.PRICE_UNKNOWN}, unknown=1)
    assert question is not None
    assert "Other models" not in question.text


def held(*codes: HoldCode) -> Release:
    return Release(
        tuple(row(State.QUEUED, number=number, hold=Hold(code)).task for number, code in enumerate(codes, start=1))
    )


def test_sending_a_restored_task_mentions_the_second_charge():
    question = asked(held(HoldCode.RESTORED, HoldCode.ITS_TURN), {Ask.MAY_BE_PAID_TWICE})
    assert question is not None
    assert (question.title, question.yes, question.no) == ("Send 2 tasks?", "Send 2 tasks", "Keep waiting")
    assert question.text.startswith("1 queued task may have been sent")
    assert "charged a second time" in question.text


@pytest.mark.parametrize("others", [[], [HoldCode.RESTORED]])
def test_sending_a_copied_task_mentions_the_copy(others: list[HoldCode]):
    question = asked(held(HoldCode.COPIED, *others), {Ask.MAY_BE_PAID_TWICE})
    assert question is not None
    assert "may have been sent from the original or a copy of this profile's folder" in question.text
    assert "charged a second time" in question.text


def test_sending_a_task_held_for_an_unknown_reason_says_it_may_have_been_sent():
    question = asked(held(HoldCode.ASK_PERSON), {Ask.MAY_BE_PAID_TWICE})
    assert question is not None
    assert "may have been sent already" in question.text


def test_sending_an_uncertain_task_again_mentions_the_second_charge():
    old = row(State.UNCERTAIN).task
    question = asked(SendAgain(old, NewTask(request=request(), again_of=old)), {Ask.MAY_BE_PAID_TWICE})
    assert question is not None
    assert "charged a second time" in question.text


def again(olds: Sequence[Task]) -> NewTasks:
    return NewTasks(tasks=tuple(NewTask(request=request(), again_of=old) for old in olds))


def test_question_about_a_gone_task_sent_again_says_a_refresh_may_find_it():
    gone = replace(row(State.GONE).task, key=Fingerprint("mine"))
    other = row(State.CANCELLED, number=2).task
    question = asked(again([gone]), {Ask.MAY_BE_PAID_TWICE})
    assert question is not None
    assert (question.title, question.yes) == ("Send 1 task again?", "Send 1 task again")
    assert "a refresh may still find the result" in question.text
    both = asked(again([gone, other]), {Ask.MAY_BE_PAID_TWICE})
    assert both is not None
    assert both.title == "Send 2 tasks again?"
    assert "1 of these tasks" in both.text


def test_question_counts_canceled_tasks_that_may_have_been_charged():
    denied = replace(row(State.CANCELLED).task, evidence=Evidence(cause=Reason(ReasonCode.SERVER_TROUBLE)))
    restored = replace(row(State.CANCELLED).task, hold=Hold(HoldCode.RESTORED))
    question = asked(again([denied, restored, row(State.CANCELLED).task]), {Ask.MAY_BE_PAID_TWICE})
    assert question is not None
    assert question.title == "Send 3 tasks again?"
    assert "may have created and charged 2 of these tasks" in question.text
    assert "charged a second time" in question.text


def test_doubt_and_sum_are_one_question():
    question = asked(held(HoldCode.RESTORED), {Ask.MAY_BE_PAID_TWICE, Ask.ABOVE_LIMIT}, credits=600.0)
    assert question is not None
    assert question.title == "Send 1 task for 600 credits?"
    assert "charged a second time" in question.text
    assert "You are asked above 500 credits" in question.text
