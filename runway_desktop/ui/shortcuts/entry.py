"""Entry point of the list of shortcuts. GUI thread only."""

from __future__ import annotations

from runway_desktop.ui.desk import Desk

from .shortcuts import ShortcutsDialog


def open_room(desk: Desk, _wish: object) -> None:
    ShortcutsDialog(desk.keys, desk.window).open()
