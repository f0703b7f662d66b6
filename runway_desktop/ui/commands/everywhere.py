"""The commands of every window, each of which is given what opens it there, and those of the main window that parts
below it show too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runway_desktop.domain.text import Text
from runway_desktop.usecases.commands.command import (
    FINDING,
    LIST,
    NOT_IN_PALETTE,
    OPENS_A_MENU,
    WINDOW,
    RecordsOf,
    Scope,
    Standard,
)

MENU = RecordsOf[Callable[[], object]](WINDOW, Scope.WINDOW, Scope.COMPARE, Scope.SHEET, is_everywhere=True)(
    "menu", "Menu", lambda opens: opens(), "F10", left_out_of=OPENS_A_MENU
)
HELP = RecordsOf[Callable[[], object]](WINDOW, Scope.WINDOW, Scope.SHEET, is_everywhere=True)(
    "help", "What can be done here", lambda opens: opens(), "F1", synonyms=Text("help, how to, manual")
)

# Of the main window, whose class is not named here: its panes show these, and two modules would import each other.
_finding = RecordsOf[Any](FINDING, Scope.WINDOW)
PALETTE = _finding(
    "palette",
    "Find a command, a task, a setting",
    lambda window: window.open_room("palette"),
    "Ctrl+K",
    left_out_of=NOT_IN_PALETTE,
    is_everywhere=True,
)
SEARCH = _finding(
    "search.focus", "Search", lambda window: window.focus_search(), Standard.FIND, synonyms=Text("find, filter")
)
KEEP_SEARCH = _finding(
    "search.keep", "Save this search", lambda window: window.keeper.save(), Standard.SAVE, synonyms=Text("save filter")
)
UNDO = RecordsOf[Any](LIST, Scope.WINDOW)(
    "list.undo",
    "Undo in the list",
    lambda window: window.activity.undo(),
    Standard.UNDO,
    synonyms=Text("revert, take back"),
)
