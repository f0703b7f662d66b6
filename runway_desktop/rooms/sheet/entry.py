"""Opens and closes sheet windows, and tracks which are open. GUI thread only."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QPoint

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.library import KeptSheet
from runway_desktop.domain.task import BatchId
from runway_desktop.rooms.sheet.model.grid import GridModel
from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.rooms.sheet.model.sheet_opener import SheetOpener
from runway_desktop.texts import _
from runway_desktop.ui.building import in_turns, passing_menu
from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.room import BatchMenu, SheetsWish
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.usecases.words.queue import SENT_INSTEAD, no_undo
from runway_desktop.usecases.words.tasks import kept_in_words, sheet_title

from .grid_view import GridWindow
from .room import NEW, SEND
from .window import SheetWindow

log = logging.getLogger(__name__)


def open_room(desk: Desk, wish: Any) -> None:
    """`wish`: None for a blank sheet, gathered rows, a stored sheet's id, a `Sheets` or a `BatchMenu`."""
    sheets = desk.window.findChild(OpenSheets) or OpenSheets(desk)
    match wish:
        case SheetsWish.KEPT:
            sheets.opener.list_kept()
        case SheetsWish.LEFT_OPEN:
            sheets.opener.look_for_left_open()
        case BatchMenu(batch_id, at):
            sheets.batch_menu(batch_id, at)
        case str(sheet_id):
            sheets.opener.open_kept(sheet_id)
        case gathered:
            sheets.opener.open_gathered(gathered)


class OpenSheets(QObject):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        models = desk.models
        self.opener = opener = SheetOpener(desk.cases, models.bridge, desk.runner, models.composer, self)
        self._desk = desk
        self._theme = desk.theme
        self._keys = desk.keys
        self._window = desk.window
        self._commands = models.task_commands
        self._windows: dict[str, SheetWindow] = {}
        desk.endings.append(self.keep_all)
        opener.left_changed.connect(models.pages.refresh)
        opener.opened.connect(self._open)
        opener.grid_wanted.connect(self._open_grid)
        opener.shown_again.connect(self._show_again)
        opener.not_kept.connect(lambda: self._commands.tell(_("This batch wasn't made from a sheet.")))
        opener.listed.connect(self._choose_kept)
        opener.left_open.connect(self._offer)

    @property
    def windows(self) -> tuple[SheetWindow, ...]:
        return tuple(self._windows.values())

    async def keep_all(self) -> None:
        """Stores all open sheets when the program quits. A failure is logged and does not stop the others; the
        previously stored version remains."""
        for window in self.windows:
            window.table.finish_editing()
            try:
                await window.sheet.keep()
            except StoreError as error:
                log.warning("The sheet %s could not be kept: %s", window.sheet.id, error)
            window.sheet.let_go()

    def batch_menu(self, batch_id: BatchId, at: QPoint) -> None:
        menu = passing_menu(self._window)
        menu.addAction(_("Open sheet"), lambda: self.opener.open_batch(batch_id))
        menu.addAction(_("Show as grid"), lambda: self.opener.open_batch(batch_id, as_grid=True))
        menu.popup(at)

    def _open(self, sheet: Sheet) -> None:
        window = SheetWindow(sheet, self._theme, self._keys, self._window)
        self._windows[sheet.id] = window
        window.show_wanted.connect(self._commands.show_wanted)
        window.told.connect(self._commands.tell)
        sheet.sending.sent.connect(lambda _: self._commands.done_for_good.emit(str(no_undo(SEND.name, SENT_INSTEAD))))
        window.finished.connect(lambda _: self._gone(sheet.id))
        window.resize(window.sizeHint())
        in_turns(window, *window.first_steps(), partial(self._show, sheet.id))

    def _show(self, sheet_id: str) -> None:
        window = self._windows.get(sheet_id)
        if window is not None:
            window.show()
            self._desk.give_help(window, "sheet")

    def _open_grid(self, sheet: Sheet) -> None:
        posters = PosterCache(self)
        grid = GridWindow(GridModel(sheet), self._theme, posters, self._window)
        sheet.setParent(grid)
        grid.task_wanted.connect(self._commands.show_wanted)
        grid.finished.connect(lambda _: posters.shutdown())
        grid.resize(grid.sizeHint().boundedTo(self._window.size()))
        grid.show()

    def _gone(self, sheet_id: str) -> None:
        self._windows.pop(sheet_id, None)
        self.opener.closed(sheet_id)

    def _show_again(self, sheet_id: str) -> None:
        window = self._windows.get(sheet_id)
        if window is not None:
            window.show()
            window.raise_()
            window.activateWindow()

    def _choose_kept(self, kept: list[KeptSheet]) -> None:
        if not kept:
            keys = self._keys.words(NEW)
            self._commands.tell(
                _("No saved sheets yet. Drop a table, or press {keys} for a new sheet.", keys=keys)
                if keys
                else _("No saved sheets yet. Drop a table.")
            )
            return
        options = [Option(sheet.id, kept_in_words(sheet, self.opener.when(sheet))) for sheet in kept]
        popup = ChoicePopup(options, None, _("Saved sheets"), self._window)
        popup.chosen.connect(self.opener.open_kept)
        popup.open_in_middle(self._window)

    def _offer(self, kept: KeptSheet) -> None:
        self._desk.models.activity.tell(
            _("“{sheet}” was open when Runway Desktop closed unexpectedly.", sheet=sheet_title(kept.name)),
            action_text=_("Open sheet"),
            on_action=lambda: self.opener.open_kept(kept.id),
        )
