"""The wait window during a long migration of the task list."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar

from runway_desktop.app.waits import renew_in_sight
from runway_desktop.ui.profiles.backups import WaitingWindow
from runway_desktop.ui.theme import Theme
from tests.rigs.qt_loop import come_to_rest


@pytest.fixture
def style(qapp: QApplication) -> Iterator[None]:
    before = qapp.styleSheet()
    yield
    qapp.setStyleSheet(before)


def windows() -> list[WaitingWindow]:
    found = [window for window in QApplication.topLevelWidgets() if isinstance(window, WaitingWindow)]
    return [window for window in found if window.isVisible()]


@pytest.mark.usefixtures("style")
async def test_window_shows_the_wait_while_the_list_is_migrated(qapp: QApplication):
    opening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    waiting = asyncio.ensure_future(renew_in_sight(opening, Theme(qapp)))
    await come_to_rest()
    [window] = windows()
    assert not window.close(), "It would only hide what goes on"
    texts = " ".join(label.text() for label in window.findChildren(QLabel))
    assert "Updating the list of tasks" in texts
    assert "The old list is kept as a copy." in texts
    bar = window.findChild(QProgressBar)
    assert bar is not None
    assert bar.maximum() == 0, "Nobody knows how long it takes"
    opening.set_result("the list")
    await waiting
    assert windows() == []


@pytest.mark.usefixtures("style")
async def test_error_while_opening_the_list_is_left_to_the_opener(qapp: QApplication):
    opening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    waiting = asyncio.ensure_future(renew_in_sight(opening, Theme(qapp)))
    await come_to_rest()
    opening.set_exception(OSError("no room"))
    await waiting
    assert windows() == []
    assert isinstance(opening.exception(), OSError)
