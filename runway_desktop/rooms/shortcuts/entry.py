"""Entry point of the list of shortcuts. GUI thread only."""

from __future__ import annotations

from shiboken6 import isValid

from runway_desktop.ui.desk import Desk
from runway_desktop.ui.room import GuidePage, Shortcuts

from .shortcuts import ShortcutsDialog


def open_room(desk: Desk, wish: Shortcuts | None) -> None:
    match wish:
        case Shortcuts(first, over, dark):
            # The window may have been closed while this module was imported.
            if isValid(over):
                dialog = ShortcutsDialog(desk.keys, over, first)
                dark.darken(dialog)
                _open(desk, dialog, GuidePage("judging", over, dark))
        case _:
            dialog = ShortcutsDialog(desk.keys, desk.window)
            _open(desk, dialog, GuidePage(desk.rooms["shortcuts"].guide))
            desk.give_help(dialog, "shortcuts")


def _open(desk: Desk, dialog: ShortcutsDialog, page: GuidePage) -> None:
    dialog.guide_wanted.connect(lambda: desk.open("help", page))
    dialog.open()
