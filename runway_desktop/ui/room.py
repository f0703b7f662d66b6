"""A room as one record: a page of the left pane, a window of its own, or what lies over the main window. Types only.

The record stands in `ui/<room>/room.py` and is imported at start, so it imports no widgets. What the room is made of
comes with its entry, a module with `open_room(desk, wish)`, when it is first opened. `app/rooms.py` lists all records;
nothing in `ui/` imports them, so that no circle comes.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Protocol

from runway_desktop.domain.text import Text
from runway_desktop.usecases.commands.command import RoomCommand
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import Struct


class Kind(Enum):
    PAGE = auto()
    """A line of the left pane, which stands where the list does."""
    WINDOW = auto()
    OVERLAY = auto()


class Room(Struct, frozen=True, kw_only=True, eq=False):
    id: str
    title: Text
    kind: Kind
    entry: str
    """Name of the module that opens it."""
    icon: str = ""
    commands: tuple[RoomCommand[Any], ...] = ()
    help: tuple[Text, ...] = ()
    count: Callable[[UseCases], int] | None = None
    """Of a page: the number in the left pane."""


class Opens(Protocol):
    """Opens a room by its id. What can be wished of it, its entry says; None: as the room's own key opens it."""

    def __call__(self, room: str, wish: object = None, /) -> None: ...
