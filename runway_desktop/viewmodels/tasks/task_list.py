"""Item model of the task list: ids in an order that the store sorted, filtered and searched.

A change of a task is one `dataChanged`; a change of order is the fewest inserts and removals; refreshing never resets
the model. Entries come from `task_answers`, row contents from `task_pages`. Without business rules; read-only. GUI
thread only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from runway_desktop.domain.library import Entries, GroupBy, GroupSummary, Listing, Row
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.library.library import Ahead
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import Text, _
from runway_desktop.usecases.listing import lines
from runway_desktop.usecases.listing.columns import COLUMNS, Cell, Column, RowWords, poster_of, row_words
from runway_desktop.usecases.listing.line_diff import Insertion, LineRemoval, Rearrangement, steps
from runway_desktop.usecases.listing.lines import GroupLine, GroupWords, Line, group_words, lines_of
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.states import StateWords, describe
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Soon

from .row_cache import RowCache
from .task_answers import TaskAnswers

if TYPE_CHECKING:
    from runway_desktop.services.tasks.outlook import Outlook
    from runway_desktop.usecases.lane_lines import LaneLines

_WITH_HINT = "QList<QPersistentModelIndex>,QAbstractItemModel::LayoutChangeHint"
"""Signature of Qt's layout signals; by default, Python gets the one without a hint."""

_TIMES_MS = 2000
"""Interval of updating start times while the queue is shown."""
_SOON_MS = 100
"""Debounce after changes of tasks."""
_KEPT_MS = 50
"""How long a former listing is kept before it is freed."""
_LANE_TITLES = {Column.POSTER: Text("Order"), Column.STATUS: Text("Starts")}
_COMING = RowWords()
_ALIGNMENTS = tuple(
    int(Qt.AlignmentFlag.AlignVCenter | side)
    for side in (Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft for column in COLUMNS)
)
_FEW_HEADERS = 20
"""Up to this number, changed headers are signaled one by one; beyond it, as one range."""
_HEADER_FLAGS = Qt.ItemFlag.ItemIsEnabled
_TASK_FLAGS = (
    Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
)

AnyIndex = QModelIndex | QPersistentModelIndex


class TaskListModel(QAbstractTableModel):
    loaded = Signal()
    """The full answer to the current listing is shown; an empty state may be displayed now."""
    answered = Signal()
    """The first part of an answer is shown; the rest may follow."""
    rows_fetched = Signal(object)
    """Rows loaded from the store, for the poster maker."""
    lines_moving = Signal()
    """Rows are about to change within a listing: views should note their position."""
    lines_replaced = Signal()
    """Rows are about to be replaced by another listing."""
    times_moved = Signal()
    """Costs and times of the queue changed."""
    lines_moved = Signal()

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases = cases
        self._pages = RowCache(cases, runner, self.position, self)
        self._answers = TaskAnswers(cases, runner, self._pages.take, self)
        self._entries = Entries()
        self._given = Entries()
        """Entries from the store; for the queue, they are grouped here."""
        self._lines: list[Line] = []
        self._positions: dict[Line, int] | None = None
        """Positions by line; computed lazily after changes."""
        self._headers: list[int] | None = None
        """Positions of group headers; computed lazily after changes."""
        self._grouping = GroupBy.NONE
        """Grouping of the shown lines; the listing's may differ until its answer arrives."""
        self._groups_of: dict[TaskId, str] | None = None
        """Group key by task; computed lazily after changes."""
        self._groups: dict[str, GroupSummary] = {}
        self._collapsed: set[str] = set()
        self._shown: Listing | None = None
        self._pages.changed.connect(self._changed)
        self._pages.fetched.connect(self.rows_fetched)
        self._answers.begun.connect(self._begin)
        self._answers.came.connect(self._take_answer)
        self._answers.summed.connect(self._take_sums)
        bridge.tasks_added.connect(lambda _: self.refresh_soon())
        bridge.tasks_moved.connect(lambda _: self.refresh_soon())
        bridge.tasks_touched.connect(self._pages.touched)
        bridge.tasks_touched.connect(self._answers.touched)
        bridge.lane_changed.connect(lambda _: self._lane_changed())
        self._times = QTimer(self, interval=_TIMES_MS)
        self._times.timeout.connect(self._lane_changed)
        self._soon = Soon(self, _SOON_MS, self._lane_changed)
        bridge.tasks_touched.connect(lambda _: self._soon.start() if self.is_queue else None)
        bridge.organization_changed.connect(lambda _: self._repaint_states({State.THROTTLED}))
        bridge.connection_changed.connect(lambda _: self._changed(self._pages.connected()))

    @property
    def listing(self) -> Listing:
        return self._answers.listing

    @property
    def is_loaded(self) -> bool:
        return self._answers.is_whole

    @property
    def task_count(self) -> int:
        """Number of matching tasks, including collapsed groups."""
        return len(self._entries)

    def expect(self, ahead: Ahead) -> None:
        """Announces that the first part of a listing is already being loaded."""
        self._answers.expect(ahead)

    def set_listing(self, listing: Listing) -> None:
        self._answers.ask(listing)

    def refresh(self) -> None:
        """Queries the store again; the answer is merged."""
        self._answers.refresh()

    def refresh_soon(self) -> None:
        """Queries within 0.2 s; calls until then are merged."""
        self._answers.refresh_soon()

    def toggle_group(self, key: str) -> None:
        self._collapsed.symmetric_difference_update({key})
        self._merge(self._entries, self._grouping, self._shown)
        line = self._where.get(GroupLine(key))
        if line is not None:
            self.dataChanged.emit(self.index(line, 0), self.index(line, self.columnCount() - 1))

    def reveal(self, task_ids: Iterable[TaskId]) -> None:
        """Expands collapsed groups that contain any of these tasks."""
        if not self._collapsed:
            return
        for key in {self._group_of[task_id] for task_id in task_ids if task_id in self._group_of} & self._collapsed:
            self.toggle_group(key)

    @property
    def lane(self) -> LaneLines:
        """Queue data from the lane, for use while the queue is listed."""
        return self._cases.lane_lines

    def fold_all(self, on: bool) -> None:
        """Collapses or expands all groups."""
        for key, *_rest in self._entries.runs():
            if (key in self._collapsed) is not on:
                self.toggle_group(key)

    def group_ids(self, key: str) -> list[TaskId]:
        return [
            task_id
            for found, start, end in self._entries.runs()
            if found == key
            for task_id in self._entries.ids[start:end]
        ]

    @property
    def is_queue(self) -> bool:
        """Whether the list shows the queue in sending order."""
        return self._grouping is GroupBy.LANE

    def show_move(self, outlook: Outlook | None) -> None:
        """Shows the forecast of a drag in the queue; None ends that."""
        if outlook is not self._pages.shown_move:
            self._pages.shown_move = outlook
            self._repaint_states({State.QUEUED})

    def collapsed(self) -> frozenset[str]:
        return frozenset(self._collapsed)

    def task_id(self, row: int) -> TaskId | None:
        """Task id of a row; None for group headers and invalid rows."""
        if 0 <= row < len(self._lines):
            line = self._lines[row]
            return None if isinstance(line, GroupLine) else line
        return None

    def group_key(self, row: int) -> str | None:
        line = self._lines[row] if 0 <= row < len(self._lines) else None
        return line.key if isinstance(line, GroupLine) else None

    def group_row(self, key: str) -> int:
        """Row of a group's header; −1 if it is not listed."""
        return self._where.get(GroupLine(key), -1)

    def group_rows(self, first: int = 0, last: int | None = None) -> list[int]:
        """Rows of group headers from `first` to `last`, inclusive."""
        if self._headers is None:
            self._headers = [position for position, line in enumerate(self._lines) if type(line) is GroupLine]
        end = None if last is None else bisect_right(self._headers, last)
        return self._headers[bisect_left(self._headers, first) : end]

    def with_rows(self, task_ids: Sequence[TaskId], then: Callable[[list[Row]], None]) -> None:
        self._pages.with_rows(task_ids, then)

    def position(self, task_id: TaskId) -> int | None:
        return self._where.get(task_id)

    def holds(self, task_id: TaskId) -> bool:
        """Whether a task is listed, including collapsed groups."""
        return self.position(task_id) is not None or task_id in self._entries.ids

    def row_of(self, task_id: TaskId) -> Row | None:
        """The task's row if it is loaded."""
        return self._pages.get(task_id)

    def words(self, task_id: TaskId) -> StateWords | None:
        row = self._pages.get(task_id)
        return describe(row, self._pages.around(row)) if row is not None else None

    def row_words(self, position: int) -> RowWords:
        """Content of a task's row. If it is not loaded, requests it; `dataChanged` follows."""
        task_id = self._lines[position]
        row = None if isinstance(task_id, GroupLine) else self._pages.get(task_id)
        if row is None:
            self._pages.want(position, self._lines)
            return _COMING
        return row_words(self._cell(row))

    def status_words(self, position: int) -> RowWords:
        """The same where only the status is shown."""
        task_id = self.task_id(position)
        return RowWords(status=self.words(task_id)) if task_id is not None else _COMING

    def group_words(self, position: int) -> GroupWords:
        """Content of a group header."""
        return self._group_words(self.group_key(position) or "")

    def poster(self, position: int) -> str:
        """Path of a row's picture; empty if it has none or is not loaded."""
        task_id = self.task_id(position)
        row = self._pages.get(task_id) if task_id is not None else None
        return poster_of(row) if row is not None else ""

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole if self.is_queue and section in _LANE_TITLES:
                return _LANE_TITLES[Column(section)]
            case Qt.ItemDataRole.DisplayRole:
                return "" if section == Column.POSTER else COLUMNS[section].title
            case Qt.ItemDataRole.AccessibleTextRole:
                return COLUMNS[section].title
            case Qt.ItemDataRole.ToolTipRole:
                return tip(str(COLUMNS[section].title))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _ALIGNMENTS[section]
            case _:
                return None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return _TASK_FLAGS if self.group_key(index.row()) is None else _HEADER_FLAGS

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line, column = self._lines[index.row()], index.column()
        if isinstance(line, GroupLine):
            # Once per header: screen readers visit all cells.
            is_said = role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole)
            return (self._group_words(line.key).spoken if column == Column.PROMPT else "") if is_said else None
        row = self._pages.get(line)
        if row is None:
            self._pages.want(index.row(), self._lines)
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return _("Loading")
            return units.ELLIPSIS if role == Qt.ItemDataRole.DisplayRole and column == Column.PROMPT else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return COLUMNS[column].shown(self._cell(row))
            case Qt.ItemDataRole.AccessibleTextRole:
                return COLUMNS[column].spoken(self._cell(row))
            case Qt.ItemDataRole.AccessibleDescriptionRole if column == Column.PROMPT:
                # In the grid, a task is one item without a state column.
                return describe(row, self._pages.around(row)).spoken
            case Qt.ItemDataRole.ToolTipRole:
                tool_tip = COLUMNS[column].tool_tip
                return tip(tool_tip(self._cell(row))) or None if tool_tip is not None else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _ALIGNMENTS[column]
            case _:
                return None

    def _cell(self, row: Row) -> Cell:
        return Cell(row, self._pages.around(row), self._cases.catalog, self._cases.clock.now())

    def _group_words(self, key: str) -> GroupWords:
        if self.is_queue:
            return self.lane.group_words(key, self.group_ids(key), is_folded=key in self._collapsed)
        summary = self._groups.get(key) or GroupSummary(key=key, title="", total=0)
        return group_words(
            summary,
            self._grouping,
            self._cases.clock.now(),
            self._group_left(key),
            is_folded=key in self._collapsed,
        )

    def _group_left(self, key: str) -> tuple[float, float] | None:
        """Remaining seconds of a group as a range; None while unknown."""
        if not self._cases.is_made("lane"):
            return None
        outlook = self._cases.queue.outlook()
        left = outlook.left(task_id for task_id in outlook.ends if self._group_of.get(task_id) == key)
        return (left.low, left.high) if left is not None else None

    def _lane_changed(self) -> None:
        """Updates everything that depends on the queue or on time."""
        if self.is_queue:
            self._merge(self.lane.groups(self._given), self._grouping, self._shown)
            for row in self.group_rows():
                self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))
            self.times_moved.emit()
        self._repaint_states({State.QUEUED, State.THROTTLED})

    def _in_groups(self, entries: Entries, listing: Listing) -> Entries:
        self._given = entries
        self._pages.is_queue = listing.group is GroupBy.LANE
        if not self._pages.is_queue:
            self._times.stop()
            return entries
        self._times.start()
        return self.lane.groups(self._given)

    def _begin(self, entries: Entries, listing: Listing) -> None:
        self._merge(self._in_groups(entries, listing), listing.group, listing)
        self.answered.emit()

    def _take_answer(self, entries: Entries, listing: Listing, groups: dict[str, GroupSummary]) -> None:
        is_new = listing is not self._shown
        before, self._groups = self._groups, groups
        self._merge(self._in_groups(entries, listing), listing.group, listing)
        if is_new:
            self.answered.emit()
        if groups != before:
            self._groups_moved(before)
        self.loaded.emit()

    def _take_sums(self, groups: dict[str, GroupSummary]) -> None:
        before, self._groups = self._groups, groups
        self._groups_moved(before)

    def _groups_moved(self, before: Mapping[str, GroupSummary]) -> None:
        """Emits `dataChanged` for headers that changed: for few one by one, for many as one range."""
        moved = []
        for position in self.group_rows():
            key = self.group_key(position)
            if key is not None and before.get(key) != self._groups.get(key):
                moved.append(position)
        ranges = [(moved[0], moved[-1])] if len(moved) > _FEW_HEADERS else [(position, position) for position in moved]
        for first, last in ranges:
            self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))

    @property
    def _where(self) -> dict[Line, int]:
        if self._positions is None:
            self._positions = {line: position for position, line in enumerate(self._lines)}
        return self._positions

    @property
    def _group_of(self) -> dict[TaskId, str]:
        if self._groups_of is None:
            self._groups_of = {
                task_id: key for key, start, end in self._entries.runs() for task_id in self._entries.ids[start:end]
            }
        return self._groups_of

    def _merge(self, entries: Entries, grouping: GroupBy, listing: Listing | None) -> None:
        """Changes the lines to these entries. With the same listing as before, views keep their position."""
        live, self._shown = listing is self._shown, listing
        before = self._lines, self._entries, self._positions, self._groups_of
        self._grouping = grouping
        self._entries, self._groups_of = entries, None
        new = lines_of(entries, self._collapsed)
        if not live:
            self.lines_replaced.emit()
        if not live and max(len(self._lines), len(new)) > lines.MANY:
            self.beginResetModel()
            self._set_lines(new)
            self.endResetModel()
            # Freed later: deallocating hundreds of thousands of lines takes as long as a paint, which comes first.
            QTimer.singleShot(_KEPT_MS, lambda: before)
            return
        way = steps(self._lines, new)
        if not way:
            return
        if live:
            self.lines_moving.emit()
        for step in way:
            match step:
                case LineRemoval(first, last):
                    self.beginRemoveRows(QModelIndex(), first, last)
                    del self._lines[first : last + 1]
                    self._lines_changed()
                    self.endRemoveRows()
                case Insertion(first, items):
                    self.beginInsertRows(QModelIndex(), first, first + len(items) - 1)
                    self._lines[first:first] = items
                    self._lines_changed()
                    self.endInsertRows()
                case Rearrangement(items):
                    self._rearrange(list(items))
        self.lines_moved.emit()

    def _rearrange(self, new: list[Line]) -> None:
        # The hint says that only rows move, so a selection keeps one index per row rather than per cell.
        rows_move = QAbstractItemModel.LayoutChangeHint.VerticalSortHint
        self.layoutAboutToBeChanged[_WITH_HINT].emit([], rows_move)  # type: ignore[index]
        before = self.persistentIndexList()
        held = [self._lines[index.row()] for index in before]
        self._set_lines(new)
        after = [self.index(self._where[line], index.column()) for line, index in zip(held, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged[_WITH_HINT].emit([], rows_move)  # type: ignore[index]

    def _set_lines(self, new: list[Line]) -> None:
        self._lines = new
        self._lines_changed()

    def _lines_changed(self) -> None:
        self._positions = self._headers = None
        self._pages.lines_changed()

    def _changed(self, task_ids: Iterable[TaskId]) -> None:
        """One signal per row, or one range if most of it changed."""
        positions = sorted(index for task_id in task_ids if (index := self._where.get(task_id)) is not None)
        if not positions:
            return
        last_column = self.columnCount() - 1
        if len(positions) > 8 and positions[-1] - positions[0] < 2 * len(positions):
            self.dataChanged.emit(self.index(positions[0], 0), self.index(positions[-1], last_column))
            return
        for position in positions:
            self.dataChanged.emit(self.index(position, 0), self.index(position, last_column))

    def _repaint_states(self, states: set[State]) -> None:
        self._changed(self._pages.in_states(states))
