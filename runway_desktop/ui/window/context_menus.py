"""Context menus of the left pane, the preview and the status line. GUI thread only."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from runway_desktop.domain.library import Page, Row
from runway_desktop.texts import _
from runway_desktop.ui.building import passing_menu
from runway_desktop.ui.commands.menu import add_entries
from runway_desktop.ui.media.commands import FIT, FULL_SCREEN, LOOP, PLAY, SOUND
from runway_desktop.ui.wishes import BatchMenu
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.searching.pages import PaneEntry

from . import commands
from .main_window import MainWindow


def open_page_menu(window: MainWindow, entry: PaneEntry, at: QPoint) -> None:
    wanted = entry.filter
    menu = passing_menu(window)
    menu.addAction(_("Open"), partial(window.workspace.pages.choose, entry.key))
    if entry.can_be_renamed:
        menu.addSeparator()
        menu.addAction(_("Rename"), partial(window.workspace.pages.edit_name, entry.key))
    if entry.search is not None:
        menu.addAction(_("Delete"), partial(window.keeper.delete, entry.search))
    elif wanted is not None and wanted.batches:
        [batch] = wanted.batches
        menu.addAction(_("Sheet and grid…"), partial(window.open_room, "sheet", BatchMenu(batch, at)))
    elif wanted is not None and wanted.projects:
        if window.models.pages.can_be_removed(entry):
            menu.addAction(_("Delete"), partial(window.models.pages.remove_project, entry.title))
        menu.addAction(_("Set a cap…"), partial(window.open_room, "preferences", "project_caps"))
        _add(menu, window, commands.SPENDING)
    elif wanted is not None and wanted.page is Page.WAITING_HERE:
        _add(menu, window, commands.PAUSE)
    elif wanted is not None and wanted.page is Page.LIVE:
        _add(menu, window, commands.ASK_NOW)
    if wanted is not None and (wanted.projects or wanted.tags or wanted.batches):
        menu.addSeparator()
        menu.addAction(_("Copy name"), partial(QGuiApplication.clipboard().setText, entry.title))
    menu.popup(at)


def open_status_menu(window: MainWindow, at: QPoint) -> None:
    """Menu of the status line: actions for each of its parts."""
    m, work = window.models, window.workspace
    menu = passing_menu(window)
    _add(menu, window, commands.ASK_NOW)
    menu.addAction(_("Change API key…"), partial(window.open_room, "preferences", "Key"))
    menu.addSeparator()
    shows = {Page.LIVE: _("Show live tasks"), Page.WAITING_HERE: _("Show queue")}
    for page, shown in shows.items():
        entry = next((one for one in m.pages.entries() if one.filter is not None and one.filter.page is page), None)
        if entry is not None:
            menu.addAction(shown, partial(work.pages.choose, entry.key))
    _add(menu, window, commands.PAUSE)
    menu.addSeparator()
    _add(menu, window, commands.SPENDING, commands.CAPS)
    menu.addSeparator()
    _add(menu, window, commands.NOT_SAVED)
    menu.addAction(_("Results folder…"), partial(window.open_room, "preferences", "library_folder"))
    menu.popup(at)


def open_preview_menu(window: MainWindow, at: QPoint) -> None:
    """Menu of the preview: playback, then actions on the task."""
    window.models.rows.with_rows(window.workspace.chosen_ids(), partial(_open_preview_menu, window, at))


def _open_preview_menu(window: MainWindow, at: QPoint, rows: list[Row]) -> None:
    if window.preview is None or not rows:
        return
    menu = passing_menu(window)
    menu.setToolTipsVisible(True)
    if window.preview.shown_path is not None:
        _add(menu, window, PLAY, LOOP, SOUND, FIT, FULL_SCREEN)
        menu.addSeparator()
    window.task_menu.fill(menu, rows)
    menu.popup(at)


def _add(menu: QMenu, window: MainWindow, *wanted: Command[Any]) -> None:
    given = window.keys.given(window)
    add_entries(menu, (given[one] for one in wanted if one in given), window.keys)
