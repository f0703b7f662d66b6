"""Dependencies of a room, passed to it when it opens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import Struct, replace
from runway_desktop.viewmodels.models import Models

from .commands.everywhere import GUIDE, HELP
from .commands.keys import Keys
from .room import GuidePage, Opens, Room
from .theme import Theme
from .window.main_window import MainWindow


class Desk(Struct, frozen=True, kw_only=True, eq=False):
    """Use cases, the main window's models, and the window over which rooms open."""

    cases: UseCases
    runner: Runner
    theme: Theme
    models: Models
    window: MainWindow
    rooms: Mapping[str, Room]
    open: Opens
    endings: list[Callable[[], Awaitable[None] | None]]
    """Run one after the other before the program quits. Rooms append what they must save or stop."""

    @property
    def keys(self) -> Keys:
        return self.window.keys

    def give_help(self, over: QWidget, room: str, page: Callable[[], str] | None = None) -> None:
        """Binds the keys of help and guide in a room's window. `page` returns the page of the guide for what is shown
        there now; without it, that is the record's."""
        of = self.rooms[room]
        now = page or (lambda: of.guide)
        bound = (
            ((HELP,), lambda: lambda: self.open("help", (replace(of, guide=now()), over))),
            ((GUIDE,), lambda: lambda: self.open("help", GuidePage(now(), over))),
        )
        self.keys.bind(over, Scope.WINDOW, *bound, context=Qt.ShortcutContext.WindowShortcut)
