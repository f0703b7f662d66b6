"""Totals over all rows of a sheet, and detection of rows with equal requests. Updated incrementally, so that an edit
among thousands of rows costs one row. Pure."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from runway_desktop.domain.task import Request
from runway_desktop.services.library.expansion import Axis
from runway_desktop.texts import _, ngettext
from runway_desktop.usecases.words import units
from runway_desktop.values import Struct

from .columns import MODEL
from .rows import BLANK, Check, SheetRow


class Totals(Struct, frozen=True):
    """`rows` are filled in and not sent yet; `ready` of their `tasks` can be sent for `credits`. `priced` of these have
    a price, `exact` if all of them are. `unchecked` rows are not checked yet, or their files are not read. `filled`
    rows are not blank or were `sent`; `unnamed` ones, not sent, name no model. `unmatched`: columns without a
    mapping."""

    rows: int = 0
    tasks: int = 0
    ready: int = 0
    ready_rows: int = 0
    credits: float = 0.0
    priced: int = 0
    exact: bool = True
    unchecked: int = 0
    filled: int = 0
    sent: int = 0
    unnamed: int = 0
    unmatched: int = 0


class DayCap(Struct, frozen=True):
    """Today's cap, what is spent of it, and the price of the ready rows, in credits."""

    limit: float
    spent: float
    ready: float

    @property
    def over(self) -> float:
        return max(0.0, self.spent + self.ready - self.limit)

    @property
    def words(self) -> str:
        """Text such as "936 + 120 of 1,500 credits, 444 left"."""
        cap = units.credits_in_words(self.limit)
        if self.over:
            return _(
                "{spent} + {ready} of {cap}, {over} over", spent=self.spent, ready=self.ready, cap=cap, over=self.over
            )
        left = self.limit - self.spent - self.ready
        return _("{spent} + {ready} of {cap}, {left} left", spent=self.spent, ready=self.ready, cap=cap, left=left)


def price_words(totals: Totals) -> str:
    if not totals.ready:
        return ""
    if not totals.priced:
        return _("price not known yet")
    return units.about_credits(totals.credits, exact=totals.exact, at_least=totals.priced < totals.ready)


def axes_words(totals: Totals, axes: Sequence[Axis]) -> str:
    """ "6 × 3 = 18 tasks"; empty without axes."""
    if not axes or not totals.rows:
        return ""
    combos = math.prod(len(axis.values) for axis in axes)
    base = totals.tasks / combos if combos else 0
    return ngettext(
        "{rows} × {combinations} = {n} task", "{rows} × {combinations} = {n} tasks",
        totals.tasks, rows=round(base), combinations=combos,
    )  # fmt: skip


def heading(totals: Totals, axes: str, *, is_of_file: bool, is_plain: bool = False) -> str:
    """ "11 rows · columns matched by name · nothing sent yet". `axes`: the text of `axes_words`. `is_plain`: pasted
    lines without columns."""
    if is_plain:
        parts = [ngettext("{n} prompt", "{n} prompts", totals.filled)]
    else:
        parts = [ngettext("{n} row", "{n} rows", totals.filled)]
    if axes:
        parts.append(axes)
    elif totals.unmatched:
        parts.append(ngettext("{n} column not matched", "{n} columns not matched", totals.unmatched))
    elif totals.filled and is_of_file:
        parts.append(_("columns matched by name"))
    parts.append(ngettext("{n} sent", "{n} sent", totals.sent) if totals.sent else _("nothing sent yet"))
    return " · ".join(parts)


class _Counted(NamedTuple):
    """What was counted for a row."""

    check: Check | None
    filled: bool
    sent: bool
    unnamed: bool
    titles: tuple[str, ...]


class SheetTally:
    def __init__(self) -> None:
        self._counted: dict[int, _Counted] = {}
        self._same: dict[str, int | OrderedDict[int, None]] = {}
        """By identity: the number of the only row, or the numbers of all rows with equal requests, in order."""
        self._rows = self._tasks = self._ready = self._ready_rows = self._priced = self._inexact = self._unchecked = 0
        self._filled = self._sent = self._unnamed = 0
        self._credits = 0.0
        self._models: Counter[tuple[str, str]] = Counter()
        self._samples: dict[tuple[str, str], Request] = {}
        self._titles: Counter[str] = Counter()

    @property
    def totals(self) -> Totals:
        return Totals(
            self._rows, self._tasks, self._ready, self._ready_rows, max(0.0, self._credits), self._priced,
            not self._inexact, self._unchecked, self._filled, self._sent, self._unnamed,
            sum(amount > 0 for amount in self._titles.values()),
        )  # fmt: skip

    @property
    def models(self) -> list[tuple[Request, int]]:
        """A sample request of each pair that is ready, and its number of tasks."""
        return [(self._samples[pair], amount) for pair, amount in self._models.items() if amount > 0]

    def put(self, row: SheetRow, check: Check | None) -> bool:
        """Counts or recounts a row; `check` None: not checked yet. For a sent row the check is ignored. True if rows
        that equal it must be updated."""
        moved = self.take(row.number)
        is_sent, is_filled = bool(row.sent), bool(row.cells)
        counted = _Counted(
            BLANK if is_sent else check,
            is_sent or is_filled,
            is_sent,
            is_filled and not is_sent and MODEL not in row.cells,
            tuple(row.unmatched),
        )
        self._counted[row.number] = counted
        self._add(counted, 1)
        if counted.check is not None and counted.check.identity:
            self._note_same(counted.check.identity, row.number)
        return moved

    def take(self, number: int) -> bool:
        """Stops counting a row. True if rows that equal it must be updated."""
        counted = self._counted.pop(number, None)
        if counted is None:
            return False
        self._add(counted, -1)
        if counted.check is None or not counted.check.identity:
            return False
        alike = self._same[counted.check.identity]
        if isinstance(alike, int):
            del self._same[counted.check.identity]
            return False
        was_first = next(iter(alike)) == number
        del alike[number]
        if not alike:
            del self._same[counted.check.identity]
        return was_first and bool(alike)

    def first_alike(self, number: int) -> int | None:
        """The first row with the same requests; None for that row itself."""
        counted = self._counted.get(number)
        if counted is None or counted.check is None or not counted.check.identity:
            return None
        alike = self._same[counted.check.identity]
        first = alike if isinstance(alike, int) else next(iter(alike))
        return first if first != number else None

    def _note_same(self, identity: str, number: int) -> None:
        alike = self._same.get(identity)
        if alike is None:
            self._same[identity] = number
        elif isinstance(alike, int):
            self._same[identity] = OrderedDict.fromkeys((alike, number))
        else:
            alike[number] = None

    def _add(self, counted: _Counted, sign: int) -> None:
        self._filled += sign * counted.filled
        self._sent += sign * counted.sent
        self._unnamed += sign * counted.unnamed
        for title in counted.titles:
            self._titles[title] += sign
        check = counted.check
        if check is None:
            self._rows += sign
            self._tasks += sign
            self._unchecked += sign
            return
        if check.is_blank:
            return
        amount = max(1, len(check.requests))
        self._rows += sign
        self._tasks += sign * amount
        self._unchecked += sign * check.waits
        if not check.is_ready:
            return
        self._ready += sign * amount
        self._ready_rows += sign
        self._credits += sign * check.credits
        self._priced += sign * check.priced
        self._inexact += sign * (not check.exact)
        for request in check.requests:
            pair = (request.endpoint, request.model)
            self._models[pair] += sign
            self._samples[pair] = request
