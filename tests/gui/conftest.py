"""What every test of the window has: a theme, and coroutines run as tests on Qt's own loop.

A coroutine needs no mark. It fails when it takes longer than 30 seconds, when it leaves a task running, or when
something on its loop raised where nobody could catch it. A test of the rooms tasks, composer and window also fails
when it leaves a window open. Qt's warnings fail a test by the project's own settings of pytest-qt.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from runway_desktop.ui.theme import Choice, Theme
from tests.gui.rig import run

HERE = Path(__file__).parent
TIDY_ROOMS = ("tasks", "composer", "window")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and inspect.iscoroutinefunction(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.qt_loop)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    from qasync import QEventLoop

    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    complaints: list[str] = []
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    # A window that closes must not end the loop under the test, as it does not in the program.
    application.setQuitOnLastWindowClosed(False)
    loop = QEventLoop(application)
    loop.set_exception_handler(
        lambda _, context: complaints.append(f"{context.get('message')}: {context.get('exception')!r}")
    )
    workers = ThreadPoolExecutor(2)
    loop.set_default_executor(workers)
    try:
        run(loop, pyfuncitem.obj(**arguments))
    finally:
        workers.shutdown()
        loop.close()
        asyncio.set_event_loop(None)
    assert not complaints, f"Nobody could catch this on the loop: {complaints}"
    return True


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(qapp, Choice.DARK)
    yield theme
    theme.deleteLater()


@pytest.fixture(autouse=True)
def _no_window_left(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    application = QApplication.instance()
    if application is None or not any(HERE / room in request.path.parents for room in TIDY_ROOMS):
        return
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    left = [type(widget).__name__ for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    assert not left, f"The test left windows open: {left}"
