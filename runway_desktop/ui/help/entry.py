"""Opens the help of the room that one is in. GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from runway_desktop.domain.library import Place
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.room import Room
from runway_desktop.usecases.words.failures import MEANINGS

from .help_window import HelpWindow, MeaningWindow
from .parts import LIST_OF_TASKS, PARTS, QUEUE, Part


def open_room(desk: Desk, wish: object) -> None:
    """`wish`: the headline of a failure, for what it means; a room, and the window that its help stands over; None: the
    part of the main window where the keyboard is."""
    match wish:
        case str(headline):
            MeaningWindow(MEANINGS[headline], desk.window).open()
        case (Room() as room, QWidget() as over):
            # It may have been closed while this was imported.
            if isValid(over):
                _show(desk, room, over)
        case _:
            _show(desk, here(desk), desk.window)


def here(desk: Desk) -> Part | Room:
    """Where one is in the main window: what lies over it, the page that is open, or a part of it."""
    window, work = desk.window, desk.window.workspace
    if work.overlay is not None:
        return desk.rooms["large"]
    # Before the keyboard, which an empty page leaves where it was.
    if work.page is not None:
        return desk.rooms[work.places.current_page]
    if (part := next((part for part in PARTS if part.is_here(window)), None)) is not None:
        return part
    return QUEUE if window.models.filter.place is Place.WAITING_HERE else LIST_OF_TASKS


def _show(desk: Desk, of: Part | Room, over: QWidget) -> None:
    opened = HelpWindow(of, desk.keys, desk.theme, over)
    opened.shortcuts_wanted.connect(lambda: desk.open("shortcuts"))
    opened.open()
