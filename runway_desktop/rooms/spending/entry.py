"""Entry point of the Spending window. GUI thread only."""

from __future__ import annotations

from runway_desktop.rooms.spending.model.spending import SpendingModel
from runway_desktop.ui.desk import Desk

from .spending_window import SpendingWindow


def open_room(desk: Desk, _wish: object) -> None:
    """Opens the window, or brings the open one to the front."""
    opened = desk.window.findChild(SpendingWindow)
    if opened is None:
        model = SpendingModel(desk.cases, desk.models.bridge, desk.runner, desk.window)
        opened = SpendingWindow(model, desk.theme, desk.window)
        opened.caps_wanted.connect(lambda: desk.open("preferences", "Money"))
        desk.give_help(opened, "spending")
    opened.show()
    opened.raise_()
    opened.activateWindow()
