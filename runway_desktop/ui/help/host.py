"""Opens the help of the room that one is in. GUI thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.library import Place
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.words.failures import MEANINGS
from runway_desktop.usecases.words.help import Room

from .help_window import HelpWindow, MeaningWindow

if TYPE_CHECKING:
    from runway_desktop.ui.window.main_window import MainWindow


def room_of(window: MainWindow) -> Room:
    """Where the keyboard is, in the main window."""
    work, focus = window.workspace, window.focusWidget()
    if window.large.is_open:
        return Room.LARGE
    for room, part in ((Room.COMPOSER, work.composer), (Room.PLACES, work.places), (Room.PREVIEW, work.preview_room)):
        if focus is not None and (part is focus or part.isAncestorOf(focus)):
            return room
    if work.shows_board:
        return Room.NOT_SAVED
    return Room.QUEUE if window.models.filter.place is Place.WAITING_HERE else Room.LIST


def open_help(window: MainWindow, theme: Theme) -> None:
    show(room_of(window), window, window, theme)


def show(room: Room, window: MainWindow, over: QWidget, theme: Theme) -> None:
    opened = HelpWindow(room, window.keys, theme, over)
    opened.shortcuts_wanted.connect(window.shortcuts_wanted)
    opened.open()


def show_meaning(headline: str, window: MainWindow) -> None:
    MeaningWindow(MEANINGS[headline], window).open()


def serve(over: QWidget, room: Room, window: MainWindow, theme: Theme) -> None:
    """Gives a window of its own the key for help."""
    action = QAction("Help", over)
    action.triggered.connect(lambda: show(room, window, over, theme))
    over.addAction(action)
    window.keys.give(action, "help")
