"""A common fix for rows with the same problem: the invalid value, the valid one, and the price difference. Pure; never
raises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runway_desktop.catalog import Pair
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.texts import _, ngettext
from runway_desktop.usecases.requests.draft import fits, nearest, takes
from runway_desktop.usecases.words import units
from runway_desktop.values import Struct, replace

from . import cells as cell
from .columns import Columns
from .rows import CellKey, SheetRow

FEWEST = 2
"""Minimum number of rows: a single one is fixed in its cell."""
MOST_PRICED = 500
"""Maximum number of priced rows; the price of more is extrapolated."""


class Fix(Struct, frozen=True):
    """`problem` is a sentence, `label` the button. `credits` is the price difference, if known; `exact` or approximate.
    `row` is the index of the first row."""

    problem: str
    label: str
    values: Mapping[CellKey, Any]
    row: int
    key: str
    credits: float | None = None
    exact: bool = True

    @property
    def price(self) -> str:
        """ "+270 credits"."""
        if self.credits is None:
            return ""
        said = units.credits_in_words(self.credits)
        return _("+{credits}", credits=said) if self.exact else _("about +{credits}", credits=said)


def fix_of(rows: Sequence[SheetRow], columns: Columns, pricing: Pricing) -> Fix | None:
    """The fix for the most frequent problem that has a near valid value; None if there is none."""
    found: dict[str, list[tuple[int, SheetRow, Any]]] = {}
    known_to_fit: dict[tuple[str, str, str, str], Any] = {}
    for position, row in enumerate(rows):
        check = row.check
        if check is None or row.sent or not check.problems or check.pair is None:
            continue
        for said in check.problems:
            if not said.brief or said.key not in row.cells:
                continue
            asked = (check.pair.endpoint, check.pair.model, said.key, repr(row.cells[said.key]))
            if asked not in known_to_fit:
                known_to_fit[asked] = _nearest_that_fits(check.pair, said.key, row.cells[said.key])
            if (value := known_to_fit[asked]) is not None:
                found.setdefault(said.key, []).append((position, row, value))
    key, wrong = max(found.items(), key=lambda item: len(item[1]), default=("", []))
    if len(wrong) < FEWEST:
        return None
    title = columns.column(key).title
    values = {(row.number, key): value for _, row, value in wrong}
    news = {cell.shown_in(columns.any_field(key), key, value) for value in values.values()}
    if len(news) == 1:
        label = ngettext("Set {n} cell to {value}", "Set {n} cells to {value}", len(wrong), value=next(iter(news)))
    else:
        label = ngettext("Set {n} cell to its nearest value", "Set {n} cells to their nearest values", len(wrong))
    credits, exact = _credits(wrong, key, pricing)
    return Fix(_problem(wrong, key, title), label, values, wrong[0][0], key, credits, exact)


def _nearest_that_fits(pair: Pair, key: str, value: Any) -> Any:
    field = pair.field(key)
    near = nearest(field, value) if field is not None else None
    return near if field is not None and near is not None and fits(pair, field, near) else None


def _problem(wrong: Sequence[tuple[int, SheetRow, Any]], key: str, title: str) -> str:
    pairs = {row.check.pair.model: row.check.pair for _, row, _ in wrong if row.check and row.check.pair}
    amount = len(wrong)
    if len(pairs) > 1:
        return ngettext(
            "{column}: {n} value doesn't fit its model.", "{column}: {n} values don't fit their models.",
            amount, column=title,
        )  # fmt: skip
    [pair] = pairs.values()
    field = pair.field(key)
    said = takes(field) if field is not None else ""
    if said:
        return ngettext(
            "{column}: {n} value doesn't fit {model}, which takes {values}.",
            "{column}: {n} values don't fit {model}, which takes {values}.",
            amount, column=title, model=pair.label, values=said,
        )  # fmt: skip
    return ngettext(
        "{column}: {n} value doesn't fit {model}.", "{column}: {n} values don't fit {model}.",
        amount, column=title, model=pair.label,
    )  # fmt: skip


def _credits(wrong: Sequence[tuple[int, SheetRow, Any]], key: str, pricing: Pricing) -> tuple[float | None, bool]:
    total, exact = 0.0, len(wrong) <= MOST_PRICED
    for __, row, value in wrong[:MOST_PRICED]:
        for request in row.check.requests if row.check is not None else ():
            price = pricing.price(replace(request, values={**request.values, key: value}))
            if price is None:
                return None, False
            total, exact = total + price.credits, exact and price.exact
    return total * len(wrong) / min(len(wrong), MOST_PRICED), exact
