"""The list's lines as plain values: group headers and task ids in the order that the store gave. Pure, so that it
is tested without Qt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from runway_desktop.domain.library import ListEntry
from runway_desktop.domain.task import TaskId


@dataclass(frozen=True, slots=True)
class GroupLine:
    key: str


Line = GroupLine | TaskId
"""A task's line is just its id: a hundred thousand of them stay small."""


def lines_of(entries: Sequence[ListEntry], collapsed: Collection[str], *, grouped: bool) -> list[Line]:
    """Headers before their members; members of a collapsed group are left out."""
    if not grouped:
        return [entry.id for entry in entries]
    found: list[Line] = []
    current: str | None = None
    for entry in entries:
        if entry.group != current:
            current = entry.group
            found.append(GroupLine(current))
        if current not in collapsed:
            found.append(entry.id)
    return found
