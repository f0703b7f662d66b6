"""One deliberate bug of each kind per test, each of which must fail: run only by `test_guards.py`."""

from __future__ import annotations

import asyncio
import logging
import threading
import warnings
from pathlib import Path
from typing import NoReturn

from PySide6.QtCore import QEvent, QObject, QTimer, qCritical, qWarning
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.events import Notice
from runway_desktop.services.bus import Bus
from tests.rigs.desktop import Rig, rest
from tests.rigs.mistakes import Mistakes
from tests.rigs.patient_bot import PatientBot


def fails(*_: object) -> NoReturn:
    raise ValueError("on purpose")


async def fails_later() -> None:
    await asyncio.sleep(0)
    fails()


class Careless(QWidget):
    def paintEvent(self, event: QPaintEvent) -> None:
        fails()


class CarelessFilter(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        fails()


class FailsWhenItGoes:
    def __del__(self) -> None:
        fails()


def test_exception_in_a_slot(qapp):
    timer = QTimer()
    timer.timeout.connect(fails)
    timer.timeout.emit()


def test_exception_in_a_slot_without_a_qt_fixture():
    test_exception_in_a_slot(None)


async def test_exception_in_a_slot_called_by_a_coroutine():
    test_exception_in_a_slot(None)


def test_exception_while_painting(qtbot: PatientBot):
    widget = Careless()
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()


def test_exception_in_an_event_filter(qtbot: PatientBot):
    widget, careless = QWidget(), CarelessFilter()
    qtbot.addWidget(widget)
    widget.installEventFilter(careless)
    with qtbot.waitExposed(widget):
        widget.show()


def test_exception_in_an_event_posted_at_the_end_of_a_test(qapp):
    QTimer.singleShot(0, fails)


async def test_exception_in_a_loop_callback():
    asyncio.get_running_loop().call_soon(fails)


async def test_exception_in_an_unawaited_task():
    asyncio.create_task(fails_later())  # noqa: RUF006 - just this is careless
    await rest()


async def test_exception_in_a_task_of_the_runner(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        rig.runner(fails_later(), "work")
        await rest()


async def test_exception_in_a_result_callback_of_the_runner(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        rig.runner(asyncio.sleep(0), "work", done=fails)
        await rest()


async def test_exception_in_a_supervised_task(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        rig.supervisor.spawn(fails_later(), "work")
        await rest()


def test_exception_in_a_listener_of_the_bus():
    bus = Bus()
    bus.listen(fails)
    bus.tell(Notice("one"))


def test_logged_error():
    logging.getLogger("runway_desktop.services.tasks.poller").error("Asking went wrong")


def test_exception_in_a_finalizer():
    FailsWhenItGoes()


def test_exception_in_a_thread():
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()


def test_python_warning():
    warnings.warn("on purpose", RuntimeWarning, stacklevel=1)


async def test_coroutine_never_awaited():
    _ = fails_later()


def test_qt_warning(qapp):
    qWarning("on purpose")


def test_qt_critical_message(qapp):
    qCritical("on purpose")


def test_expected_mistake_that_does_not_occur(mistakes: Mistakes):
    mistakes.take("on purpose")


async def test_passes_with_an_expected_mistake(mistakes: Mistakes):
    test_exception_in_a_listener_of_the_bus()
    assert "on purpose" in mistakes.take("A listener failed on Notice")
