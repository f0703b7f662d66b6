"""The task list as an item model: an ordered list of ids that the store sorted, filtered and searched, with rows
fetched by page.

Rows update in place: a change of one task is one `dataChanged`; a change of order is the fewest inserts and
removals; the model is never reset to refresh. It owns no rule and writes nothing. GUI thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

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

from runway_desktop.domain.library import Entries, Filter, GroupBy, GroupSummary, Listing, Row, SortKey
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.engine import Engine

from . import wording
from .bridge import Bridge, Touch
from .line_diff import Insertion, Rearrangement, Removal, steps
from .runner import Runner
from .state_words import Around, StateWords, badge, describe
from .task_cells import SORTS, TITLES, Cells, Column, Roles, group_words
from .task_changes import counts, merged, moves
from .task_lines import GroupLine, Line, lines_of

PAGE = 120
"""Rows fetched at once; a little more than a tall window shows."""
MOST_ROWS = 4000
"""Rows kept in memory before those far from what was looked at last are let go."""
FIRST = 200
"""Tasks of the first answer to a new question; the rest follows when they are on the screen."""
SIGHT = 30
"""Tasks that a window shows at once, or nearly."""
PAUSE = 0.25
"""Seconds that a new question rests before everything that answers it is asked for."""
MANY = 5000
"""Of a new question with more lines than this, the list begins anew instead of telling each line's way."""

_WITH_HINT = "QList<QPersistentModelIndex>,QAbstractItemModel::LayoutChangeHint"
"""Which form of Qt's layout signals; by default Python gets the one without."""

AnyIndex = QModelIndex | QPersistentModelIndex


class TaskListModel(QAbstractTableModel):
    loaded = Signal()
    """The list answers the present question; empty texts may be chosen now."""
    answered = Signal()
    """The beginning of the answer to a new question stands; the rest may follow."""
    groups_changed = Signal()
    rows_fetched = Signal(object)
    """Rows that came from the store, for whoever looks after their posters."""
    lines_moving = Signal()
    """Lines are about to come, go or change places by themselves: a view notes where it stands."""
    lines_moved = Signal()

    def __init__(self, engine: Engine, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._cells = Cells(engine.catalog, engine.clock)
        self._listing = Listing()
        self._entries = Entries()
        self._lines: list[Line] = []
        self._places: dict[Line, int] | None = None
        """Positions by line; made anew when first asked for after the lines changed."""
        self._grouping = GroupBy.NONE
        """Of the lines that stand; the listing's may be another until its answer comes."""
        self._groups_of: dict[TaskId, str] | None = None
        """Groups by task; made when first asked for after the lines changed."""
        self._rows: dict[TaskId, Row] = {}
        self._groups: dict[str, GroupSummary] = {}
        self._collapsed: set[str] = set()
        self._received: dict[TaskId, dict[int, tuple[int, int | None]]] = {}
        self._uploaded: dict[TaskId, float] = {}
        self._remaining: dict[TaskId, tuple[float, float]] = {}
        self._wanted: set[TaskId] = set()
        self._coming: set[TaskId] = set()
        self._asked_for = range(0)
        """Positions around the last one that was wanted, which are wanted with it in this turn of the loop."""
        self._looked_at = 0
        self._most = 0
        """How many tasks there were in the longest answer: in a large library sums take longer than a person waits."""
        self._asked = 0
        self._answered = 0
        self._loaded: Listing | None = None
        self._shown: Listing | None = None
        """The question whose answer, or its beginning, the lines are."""
        self._sweep = asyncio.Lock()
        self._fetch_timer = QTimer(self, singleShot=True, interval=0)
        self._fetch_timer.timeout.connect(self._fetch_wanted)
        self._refresh_timer = QTimer(self, singleShot=True, interval=200)
        self._refresh_timer.timeout.connect(self.refresh)
        self._groups_timer = QTimer(self, singleShot=True, interval=400)
        self._groups_timer.timeout.connect(self._refresh_groups)
        bridge.tasks_added.connect(lambda _: self.refresh_soon())
        bridge.tasks_moved.connect(lambda _: self.refresh_soon())
        bridge.tasks_touched.connect(self._touched)
        bridge.lane_changed.connect(lambda _: self._repaint_states({State.HELD, State.THROTTLED}))
        bridge.organization_changed.connect(lambda _: self._repaint_states({State.THROTTLED}))

    @property
    def listing(self) -> Listing:
        return self._listing

    @property
    def is_loaded(self) -> bool:
        return self._loaded is self._listing

    @property
    def task_count(self) -> int:
        """Tasks that match, those in collapsed groups too."""
        return len(self._entries)

    def set_listing(self, listing: Listing) -> None:
        if listing != self._listing:
            self._listing = listing
            self.refresh()

    def set_filter(self, chosen: Filter) -> None:
        self.set_listing(replace(self._listing, filter=chosen))

    def refresh(self) -> None:
        """Asks the store again; what comes is merged into what stands."""
        self._asked += 1
        self._runner(self._reload(self._asked, self._listing), "list tasks")

    def refresh_soon(self) -> None:
        """Within a fifth of a second, however often it is asked for meanwhile."""
        if not self._refresh_timer.isActive():
            self._refresh_timer.start()

    def toggle_group(self, key: str) -> None:
        self._collapsed.symmetric_difference_update({key})
        self._merge(self._entries, self._grouping, self._shown)
        line = self._where.get(GroupLine(key))
        if line is not None:
            self.dataChanged.emit(self.index(line, 0), self.index(line, self.columnCount() - 1))

    def reveal(self, task_ids: Iterable[TaskId]) -> None:
        """Opens the collapsed groups that hide any of these."""
        if not self._collapsed:
            return
        for key in {self._group_of[task_id] for task_id in task_ids if task_id in self._group_of} & self._collapsed:
            self.toggle_group(key)

    def collapsed(self) -> frozenset[str]:
        return frozenset(self._collapsed)

    def task_id(self, row: int) -> TaskId | None:
        """None for a group's header and beyond the end."""
        if 0 <= row < len(self._lines):
            line = self._lines[row]
            return None if isinstance(line, GroupLine) else line
        return None

    def group_key(self, row: int) -> str | None:
        line = self._lines[row] if 0 <= row < len(self._lines) else None
        return line.key if isinstance(line, GroupLine) else None

    def group_rows(self, first: int = 0, last: int | None = None) -> list[int]:
        """Positions of the groups' headers among the rows first..last (inclusive)."""
        lines = self._lines[first : None if last is None else last + 1]
        return [first + place for place, line in enumerate(lines) if isinstance(line, GroupLine)]

    def with_rows(self, task_ids: Sequence[TaskId], then: Callable[[list[Row]], None]) -> None:
        """Hands over the rows of these tasks, at once if all are known here, else as soon as the store gave them."""
        known = [self._rows.get(task_id) for task_id in task_ids]
        if all(known):
            then([row for row in known if row is not None])
        else:
            self._runner(self._all_rows(list(task_ids)), "fetch chosen rows", done=then)

    def position(self, task_id: TaskId) -> int | None:
        return self._where.get(task_id)

    def row_of(self, task_id: TaskId) -> Row | None:
        """The row if it has been fetched."""
        return self._rows.get(task_id)

    def ids_in_group(self, key: str) -> list[TaskId]:
        found = next(((start, end) for of, start, end in self._entries.runs() if of == key), (0, 0))
        return list(self._entries.ids[slice(*found)])

    def words(self, task_id: TaskId) -> StateWords | None:
        row = self._rows.get(task_id)
        return describe(row, self._around(row)) if row is not None else None

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        column = Column(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[column]
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return TITLES[column] or "Poster"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = column in (Column.CREDITS, Column.SENT)
            return int(
                Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)
            )
        return None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        if self.group_key(index.row()) is not None:
            return Qt.ItemFlag.ItemIsEnabled
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsDragEnabled
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        column = Column(index.column())
        if isinstance(line, GroupLine):
            return self._group_data(line, column, role)
        if role == Roles.TASK_ID:
            return line
        row = self._rows.get(line)
        if row is None:
            self._want(index.row())
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return "Being fetched"
            return wording.ELLIPSIS if role == Qt.ItemDataRole.DisplayRole and column is Column.PROMPT else None
        return self._task_data(row, column, role)

    def _task_data(self, row: Row, column: Column, role: int) -> Any:
        cells, around = self._cells, self._around(row)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cells.text(row, column, around)
            case Qt.ItemDataRole.AccessibleTextRole:
                return cells.spoken(row, column, around)
            case Qt.ItemDataRole.ToolTipRole:
                return cells.tool_tip(row, column, around)
            case Qt.ItemDataRole.TextAlignmentRole:
                right = column in (Column.CREDITS, Column.SENT)
                return int(
                    Qt.AlignmentFlag.AlignVCenter
                    | (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)
                )
            case Roles.STATE:
                return row.task.state
            case Roles.SORT:
                return cells.sort_value(row, column, around)
            case Roles.ROW:
                return row
            case Roles.WORDS:
                return describe(row, around)
            case Roles.SETTINGS:
                return cells.settings_words(row)
            case Roles.BADGE:
                return badge(row)
            case Roles.POSTER:
                return next((output.poster for output in row.outputs if output.poster), "") or row.first_input_path
            case _:
                return None

    def title_words(self, row: Row) -> str:
        """What stands for a task where there is room for a line."""
        return self._cells.title_words(row)

    def group_title(self, summary: GroupSummary) -> str:
        return self._cells.group_title(summary, self._grouping)

    def _group_data(self, line: GroupLine, column: Column, role: int) -> Any:
        summary = self._groups.get(line.key) or GroupSummary(key=line.key, title="", total=0)
        match role:
            case Roles.GROUP:
                return summary
            case Roles.COLLAPSED:
                return line.key in self._collapsed
            case Roles.GROUP_LEFT:
                return self._group_left(line.key)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._group_spoken(summary)
            case Qt.ItemDataRole.DisplayRole if column is Column.PROMPT:
                return self._group_spoken(summary)
            case _:
                return None

    def _group_spoken(self, summary: GroupSummary) -> str:
        folded = "collapsed" if summary.key in self._collapsed else "expanded"
        return f"{self.group_title(summary)}, {group_words(summary)}, {folded}"

    def _group_left(self, key: str) -> tuple[float, float] | None:
        """Seconds until the last running member is done, as a range; None while nobody knows."""
        if not self._remaining:
            return None
        ranges = [found for task_id, found in self._remaining.items() if self._group_of.get(task_id) == key]
        return (max(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else None

    def _around(self, row: Row) -> Around:
        task = row.task
        if task.state is State.THROTTLED:
            slots = self._engine.lane.slots(task.request.model)
            return Around(slots_used=slots.in_use, slots=slots.limit)
        if task.state is State.HELD:
            price = self._engine.pricing.price(task.request)
            return Around(
                lane_reason=self._engine.lane.reason_for(task.id),
                uploaded=self._uploaded.get(task.id),
                price=price.credits if price is not None else None,
            )
        received = self._received.get(task.id, {})
        expected = [total for _, total in received.values()]
        known = [total for total in expected if total is not None]
        return Around(
            remaining=self._remaining.get(task.id),
            received=sum(done for done, _ in received.values()),
            expected=sum(known) if known and len(known) == len(expected) else None,
            uploaded=self._uploaded.get(task.id),
        )

    async def _reload(self, asked: int, listing: Listing) -> None:
        """An answer counts while its question is still the present one and no later answer came before it; a list that
        is asked for again all the time would else never be shown."""
        entries: Entries | None = None
        if listing is not self._loaded:
            entries = await self._engine.library.list(listing, FIRST)
            if self._is_stale(asked, listing):
                return
            # They come with their words, so that nothing is shown twice.
            await self._fetch([task_id for task_id in entries.ids[:SIGHT] if task_id not in self._rows])
            if self._is_stale(asked, listing):
                return
            if not entries.is_whole or self._most > MANY:
                self._merge(entries, listing.group, listing)
                self.answered.emit()
            if not entries.is_whole:
                entries = None
                if self._loaded is not None:
                    # Whoever goes on typing is not held up by what the next key makes void.
                    await asyncio.sleep(PAUSE)
        # One at a time goes through everything: of those that wait, all but the latest are out of date by then.
        async with self._sweep:
            if self._is_stale(asked, listing):
                return
            if entries is None:
                entries = await self._engine.library.list(listing)
                if self._is_stale(asked, listing):
                    return
            # The sums come first: a header never shows a bare key until they are there.
            sums = await self._engine.library.groups(listing) if listing.group is not GroupBy.NONE else ()
        if self._is_stale(asked, listing):
            return
        is_new = listing is not self._shown
        self._answered, self._loaded = asked, listing
        groups = {summary.key: summary for summary in sums}
        before, self._groups = self._groups, groups
        self._merge(entries, listing.group, listing)
        self._most = max(self._most, len(entries))
        if is_new:
            self.answered.emit()
        if groups != before:
            self._groups_moved(before)
        self.loaded.emit()

    def _is_stale(self, asked: int, listing: Listing) -> bool:
        return listing is not self._listing or asked < self._answered

    def _refresh_groups(self) -> None:
        if self.is_loaded and self._listing.group is not GroupBy.NONE:
            self._runner(self._reload_groups(self._listing), "group sums")

    async def _reload_groups(self, listing: Listing) -> None:
        found = {summary.key: summary for summary in await self._engine.library.groups(listing)}
        if listing is not self._listing or found == self._groups:
            return
        before, self._groups = self._groups, found
        self._groups_moved(before)

    def _groups_moved(self, before: Mapping[str, GroupSummary]) -> None:
        """Tells of the headers that say something else than `before`: one task's end moves one of hundreds."""
        for position in self.group_rows():
            key = self.group_key(position)
            if key is not None and before.get(key) != self._groups.get(key):
                self.dataChanged.emit(self.index(position, 0), self.index(position, self.columnCount() - 1))
        self.groups_changed.emit()

    @property
    def _where(self) -> dict[Line, int]:
        if self._places is None:
            self._places = {line: position for position, line in enumerate(self._lines)}
        return self._places

    @property
    def _group_of(self) -> dict[TaskId, str]:
        if self._groups_of is None:
            self._groups_of = {
                task_id: key for key, start, end in self._entries.runs() for task_id in self._entries.ids[start:end]
            }
        return self._groups_of

    def _merge(self, entries: Entries, grouping: GroupBy, listing: Listing | None) -> None:
        """Brings the lines to these entries. Of the same question as before: views keep their place."""
        live, self._shown = listing is self._shown, listing
        self._grouping = grouping
        self._entries, self._groups_of = entries, None
        new = lines_of(entries, self._collapsed)
        if not live and max(len(self._lines), len(new)) > MANY:
            self.beginResetModel()
            self._lines, self._places, self._asked_for = new, None, range(0)
            self.endResetModel()
            return
        way = steps(self._lines, new)
        if not way:
            return
        if live:
            self.lines_moving.emit()
        for step in way:
            match step:
                case Removal(first, last):
                    self.beginRemoveRows(QModelIndex(), first, last)
                    del self._lines[first : last + 1]
                    self._places, self._asked_for = None, range(0)
                    self.endRemoveRows()
                case Insertion(first, items):
                    self.beginInsertRows(QModelIndex(), first, first + len(items) - 1)
                    self._lines[first:first] = items
                    self._places, self._asked_for = None, range(0)
                    self.endInsertRows()
                case Rearrangement(items):
                    self._rearrange(list(items))
        self.lines_moved.emit()

    def _rearrange(self, new: list[Line]) -> None:
        # Only rows move: so a selection keeps one index for each row instead of one for each cell.
        rows_move = QAbstractItemModel.LayoutChangeHint.VerticalSortHint
        self.layoutAboutToBeChanged[_WITH_HINT].emit([], rows_move)  # type: ignore[index]
        before = self.persistentIndexList()
        held = [self._lines[index.row()] for index in before]
        self._lines, self._places, self._asked_for = new, None, range(0)
        after = [self.index(self._where[line], index.column()) for line, index in zip(held, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged[_WITH_HINT].emit([], rows_move)  # type: ignore[index]

    def _want(self, position: int) -> None:
        self._looked_at = position
        if position in self._asked_for:
            return
        first = max(0, position - PAGE // 4)
        self._asked_for = range(max(first, position - PAGE // 8), min(first + PAGE, position + PAGE // 2))
        for line in self._lines[first : first + PAGE]:
            if not isinstance(line, GroupLine) and line not in self._rows and line not in self._coming:
                self._wanted.add(line)
        if self._wanted and not self._fetch_timer.isActive():
            self._fetch_timer.start()

    def _fetch_wanted(self) -> None:
        self._asked_for = range(0)
        wanted, self._wanted = list(self._wanted), set()
        if wanted:
            self._coming.update(wanted)
            self._runner(self._fetch(wanted), "fetch rows")

    async def _fetch(self, wanted: Sequence[TaskId], *, again: bool = False) -> None:
        """`again` puts what comes in place of what is known."""
        if not wanted:
            return
        try:
            rows = await self._engine.library.rows(wanted)
        finally:
            self._coming.difference_update(wanted)
        for row in rows:
            if again or row.task.id not in self._rows:
                self._rows[row.task.id] = row
        self._let_go()
        found = [row.task.id for row in rows]
        self._changed(found)
        self.rows_fetched.emit(rows)
        await self._forecast(found)

    async def _all_rows(self, task_ids: list[TaskId]) -> list[Row]:
        missing = [task_id for task_id in task_ids if task_id not in self._rows]
        fetched = {row.task.id: row for row in await self._engine.library.rows(missing)}
        found = (self._rows.get(task_id) or fetched.get(task_id) for task_id in task_ids)
        return [row for row in found if row is not None]

    def _let_go(self) -> None:
        """Keeps memory bounded: rows far from where somebody looked last are fetched again when they are wanted."""
        if len(self._rows) <= MOST_ROWS:
            return
        near = range(self._looked_at - MOST_ROWS // 4, self._looked_at + MOST_ROWS // 4)
        self._rows = {key: row for key, row in self._rows.items() if self._where.get(key, -1) in near}
        for memory in (self._received, self._uploaded, self._remaining):
            for task_id in [task_id for task_id in memory if task_id not in self._rows]:
                del memory[task_id]

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        regroup = reorder = False
        shown: list[TaskId] = []
        edited: list[TaskId] = []
        for task_id, touch in touches.items():
            reorder = reorder or moves(touch, self._listing)
            regroup = regroup or counts(touch)
            row = self._rows.get(task_id)
            if row is None:
                continue
            self._rows[task_id] = Row(
                task=touch.task or row.task,
                outputs=merged(row.outputs, touch.outputs),
                first_input_path=row.first_input_path,
            )
            if touch.received:
                self._received.setdefault(task_id, {}).update(touch.received)
            if (
                touch.outputs
                and self._rows[task_id].outputs
                and all(output.saved_at for output in self._rows[task_id].outputs)
            ):
                self._received.pop(task_id, None)
            if touch.uploaded is not None:
                self._uploaded[task_id] = touch.uploaded
            if not self._rows[task_id].task.state.is_local or self._rows[task_id].task.hold_reason:
                self._uploaded.pop(task_id, None)
            if touch.task is not None and touch.task.request != row.task.request:
                edited.append(task_id)
            shown.append(task_id)
        self._changed(shown)
        running = [task_id for task_id in shown if self._rows[task_id].task.state is State.RUNNING]
        if running or any(task_id in self._remaining for task_id in shown):
            self._runner(self._forecast(shown), "time left")
        if edited:
            self._runner(self._fetch(edited, again=True), "fetch edited rows")
        if reorder:
            self.refresh_soon()
        if (regroup or reorder) and not self._groups_timer.isActive():
            self._groups_timer.start()

    async def _forecast(self, task_ids: Sequence[TaskId]) -> None:
        moved: list[TaskId] = []
        for task_id in task_ids:
            row = self._rows.get(task_id)
            if row is None or row.task.state is not State.RUNNING:
                self._remaining.pop(task_id, None)
                continue
            found = await self._engine.forecasts.remaining(row.task)
            left = (found.low, found.high) if found is not None else None
            if left != self._remaining.get(task_id):
                moved.append(task_id)
            if left is not None:
                self._remaining[task_id] = left
            else:
                self._remaining.pop(task_id, None)
        self._changed(moved)

    def _changed(self, task_ids: Iterable[TaskId]) -> None:
        """One signal a row, or one range when most of a longer stretch changed."""
        positions = sorted(place for task_id in task_ids if (place := self._where.get(task_id)) is not None)
        if not positions:
            return
        last_column = self.columnCount() - 1
        if len(positions) > 8 and positions[-1] - positions[0] < 2 * len(positions):
            self.dataChanged.emit(self.index(positions[0], 0), self.index(positions[-1], last_column))
            return
        for position in positions:
            self.dataChanged.emit(self.index(position, 0), self.index(position, last_column))

    def _repaint_states(self, states: set[State]) -> None:
        self._changed([task_id for task_id, row in self._rows.items() if row.task.state in states])

    @staticmethod
    def sort_key(column: int) -> SortKey | None:
        return SORTS.get(Column(column))

    @staticmethod
    def column_of(key: SortKey) -> Column | None:
        return next((column for column, sort in SORTS.items() if sort is key), None)
