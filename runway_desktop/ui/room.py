"""Record of a room (a page of the left pane, a window, or an overlay over the main window), and the wishes that open
one, beyond plain strings. Types only.

A record is in `rooms/<name>/room.py` and imported at start, so it imports no widgets. These come with its entry module,
which has `open_room(desk, wish)` and is imported when the room first opens. `app/rooms.py` lists all records; nothing
in `ui/` imports them, which avoids import cycles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum, auto
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QBoxLayout, QWidget

from runway_desktop.domain.library import PageCounts
from runway_desktop.domain.task import BatchId, TaskId
from runway_desktop.texts import Text
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import Struct


class RoomKind(Enum):
    PAGE = auto()
    """An entry of the left pane; replaces the list."""
    WINDOW = auto()
    OVERLAY = auto()
    VIEW = auto()
    """A view of a project, in the bar above its list. Opened with the project's name as the wish."""


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
    count: Callable[[UseCases], int | None] | None = None
    """For a page: the number in the left pane, from values in memory."""
    counts: Callable[[PageCounts], Mapping[str, int]] | None = None
    """For a view: the numbers in its button, by project."""
    is_listed: Callable[[UseCases], object] | None = None
    """For a page: whether its entry is listed while it is closed; for a view: whether it is offered. None: always."""
    offers: Callable[[UseCases], Iterable[Any]] | None = None
    """Its entries in the palette, each an `Offer`."""


class PageContent(Struct, frozen=True, kw_only=True, eq=False):
    """Widgets of a page, which its entry passes to the window's `pages`."""

    center: QWidget
    """Replaces the list."""
    project: str = ""
    """Of a view: the project that it shows. It hides the composer, folds the right pane if it has no `side`, and Esc in
    `center` leads back to the takes. Ignored if another project is open by now."""
    back: str = ""
    """Of a view: how the viewer says that it leads back there. Empty: it names the list."""
    tools: QWidget | None = None
    """Of a view: shown at the end of the bar."""
    side: QWidget | None = None
    """Replaces preview, details and composer; None keeps them."""
    keeps_composer: bool = False
    """The composer stays below `center`, whatever is at its side."""
    composer_room: QBoxLayout | None = None
    """A place in `center` into which the composer moves."""
    sent: Callable[[Sequence[TaskId]], object] | None = None
    """Shows tasks that the composer sent. None: the list does."""
    chosen: Callable[[], list[TaskId]] = list
    """Ids of the tasks that commands act on."""
    left: Callable[[], object] = lambda: None
    """Called when another page or list opens."""


class Opens(Protocol):
    """Opens a room by its id. `wish` is described in its entry; None opens it as its shortcut does."""

    def __call__(self, room: str, wish: object = None, /) -> None: ...


class AtTime(Struct, frozen=True):
    """A task of the list in the viewer, with the result in that file, at a time of its clip in seconds."""

    task_id: TaskId
    path: Path
    seconds: float


class Results(Struct, frozen=True):
    """The saved results of a task side by side, whether the list has the task or not."""

    task_id: TaskId
    index: int = 0
    """Of the result that has the focus."""


class GuidePage(Struct, frozen=True):
    """A page of the guide, by its file's name without the ending, and the window over which it opens; None: the main
    window."""

    name: str = "index"
    over: QWidget | None = None


class ExchangeWish(Enum):
    IDS_FROM_FILE = auto()
    IDS_FROM_CLIPBOARD = auto()
    FOLDER = auto()


class Export(Struct, frozen=True):
    """Export these tasks, or all listed ones if empty."""

    task_ids: Sequence[TaskId]


class Review(Struct, frozen=True):
    """Send these tasks for review, or all listed ones if empty; or what the cut of a project plays."""

    task_ids: Sequence[TaskId] = ()
    cut: str = ""


class Import(Struct, frozen=True):
    """Task ids, or the path of a folder of results. `otherwise` uses the same content as prompts or inputs."""

    found: Any
    otherwise: Callable[[], object] | None = None


class SheetsWish(Enum):
    KEPT = auto()
    """The list of stored sheets."""
    LEFT_OPEN = auto()
    """Sheets that were open when the program was killed."""


class BatchMenu(Struct, frozen=True):
    """Actions on a batch, as a menu at a global position."""

    batch_id: BatchId
    at: QPoint
