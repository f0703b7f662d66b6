"""Available commands for selected tasks, and questions before destructive ones."""

import itertools

import pytest

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import ITS_TURN, Hold, HoldCode, OutputState, Request, State
from runway_desktop.usecases.commands.ending import CANCEL, DELETE_FILE, DELETE_REMOTELY, DO_NOT_SEND, REMOVE
from runway_desktop.usecases.commands.handing_on import COPY_PROMPT, EXPORT, REVIEW
from runway_desktop.usecases.commands.queued import HOLD, MOVE_DOWN, MOVE_UP, PUT_BEFORE, RELEASE, SEND_NEXT
from runway_desktop.usecases.commands.requests import ADOPT_ID, EDIT_AND_SEND, LET_GO, RENAME, RETRY, SEND_AGAIN
from runway_desktop.usecases.commands.results import FETCH_AGAIN, REFRESH
from runway_desktop.usecases.commands.tasks import TASKS, available, menu_of
from runway_desktop.values import replace
from tests.rigs.rows import failed, row
from tests.rigs.shown import found

REFUSALS = (
    "SAFETY.INPUT.TEXT",
    "SAFETY.OUTPUT.VIDEO",
    "INPUT_PREPROCESSING.SAFETY.TEXT",
    "REQUEST.REFUSED",
    "ASSET.INVALID",
)


def test_listed_tasks_can_be_exported_and_sent_for_review_without_a_selection():
    assert available([]) == [EXPORT, REVIEW]
    assert not any(command.reason([]) for command in available([]))


@pytest.mark.parametrize("code", REFUSALS)
def test_refused_task_offers_edit_and_send_and_no_retry(code):
    commands = found(failed(code))
    assert RETRY not in commands
    assert commands[EDIT_AND_SEND].enabled


@pytest.mark.parametrize("code", ["INTERNAL", "THIRD_PARTY.UNAVAILABLE", "INPUT_PREPROCESSING.INTERNAL", ""])
def test_failure_at_runway_can_be_retried(code):
    assert found(failed(code))[RETRY].enabled


def test_retry_counts_only_tasks_it_may_help():
    assert found(failed("INTERNAL"), failed("SAFETY.INPUT.TEXT"), failed("INTERNAL"))[RETRY].text == "Retry 2"


def test_uncertain_task_offers_three_decisions_first():
    first = available([row(State.UNCERTAIN)])[:3]
    assert first == [SEND_AGAIN, ADOPT_ID, LET_GO]
    assert RETRY not in found(row(State.UNCERTAIN))
    assert "Decide" in found(row(State.UNCERTAIN))[REMOVE].reason


def test_uncertain_task_with_a_lost_request_cannot_be_sent_again():
    one = row(State.UNCERTAIN)
    lost = replace(one, task=replace(one.task, request=Request(endpoint="", model="gen4.5", prompt="A fox")))
    assert "damaged" in found(lost)[SEND_AGAIN].reason
    assert found(lost)[ADOPT_ID].enabled
    assert found(lost)[LET_GO].enabled


def test_cancel_remove_delete_and_delete_at_runway_have_four_different_words():
    commands = found(row(State.SUCCEEDED, OutputState.SAVED), row(State.RUNNING, number=2))
    words = [commands[command].text for command in (CANCEL, DELETE_REMOTELY, REMOVE, DELETE_FILE)]
    assert words == ["Cancel on Runway…", "Delete from Runway…", "Remove 1 from list", "Delete file…"]


@pytest.mark.parametrize("state", State)
def test_cancel_is_offered_only_while_a_task_is_at_runway(state):
    assert (CANCEL in found(row(state))) is state.is_live
    assert (DO_NOT_SEND in found(row(state))) is (state is State.QUEUED)


@pytest.mark.parametrize("state", State)
def test_live_task_cannot_be_removed_and_says_why(state):
    one = found(row(state))[REMOVE]
    may_go = state.is_final or state is State.QUEUED
    assert one.enabled is may_go
    assert bool(one.reason) is not may_go


def test_queued_task_is_removed_from_the_queue():
    assert found(row(State.QUEUED))[REMOVE].text == "Remove from queue"
    assert found(row(State.QUEUED), row(State.QUEUED))[REMOVE].text == "Remove 2 from queue"
    assert found(row(State.QUEUED), row(State.FAILED))[REMOVE].text == "Remove 1 from list"
    both = [row(State.QUEUED, number=1), row(State.FAILED, number=2)]
    assert [one.task.id for one in REMOVE.meant(both)] == ["t2"]


@pytest.mark.parametrize(
    ("hold", "offered", "not_offered"),
    [
        (ITS_TURN, {HOLD}, {RELEASE}),
        (Hold(HoldCode.FILE_MISSING), {HOLD}, {RELEASE}),
        (Hold(HoldCode.WAITS_FOR_PERSON), {RELEASE}, {HOLD}),
        (Hold(HoldCode.RESTORED), {RELEASE}, {HOLD}),
    ],
)
def test_queued_task_can_be_held_or_released(hold, offered, not_offered):
    always = {SEND_NEXT, MOVE_UP, MOVE_DOWN}
    commands = set(found(row(State.QUEUED, hold=hold)))
    assert offered | always <= commands
    assert not not_offered & commands
    assert not (always | offered | not_offered) & set(found(row(State.RUNNING)))


def test_move_command_is_offered_only_by_dragging():
    assert PUT_BEFORE not in available([row(State.QUEUED)])
    assert PUT_BEFORE.reason([row(State.QUEUED)]) == ""
    assert PUT_BEFORE.reason([row(State.RUNNING)]) == "It isn't in the queue."


def test_file_can_be_deleted_only_if_present():
    assert DELETE_FILE not in found(row(State.SUCCEEDED, OutputState.WAITING))
    assert DELETE_FILE in found(row(State.SUCCEEDED, OutputState.SAVED))


def test_result_deleted_at_runway_cannot_be_deleted_again():
    assert DELETE_REMOTELY not in found(row(State.SUCCEEDED, OutputState.SAVED, deleted_remotely=True))
    one = found(row(State.SUCCEEDED, OutputState.SAVED, deleted_remotely=True))[FETCH_AGAIN]
    assert one.reason == "Runway no longer has it."


def test_each_destructive_question_names_its_action_and_count():
    rows = [
        row(State.RUNNING, number=1),
        row(State.THROTTLED, number=2),
        row(State.QUEUED, number=3),
        row(State.SUCCEEDED, OutputState.SAVED, OutputState.SAVED, number=4),
        row(State.FAILED, number=5),
        row(State.SUCCEEDED, OutputState.SAVED, number=6),
    ]
    said = {command: command.asked(rows).yes for command in (CANCEL, DELETE_REMOTELY, DELETE_FILE)}
    assert said == {
        CANCEL: "Cancel 2 tasks",
        DELETE_REMOTELY: "Delete 2 results",
        DELETE_FILE: "Move 3 files to the trash",
    }
    assert len(CANCEL.meant(rows)) == 2
    assert len(DELETE_REMOTELY.meant(rows)) == 2
    assert [one.task.id for one in DO_NOT_SEND.meant(rows)] == ["t3"]
    assert found(*rows)[CANCEL].text == "Cancel 2 on Runway…"
    assert found(*rows)[REMOVE].text == "Remove 3 from list"


def test_single_file_for_the_trash_is_singular():
    one = row(State.SUCCEEDED, OutputState.SAVED)
    two = row(State.SUCCEEDED, OutputState.SAVED, OutputState.SAVED, number=2)
    said = DELETE_FILE.asked([one]).text
    assert said.startswith("You can put it back from there. The task stays in the list. Runway may no longer have")
    assert DELETE_FILE.asked([two]).text.startswith("You can put them back from there. The task stays in")
    assert "The tasks stay in the list. Runway may no longer have" in DELETE_FILE.asked([one, two]).text


def test_deleting_unsaved_results_says_what_would_be_lost():
    asked = DELETE_REMOTELY.asked([row(State.SUCCEEDED, OutputState.WAITING)])
    assert "It isn't saved on this computer and would be lost" in asked.text
    two = [row(State.SUCCEEDED, OutputState.WAITING), row(State.SUCCEEDED, OutputState.SAVED, number=2)]
    assert "1 of them isn't saved on this computer" in DELETE_REMOTELY.asked(two).text
    assert "stay" in DELETE_REMOTELY.asked([row(State.SUCCEEDED, OutputState.SAVED)]).text


ASKED = (State.RUNNING, State.SUCCEEDED, State.UNCERTAIN)


@pytest.mark.parametrize("command", TASKS, ids=lambda command: command.id)
def test_only_destructive_commands_ask(command):
    rows = [row(state, OutputState.SAVED, number=place) for place, state in enumerate(ASKED)]
    losing = {CANCEL, DELETE_REMOTELY, DELETE_FILE, LET_GO}
    assert (command.asked(rows) is not None) is (command in losing)


@pytest.mark.parametrize("states", list(itertools.combinations_with_replacement(State, 2)))
def test_every_mix_of_states_has_commands_each_once(states):
    rows = [row(state, OutputState.SAVED, number=place) for place, state in enumerate(states)]
    commands = available(rows)
    assert commands
    assert len(commands) == len(set(commands))
    assert all(menu_of(rows))


def test_task_started_elsewhere_says_why_it_cannot_be_edited():
    from runway_desktop.domain.task import Request

    adopted = row(State.SUCCEEDED, OutputState.SAVED, adopted=True, request=Request(endpoint="", model=""))
    assert "elsewhere" in found(adopted)[EDIT_AND_SEND].reason
    assert RETRY not in found(adopted)
    assert "no prompt" in found(adopted)[COPY_PROMPT].reason


def test_fetch_again_prefers_unsaved_results():
    rows = [row(State.SUCCEEDED, OutputState.SAVED, number=1), row(State.SUCCEEDED, OutputState.FAILED, number=2)]
    assert [one.task.id for one in FETCH_AGAIN.meant(rows)] == ["t2"]
    assert [one.task.id for one in FETCH_AGAIN.meant(rows[:1])] == ["t1"]


@pytest.mark.parametrize("code", [HoldCode.RESTORED, HoldCode.COPIED, HoldCode.ASK_PERSON])
def test_send_next_has_an_ellipsis_if_the_task_may_be_paid_already(code: HoldCode):
    assert found(row(State.QUEUED, hold=Hold(code)))[SEND_NEXT].text == "Send next…"


@pytest.mark.parametrize("code", REFUSALS)
def test_retry_of_a_refused_task_suggests_edit_and_send(code):
    assert "Edit and send" in RETRY.reason([failed(code)])


def test_single_task_command_says_so_for_many():
    assert RENAME.reason([row(), row(number=2)]) == "Select one task."


def hidden() -> Row:
    return row(State.RUNNING, hidden_from=Fingerprint("theirs"))


def test_task_invisible_to_this_key_can_be_refreshed_and_removed_only():
    commands = found(hidden())
    assert commands[REFRESH].enabled
    assert commands[REMOVE].enabled
    assert commands[CANCEL].reason == "It can't be canceled with this API key."
    assert RETRY not in commands
    assert CANCEL.asked([hidden()]) is None


def test_only_tasks_visible_to_this_key_are_canceled():
    rows = [hidden(), row(State.RUNNING, number=2)]
    assert found(*rows)[CANCEL].enabled
    assert [one.task.id for one in CANCEL.meant(rows)] == ["t2"]


@pytest.mark.parametrize("state", State)
def test_only_tasks_unknown_to_runway_can_be_refreshed_by_hand(state):
    assert (REFRESH in found(row(state))) is (state is State.GONE)
    assert REFRESH not in found(row(State.GONE, remote_id=None))
    lost = row(State.SUCCEEDED, OutputState.EXPIRED, deleted_remotely=True)
    assert REFRESH in found(lost)
    assert REFRESH not in found(row(State.SUCCEEDED, OutputState.SAVED, deleted_remotely=True))
