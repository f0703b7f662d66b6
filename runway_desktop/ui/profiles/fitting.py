"""A window that is as high as what it shows, however its lines wrap, and stays on its screen. GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog


def fit(window: QDialog) -> None:
    """Gives the window the height that its contents need at its width. Call when they have changed."""
    layout = window.layout()
    layout.activate()
    width = max(window.width(), window.minimumWidth())
    height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
    most = window.parentWidget().window().height() if window.parentWidget() is not None else height
    room = window.screen().availableGeometry()
    window.resize(width, max(window.minimumHeight(), min(height, most, room.height())))
    below = window.geometry().bottom() - room.bottom()
    if window.isVisible() and below > 0:
        # It grew downwards, where its buttons would be out of reach.
        window.move(window.x(), max(room.top(), window.y() - below))
