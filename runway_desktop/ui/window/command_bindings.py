"""Opens the main window and binds commands to it, its list and its preview. GUI thread only."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.library import Row
from runway_desktop.ui.commands.everywhere import GUIDE, HELP, MENU, PALETTE
from runway_desktop.ui.commands.keys import open_menu, put_into_bar
from runway_desktop.ui.composer.commands import SEND
from runway_desktop.ui.media import commands as playing
from runway_desktop.ui.room import GuidePage, Opens
from runway_desktop.ui.tasks import commands as judging
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.commands.command import Command, RoomCommand, Scope
from runway_desktop.usecases.commands.tasks import KEYED
from runway_desktop.viewmodels.models import Models

from . import commands
from .main_window import MainWindow

_HAS_MENU_BAR = sys.platform.startswith("darwin")
"""macOS: menus are at the top of the screen."""
_ROLES: dict[Command[Any], QAction.MenuRole] = {
    commands.PREFERENCES: QAction.MenuRole.PreferencesRole,
    commands.ABOUT: QAction.MenuRole.AboutRole,
    commands.QUIT: QAction.MenuRole.QuitRole,
}


def open_main_window(
    models: Models, theme: Theme, open_room: Opens, all_commands: Sequence[Command[Any]]
) -> MainWindow:
    """Creates the main window with its commands bound."""
    window = MainWindow(models, theme, open_room, all_commands)
    _bind(window)
    window.preview_added.connect(partial(_bind_preview, window))
    window.workspace.top.menu_wanted.connect(partial(_open_menu, window))
    if _HAS_MENU_BAR:
        window.preview_added.connect(lambda _: use_menu_bar(window))
    return window


def use_menu_bar(window: MainWindow) -> None:
    put_into_bar(window, window.keys, _ROLES)
    window.workspace.top.menu_button.hide()


def _bind(window: MainWindow) -> None:
    keys, work, tell = window.keys, window.workspace, window.models.task_commands.tell
    opened = (
        ((MENU,), lambda: work.top.menu_wanted.emit),
        ((HELP,), lambda: partial(window.open_room, "help")),
        ((GUIDE,), lambda: partial(window.open_room, "help", GuidePage())),
    )
    bound = (MENU, HELP, GUIDE, *commands.OF_PANES)
    own = [one for one in keys.commands if isinstance(one, RoomCommand) and one not in (*bound, SEND)]

    def give(key: Command[Any], _: object) -> None:
        window.task_menu.take(key)

    of_window = Qt.ShortcutContext.WindowShortcut
    keys.bind(window, Scope.WINDOW, (own, lambda: window), *opened, context=of_window, tell=tell)
    of_tasks = (KEYED, window.chosen_rows)
    # It pays, so its key is active only while the composer has the focus.
    keys.bind(work.composer, Scope.WINDOW, ((SEND,), lambda: window), tell=tell)
    panes = (commands.OF_PANES, lambda: window)
    keys.bind(window, Scope.WINDOW, panes, within=work.columns, context=of_window, tell=tell)
    keys.bind(window, Scope.WINDOW, of_tasks, context=of_window, give=give)
    keys.bind(work.pages, Scope.SIDEBAR, ((commands.RENAME,), lambda: window), within=work.columns, tell=tell)
    # Available in the list's pane, so even while the list is empty.
    listed = ((commands.COMMANDS, lambda: window), (playing.COMMANDS, lambda: window.preview))
    keys.bind(work.views, Scope.LIST, *listed, within=work.list, tell=tell)
    # Within the whole window: the large view and pages select tasks too.
    keys.bind(work.views, Scope.LIST, (judging.COMMANDS, lambda: window.judge), within=window, tell=tell)
    keys.bind(work.views, Scope.LIST, of_tasks, within=window, give=give)


def _bind_preview(window: MainWindow, preview: QWidget) -> None:
    judged = (judging.COMMANDS, lambda: window.judge)
    window.keys.bind(preview, Scope.PREVIEW, judged, tell=window.models.task_commands.tell)


def _open_menu(window: MainWindow) -> None:
    """Opens the menu once unknown rows of the selection are loaded."""

    def open_it(_: list[Row]) -> None:
        open_menu(window, window.keys, window.workspace.top.menu_button, first=PALETTE)

    window.models.rows.with_rows(window.workspace.chosen_ids(), open_it)
