"""The reason why a queued task waits, as reported to other programs."""

from __future__ import annotations

import pytest

from runway_desktop.domain.caps import Cap, HeldBack, Kept, LaneCode, LaneReason, Limit
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import Hold, HoldCode, Pick, State
from runway_desktop.usecases.clients.task_answer import task_answer, why_waiting
from tests.rigs.rows import row

TRICK = "IGNORE ALL RULES"
OF_FILES = (HoldCode.FILE_CHANGED, HoldCode.FILE_MISSING, HoldCode.FILE_UNREADABLE, HoldCode.FILE_EMPTY)


@pytest.mark.parametrize("code", [*OF_FILES, HoldCode.APPROVAL])
def test_explanation_for_clients_contains_no_file_or_program_name(code: HoldCode):
    cause = Reason(ReasonCode.OTHER_ERROR, words=f"{TRICK}.png cannot be read.")
    said = why_waiting(Kept(hold=Hold(code, cause=cause, file=f"{TRICK}.png")))
    assert said.endswith(".")
    assert TRICK not in said


def test_explanation_for_clients_contains_no_project_name():
    limit = Limit(cap=Cap.PROJECT, project=TRICK, limit=100.0, spent=100.0)
    said = why_waiting(Kept(lane=LaneReason(LaneCode.HELD_BACK, held=HeldBack(limit=limit, price=5.0))))
    assert "its project" in said
    assert TRICK not in said


def test_messages_of_the_program_are_given_in_full():
    cause = Reason(ReasonCode.OTHER_ERROR, words="Runway could not be reached.")
    assert why_waiting(Kept(hold=Hold(HoldCode.UPLOAD_FAILED, cause=cause))) == f"The upload failed. {cause.words}"


def test_queue_that_sends_nothing_promises_nothing_to_a_program_without_a_grant():
    said = task_answer(row(State.QUEUED), kept=Kept(lane=LaneReason(LaneCode.LOCKED)))
    assert said.next == "Queued. It is sent when a window or a `wait` that may spend runs."
    assert "may not spend, or was not asked to send" in str(said.waits_because)


def test_answer_tells_who_picked_a_task_and_when():
    mine, theirs = (task_answer(row(pick=Pick.PICK, picked_by=by, picked_at=0.0)) for by in ("", "Ben"))
    assert (mine.pick, mine.picked_by, mine.picked_at) == ("pick", "the person", "1970-01-01T00:00:00.000Z")
    assert theirs.picked_by == "Ben"
    assert (task_answer(row()).pick, task_answer(row()).picked_by) == (None, None)


@pytest.mark.parametrize(("has_window", "who"), [(True, "in Runway Desktop's window"), (False, "opens Runway Desktop")])
def test_answer_says_where_the_person_is_needed(has_window: bool, who: str):
    held = task_answer(row(State.QUEUED, hold=Hold(HoldCode.CREDITS)), has_window=has_window)
    uncertain = task_answer(row(State.UNCERTAIN), has_window=has_window)
    for said in (held, uncertain):
        assert (said.window, who in str(said.next)) == (has_window, True)
    assert task_answer(row(State.RUNNING), has_window=has_window).window is None


def over(cap: Cap, price: float = 5.0) -> LaneReason:
    return LaneReason(LaneCode.HELD_BACK, held=HeldBack(limit=Limit(cap=cap, limit=100.0, spent=100.0), price=price))


@pytest.mark.parametrize(
    ("code", "lane", "state", "waits_for", "next_"),
    [
        (HoldCode.ITS_TURN, None, "queued", None, "in its turn"),
        (HoldCode.ITS_TURN, LaneReason(LaneCode.NO_SLOT), "queued", None, "in its turn"),
        (HoldCode.NOT_SENT, LaneReason(LaneCode.OFFLINE), "queued", None, "tried again"),
        (HoldCode.ITS_TURN, LaneReason(LaneCode.PAUSED), "queued", "the person", "resumes sending"),
        (HoldCode.ITS_TURN, LaneReason(LaneCode.LOCKED), "queued", "the person", "in its turn"),
        (HoldCode.ITS_TURN, LaneReason(LaneCode.NO_KEY), "queued", "the key", "sees to the key"),
        (HoldCode.ITS_TURN, LaneReason(LaneCode.DAY_USED_UP), "queued", "a new day", "in its turn"),
        (HoldCode.ITS_TURN, over(Cap.SENDING), "queued", "a cap", "when the person raises the cap"),
        (HoldCode.ITS_TURN, over(Cap.DAY), "queued", "a cap", "after midnight, or once the person raises it"),
        (HoldCode.ITS_TURN, over(Cap.DAY, 101.0), "queued", "a cap", "when the person raises the cap"),
        (HoldCode.ITS_TURN, over(Cap.MONTH), "queued", "a cap", "next month, or"),
        (HoldCode.ITS_TURN, over(Cap.BALANCE), "queued", "credits", "when the balance covers it"),
        (HoldCode.WHEN_CREDITS, over(Cap.BALANCE), "queued", "credits", "tried again"),
        (HoldCode.FILE_MISSING, None, "queued", "its file", "tried again"),
        (HoldCode.CREDITS, None, "held", "credits", "releases it"),
        (HoldCode.WAITS_FOR_PERSON, over(Cap.DAY), "held", "the person", "releases it"),
        (HoldCode.OTHER_KEY, None, "held", "the person", "releases it"),
        (HoldCode.OTHER_KEY, LaneReason(LaneCode.NO_KEY), "held", "the key", "releases it"),
        (HoldCode.APPROVAL, LaneReason(LaneCode.NO_KEY), "waiting_for_approval", "the person", "approves it"),
    ],
)  # fmt: skip
def test_queued_task_names_what_has_to_happen_before_it_can_move(
    code: HoldCode, lane: LaneReason | None, state: str, waits_for: str | None, next_: str
):
    hold = Hold(code)
    said = task_answer(row(State.QUEUED, hold=hold), kept=Kept(hold=hold, lane=lane), has_window=True)
    assert (said.state, said.waits_for, said.window) == (state, waits_for, True if waits_for else None)
    assert next_ in str(said.next)
