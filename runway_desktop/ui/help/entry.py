"""Opens the help of the room that one is in. GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from runway_desktop.domain.library import Place
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.usecases.words.failures import MEANINGS
from runway_desktop.usecases.words.help import Room

from .help_window import HelpWindow, MeaningWindow


def open_room(desk: Desk, wish: object) -> None:
    """`wish`: the headline of a failure, for what it means; a room, and the window that its help stands over; None: the
    room of the main window where the keyboard is."""
    match wish:
        case str(headline):
            MeaningWindow(MEANINGS[headline], desk.window).open()
        case (Room() as room, QWidget() as over):
            _show(desk, room, over)
        case _:
            _show(desk, room_of(desk.window), desk.window)


def room_of(window: MainWindow) -> Room:
    """Where the keyboard is, in the main window."""
    work, focus = window.workspace, window.focusWidget()
    if window.large.is_open:
        return Room.LARGE
    for room, part in ((Room.COMPOSER, work.composer), (Room.PLACES, work.places), (Room.PREVIEW, work.preview_room)):
        if focus is not None and (part is focus or part.isAncestorOf(focus)):
            return room
    if work.page is not None:
        return Room.NOT_SAVED
    return Room.QUEUE if window.models.filter.place is Place.WAITING_HERE else Room.LIST


def _show(desk: Desk, room: Room, over: QWidget) -> None:
    opened = HelpWindow(room, desk.keys, desk.theme, over)
    opened.shortcuts_wanted.connect(lambda: desk.open("shortcuts"))
    opened.open()
