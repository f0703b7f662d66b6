"""What a sheet would come to with other axes, worked out in slices while the person chooses. GUI thread only."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.catalog import Catalog
from runway_desktop.services.library.expansion import Axis
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.usecases.sheets.rows import RowChecker, SheetRow
from runway_desktop.usecases.sheets.tally import Tally, price_words
from runway_desktop.usecases.words import units

from .checked_rows import SLICE_SECONDS
from .model import SheetModel


class AxisPreview(QObject):
    moved = Signal()

    def __init__(self, catalog: Catalog, pricing: Pricing, model: SheetModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalog = catalog
        self._pricing = pricing
        self._model = model
        self._tally = Tally()
        self._left: list[SheetRow] = []
        self._combos = 1
        self._problem = ""
        self._checker: RowChecker | None = None
        self._work = QTimer(self, interval=0)
        self._work.timeout.connect(self._more)

    def start(self, axes: Sequence[Axis]) -> None:
        """Begins anew with these axes in place of the sheet's."""
        of_sheet = self._model.checker
        checker = RowChecker(self._catalog, self._model.all_columns, self._pricing, of_sheet.composed)
        checker.axes, checker.looks, checker.refused = tuple(axes), of_sheet.looks, of_sheet.refused
        self._checker, self._tally, self._problem = checker, Tally(), ""
        self._left = [row for row in reversed(self._model.rows) if row.cells and not row.sent]
        self._combos = 1
        for axis in axes:
            self._combos *= len(axis.values)
        self._work.start()
        self.moved.emit()

    @property
    def words(self) -> str:
        """ "6 × 3 = 18 tasks, 1,080 credits"."""
        totals = self._tally.totals
        if self._left:
            return "Counting…"
        if not totals.rows:
            return "There are no rows yet that could be multiplied."
        base = totals.tasks // max(1, self._combos)
        parts = [f"{base:,} × {self._combos:,} = {units.count(totals.tasks, 'task')}", price_words(totals)]
        return ", ".join(part for part in parts if part)

    @property
    def problem(self) -> str:
        """What the axes would bring that keeps a row from being sent, which could be sent before; empty when nothing
        would."""
        return self._problem

    def _more(self) -> None:
        until = time.perf_counter() + SLICE_SECONDS
        while self._left and self._checker is not None:
            row = self._left.pop()
            check = self._checker.check(SheetRow(row.cells))
            was_fine = row.check is not None and not row.check.problems
            if check.problems and was_fine and not self._problem:
                self._problem = f"Row {(self._model.place_of(row.number) or 0) + 1}: {check.problems[0].message}"
            self._tally.put(row, check)
            if time.perf_counter() >= until:
                return
        self._work.stop()
        self.moved.emit()
