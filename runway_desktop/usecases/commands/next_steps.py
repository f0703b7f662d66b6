"""What can sensibly be done next about a task, as buttons below its details. Pure."""

from __future__ import annotations

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import OutputState, State
from runway_desktop.values import Struct

from . import ending, queued, requests, results
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
    return [*about_task, *(command for command in _about_files([row]) if command not in about_task)]


def _about_task(row: Row) -> list[TaskCommand]:
    task, rows = row.task, [row]
    for command in (queued.FIND_FILE, results.REFRESH, ending.CANCEL, queued.RELEASE):
        if command.meant(rows):
            return [command]
    if task.state is State.FAILED and task.request.endpoint:
        return [requests.RETRY if requests.RETRY.meant(rows) else requests.EDIT_AND_SEND]
    if task.state is State.SUCCEEDED and any(output.state is OutputState.FAILED for output in row.outputs):
        return [results.FETCH_AGAIN]
    return []


def _about_files(rows: list[Row]) -> list[TaskCommand]:
    if results.LOOK_FOR.meant(rows):
        steps = [results.LOOK_FOR, results.FETCH_AGAIN, results.CHOOSE_FILE]
    elif results.KEEP_CHANGE.meant(rows):
        steps = [results.KEEP_CHANGE, results.FETCH_ORIGINAL, results.OPEN_WITH_SYSTEM]
    elif ending.PUT_BACK.meant(rows):
        steps = [ending.PUT_BACK, results.FETCH_AGAIN]
    else:
        return []
    fetching = () if results.FETCH_AGAIN.meant(rows) else (results.FETCH_AGAIN, results.FETCH_ORIGINAL)
    return [command for command in steps if command not in fetching]
