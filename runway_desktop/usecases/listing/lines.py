"""The list's lines as plain values: group headers and task ids in the order that the store gave. Pure, so that it
is tested without Qt."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from runway_desktop.domain.library import Entries
from runway_desktop.domain.task import TaskId

MANY = 5000
"""Of a new question with more lines than this, the list begins anew instead of telling each line's way."""


@dataclass(frozen=True, slots=True)
class GroupLine:
    """The header of a group."""

    key: str


Line = GroupLine | TaskId
"""A task's line is just its id: a hundred thousand of them stay small."""


def lines_of(entries: Entries, collapsed: Collection[str]) -> list[Line]:
    """Headers before their members; members of a collapsed group are left out."""
    if not entries.groups:
        return list(entries.ids)
    found: list[Line] = []
    for key, start, end in entries.runs():
        found.append(GroupLine(key))
        if key not in collapsed:
            found += entries.ids[start:end]
    return found
