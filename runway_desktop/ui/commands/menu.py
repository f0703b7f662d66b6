"""The main menu of a window: its available commands with their keys, grouped. Opens from a button or a key; on macOS
the main window's is the system menu bar.

Built each time it opens. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from runway_desktop.texts import Text, _
from runway_desktop.ui.building import passing_menu
from runway_desktop.usecases.commands.command import Command, Surface
from runway_desktop.usecases.words.plain import caption, tip

from .keys import BoundCommand, Keys

Add = Callable[[QMenu, BoundCommand], object]


def open_menu(
    over: QWidget,
    keys: Keys,
    button: QWidget | None = None,
    first: Command[Any] | None = None,
    dress: Callable[[QMenu], object] = lambda _: None,
) -> None:
    """Opens below the button, else in the window's corner, with the keyboard focus. `first` heads the menu; `dress`
    sets its colors."""
    menu = passing_menu(over)
    menu.setAccessibleName(_("Menu"))
    menu.setToolTipsVisible(True)
    given = keys.given(over)
    if first in given:
        add_entry(menu, given[first], keys)
        menu.addSeparator()
    for section, those in groupby(given.values(), lambda one: one.command.section):
        if section.menu is None:
            menu.addSeparator()
        add_entries(menu if section.menu is None else _below(menu, section.menu), those, keys)
    dress(menu)
    size = menu.sizeHint()
    if button is not None and button.isVisible():
        # Right edges aligned, so that the menu stays inside the window.
        at = button.mapToGlobal(QPoint(button.width() - size.width(), button.height() + 2))
    else:
        at = over.mapToGlobal(QPoint(over.width() - size.width(), 0))
    menu.popup(at)


def put_into_bar(window: QMainWindow, keys: Keys, roles: Mapping[Command[Any], QAction.MenuRole]) -> None:
    """Fills the macOS menu bar with the bound actions themselves: the system handles their keys there."""

    def add(into: QMenu, given: BoundCommand) -> None:
        given.action.setMenuRole(roles.get(given.command, QAction.MenuRole.NoRole))
        into.addAction(given.action)

    for section, those in groupby(keys.given(window).values(), lambda given: given.command.section):
        _fill(window.menuBar().addMenu(str(section.menu or section.title)), those, add)


def add_entries(into: QMenu, those: Iterable[BoundCommand], keys: Keys) -> None:
    """Adds entries, with separators between groups."""
    _fill(into, those, lambda into, given: add_entry(into, given, keys))


def add_entry(into: QMenu, given: BoundCommand, keys: Keys) -> None:
    """Adds an action of its own. It can be disabled with the reason as tool tip, while the shortcut's action stays
    enabled to report it."""
    shown = into.addAction(caption(given.text), given.do)
    shown.setShortcuts(keys.usual(given.command)[:1] if given.is_heard else [])
    shown.setEnabled(not given.reason)
    shown.setToolTip(tip(given.reason))


def _fill(menu: QMenu, those: Iterable[BoundCommand], add: Add) -> None:
    below: tuple[Text | None, QMenu] = (None, menu)
    for given in those:
        command = given.command
        if Surface.MENU in command.left_out_of:
            continue
        if command.begins:
            menu.addSeparator()
        if command.submenu != below[0]:
            below = (command.submenu, menu if command.submenu is None else _below(menu, command.submenu))
        add(below[1], given)


def _below(menu: QMenu, title: Text) -> QMenu:
    below = menu.addMenu(str(title))
    below.setToolTipsVisible(True)
    return below
