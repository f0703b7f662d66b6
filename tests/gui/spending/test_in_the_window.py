"""Money in the main window: the balance's menu, the notice of a cap with its button, the question before a sending."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget

from runway_desktop.ui.asking import Confirm
from runway_desktop.ui.theme import Theme
from tests import engine_rig
from tests.gui import pill
from tests.gui.rig import Desktop, after, rest, until


def button(window: QWidget, text: str) -> QPushButton:
    return next(found for found in window.findChildren(QPushButton) if found.isVisible() and found.text() == text)


async def test_the_balance_leads_to_spending_and_caps(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop:
        balance = next(
            found for found in desktop.window.findChildren(QPushButton) if found.accessibleName().startswith("Balance")
        )
        QTest.mouseClick(balance, Qt.MouseButton.LeftButton)
        menu = next(found for found in desktop.window.findChildren(QMenu) if found.isVisible())
        deeds = {action.text(): action for action in menu.actions()}
        async with after(desktop.window.spending_wanted):
            deeds["Spending…"].trigger()
        async with after(desktop.window.preferences_wanted) as section:
            deeds["Caps…"].trigger()
        assert section == ["Money"]
        menu.close()
        await rest()


async def test_spending_has_a_key(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop, after(desktop.window.spending_wanted):
        QTest.keyClick(
            desktop.window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )


async def test_a_cap_that_is_reached_is_told_with_the_button_that_raises_it(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme, loops=("lane",)) as desktop:
        await desktop.engine.pricing.learn(engine_rig.request(), 25.0)
        desktop.engine.settings.day_cap = 20.0
        [task_id] = await desktop.parts.submit(engine_rig.request())
        await until(desktop.window.activity.messages, "the cap is told")
        assert desktop.window.activity.messages() == [
            "Waiting: today's cap of 20 credits is reached (0 spent, this one is 25)."
        ]
        pill.press(desktop.window, "Raise today's cap to 30")
        await until(lambda: desktop.engine.lane.held_back(task_id) is None, "the task goes")
        assert desktop.engine.settings.day_cap == 30.0
        assert desktop.window.activity.messages() == []


async def test_the_status_line_says_today_of_the_cap(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop:
        desktop.engine.settings.day_cap = 1_500.0
        desktop.models.status.changed.emit()
        assert any("Today 0 of 1,500 credits" in label.text() for label in desktop.window.findChildren(QLabel))


async def test_a_dear_request_is_asked_about_and_sent_after_yes(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop:
        await desktop.engine.pricing.learn(engine_rig.request(), 25.0)
        desktop.engine.settings.confirm_above = 20.0
        desktop.composer.load(engine_rig.request())
        desktop.composer.send()
        await until(lambda: desktop.window.findChild(Confirm), "it is asked about")
        asked = desktop.window.findChild(Confirm)
        assert asked is not None
        assert asked.windowTitle() == "Send 1 task for 25 credits?"
        async with after(desktop.composer.sent):
            QTest.mouseClick(button(asked, "Send 1 task"), Qt.MouseButton.LeftButton)
        assert len(desktop.engine.ledger.held()) == 1
