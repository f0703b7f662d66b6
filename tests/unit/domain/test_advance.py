"""What each thing that happens to a task changes of it, and that it changes nothing else; what a task promises as many
things happen."""

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
from runway_desktop.domain.task import Evidence, Hold, HoldCode, Refusal, RemoteId, Request, State, Task, TaskId
from runway_desktop.values import replace

REMOTE = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")
NOW = 1_750_000_000.0
MINE, THEIRS = Fingerprint("mine"), Fingerprint("theirs")
BEFORE = Evidence(balance_before=100.0)
TOO_LONG = Refusal(path=("duration",), message="Too long")


def task(state: State, **more) -> Task:
    """With what the person made of it, which nothing that happens may touch."""
    return Task(
        id=TaskId("one"),
        request=Request(endpoint="text_to_video", model="gen4.5"),
        created_at=NOW - 100,
        state=state,
        title="Fog",
        rating=4,
        tags=("sea",),
        **{"sent_at": NOW - 50, **more},
    )


def at_runway(state: State, **more) -> Task:
    return task(state, **{"remote_id": REMOTE, "key": MINE, "asked_at": NOW - 5, **more})


def answered(of: Task, status: str, **more) -> Task:
    return advance(of, Answered(Answer(remote_id=REMOTE, status=status, **more), MINE), NOW)


def test_sending_records_its_start_and_key_and_clears_the_reason_to_wait():
    held = task(State.QUEUED, sent_at=None, hold=Hold(HoldCode.NOT_SENT))
    assert advance(held, Sending(BEFORE, MINE), NOW) == replace(
        held, state=State.SENDING, sent_at=NOW, hold=Hold(), evidence=BEFORE, key=MINE
    )


def test_accepted_task_records_its_id_and_estimated_price():
    sending = task(State.SENDING, evidence=BEFORE, estimated_credits=20.0)
    accepted = replace(sending, state=State.PENDING, remote_id=REMOTE, evidence=None)
    assert advance(sending, Accepted(REMOTE), NOW) == accepted
    assert advance(sending, Accepted(REMOTE, 25.0), NOW) == replace(accepted, estimated_credits=25.0)


def test_refused_request_ends_at_once_and_needs_no_evidence():
    sending = task(State.SENDING, evidence=BEFORE, key=MINE)
    assert advance(sending, Refused("Not valid", (TOO_LONG,)), NOW) == replace(
        sending,
        state=State.FAILED,
        ended_at=NOW,
        refusals=(TOO_LONG,),
        cost_credits=0.0,
        evidence=None,
        failure=Failure(code="REQUEST.REFUSED", words="Not valid"),
    )


def test_evidence_about_an_unanswered_sending_is_stored_with_the_task():
    sending = task(State.SENDING, evidence=BEFORE)
    cut = replace(BEFORE, cause=Reason(ReasonCode.NO_REPLY))
    assert advance(sending, NoAnswer(cut), NOW) == replace(sending, state=State.UNCERTAIN, evidence=cut)


def test_rejected_task_is_queued_again_with_its_evidence_and_original_key():
    sending = task(State.SENDING, evidence=BEFORE, key=MINE)
    busy = Hold(HoldCode.NOT_SENT, cause=Reason(ReasonCode.OTHER_ERROR, words="Too many requests."))
    waiting = replace(sending, state=State.QUEUED, sent_at=None, hold=busy, evidence=None)
    assert advance(sending, NotSent(busy), NOW) == waiting
    assert advance(sending, NotSent(busy, BEFORE, THEIRS), NOW) == replace(waiting, evidence=BEFORE, key=THEIRS)
    assert advance(sending, NotSent(busy, key=NO_KEY), NOW).key == NO_KEY, "queued before there was a key"


def test_hold_placed_during_a_sending_lasts_only_if_the_task_was_rejected():
    sending = task(State.SENDING, hold=Hold(HoldCode.WAITS_FOR_PERSON))
    busy = NotSent(Hold(HoldCode.NOT_SENT, cause=Reason(ReasonCode.OTHER_ERROR, words="Too many requests.")))
    assert advance(sending, busy, NOW).hold == Hold(HoldCode.WAITS_FOR_PERSON)
    for answer in (Accepted(REMOTE), Refused("Not valid"), NoAnswer(BEFORE)):
        assert advance(sending, answer, NOW).hold == Hold()


def test_task_waiting_for_the_person_cannot_be_sent():
    waiting = task(State.QUEUED, sent_at=None, hold=Hold(HoldCode.WAITS_FOR_PERSON))
    with pytest.raises(ImpossibleMove, match="waits for the person"):
        advance(waiting, Sending(), NOW)


def test_task_canceled_during_a_rejected_sending_ends_at_once():
    sending = task(State.SENDING, evidence=BEFORE, cancel_asked=True)
    over = replace(sending, state=State.CANCELLED, sent_at=None, ended_at=NOW, evidence=None, cost_credits=0.0)
    assert advance(sending, NotSent(), NOW) == over
    denied = replace(BEFORE, cause=Reason(ReasonCode.SERVER_TROUBLE))
    maybe_made = replace(over, evidence=denied, cost_credits=None)
    assert advance(sending, NotSent(evidence=denied), NOW) == maybe_made, "it may cost something all the same"


def test_dropped_task_of_a_restored_list_may_have_been_made_and_says_why():
    waiting = task(State.QUEUED, sent_at=None, hold=Hold(HoldCode.RESTORED))
    dropped = replace(waiting, state=State.CANCELLED, ended_at=NOW, cost_credits=None)
    assert advance(waiting, Withdrawn(), NOW) == dropped
    assert dropped.may_be_made


def test_known_price_counts_where_runway_gives_none():
    sending = task(State.SENDING, evidence=replace(BEFORE, price=12.0))
    assert advance(sending, Accepted(REMOTE), NOW).estimated_credits == 12.0
    assert advance(sending, Accepted(REMOTE, 25.0), NOW).estimated_credits == 25.0
    assert advance(sending, Accepted(REMOTE, 0.0), NOW).estimated_credits == 0.0, "free is a price too"
    estimated = replace(sending, estimated_credits=20.0)
    assert advance(estimated, Accepted(REMOTE), NOW).estimated_credits == 20.0


def test_task_marked_canceled_by_404s_is_followed_again_once_runway_shows_it():
    missed = at_runway(State.CANCELLED, cancel_asked=True, not_found_at=NOW - 99, ended_at=NOW - 9)
    seen = replace(missed, asked_at=NOW, not_found_at=None)
    running = replace(seen, state=State.RUNNING, ended_at=None, running_since=NOW)
    assert answered(missed, "RUNNING") == running
    assert answered(missed, "SUCCEEDED") == replace(seen, state=State.SUCCEEDED, ended_at=NOW)
    assert advance(missed, Adopted(THEIRS), NOW) == replace(
        missed, state=State.PENDING, key=THEIRS, ended_at=None, asked_at=None, cancel_asked=False, not_found_at=None
    )


def test_evidence_after_the_answer_changes_nothing():
    accepted = at_runway(State.PENDING)
    assert advance(accepted, EvidenceGathered(BEFORE), NOW) == accepted


def test_dismissed_uncertain_task_ends_at_its_dismissal():
    uncertain = task(State.UNCERTAIN, evidence=BEFORE)
    assert advance(uncertain, LetGo(), NOW) == replace(uncertain, state=State.GONE, ended_at=NOW)


def test_id_written_after_its_task_was_dismissed_is_kept():
    dismissed = advance(task(State.UNCERTAIN, evidence=BEFORE), LetGo(), NOW)
    found = advance(dismissed, Accepted(REMOTE), NOW)
    assert (found.state, found.remote_id, found.ended_at) == (State.PENDING, REMOTE, None)


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED, State.CANCELLED, State.GONE])
def test_cancel_request_for_an_ended_task_changes_nothing(state):
    ended = at_runway(state, ended_at=NOW - 5)
    assert advance(ended, CancelAsked(), NOW) == ended


@pytest.mark.parametrize(
    ("transition", "state"),
    [
        (Sending(), State.UNCERTAIN),
        (Accepted(REMOTE), State.QUEUED),
        (NotSent(), State.QUEUED),
        (Refused("Not valid"), State.UNCERTAIN),
        (NoAnswer(BEFORE), State.PENDING),
        (LetGo(), State.SENDING),
        (Withdrawn(), State.SENDING),
    ],
)
def test_invalid_state_transition_is_refused_naming_event_and_state(transition, state):
    with pytest.raises(ImpossibleMove, match=f"^{type(transition).__name__} makes no sense .* {state}$"):
        advance(task(state), transition, NOW)


@pytest.mark.parametrize(
    ("state", "status"), [(State.SUCCEEDED, "FAILED"), (State.FAILED, "RUNNING"), (State.CANCELLED, "PENDING")]
)
def test_late_answer_changes_only_the_poll_time(state, status):
    ended = at_runway(state, ended_at=NOW - 5)
    late = answered(ended, status, progress=0.5, cost_credits=9.0, created_at=NOW - 60, estimated_credits=9.0)
    assert late == replace(ended, asked_at=NOW)


def test_answer_sets_creation_time_and_cost():
    pending = at_runway(State.PENDING, running_since=None)
    told = answered(pending, "THROTTLED", created_at=NOW - 40, estimated_credits=25.0, cost_credits=20.0, progress=0.7)
    assert told == replace(
        pending,
        state=State.THROTTLED,
        asked_at=NOW,
        remote_created_at=NOW - 40,
        estimated_credits=25.0,
        cost_credits=20.0,
    )


def test_values_missing_in_an_answer_stay_known():
    running = at_runway(
        State.RUNNING,
        remote_created_at=NOW - 40,
        estimated_credits=25.0,
        cost_credits=20.0,
        progress=0.3,
        running_since=NOW - 30,
    )
    assert answered(running, "RUNNING") == replace(running, asked_at=NOW)
    assert answered(running, "PENDING") == replace(running, state=State.PENDING, asked_at=NOW, progress=None)


def test_succeeded_task_has_no_failure_and_ends_with_the_answer():
    running = at_runway(State.RUNNING, progress=0.3)
    ended = replace(running, asked_at=NOW, progress=None, ended_at=NOW)
    assert answered(running, "SUCCEEDED", failure="Odd.") == replace(ended, state=State.SUCCEEDED)
    assert answered(running, "CANCELLED") == replace(ended, state=State.CANCELLED)


def test_repeated_answer_does_not_move_the_end():
    done = at_runway(State.SUCCEEDED, ended_at=NOW - 30)
    assert answered(done, "SUCCEEDED") == replace(done, asked_at=NOW)


@pytest.mark.parametrize("status", ["PENDING", "RUNNING"])
def test_task_thought_gone_that_reappears_has_not_ended(status):
    gone = at_runway(State.GONE, ended_at=NOW - 30)
    assert answered(gone, status).ended_at is None


def test_task_thought_gone_ends_when_runway_says_so():
    gone = at_runway(State.GONE, ended_at=NOW - 30)
    assert answered(gone, "SUCCEEDED").ended_at == NOW


def test_404_for_an_ended_task_changes_only_the_poll_time():
    failed = at_runway(State.FAILED, ended_at=NOW - 30)
    assert advance(failed, NotFound(MINE), NOW) == replace(failed, asked_at=NOW)


def test_404_under_another_key_hides_a_running_task_but_no_result():
    running = at_runway(State.RUNNING)
    assert advance(running, NotFound(THEIRS), NOW) == replace(running, hidden_from=THEIRS, asked_at=NOW)
    done = at_runway(State.SUCCEEDED)
    assert advance(done, NotFound(THEIRS), NOW) == replace(done, asked_at=NOW)


def test_404_under_its_own_key_makes_a_hidden_task_visible_and_only_the_first_is_recorded():
    hidden = at_runway(State.RUNNING, hidden_from=THEIRS)
    first = advance(hidden, NotFound(MINE), NOW)
    assert first == replace(hidden, hidden_from=NO_KEY, not_found_at=NOW, asked_at=NOW)
    soon = advance(replace(first, hidden_from=THEIRS), NotFound(MINE), NOW + 0.5)
    assert soon == replace(first, asked_at=NOW + 0.5)


def test_task_ended_by_404s_or_a_delete_has_no_progress_and_is_not_hidden():
    followed = at_runway(State.RUNNING, progress=0.5, hidden_from=THEIRS, not_found_at=NOW - GONE_AFTER)
    over = replace(followed, ended_at=NOW, asked_at=NOW, progress=None, hidden_from=NO_KEY, not_found_at=None)
    assert advance(followed, NotFound(MINE), NOW) == replace(over, state=State.GONE)
    assert advance(followed, Deleted(), NOW) == replace(over, state=State.CANCELLED)
    asked = replace(followed, cancel_asked=True, not_found_at=NOW - CANCELED_AFTER)
    by_404 = replace(over, state=State.CANCELLED, cancel_asked=True, not_found_at=NOW - CANCELED_AFTER)
    assert advance(asked, NotFound(MINE), NOW) == by_404, "it is known that no DELETE did it"


def test_result_deleted_at_runway_stays_succeeded():
    done = at_runway(State.SUCCEEDED, ended_at=NOW - 30)
    deleted = replace(done, deleted_remotely=True, asked_at=NOW)
    assert advance(done, Deleted(), NOW) == deleted
    missed = replace(done, not_found_at=NOW - GONE_AFTER)
    assert advance(missed, NotFound(MINE), NOW) == replace(deleted, not_found_at=NOW - GONE_AFTER)


def test_adopting_a_task_again_clears_404s_and_its_cancel_request():
    gone = at_runway(State.GONE, ended_at=NOW - 9, cancel_asked=True, not_found_at=NOW - 99, hidden_from=THEIRS)
    assert advance(gone, Adopted(THEIRS), NOW) == replace(
        gone,
        state=State.PENDING,
        key=THEIRS,
        ended_at=None,
        asked_at=None,
        cancel_asked=False,
        not_found_at=None,
        hidden_from=NO_KEY,
    )


# As many things happen


def bare(state: State = State.QUEUED, **more) -> Task:
    """With nothing but what its state needs."""
    remote = None if state in (State.QUEUED, State.SENDING, State.UNCERTAIN) else REMOTE
    request = Request(endpoint="text_to_video", model="gen4.5")
    known = {"remote_id": remote, **more}
    return Task(id=TaskId("one"), request=request, created_at=NOW - 100, state=state, **known)


def test_task_goes_from_queued_to_succeeded():
    sending = advance(bare(), Sending(), NOW)
    accepted = advance(sending, Accepted(REMOTE, 25.0), NOW + 1)
    running = advance(accepted, Answered(Answer(remote_id=REMOTE, status="RUNNING", progress=0.3)), NOW + 10)
    done = advance(running, Answered(Answer(remote_id=REMOTE, status="SUCCEEDED", cost_credits=20.0)), NOW + 40)
    assert (sending.state, sending.sent_at) == (State.SENDING, NOW)
    assert (accepted.state, accepted.remote_id, accepted.estimated_credits) == (State.PENDING, REMOTE, 25.0)
    assert (running.state, running.progress, running.running_since) == (State.RUNNING, 0.3, NOW + 10)
    assert (done.state, done.ended_at, done.credits, done.progress) == (State.SUCCEEDED, NOW + 40, 20.0, None)


def test_sending_without_an_answer_is_uncertain_until_resolved():
    uncertain = advance(bare(State.SENDING), NoAnswer(Evidence(cause=Reason(ReasonCode.NO_REPLY))), NOW)
    assert uncertain.state is State.UNCERTAIN
    more = advance(uncertain, EvidenceGathered(Evidence(cause=Reason(ReasonCode.NO_REPLY), daily_after=4)), NOW)
    assert more.evidence is not None
    assert more.evidence.daily_after == 4
    gone = advance(more, LetGo(), NOW)
    assert gone.state is State.GONE
    assert gone.let_go
    assert advance(more, Accepted(REMOTE), NOW).state is State.PENDING


def test_queued_task_that_is_dropped_costs_nothing():
    dropped = advance(bare(hold=Hold(HoldCode.NOT_SENT)), Withdrawn(), NOW)
    ended = (dropped.state, dropped.ended_at, dropped.cost_credits, dropped.hold)
    assert ended == (State.CANCELLED, NOW, 0.0, Hold())


def test_unknown_status_is_stored_and_polling_continues():
    odd = answered(bare(State.RUNNING), "DREAMING")
    assert (odd.state, odd.remote_status) == (State.OTHER, "DREAMING")
    assert odd.state.is_live
    assert answered(odd, "RUNNING").remote_status == ""


def test_progress_never_decreases_while_running():
    running = answered(bare(State.RUNNING, progress=0.6, running_since=NOW - 5), "RUNNING", progress=0.4)
    assert (running.progress, running.running_since) == (0.6, NOW - 5)


def test_result_that_arrives_during_a_cancel_is_kept():
    assert answered(bare(State.CANCELLED, ended_at=NOW), "SUCCEEDED").state is State.SUCCEEDED


def twice_not_found(of: Task, key: Fingerprint, between: float = GONE_AFTER) -> Task:
    return advance(advance(of, NotFound(key), NOW), NotFound(key), NOW + between)


def test_404_after_a_cancel_counts_only_when_repeated_later():
    asked = advance(bare(State.RUNNING, key=MINE), CancelAsked(), NOW)
    once = advance(asked, NotFound(MINE), NOW)
    assert (once.state, once.cancel_asked, once.not_found_at) == (State.RUNNING, True, NOW)
    assert twice_not_found(asked, MINE, CANCELED_AFTER - 1) == replace(once, asked_at=NOW + CANCELED_AFTER - 1)
    seen = answered(once, "RUNNING")
    assert (seen.cancel_asked, seen.not_found_at) == (True, None), "and the DELETE is still to leave"


@pytest.mark.parametrize("state", [State.PENDING, State.THROTTLED, State.RUNNING, State.OTHER])
def test_task_ends_only_by_two_404s_under_its_own_key(state):
    live = bare(state, key=MINE)
    once = advance(live, NotFound(MINE), NOW)
    assert (once.state, once.not_found_at, once.is_hidden) == (state, NOW, False)
    assert advance(once, NotFound(MINE), NOW + GONE_AFTER - 1).state is state, "too soon to be another word"
    gone = advance(once, NotFound(MINE), NOW + GONE_AFTER)
    assert (gone.state, gone.ended_at, gone.not_found_at) == (State.GONE, NOW + GONE_AFTER, None)


def test_invented_task_id_is_given_up_within_seconds():
    entered = bare(State.PENDING, key=MINE, adopted=True)
    assert twice_not_found(entered, MINE, SOUGHT_GONE_AFTER - 1).state is State.PENDING
    assert twice_not_found(entered, MINE, SOUGHT_GONE_AFTER).state is State.GONE
    shown = replace(entered, remote_created_at=NOW)
    assert twice_not_found(shown, MINE, SOUGHT_GONE_AFTER).state is State.PENDING, "it was there: this may be a fault"
    made_here = replace(entered, adopted=False)
    assert twice_not_found(made_here, MINE, SOUGHT_GONE_AFTER).state is State.PENDING, "not known yet, perhaps"


@pytest.mark.parametrize("known", [MINE, NO_KEY])
def test_404s_under_another_key_never_end_a_task(known):
    seen = bare(State.RUNNING, key=known)
    for day in range(3):
        seen = advance(seen, NotFound(THEIRS), NOW + 86_400.0 * day)
    assert (seen.state, seen.hidden_from, seen.is_hidden, seen.not_found_at) == (State.RUNNING, THEIRS, True, None)
    done = bare(State.SUCCEEDED, key=known)
    assert not twice_not_found(done, THEIRS).deleted_remotely


def test_successful_answer_assigns_the_task_to_its_key_and_clears_404s():
    hidden = replace(bare(State.RUNNING, key=MINE), hidden_from=THEIRS, not_found_at=NOW - 100)
    seen = advance(hidden, Answered(Answer(remote_id=REMOTE, status="RUNNING"), Fingerprint("mine too")), NOW)
    assert (seen.key, seen.is_hidden, seen.not_found_at) == ("mine too", False, None)
    assert advance(hidden, Answered(Answer(remote_id=REMOTE, status="RUNNING")), NOW).key == MINE
    assert advance(seen, NotFound(Fingerprint("mine too")), NOW).state is State.RUNNING


def test_answer_with_a_result_clears_its_deleted_mark():
    lost = bare(State.SUCCEEDED, key=MINE, deleted_remotely=True, ended_at=NOW - 50)
    found = advance(lost, Answered(Answer(remote_id=REMOTE, status="SUCCEEDED"), MINE), NOW)
    assert (found.deleted_remotely, found.ended_at) == (False, NOW - 50)


def test_404_after_a_clock_change_is_not_the_second_one():
    once = advance(bare(State.RUNNING, key=MINE), NotFound(MINE), NOW)
    back = advance(once, NotFound(MINE), NOW - 3_600)
    assert (back.state, back.not_found_at) == (State.RUNNING, NOW - 3_600)


def test_key_of_a_sending_is_known_before_the_answer():
    sending = advance(bare(), Sending(key=MINE), NOW)
    assert sending.key == MINE
    assert advance(sending, NotSent(), NOW).key == MINE, "with another one it is not sent unasked"
    uncertain = advance(sending, NoAnswer(Evidence()), NOW)
    assert advance(uncertain, Accepted(REMOTE), NOW + 9).key == MINE


def test_adopted_task_is_polled_like_one_that_was_never_gone():
    gone = bare(State.GONE, key=MINE, ended_at=NOW - 9, rating=4, asked_at=NOW - 9, remote_status="DREAMING")
    back = advance(gone, Adopted(THEIRS), NOW)
    assert back == replace(gone, state=State.PENDING, key=THEIRS, ended_at=None, asked_at=None, remote_status="")
    ended = advance(back, Answered(Answer(remote_id=REMOTE, status="SUCCEEDED"), THEIRS), NOW + 5)
    assert (ended.state, ended.ended_at) == (State.SUCCEEDED, NOW + 5)


def test_running_task_adopted_again_keeps_the_key_that_sees_it():
    hidden = bare(State.RUNNING, key=MINE, hidden_from=THEIRS)
    assert advance(hidden, Adopted(THEIRS), NOW) == replace(hidden, hidden_from=NO_KEY)
    unknown = bare(State.PENDING, adopted=True, hidden_from=THEIRS)
    assert advance(unknown, Adopted(THEIRS), NOW).key == THEIRS


def test_adopted_result_is_no_longer_marked_deleted():
    lost = bare(State.SUCCEEDED, key=MINE, deleted_remotely=True)
    assert advance(lost, Adopted(THEIRS), NOW) == replace(lost, deleted_remotely=False, key=THEIRS)
    let_go = bare(State.GONE, remote_id=None)
    assert advance(let_go, Adopted(MINE), NOW) == let_go


@given(state=st.sampled_from(State), key=st.sampled_from([MINE, THEIRS, NO_KEY]), own=st.sampled_from([MINE, NO_KEY]))
def test_404_never_raises_and_never_ends_a_task_at_once(state, key, own):
    before = bare(state, key=own, remote_id=REMOTE)
    assert advance(before, NotFound(key), NOW).state is state


def test_failed_task_stores_failure_code_and_message():
    failed = answered(bare(State.RUNNING), "FAILED", failure="No.", failure_code="SAFETY.INPUT.TEXT", cost_credits=0.0)
    assert failed.failure == Failure(code="SAFETY.INPUT.TEXT", words="No.")
    assert failed.credits == 0.0


@given(
    state=st.sampled_from(State),
    status=st.text(max_size=12)
    | st.sampled_from(["PENDING", "THROTTLED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]),
    progress=st.none() | st.floats(allow_nan=False, allow_infinity=False),
)
def test_no_answer_of_the_server_raises(state, status, progress):
    after = answered(bare(state, remote_id=REMOTE), status, progress=progress)
    assert isinstance(after.state, State)


@given(state=st.sampled_from(State))
def test_cancel_request_never_changes_the_state(state):
    before = bare(state)
    assert replace(advance(before, CancelAsked(), NOW), cancel_asked=False) == before


def test_answer_under_way_when_a_find_was_undone_does_not_make_the_task_live() -> None:
    uncertain = task(State.UNCERTAIN, evidence=BEFORE)
    said = Answer(remote_id=REMOTE, status="SUCCEEDED", output=("https://out.example/a.mp4",), cost_credits=5.0)
    assert advance(uncertain, Answered(said, MINE), NOW) == uncertain
