"""The menu of selected tasks: the commands of the table, few at once, the rest one step away. Pure.

First what opens a result, then what a task in trouble needs, then what makes another one, judging, handing on, and last
what takes things away.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from runway_desktop.domain.library import Row
from runway_desktop.values import Struct

from .table import Available, available
from .task_command import TaskCommand

_C = TaskCommand


class Part(Enum):
    """What is no command of the table."""

    JUDGING = auto()
    """Pick, reject and the stars."""
    ORDERING = auto()
    """Tags, project, shot, note."""


class Submenu(Struct, frozen=True):
    title: str
    entries: tuple[Available, ...]


Line = Available | Submenu | Part
_GROUPS: tuple[tuple[_C | Part | tuple[str, tuple[_C, ...]], ...], ...] = (
    (_C.SEND_AGAIN, _C.ADOPT_ID, _C.LET_GO),
    (_C.LOOK_FOR, _C.LOOK_IN, _C.CHOOSE_FILE, _C.KEEP_CHANGE, _C.FETCH_ORIGINAL, _C.PUT_BACK, _C.FIND_FILE, _C.REFRESH),
    (
        _C.OPEN,
        _C.SHOW_FILE,
        ("Open elsewhere", (_C.OPEN_WITH_SYSTEM, _C.OPEN_WITH)),
    ),
    (
        _C.EDIT_HELD,
        _C.SEND_NEXT,
        ("In the queue", (_C.HOLD, _C.RELEASE, _C.MOVE_UP, _C.MOVE_DOWN)),
        _C.RETRY,
        _C.EDIT_AND_SEND,
        ("Make another", (_C.SAME, _C.NEW_SEED, _C.OTHER_MODEL)),
        _C.USE_AS_INPUT,
    ),
    (Part.JUDGING, Part.ORDERING),
    (
        (
            "Copy",
            (
                _C.COPY_PROMPT,
                _C.COPY_FILE,
                _C.COPY_PICTURE,
                _C.COPY_LINK,
                _C.COPY_PATH,
                _C.COPY_ID,
                _C.COPY_SUPPORT,
            ),
        ),
        _C.RENAME,
        _C.EXPORT,
        _C.FETCH_AGAIN,
    ),
    (
        _C.CANCEL,
        _C.DO_NOT_SEND,
        _C.REMOVE,
        ("Delete", (_C.DELETE_FILE, _C.DELETE_REMOTELY)),
    ),
)


def menu_of(rows: Sequence[Row]) -> list[list[Line]]:
    """The groups of the menu for these rows, at least one. A submenu of one entry is that entry."""
    there = {shown.command: shown for group in available(rows) for shown in group}
    groups: list[list[Line]] = []
    for group in _GROUPS:
        lines: list[Line] = []
        for entry in group:
            if isinstance(entry, Part):
                lines.append(entry)
            elif isinstance(entry, TaskCommand):
                lines += [there[entry]] if entry in there else []
            else:
                title, commands = entry
                found = tuple(there[command] for command in commands if command in there)
                lines += [Submenu(title, found)] if len(found) > 1 else found
        if lines:
            groups.append(lines)
    return groups


def commands_in_menu() -> list[TaskCommand]:
    """Every command that it can have, in its order. Those that a drag gives are none of them."""
    found: list[TaskCommand] = []
    for group in _GROUPS:
        for entry in group:
            match entry:
                case TaskCommand():
                    found.append(entry)
                case (_, commands):
                    found += commands
    return found
