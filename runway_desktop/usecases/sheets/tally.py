"""Sums over all rows of a sheet, and rows with equal requests. Updated row by row, so that an edit in a sheet of
thousands of rows costs one row. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from runway_desktop.domain.task import Request
from runway_desktop.usecases.words import units

from .rows import Check


@dataclass(frozen=True, slots=True)
class Totals:
    """`rows` are filled in and not sent yet; their `tasks` of which `ready` may be sent for `credits`. `priced` of them
    have a price, all exact or not. `unchecked` rows wait for their check or for a look at their files."""

    rows: int = 0
    tasks: int = 0
    ready: int = 0
    ready_rows: int = 0
    credits: float = 0.0
    priced: int = 0
    exact: bool = True
    unchecked: int = 0


def price_words(totals: Totals) -> str:
    if not totals.ready:
        return ""
    if not totals.priced:
        return "price shown after sending"
    said = units.credits_in_words(totals.credits)
    if totals.priced < totals.ready:
        return f"at least {said}"
    return said if totals.exact else f"about {said}"


class Tally:
    def __init__(self) -> None:
        self._checks: dict[int, Check | None] = {}
        self._same: dict[str, dict[int, None]] = {}
        self._rows = self._tasks = self._ready = self._ready_rows = self._priced = self._inexact = self._unchecked = 0
        self._credits = 0.0
        self._models: Counter[tuple[str, str]] = Counter()
        self._samples: dict[tuple[str, str], Request] = {}

    @property
    def totals(self) -> Totals:
        return Totals(
            self._rows, self._tasks, self._ready, self._ready_rows, max(0.0, self._credits), self._priced,
            not self._inexact, self._unchecked,
        )  # fmt: skip

    @property
    def models(self) -> list[tuple[Request, int]]:
        """A sample request of each endpoint and model that is ready, and how many tasks of it there are."""
        return [(self._samples[pair], amount) for pair, amount in self._models.items() if amount > 0]

    def put(self, number: int, check: Check | None) -> set[int]:
        """Counts a row as it is now; None: not checked yet. Gives the other rows whose likeness has changed."""
        touched = self.take(number)
        self._checks[number] = check
        self._add(check, 1)
        if check is not None and check.identity:
            self._same.setdefault(check.identity, {})[number] = None
        return touched

    def take(self, number: int) -> set[int]:
        """Counts a row no longer."""
        if number not in self._checks:
            return set()
        check = self._checks.pop(number)
        self._add(check, -1)
        if check is None or not check.identity:
            return set()
        alike = self._same[check.identity]
        was_first = next(iter(alike)) == number
        del alike[number]
        if not alike:
            del self._same[check.identity]
        return set(alike) if was_first else set()

    def first_alike(self, number: int) -> int | None:
        """The first row that asks for the same; None for that one itself."""
        check = self._checks.get(number)
        if check is None or not check.identity:
            return None
        first = next(iter(self._same[check.identity]))
        return first if first != number else None

    def _add(self, check: Check | None, sign: int) -> None:
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
