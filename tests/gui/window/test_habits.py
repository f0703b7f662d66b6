"""Keys and focus behave as in other programs of the system."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QPushButton, QToolButton, QToolTip

from runway_desktop.domain.library import Filter
from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.tasks.judge import JudgeBar
from runway_desktop.ui.window.interior import open_page_menu
from runway_desktop.usecases.searching.pages import NEW_PROJECT
from runway_desktop.values import replace
from runway_desktop.viewmodels.tasks.pages import Pages
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.pill import press
from tests.rigs.rows import saved, task

CONTROL = Qt.KeyboardModifier.ControlModifier


async def filled(rig, *tasks, outputs=()):
    await rig.put(*tasks, outputs=outputs)
    rig.rows.refresh()
    await until(lambda: all(rig.rows.position(one.id) is not None for one in tasks))


async def test_copying_a_result_copies_its_file_and_its_prompt_as_text(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        made, failed = task(1, State.SUCCEEDED), task(2, State.FAILED)
        path = tmp_path / "made.mp4"
        path.write_bytes(b"clip")
        await filled(rig, made, failed, outputs=[saved(made, str(path))])
        rig.window.view.select([made.id])
        rig.window.view.setFocus()
        QTest.keyClick(rig.window.view, Qt.Key.Key_C, CONTROL)
        clipboard = QGuiApplication.clipboard()
        await until(lambda: [one.toLocalFile() for one in (clipboard.mimeData() or QMimeData()).urls()] == [str(path)])
        assert clipboard.text() == made.request.prompt
        menu = QMenu(rig.window)
        rig.window.task_menu.fill(menu, rig.window.chosen_rows())
        [copying] = [one for one in menu.findChildren(QMenu) if one.title() == "Copy"]
        shown = {one.text(): one.shortcut().toString() for one in copying.actions()}
        assert (shown["Copy file"], shown["Copy prompt"]) == ("Ctrl+C", "")
        rig.window.view.select([failed.id])
        QTest.keyClick(rig.window.view, Qt.Key.Key_C, CONTROL)
        await until(lambda: clipboard.text() == failed.request.prompt)
        assert not clipboard.mimeData().urls()


@pytest.mark.parametrize("is_grid", [False, True], ids=["list", "grid"])
async def test_letter_key_without_a_command_keeps_selection_and_position(tmp_path, theme, qtbot, is_grid):
    async with Desktop(tmp_path, theme) as rig:
        tasks = [task(number, State.SUCCEEDED) for number in range(1, 5)]
        await filled(rig, *tasks)
        rig.window.workspace.list.show_grid(is_grid)
        rig.window.view.select([tasks[1].id, tasks[2].id])
        view = rig.window.workspace.grid if is_grid else rig.window.view
        view.setFocus()
        for key in (Qt.Key.Key_Z, Qt.Key.Key_Q, Qt.Key.Key_7):
            QTest.keyClick(view, key)
        assert set(rig.window.view.selected_ids()) == {tasks[1].id, tasks[2].id}


async def test_focus_moves_to_the_list_when_its_button_disappears(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        live = task(1, State.RUNNING)
        await filled(rig, live)
        rig.window.view.select([live.id])
        details = rig.window.workspace.details
        buttons = [one for one in details.findChildren(QPushButton) if one.property("kind") is not None]
        await until(lambda: any(one.isVisible() for one in buttons))
        button = next(one for one in buttons if one.isVisible())
        button.setFocus()
        await rig.change(replace(live, state=State.SUCCEEDED))
        await until(lambda: not button.isVisible())
        assert rig.window.view.hasFocus()


async def test_failed_tasks_offer_no_stars(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        made, failed = task(1, State.SUCCEEDED), task(2, State.FAILED)
        await filled(rig, made, failed, outputs=[saved(made, "/library/made.mp4")])
        bar = rig.window.findChild(JudgeBar)
        stars = bar.findChildren(QToolButton)
        rig.window.view.select([failed.id])
        await until(lambda: bar.isVisible() and not any(star.isVisible() for star in stars))
        rig.window.view.select([made.id, failed.id])
        await until(lambda: all(star.isVisible() for star in stars))


async def test_grid_shows_no_tool_tip_over_its_cells(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await filled(rig, task(1, State.SUCCEEDED))
        rig.window.workspace.list.show_grid(True)
        grid = rig.window.workspace.grid
        at = grid.visualRect(grid.rows.index(grid.rows.position(TaskId("t1")), 1)).center()
        event = QHelpEvent(QHelpEvent.Type.ToolTip, at, grid.viewport().mapToGlobal(at))
        QApplication.sendEvent(grid.viewport(), event)
        await rest()
        assert not QToolTip.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
async def test_return_opens_a_menu_button_like_space(tmp_path, theme, qtbot, key):
    async with Desktop(tmp_path, theme) as rig:
        button = next(one for one in rig.window.findChildren(QPushButton) if one.text().startswith("Group:"))
        button.setFocus()
        QTest.keyClick(button, key)
        await until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        assert QApplication.activePopupWidget().pos().y() >= button.mapToGlobal(QPoint(0, 0)).y()
        QApplication.activePopupWidget().close()


async def test_several_selected_tasks_show_common_values(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        first, second = (replace(task(n, State.SUCCEEDED), project="Aurora", tags=("dawn", f"t{n}")) for n in (1, 2))
        failed = replace(task(3, State.FAILED), project="Aurora", tags=("dawn",))
        await filled(
            rig, first, second, failed, outputs=[saved(one, f"/library/{one.id}.mp4") for one in (first, second)]
        )
        rig.window.view.select([first.id, second.id, failed.id])
        await until(lambda: len(rig.details.several) == 3)
        facts = {fact.label: fact.text for fact in rig.details.facts()}
        assert facts["Status"] == "2 saved · 1 needs attention"
        assert facts["Results"] == "2 clips"
        assert (facts["Project"], facts["Tags"]) == ("Aurora", "dawn")


async def test_project_created_in_the_left_pane_takes_selected_tasks(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        one = task(1, State.SUCCEEDED)
        await filled(rig, one)
        rig.window.view.select([one.id])
        pages = rig.window.workspace.pages
        before = pages.currentRow()
        pages.choose(f"page {NEW_PROJECT}")
        assert pages.currentRow() == before
        dialog = next(found for found in rig.window.findChildren(QDialog) if found.windowTitle() == "New project")
        dialog.findChild(QLineEdit).setText("Northern lights")
        QTest.keyClick(dialog.findChild(QLineEdit), Qt.Key.Key_Return)
        await until(lambda: rig.composer.project == "Northern lights")
        assert ("Northern lights", 0) in [(entry.title, entry.count) for entry in rig.pages.entries()]
        press(rig.window, "Move selected task")
        await until(lambda: ("Northern lights", 1) in [(entry.title, entry.count) for entry in rig.pages.entries()])


async def test_empty_project_stays_listed_until_deleted(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        pages = rig.window.models.pages
        pages.add_project("Northern lights")
        later = Pages(rig.cases, rig.bridge, rig.runner, rig.owner)
        assert ("Northern lights", 0) in [(entry.title, entry.count) for entry in later.entries()], "after a restart"
        pages.rename(Filter(projects=frozenset({"Northern lights"})), "Aurora")
        await until(lambda: ("Aurora", 0) in [(entry.title, entry.count) for entry in pages.entries()])
        assert "Northern lights" not in [entry.title for entry in pages.entries()]
        entry = next(entry for entry in pages.entries() if entry.title == "Aurora")
        open_page_menu(rig.window, entry, QPoint(10, 10))
        [menu] = [one for one in rig.window.findChildren(QMenu) if one.isVisible()]
        next(action for action in menu.actions() if action.text() == "Delete").trigger()
        assert "Aurora" not in [entry.title for entry in pages.entries()]
