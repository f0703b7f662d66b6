"""What a command is: one record, which menus, keys, the palette, help and the list of shortcuts all read. Pure.

A record tells what it is called, where its keys hold and when it is possible. What carries it out depends on what it
acts on: a `RoomCommand` is given its room or the window, a command for tasks (`tasks`) the selected rows.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from runway_desktop.domain.text import Text
from runway_desktop.values import Struct

On = TypeVar("On")
"""What a command acts on."""


class Scope(Enum):
    """Where a key is heard. Keys of the window are heard in the list, the preview and the large view too."""

    WINDOW = auto()
    LIST = auto()
    PREVIEW = auto()
    LARGE = auto()
    """The large view, over the list."""
    COMPARE = auto()
    """The compare window, a window of its own."""
    SHEET = auto()
    """A batch sheet, a window of its own."""
    REQUESTS = auto()
    """The page of what other programs ask for, in the place of the list."""


class Surface(Enum):
    """What lists commands. The list of shortcuts has all of them."""

    MENU = auto()
    PALETTE = auto()
    HELP = auto()


OPENS_A_MENU = frozenset({Surface.MENU, Surface.PALETTE})
NOT_IN_PALETTE = frozenset({Surface.PALETTE})


class Standard(Enum):
    """A key that each platform has its own for. The values are Qt's names."""

    NEW = "New"
    FIND = "Find"
    SAVE = "Save"
    COPY = "Copy"
    PASTE = "Paste"
    DELETE = "Delete"
    UNDO = "Undo"
    REDO = "Redo"
    ZOOM_IN = "ZoomIn"
    ZOOM_OUT = "ZoomOut"
    PREFERENCES = "Preferences"
    QUIT = "Quit"


class CommandSection(Struct, frozen=True, eq=False):
    """A heading in the list of shortcuts, and the menu of the same commands."""

    title: Text
    menu: Text | None
    """The title of its menu. None: its commands stand in the main menu itself, or in none."""
    icon: str
    """Of its commands that have none of their own."""


MAKING = CommandSection(Text("Making"), Text("Make"), "mdi6.creation-outline")
FINDING = CommandSection(Text("Finding"), Text("Find"), "mdi6.magnify")
LIST = CommandSection(Text("In the list and the grid"), Text("Tasks"), "mdi6.format-list-bulleted")
JUDGING = CommandSection(Text("Judging"), Text("Judge"), "mdi6.star-outline")
PLAYING = CommandSection(Text("Playing and looking"), Text("Play and look"), "mdi6.play-outline")
LARGE = CommandSection(Text("In the large view"), Text("Large view"), "mdi6.fullscreen")
COMPARING = CommandSection(Text("Comparing"), None, "mdi6.compare")
SHEET = CommandSection(Text("In a sheet"), None, "mdi6.table")
REQUESTS = CommandSection(Text("In the requests of programs"), None, "mdi6.hand-back-right-outline")
EXCHANGE = CommandSection(Text("Importing and exporting"), Text("Import and export"), "mdi6.tray-arrow-down")
WINDOW = CommandSection(Text("Window"), None, "mdi6.chevron-right")
SECTIONS = (MAKING, FINDING, LIST, JUDGING, PLAYING, LARGE, COMPARING, SHEET, REQUESTS, EXCHANGE, WINDOW)
"""In the order of the list of shortcuts."""
LEADS_OUT = Text("Escape always leads out.")


class Command(Struct, Generic[On], frozen=True, kw_only=True, eq=False):
    """Something that a person can do. Hashable, and equal to itself alone."""

    id: str
    """Never changed: settings know its keys by this, and the palette what was used."""
    words: Text
    """What it is called everywhere, with both forms where it counts what it acts on."""
    label: Callable[[On], Text | str] | None = None
    """What it is called now, where that depends on what it acts on."""
    synonyms: Text = Text("")
    """Other words that a person may look for, separated by commas: "refund, money back"."""
    section: CommandSection
    icon: str = ""
    """Empty: that of its section."""
    scopes: frozenset[Scope] = frozenset()
    keys: tuple[Standard | str, ...] = ()
    repeats: bool = False
    """Whether a key that is held down does it again and again: never what retries, sends, judges or removes."""
    fixed: Text | None = None
    """Why its keys cannot be changed; None when they can."""
    begins: bool = False
    """A line stands before it in menus."""
    submenu: Text | None = None
    """The title of the menu below the menu that it stands in, with its neighbors of the same title."""
    left_out_of: frozenset[Surface] = frozenset()
    is_everywhere: bool = False
    """The help of every room tells of it."""
    is_dangerous: bool = False
    """It destroys or ends something: marked where it is listed, and never offered first."""
    pays: bool = False
    """It sends what is paid for."""
    why_not: Callable[[On], Text | str] = lambda _: ""
    """Why it cannot be done now; empty when it can."""

    def text(self, on: On) -> str:
        """What it is called now."""
        return str(self.words if self.label is None else self.label(on))

    def reason(self, on: On) -> str:
        """Why it cannot be done now; empty when it can."""
        return str(self.why_not(on))

    @property
    def name(self) -> str:
        """What a sentence calls it, without the dots that promise a question."""
        return str(self.words).removesuffix("…")

    @property
    def sign(self) -> str:
        return self.icon or self.section.icon

    def meets(self, other: Command[Any]) -> bool:
        """Whether there is a scope in which both would hear the same key."""
        return bool(_heard(self.scopes) & _heard(other.scopes))


class RoomCommand(Command[On], Generic[On], frozen=True, kw_only=True, eq=False):
    """A command of the window, or of a room that is in front."""

    does: Callable[[On], object]


def _heard(scopes: frozenset[Scope]) -> frozenset[Scope]:
    return scopes | {Scope.LIST, Scope.PREVIEW, Scope.LARGE} if Scope.WINDOW in scopes else scopes


class RecordsOf(Generic[On]):
    """Writes the commands of one section, whose keys hold in the same scopes unless one says otherwise."""

    def __init__(self, section: CommandSection, *scopes: Scope, **shared: Any) -> None:
        self._shared = {"section": section, "scopes": frozenset(scopes), **shared}

    def __call__(
        self, id_: str, words: str | Text, does: Callable[[On], object], *keys: Standard | str, **more: Any
    ) -> RoomCommand[On]:
        text = Text(words) if isinstance(words, str) else words
        return RoomCommand(id=id_, words=text, does=does, keys=keys, **self._shared | more)
