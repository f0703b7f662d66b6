"""All commands for selected tasks in the order of their menu, the menu for some rows, and the next sensible steps.
Pure.

Order of the menu: what a task or file in trouble needs, opening, queue and new requests, judging, passing on, and last
what removes something. For a refused task *Edit and send* is offered, never *Retry*.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from itertools import groupby
from typing import Any

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import State
from runway_desktop.texts import Text
from runway_desktop.values import Struct

from . import approval, ending, handing_on, queued, requests, results
from .command import Command, Surface
from .task_command import TaskCommand


class MenuPart(Enum):
    """A part of the menu that consists of commands of another module."""

    JUDGING = auto()
    """Pick, reject and the stars."""
    ORDERING = auto()
    """Tags, project, shot, note."""


class Submenu(Struct, frozen=True):
    title: Text
    commands: list[TaskCommand]


Line = TaskCommand | Submenu | MenuPart
MENU: tuple[TaskCommand | MenuPart, ...] = (
    *(approval.APPROVE, approval.REFUSE),
    *(requests.SEND_AGAIN, requests.ADOPT_ID, requests.LET_GO),
    *(results.LOOK_FOR, results.LOOK_IN, results.CHOOSE_FILE, results.KEEP_CHANGE, results.FETCH_ORIGINAL),
    *(ending.PUT_BACK, queued.FIND_FILE, results.REFRESH),
    *(results.OPEN, results.SHOW_FILE, results.OPEN_WITH_SYSTEM),
    *(requests.EDIT_QUEUED, queued.SEND_NEXT),
    *(queued.HOLD, queued.RELEASE, queued.MOVE_UP, queued.MOVE_DOWN, queued.PUT_BEFORE),
    *(requests.RETRY, requests.EDIT_AND_SEND, requests.SAME, requests.NEW_SEED, requests.OTHER_MODEL),
    *(handing_on.USE_AS_INPUT, handing_on.CONTINUE, handing_on.ADD_TO_CAST, MenuPart.JUDGING, MenuPart.ORDERING),
    *(handing_on.COPY_FILE, handing_on.COPY_PROMPT, handing_on.COPY_PICTURE, handing_on.COPY_LINK),
    *(handing_on.COPY_PATH, handing_on.COPY_ID, handing_on.COPY_SUPPORT),
    *(requests.RENAME, handing_on.EXPORT, handing_on.REVIEW, results.FETCH_AGAIN, results.SAVE_TO),
    *(ending.CANCEL, ending.DO_NOT_SEND, ending.REMOVE, ending.DELETE_FILE, ending.DELETE_REMOTELY),
)
TASKS = tuple(one for one in MENU if isinstance(one, TaskCommand))
KEYED: tuple[Command[Sequence[Row]], ...] = tuple(dict.fromkeys(one.keyed for one in TASKS if one.keyed.keys))
"""The records that own the shortcuts."""


def available(rows: Sequence[Row]) -> list[TaskCommand]:
    """The commands listed for these rows: useful for at least one of them, though possibly not available now."""
    return [one for one in TASKS if Surface.MENU not in one.left_out_of and one.is_for(rows)]


def given_by(key: Command[Any], rows: Sequence[Row]) -> TaskCommand:
    """The command of a shortcut for these rows: the first possible one of those that share it, else the last. A command
    is returned as it is."""
    if isinstance(key, TaskCommand):
        return key
    options = [one for one in TASKS if one.keyed is key]
    return next((one for one in options if not one.reason(rows)), options[-1])


def menu_of(rows: Sequence[Row]) -> list[list[Line]]:
    """The groups of the menu for at least one row. A submenu with one entry is replaced by the entry."""
    there = available(rows)
    groups: list[list[Line]] = []
    for group in _groups():
        lines: list[Line] = []
        for title, entries in groupby(group, lambda one: one.submenu if isinstance(one, TaskCommand) else None):
            found = [one for one in entries if isinstance(one, MenuPart) or one in there]
            below = [one for one in found if isinstance(one, TaskCommand)]
            lines += found if title is None or len(below) < 2 else [Submenu(title, below)]
        if lines:
            groups.append(lines)
    return groups


def _groups() -> list[list[TaskCommand | MenuPart]]:
    found: list[list[TaskCommand | MenuPart]] = []
    for one in MENU:
        if one is MenuPart.JUDGING or (isinstance(one, TaskCommand) and one.begins):
            found.append([])
        found[-1].append(one)
    return found


class NextStep(Struct, frozen=True):
    """A suggested step, for a button below the text. Without a command: raise a cap."""

    command: TaskCommand | None
    text: str


def next_step(row: Row, raising: str) -> NextStep | None:
    """The best next step; None if there is none. `raising`: text of the button that raises the cap blocking the
    task."""
    steps = steps_of(row)
    return NextStep(None, raising) if raising and not steps else next(iter(steps), None)


def steps_of(row: Row) -> list[NextStep]:
    return [NextStep(command, command.text([row])) for command in next_steps(row)]


def next_steps(row: Row) -> list[TaskCommand]:
    """Best first."""
    about_task = _about_task(row)
    return [*about_task, *(command for command in _about_files([row]) if command not in about_task)]


def _about_task(row: Row) -> list[TaskCommand]:
    task, rows = row.task, [row]
    for command in (approval.APPROVE, queued.FIND_FILE, results.REFRESH, ending.CANCEL, queued.RELEASE):
        if command.meant(rows):
            return [command]
    if task.state is State.FAILED and task.request.endpoint:
        return [requests.RETRY if requests.RETRY.meant(rows) else requests.EDIT_AND_SEND]
    if results.SAVE_TO.meant(rows) and any(output.problem is not None for output in row.outputs):
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
