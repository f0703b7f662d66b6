"""Filters above the list: where they stand, how many tasks they leave, how the keyboard takes them away; and the way
from the search line to what it found."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from runway_desktop.domain.library import Page
from runway_desktop.domain.task import Pick, State, TaskId
from runway_desktop.ui.search.search_line import FilterRow
from runway_desktop.usecases.listing.columns import Column
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import task

KEYS = Qt.Key
LINE = 'tag:"ein langes deutsches Schlagwort" rating:>=2 project:Donaudampfschifffahrt -is:reject after:2020-01'
ALIKE: dict[str, Any] = {"tags": ("ein langes deutsches schlagwort",), "rating": 4, "project": "Donaudampfschifffahrt"}


def row(rig: Desktop) -> FilterRow:
    return rig.window.workspace.list.filters


def chips(rig: Desktop) -> list[QPushButton]:
    return [*row(rig).chips.buttons.values()]


def leaves(rig: Desktop, amount: int) -> bool:
    return len(chips(rig)) == amount


def found(rig: Desktop, amount: int) -> bool:
    return rig.rows.is_loaded and rig.rows.task_count == amount


async def searched(rig: Desktop, line: str, *, finds: int) -> None:
    rig.window.search.setFocus()
    rig.window.search.setText(line)
    await until(lambda: rig.rows.is_loaded and rig.rows.task_count == finds)


@pytest.mark.parametrize("as_grid", [False, True])
@pytest.mark.parametrize("size", [(1024, 640), (1440, 900)])
async def test_all_filter_chips_are_fully_visible_and_leave_space_for_the_list(tmp_path, theme, qtbot, size, as_grid):
    async with Desktop(tmp_path, theme) as rig:
        rig.window.resize(*size)
        rig.window.workspace.list.show_grid(as_grid)
        await rig.shown(*(task(number, State.FAILED, **ALIKE) for number in range(3)))
        rig.pages.refresh()
        await until(lambda: rig.pages.counts.tags)
        await searched(rig, LINE, finds=3)
        await until(lambda: len(chips(rig)) == 5)
        views = rig.window.workspace.views
        # It is told its place in two steps, and painted at the last.
        await until(lambda: row(rig).width() > 0.9 * views.width())
        await until(lambda: row(rig).height() == row(rig).heightForWidth(row(rig).width()))
        for chip in chips(rig):
            assert row(rig).rect().contains(chip.geometry())
            assert chip.width() >= chip.sizeHint().width()
        assert row(rig).height() <= 150
        assert views.height() > row(rig).height()


async def test_filter_bar_says_how_many_tasks_remain(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(*(task(number, State.FAILED, rating=number % 2) for number in range(5)))
        label = rig.window.workspace.list._found
        assert not label.isVisible()
        await searched(rig, "rating:1", finds=2)
        await until(lambda: label.isVisible() and label.text() == "2 found")


async def test_model_and_state_filters_are_chips_removed_by_one_click(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.FAILED), task(2, State.CANCELLED))
        rig.filter.toggle("state", "failed")
        rig.filter.toggle("model", "gen4.5")
        await until(lambda: rig.rows.task_count == 1)
        assert [chip.text() for chip in chips(rig)] == ["Failed  ✕", "Gen-4.5  ✕"]
        assert row(rig).status.isChecked()
        assert row(rig).model.isChecked()
        chips(rig)[0].click()
        await until(lambda: rig.rows.task_count == 2)
        assert not row(rig).status.isChecked()


async def test_delete_removes_a_chip_and_focus_stays_among_chips(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.FAILED, rating=3))
        await searched(rig, "rating:3 state:failed model:gen4.5", finds=1)
        await until(lambda: len(chips(rig)) == 3)
        row(rig).rating.setFocus()
        QTest.keyClick(row(rig).rating, KEYS.Key_Tab)
        assert chips(rig)[0].hasFocus()
        for key, left in ((KEYS.Key_Delete, 2), (KEYS.Key_Backspace, 1), (KEYS.Key_Space, 0)):
            focused = QApplication.focusWidget()
            assert focused in chips(rig)
            QTest.keyClick(focused, key)
            await until(partial(leaves, rig, left))
        assert row(rig).today.hasFocus()
        assert rig.window.search.text() == ""


async def test_unrecognized_search_words_are_no_chips(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.FAILED))
        await searched(rig, "is:nice state:failed", finds=1)
        await until(lambda: chips(rig))
        assert [chip.text() for chip in chips(rig)] == ["Failed  ✕"]
        assert "“is:nice” isn't a filter" in rig.window.workspace.list._said.text()


@pytest.mark.parametrize("key", [KEYS.Key_Return, KEYS.Key_Down, KEYS.Key_Enter])
async def test_key_in_the_search_field_moves_to_the_first_match(tmp_path, theme, qtbot, key):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.FAILED, prompt="fog"), task(2, State.FAILED), task(3, State.FAILED, prompt="fog"))
        await searched(rig, "fog", finds=2)
        QTest.keyClick(rig.window.search, key)
        assert rig.window.view.hasFocus()
        assert rig.window.view.selected_ids() == ["t3"]


async def test_search_without_matches_keeps_the_focus_in_the_search_field(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.FAILED))
        await searched(rig, "nowhere", finds=0)
        QTest.keyClick(rig.window.search, KEYS.Key_Return)
        assert rig.window.search.hasFocus()


async def test_hidden_column_is_shown_from_the_group_menu(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.FAILED))
        pane = rig.window.workspace.list
        pane._group.setFocus()
        QTest.keyClick(pane._group, KEYS.Key_Space)
        menu = pane.findChild(QMenu)
        columns = next(one for one in menu.findChildren(QMenu) if one.title() == "Columns")
        shot = next(action for action in columns.actions() if action.text() == "Shot")
        assert not shot.isChecked()
        shot.trigger()
        assert not rig.window.view.isColumnHidden(Column.SHOT)
        menu.close()


@pytest.mark.parametrize("in_search", [False, True])
async def test_escape_clears_the_search_words_first_and_then_the_chips(tmp_path, theme, qtbot, in_search):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.FAILED, prompt="fog"), task(2, State.FAILED), task(3, State.CANCELLED))
        rig.filter.toggle("state", "failed")
        await searched(rig, "fog", finds=1)
        rig.window.view.select([TaskId("t1")])
        on = rig.window.search if in_search else rig.window.view
        on.setFocus()
        for finds, words, amount in ((2, "", 1), (3, "", 0)):
            QTest.keyClick(on, KEYS.Key_Escape)
            await until(partial(found, rig, finds))
            assert (rig.window.search.text(), len(chips(rig))) == (words, amount)
            assert on.hasFocus()
            assert rig.window.view.selected_ids() == ["t1"]
        QTest.keyClick(on, KEYS.Key_Escape)
        assert rig.window.view.hasFocus()
        assert rig.window.view.selected_ids() == (["t1"] if in_search else [])


async def test_selection_and_position_return_when_a_search_without_matches_is_cleared(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(*(task(number, State.FAILED) for number in range(60)))
        view, search, bar = rig.window.view, rig.window.search, rig.window.view.verticalScrollBar()
        await until(partial(found, rig, 60))
        view.select([TaskId("t20")])
        bar.setValue(bar.value() + 40)
        before = bar.value()
        search.setFocus()
        for letter in "zq":
            QTest.keyClicks(search, letter)
            await until(partial(found, rig, 0))
            assert search.hasFocus()
        QTest.keyClick(search, KEYS.Key_Backspace)
        await until(partial(found, rig, 0))
        QTest.keyClick(search, KEYS.Key_Backspace)
        await until(partial(found, rig, 60))
        assert search.hasFocus()
        assert view.selected_ids() == ["t20"]
        assert view.current_id() == "t20"
        assert bar.value() == before


@pytest.mark.parametrize("as_grid", [False, True])
async def test_different_matches_are_shown_from_the_first(tmp_path, theme, qtbot, as_grid):
    async with Desktop(tmp_path, theme) as rig:
        rig.window.resize(1440, 900)
        rig.window.workspace.list.show_grid(as_grid)
        await rig.shown(*(task(number, State.FAILED, project="AB"[number % 2]) for number in range(80)))
        await until(lambda: found(rig, 80))
        view = rig.window.workspace.grid if as_grid else rig.window.view
        view.setCurrentIndex(rig.rows.index(79, Column.PROMPT))
        await searched(rig, "project:A", finds=40)
        await searched(rig, "project:B", finds=40)
        assert view.verticalScrollBar().value() == 0


async def test_search_field_names_its_scope_and_offers_all_tasks(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, prompt="A fox"), task(2, prompt="A wolf", pick=Pick.PICK))
        rig.window.workspace.pages.choose(Page.PICKS.value)
        assert rig.window.search.placeholderText() == "Search in “Picks”"
        rig.window.search.setText("fox")
        button = next(one for one in rig.window.findChildren(QPushButton) if one.text() == "Search everywhere")
        await until(button.isVisible)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await until(lambda: rig.rows.task_count == 1)
        assert (rig.window.search.text(), rig.filter.is_everywhere) == ("fox", True)
        assert rig.window.workspace.pages.current_entry.title == "All tasks"
        assert "Picks" not in rig.window.search.placeholderText()


async def test_search_from_a_page_without_a_list_covers_all_tasks(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.SUCCEEDED, "A fox"))
        rig.window.workspace.pages.choose(Page.WAITING_HERE.value)
        rig.open_room("requests")
        await until(lambda: rig.window.workspace.page is not None)
        assert "Queue" not in rig.window.search.placeholderText()
        rig.window.search.setFocus()
        QTest.keyClicks(rig.window.search, "fox")
        await until(lambda: rig.window.workspace.page is None and rig.rows.task_count == 1)
        assert (rig.window.search.text(), rig.filter.title) == ("fox", "All tasks")
