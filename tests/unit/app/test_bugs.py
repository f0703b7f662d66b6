"""Every bug of the program is reported in one place; the person sees the first one."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer, QtMsgType
from PySide6.QtWidgets import QApplication

from runway_desktop.app.bugs import KEPT, Bugs
from runway_desktop.app.program import _qt_message, run_on_loop
from runway_desktop.domain.events import LaneChanged
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.services.bus import Bus
from runway_desktop.ui.theme import Theme
from runway_desktop.wiring import environment
from runway_desktop.wiring.stages import Supervisor
from tests.rigs.mistakes import left_in
from tests.rigs.patient_bot import PatientBot

KEY = "key_" + "5a" * 64


class Person(QObject):
    def __init__(self, bugs: Bugs) -> None:
        super().__init__()
        self.told: list[str] = []
        bugs.tell(self.hear)

    def hear(self, words: str) -> None:
        self.told.append(words)


def fails(*_: object) -> None:
    raise ValueError("a mistake")


class FailsWhenItGoes:
    def __del__(self) -> None:
        fails()


def in_a_slot() -> None:
    timer = QTimer(singleShot=True)
    timer.timeout.connect(fails)
    timer.timeout.emit()


def in_a_thread() -> None:
    thread = threading.Thread(target=fails, name="worker")
    thread.start()
    thread.join()


def in_the_loop() -> None:
    asyncio.get_running_loop().call_soon(fails)


def in_a_listener() -> None:
    bus = Bus()
    bus.listen(fails)
    bus.tell(LaneChanged())


def in_a_finalizer() -> None:
    FailsWhenItGoes()
    gc.collect()


def in_qt() -> None:
    class Context:
        category = "default"

    _qt_message(QtMsgType.QtCriticalMsg, Context(), "a mistake")  # type: ignore[arg-type]


@pytest.fixture
def bugs(mistakes) -> Iterator[Bugs]:
    yield Bugs()
    mistakes.forget()


def run(bugs: Bugs, work: Callable[[], object], qapp: QApplication) -> int:
    """As the program runs it, with pytest's own hooks out of the way meanwhile."""

    async def main(supervisor: Supervisor, theme: Theme) -> int:
        found = work()
        if asyncio.iscoroutine(found):
            supervisor.spawn(found, "work")
        for _ in range(5):
            await asyncio.sleep(0.01)
        return 0

    try:
        return run_on_loop(qapp, main, bugs)
    finally:
        bugs.leave()


@pytest.mark.parametrize(
    "where",
    [in_a_slot, in_a_thread, in_the_loop, in_a_listener, in_a_finalizer, in_qt],
    ids=lambda where: where.__name__,
)
def test_program_error_is_recorded_in_one_place_wherever_it_occurs(
    bugs: Bugs, qapp: QApplication, where: Callable[[], object]
):
    assert run(bugs, where, qapp) == 0
    assert bugs.count == 1
    assert "a mistake" in bugs.met[0]


def test_error_in_a_supervised_task_is_recorded(bugs: Bugs, qapp: QApplication):
    async def work() -> None:
        fails()

    assert run(bugs, work, qapp) == 0
    assert bugs.count == 1
    assert "in work" in bugs.met[0]


def test_program_that_ends_by_an_exception_has_an_error_exit_code(bugs: Bugs, qapp: QApplication):
    async def main(supervisor: Supervisor, theme: Theme) -> int:
        fails()
        return 0

    try:
        assert run_on_loop(qapp, main, bugs) == 1
    finally:
        bugs.leave()
    assert bugs.count == 1


def test_exception_hooks_are_restored(bugs: Bugs, qapp: QApplication):
    def hooks() -> tuple[object, ...]:
        return sys.excepthook, threading.excepthook, sys.unraisablehook, tuple(logging.getLogger().handlers)

    before = hooks()
    run(bugs, lambda: None, qapp)
    assert hooks() == before


def test_expected_failure_of_the_environment_is_no_program_error(bugs: Bugs, qapp: QApplication):
    def world() -> None:
        logging.getLogger("runway_desktop.services.results.downloads").warning("The disk is full")
        logging.getLogger("keyring.backend").error("Error initializing plugin")

    run(bugs, world, qapp)
    assert bugs.count == 0


def test_person_is_told_only_the_first_program_error(bugs: Bugs, qapp: QApplication, qtbot: PatientBot):
    person = Person(bugs)

    def many() -> None:
        for _ in range(17):
            in_a_slot()
        in_a_listener()

    run(bugs, many, qapp)
    qtbot.wait(1)
    assert bugs.count == 18
    assert person.told == bugs.met[:1]


def test_person_is_told_of_an_error_that_occurred_before_the_window_opened(
    bugs: Bugs, qapp: QApplication, qtbot: PatientBot
):
    run(bugs, in_a_slot, qapp)
    person = Person(bugs)
    assert person.told == [], "not in the midst of whatever builds the window"
    qtbot.waitUntil(lambda: person.told != [])
    assert person.told == bugs.met


def test_error_in_another_thread_is_reported_on_the_window_thread(bugs: Bugs, qapp: QApplication, qtbot: PatientBot):
    threads: list[str] = []

    class Window(QObject):
        def hear(self, words: str) -> None:
            threads.append(threading.current_thread().name)

    window = Window()
    bugs.tell(window.hear)
    run(bugs, in_a_thread, qapp)
    qtbot.waitUntil(lambda: threads != [])
    assert threads == [threading.main_thread().name]


def test_repeated_error_is_logged_in_full_once(bugs: Bugs, qapp: QApplication, caplog: pytest.LogCaptureFixture):
    def many() -> None:
        for _ in range(100):
            in_a_slot()

    run(bugs, many, qapp)
    assert caplog.text.count("Traceback") == 1
    assert "as before (100): ValueError('a mistake')" in caplog.text
    assert len(bugs.met) == KEPT


def test_stored_error_contains_no_key(bugs: Bugs, qapp: QApplication):
    def work() -> None:
        def tells() -> None:
            raise ValueError(f"{KEY} was refused")

        asyncio.get_running_loop().call_soon(tells)

    run(bugs, work, qapp)
    assert "was refused" in bugs.met[0]
    assert KEY not in bugs.met[0]


def test_stored_error_contains_no_secret_in_use(mistakes, qapp: QApplication):
    secrecy = KnownSecrets()
    secrecy.add("a-studio's/own+key")
    bugs = Bugs(secrecy)

    def work() -> None:
        def tells() -> None:
            escaped = "a-studio%27s%2Fown%2Bkey"
            raise ValueError({"Authorization": "Bearer a-studio's/own+key"}, b"a-studio's/own+key", escaped)

        asyncio.get_running_loop().call_soon(tells)

    run(bugs, work, qapp)
    assert bugs.count == 1
    assert "own+key" not in bugs.met[0]
    assert "own%2Bkey" not in bugs.met[0]
    mistakes.forget()


def test_journey_check_finds_errors_in_the_log_and_tracebacks_on_the_terminal(
    bugs: Bugs, qapp: QApplication, tmp_path: Path
):
    profile = tmp_path / "profile"
    profile.mkdir()
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    environment.start_log(profile / "log.txt", bugs.secrecy, verbose=False)
    try:
        run(bugs, in_a_slot, qapp)
        logging.getLogger("runway_desktop.services.results.downloads").warning("The disk is full")
        logging.getLogger("keyring.backend").error("Error initializing plugin")
    finally:
        for handler in [handler for handler in root.handlers if handler not in before]:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)
    (tmp_path / "terminal-1.txt").write_text("Traceback (most recent call last):\nWARNING: The disk is full\n", "utf-8")
    [in_log, on_terminal] = left_in(tmp_path)
    assert "A mistake of the program in a slot" in in_log
    assert on_terminal == "terminal-1.txt: Traceback (most recent call last):"
