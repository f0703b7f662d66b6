"""Values of a sheet's cells: the field of a column in a row, its choices, and parsing of entered text. Pure; never
raises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from runway_desktop.catalog import Catalog, Field
from runway_desktop.catalog.labels import model_label
from runway_desktop.usecases.words import units
from runway_desktop.values import Struct

from . import cells as cell
from .columns import ENDPOINT, MODEL, PROJECT, PROMPT, SHOT, ColumnKind, SheetColumn
from .rows import CellKey, RowChecker, SheetRow

MOST_PRICED = 100
"""Maximum number of choices that are priced."""


class CellOption(Struct, frozen=True):
    """`text` as entered, `shown` as displayed; `price` is empty if it does not depend on the choice or is unknown."""

    text: str
    shown: str
    price: str = ""


class CellValues:
    def __init__(self, catalog: Catalog, checker: RowChecker) -> None:
        self._catalog = catalog
        self._checker = checker
        self._columns = checker.columns
        self.projects: tuple[str, ...] = ()
        """Names in use."""

    @cached_property
    def _models(self) -> Mapping[str, str]:
        """Models by their names and labels, in lower case."""
        models = dict.fromkeys(model for e in self._catalog.endpoints for model in e.models)
        # A model's name takes precedence over another one's label.
        return {model_label(model).casefold(): model for model in models} | {
            model.casefold(): model for model in models
        }

    @cached_property
    def _endpoints(self) -> Mapping[str, str]:
        """Endpoints by their names and labels, in lower case."""
        return {word.casefold(): e.name for e in self._catalog.endpoints for word in (e.label, e.name)}

    def choices(self, row: SheetRow, column: SheetColumn) -> tuple[str, ...]:
        """The choices of a cell as texts; empty if it has none. A project may have any other name."""
        if column.key == MODEL:
            endpoint = self._catalog.endpoint(str(row.cells.get(ENDPOINT) or ""))
            models = endpoint.models if endpoint else [m for e in self._catalog.endpoints for m in e.models]
            return tuple(dict.fromkeys(models))
        if column.key == PROJECT:
            return self.projects
        if column.key == ENDPOINT:
            return tuple(endpoint.label for endpoint in self._catalog.endpoints)
        known = self._field(row, column.key) if column.kind is ColumnKind.FIELD else None
        return tuple(cell.shown(column.key, choice) for choice in known.choices) if known is not None else ()

    def priced_choices(self, row: SheetRow, column: SheetColumn) -> list[CellOption]:
        """Like `choices`, each with the row's price for it, if the prices differ and all are known."""
        texts = self.choices(row, column)
        is_priced = column.kind is not ColumnKind.NOTE and len(texts) <= MOST_PRICED
        if not is_priced or row.check is None or row.check.pair is None:
            return [CellOption(text, self._with_unit(row, column, text)) for text in texts]
        found = []
        for text in texts:
            price = self.price({**row.cells, column.key: self.typed(row, column.key, text)})
            found.append(CellOption(text, self._with_unit(row, column, text), price))
        is_same = len({choice.price for choice in found}) == 1
        return [CellOption(choice.text, choice.shown) for choice in found] if is_same else found

    def shown_choices(self, row: SheetRow, column: SheetColumn) -> list[str]:
        """`choices` as displayed, which can be entered too."""
        return [self._with_unit(row, column, text) for text in self.choices(row, column)]

    def price(self, cells: dict[str, Any]) -> str:
        """The price of a row with these cells; empty if it is not known or the row has a problem."""
        check = self._checker.check(SheetRow(cells))
        if check.problems or not 0 < check.priced == len(check.requests):
            return ""
        words = units.credits_in_words(check.credits)
        return words if check.exact else f"~{words}"

    def _with_unit(self, row: SheetRow, column: SheetColumn, text: str) -> str:
        if column.key == MODEL:
            return model_label(text)
        if column.kind is not ColumnKind.FIELD:
            return text
        return cell.shown_in(self._field(row, column.key), column.key, self.typed(row, column.key, text))

    def choices_of_column(self, rows: Iterable[SheetRow], key: str) -> tuple[Any, ...]:
        """The values that the models of these rows accept in a column, for an axis."""
        found = [row.check.pair for row in rows if row.check is not None and row.check.pair is not None]
        pairs = {(pair.endpoint, pair.model): pair for pair in found or [self._checker.pair]}
        if key == MODEL:
            endpoints = {endpoint for endpoint, _ in pairs}
            models = [model for e in self._catalog.endpoints if e.name in endpoints for model in e.models]
            return tuple(dict.fromkeys(models))
        if key == ENDPOINT:
            return tuple(endpoint.name for endpoint in self._catalog.endpoints)
        fields = [known for pair in pairs.values() if (known := pair.field(key)) is not None]
        return tuple(dict.fromkeys(choice for known in fields for choice in known.choices))

    def typed(
        self, row: SheetRow, key: str, text: str, beside: str = "", own: Mapping[CellKey, Any] | None = None
    ) -> Any:
        """Parses an entered text as the cell's value. `beside`: the folder for relative file names. `own`: cells
        written in the same step, such as the model."""
        if key in (PROMPT, PROJECT, SHOT):
            return text.strip() or None
        if key == MODEL:
            return _word(text, self._models)
        if key == ENDPOINT:
            return _word(text, self._endpoints)
        model = own.get((row.number, MODEL)) if own else None
        pair = self._checker.pair_of(row.cells | {MODEL: model})[0] if model else None
        known = pair.field(key) if pair is not None else None
        return cell.value_of(known or self._field(row, key), text, beside)

    def _field(self, row: SheetRow, key: str) -> Field | None:
        """The field of a column in this row; if its model has none, any field of that name."""
        check = row.check
        pair = check.pair if check is not None and check.pair is not None else self._checker.pair_of(row.cells)[0]
        found = pair.field(key) if pair is not None else None
        return found or self._columns.any_field(key)


def _word(text: str, known: Mapping[str, str]) -> str | None:
    words = text.strip()
    return known.get(words.casefold(), words) or None
