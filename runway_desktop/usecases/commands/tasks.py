"""Every command for selected tasks, in the order of their menu, and which of them are there for some rows. Pure.

The menu: what a task or a file in trouble needs, opening, the queue and making another one, judging, handing on, and
last what takes things away. A refused task is offered *Edit and send*, never *Retry*.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from itertools import groupby
from typing import Any

from runway_desktop.domain.library import Row
from runway_desktop.domain.text import Text
from runway_desktop.values import Struct

from . import ending, handing_on, queued, requests, results
from .command import Command, Surface
from .task_command import TaskCommand


class Part(Enum):
    """A part of the menu that consists of other commands."""

    JUDGING = auto()
    """Pick, reject and the stars."""
    ORDERING = auto()
    """Tags, project, shot, note."""


class Submenu(Struct, frozen=True):
    title: Text
    commands: list[TaskCommand]


Line = TaskCommand | Submenu | Part
MENU: tuple[TaskCommand | Part, ...] = (
    *(requests.SEND_AGAIN, requests.ADOPT_ID, requests.LET_GO),
    *(results.LOOK_FOR, results.LOOK_IN, results.CHOOSE_FILE, results.KEEP_CHANGE, results.FETCH_ORIGINAL),
    *(ending.PUT_BACK, queued.FIND_FILE, results.REFRESH),
    *(results.OPEN, results.SHOW_FILE, results.OPEN_WITH_SYSTEM, results.OPEN_WITH),
    *(requests.EDIT_HELD, queued.SEND_NEXT),
    *(queued.HOLD, queued.RELEASE, queued.MOVE_UP, queued.MOVE_DOWN, queued.PUT_BEFORE),
    *(requests.RETRY, requests.EDIT_AND_SEND, requests.SAME, requests.NEW_SEED, requests.OTHER_MODEL),
    *(handing_on.USE_AS_INPUT, Part.JUDGING, Part.ORDERING),
    *(handing_on.COPY_PROMPT, handing_on.COPY_FILE, handing_on.COPY_PICTURE, handing_on.COPY_LINK),
    *(handing_on.COPY_PATH, handing_on.COPY_ID, handing_on.COPY_SUPPORT),
    *(requests.RENAME, handing_on.EXPORT, results.FETCH_AGAIN),
    *(ending.CANCEL, ending.DO_NOT_SEND, ending.REMOVE, ending.DELETE_FILE, ending.DELETE_REMOTELY),
)
TASKS = tuple(one for one in MENU if isinstance(one, TaskCommand))
KEYED: tuple[Command[Sequence[Row]], ...] = tuple(dict.fromkeys(one.keyed for one in TASKS if one.keyed.keys))
"""The records of their keys."""


def available(rows: Sequence[Row]) -> list[TaskCommand]:
    """What is listed for these rows: what makes sense for at least one of them, though perhaps with a reason why it
    cannot be given now."""
    return [one for one in TASKS if Surface.MENU not in one.left_out_of and one.is_for(rows)]


def given_by(key: Command[Any], rows: Sequence[Row]) -> TaskCommand:
    """A command, or what a key of `KEYED` gives for these rows: the first of its commands that is possible, else the
    last."""
    if isinstance(key, TaskCommand):
        return key
    options = [one for one in TASKS if one.keyed is key]
    return next((one for one in options if not one.reason(rows)), options[-1])


def menu_of(rows: Sequence[Row]) -> list[list[Line]]:
    """The groups of the menu for these rows, at least one. A submenu of one entry is that entry."""
    there = available(rows)
    groups: list[list[Line]] = []
    for group in _groups():
        lines: list[Line] = []
        for title, entries in groupby(group, lambda one: one.submenu if isinstance(one, TaskCommand) else None):
            found = [one for one in entries if isinstance(one, Part) or one in there]
            below = [one for one in found if isinstance(one, TaskCommand)]
            lines += found if title is None or len(below) < 2 else [Submenu(title, below)]
        if lines:
            groups.append(lines)
    return groups


def _groups() -> list[list[TaskCommand | Part]]:
    found: list[list[TaskCommand | Part]] = []
    for one in MENU:
        if one is Part.JUDGING or (isinstance(one, TaskCommand) and one.begins):
            found.append([])
        found[-1].append(one)
    return found
