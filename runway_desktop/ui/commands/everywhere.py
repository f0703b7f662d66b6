"""Command records of every window, and those main-window commands that its child widgets also show."""

from collections.abc import Callable
from typing import Any

from runway_desktop.texts import Text
from runway_desktop.usecases.commands.command import (
    FINDING,
    HELP_MENU,
    LIST,
    NOT_IN_PALETTE,
    OPENS_A_MENU,
    WINDOW,
    RecordsOf,
    Scope,
    Standard,
)

MENU = RecordsOf[Callable[[], object]](WINDOW, Scope.WINDOW, Scope.SHEET, is_everywhere=True)(
    "menu", Text("Menu"), lambda opens: opens(), "F10", left_out_of=OPENS_A_MENU
)
HELP = RecordsOf[Callable[[], object]](WINDOW, Scope.WINDOW, Scope.SHEET, is_everywhere=True)(
    "help",
    Text("Help"),
    lambda opens: opens(),
    "F1",
    submenu=HELP_MENU,
    synonyms=Text("help, how to, manual"),
)
GUIDE = RecordsOf[Callable[[], object]](WINDOW, Scope.WINDOW, Scope.SHEET, is_everywhere=True)(
    "guide",
    Text("Guide"),
    lambda opens: opens(),
    "Ctrl+F1",
    submenu=HELP_MENU,
    synonyms=Text("manual, documentation, how to"),
)

# Typed `Any`: panes of the main window import these records, so naming its class would be an import cycle.
_finding = RecordsOf[Any](FINDING, Scope.WINDOW)
PALETTE = _finding(
    "palette",
    Text("Command palette"),
    lambda window: window.open_room("palette"),
    "Ctrl+K",
    left_out_of=NOT_IN_PALETTE,
    is_everywhere=True,
    synonyms=Text("find command, search everything"),
)
SEARCH = _finding(
    "search.focus", Text("Search"), lambda window: window.focus_search(), Standard.FIND, synonyms=Text("find, filter")
)
KEEP_SEARCH = _finding(
    "search.keep",
    Text("Save this search"),
    lambda window: window.keeper.save(),
    Standard.SAVE,
    synonyms=Text("save filter"),
)
UNDO = RecordsOf[Any](LIST, Scope.WINDOW)(
    "list.undo",
    Text("Undo in the list"),
    lambda window: window.activity.undo(),
    Standard.UNDO,
    synonyms=Text("revert, take back"),
)
