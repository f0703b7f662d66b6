"""What a task promises as things happen to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.account import NO_KEY, Fingerprint
from runway_desktop.domain.advance import (
    CANCELED_AFTER,
    GONE_AFTER,
    SOUGHT_GONE_AFTER,
    Accepted,
    Adopted,
    Answer,
    Answered,
    CancelAsked,
    Deleted,
    EvidenceGathered,
    ImpossibleMove,
    LetGo,
    NoAnswer,
    NotFound,
    NotSent,
    Refused,
    Sending,
    Withdrawn,
    advance,
)
from runway_desktop.domain.failures import Failure, Reason, ReasonCode
from runway_desktop.domain.task import (
    ITS_TURN,
    Evidence,
    Hold,
    HoldCode,
    Refusal,
    RemoteId,
    Request,
    State,
    Task,
    TaskId,
)
from runway_desktop.values import replace

REMOTE = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")
NOW = 1_750_000_000.0
TURNED_AWAY = Hold(HoldCode.NOT_SENT, cause=Reason(ReasonCode.OTHER_ERROR, words="Too many requests."))
MINE, THEIRS = Fingerprint("mine"), Fingerprint("theirs")


def task(state: State = State.QUEUED, **more) -> Task:
    remote = None if state in (State.QUEUED, State.SENDING, State.UNCERTAIN) else REMOTE
    return Task(
        id=TaskId("one"),
        request=Request(endpoint="text_to_video", model="gen4.5"),
        created_at=NOW - 100,
        state=state,
        **{"remote_id": remote, **more},
    )


def answered(of: Task, status: str, **more) -> Task:
    return advance(of, Answered(Answer(remote_id=REMOTE, status=status, **more)), NOW)


def test_a_task_goes_from_held_to_succeeded():
    sending = advance(task(), Sending(), NOW)
    accepted = advance(sending, Accepted(REMOTE, 25.0), NOW + 1)
    running = advance(accepted, Answered(Answer(remote_id=REMOTE, status="RUNNING", progress=0.3)), NOW + 10)
    done = advance(running, Answered(Answer(remote_id=REMOTE, status="SUCCEEDED", cost_credits=20.0)), NOW + 40)
    assert (sending.state, sending.sent_at) == (State.SENDING, NOW)
    assert (accepted.state, accepted.remote_id, accepted.estimated_credits) == (State.PENDING, REMOTE, 25.0)
    assert (running.state, running.progress, running.running_since) == (State.RUNNING, 0.3, NOW + 10)
    assert (done.state, done.ended_at, done.credits, done.progress) == (State.SUCCEEDED, NOW + 40, 20.0, None)


def test_what_was_known_before_the_sending_is_stored_with_it():
    before = Evidence(balance_before=100.0, daily_before=3)
    assert advance(task(), Sending(before), NOW).evidence == before
    assert advance(advance(task(), Sending(before), NOW), Accepted(REMOTE), NOW).evidence is None
    assert advance(advance(task(), Sending(before), NOW), NotSent(TURNED_AWAY), NOW).evidence is None
    assert advance(advance(task(), Sending(before), NOW), NotSent(TURNED_AWAY, before), NOW).evidence == before


def test_a_sending_that_was_turned_away_waits_again_and_says_why():
    back = advance(task(State.SENDING, sent_at=NOW), NotSent(TURNED_AWAY), NOW)
    assert (back.state, back.sent_at, back.hold) == (State.QUEUED, None, TURNED_AWAY)
    assert advance(back, Sending(), NOW).hold == ITS_TURN


def test_a_refused_request_fails_at_no_cost_with_the_fields_that_were_named():
    refusal = Refusal(path=("duration",), message="Too long")
    failed = advance(task(State.SENDING), Refused("Validation failed", (refusal,)), NOW)
    assert (failed.state, failed.cost_credits, failed.refusals) == (State.FAILED, 0.0, (refusal,))
    assert failed.failure == Failure(code="REQUEST.REFUSED", words="Validation failed")


def test_a_sending_without_an_answer_is_uncertain_until_someone_decides():
    uncertain = advance(task(State.SENDING), NoAnswer(Evidence(cause=Reason(ReasonCode.NO_REPLY))), NOW)
    assert uncertain.state is State.UNCERTAIN
    more = advance(uncertain, EvidenceGathered(Evidence(cause=Reason(ReasonCode.NO_REPLY), daily_after=4)), NOW)
    assert more.evidence is not None
    assert more.evidence.daily_after == 4
    gone = advance(more, LetGo(), NOW)
    assert gone.state is State.GONE
    assert gone.let_go
    assert advance(more, Accepted(REMOTE), NOW).state is State.PENDING


def test_an_uncertain_task_is_never_sent_by_a_move():
    with pytest.raises(ImpossibleMove):
        advance(task(State.UNCERTAIN), Sending(), NOW)


def test_a_held_task_that_is_dropped_never_left_and_costs_nothing():
    dropped = advance(task(hold=TURNED_AWAY), Withdrawn(), NOW)
    assert (dropped.state, dropped.ended_at, dropped.cost_credits, dropped.hold) == (
        State.CANCELLED,
        NOW,
        0.0,
        ITS_TURN,
    )
    with pytest.raises(ImpossibleMove):
        advance(task(State.SENDING), Withdrawn(), NOW)


def test_an_unknown_status_is_kept_as_its_word_and_asked_on():
    odd = answered(task(State.RUNNING), "DREAMING")
    assert (odd.state, odd.remote_status) == (State.OTHER, "DREAMING")
    assert odd.state.is_live
    assert answered(odd, "RUNNING").remote_status == ""


def test_progress_never_goes_back_while_running():
    running = answered(task(State.RUNNING, progress=0.6, running_since=NOW - 5), "RUNNING", progress=0.4)
    assert (running.progress, running.running_since) == (0.6, NOW - 5)


def test_a_paid_result_stays_one_whatever_comes_later():
    done = task(State.SUCCEEDED, ended_at=NOW - 5, cost_credits=25.0)
    assert answered(done, "FAILED").state is State.SUCCEEDED
    assert twice_not_found(replace(done, key=MINE), MINE).state is State.SUCCEEDED
    assert twice_not_found(replace(done, key=MINE), MINE).deleted_remotely
    assert advance(done, Deleted(), NOW).deleted_remotely


def test_a_late_answer_does_not_bring_an_ended_task_back_to_life():
    for state in (State.FAILED, State.CANCELLED):
        assert answered(task(state, ended_at=NOW), "RUNNING", progress=0.5).state is state


def test_a_result_that_was_on_its_way_while_cancel_was_answered_is_kept():
    assert answered(task(State.CANCELLED, ended_at=NOW), "SUCCEEDED").state is State.SUCCEEDED


def twice_not_found(of: Task, key: Fingerprint, between: float = GONE_AFTER) -> Task:
    return advance(advance(of, NotFound(key), NOW), NotFound(key), NOW + between)


def test_a_404_means_canceled_only_where_that_was_asked():
    running = task(State.RUNNING, key=MINE)
    assert twice_not_found(running, MINE).state is State.GONE
    asked = advance(running, CancelAsked(), NOW)
    assert asked.state is State.RUNNING
    assert twice_not_found(asked, MINE, CANCELED_AFTER).state is State.CANCELLED
    assert twice_not_found(asked, THEIRS, CANCELED_AFTER).state is State.RUNNING


def test_a_404_is_no_answer_to_a_cancel_before_it_was_said_twice_and_far_apart():
    asked = advance(task(State.RUNNING, key=MINE), CancelAsked(), NOW)
    once = advance(asked, NotFound(MINE), NOW)
    assert (once.state, once.cancel_asked, once.not_found_at) == (State.RUNNING, True, NOW)
    assert twice_not_found(asked, MINE, CANCELED_AFTER - 1) == replace(once, asked_at=NOW + CANCELED_AFTER - 1)
    seen = answered(once, "RUNNING")
    assert (seen.cancel_asked, seen.not_found_at) == (True, None), "and the DELETE is still to leave"


@pytest.mark.parametrize("state", [State.PENDING, State.THROTTLED, State.RUNNING, State.OTHER])
def test_only_its_own_key_ends_a_task_by_a_404_and_has_to_say_it_twice(state):
    live = task(state, key=MINE)
    once = advance(live, NotFound(MINE), NOW)
    assert (once.state, once.not_found_at, once.is_hidden) == (state, NOW, False)
    assert advance(once, NotFound(MINE), NOW + GONE_AFTER - 1).state is state, "too soon to be another word"
    gone = advance(once, NotFound(MINE), NOW + GONE_AFTER)
    assert (gone.state, gone.ended_at, gone.not_found_at) == (State.GONE, NOW + GONE_AFTER, None)


def test_an_id_that_runway_never_showed_is_given_up_within_seconds():
    entered = task(State.PENDING, key=MINE, adopted=True)
    assert twice_not_found(entered, MINE, SOUGHT_GONE_AFTER - 1).state is State.PENDING
    assert twice_not_found(entered, MINE, SOUGHT_GONE_AFTER).state is State.GONE
    shown = replace(entered, remote_created_at=NOW)
    assert twice_not_found(shown, MINE, SOUGHT_GONE_AFTER).state is State.PENDING, "it was there: this may be a fault"
    made_here = replace(entered, adopted=False)
    assert twice_not_found(made_here, MINE, SOUGHT_GONE_AFTER).state is State.PENDING, "not known yet, perhaps"


@pytest.mark.parametrize("known", [MINE, NO_KEY])
def test_another_key_ends_nothing_however_often_it_is_asked(known):
    seen = task(State.RUNNING, key=known)
    for day in range(3):
        seen = advance(seen, NotFound(THEIRS), NOW + 86_400.0 * day)
    assert (seen.state, seen.hidden_from, seen.is_hidden, seen.not_found_at) == (State.RUNNING, THEIRS, True, None)
    done = task(State.SUCCEEDED, key=known)
    assert not twice_not_found(done, THEIRS).deleted_remotely


def test_an_answer_makes_whoever_asked_its_own_key_and_forgets_all_404s():
    hidden = replace(task(State.RUNNING, key=MINE), hidden_from=THEIRS, not_found_at=NOW - 100)
    seen = advance(hidden, Answered(Answer(remote_id=REMOTE, status="RUNNING"), Fingerprint("mine too")), NOW)
    assert (seen.key, seen.is_hidden, seen.not_found_at) == ("mine too", False, None)
    assert advance(hidden, Answered(Answer(remote_id=REMOTE, status="RUNNING")), NOW).key == MINE
    assert advance(seen, NotFound(Fingerprint("mine too")), NOW).state is State.RUNNING


def test_an_answer_says_that_a_result_is_there_after_all():
    lost = task(State.SUCCEEDED, key=MINE, deleted_remotely=True, ended_at=NOW - 50)
    found = advance(lost, Answered(Answer(remote_id=REMOTE, status="SUCCEEDED"), MINE), NOW)
    assert (found.deleted_remotely, found.ended_at) == (False, NOW - 50)


def test_a_clock_that_was_set_back_makes_no_404_the_second_one():
    once = advance(task(State.RUNNING, key=MINE), NotFound(MINE), NOW)
    back = advance(once, NotFound(MINE), NOW - 3_600)
    assert (back.state, back.not_found_at) == (State.RUNNING, NOW - 3_600)


def test_the_key_with_which_it_leaves_is_known_before_runway_has_answered():
    sending = advance(task(), Sending(key=MINE), NOW)
    assert sending.key == MINE
    assert advance(sending, NotSent(TURNED_AWAY), NOW).key == MINE, "with another one it is not sent unasked"
    uncertain = advance(sending, NoAnswer(Evidence()), NOW)
    assert advance(uncertain, Accepted(REMOTE), NOW + 9).key == MINE


def test_what_is_adopted_again_is_asked_for_as_if_it_had_never_been_gone():
    gone = task(State.GONE, key=MINE, ended_at=NOW - 9, rating=4, asked_at=NOW - 9, remote_status="DREAMING")
    back = advance(gone, Adopted(THEIRS), NOW)
    assert back == replace(gone, state=State.PENDING, key=THEIRS, ended_at=None, asked_at=None, remote_status="")
    ended = advance(back, Answered(Answer(remote_id=REMOTE, status="SUCCEEDED"), THEIRS), NOW + 5)
    assert (ended.state, ended.ended_at) == (State.SUCCEEDED, NOW + 5)


def test_a_task_at_runway_that_is_adopted_again_keeps_the_key_that_sees_it():
    hidden = task(State.RUNNING, key=MINE, hidden_from=THEIRS)
    assert advance(hidden, Adopted(THEIRS), NOW) == replace(hidden, hidden_from=NO_KEY)
    unknown = task(State.PENDING, adopted=True, hidden_from=THEIRS)
    assert advance(unknown, Adopted(THEIRS), NOW).key == THEIRS


def test_a_result_that_is_adopted_again_is_not_deleted_as_far_as_is_known():
    lost = task(State.SUCCEEDED, key=MINE, deleted_remotely=True)
    assert advance(lost, Adopted(THEIRS), NOW) == replace(lost, deleted_remotely=False, key=THEIRS)
    let_go = task(State.GONE, remote_id=None)
    assert advance(let_go, Adopted(MINE), NOW) == let_go


@given(state=st.sampled_from(State), key=st.sampled_from([MINE, THEIRS, NO_KEY]), own=st.sampled_from([MINE, NO_KEY]))
def test_no_404_ever_raises_or_ends_a_task_at_once(state, key, own):
    before = task(state, key=own, remote_id=REMOTE)
    assert advance(before, NotFound(key), NOW).state is state


def test_a_failure_brings_its_code_and_words():
    failed = answered(task(State.RUNNING), "FAILED", failure="No.", failure_code="SAFETY.INPUT.TEXT", cost_credits=0.0)
    assert failed.failure == Failure(code="SAFETY.INPUT.TEXT", words="No.")
    assert failed.credits == 0.0


@given(
    state=st.sampled_from(State),
    status=st.text(max_size=12)
    | st.sampled_from(["PENDING", "THROTTLED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]),
    progress=st.none() | st.floats(allow_nan=False, allow_infinity=False),
)
def test_no_answer_of_the_server_ever_raises(state, status, progress):
    after = answered(task(state, remote_id=REMOTE), status, progress=progress)
    assert isinstance(after.state, State)


@given(state=st.sampled_from(State))
def test_asking_to_cancel_never_moves_a_task(state):
    before = task(state)
    assert replace(advance(before, CancelAsked(), NOW), cancel_asked=False) == before
