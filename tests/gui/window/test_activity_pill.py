"""The activity pill in the window: fixed width, keyboard, screen reader, and its live list."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QScrollArea

from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.activity.pill import NARROW, WIDTH
from runway_desktop.ui.theme import ColorScheme
from tests.rigs import pill
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import task

LONG = "Donaudampfschifffahrtsgesellschaftskapitän " * 8


def words(rig: Desktop) -> list[str]:
    labels = pill.opened_list(rig.window).findChildren(QLabel)
    return [label.text() for label in labels if label.isVisible() and label.text()]


async def test_changing_activity_moves_nothing_beside_the_pill(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        top, activity = rig.window.workspace.top, rig.window.activity
        rig.window.resize(1440, 900)
        await until(lambda: top.pill.width() == WIDTH)
        before = top.search.geometry()
        activity.follow(LONG, "Stop", lambda: None)
        activity.set_gesture(LONG)
        await rest()
        assert (top.pill.width(), top.search.geometry()) == (WIDTH, before)


@pytest.mark.parametrize("width", [1440, 1024])
async def test_pill_grows_for_a_new_sentence_without_moving_buttons(tmp_path, theme, qtbot, width):
    async with Desktop(tmp_path, theme) as rig:
        top, activity = rig.window.workspace.top, rig.window.activity
        rig.window.resize(width, 640)
        usual = WIDTH if width == 1440 else NARROW
        await until(lambda: top.pill.width() == usual)
        menu = top.menu_button.geometry()
        activity.act("Obergrenze auf 6.500 angehoben, danke.", lambda: None)
        await until(lambda: top.pill.face.width() >= top.pill.face.wanted_width(), "the sentence is not cut")
        assert top.menu_button.geometry() == menu
        activity.tell(LONG)
        await rest()
        assert top.search.width() >= 96
        assert top.rect().contains(top.pill.geometry())
        activity.act("One.", lambda: None)
        await until(lambda: top.pill.width() == usual)


async def test_pill_covers_no_row(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(*(task(number, State.FAILED) for number in range(40)))
        await until(lambda: rig.rows.is_loaded and rig.rows.task_count == 40)
        view = rig.window.view
        for number in range(5):
            rig.window.activity.tell(f"Problem {number}.", problem=True)
        view.setFocus()
        QTest.keyClick(view, Qt.Key.Key_End)
        last = view.visualRect(view.currentIndex())
        assert view.viewport().rect().contains(last)
        at = view.viewport().mapTo(rig.window, last.center())
        assert rig.window.childAt(at) is view.viewport()


async def test_accessible_name_of_the_pill_tells_its_text_and_pending_count(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        face = rig.window.workspace.top.pill.face
        heard = QAccessible.queryAccessibleInterface(face)
        rig.window.activity.tell("The disk is full.", "5 MB are needed.", problem=True)
        assert heard.text(QAccessible.Text.Name) == "Activity: The disk is full. 5 MB are needed. · 1 notice waits"
        rig.window.activity.tell("Copied.")
        assert heard.text(QAccessible.Text.Name) == "Activity: Copied. · 1 notice waits"


async def test_undo_button_in_the_pill_works_by_mouse_and_key(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        undone: list[str] = []
        top = rig.window.workspace.top
        rig.window.activity.act("Two.", lambda: undone.append("two"))
        rig.window.activity.act("One.", lambda: undone.append("one"))
        button = next(one for one in top.pill.findChildren(QAbstractButton) if one.text() == "Undo")
        assert button.accessibleDescription() == "One."
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        rig.window.view.setFocus()
        QTest.keyClick(rig.window.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert undone == ["one", "two"]


async def test_shortcut_of_undo_is_hidden_for_a_longer_text(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        top = rig.window.workspace.top
        rig.window.resize(1440, 900)
        await until(lambda: top.pill.width() == WIDTH)
        rig.window.activity.act("One.", lambda: None)
        key = next(one for one in top.pill.findChildren(QLabel) if one.isVisible())
        assert key.text() == "Ctrl+Z"
        rig.window.activity.act("The daily cap is 1,600 credits.", lambda: None)
        assert not key.isVisible()
        rig.window.activity.act("One.", lambda: None)
        assert key.isVisible()


async def test_shortcut_opens_the_activity_list_which_escape_closes_and_arrows_walk(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        undone: list[int] = []
        for number in range(3):
            rig.window.activity.act(f"Act {number}.", partial(undone.append, number))
        rig.window.view.setFocus()
        QTest.keyClick(rig.window.view, Qt.Key.Key_F6)
        opened = pill.opened_list(rig.window)
        assert [text for text in words(rig) if text.startswith("Act")] == ["Act 2.", "Act 1.", "Act 0."]
        QTest.keyClick(opened, Qt.Key.Key_Down)
        focus = opened.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_Return)
        assert undone == [1], "each act has an undo of its own"
        assert opened.isVisible()
        assert [text for text in words(rig) if text.startswith("Act")] == ["Act 2.", "Act 0."]
        QTest.keyClick(opened, Qt.Key.Key_Escape)
        assert not opened.isVisible()


async def test_activity_list_updates_live_and_says_when_it_is_empty(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        assert words(rig) == ["No activity yet."]
        number = rig.window.activity.tell("The disk is full.", "5 MB are needed.", problem=True)
        assert words(rig) == ["Waiting for you", "The disk is full.", "5 MB are needed."]
        rig.window.activity.end(number)
        assert words(rig) == ["No activity yet."]


async def test_long_button_leaves_the_activity_list_its_margin(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        button = "Tageslimit auf 1.700 erhöhen und 1 senden · 120 Credits"
        rig.window.activity.tell("The cap is reached.", problem=True, action_text=button, on_action=lambda: None)
        rig.window.workspace.top.pill.open()
        await rest()
        area = pill.opened_list(rig.window).findChild(QScrollArea)
        assert area is not None
        assert area.widget().width() == area.viewport().width()


async def test_pending_message_is_dismissed_alone(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        for number in range(2):
            rig.window.activity.tell(f"Problem {number}.", problem=True)
        dismiss = next(
            one
            for one in pill.opened_list(rig.window).findChildren(QAbstractButton)
            if one.accessibleName() == "Dismiss: Problem 0."
        )
        dismiss.click()
        assert rig.window.activity.messages() == ["Problem 1."]


async def test_external_text_in_the_pill_is_literal_and_fits(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.window.activity.tell(LONG, "x" * 300, problem=True)
        rig.window.activity.tell("<b>bold</b>", problem=True)
        opened = pill.opened_list(rig.window)
        assert "<b>bold</b>" in words(rig)
        assert all(label.textFormat() is Qt.TextFormat.PlainText for label in opened.findChildren(QLabel))
        assert all(
            opened.rect().contains(button.mapTo(opened, QPoint(button.width() - 1, 0)))
            for button in opened.findChildren(QAbstractButton)
            if button.isVisible()
        )
        theme.choose(ColorScheme.LIGHT)
        assert opened.height() <= rig.window.height()


@pytest.mark.parametrize(("how", "waits"), [({}, ""), ({"stays": True}, "answer"), ({"problem": True}, "problem")])
async def test_pending_message_colors_the_pill(tmp_path, theme, qtbot, how, waits):
    async with Desktop(tmp_path, theme) as rig:
        rig.window.activity.tell("Told.", **how)
        assert (rig.window.workspace.top.pill.property("waits") or "") == waits


async def test_three_removals_in_a_row_are_one_act_in_the_pill(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(*(task(number, State.FAILED) for number in range(4)))
        await until(lambda: rig.rows.is_loaded and rig.rows.task_count == 4)
        rig.window.view.setFocus()
        rig.window.view.select([TaskId("t3")])
        for left in (3, 2, 1):
            await rig.fetch_rows()
            await until(rig.window.chosen_rows)
            QTest.keyClick(rig.window.view, Qt.Key.Key_Delete)
            await until(lambda left=left: rig.rows.task_count == left)  # type: ignore[misc]
        assert rig.window.activity.shown.text == "3 removed"
        QTest.keyClick(rig.window.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: rig.rows.task_count == 4)


async def test_search_field_keeps_its_width_in_a_narrow_window(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        top = rig.window.workspace.top
        rig.window.resize(1024, 640)
        await until(lambda: top.pill.width() == NARROW)
        await until(lambda: rig.window.search.width() >= 200)
        silent = [one for one in top.findChildren(QPushButton) if one.isVisible() and not one.text()]
        assert all(one.accessibleName() for one in silent)


async def test_icon_and_arrow_of_the_pill_change_sides_in_right_to_left_layout(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        found = rig.window.workspace.top.pill
        left = found.face.grab().toImage()
        found.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        right = found.face.grab().toImage()
        icon = QRect(11, 6, 18, 18)
        mirrored = icon.translated(found.face.width() - 2 * icon.left() - icon.width(), 0)
        assert left.copy(icon) == right.copy(mirrored)
        assert left.copy(mirrored) != left.copy(icon)
