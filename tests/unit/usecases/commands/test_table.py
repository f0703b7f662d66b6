"""What can be done with the chosen tasks, and what is asked before something can be lost."""

import itertools

import pytest

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import ITS_TURN, Hold, HoldCode, OutputState, Request, State
from runway_desktop.usecases.commands.table import (
    Available,
    available,
    available_by_command,
    concerned,
    question,
    why_not,
)
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.values import replace
from tests.rows import failed, row

REFUSALS = (
    "SAFETY.INPUT.TEXT",
    "SAFETY.OUTPUT.VIDEO",
    "INPUT_PREPROCESSING.SAFETY.TEXT",
    "REQUEST.REFUSED",
    "ASSET.INVALID",
)


def found(*rows) -> dict[TaskCommand, Available]:
    return available_by_command(rows)


def test_nothing_chosen_offers_nothing():
    assert available([]) == []


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refused_task_offers_edit_and_send_and_never_retry(code):
    commands = found(failed(code))
    assert TaskCommand.RETRY not in commands
    assert commands[TaskCommand.EDIT_AND_SEND].enabled


@pytest.mark.parametrize("code", ["INTERNAL", "THIRD_PARTY.UNAVAILABLE", "INPUT_PREPROCESSING.INTERNAL", ""])
def test_what_broke_at_runway_may_be_retried(code):
    assert found(failed(code))[TaskCommand.RETRY].enabled


def test_retry_counts_only_those_that_it_may_help():
    assert (
        found(failed("INTERNAL"), failed("SAFETY.INPUT.TEXT"), failed("INTERNAL"))[TaskCommand.RETRY].text == "Retry 2"
    )


def test_an_uncertain_task_offers_the_three_decisions_first():
    first = available([row(State.UNCERTAIN)])[0]
    assert [one.command for one in first] == [TaskCommand.SEND_AGAIN, TaskCommand.ADOPT_ID, TaskCommand.LET_GO]
    assert TaskCommand.RETRY not in found(row(State.UNCERTAIN))
    assert "Decide" in found(row(State.UNCERTAIN))[TaskCommand.REMOVE].reason


def test_an_uncertain_task_whose_request_was_lost_is_not_offered_to_be_sent_again():
    one = row(State.UNCERTAIN)
    lost = replace(one, task=replace(one.task, request=Request(endpoint="", model="gen4.5", prompt="A fox")))
    assert "damaged" in found(lost)[TaskCommand.SEND_AGAIN].reason
    assert found(lost)[TaskCommand.ADOPT_ID].enabled
    assert found(lost)[TaskCommand.LET_GO].enabled


def test_the_four_verbs_are_four_words():
    commands = found(row(State.SUCCEEDED, OutputState.SAVED), row(State.RUNNING, number=2))
    words = [
        commands[command].text
        for command in (TaskCommand.CANCEL, TaskCommand.DELETE_REMOTELY, TaskCommand.REMOVE, TaskCommand.DELETE_FILE)
    ]
    assert words == ["Cancel on Runway…", "Delete from Runway…", "Remove 1 from list", "Delete file…"]


@pytest.mark.parametrize("state", State)
def test_cancel_is_offered_exactly_while_a_task_is_at_runway(state):
    assert (TaskCommand.CANCEL in found(row(state))) is state.is_live
    assert (TaskCommand.DO_NOT_SEND in found(row(state))) is (state is State.HELD)


@pytest.mark.parametrize("state", State)
def test_what_goes_on_cannot_be_removed_and_says_why(state):
    one = found(row(state))[TaskCommand.REMOVE]
    may_go = state.is_final or state is State.HELD
    assert one.enabled is may_go
    assert bool(one.reason) is not may_go


def test_what_is_queued_is_removed_from_the_queue():
    assert found(row(State.HELD))[TaskCommand.REMOVE].text == "Remove from queue"
    assert found(row(State.HELD), row(State.HELD))[TaskCommand.REMOVE].text == "Remove 2 from queue"
    assert found(row(State.HELD), row(State.FAILED))[TaskCommand.REMOVE].text == "Remove 1 from list"
    both = [row(State.HELD, number=1), row(State.FAILED, number=2)]
    assert [one.task.id for one in concerned(TaskCommand.REMOVE, both)] == ["t2"]


@pytest.mark.parametrize(
    ("hold", "offered", "not_offered"),
    [
        (ITS_TURN, {TaskCommand.HOLD}, {TaskCommand.RELEASE}),
        (Hold(HoldCode.FILE_MISSING), {TaskCommand.HOLD}, {TaskCommand.RELEASE}),
        (Hold(HoldCode.WAITS_FOR_PERSON), {TaskCommand.RELEASE}, {TaskCommand.HOLD}),
        (Hold(HoldCode.RESTORED), {TaskCommand.RELEASE}, {TaskCommand.HOLD}),
    ],
)
def test_a_queued_task_is_held_or_released(hold, offered, not_offered):
    always = {TaskCommand.SEND_NEXT, TaskCommand.MOVE_UP, TaskCommand.MOVE_DOWN}
    commands = set(found(row(State.HELD, hold=hold)))
    assert offered | always <= commands
    assert not not_offered & commands
    assert not (always | offered | not_offered) & set(found(row(State.RUNNING)))


def test_where_to_is_shown_by_a_drag_alone():
    assert TaskCommand.PUT_BEFORE not in {one.command for group in available([row(State.HELD)]) for one in group}
    assert why_not(TaskCommand.PUT_BEFORE, [row(State.HELD)]) == ""
    assert why_not(TaskCommand.PUT_BEFORE, [row(State.RUNNING)]) == "It is not in the queue."


def test_a_file_can_be_deleted_only_where_there_is_one():
    assert TaskCommand.DELETE_FILE not in found(row(State.SUCCEEDED, OutputState.WAITING))
    assert TaskCommand.DELETE_FILE in found(row(State.SUCCEEDED, OutputState.SAVED))


def test_nothing_is_deleted_twice_at_runway():
    assert TaskCommand.DELETE_REMOTELY not in found(row(State.SUCCEEDED, OutputState.SAVED, deleted_remotely=True))
    one = found(row(State.SUCCEEDED, OutputState.SAVED, deleted_remotely=True))[TaskCommand.FETCH_AGAIN]
    assert one.reason == "Runway no longer keeps it."


def test_each_destructive_question_names_its_deed_with_the_count_it_is_carried_out_on():
    rows = [
        row(State.RUNNING, number=1),
        row(State.THROTTLED, number=2),
        row(State.HELD, number=3),
        row(State.SUCCEEDED, OutputState.SAVED, OutputState.SAVED, number=4),
        row(State.FAILED, number=5),
        row(State.SUCCEEDED, OutputState.SAVED, number=6),
    ]
    said = {
        command: question(command, rows).yes
        for command in (TaskCommand.CANCEL, TaskCommand.DELETE_REMOTELY, TaskCommand.DELETE_FILE)
    }
    assert said == {
        TaskCommand.CANCEL: "Cancel 2 tasks",
        TaskCommand.DELETE_REMOTELY: "Delete 2 results",
        TaskCommand.DELETE_FILE: "Move 3 files to the trash",
    }
    assert len(concerned(TaskCommand.CANCEL, rows)) == 2
    assert len(concerned(TaskCommand.DELETE_REMOTELY, rows)) == 2
    assert [one.task.id for one in concerned(TaskCommand.DO_NOT_SEND, rows)] == ["t3"]
    assert found(*rows)[TaskCommand.CANCEL].text == "Cancel 2 on Runway…"
    assert found(*rows)[TaskCommand.REMOVE].text == "Remove 3 from list"


def test_one_file_for_the_bin_is_spoken_of_as_one():
    one = row(State.SUCCEEDED, OutputState.SAVED)
    two = row(State.SUCCEEDED, OutputState.SAVED, OutputState.SAVED, number=2)
    said = question(TaskCommand.DELETE_FILE, [one]).text
    assert said.startswith(
        "It can be put back from there, and the task stays in the list. Runway may no longer have it"
    )
    assert question(TaskCommand.DELETE_FILE, [two]).text.startswith(
        "They can be put back from there, and the task stays"
    )
    assert (
        "the tasks stay in the list. Runway may no longer have them"
        in question(TaskCommand.DELETE_FILE, [one, two]).text
    )


def test_deleting_what_is_not_saved_here_says_what_would_be_lost():
    asked = question(TaskCommand.DELETE_REMOTELY, [row(State.SUCCEEDED, OutputState.WAITING)])
    assert "It is not saved on this computer and would be lost" in asked.text
    two = [row(State.SUCCEEDED, OutputState.WAITING), row(State.SUCCEEDED, OutputState.SAVED, number=2)]
    assert "1 of them is not saved on this computer" in question(TaskCommand.DELETE_REMOTELY, two).text
    assert "stay" in question(TaskCommand.DELETE_REMOTELY, [row(State.SUCCEEDED, OutputState.SAVED)]).text


ASKED = (State.RUNNING, State.SUCCEEDED, State.UNCERTAIN)


@pytest.mark.parametrize("command", TaskCommand)
def test_only_what_can_lose_something_asks(command):
    rows = [row(state, OutputState.SAVED, number=place) for place, state in enumerate(ASKED)]
    losing = {
        TaskCommand.CANCEL,
        TaskCommand.DELETE_REMOTELY,
        TaskCommand.DELETE_FILE,
        TaskCommand.LET_GO,
    }
    assert (question(command, rows) is not None) is (command in losing)


@pytest.mark.parametrize("states", list(itertools.combinations_with_replacement(State, 2)))
def test_every_mixture_of_states_has_offers_and_each_verb_once(states):
    rows = [row(state, OutputState.SAVED, number=place) for place, state in enumerate(states)]
    commands = [offer.command for group in available(rows) for offer in group]
    assert commands
    assert len(commands) == len(set(commands))
    assert all(group for group in available(rows))


def test_a_task_started_elsewhere_says_why_it_cannot_be_edited():
    from runway_desktop.domain.task import Request

    adopted = row(State.SUCCEEDED, OutputState.SAVED, adopted=True, request=Request(endpoint="", model=""))
    assert "elsewhere" in found(adopted)[TaskCommand.EDIT_AND_SEND].reason
    assert TaskCommand.RETRY not in found(adopted)
    assert "no prompt" in found(adopted)[TaskCommand.COPY_PROMPT].reason


def test_fetching_again_takes_the_unsaved_ones_before_the_saved():
    rows = [row(State.SUCCEEDED, OutputState.SAVED, number=1), row(State.SUCCEEDED, OutputState.FAILED, number=2)]
    assert [one.task.id for one in concerned(TaskCommand.FETCH_AGAIN, rows)] == ["t2"]
    assert [one.task.id for one in concerned(TaskCommand.FETCH_AGAIN, rows[:1])] == ["t1"]


@pytest.mark.parametrize("code", [HoldCode.RESTORED, HoldCode.COPIED, HoldCode.ASK_PERSON])
def test_sending_what_may_be_paid_for_already_is_marked_as_asking(code: HoldCode):
    assert found(row(State.HELD, hold=Hold(code)))[TaskCommand.SEND_NEXT].text == "Send next…"


@pytest.mark.parametrize("code", REFUSALS)
def test_whoever_would_retry_a_refusal_is_led_to_edit_and_send(code):
    assert "Edit and send" in why_not(TaskCommand.RETRY, [failed(code)])


def test_a_verb_for_one_task_says_so_of_many():
    assert why_not(TaskCommand.RENAME, [row(), row(number=2)]) == "Select one task."


def hidden() -> Row:
    return row(State.RUNNING, hidden_from=Fingerprint("theirs"))


def test_what_this_key_cannot_see_can_be_refreshed_and_removed_but_not_canceled_or_retried():
    commands = found(hidden())
    assert commands[TaskCommand.REFRESH].enabled
    assert commands[TaskCommand.REMOVE].enabled
    assert commands[TaskCommand.CANCEL].reason == "It can't be canceled with this key."
    assert TaskCommand.RETRY not in commands
    assert question(TaskCommand.CANCEL, [hidden()]) is None


def test_only_what_this_key_can_see_is_canceled():
    rows = [hidden(), row(State.RUNNING, number=2)]
    assert found(*rows)[TaskCommand.CANCEL].enabled
    assert [one.task.id for one in concerned(TaskCommand.CANCEL, rows)] == ["t2"]


@pytest.mark.parametrize("state", State)
def test_runway_is_asked_once_more_only_for_what_it_did_not_know(state):
    assert (TaskCommand.REFRESH in found(row(state))) is (state is State.GONE)
    assert TaskCommand.REFRESH not in found(row(State.GONE, remote_id=None))
    lost = row(State.SUCCEEDED, OutputState.EXPIRED, deleted_remotely=True)
    assert TaskCommand.REFRESH in found(lost)
    assert TaskCommand.REFRESH not in found(row(State.SUCCEEDED, OutputState.SAVED, deleted_remotely=True))
