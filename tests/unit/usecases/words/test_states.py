"""The table of states: text, icon and search word of each."""

from __future__ import annotations

import pytest

from runway_desktop.domain.caps import Kept, LaneCode, LaneReason
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.library import Row
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.task import Evidence, Hold, HoldCode, State
from runway_desktop.usecases.searching.language import STATES
from runway_desktop.usecases.words.queue import InQueue
from runway_desktop.usecases.words.states import LOOKS, STATUSES, Around, canceled_words, cost_words, describe
from runway_desktop.values import replace
from tests.rigs.fake_runway import remote_id
from tests.rigs.rows import task

NOON = 1_800_000_000.0

DENIED = Evidence(cause=Reason(ReasonCode.SERVER_TROUBLE, words="Runway is busy."))


def test_every_state_has_an_icon_and_a_search_word():
    assert list(LOOKS) == list(State)
    for look in LOOKS.values():
        assert str(look.headline)
        assert look.icon.startswith("mdi6.")
        assert look.word in STATUSES


def test_every_search_word_for_a_state_finds_its_states():
    for word in STATUSES:
        assert STATES[word]
        assert all(LOOKS[state].word == word for state in STATES[word])
    assert sum(len(STATES[word]) for word in STATUSES) == len(State)


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"running_since": 5.0}, "running, so no refund"),
        ({}, "refund not guaranteed"),
        ({"running_since": 5.0, "cost_credits": 12.0}, "12 credits charged"),
        ({"cost_credits": 0.0}, "nothing charged"),
        ({"remote_id": None}, "never sent"),
        ({"remote_id": None, "evidence": DENIED}, "may be charged, although Runway refused it"),
    ],
)
def test_canceled_task_always_states_its_cost(members, says):
    canceled = task(1, State.CANCELLED, **{"remote_id": remote_id(1), **members})
    assert describe(Row(task=canceled), Around()).detail == says


@pytest.mark.parametrize("state", [State.PENDING, State.THROTTLED, State.RUNNING, State.OTHER])
def test_running_task_is_not_shown_as_running_while_runway_is_unreachable(state):
    running = Row(task=task(1, state, remote_id=remote_id(1), progress=0.96))
    offline = describe(running, Around(offline=True))
    assert (offline.headline, offline.progress, offline.moving) == ("Offline", None, False)
    assert offline.detail == f"Last known: {describe(running, Around()).headline}"
    assert describe(Row(task=task(1, State.FAILED)), Around(offline=True)).headline != "Offline"


def test_queued_task_promises_no_start_while_runway_is_unreachable():
    queued = Row(task=task(1, State.QUEUED, hold=Hold(HoldCode.ITS_TURN)))
    turn = InQueue(position=1, start=(600.0, 900.0), is_queue=True)
    assert describe(queued, Around(turn=turn)).headline != "Queued"
    offline = describe(queued, Around(turn=turn, offline=True))
    assert (offline.headline, offline.detail) == ("Queued", "Offline")


def test_adopted_id_is_shown_as_searched_until_runway_shows_its_task():
    entered = task(1, State.PENDING, remote_id=remote_id(1), adopted=True)
    assert describe(Row(task=entered), Around()).spoken == "Looking for it"
    assert describe(Row(task=replace(entered, not_found_at=5.0)), Around()).spoken == "Looking for it (not found yet)"
    shown = replace(entered, remote_created_at=5.0)
    assert describe(Row(task=shown), Around()).headline == "Queued at Runway"
    assert describe(Row(task=replace(entered, adopted=False)), Around()).headline == "Queued at Runway"


@pytest.mark.parametrize("code", [ReasonCode.NOT_REACHED, ReasonCode.SLOW_DOWN, ReasonCode.SERVER_TROUBLE])
def test_queued_task_shows_its_current_reason_instead_of_an_old_connection_state(code):
    hold = Hold(HoldCode.NOT_SENT, cause=Reason(code, words="Earlier."))
    queued = Row(task=task(1, State.QUEUED, hold=hold))
    assert describe(queued, Around(kept=Kept(hold=hold, lane=LaneReason(LaneCode.OFFLINE)))).detail == "Offline"
    assert describe(queued, Around(kept=Kept(hold=hold, lane=LaneReason(LaneCode.PAUSED)))).detail == "Paused"
    assert describe(queued, Around()).detail == "Retrying"
    refused = replace(queued.task, hold=replace(hold, cause=Reason(ReasonCode.NO_CREDITS, words="No credits.")))
    assert describe(Row(task=refused), Around()).detail == "No credits."


def test_rate_limit_text_says_when_it_is_retried():
    limit = LaneReason(LaneCode.ERROR, cause=Reason(ReasonCode.SLOW_DOWN, words="Busy."), retry_at=NOON + 31)
    said = describe(Row(task=task(1, State.QUEUED)), Around(kept=Kept(lane=limit))).detail
    assert said == f"Rate limit until {local_time(NOON + 31):%H:%M:%S}"


def test_several_canceled_tasks_are_one_sentence_with_their_possible_cost():
    ran = task(1, State.CANCELLED, remote_id=remote_id(1), running_since=5.0)
    held = task(2, State.CANCELLED, remote_id=None)
    assert canceled_words([]) == canceled_words([held]) == ""
    assert str(canceled_words([ran, held])) == "1 task canceled: running, so no refund."
    assert str(canceled_words([ran, ran])) == (
        "2 tasks canceled. Runway doesn't refund running tasks and doesn't guarantee refunds for others."
    )


def test_unknown_cost_of_a_canceled_task_differs_from_no_cost():
    assert cost_words(task(1, State.CANCELLED, remote_id=remote_id(1))) == "?"
    assert cost_words(task(1, State.CANCELLED, remote_id=None)) != "?"
    assert cost_words(task(1, State.CANCELLED, remote_id=None, evidence=DENIED)) == "?"


@pytest.mark.parametrize("state", [State.PENDING, State.THROTTLED, State.RUNNING, State.OTHER])
def test_task_with_a_pending_cancel_is_shown_as_being_canceled(state):
    asked = task(1, state, remote_id=remote_id(1), progress=0.4, cancel_asked=True)
    shown = describe(Row(task=asked), Around(remaining=(3, 9)))
    assert (shown.detail, shown.tone) == ("canceling", LOOKS[state].tone)
    ended = replace(asked, state=State.FAILED)
    assert describe(Row(task=ended), Around()).detail != "canceling"
