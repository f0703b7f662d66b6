"""Table model of a sheet's rows and columns, with validation.

Large changes run in slices of a few milliseconds, so that the window stays responsive while thousands of rows are
opened or pasted; a small change is done and validated before the call returns. During a large change, other edits are
rejected. Sent rows are read-only. GUI thread only; invalid input never raises.
"""

from __future__ import annotations

import itertools
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QTimer, Signal

from runway_desktop.catalog import Catalog, is_left_out
from runway_desktop.domain.cast import Cast
from runway_desktop.domain.task import Request
from runway_desktop.services.intake.found_inputs import FoundInput
from runway_desktop.services.library.expansion import Axis
from runway_desktop.services.library.sheets import SentTask
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.usecases.sheets.columns import PROMPT, Columns
from runway_desktop.usecases.sheets.rows import BLANK, RowChecker, SheetRow, Values, columns_needed
from runway_desktop.usecases.sheets.tally import SheetTally, Totals

SLICE_SECONDS = 0.006
"""Duration of work per pass of the event loop."""
TELL_SECONDS = 0.25
"""Minimum interval of updates of totals and views during a large validation."""
Work = Generator[None, None, Any]
"""A change as a generator that may be suspended after each step. Its return value is passed to the callback."""
AT_ONCE = 12
"""Rows of one change that are validated before the call returns."""
EDITED_AT_ONCE = 200
"""Rows of one change that are edited before the call returns; larger changes run in slices."""
PORTION = 1_000
"""Rows per insert or remove signal: each one causes a layout and a paint."""
RUNS = 50
"""Number of removed ranges after which row positions are recomputed."""


class CheckedRows(QAbstractTableModel):
    changed = Signal()
    """Stored content changed."""
    counted = Signal()
    """Totals or findings changed."""
    looks_wanted = Signal()
    """`unseen` contains files to inspect."""
    axes_changed = Signal()
    busy_changed = Signal()
    """A large change started or ended."""

    def __init__(self, catalog: Catalog, pricing: Pricing, composed: Request, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all_columns = Columns(catalog)
        self.checker = RowChecker(catalog, self.all_columns, pricing, composed)
        self.rows: list[SheetRow] = []
        self._positions: dict[int, int] = {}
        self._tally = SheetTally()
        self._to_check: OrderedDict[int, None] = OrderedDict()
        self._waiting: dict[str, set[int]] = {}
        """Rows that wait for the inspection of a file, by its URI."""
        self.is_locked = False
        """True while rows are being stored."""
        self.shown: frozenset[str] = frozenset()
        """Columns that the person added to the usual ones."""
        self.columns = self.all_columns.ordered(self.all_columns.usual(self.checker.pair))
        self._works: deque[tuple[Work, Callable[[Any], None] | None]] = deque()
        """Queued changes, each with its callback."""
        self._is_working = self._was_busy = self._is_held = False
        self._told_at = 0.0
        self._has_counted = False
        """Totals changed, and `counted` was not emitted yet."""
        self._untold: tuple[int, int] | None = None
        """First and last position of validated rows without `dataChanged` yet."""
        self._working = QTimer(self, interval=0)
        self._working.timeout.connect(self._slice)

    # Content.

    @property
    def totals(self) -> Totals:
        return self._tally.totals

    @property
    def ready_models(self) -> list[tuple[Request, int]]:
        """A sample request of each ready endpoint and model, with the number of tasks."""
        return self._tally.models

    @property
    def axes(self) -> tuple[Axis, ...]:
        return self.checker.axes

    @property
    def is_busy(self) -> bool:
        """Whether a large change is running."""
        return bool(self._works)

    @property
    def is_checked(self) -> bool:
        return not self._to_check and not self._works

    @property
    def takes_edits(self) -> bool:
        """Whether edits are accepted: not while rows are being stored, or during a large change."""
        return not self.is_locked and not self._works

    def position_of(self, number: int) -> int | None:
        return self._positions.get(number)

    def column_position(self, key: str) -> int | None:
        return next((position for position, column in enumerate(self.columns) if column.key == key), None)

    # Changes other than edits.

    def fill(self, rows: Iterable[SheetRow], then: Callable[[], None] | None = None) -> None:
        """Replaces all rows: the first at once, the rest in slices, taken from `rows` lazily. `then` is called at the
        end."""
        coming = iter(rows)
        self.beginResetModel()
        self.rows = list(itertools.islice(coming, EDITED_AT_ONCE))
        self._tally, self._to_check = SheetTally(), OrderedDict()
        self._renumber()
        for row in self.rows:
            self._count_unchecked(row)
        self.endResetModel()
        self._arrange(self._wanted_of(self.rows))
        self._do(self._filling(coming), 2 * len(self.rows), then and (lambda _: then()))

    def show_columns(self, keys: Iterable[str]) -> None:
        """Adds columns to the usual ones and those with content."""
        self.shown = frozenset(keys)
        self._arrange(self._wanted())
        self.changed.emit()

    def choose_default(self, composed: Request) -> None:
        """Sets the model for rows that name none."""
        self.checker.choose(composed)
        self.check_all()
        self.changed.emit()

    def check_all(self) -> None:
        self._do(self._forgetting([row for row in self.rows if not row.sent]), len(self.rows))

    def know_refused(self, prompts: frozenset[str]) -> None:
        """Sets the prompts refused by moderation, and revalidates rows affected by the change."""
        news = prompts ^ self.checker.refused
        self.checker.refused = prompts
        asked = ((row, str(row.cells.get(PROMPT) or "")) for row in self.rows if news and not row.sent)
        touched = [row for row, prompt in asked if prompt in news or "{" in prompt or "\\" in prompt]
        if touched:
            self._do(self._forgetting(touched), len(touched))

    def know_cast(self, cast: Cast) -> None:
        """Sets the members that prompts can name, and revalidates rows with names."""
        self.checker.cast = cast
        by_axis = any(axis.key == PROMPT for axis in self.checker.axes)
        touched = [row for row in self.rows if not row.sent and (by_axis or "@" in str(row.cells.get(PROMPT) or ""))]
        if touched:
            self._do(self._forgetting(touched), len(touched))

    def take_looks(self, looks: Mapping[str, FoundInput]) -> None:
        """Takes facts of files, and revalidates rows that name them."""
        self.checker.looks.update(looks)
        self.checker.unseen -= looks.keys()
        numbers = {number for address in looks for number in self._waiting.pop(address, ())}
        rows = [self.rows[at] for number in numbers if (at := self._positions.get(number)) is not None]
        self._do(self._forgetting([row for row in rows if not row.sent]), len(rows))

    def mark_sent(self, sent: Mapping[int, Sequence[SentTask]]) -> None:
        marked = []
        for number, tasks in sent.items():
            position = self.position_of(number)
            if position is None:
                continue
            row = self.rows[position]
            row.sent, row.text = tuple(tasks), ""
            self._to_check.pop(number, None)
            self._tally.put(row, None)
            self._tell(position, position)
            marked.append(row)
        self._arrange(self._wanted_of(marked))
        self.changed.emit()
        self.counted.emit()

    def mark_unsent(self, numbers: Iterable[int]) -> None:
        """Marks rows as not sent, because their tasks were never stored."""
        rows = [self.rows[position] for number in numbers if (position := self.position_of(number)) is not None]
        for row in rows:
            row.sent, row.text = (), ""
        self._do(self._forgetting(rows), len(rows))
        self.changed.emit()

    def hold(self) -> None:
        """Suspends slices until `go_on`, while a window is built and painted: each would delay that."""
        self._is_held = True
        self._working.stop()

    def go_on(self) -> None:
        """Resumes slices."""
        self._is_held = False
        self._start()

    def finish(self) -> None:
        """Finishes all changes now, before the sheet is stored for the last time."""
        while self._works and not self._is_working:
            self._slice(to_the_end=True)

    # Changes in slices.

    def _do(self, work: Work, rows: int, then: Callable[[Any], None] | None = None) -> None:
        """Runs a change of about `rows` rows: small ones now, large ones from the next pass of the event loop on."""
        self._works.append((work, then))
        if rows <= EDITED_AT_ONCE:
            self._slice(to_the_end=True)
        elif not self._is_working:
            self._tell_all(time.perf_counter())
            self._start()

    def _slice(self, *, to_the_end: bool = False) -> None:
        if self._is_working:
            return
        self._is_working = True
        until = time.perf_counter() + SLICE_SECONDS
        try:
            while self._works:
                work, then = self._works[0]
                try:
                    next(work)
                except StopIteration as end:
                    self._works.popleft()
                    if then is not None:
                        then(end.value)
                if not to_the_end and time.perf_counter() >= until:
                    break
            if not self._works:
                self._check_more(until)
        finally:
            self._is_working = False
        self._tell_all(until)
        self._start()

    def _start(self) -> None:
        """Starts or stops the timer of slices."""
        if self.is_checked or self._is_held:
            self._working.stop()
        elif not self._working.isActive():
            self._working.start()

    def _check_more(self, until: float) -> None:
        checked = []
        while self._to_check:
            number, _ = self._to_check.popitem(last=False)
            position = self._positions.get(number)
            if position is not None:
                checked.append(self.rows[position])
                self._check(self.rows[position])
                self._note_untold(position, position)
            if time.perf_counter() >= until:
                break
        self._arrange(self._wanted_of(checked))

    def _tell_all(self, now: float) -> None:
        """Emits signals for views and totals, at most every `TELL_SECONDS` during a large validation."""
        if self._was_busy != self.is_busy:
            self._was_busy = self.is_busy
            self.busy_changed.emit()
        if self.is_checked or now - self._told_at > TELL_SECONDS:
            self._told_at = now
            if self._untold is not None:
                first, last = self._untold
                self._untold = None
                self._tell(first, min(last, len(self.rows) - 1))
            if self._has_counted:
                self._has_counted = False
                self.counted.emit()
        if self.checker.unseen:
            self.looks_wanted.emit()

    def _note_untold(self, first: int, last: int) -> None:
        before = self._untold or (first, last)
        self._untold = min(before[0], first), max(before[1], last)
        self._has_counted = True

    def _filling(self, coming: Iterable[SheetRow]) -> Work:
        some: list[SheetRow] = []
        for row in coming:
            some.append(row)
            yield
            if len(some) == PORTION:
                yield from self._inserting(len(self.rows), some)
                some = []
        yield from self._inserting(len(self.rows), some)

    def _putting(self, values: Values) -> Work:
        """Writes cells; None clears."""
        touched: dict[int, SheetRow] = {}
        for (number, key), value in values.items():
            position = self._positions.get(number)
            if position is None or self.rows[position].sent:
                continue
            row = self.rows[position]
            if is_left_out(value):
                row.cells.pop(key, None)
            else:
                row.cells[key] = value
            if position not in touched:
                touched[position] = row
                yield
        yield from self._rechecking(touched)
        self.changed.emit()

    def _inserting(self, at: int, rows: Sequence[SheetRow]) -> Work:
        for start in range(0, len(rows), PORTION):
            some = rows[start : start + PORTION]
            self.beginInsertRows(QModelIndex(), at, at + len(some) - 1)
            self.rows[at:at] = some
            self._renumber(at)
            self.endInsertRows()
            yield from self._rechecking({at + position: row for position, row in enumerate(some)})
            at += len(some)
        if rows:
            self.changed.emit()

    def _removing(self, positions: Iterable[int]) -> Work:
        """Removes rows in contiguous ranges, from the end."""
        left = sorted(set(positions))
        for run in itertools.count(1):
            if not left:
                break
            last = first = left.pop()
            while left and left[-1] == first - 1 and last - first < PORTION - 1:
                first = left.pop()
            self.beginRemoveRows(QModelIndex(), first, last)
            for row in self.rows[first : last + 1]:
                self._to_check.pop(row.number, None)
                self._positions.pop(row.number, None)
                self._tally.take(row.number)
            del self.rows[first : last + 1]
            self.endRemoveRows()
            if run % RUNS == 0 or not left:
                # Recomputes positions of following rows, not after each of thousands of ranges.
                self._renumber(first)
                yield
        self._has_counted = True
        self.changed.emit()

    def _forgetting(self, rows: Sequence[SheetRow]) -> Work:
        """Invalidates the rows' validation."""
        for row in rows:
            if row.number in self._positions:
                row.check = None
                self._count_unchecked(row)
                yield

    def _rechecking(self, touched: Mapping[int, SheetRow]) -> Work:
        if not touched:
            return
        for row in touched.values():
            row.text = ""
        if len(touched) > AT_ONCE:
            yield from self._forgetting(list(touched.values()))
            self._arrange(self._wanted_of(touched.values()))
            self._tell(min(touched), max(touched))
            return
        for position, row in touched.items():
            self._to_check.pop(row.number, None)
            self._check(row)
            self._tell(position, position)
        self._has_counted = True
        self._arrange(self._wanted_of(touched.values()))

    def _check(self, row: SheetRow) -> None:
        if row.sent:
            return
        row.check = self.checker.check(row)
        for address in row.check.unseen:
            self._waiting.setdefault(address, set()).add(row.number)
        if self._tally.put(row, row.check):
            # Duplicates show the row number of the first one.
            self._note_untold(0, len(self.rows) - 1)

    def _count_unchecked(self, row: SheetRow) -> None:
        if row.sent or not row.cells:
            row.check = row.check if row.sent else BLANK
            self._has_counted = True
            self._to_check.pop(row.number, None)
            self._tally.put(row, row.check)
            return
        self._to_check[row.number] = None
        self._has_counted = True
        self._tally.put(row, None)

    def _renumber(self, at: int = 0) -> None:
        if at == 0:
            self._positions.clear()
        for position in range(at, len(self.rows)):
            self._positions[self.rows[position].number] = position

    # Columns.

    def _wanted(self) -> set[str]:
        return self._wanted_of(self.rows) | self.shown | {axis.key for axis in self.axes}

    def _wanted_of(self, rows: Iterable[SheetRow]) -> set[str]:
        return columns_needed(rows, self.all_columns)

    def _arrange(self, wanted: set[str]) -> None:
        """Adds missing columns; none is ever removed while the sheet is open."""
        here = {column.key for column in self.columns}
        if wanted <= here:
            return
        for position, column in enumerate(self.all_columns.ordered(here | wanted)):
            if column.key in here:
                continue
            self.beginInsertColumns(QModelIndex(), position, position)
            self.columns = (*self.columns[:position], column, *self.columns[position:])
            self.endInsertColumns()

    def _tell(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))
