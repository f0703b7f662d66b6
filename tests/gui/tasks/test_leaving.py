"""Selection and focus after the selected rows leave the list."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from runway_desktop.domain.library import GroupBy
from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.tasks.view import NextSelection
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import task


async def nine(rig: Desktop, group: GroupBy = GroupBy.NONE) -> None:
    await rig.put(*(task(number, State.FAILED) for number in range(1, 10)))
    await rig.engine.ledger.load()
    rig.filter.group_by(group)
    rig.rows.refresh()
    await until(lambda: rig.rows.task_count == 9)
    await rig.fetch_rows()
    rig.window.view.setFocus()


def chosen_is(rig: Desktop, name: str) -> bool:
    return rig.window.view.selected_ids() == [name]


@pytest.mark.parametrize(
    ("chosen", "after"),
    [
        (["t5"], "t4"),
        (["t9"], "t8"),
        (["t1"], "t2"),
        (["t6", "t5", "t4"], "t3"),
        (["t8", "t3"], "t2"),
        (["t3", "t2", "t1"], "t4"),
    ],
)
async def test_next_row_is_selected_after_a_removal_or_the_previous_at_the_end(tmp_path, theme, qtbot, chosen, after):
    async with Desktop(tmp_path, theme) as rig:
        await nine(rig)
        rig.window.view.select([TaskId(name) for name in chosen])
        QTest.keyClick(rig.window.view, Qt.Key.Key_Delete)
        await until(lambda: rig.rows.task_count == 9 - len(chosen))
        await until(lambda: rig.window.view.selected_ids() == [after])
        assert rig.window.view.current_id() == after
        assert QApplication.focusWidget() is rig.window.view
        await until(lambda: rig.details.chosen == (after,))


async def test_rows_are_removed_one_after_the_other_with_the_same_key(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await nine(rig, GroupBy.DAY)
        rig.window.view.select([TaskId("t7")])
        for following in ("t6", "t5", "t4"):
            QTest.keyClick(rig.window.view, Qt.Key.Key_Delete)
            await until(partial(chosen_is, rig, following))


async def test_next_cell_is_selected_after_a_removal_in_the_grid(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await nine(rig)
        rig.window.workspace.list.show_grid(True)
        grid = rig.window.workspace.grid
        await until(grid.isVisible)
        grid.setFocus()
        rig.window.view.select([TaskId("t5")])
        QTest.keyClick(grid, Qt.Key.Key_Delete)
        await until(lambda: rig.window.view.selected_ids() == ["t4"])
        assert QApplication.focusWidget() is grid


async def test_row_that_leaves_the_list_by_itself_selects_no_other(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await nine(rig)
        rig.window.view.select([TaskId("t5")])
        await rig.engine.actions.remove([TaskId("t5")])
        await until(lambda: rig.rows.task_count == 8)
        await rest()
        assert rig.window.view.selected_ids() == []


def test_selection_after_a_removal_does_not_depend_on_event_order():
    there = {TaskId("t1"), TaskId("t3")}
    for lines_first in (True, False):
        succession = NextSelection()
        if not lines_first:
            succession.leave([TaskId("t2")])
        succession.note([TaskId("t2")], [None, TaskId("t1"), TaskId("t3")])
        if lines_first:
            assert succession.heir(there.__contains__) is None
            succession.leave([TaskId("t2")])
        assert succession.heir(there.__contains__) == TaskId("t1")
        assert succession.heir(there.__contains__) is None
