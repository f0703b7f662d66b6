"""A longer shutdown shows what it waits for, and can be skipped."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from runway_desktop.app.closing import settle_in_sight, what_is_waited_for
from runway_desktop.domain.task import State
from runway_desktop.ui.dialogs.closing import ClosingDialog
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import task


def dialogs() -> list[ClosingDialog]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, ClosingDialog) and one.isVisible()]


async def test_quick_shutdown_shows_no_wait(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        settling = asyncio.ensure_future(asyncio.sleep(0))
        await settle_in_sight(settling, rig.window, str, shown_after=30.0)
        assert settling.done()
        assert not settling.cancelled()
        assert dialogs() == []


async def test_longer_shutdown_shows_a_wait_that_escape_does_not_end(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.window.setEnabled(False)
        answered = asyncio.Event()
        settling = asyncio.ensure_future(answered.wait())
        waiting = asyncio.ensure_future(
            settle_in_sight(settling, rig.window, lambda: "1 task is being sent.", shown_after=0.0, anyway_after=60.0)
        )
        await until(dialogs)
        [dialog] = dialogs()
        assert dialog.isEnabled()
        assert "1 task is being sent." in [label.text() for label in dialog.findChildren(QLabel)]
        assert dialog.accessibleDescription() == "1 task is being sent."
        [button] = dialog.findChildren(QPushButton)
        assert not button.isVisible(), "most answers come within seconds"
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert dialogs() == [dialog]
        answered.set()
        await waiting
        assert dialogs() == []
        assert not settling.cancelled()


async def test_person_may_stop_waiting_for_a_long_shutdown(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        settling = asyncio.ensure_future(asyncio.Event().wait())
        waiting = asyncio.ensure_future(settle_in_sight(settling, rig.window, str, shown_after=0.0, anyway_after=0.01))
        await until(lambda: dialogs() and dialogs()[0].findChildren(QPushButton)[0].isVisible())
        QTest.mouseClick(dialogs()[0].findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
        await waiting
        assert settling.cancelled()
        assert dialogs() == []


async def test_wait_at_closing_shows_the_current_number_of_tasks(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        assert what_is_waited_for(rig.cases) == "Saving your changes."
        rig.engine.ledger._keep(task(1, State.SENDING))
        assert what_is_waited_for(rig.cases).startswith("1 task is being sent")
