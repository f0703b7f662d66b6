"""Shortcuts of the list on a task: its menu, another take, and reasons why a command is unavailable."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.tasks.grid import GridView
from runway_desktop.ui.tasks.view import TaskView
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import saved, task

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


async def listed(rig: Desktop, *states: State) -> None:
    tasks = [task(number, state) for number, state in enumerate(states, start=1)]
    await rig.put(*tasks, outputs=[saved(one) for one in tasks if one.state is State.SUCCEEDED])
    await rig.engine.ledger.load()
    rig.rows.refresh()
    await until(lambda: all(rig.rows.position(one.id) is not None for one in tasks))
    await rig.fetch_rows()
    views(rig).setFocus()


def views(rig: Desktop) -> TaskView | GridView:
    found = rig.window.workspace.views
    return found.grid if found.is_grid else found.view


def is_told(rig: Desktop, sentence: str) -> bool:
    return sentence in rig.told


def menu(rig: Desktop) -> QMenu:
    return rig.window.findChild(QMenu)


@pytest.mark.parametrize("as_grid", [False, True])
async def test_shift_f10_opens_the_task_menu_at_the_row(tmp_path, theme, qtbot, as_grid):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, State.SUCCEEDED, State.FAILED)
        rig.window.workspace.list.show_grid(as_grid)
        view = views(rig)
        rig.window.view.select([TaskId("t1")])
        asked: list[QPoint] = []
        view.menu_wanted.connect(asked.append)
        QTest.keyClick(view, Qt.Key.Key_F10, SHIFT)
        await until(lambda: menu(rig) is not None and menu(rig).isVisible())
        menus = (menu(rig), *menu(rig).findChildren(QMenu))
        words = [action.text() for one in menus for action in one.actions()]
        assert {"Same with a new seed", "Project…", "Shot…", "Note…"} <= set(words)
        place = view.visualRect(rig.window.view.currentIndex())
        assert place.contains(view.viewport().mapFromGlobal(asked[0]))
        menu(rig).close()


async def test_menu_key_without_selection_opens_the_menu_of_the_focused_row(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, State.FAILED, State.FAILED)
        rig.window.view.select([TaskId("t1")])
        rig.window.view.clearSelection()
        QTest.keyClick(rig.window.view, Qt.Key.Key_F10, SHIFT)
        await until(lambda: menu(rig) is not None and menu(rig).isVisible())
        assert rig.window.view.selected_ids() == ["t1"]
        menu(rig).close()


async def test_another_take_shortcut_moves_request_and_focus_to_the_composer(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, State.SUCCEEDED)
        rig.window.view.select([TaskId("t1")])
        QTest.keyClick(rig.window.view, Qt.Key.Key_R, CONTROL | SHIFT)
        await until(lambda: rig.composer.prompt == "Prompt 1")
        composer = rig.window.composer_pane
        await until(lambda: composer.isAncestorOf(rig.window.focusWidget()))


async def test_shortcut_of_an_unavailable_command_says_why(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, State.SUCCEEDED, State.RUNNING)
        view = rig.window.view
        for chosen, said in (
            ([], "Select a task in the list first."),
            (["t1"], "It succeeded. Use “Same with a new seed” or “Same again” for another take."),
            (["t2"], "It hasn't ended yet."),
        ):
            view.clearSelection()
            view.select([TaskId(one) for one in chosen])
            QTest.keyClick(view, Qt.Key.Key_R, CONTROL)
            await until(partial(is_told, rig, said))
