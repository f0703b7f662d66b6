"""A room as one record: a page of the left pane, a window of its own, or what lies over the main window. Types only.

The record stands in `ui/<room>/room.py` and is imported at start, so it imports no widgets. What the room is made of
comes with its entry, a module with `open_room(desk, wish)`, when it is first opened. `app/rooms.py` lists all records;
nothing in `ui/` imports them, so that no circle comes.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Protocol

from PySide6.QtWidgets import QWidget

from runway_desktop.domain.task import TaskId
from runway_desktop.domain.text import Text
from runway_desktop.usecases.commands.command import Command
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
    commands: tuple[Command[Any], ...] = ()
    """Its own, and those of the main window that open it."""
    help: tuple[Text, ...] = ()
    count: Callable[[UseCases], int] | None = None
    """Of a page: the number in the left pane, of what is known already."""
    is_listed: Callable[[UseCases], object] | None = None
    """Of a page: whether its line is there while it is not open; None: always."""


class Page(Struct, frozen=True, kw_only=True, eq=False):
    """What a page shows, which its entry gives to the window's `pages`."""

    center: QWidget
    """In the place of the list."""
    side: QWidget | None = None
    """In the place of preview and details. A page that has one needs no composer either."""
    chosen: Callable[[], list[TaskId]] = list
    """The tasks that commands act on while it is shown."""
    left: Callable[[], object] = lambda: None
    """Something else is opened."""


class Opens(Protocol):
    """Opens a room by its id. What can be wished of it, its entry says; None: as the room's own key opens it."""

    def __call__(self, room: str, wish: object = None, /) -> None: ...
