"""How large a window may be at first. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from runway_desktop.ui.theme import GRID

_FRAME = QSize(2 * GRID, 6 * GRID)
"""What the system's frame and bars take of a screen where nobody says how much."""


def open_at(window: QWidget, wanted: QSize) -> None:
    """Gives the window this size, or as much of it as its screen has room for, so that its buttons can be reached."""
    beside = window.parentWidget() or window
    room = beside.screen().availableGeometry().size() - _FRAME
    window.resize(wanted.boundedTo(room.expandedTo(window.minimumSize())))
