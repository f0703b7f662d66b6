"""Options of a sheet's dialogs: columns to show or map to, columns and values of an axis, default models. GUI thread
only."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.labels import model_label
from runway_desktop.services.intake.gathered import Gathered
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.library.expansion import Axis, values_from_text
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, listed, ngettext
from runway_desktop.usecases.sheets import cells as cell
from runway_desktop.usecases.sheets.columns import ENDPOINT, MODEL, PROJECT, PROMPT, SEED, SHOT, ColumnKind, SheetColumn
from runway_desktop.usecases.sheets.rows import RowChecker, SheetRow
from runway_desktop.usecases.sheets.tally import SheetTally, price_words
from runway_desktop.usecases.use_cases import UseCases

from .checked_rows import SLICE_SECONDS
from .model import SheetModel

_USUAL_AXES = (MODEL, "ratio", "duration", SEED)
_MOST_VALUE_WORDS = 4


class Offering:
    def __init__(self, cases: UseCases, runner: Runner, model: SheetModel) -> None:
        self._cases = cases
        self._runner = runner
        self._model = model

    # Columns.

    def targets(self) -> list[SheetColumn]:
        """Possible targets of a column: cells of all rows' models, and those of every row."""
        wanted = {PROMPT, MODEL, ENDPOINT, PROJECT, SHOT, *self._of_pairs()}
        return [column for column in self._model.all_columns.ordered(wanted) if column.is_cell]

    def columns(self) -> list[tuple[SheetColumn, str, bool, bool]]:
        """Columns that can be shown: its title, whether it is visible, and whether it must stay because it has
        content."""
        here = {column.key for column in self._model.columns}
        needed = {key for row in self._model.rows for key in row.cells} | {PROMPT, MODEL}
        for row in self._model.rows:
            if row.check is not None and row.check.pair is not None:
                needed |= self._model.all_columns.usual(row.check.pair)
        return [(one, title, one.key in here, one.key in needed) for one, title in self.titled(self.targets())]

    def titled(self, columns: Sequence[SheetColumn]) -> list[tuple[SheetColumn, str]]:
        """Columns with their titles; where two have the same, with the name in the API."""
        amounts = Counter(column.title for column in columns)
        return [(one, one.title if amounts[one.title] == 1 else f"{one.title} ({one.key})") for one in columns]

    def nearest(self, title: str) -> str:
        """Key of the column with the most similar title; empty if none is similar."""
        from difflib import get_close_matches

        names = {column.title.casefold(): column.key for column in self.targets()}
        names |= {column.key.lstrip("@").casefold(): column.key for column in self.targets()}
        found = get_close_matches(title.casefold(), names, n=1, cutoff=0.72)
        return names[found[0]] if found else ""

    def is_inputs(self, key: str) -> bool:
        return self._model.all_columns.column(key).kind is ColumnKind.ASSETS

    # Axes.

    def axis_columns(self) -> list[tuple[SheetColumn, str]]:
        """Columns usable as axes with their titles, usual ones first."""
        taken = {axis.key for axis in self._model.axes} | {PROJECT, SHOT}
        columns = [column for column in self.targets() if column.key not in taken]
        return self.titled(sorted(columns, key=lambda column: [*_USUAL_AXES, column.key].index(column.key)))

    def axis_values(self, key: str, text: str) -> tuple[Any, ...]:
        """Values listed in a text, as cells of the column."""
        row = next((row for row in self._model.rows if row.cells), None) or SheetRow()
        values = [self._model.value_for(row, key, words) for words in values_from_text(text)]
        return tuple(value for value in values if value is not None)

    def axes_with(self, key: str, values: Sequence[Any]) -> tuple[Axis, ...]:
        axes = self._model.axes
        return (*axes, Axis(key, self._model.all_columns.column(key).title, tuple(values))) if values else axes

    def add_axis(self, key: str, values: Sequence[Any]) -> None:
        self._model.set_axes(self.axes_with(key, values), _("Add axis"))

    def remove_axis(self, position: int) -> None:
        axes = self._model.axes
        self._model.set_axes((*axes[:position], *axes[position + 1 :]), _("Remove axis"))

    def axis_in_words(self, axis: Axis) -> str:
        """Text such as "Ratio: 1280:720 and 720:1280"."""
        said = [cell.shown(axis.key, value) for value in axis.values[:_MOST_VALUE_WORDS]]
        if (more := len(axis.values) - len(said)) > 0:
            # Translators: the end of a list of values, "720:1280, 1:1 and 4 more".
            said.append(ngettext("{n} more", "{n} more", more))
        return _("{axis}: {values}", axis=axis.title, values=listed(said))

    def preview(self, parent: QObject) -> AxisPreview:
        return AxisPreview(self._cases.catalog, self._cases.pricing, self._model, parent)

    def files_in(self, folder: Path, then: Callable[[list[Path]], None]) -> None:
        """Calls `then` with the usable media files of a folder, after inspecting them."""

        def done(gathered: Gathered) -> None:
            then([drop.path for drop in gathered.assets if drop.path is not None and not drop.findings])

        self._runner(self._cases.intake.gather(Dropped(paths=(folder,))), "look into a folder", done=done)

    # Models.

    def models(self) -> list[tuple[tuple[str, str], str, str, str]]:
        """All endpoints with their models: the pair, its label, the endpoint's, and the price of a row if known."""
        price = self._model.values.price
        return [
            (
                (endpoint.name, model),
                model_label(model),
                endpoint.kind_label,
                price({PROMPT: "a", ENDPOINT: endpoint.name, MODEL: model}),
            )
            for endpoint in self._cases.catalog.endpoints
            for model in endpoint.models
        ]

    def _of_pairs(self) -> set[str]:
        pairs = {(self._model.checker.pair.endpoint, self._model.checker.pair.model): self._model.checker.pair}
        for row in self._model.rows:
            if row.check is not None and row.check.pair is not None:
                pairs[row.check.pair.endpoint, row.check.pair.model] = row.check.pair
        found: set[str] = set()
        for pair in pairs.values():
            found |= self._model.all_columns.of_pair(pair)
        return found | {key for row in self._model.rows for key in row.cells}


class AxisPreview(QObject):
    moved = Signal()

    def __init__(self, catalog: Catalog, pricing: Pricing, model: SheetModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalog = catalog
        self._pricing = pricing
        self._model = model
        self._tally = SheetTally()
        self._left: list[SheetRow] = []
        self._combos = 1
        self.problem = ""
        """The first error that the axes would cause in a row that could be sent before; empty if none."""
        self._checker: RowChecker | None = None
        self._work = QTimer(self, interval=0)
        self._work.timeout.connect(self._more)

    def start(self, axes: Sequence[Axis]) -> None:
        """Restarts the preview with these axes instead of the sheet's."""
        of_sheet = self._model.checker
        checker = RowChecker(self._catalog, self._model.all_columns, self._pricing, of_sheet.composed)
        checker.axes, checker.looks, checker.refused = tuple(axes), of_sheet.looks, of_sheet.refused
        checker.cast = of_sheet.cast
        self._checker, self._tally, self.problem = checker, SheetTally(), ""
        self._left = [row for row in reversed(self._model.rows) if row.cells and not row.sent]
        self._combos = 1
        for axis in axes:
            self._combos *= len(axis.values)
        self._work.start()
        self.moved.emit()

    @property
    def words(self) -> str:
        """Text such as "6 × 3 = 18 tasks · 1,080 credits"."""
        totals = self._tally.totals
        if self._left:
            return _("Counting…")
        if not totals.rows:
            return _("No rows to multiply yet.")
        base = totals.tasks // max(1, self._combos)
        tasks = ngettext(
            "{rows} × {values} = {n} task",
            "{rows} × {values} = {n} tasks",
            totals.tasks,
            rows=base,
            values=self._combos,
        )
        return " · ".join(part for part in (tasks, price_words(totals)) if part)

    def _more(self) -> None:
        until = time.perf_counter() + SLICE_SECONDS
        while self._left and self._checker is not None:
            row = self._left.pop()
            check = self._checker.check(SheetRow(row.cells))
            was_fine = row.check is not None and not row.check.problems
            if check.problems and was_fine and not self.problem:
                self.problem = _(
                    "Row {row}: {problem}",
                    row=(self._model.position_of(row.number) or 0) + 1,
                    problem=check.problems[0].message,
                )
            self._tally.put(row, check)
            if time.perf_counter() >= until:
                return
        self._work.stop()
        self.moved.emit()
