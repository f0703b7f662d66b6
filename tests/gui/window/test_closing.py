"""Closing asks only while something is being sent or saved or is still to be sent, and says that tasks go on at
Runway."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QSystemTrayIcon

from runway_desktop.app.bugs import Bugs
from runway_desktop.app.in_tray import InTray
from runway_desktop.app.options import Options
from runway_desktop.app.session import Session
from runway_desktop.domain.task import Hold, HoldCode, State, Task
from runway_desktop.wiring import environment
from runway_desktop.wiring.build import Address
from tests.rigs.desktop import Desktop
from tests.rigs.rows import task
from tests.rigs.silent_icon import SilentIcon


def session_of(rig: Desktop, folder: Path, *open_tasks: Task, saving: int = 0) -> Any:
    """The session as it is while its window is open, with what is under way."""
    profile = environment.profile(demo=False, folder=folder / "profile")
    session: Any = Session(profile, Options(), Address(secret="key_test"), bugs=Bugs())
    session.window = rig.window
    rig.window.quit_wanted.connect(session._quit_wanted)
    session.cases = SimpleNamespace(
        backups=None,
        tasks=SimpleNamespace(
            open=lambda: open_tasks, all_queued=lambda: [one for one in open_tasks if one.state is State.QUEUED]
        ),
        downloads=SimpleNamespace(running=saving),
        queue=rig.engine.lane,
        settings=rig.engine.settings,
    )
    return session


def asked(rig: Desktop) -> list[QDialog]:
    return [dialog for dialog in rig.window.findChildren(QDialog) if dialog.isVisible()]


def is_closing(session: Any) -> bool:
    return bool(session._closing.is_set())


async def test_window_without_pending_work_closes_at_once(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        session = session_of(
            rig,
            tmp_path,
            task(1, hold=Hold(HoldCode.WAITS_FOR_PERSON)),
            task(2, State.RUNNING),
            task(3, State.UNCERTAIN),
            task(4, removed_at=1.0),
        )
        rig.window.quit_wanted.emit()
        assert asked(rig) == []
        assert is_closing(session)
        session.deleteLater()


@pytest.mark.parametrize(
    ("tasks", "saving", "says"),
    [
        ((task(1, State.SENDING),), 0, "1 task is being sent."),
        ((), 2, "2 results are being saved."),
        ((task(1, State.SENDING),), 1, "1 task is being sent. 1 result is being saved."),
    ],
)
async def test_closing_with_pending_work_asks_and_staying_is_the_default(tmp_path, theme, qtbot, tasks, saving, says):
    async with Desktop(tmp_path, theme) as rig:
        session = session_of(rig, tmp_path, *tasks, saving=saving)
        rig.window.quit_wanted.emit()
        [dialog] = asked(rig)
        words = " ".join(label.text() for label in dialog.findChildren(QLabel))
        assert says in words
        assert "Tasks continue on Runway and are picked up at the next start." in words
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        assert not is_closing(session)
        rig.window.quit_wanted.emit()
        [dialog] = asked(rig)
        close = next(button for button in dialog.findChildren(QPushButton) if button.text() == "Close")
        QTest.mouseClick(close, Qt.MouseButton.LeftButton)
        assert is_closing(session)
        session.deleteLater()


async def test_closing_question_tells_how_queued_tasks_get_sent(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        session = session_of(rig, tmp_path, task(1), task(2), task(3, hold=Hold(HoldCode.WAITS_FOR_PERSON)))
        rig.window.quit_wanted.emit()
        [dialog] = asked(rig)
        assert dialog.windowTitle() == "Close with 2 unsent tasks?"
        words = " ".join(label.text() for label in dialog.findChildren(QLabel))
        assert "2 queued tasks are only sent while the program runs" in words
        assert "picked up at the next start" in words
        assert [button.text() for button in dialog.findChildren(QPushButton)] == ["Stay", "Close"]
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        assert not is_closing(session)
        session.deleteLater()


async def test_queued_tasks_are_sent_from_the_tray_where_available(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        session = session_of(rig, tmp_path, task(1))
        make_icon: Any = SilentIcon
        in_tray = session._in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window, make_icon)
        icon: Any = in_tray.tray.icon
        icon.has_tray = False
        rig.window.quit_wanted.emit()
        [dialog] = asked(rig)
        assert not any("tray" in button.text() for button in dialog.findChildren(QPushButton)), "it has gone since"
        dialog.reject()
        icon.has_tray = True
        rig.window.quit_wanted.emit()
        [dialog] = asked(rig)
        keep = next(button for button in dialog.findChildren(QPushButton) if "tray" in button.text())
        QTest.mouseClick(keep, Qt.MouseButton.LeftButton)
        assert not is_closing(session)
        assert not rig.window.isVisible()
        icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
        assert rig.window.isVisible()
        session.deleteLater()
