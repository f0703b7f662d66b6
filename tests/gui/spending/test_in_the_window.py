"""Money in the main window: the balance's menu, the notice of a cap with its button, the question before a sending."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget

from runway_desktop.domain.caps import Cap, HeldBack, Limit
from runway_desktop.ui.confirm import Confirm
from runway_desktop.ui.theme import Theme
from tests.rigs import engine_rig, pill
from tests.rigs.desktop import Desktop, after, rest, until
from tests.rigs.engine_rig import held_by


def button(window: QWidget, text: str) -> QPushButton:
    return next(found for found in window.findChildren(QPushButton) if found.isVisible() and found.text() == text)


async def test_click_on_the_balance_opens_spending_and_caps(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop:
        balance = next(
            found for found in desktop.window.findChildren(QPushButton) if found.accessibleName().startswith("Balance")
        )
        QTest.mouseClick(balance, Qt.MouseButton.LeftButton)
        menu = next(found for found in desktop.window.findChildren(QMenu) if found.isVisible())
        actions = {action.text(): action for action in menu.actions()}
        actions["Spending"].trigger()
        actions["Caps…"].trigger()
        assert desktop.room_requests == [("spending", None), ("preferences", "Money")]
        menu.close()
        await rest()


async def test_spending_opens_by_shortcut(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop:
        QTest.keyClick(
            desktop.window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        assert desktop.room_requests == [("spending", None)]


async def test_reached_cap_is_announced_with_a_button_to_raise_it(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme, loops=("lane",)) as desktop:
        await desktop.engine.pricing.learn(engine_rig.request(), 25.0)
        desktop.engine.settings.day_cap = 20.0
        [task_id] = await desktop.parts.submit(engine_rig.request())
        await until(desktop.window.activity.messages, "the cap is told")
        assert desktop.window.activity.messages() == ["Daily cap reached: 0 of 20 spent; the next task costs 25."]
        pill.press(desktop.window, RAISE)
        await until(lambda: held_by(desktop.engine, task_id) is None, "the task goes")
        assert desktop.engine.settings.day_cap == 30.0
        assert desktop.window.activity.messages() == ["Today's cap raised to 30 credits."]


async def test_raising_a_cap_can_be_undone(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme, loops=("lane",)) as desktop:
        await full_day(desktop)
        activity, settings = desktop.window.activity, desktop.engine.settings
        await desktop.engine.lane.pause()
        pill.press(desktop.window, RAISE)
        await until(lambda: settings.day_cap == 30.0)
        activity.undo()
        assert settings.day_cap == 20.0
        assert activity.messages()[-1] == "Today's cap is 20 credits again."
        desktop.engine.budget.raise_cap(HeldBack(limit=Limit(cap=Cap.DAY, limit=20.0), price=25.0))
        settings.day_cap = 500.0
        activity.undo()
        assert settings.day_cap == 500.0
        assert activity.messages()[-1] == "Cap not lowered: it was changed since."


async def test_notice_of_a_reached_cap_ends_when_the_cap_is_raised_elsewhere(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme, loops=("lane",)) as desktop:
        await full_day(desktop)
        desktop.engine.settings.day_cap = 22.0
        said = "Daily cap reached: 0 of 22 spent; the next task costs 25."
        await until(lambda: desktop.window.activity.messages() == [said], "the other cap is told in its place")
        desktop.engine.settings.day_cap = 500.0
        await until(lambda: not desktop.window.activity.messages(), "nothing waits for it")


async def test_cap_raise_that_would_send_more_than_announced_is_announced_again_first(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme, loops=("lane",)) as desktop:
        await full_day(desktop)
        await desktop.engine.pricing.learn(engine_rig.request(), 28.0)
        pill.press(desktop.window, RAISE)
        assert desktop.engine.settings.day_cap == 20.0
        await rest()
        pill.press(desktop.window, "Raise today's cap to 30 and send 1 · 28 credits")
        await until(lambda: desktop.engine.settings.day_cap == 30.0)


RAISE = "Raise today's cap to 30 and send 1 · 25 credits"


async def full_day(desktop: Desktop) -> None:
    """A task of 25 credits waits for a cap of 20, which is told."""
    await desktop.engine.pricing.learn(engine_rig.request(), 25.0)
    desktop.engine.settings.day_cap = 20.0
    await desktop.parts.submit(engine_rig.request())
    await until(desktop.window.activity.messages, "the cap is told")


async def test_status_line_shows_todays_spending_of_the_cap(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop:
        desktop.engine.settings.day_cap = 1_500.0
        desktop.models.status.changed.emit()
        assert any("Today 0 of 1,500 credits" in label.text() for label in desktop.window.findChildren(QLabel))


async def test_costly_request_is_sent_only_after_a_yes(tmp_path: Path, theme: Theme):
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
        assert len(desktop.engine.ledger.all_queued()) == 1
