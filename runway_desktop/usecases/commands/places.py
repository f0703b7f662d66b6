"""What becomes of tasks that are let go on a place of the left pane, and why nothing does. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from runway_desktop.domain.library import Filter, Place, Row
from runway_desktop.usecases.searching.places import Entry
from runway_desktop.values import Struct

from . import queued, requests
from .task_command import TaskCommand


class Does(Enum):
    PROJECT = auto()
    TAG = auto()
    PICK = auto()
    COMMAND = auto()


class Taken(Struct, frozen=True):
    """What a place does. `value` is a project or a tag. Without `does` it does nothing, for the reason."""

    does: Does | None = None
    value: str = ""
    command: TaskCommand | None = None
    reason: str = ""


def taken_by(entry: Entry, rows: Sequence[Row]) -> Taken:
    place = entry.filter
    if entry.search is not None:
        return Taken(reason="A saved search finds tasks by itself.")
    if place is None or entry.heading:
        return Taken(reason="This place holds no tasks.")
    if place.projects:
        return Taken(Does.PROJECT, next(iter(place.projects)))
    if place.tags:
        return Taken(Does.TAG, next(iter(place.tags)))
    if place.batches:
        return Taken(reason="A batch holds what was made together. Use a project or a tag.")
    return _of_fixed(place, rows)


def _of_fixed(place: Filter, rows: Sequence[Row]) -> Taken:
    if place.place is Place.PICKS:
        return Taken(Does.PICK)
    if place.place is Place.WAITING_HERE:
        for command in (queued.RELEASE, requests.RETRY):
            if not command.reason(rows):
                return Taken(Does.COMMAND, command=command)
        return Taken(reason="Nothing of this can be queued: it is neither held nor to be retried.")
    return Taken(reason="Tasks come here by themselves.")
