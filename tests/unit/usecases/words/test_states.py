"""The one table of states: how each is shown, and by which word it is found."""

from __future__ import annotations

import pytest

from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Evidence, State
from runway_desktop.usecases.searching.language import STATES
from runway_desktop.usecases.words.states import LOOKS, STATUSES, Around, canceled_words, cost_words, describe
from runway_desktop.values import replace
from tests.fake_runway import remote_id
from tests.rows import task

DENIED = Evidence(cause=Reason(ReasonCode.SERVER_TROUBLE, words="Runway is busy."))


def test_every_state_has_its_look_and_a_word_of_the_search():
    assert list(LOOKS) == list(State)
    for look in LOOKS.values():
        assert str(look.headline)
        assert look.icon.startswith("mdi6.")
        assert look.word in STATUSES


def test_every_word_of_the_search_finds_the_states_that_have_it():
    for word in STATUSES:
        assert STATES[word]
        assert all(LOOKS[state].word == word for state in STATES[word])
    assert sum(len(STATES[word]) for word in STATUSES) == len(State)


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"running_since": 5.0}, "it was running, so Runway refunds nothing"),
        ({}, "it was not seen running, but no refund is guaranteed"),
        ({"running_since": 5.0, "cost_credits": 12.0}, "12 credits charged"),
        ({"cost_credits": 0.0}, "nothing charged"),
        ({"remote_id": None}, "it was never sent"),
        (
            {"remote_id": None, "evidence": DENIED},
            "Runway said that it did not take it, but it may have been made and charged",
        ),
    ],
)
def test_a_canceled_task_never_stands_without_a_word_of_its_cost(members, says):
    canceled = task(1, State.CANCELLED, **{"remote_id": remote_id(1), **members})
    assert describe(Row(task=canceled), Around()).detail == says


def test_several_canceled_tasks_are_told_of_in_one_sentence_with_what_they_may_cost():
    ran = task(1, State.CANCELLED, remote_id=remote_id(1), running_since=5.0)
    held = task(2, State.CANCELLED, remote_id=None)
    assert canceled_words([]) == canceled_words([held]) == ""
    assert str(canceled_words([ran, held])) == "1 task canceled: it was running, so Runway refunds nothing."
    assert str(canceled_words([ran, ran])) == (
        "2 tasks canceled. Runway refunds nothing for those that were running, and guarantees no refund for others."
    )


def test_the_cost_of_a_canceled_task_is_unknown_and_not_none():
    assert cost_words(task(1, State.CANCELLED, remote_id=remote_id(1))) == "?"
    assert cost_words(task(1, State.CANCELLED, remote_id=None)) != "?"
    assert cost_words(task(1, State.CANCELLED, remote_id=None, evidence=DENIED)) == "?"


@pytest.mark.parametrize("state", [State.PENDING, State.THROTTLED, State.RUNNING, State.OTHER])
def test_a_task_whose_cancel_is_not_answered_yet_says_that_it_is_being_canceled(state):
    asked = task(1, state, remote_id=remote_id(1), progress=0.4, cancel_asked=True)
    shown = describe(Row(task=asked), Around(remaining=(3, 9)))
    assert (shown.detail, shown.tone) == ("canceling", LOOKS[state].tone)
    ended = replace(asked, state=State.FAILED)
    assert describe(Row(task=ended), Around()).detail != "canceling"
