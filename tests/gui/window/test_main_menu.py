"""The menu: every command that the window has, with its key, and why one cannot be given."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.commands.table import commands_in
from runway_desktop.ui.window.main_menu import put_into_bar
from runway_desktop.usecases.commands.command import Scope
from tests.gui.rig import Desktop, rest, until
from tests.rows import task


def open_menu() -> QMenu | None:
    popup = QApplication.activePopupWidget()
    return popup if isinstance(popup, QMenu) else None


def entries(menu: QMenu) -> Iterator[QAction]:
    """Of the menu and of those below it."""
    for found in (menu, *menu.findChildren(QMenu)):
        yield from (action for action in found.actions() if action.text())


async def opened(rig: Desktop) -> QMenu:
    QTest.keyClick(rig.window, Qt.Key.Key_F10)
    await until(open_menu)
    menu = open_menu()
    assert menu is not None
    return menu


async def test_every_command_of_the_window_stands_in_the_menu_with_its_key_of_now(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.window.add_preview()
        rig.window.keys.choose("runway.ask", [QKeySequence("Ctrl+G")])
        menu = await opened(rig)
        found = {action.text(): action.shortcut() for action in entries(menu)}
        places = (Scope.WINDOW, Scope.LIST, Scope.PREVIEW)
        wanted = {command.id: command for place in places for command in commands_in(place)}
        openers = {"menu", "task.menu"}
        for command in wanted.values():
            if not command.fixed and command.id not in openers and not command.id.startswith("request.preset."):
                assert found[str(command.words)] in rig.window.keys.of(command.id), command.id
        assert found["Ask Runway now"] == QKeySequence("Ctrl+G")
        menu.close()


async def test_the_keyboard_opens_it_and_goes_through_it(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        menu = await opened(rig)
        QTest.keyClick(menu, Qt.Key.Key_Down)
        assert menu.activeAction().text() == "Find a command, a task, a setting"
        QTest.keyClick(menu, Qt.Key.Key_Down)
        assert menu.activeAction().text() == "Make"
        QTest.keyClick(menu, Qt.Key.Key_Right)
        below = open_menu()
        assert below is not None
        assert below.title() == "Make"
        below.setActiveAction(next(action for action in below.actions() if action.text() == "New sheet"))
        QTest.keyClick(below, Qt.Key.Key_Return)
        assert rig.wished == [("sheet", None)]


async def test_what_cannot_be_done_now_is_disabled_and_says_why_while_its_key_goes_on(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.add(task(1, State.SUCCEEDED))
        await until(lambda: rig.rows.row_of(TaskId("t1")))
        rig.window.view.select([TaskId("t1")])
        menu = await opened(rig)
        retry = next(action for action in entries(menu) if action.text() == "Retry")
        pick = next(action for action in entries(menu) if action.text() == "Pick")
        assert not retry.isEnabled()
        assert retry.toolTip().startswith("It succeeded.")
        assert pick.isEnabled()
        menu.close()
        rig.window.view.setFocus()
        QTest.keyClick(rig.window.view, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: any(text.startswith("It succeeded.") for text in rig.told))


async def test_a_command_from_the_menu_does_what_its_key_does(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.add(task(1, State.SUCCEEDED))
        await until(lambda: rig.rows.row_of(TaskId("t1")))
        rig.window.view.select([TaskId("t1")])
        menu = await opened(rig)
        next(action for action in entries(menu) if action.text() == "Rate 4").trigger()
        menu.close()
        await until(lambda: (row := rig.rows.row_of(TaskId("t1"))) is not None and row.task.rating == 4)


async def test_a_bar_of_menus_holds_the_very_actions_of_the_keys_and_takes_the_buttons_place(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        put_into_bar(rig.window)
        await rest()
        menus = rig.window.menuBar().findChildren(QMenu)
        [quit_] = [action for menu in menus for action in menu.actions() if action.text() == "Quit"]
        assert quit_ in rig.window.actions()
        assert quit_.menuRole() is QAction.MenuRole.QuitRole
        assert rig.window.workspace.top.menu_button.isHidden()
        QTest.keyClick(rig.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
        assert rig.wished == [("preferences", None)]
