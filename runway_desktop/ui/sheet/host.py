"""The sheets that are open beside the main window, and how they come and go. GUI thread only."""

from __future__ import annotations

import logging
from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.library import KeptSheet
from runway_desktop.domain.task import BatchId
from runway_desktop.ui.building import in_turns, passing_menu
from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.tasks.poster_cache import PosterCache
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.sheets.keeping import kept_in_words, sheet_title
from runway_desktop.viewmodels.sheet.door import SheetDoor
from runway_desktop.viewmodels.sheet.grid import GridModel
from runway_desktop.viewmodels.sheet.sheet import Sheet

from .grid_view import GridWindow
from .window import SheetWindow

log = logging.getLogger(__name__)


class SheetHost(QObject):
    show_wanted = Signal(object)
    """Task ids to show in the list."""
    told = Signal(str)
    window_opened = Signal(object)
    """A SheetWindow."""
    left_open = Signal(str, object)
    """A sentence, and what opens the sheet again."""

    def __init__(self, door: SheetDoor, theme: Theme, keys: Keys, window: QWidget) -> None:
        super().__init__(window)
        self.door = door
        self._theme = theme
        self._keys = keys
        self._window = window
        self._windows: dict[str, SheetWindow] = {}
        door.opened.connect(self._open)
        door.grid_wanted.connect(self._open_grid)
        door.shown_again.connect(self._show_again)
        door.not_kept.connect(lambda: self.told.emit("This batch did not come from a sheet."))
        door.listed.connect(self._choose_kept)
        door.left_open.connect(self._offer)

    @property
    def windows(self) -> tuple[SheetWindow, ...]:
        return tuple(self._windows.values())

    async def keep_all(self) -> None:
        """Writes every open sheet, as the program ends. One that cannot be written keeps neither the others nor the end
        from coming: what was kept of it before stays."""
        for window in self.windows:
            window.table.finish_editing()
            try:
                await window.sheet.keep()
            except StoreError as error:
                log.warning("The sheet %s could not be kept: %s", window.sheet.id, error)
            window.sheet.let_go()

    def batch_menu(self, batch_id: BatchId, at: QPoint) -> None:
        """What can be done with a whole batch."""
        menu = passing_menu(self._window)
        menu.addAction("Open sheet", lambda: self.door.open_batch(batch_id))
        menu.addAction("Show as grid", lambda: self.door.open_batch(batch_id, as_grid=True))
        menu.popup(at)

    def _open(self, sheet: Sheet) -> None:
        window = SheetWindow(sheet, self._theme, self._keys, self._window)
        self._windows[sheet.id] = window
        window.show_wanted.connect(self.show_wanted)
        window.finished.connect(lambda _: self._gone(sheet.id))
        window.resize(window.sizeHint())
        in_turns(window, *window.first_steps(), partial(self._show, sheet.id))

    def _show(self, sheet_id: str) -> None:
        window = self._windows.get(sheet_id)
        if window is not None:
            window.show()
            self.window_opened.emit(window)

    def _open_grid(self, sheet: Sheet) -> None:
        posters = PosterCache(self)
        grid = GridWindow(GridModel(sheet), self._theme, posters, self._window)
        sheet.setParent(grid)
        grid.task_wanted.connect(self.show_wanted)
        grid.finished.connect(lambda _: posters.shutdown())
        grid.resize(grid.sizeHint().boundedTo(self._window.size()))
        grid.show()

    def _gone(self, sheet_id: str) -> None:
        self._windows.pop(sheet_id, None)
        self.door.closed(sheet_id)

    def _show_again(self, sheet_id: str) -> None:
        window = self._windows.get(sheet_id)
        if window is not None:
            window.show()
            window.raise_()
            window.activateWindow()

    def _choose_kept(self, kept: list[KeptSheet]) -> None:
        if not kept:
            keys = self._keys.words("sheet.new")
            self.told.emit(f"No sheet is kept yet. Drop a table{f', or begin one with {keys}' if keys else ''}.")
            return
        options = [Option(sheet.id, kept_in_words(sheet, self.door.when(sheet))) for sheet in kept]
        popup = ChoicePopup(options, None, "Kept sheets", self._window)
        popup.chosen.connect(self.door.open_kept)
        popup.open_in_middle(self._window)

    def _offer(self, kept: KeptSheet) -> None:
        self.left_open.emit(
            f"The sheet “{sheet_title(kept.name)}” was open when the program ended. It is kept.",
            lambda: self.door.open_kept(kept.id),
        )
