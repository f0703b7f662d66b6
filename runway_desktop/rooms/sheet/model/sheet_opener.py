"""Opens sheets: from dropped data, blank, of a batch, from the list of stored ones, or after a crash. A sheet that is
open already is shown again. GUI thread only; errors become notices.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.library import KeptSheet
from runway_desktop.domain.task import BatchId
from runway_desktop.services.intake.gathered import Gathered
from runway_desktop.services.library.sheets import OPEN_SHEET, SheetContent
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.model import Model

from .sheet import Sheet


class SheetOpener(Model):
    opened = Signal(object)
    """A `Sheet` that needs a window."""
    grid_wanted = Signal(object)
    """A `Sheet` whose results to show as a grid, without a window of its own."""
    shown_again = Signal(str)
    """Id of a sheet that is already open."""
    left_changed = Signal()
    """The number of unsent rows of a sheet changed."""
    not_kept = Signal()
    """The batch did not come from a sheet."""
    listed = Signal(object)
    """Stored sheets, latest first."""
    left_open = Signal(object)
    """The `KeptSheet` that was open when the program was killed."""

    def __init__(
        self,
        cases: UseCases,
        bridge: Bridge,
        runner: Runner,
        composer: Composer,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(cases, runner, parent)
        self._bridge = bridge
        self._composer = composer
        self._open: set[str] = set()

    def open_gathered(self, gathered: Gathered | None) -> None:
        """Opens a sheet of gathered data; None: a blank one."""
        made = Sheet.of_gathered(
            self._cases,
            self._bridge,
            self._runner,
            gathered,
            self._composer.for_sheet(),
            project=self._composer.project,
            parent=self,
        )
        self._show(made)

    def open_kept(self, sheet_id: str) -> None:
        if sheet_id in self._open:
            self.shown_again.emit(sheet_id)
        else:
            self._runner(self._read(lambda: self._cases.sheets.open(sheet_id)), "open a sheet", done=self._found)

    def open_batch(self, batch_id: BatchId, *, as_grid: bool = False) -> None:
        """Opens the sheet of a batch, or its results as a grid."""
        self._runner(
            self._read(lambda: self._cases.sheets.of_batch(batch_id)),
            "open a batch's sheet",
            done=lambda found: self._found(found, as_grid=as_grid),
        )

    def list_kept(self) -> None:
        self._runner(self._cases.sheets.recent(), "list sheets", done=self.listed.emit)

    def look_for_left_open(self) -> None:
        """Call once at start: offers a sheet that was open when the program was killed."""
        sheet_id = self._cases.settings.get(OPEN_SHEET)
        if isinstance(sheet_id, str):
            self._cases.settings.set(OPEN_SHEET, None)
            self._runner(self._cases.sheets.open(sheet_id), "look for an open sheet", done=self._was_left)

    def when(self, kept: KeptSheet) -> str:
        """When it was last changed."""
        return units.clock_time(kept.changed_at, self._cases.clock.now())

    def closed(self, sheet_id: str) -> None:
        """Call when its window was closed."""
        self._open.discard(sheet_id)

    def _was_left(self, kept: KeptSheet | None) -> None:
        if kept is not None:
            self.left_open.emit(kept)

    async def _read(self, find: Callable[[], Awaitable[KeptSheet | None]]) -> tuple[KeptSheet, SheetContent] | None:
        kept = await find()
        return None if kept is None else (kept, await self._cases.sheets.content(kept))

    def _found(self, found: tuple[KeptSheet, SheetContent] | None, *, as_grid: bool = False) -> None:
        if found is None:
            self.not_kept.emit()
            return
        kept, content = found
        if kept.id in self._open and not as_grid:
            self.shown_again.emit(kept.id)
            return
        parts = (self._cases, self._bridge, self._runner, kept, content)
        made = Sheet.of_kept(*parts, only_shown=as_grid, parent=self)
        if as_grid:
            self.grid_wanted.emit(made)
        else:
            self._show(made)

    def _show(self, sheet: Sheet) -> None:
        sheet.left_changed.connect(self.left_changed)
        self._open.add(sheet.id)
        self.opened.emit(sheet)
