"""The main menu: every window command with its shortcut, and the reason if it is unavailable."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from runway_desktop.app.commands import COMMANDS
from runway_desktop.domain.task import State, TaskId
from runway_desktop.rooms.palette.entry import PaletteHost
from runway_desktop.rooms.palette.lines import Lines
from runway_desktop.rooms.viewer.model import ViewerModel
from runway_desktop.ui.window.command_bindings import use_menu_bar
from runway_desktop.usecases.commands.command import COMPARING, LARGE, SHEET, Scope, Surface
from runway_desktop.usecases.commands.tasks import KEYED
from tests.rigs.desktop import Desktop, named, rest, until
from tests.rigs.rows import task


def open_menu() -> QMenu | None:
    popup = QApplication.activePopupWidget()
    return popup if isinstance(popup, QMenu) else None


def entries(menu: QMenu) -> Iterator[QAction]:
    """Of the menu and of those below it."""
    for found in (menu, *menu.findChildren(QMenu)):
        yield from (action for action in found.actions() if action.text())


async def told_keys(rig: Desktop) -> set[str]:
    """The entries that tell a key."""
    menu = await opened(rig)
    told = {action.text() for action in entries(menu) if action.shortcuts()}
    menu.close()
    await rest()
    return told


async def opened(rig: Desktop) -> QMenu:
    QTest.keyClick(rig.window, Qt.Key.Key_F10)
    await until(open_menu)
    menu = open_menu()
    assert menu is not None
    return menu


async def test_menu_lists_every_window_command_with_its_current_shortcut(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.interior.add_preview()
        await rig.add(task(1))
        await until(rig.window.view.isVisible)
        rig.window.keys.choose(named("runway.ask"), [QKeySequence("Ctrl+G")])
        menu = await opened(rig)
        found = {action.text(): action.shortcut() for action in entries(menu)}
        given = rig.window.keys.given(rig.window)
        scopes = {Scope.WINDOW, Scope.LIST, Scope.PREVIEW}
        for command in COMMANDS:
            if command.scopes & scopes and not command.fixed and Surface.MENU not in command.left_out_of:
                shown = found[given[command].text]
                assert shown in rig.window.keys.of(command) or not command.keys, command.id
        assert found["Refresh all"] == QKeySequence("Ctrl+G")
        menu.close()


async def test_keyboard_opens_and_walks_the_menu(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        menu = await opened(rig)
        QTest.keyClick(menu, Qt.Key.Key_Down)
        assert menu.activeAction().text() == "Command palette"
        QTest.keyClick(menu, Qt.Key.Key_Down)
        assert menu.activeAction().text() == "Create"
        QTest.keyClick(menu, Qt.Key.Key_Right)
        below = open_menu()
        assert below is not None
        assert below.title() == "Create"
        below.setActiveAction(next(action for action in below.actions() if action.text() == "New sheet"))
        QTest.keyClick(below, Qt.Key.Key_Return)
        assert rig.room_requests == [("sheet", None)]


async def test_unavailable_menu_command_is_disabled_with_a_reason(tmp_path, theme, qtbot):
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


async def test_shortcut_of_an_unavailable_command_says_why(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.add(task(1, State.SUCCEEDED))
        await until(lambda: rig.rows.row_of(TaskId("t1")))
        rig.window.view.clearSelection()
        rig.window.view.setFocus()
        QTest.keyClick(rig.window.view, Qt.Key.Key_P)
        await until(lambda: "Select a task in the list first." in rig.told)
        QTest.keyClick(rig.window.view, Qt.Key.Key_C)
        await until(lambda: any(text.startswith("Select tasks to compare") for text in rig.told))


async def test_menu_command_does_the_same_as_its_shortcut(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.add(task(1, State.SUCCEEDED))
        await until(lambda: rig.rows.row_of(TaskId("t1")))
        rig.window.view.select([TaskId("t1")])
        menu = await opened(rig)
        next(action for action in entries(menu) if action.text() == "Rate 4").trigger()
        menu.close()
        await until(lambda: (row := rig.rows.row_of(TaskId("t1"))) is not None and row.task.rating == 4)


async def test_menu_bar_contains_the_shortcut_actions_and_replaces_the_button(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        use_menu_bar(rig.window)
        await rest()
        menus = rig.window.menuBar().findChildren(QMenu)
        [quit_] = [action for menu in menus for action in menu.actions() if action.text() == "Quit"]
        assert quit_ in rig.window.actions()
        assert quit_.menuRole() is QAction.MenuRole.QuitRole
        assert rig.window.workspace.top.menu_button.isHidden()
        QTest.keyClick(rig.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
        assert rig.room_requests == [("preferences", None)]


async def test_commands_of_another_room_stay_out_of_the_main_window(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        window, keys = rig.window, rig.window.keys
        before = set(keys.given(window))
        room = QWidget(window, Qt.WindowType.Window)
        keys.bind(room, Scope.VIEWER, (COMMANDS, lambda: room))
        room.show()
        own = {command for command in COMMANDS if Scope.VIEWER in command.scopes and not command.fixed}
        assert own <= set(keys.given(room))
        assert set(keys.given(window)) == before
        room.hide()
        assert set(keys.given(window)) == before
        assert not {command.section for command in before} & {COMPARING, LARGE, SHEET}


async def test_shortcut_is_shown_only_where_it_works(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        rig.interior.add_preview()
        await rig.add(task(1, State.SUCCEEDED))
        await until(lambda: rig.rows.row_of(TaskId("t1")))
        window = rig.window
        window.view.select([TaskId("t1")])
        by_list = await told_keys(rig)
        assert {"Rate 4", "Note…", "Rename"} <= by_list
        rig.rooms.open("viewer", TaskId("t1"))
        await until(lambda: window.workspace.overlay and window.findChild(ViewerModel).shots)
        window.activateWindow()
        await until(window.isActiveWindow)
        in_large = await told_keys(rig)
        assert {"Rate 4", "Previous take", "Preferences"} <= in_large
        assert not {"Note…", "Rename"} & in_large
        rig.rooms.open("palette")
        await until(lambda: (host := window.findChild(PaletteHost)) is not None and host.panel)
        panel = window.findChild(PaletteHost).panel
        for typed, key in (("rename", ""), ("rate 4", "4")):
            panel.line.setText(typed)
            assert panel.current.text.casefold() == typed
            assert panel.findChild(Lines).key_words(panel.current) == key
        panel.close_panel()


async def test_every_command_runs_on_its_kind_of_target(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        window = rig.window
        rig.interior.add_preview()
        await rig.add(task(1, State.SUCCEEDED))
        await until(lambda: rig.rows.row_of(TaskId("t1")))
        window.view.select([TaskId("t1")])
        await rest()
        QApplication.clipboard().setText("A lagoon")
        # The file manager, which would outlive the window.
        rig.task_commands.selection_wanted.disconnect()
        for command, given in window.keys.given(window).items():
            if command not in KEYED:
                given.do()
                await rest()
                for popup in iter(QApplication.activePopupWidget, None):
                    popup.close()
