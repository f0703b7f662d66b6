"""The menu: every command that the window has, with its key, grouped. Behind one button or its key; on macOS in the bar
at the top of the screen.

Built when it is opened. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from runway_desktop.domain.library import Row
from runway_desktop.ui.building import passing_menu
from runway_desktop.ui.commands.table import BY_ID
from runway_desktop.usecases.commands.command import EXCHANGE, Command, Section, Surface
from runway_desktop.usecases.words.plain import caption, tip

from .given_commands import actions_of, by_section, reason_against

if TYPE_CHECKING:
    from .main_window import MainWindow

_ROLES = {
    "preferences": QAction.MenuRole.PreferencesRole,
    "quit": QAction.MenuRole.QuitRole,
}
_PRESET = "request.preset."


def open_menu(window: MainWindow) -> None:
    """Opens below the button, ready for the arrow keys. What is selected may have to be asked for first."""
    window.models.rows.with_rows(window.workspace.chosen_ids(), partial(_open, window))


def put_into_bar(window: MainWindow) -> None:
    """The same commands in the bar, by the actions that their keys give: the system itself hears the keys there."""
    actions = actions_of(window)
    bar = window.menuBar()
    for section, commands in by_section(actions).items():
        menu = bar.addMenu(str(section.menu or section.title))

        def add(into: QMenu, command: Command[Any]) -> None:
            action = actions[command.id]
            action.setMenuRole(_ROLES.get(command.id, QAction.MenuRole.NoRole))
            into.addAction(action)

        _fill(window, menu, commands, add)
        _add_keyless(menu, section, window)
    window.workspace.top.menu_button.hide()


def _open(window: MainWindow, rows: list[Row]) -> None:
    menu = passing_menu(window)
    menu.setAccessibleName("Menu")
    menu.setToolTipsVisible(True)
    actions = actions_of(window)
    _add(window, actions, rows, menu, BY_ID["palette"])
    menu.addSeparator()
    for section, commands in by_section(actions).items():
        title = section.menu
        add = partial(_add, window, actions, rows)
        if title is None:
            menu.addSeparator()
            _fill(window, menu, commands, add)
            _add_keyless(menu, section, window)
        else:
            below = menu.addMenu(str(title))
            below.setToolTipsVisible(True)
            _fill(window, below, commands, add)
            _add_keyless(below, section, window)
    button = window.workspace.top.menu_button
    size = menu.sizeHint()
    if button.isVisible():
        # Its right edge below that of the button: the menu stays inside the window.
        at = button.mapToGlobal(QPoint(button.width() - size.width(), button.height() + 2))
    else:
        at = window.mapToGlobal(QPoint(window.width() - size.width(), 0))
    menu.popup(at)


def _fill(
    window: MainWindow, menu: QMenu, commands: Sequence[Command[Any]], add: Callable[[QMenu, Command[Any]], object]
) -> None:
    presets = None
    for command in commands:
        if Surface.MENU in command.left_out_of:
            continue
        if command.id == "preferences":
            menu.addAction("Caps…", partial(window.open_room, "preferences", "Money"))
        if command.id == "quit":
            menu.addAction("About Runway Desktop", partial(window.open_room, "preferences", "About"))
        if command.begins:
            menu.addSeparator()
        if command.id.startswith(_PRESET):
            presets = presets or menu.addMenu("Presets")
            add(presets, command)
        else:
            add(menu, command)


def _add(
    window: MainWindow, actions: dict[str, QAction], rows: Sequence[Row], into: QMenu, command: Command[Any]
) -> None:
    """An entry of its own: it can be disabled while the key goes on to say why."""
    shown = into.addAction(_words(window, command), partial(actions[command.id].trigger))
    shown.setShortcuts(window.keys.usual(command.id)[:1])
    shows_result = window.preview is not None and window.preview.shown_path is not None
    reason = reason_against(command, rows, shows_result=shows_result)
    shown.setEnabled(not reason)
    shown.setToolTip(tip(reason))


def _words(window: MainWindow, command: Command[Any]) -> str:
    if command.id.startswith(_PRESET):
        number = int(command.id.removeprefix(_PRESET))
        named = next((preset.name for preset in window.models.composer.presets.all if preset.key == number), "")
        return caption(named) or f"{BY_ID[command.id].words} (none yet)"
    return str(command.words)


def _add_keyless(menu: QMenu, section: Section, window: MainWindow) -> None:
    """What has no key of its own."""
    profiles = window.models.profiles
    if section is EXCHANGE and profiles.may_back_up:
        menu.addAction("Restore a backup…", profiles.ask_for_restore)
