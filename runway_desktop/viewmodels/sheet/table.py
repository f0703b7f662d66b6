"""The table of a sheet: rows, the columns that they need, their checks, and what each cell says.

Checks of many rows are done in slices of a few milliseconds, so that thousands of rows open at once and the window
never stands still; a keystroke checks its own row at once. What the person does to it is in `model`. Rows that were
sent stay and are not written any more. GUI thread only; never raises for what was typed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from runway_desktop.catalog import Catalog, is_left_out
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.intake import FoundInput
from runway_desktop.services.library.expansion import Axis
from runway_desktop.services.library.sheets import SentTask, write_row
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.usecases.sheets import cells as cell
from runway_desktop.usecases.sheets.cell_texts import Line, Saying, posters_of
from runway_desktop.usecases.sheets.cell_values import CellValues
from runway_desktop.usecases.sheets.columns import Column, Columns, Kind
from runway_desktop.usecases.sheets.edits import Place
from runway_desktop.usecases.sheets.rows import BLANK, RowChecker, SheetRow, columns_needed
from runway_desktop.usecases.sheets.tally import Tally, Totals

SLICE_SECONDS = 0.006
"""Of checking in one turn of the loop."""
TELL_SECONDS = 0.1
"""Between two words about totals while many rows are being checked."""
AT_ONCE = 12
"""Rows of one change that are checked before it returns."""

TONE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""A `Tone` for the cell."""
WRONG_ROLE = TONE_ROLE + 1
"""Whether something is wrong with this cell."""
FAINT_ROLE = TONE_ROLE + 2
"""Whether what stands there is a default."""
PICTURES_ROLE = TONE_ROLE + 3
"""Paths of pictures to show in the cell."""
KIND_ROLE = TONE_ROLE + 4

Index = QModelIndex | QPersistentModelIndex


class SheetTable(QAbstractTableModel):
    changed = Signal()
    """Something that is kept has changed."""
    counted = Signal()
    """Totals or findings moved."""
    looks_wanted = Signal()
    """`unseen` has files to look at."""
    axes_changed = Signal()

    def __init__(self, catalog: Catalog, pricing: Pricing, composed: Request, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all_columns = Columns(catalog)
        self.checker = RowChecker(catalog, self.all_columns, pricing, composed)
        self.saying = Saying(catalog, self.checker)
        self.values = CellValues(catalog, self.checker)
        self._rows: list[SheetRow] = []
        self._places: dict[int, int] = {}
        self._tally = Tally()
        self._to_check: dict[int, None] = {}
        self._tasks: dict[TaskId, Row] = {}
        self.beside = ""
        self.is_locked = False
        """While its rows are being stored."""
        self._moved: dict[str, str] = {}
        """Files that were moved while it is open: their URIs, old to new."""
        self._counted_at = 0.0
        self._asked_for: frozenset[str] = frozenset()
        self._columns = self.all_columns.ordered(self.all_columns.usual(self.checker.pair))
        self._checking = QTimer(self, interval=0)
        self._checking.timeout.connect(self.check_more)

    # What stands in it.

    @property
    def rows(self) -> Sequence[SheetRow]:
        return self._rows

    @property
    def columns(self) -> Sequence[Column]:
        return self._columns

    @property
    def totals(self) -> Totals:
        return self._tally.totals

    @property
    def ready_models(self) -> list[tuple[Request, int]]:
        """A sample request of each endpoint and model that is ready, and how many tasks of it."""
        return self._tally.models

    @property
    def axes(self) -> tuple[Axis, ...]:
        return self.checker.axes

    @property
    def shown(self) -> frozenset[str]:
        """Columns that the person asked for beyond the usual ones."""
        return self._asked_for

    @property
    def is_checked(self) -> bool:
        return not self._to_check

    def place_of(self, number: int) -> int | None:
        return self._places.get(number)

    def column_place(self, key: str) -> int | None:
        return next((place for place, column in enumerate(self._columns) if column.key == key), None)

    def line(self, place: int) -> Line:
        row = self._rows[place]
        like = self._places.get(self._tally.first_alike(row.number) or 0)
        tasks = [found for sent in row.sent if (found := self._tasks.get(sent.task_id)) is not None]
        return Line(row, place + 1, 0 if like is None else like + 1, tasks)

    # What happens to it otherwise. No steps.

    def fill(self, rows: Sequence[SheetRow]) -> None:
        """Other rows in place of all that are here."""
        self.beginResetModel()
        self._rows = list(rows)
        self._tally, self._to_check = Tally(), {}
        self._renumber()
        for row in self._rows:
            self._count_unchecked(row)
        self.endResetModel()
        self.check_more()

    def show_columns(self, keys: Iterable[str]) -> None:
        """Columns that the person wants beyond the usual ones, and those that already have something in them."""
        self._asked_for = frozenset(keys)
        self._arrange(self._wanted())
        self.changed.emit()

    def choose_default(self, composed: Request) -> None:
        """What blank cells stand for from now on."""
        self.checker.choose(composed)
        self.check_all()
        self.changed.emit()

    def check_all(self) -> None:
        for row in self._rows:
            if not row.sent:
                row.check = None
                self._count_unchecked(row)
        self.check_more()

    def know_refused(self, prompts: frozenset[str]) -> None:
        if prompts != self.checker.refused:
            self.checker.refused = prompts
            self.check_all()

    def take_looks(self, looks: Mapping[str, FoundInput]) -> None:
        """What files turned out to be: the rows that name them are checked again."""
        self.checker.looks.update(looks)
        self.checker.unseen -= looks.keys()
        for row in self._rows:
            if row.check is not None and row.check.waits:
                row.check = None
                self._count_unchecked(row)
        self.check_more()

    def mark_sent(self, sent: Mapping[int, Sequence[SentTask]]) -> None:
        """These rows became tasks."""
        for number, tasks in sent.items():
            place = self.place_of(number)
            if place is None:
                continue
            row = self._rows[place]
            row.sent, row.text = tuple(tasks), ""
            self._to_check.pop(number, None)
            self._tally.take(number)
            self._tell(place, place)
        self._arrange(self._wanted())
        self.changed.emit()
        self.counted.emit()

    def mark_unsent(self, numbers: Iterable[int]) -> None:
        """These rows did not become tasks after all."""
        for number in numbers:
            place = self.place_of(number)
            if place is not None:
                row = self._rows[place]
                row.sent, row.text, row.check = (), "", None
                self._count_unchecked(row)
                self._tell(place, place)
        self.check_more()
        self.changed.emit()

    def show_tasks(self, tasks: Mapping[TaskId, Row], places: Iterable[int] = ()) -> None:
        """What became of tasks, to stand beside the rows that they were made of."""
        self._tasks.update(tasks)
        for place in places:
            self._tell(place, place)

    def task(self, task_id: TaskId) -> Row | None:
        return self._tasks.get(task_id)

    def check_more(self) -> None:
        """Checks the next slice of rows. Goes on by itself until all are checked."""
        until = time.perf_counter() + SLICE_SECONDS
        first, last = len(self._rows), -1
        while self._to_check:
            number = next(iter(self._to_check))
            place = self._places.get(number)
            del self._to_check[number]
            if place is not None:
                self._check(self._rows[place])
                first, last = min(first, place), max(last, place)
            if time.perf_counter() >= until:
                break
        if self._to_check:
            if not self._checking.isActive():
                self._checking.start()
        else:
            self._checking.stop()
        if last >= 0:
            self._tell(first, last)
        self._arrange(self._wanted_of(self._rows[first : last + 1]))
        # Whoever shows the totals looks at all rows: not for each slice.
        if not self._to_check or until - self._counted_at > TELL_SECONDS:
            self._counted_at = until
            self.counted.emit()
        if self.checker.unseen:
            self.looks_wanted.emit()

    # The table.

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.ToolTipRole:
                return column.help or None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        found = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        row, column = self._rows[index.row()], self._columns[index.column()]
        if column.is_cell and not row.sent and not self.is_locked:
            found |= Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDropEnabled
        return found

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._rows) or index.column() >= len(self._columns):
            return None
        column = self._columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.saying.text(self.line(index.row()), column)
            case Qt.ItemDataRole.EditRole:
                return self.saying.edited(self.line(index.row()), column)
            case Qt.ItemDataRole.ToolTipRole:
                return self.saying.tip(self.line(index.row()), column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.saying.spoken(self.line(index.row()), column)
            case _ if role == TONE_ROLE:
                return self.saying.tone(self.line(index.row()), column)
            case _ if role == WRONG_ROLE:
                return bool(self.saying.problem(self.line(index.row()), column))
            case _ if role == FAINT_ROLE:
                return self.saying.faint(self.line(index.row()), column)
            case _ if role == PICTURES_ROLE:
                return self._pictures(index.row(), column)
            case _ if role == KIND_ROLE:
                return column.kind
        return None

    # Below.

    def _pictures(self, place: int, column: Column) -> list[str]:
        if column.kind is Kind.RESULT:
            return posters_of(self.line(place))
        value = self._rows[place].cells.get(column.key) if column.kind is Kind.ASSETS else None
        looks = self.checker.looks
        return [
            path
            for address in cell.addresses_in(value)
            if (path := cell.path_of(address)) and address in looks and not looks[address].problem
        ]

    def _put(self, values: Mapping[Place, Any]) -> None:
        touched: dict[int, SheetRow] = {}
        for (number, key), value in values.items():
            place = self.place_of(number)
            if place is None or self._rows[place].sent:
                continue
            row = self._rows[place]
            if is_left_out(value):
                row.cells.pop(key, None)
            else:
                row.cells[key] = value
            touched[place] = row
        self._recheck(touched)
        self.changed.emit()

    def _recheck(self, touched: Mapping[int, SheetRow]) -> None:
        if not touched:
            return
        at_once = len(touched) <= AT_ONCE
        for row in touched.values():
            row.text = ""
            if at_once:
                self._to_check.pop(row.number, None)
                self._check(row)
            else:
                row.check = None
                self._count_unchecked(row)
        if not at_once:
            self._tell(min(touched), max(touched))
            self.check_more()
            return
        for place in touched:
            self._tell(place, place)
        self._arrange(self._wanted_of(list(touched.values())))
        self.counted.emit()
        if self.checker.unseen:
            self.looks_wanted.emit()

    def _check(self, row: SheetRow) -> None:
        if row.sent:
            return
        row.check = self.checker.check(row)
        if not row.text and row.cells:
            row.text = write_row(row.kept())
        for number in self._tally.put(row.number, row.check):
            place = self._places.get(number)
            if place is not None:
                self._tell(place, place)

    def _count_unchecked(self, row: SheetRow) -> None:
        if row.sent:
            return
        if not row.cells:
            row.check = BLANK
            self._tally.put(row.number, BLANK)
            return
        self._to_check[row.number] = None
        self._tally.put(row.number, None)

    def _insert(self, at: int, rows: Sequence[SheetRow]) -> None:
        self.beginInsertRows(QModelIndex(), at, at + len(rows) - 1)
        self._rows[at:at] = rows
        self._renumber(at)
        self.endInsertRows()
        self._recheck({at + place: row for place, row in enumerate(rows)})
        self.changed.emit()

    def _remove(self, places: Iterable[int]) -> None:
        """Takes rows out in runs of neighbors, from the end on."""
        left = sorted(set(places))
        while left:
            last = first = left.pop()
            while left and left[-1] == first - 1:
                first = left.pop()
            self.beginRemoveRows(QModelIndex(), first, last)
            for row in self._rows[first : last + 1]:
                self._to_check.pop(row.number, None)
                self._places.pop(row.number, None)
                self._tally.take(row.number)
            del self._rows[first : last + 1]
            self._renumber(first)
            self.endRemoveRows()
        self.changed.emit()
        self.counted.emit()

    def _renumber(self, at: int = 0) -> None:
        if at == 0:
            self._places.clear()
        for place in range(at, len(self._rows)):
            self._places[self._rows[place].number] = place

    def _wanted(self) -> set[str]:
        return self._wanted_of(self._rows) | self._asked_for | {axis.key for axis in self.axes}

    def _wanted_of(self, rows: Sequence[SheetRow]) -> set[str]:
        return columns_needed(rows, self.all_columns)

    def _arrange(self, wanted: set[str]) -> None:
        """Adds columns; none is ever taken away under the person's hands."""
        here = {column.key for column in self._columns}
        if wanted <= here:
            return
        for place, column in enumerate(self.all_columns.ordered(here | wanted)):
            if column.key in here:
                continue
            self.beginInsertColumns(QModelIndex(), place, place)
            self._columns = (*self._columns[:place], column, *self._columns[place:])
            self.endInsertColumns()

    def _tell(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._columns) - 1))


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.kind is Kind.CREDITS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
