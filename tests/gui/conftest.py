"""What every test of the window has: a theme, coroutines run as tests on Qt's own loop, and nothing left open.

Qt's warnings fail a test by the project's own settings of pytest-qt.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLoggingCategory
from PySide6.QtWidgets import QApplication

from runway_desktop.ui.theme import ColorScheme, Theme
from tests.rigs.clips import BACKEND_CHATTER
from tests.rigs.patient_bot import qtbot
from tests.rigs.qt_loop import OFFSCREEN_CHATTER, pytest_pyfunc_call

__all__ = ["pytest_pyfunc_call", "qtbot"]

HERE = Path(__file__).parent
# pytest-qt's handler is in Python too, see `_QUIET` in app/program.py.
QLoggingCategory.setFilterRules("qt.multimedia.symbolsresolver=false")
CHATTER = {
    **dict.fromkeys(("cast", "cut", "lineage", "media", "review", "steps", "viewer"), BACKEND_CHATTER),
    "inputs": (*BACKEND_CHATTER, "libpng error"),
}
"""What may be said in which folder; damaged pictures are among the inputs."""
TIDY_ROOMS = ("tasks", "composer", "inputs", "window")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            chatter = next((CHATTER[room] for room in CHATTER if HERE / room in item.path.parents), ())
            item.add_marker(pytest.mark.qt_log_ignore(OFFSCREEN_CHATTER, *chatter, extend=True))


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    # A theme takes the application's font for the system's, also a larger one that another test chose.
    system = qapp.font()
    theme = Theme(qapp, ColorScheme.DARK)
    yield theme
    theme.deleteLater()
    qapp.setFont(system)


@pytest.fixture(autouse=True)
def _no_window_left(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    application = QApplication.instance()
    if application is None or not any(HERE / room in request.path.parents for room in TIDY_ROOMS):
        return
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    # What this test made is young; older objects are many.
    gc.collect(1)
    left = [type(widget).__name__ for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    assert not left, f"The test left windows open: {left}"
