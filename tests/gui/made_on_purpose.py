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


def test_slot(qapp):
    timer = QTimer()
    timer.timeout.connect(fails)
    timer.timeout.emit()


def test_slot_without_a_fixture_of_qt():
    test_slot(None)


async def test_slot_under_a_coroutine():
    test_slot(None)


def test_paint(qtbot: PatientBot):
    widget = Careless()
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()


def test_event_filter(qtbot: PatientBot):
    widget, careless = QWidget(), CarelessFilter()
    qtbot.addWidget(widget)
    widget.installEventFilter(careless)
    with qtbot.waitExposed(widget):
        widget.show()


def test_posted_event_after_the_last_line(qapp):
    QTimer.singleShot(0, fails)


async def test_callback_of_the_loop():
    asyncio.get_running_loop().call_soon(fails)


async def test_task_that_nobody_awaits():
    asyncio.create_task(fails_later())  # noqa: RUF006 - just this is careless
    await rest()


async def test_task_of_the_runner(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        rig.runner(fails_later(), "work")
        await rest()


async def test_what_the_runner_does_with_a_result(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        rig.runner(asyncio.sleep(0), "work", done=fails)
        await rest()


async def test_task_of_the_supervisor(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        rig.supervisor.spawn(fails_later(), "work")
        await rest()


def test_listener_of_the_bus():
    bus = Bus()
    bus.listen(fails)
    bus.tell(Notice("one"))


def test_error_in_the_log():
    logging.getLogger("runway_desktop.services.tasks.poller").error("Asking went wrong")


def test_finalizer():
    FailsWhenItGoes()


def test_thread():
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()


def test_warning_of_python():
    warnings.warn("on purpose", RuntimeWarning, stacklevel=1)


async def test_coroutine_that_nobody_runs():
    _ = fails_later()


def test_warning_of_qt(qapp):
    qWarning("on purpose")


def test_critical_of_qt(qapp):
    qCritical("on purpose")


def test_one_that_was_not_met(mistakes: Mistakes):
    mistakes.take("on purpose")


async def test_passes_one_that_is_expected(mistakes: Mistakes):
    test_listener_of_the_bus()
    assert "on purpose" in mistakes.take("A listener failed on Notice")
