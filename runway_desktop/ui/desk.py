"""Dependencies of a room, passed to it when it opens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import Struct
from runway_desktop.viewmodels.models import Models

from .commands.everywhere import HELP
from .commands.keys import Keys
from .room import Opens, Room
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

    def give_help(self, over: QWidget, room: str) -> None:
        """Binds the help key in a room's window."""
        opens = partial(self.open, "help", (self.rooms[room], over))
        self.keys.bind(over, Scope.WINDOW, ((HELP,), lambda: opens), context=Qt.ShortcutContext.WindowShortcut)
