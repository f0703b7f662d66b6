"""A command as one record, from which menus, shortcuts, palette and help are built. Pure.

A record has name, keys, scopes, and when the command is possible. Execution depends on the target: a `RoomCommand` gets
its room or the window, a command for tasks (`tasks`) the selected rows.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from runway_desktop.texts import Text
from runway_desktop.values import Struct

On = TypeVar("On")
"""The target of a command."""


class Scope(Enum):
    """Where a shortcut is active. Shortcuts of the window are active in list, sidebar, preview and viewer too."""

    WINDOW = auto()
    LIST = auto()
    SIDEBAR = auto()
    PREVIEW = auto()
    VIEWER = auto()
    """The viewer of one or several takes, over the list."""
    SHEET = auto()
    """A batch sheet, a separate window."""
    VIEW = auto()
    """A view of a project, shown instead of its list."""
    APPROVALS = auto()
    """The page of clients' requests, shown instead of the list."""


class Surface(Enum):
    """Where commands are listed. The list of shortcuts always has all of them."""

    MENU = auto()
    PALETTE = auto()
    HELP = auto()


OPENS_A_MENU = frozenset({Surface.MENU, Surface.PALETTE})
NOT_IN_PALETTE = frozenset({Surface.PALETTE})


class Standard(Enum):
    """Shortcuts that differ between platforms. The values are Qt's names."""

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
    """A heading in the list of shortcuts, and the menu with the same commands."""

    title: Text
    menu: Text | None
    """Title of its menu. None: its commands are directly in the main menu, or in none."""
    icon: str


MAKING = CommandSection(Text("Create", context="section"), Text("Create", context="menu"), "mdi6.creation-outline")
FINDING = CommandSection(Text("Find", context="section"), Text("Find", context="menu"), "mdi6.magnify")
LIST = CommandSection(Text("List and grid"), Text("Tasks"), "mdi6.format-list-bulleted")
JUDGING = CommandSection(Text("Rate and pick", context="section"), Text("Rate", context="menu"), "mdi6.star-outline")
PLAYING = CommandSection(Text("Playback and view"), Text("View", context="menu"), "mdi6.play-outline")
LARGE = CommandSection(Text("Large view"), Text("Large view"), "mdi6.fullscreen")
COMPARING = CommandSection(Text("Compare", context="section"), Text("Compare", context="section"), "mdi6.compare")
SHEET = CommandSection(Text("Sheet", context="section"), None, "mdi6.table")
STEPS = CommandSection(Text("Steps", context="section"), None, "mdi6.stairs")
CUT = CommandSection(Text("Cut", context="section"), None, "mdi6.filmstrip")
APPROVALS = CommandSection(Text("Program requests"), None, "mdi6.hand-back-right-outline")
EXCHANGE = CommandSection(Text("Import and export"), Text("Import and export"), "mdi6.tray-arrow-down")
WINDOW = CommandSection(Text("Window"), None, "mdi6.chevron-right")
SECTIONS = (MAKING, FINDING, LIST, JUDGING, PLAYING, LARGE, COMPARING, STEPS, CUT, SHEET, APPROVALS, EXCHANGE, WINDOW)
"""In the order of the list of shortcuts."""
HELP_MENU = Text("Help")
"""Submenu of what explains the program: with each as an entry the menu would cover a small window."""
LEADS_OUT = Text("Escape always goes back.")


class Command(Struct, Generic[On], frozen=True, kw_only=True, eq=False):
    """Something that the user can do. Hashable, compared by identity."""

    id: str
    """Must not change: settings store shortcuts, and the palette its history, by this id."""
    words: Text
    """Its name everywhere; with singular and plural if it counts its targets."""
    label: Callable[[On], Text | str] | None = None
    """Its present name, if that depends on the target."""
    synonyms: Text = Text("")
    """Other words to find it by, separated by commas: "refund, money back"."""
    section: CommandSection
    icon: str = ""
    """Empty: that of its section."""
    scopes: frozenset[Scope] = frozenset()
    keys: tuple[Standard | str, ...] = ()
    repeats: bool = False
    """Whether holding the key repeats it: never for commands that retry, send, judge or remove."""
    fixed: Text | None = None
    """Why its keys cannot be changed; None if they can."""
    begins: bool = False
    """A separator precedes it in menus."""
    submenu: Text | None = None
    """Title of its submenu, shared with neighbors of the same title."""
    left_out_of: frozenset[Surface] = frozenset()
    is_everywhere: bool = False
    """Listed in the help of every room."""
    is_dangerous: bool = False
    """Destroys or ends something: marked in lists, and never suggested first."""
    pays: bool = False
    """Sends paid requests."""
    why_not: Callable[[On], Text | str] = lambda _: ""
    """Why it is not possible now; empty if it is."""

    def text(self, on: On) -> str:
        """Its present name."""
        return str(self.words if self.label is None else self.label(on))

    def reason(self, on: On) -> str:
        """Why it is not possible now; empty if it is."""
        return str(self.why_not(on))

    @property
    def name(self) -> str:
        """Its name inside a sentence, without the ellipsis."""
        return str(self.words).removesuffix("…")

    @property
    def sign(self) -> str:
        return self.icon or self.section.icon

    def meets(self, other: Command[Any]) -> bool:
        """Whether both are active in a common scope, so that their keys could conflict."""
        return bool(_heard(self.scopes) & _heard(other.scopes))


class RoomCommand(Command[On], Generic[On], frozen=True, kw_only=True, eq=False):
    """A command of the window, or of the room in front."""

    does: Callable[[On], object]


def _heard(scopes: frozenset[Scope]) -> frozenset[Scope]:
    return scopes | {Scope.LIST, Scope.SIDEBAR, Scope.PREVIEW, Scope.VIEWER} if Scope.WINDOW in scopes else scopes


class RecordsOf(Generic[On]):
    """Factory for commands of one section; `scopes` and `shared` are their defaults."""

    def __init__(self, section: CommandSection, *scopes: Scope, **shared: Any) -> None:
        self._shared = {"section": section, "scopes": frozenset(scopes), **shared}

    def __call__(
        self, id_: str, words: Text, does: Callable[[On], object], *keys: Standard | str, **more: Any
    ) -> RoomCommand[On]:
        return RoomCommand(id=id_, words=words, does=does, keys=keys, **self._shared | more)
