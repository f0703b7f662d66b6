"""Grid and judging in the window, by mouse and keyboard: one selection with the list, and no spontaneous movement."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication

from runway_desktop.domain.library import GroupBy
from runway_desktop.domain.task import Pick, State, TaskId
from runway_desktop.ui.tasks.popups import LinePopup
from runway_desktop.usecases.listing.columns import Column, clip_of
from tests.rigs.desktop import Desktop, painted, until
from tests.rigs.rows import saved, task

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


async def in_grid(rig: Desktop, amount: int, group: GroupBy = GroupBy.NONE):
    QAbstractItemModelTester(rig.rows, QAbstractItemModelTester.FailureReportingMode.Fatal, rig.window)
    if amount:
        await rig.put(*(task(n, State.FAILED) for n in range(1, amount + 1)), batch="b1")
    rig.filter.group_by(group)
    await rig.load()
    await rig.fetch_rows()
    QTest.keyClick(rig.window, Qt.Key.Key_G, CONTROL | SHIFT)
    grid = rig.window.workspace.grid
    await until(grid.isVisible)
    return grid


async def test_selection_and_focus_are_shared_by_list_and_grid(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        grid = await in_grid(rig, 60)
        grid.setFocus()
        QTest.keyClick(grid, Qt.Key.Key_End)
        await until(lambda: rig.window.view.selected_ids() == [TaskId("t1")])
        assert grid.visualRect(grid.currentIndex()).bottom() <= grid.viewport().height()
        QTest.keyClick(grid, Qt.Key.Key_Left, SHIFT)
        assert rig.window.view.selected_ids() == [TaskId("t2"), TaskId("t1")]
        QTest.keyClick(grid, Qt.Key.Key_G, CONTROL | SHIFT)
        assert rig.window.view.isVisible()
        assert rig.window.view.hasFocus()
        assert rig.window.view.selected_ids() == [TaskId("t2"), TaskId("t1")]
        assert rig.window.view.visualRect(rig.window.view.currentIndex()).top() >= 0


async def test_visible_rows_stay_in_place_while_tasks_are_added_above(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        grid = await in_grid(rig, 120)
        rig.window.view.select([TaskId("t40")])
        grid.scrollTo(grid.currentIndex())
        await until(lambda: grid.verticalOffset() > 0)
        before = grid.visualRect(grid.currentIndex()).top()
        for number in range(200, 203):
            await rig.add(task(number))
        await until(lambda: rig.rows.task_count == 123)
        assert abs(grid.visualRect(grid.currentIndex()).top() - before) <= 1
        assert rig.window.view.selected_ids() == [TaskId("t40")]
        grid.set_poster_width(300)
        assert 0 <= grid.visualRect(grid.currentIndex()).top() < grid.viewport().height()


async def test_mouse_selects_grid_cells_and_folds_groups(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        grid = await in_grid(rig, 9, GroupBy.BATCH)
        third = grid.visualRect(rig.rows.index(3, Column.PROMPT)).center()
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=third)
        assert rig.window.view.selected_ids() == [TaskId("t7")]
        fifth = grid.visualRect(rig.rows.index(5, Column.PROMPT)).center()
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, SHIFT, fifth)
        assert rig.window.view.selected_ids() == [TaskId("t7"), TaskId("t6"), TaskId("t5")]
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 8))
        assert rig.rows.rowCount() == 1
        assert painted(grid)[1] > 1, "the folded group's head is there"


async def test_right_click_on_a_group_header_opens_the_menu_of_the_group(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        grid = await in_grid(rig, 5, GroupBy.BATCH)
        view = rig.window.view
        for shown, as_grid in ((grid, True), (view, False)):
            rig.window.workspace.list.show_grid(as_grid)
            asked = []
            shown.group_menu_wanted.connect(lambda key, _at, asked=asked: asked.append(key))
            header = shown.visualRect(rig.rows.index(0, Column.PROMPT))
            at = header.center()
            event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, shown.viewport().mapToGlobal(at))
            QApplication.sendEvent(shown.viewport(), event)
            assert asked == ["b1"]


async def test_grid_view_and_its_size_are_remembered(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await in_grid(rig, 3)
        rig.window.workspace.list._size.setValue(320)
        assert rig.engine.settings.get("list.grid") == "1 320"


async def test_keys_rate_the_selected_tasks_and_control_z_undoes(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        grid = await in_grid(rig, 5)
        grid.setFocus()
        rig.window.view.select([TaskId("t3"), TaskId("t4")])
        QTest.keyClick(grid, Qt.Key.Key_4)
        await until(
            lambda: (rig.rows.row_of(TaskId("t3")).task.rating, rig.rows.row_of(TaskId("t4")).task.rating) == (4, 4)
        )
        await until(lambda: rig.window.activity.messages() == ["Rated 2 tasks 4 ★."])
        QTest.keyClick(grid, Qt.Key.Key_P)
        await until(lambda: rig.rows.row_of(TaskId("t3")).task.pick is Pick.PICK)
        QTest.keyClick(grid, Qt.Key.Key_P)
        await until(lambda: rig.rows.row_of(TaskId("t3")).task.pick is Pick.NONE)
        for _ in range(3):
            QTest.keyClick(grid, Qt.Key.Key_Z, CONTROL)
        await until(lambda: rig.rows.row_of(TaskId("t3")).task.rating == 0)


async def test_tag_field_completes_known_tags(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.put(task(9, State.FAILED, tags=("low key",)))
        await in_grid(rig, 3)
        rig.pages.refresh()
        await until(lambda: rig.pages.counts.tags)
        rig.window.view.select([TaskId("t2")])
        rig.window.judge.tag()
        await until(lambda: rig.window.workspace.views.findChild(LinePopup))
        popup = rig.window.workspace.views.findChild(LinePopup)
        QTest.keyClicks(popup.line, "drone, lo")
        assert popup.completer.completionCount() == 1
        popup._complete("low key")
        popup.completer.popup().hide()
        assert popup.line.text() == "drone, low key, "
        QTest.keyClick(popup.line, Qt.Key.Key_Return)
        await until(lambda: rig.rows.row_of(TaskId("t2")).task.tags == ("drone", "low key"))


async def test_pointer_passing_over_a_poster_decodes_nothing(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        clip = tmp_path / "clip.mp4"
        clip.write_bytes(b"x")
        one = task(1, State.SUCCEEDED)
        await rig.put(one, outputs=[saved(one, str(clip))])
        grid = await in_grid(rig, 0)
        await rig.fetch_rows()
        grid.scrub.over(clip_of(rig.rows.row_of(one.id)), grid.poster_box(0).center(), grid.poster_box(0))
        grid.scrub.leave()
        await asyncio.sleep(0.1)
        assert not rig.window.workspace.posters.strips.is_coming(str(clip))


async def test_search_words_are_completed_and_saved_by_a_shortcut(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.FAILED), task(2, State.FAILED, tags=("drone",)))
        rig.pages.refresh()
        await until(lambda: rig.pages.counts.tags)
        search = rig.window.search
        search.setFocus()
        QTest.keyClicks(search, "ta")
        assert search.offers.isVisible()
        QTest.keyClick(search, Qt.Key.Key_Tab)
        assert search.text() == "tag:"
        assert "drone" in search.offers.item(0).text()
        QTest.keyClick(search, Qt.Key.Key_Down)
        QTest.keyClick(search, Qt.Key.Key_Return)
        assert search.text() == "tag:drone "
        await until(lambda: rig.rows.task_count == 1)
        chips = rig.window.workspace.list.filters.chips
        await until(lambda: chips.buttons)
        [chip] = chips.buttons.values()
        QTest.keyClick(search, Qt.Key.Key_S, CONTROL)
        await until(lambda: any(entry.search for entry in rig.pages.entries()))
        # Its name is written where it stands; then the keyboard is back.
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
        await until(search.hasFocus)
        chip.click()
        await until(lambda: rig.rows.task_count == 2)
        assert search.text() == ""
        QTest.keyClicks(search, "model:sora")
        await until(lambda: "No model “sora” here." in rig.window.workspace.list._said.text())
        assert QApplication.focusWidget() is search


async def test_control_wheel_zooms_around_the_task_under_the_pointer(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        grid = await in_grid(rig, 60)
        line = 20
        grid.scrollTo(rig.rows.index(line, 1))
        before = grid.visualRect(rig.rows.index(line, 1))
        width = grid.poster_width
        at = QPointF(before.center())
        buttons, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        there = grid.viewport().mapToGlobal(at)
        event = QWheelEvent(at, there, QPoint(), QPoint(0, 240), buttons, CONTROL, phase, False)
        QApplication.sendEvent(grid.viewport(), event)
        assert grid.poster_width > width
        after = grid.visualRect(rig.rows.index(line, 1))
        assert after.top() <= before.center().y() <= after.bottom()
        assert rig.engine.settings.get("list.grid") == f"1 {grid.poster_width}"


async def test_keys_zoom_the_grid_and_reset_it(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        grid = await in_grid(rig, 5)
        usual = grid.poster_width
        grid.setFocus()
        QTest.keyClick(grid, Qt.Key.Key_Plus, CONTROL)
        assert grid.poster_width > usual
        QTest.keyClick(grid, Qt.Key.Key_Minus, CONTROL)
        QTest.keyClick(grid, Qt.Key.Key_Minus, CONTROL)
        assert grid.poster_width < usual
        QTest.keyClick(grid, Qt.Key.Key_0, CONTROL)
        assert grid.poster_width == usual
