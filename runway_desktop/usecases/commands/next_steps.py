"""What can sensibly be done next about a task, as buttons below its details. Pure."""

from __future__ import annotations

from runway_desktop.domain.inputs import misses_file
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import OutputState, State
from runway_desktop.values import Struct

from . import ending, queued, requests, results
from .conditions import (
    can_be_canceled,
    can_be_fetched,
    has,
    is_changed,
    is_in_trash,
    is_missing,
    may_be_known_after_all,
    may_retry,
)
from .task_command import TaskCommand


class NextStep(Struct, frozen=True):
    """One sensible thing to do, as a button below the words. Without a command it is to raise a cap."""

    command: TaskCommand | None
    text: str


def next_step(row: Row, raising: str) -> NextStep | None:
    """The most sensible thing to do; None when there is nothing. `raising`: the button that raises the cap which the
    task waits for."""
    steps = steps_of(row)
    return NextStep(None, raising) if raising and not steps else next(iter(steps), None)


def steps_of(row: Row) -> list[NextStep]:
    return [NextStep(command, command.text([row])) for command in next_steps(row)]


def next_steps(row: Row) -> list[TaskCommand]:
    """The most sensible first."""
    about_task = _about_task(row)
    return [*about_task, *(command for command in _about_files(row) if command not in about_task)]


def _about_task(row: Row) -> list[TaskCommand]:
    task = row.task
    if misses_file(task):
        return [queued.FIND_FILE]
    if may_be_known_after_all(row):
        return [results.REFRESH]
    if can_be_canceled(row):
        return [ending.CANCEL]
    if task.state is State.HELD and task.waits_for_person:
        return [queued.RELEASE]
    if task.state is State.FAILED and task.request.endpoint:
        return [requests.RETRY if may_retry(row) else requests.EDIT_AND_SEND]
    if task.state is State.SUCCEEDED and any(output.state is OutputState.FAILED for output in row.outputs):
        return [results.FETCH_AGAIN]
    return []


def _about_files(row: Row) -> list[TaskCommand]:
    if has(is_missing)(row):
        steps = [results.LOOK_FOR, results.FETCH_AGAIN, results.CHOOSE_FILE]
    elif has(is_changed)(row):
        steps = [results.KEEP_CHANGE, results.FETCH_ORIGINAL, results.OPEN_WITH_SYSTEM]
    elif has(is_in_trash)(row):
        steps = [ending.PUT_BACK, results.FETCH_AGAIN]
    else:
        return []
    fetching = () if can_be_fetched(row) else (results.FETCH_AGAIN, results.FETCH_ORIGINAL)
    return [command for command in steps if command not in fetching]
