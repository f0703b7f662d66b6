"""Entry point of help for the current room. GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from runway_desktop.domain.library import Page
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.room import GuidePage, Room
from runway_desktop.usecases.words.failures import MEANINGS

from .guide_window import show_guide
from .help_window import HelpWindow, MeaningWindow
from .parts import LEFT_PANE, LIST_OF_TASKS, PARTS, QUEUE, HelpPart


def open_room(desk: Desk, wish: object) -> None:
    """`wish`: a failure's headline, to explain it; a page of the guide; a room and the window over which its help
    opens; None for the focused part of the main window."""
    match wish:
        case GuidePage(page, over, dark):
            if over is None or isValid(over):
                opened = show_guide(page, dark or desk.theme, over or desk.window)
                if dark is not None:
                    dark.darken(opened)
        case str(headline):
            MeaningWindow(MEANINGS[headline], desk.window).open()
        case (Room() as room, QWidget() as over):
            # The window may have been closed while this module was imported.
            if isValid(over):
                _show(desk, room, over)
        case _:
            _show(desk, here(desk), desk.window)


def here(desk: Desk) -> HelpPart | Room:
    """The current part of the main window: its overlay, the open page, or the focused part."""
    window, work = desk.window, desk.window.workspace
    if work.overlay is not None:
        return desk.rooms["large"]
    # Pages before focus: an empty page does not take the focus.
    if work.page is not None:
        return desk.rooms[work.pages.current_room]
    part = next((part for part in PARTS if part.is_here(window)), LIST_OF_TASKS)
    # Also from the sidebar, where the queue was chosen: an empty one does not take the focus either.
    is_queue = window.models.filter.page is Page.WAITING_HERE and part in (LEFT_PANE, LIST_OF_TASKS)
    return QUEUE if is_queue else part


def _show(desk: Desk, of: HelpPart | Room, over: QWidget) -> None:
    if not of.help:
        show_guide(of.guide, desk.theme, over)
        return
    opened = HelpWindow(of, desk.keys, desk.theme, over)
    opened.shortcuts_wanted.connect(lambda: desk.open("shortcuts"))
    opened.guide_wanted.connect(lambda: show_guide(of.guide, desk.theme, over))
    opened.open()
