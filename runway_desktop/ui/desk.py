"""What a room is given when it is opened."""

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
    """Use cases, the models that the main window shows, and the window itself, over which rooms open."""

    cases: UseCases
    runner: Runner
    theme: Theme
    models: Models
    window: MainWindow
    rooms: Mapping[str, Room]
    open: Opens
    endings: list[Callable[[], Awaitable[None] | None]]
    """Done one after the other before the program ends: rooms append what they have to keep or to stop."""

    @property
    def keys(self) -> Keys:
        return self.window.keys

    def give_help(self, over: QWidget, room: str) -> None:
        """Gives a window of a room the key for its help."""
        opens = partial(self.open, "help", (self.rooms[room], over))
        self.keys.bind(over, Scope.WINDOW, ((HELP,), lambda: opens), context=Qt.ShortcutContext.WindowShortcut)
