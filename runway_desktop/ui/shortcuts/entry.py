"""Entry point of the list of shortcuts. GUI thread only."""

from __future__ import annotations

from runway_desktop.ui.desk import Desk
from runway_desktop.ui.wishes import GuidePage

from .shortcuts import ShortcutsDialog


def open_room(desk: Desk, _wish: object) -> None:
    dialog = ShortcutsDialog(desk.keys, desk.window)
    dialog.guide_wanted.connect(lambda: desk.open("help", GuidePage(desk.rooms["shortcuts"].guide)))
    dialog.open()
    desk.give_help(dialog, "shortcuts")
