"""Record of a room: a page of the left pane, a window, or an overlay over the main window. Types only.

A record is in `rooms/<name>/room.py` and imported at start, so it imports no widgets. These come with its entry module,
which has `open_room(desk, wish)` and is imported when the room first opens. `app/rooms.py` lists all records; nothing
in `ui/` imports them, which avoids import cycles.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Protocol

from PySide6.QtWidgets import QWidget

from runway_desktop.domain.task import TaskId
from runway_desktop.texts import Text
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import Struct


class RoomKind(Enum):
    PAGE = auto()
    """An entry of the left pane; replaces the list."""
    WINDOW = auto()
    OVERLAY = auto()


class Room(Struct, frozen=True, kw_only=True, eq=False):
    id: str
    title: Text
    kind: RoomKind
    entry: str
    """Name of its entry module."""
    icon: str = ""
    commands: tuple[Command[Any], ...] = ()
    """Its own commands, and the main window's commands that open it."""
    help: tuple[Text, ...] = ()
    """Of its help window. Without it, the help key opens the page of the guide."""
    guide: str = "index"
    """Its page of the guide."""
    count: Callable[[UseCases], int] | None = None
    """For a page: the number in the left pane, from values in memory."""
    is_listed: Callable[[UseCases], object] | None = None
    """For a page: whether its entry is listed while it is closed; None: always."""


class PageContent(Struct, frozen=True, kw_only=True, eq=False):
    """Widgets of a page, which its entry passes to the window's `pages`."""

    center: QWidget
    """Replaces the list."""
    side: QWidget | None = None
    """Replaces preview, details and composer; None keeps them."""
    chosen: Callable[[], list[TaskId]] = list
    """Ids of the tasks that commands act on."""
    left: Callable[[], object] = lambda: None
    """Called when another page or list opens."""


class Opens(Protocol):
    """Opens a room by its id. `wish` is described in its entry; None opens it as its shortcut does."""

    def __call__(self, room: str, wish: object = None, /) -> None: ...
