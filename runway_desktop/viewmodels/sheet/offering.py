"""What a sheet's dialogs offer: columns to show and to map to, columns and values for an axis, models for the rows
that name none. GUI thread only."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from runway_desktop.services.intake import Dropped, Gathered
from runway_desktop.services.library.expansion import Axis, values_from_text
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.sheets import cells as cell
from runway_desktop.usecases.sheets.columns import ENDPOINT, MODEL, PROJECT, PROMPT, SEED, SHOT, Column, Kind
from runway_desktop.usecases.sheets.rows import SheetRow
from runway_desktop.usecases.use_cases import UseCases

from .model import SheetModel
from .preview import AxisPreview

_USUAL_AXES = (MODEL, "ratio", "duration", SEED)
_MOST_VALUE_WORDS = 4


class Offering:
    def __init__(self, cases: UseCases, runner: Runner, model: SheetModel) -> None:
        self._cases = cases
        self._runner = runner
        self._model = model

    # Columns.

    def targets(self) -> list[Column]:
        """Where a column may go: every cell that some row's model has, and those that any row has."""
        wanted = {PROMPT, MODEL, ENDPOINT, PROJECT, SHOT, *self._of_pairs()}
        return [column for column in self._model.all_columns.ordered(wanted) if column.is_cell]

    def columns(self) -> list[tuple[Column, bool, bool]]:
        """Columns that can be shown: each with whether it is, and whether it must stay because something is in it."""
        here = {column.key for column in self._model.columns}
        needed = {key for row in self._model.rows for key in row.cells} | {PROMPT, MODEL}
        for row in self._model.rows:
            if row.check is not None and row.check.pair is not None:
                needed |= self._model.all_columns.usual(row.check.pair)
        return [(column, column.key in here, column.key in needed) for column in self.targets()]

    def nearest(self, title: str) -> str:
        """The key of the column whose title is most like this one; empty where none is."""
        names = {column.title.casefold(): column.key for column in self.targets()}
        names |= {column.key.lstrip("@").casefold(): column.key for column in self.targets()}
        found = difflib.get_close_matches(title.casefold(), names, n=1, cutoff=0.72)
        return names[found[0]] if found else ""

    def is_inputs(self, key: str) -> bool:
        return self._model.all_columns.column(key).kind is Kind.ASSETS

    # Axes.

    def axis_columns(self) -> list[Column]:
        """The usual ones first."""
        taken = {axis.key for axis in self._model.axes} | {PROJECT, SHOT}
        columns = [column for column in self.targets() if column.key not in taken]
        return sorted(columns, key=lambda column: [*_USUAL_AXES, column.key].index(column.key))

    def axis_values(self, key: str, text: str) -> tuple[Any, ...]:
        """The values that a text lists, as cells of the column."""
        row = next((row for row in self._model.rows if row.cells), None) or SheetRow()
        values = [self._model.value_for(row, key, words) for words in values_from_text(text)]
        return tuple(value for value in values if value is not None)

    def axes_with(self, key: str, values: Sequence[Any]) -> tuple[Axis, ...]:
        axes = self._model.axes
        return (*axes, Axis(key, self._model.all_columns.column(key).title, tuple(values))) if values else axes

    def add_axis(self, key: str, values: Sequence[Any]) -> None:
        self._model.set_axes(self.axes_with(key, values), "Add axis")

    def remove_axis(self, place: int) -> None:
        axes = self._model.axes
        self._model.set_axes((*axes[:place], *axes[place + 1 :]), "Remove axis")

    def axis_in_words(self, axis: Axis) -> str:
        """ "Ratio: 1280:720, 720:1280"."""
        said = [cell.shown(axis.key, value) for value in axis.values]
        more = f" and {len(said) - _MOST_VALUE_WORDS} more" if len(said) > _MOST_VALUE_WORDS else ""
        return f"{axis.title}: {', '.join(said[:_MOST_VALUE_WORDS])}{more}"

    def preview(self, parent: QObject) -> AxisPreview:
        return AxisPreview(self._cases.catalog, self._cases.pricing, self._model, parent)

    def files_in(self, folder: Path, then: Callable[[list[Path]], None]) -> None:
        """Hands over the pictures, clips and sounds of a folder, once they were looked at."""

        def done(gathered: Gathered) -> None:
            then([drop.path for drop in gathered.assets if drop.path is not None and not drop.findings])

        self._runner(self._cases.intake.gather(Dropped(paths=(folder,))), "look into a folder", done=done)

    # Models.

    def models(self) -> list[tuple[tuple[str, str], str, str]]:
        """Every endpoint with its models: the pair, what to call it, and what it does."""
        return [
            ((endpoint.name, model), model, endpoint.label)
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
