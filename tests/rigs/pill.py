"""Operates the activity pill of a window: its list, and the buttons in it."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from runway_desktop.ui.activity.pill import ActivityList
from runway_desktop.ui.window.main_window import MainWindow


def opened_list(window: MainWindow) -> ActivityList:
    """The list below the pill, which is opened unless it is already."""
    window.show_activity()
    return next(one for one in window.findChildren(ActivityList) if one.isVisible())


def buttons(window: MainWindow) -> list[QPushButton]:
    """What the list offers, from above."""
    return [one for one in opened_list(window).findChildren(QPushButton) if one.isVisible()]


def offered(window: MainWindow) -> list[str]:
    return [one.text() for one in buttons(window)]


def press(window: MainWindow, text: str) -> None:
    """The first button of that text."""
    next(one for one in buttons(window) if one.text() == text).click()
