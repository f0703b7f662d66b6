"""The list view: a table with group headers across it, updated live without losing selection, focus or scroll position.

Keys follow the platform; their effects are signals. GUI thread only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from runway_desktop.domain.permissions import waits_for_approval
from runway_desktop.domain.task import State, TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import timer
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.usecases.commands.queued import HOLD, RELEASE
from runway_desktop.usecases.listing.columns import COLUMNS, Column
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

from .delegate import DIMMED, RowDelegate
from .headers import ColumnHeader
from .lane_drops import LaneDrops
from .posters import HoverScrub, PosterCache
from .task_items import AnyIndex, TaskItems

NARROW = 80 * GRID
LEAST_PROMPT = 20 * GRID
"""Width of the prompt below which other columns hide."""
_NARROW_WIDTHS = {column: width for column in Column if (width := COLUMNS[column].narrow_width) is not None}
LEAD = 6 * GRID
"""Width in pixels before the posters in the queue, for a drag handle and the position."""
_NOT_IN_LANE = (Column.SENT, Column.RATING)
_NEAR = 50
"""Rows after and before the selection that are candidates for the next selection."""
_TICK_MS = 90
_LOOK_MS = 1000


class TaskView(TaskItems, QTableView):
    selection_moved = Signal()
    row_button = Signal(str)
    """Id of a queued task whose hold or release button was pressed."""
    group_button = Signal(str, QPoint)
    """Key of a group whose button was pressed, and a global position below it."""

    def __init__(self, model: TaskListModel, theme: Theme, posters: PosterCache) -> None:
        super().__init__(showGrid=False, wordWrap=False)
        self.set_up(model, _("Tasks"))
        self._theme = theme
        self._delegate = RowDelegate(theme, posters, self)
        self.scrub = HoverScrub(theme, posters, self)
        self.scrub.moved_on.connect(self._repaint_hovered)
        self._lifted: frozenset[TaskId] = frozenset()
        self._usual_columns: dict[Column, bool] | None = None
        self._in_sight: list[tuple[TaskId, int]] = []
        self._chosen_before: tuple[list[TaskId], TaskId | None] = ([], None)
        self._headers_before: list[int] = []
        self._succession = NextSelection()
        self._wide_columns: dict[Column, int] = {}
        self._without_room: tuple[Column, ...] = ()
        """Columns that are hidden only because the view is narrow."""
        self.setItemDelegate(self._delegate)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._set_up_columns()
        self._look = timer(self, _LOOK_MS, self._look_around, repeats=True)
        self._look.start()
        self._tick = timer(self, _TICK_MS, self._advance, repeats=True)
        self._moving: set[int] = set()
        """Rows that were painted with a bar that moves."""
        posters.ready.connect(self._poster_came)
        # Methods, since Qt ends their connections with this view, which the model outlives.
        model.rowsInserted.connect(self._fit_inserted)
        model.layoutChanged.connect(self._fit_rows)
        model.modelAboutToBeReset.connect(self._note_selection)
        model.modelReset.connect(self._keep_selection)
        model.lines_moving.connect(self._note_scroll)
        model.lines_moving.connect(self._note_succession)
        model.lines_moved.connect(self._keep_scroll)
        model.lines_moved.connect(self._succeed)
        self.selectionModel().selectionChanged.connect(lambda *_: self.selection_moved.emit())
        FollowsTheme(theme, self, self._restyle)
        model.dataChanged.connect(self._wake_animation)

    def _set_up_columns(self) -> None:
        self.setHorizontalHeader(ColumnHeader(self._theme, self))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(6 * GRID)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.reset_columns()
        header.setSectionResizeMode(Column.PROMPT, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(Column.POSTER, QHeaderView.ResizeMode.Fixed)

    def reset_columns(self) -> None:
        """Resets order, widths and visibility to those of a new profile."""
        header = self.horizontalHeader()
        for column in Column:
            header.moveSection(header.visualIndex(column), column)
            if column is not Column.POSTER or not header.isVisible():
                header.resizeSection(column, max(self._theme.wide(COLUMNS[column].width), self._title_width(column)))
            self.setColumnHidden(column, not COLUMNS[column].is_usual or (self.is_lane and column in _NOT_IN_LANE))
        self._wide_columns, self._without_room = {}, ()
        self._restyle()
        if self.isVisible():
            self._fit_columns()

    def shows_column(self, column: Column) -> bool:
        """Whether the column is wanted, even if there is no space for it now."""
        return not self.isColumnHidden(column) or column in self._without_room

    def show_column(self, column: Column, on: bool) -> None:
        self._without_room = tuple(one for one in self._without_room if one is not column)
        self.setColumnHidden(column, not on)
        self._hide_for_prompt()

    def line_at(self, point: QPoint) -> int:
        return self.rowAt(point.y())

    def current_id(self) -> TaskId | None:
        return self.rows.task_id(self.currentIndex().row()) if self.currentIndex().isValid() else None

    def select(self, task_ids: Sequence[TaskId], *, scroll: bool = True) -> None:
        """Selects tasks; the first becomes current."""
        chosen = QItemSelection()
        first: QModelIndex | None = None
        for task_id in task_ids:
            row = self.rows.position(task_id)
            if row is not None:
                index = self.rows.index(row, Column.PROMPT)
                first = first or index
                chosen.select(self.rows.index(row, 0), self.rows.index(row, len(Column) - 1))
        if first is None:
            return
        self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if scroll:
            self.scrollTo(first)

    def leave(self, task_ids: Collection[TaskId]) -> None:
        """Call when the person removes tasks. If all selected tasks vanish, before or after this call, the next row is
        selected."""
        self._succession.leave(task_ids)
        self._succeed()

    def event(self, event: QEvent) -> bool:
        """On a group header, Space folds the group instead of running its shortcut."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Space
            and self.rows.group_key(self.currentIndex().row()) is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        """The current-row marker spans the row; Qt repaints only one cell."""
        super().currentChanged(current, previous)
        for index in (previous, current):
            if index.isValid():
                top, height = self.rowViewportPosition(index.row()), self.rowHeight(index.row())
                self.viewport().update(0, top, self.viewport().width(), height)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End go to the first and last row. On a group header only one cell is used."""
        ends = (QAbstractItemView.CursorAction.MoveHome, QAbstractItemView.CursorAction.MoveEnd)
        index = super().moveCursor(
            action, modifiers | Qt.KeyboardModifier.ControlModifier if action in ends else modifiers
        )
        is_header = index.isValid() and self.rows.group_key(index.row()) is not None
        return index.siblingAtColumn(Column.PROMPT) if is_header else index

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrows and hides other columns in a narrow view, and restores them later."""
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        self._widen_for_text()
        narrow = self.viewport().width() < self._theme.wide(NARROW)
        if narrow and not self._wide_columns:
            header = self.horizontalHeader()
            for column in self._without_room:
                # A hidden column has no size.
                self.setColumnHidden(column, False)
            shown = [column for column in _NARROW_WIDTHS if not self.isColumnHidden(column)]
            self._wide_columns = {column: header.sectionSize(column) for column in shown}
            for column in shown:
                wanted = max(self._theme.wide(_NARROW_WIDTHS[column]), self._title_width(column))
                self.setColumnWidth(column, min(wanted, header.sectionSize(column)))
        elif not narrow and self._wide_columns:
            for column, width in self._wide_columns.items():
                self.setColumnWidth(column, width)
            self._wide_columns = {}
        self._hide_for_prompt()

    def _widen_for_text(self) -> None:
        """Widens figures and dates for a text larger than that for which their widths were kept."""
        usual = 100
        for column in (Column.CREDITS, Column.SENT) if self._theme.wide(usual) > usual else ():
            least = self._theme.wide(COLUMNS[column].width)
            if column in self._wide_columns:
                self._wide_columns[column] = max(self._wide_columns[column], least)
            elif not self.isColumnHidden(column) and self.columnWidth(column) < least:
                self.setColumnWidth(column, least)

    def _title_width(self, column: Column) -> int:
        """Width that shows the column's title whole, beside the arrow of its order."""
        return self.horizontalHeader().sectionSizeHint(column) + 2 * GRID

    def _hide_for_prompt(self) -> None:
        """Hides extra columns, then the last ones, but never the status, until the prompt has its least width."""
        for column in self._without_room:
            self.setColumnHidden(column, False)
        if self._wide_columns:
            self.setColumnWidth(Column.STATUS, self._theme.wide(_NARROW_WIDTHS[Column.STATUS]))
        others = [one for one in Column if one is not Column.PROMPT and not self.isColumnHidden(one)]
        room = self.viewport().width() - self._theme.wide(LEAST_PROMPT) - sum(map(self.columnWidth, others))
        gone: list[Column] = []
        for column in sorted(reversed(others), key=lambda one: COLUMNS[one].is_usual):
            if room < 0 and column not in (Column.POSTER, Column.STATUS):
                gone.append(column)
                room += self.columnWidth(column)
        wide = self._wide_columns.get(Column.STATUS)
        if wide is not None:
            # What the prompt does not need: a status that is cut says little.
            self.setColumnWidth(Column.STATUS, min(wide, self.columnWidth(Column.STATUS) + max(0, room)))
        # Noted first: a hidden column emits that widths changed, which are stored unless the view is narrow.
        self._without_room = tuple(gone)
        for column in gone:
            self.setColumnHidden(column, True)

    @property
    def is_narrow(self) -> bool:
        """Whether columns are reduced or hidden, and so not the person's own."""
        return bool(self._wide_columns or self._without_room)

    def paintEvent(self, event: QPaintEvent) -> None:
        rows = self._rows_between(event.rect().top(), event.rect().bottom())
        if not rows:
            return
        cells = self._cells()
        left, width = min((at for _, at, _ in cells), default=0), self.horizontalHeader().length()
        cells = [cell for cell in cells if event.rect().intersects(QRect(cell[1], event.rect().top(), cell[2], 1))]
        # A bar that moves has its own cell painted alone, ten times a second.
        shows_more = [column for column, _, _ in cells] != [Column.STATUS]
        delegate, direction = self._delegate, self.layoutDirection()
        keyboard = self.currentIndex().row() if self.hasFocus() else -1
        painter = QPainter(self.viewport())
        try:
            delegate.begin(painter, self.font())
            for row in rows:
                top, height = self.rowViewportPosition(row), self.rowHeight(row)
                if self.rows.group_key(row) is not None:
                    across = QRect(0, top, self.viewport().width(), height)
                    painter.setOpacity(1)
                    header = self.rows.group_words(row)
                    delegate.header.paint(painter, across, header, direction, current=row == keyboard)
                    continue
                painter.setOpacity(DIMMED if self.rows.task_id(row) in self._lifted else 1)
                words = self.rows.row_words(row) if shows_more else self.rows.status_words(row)
                if words.status is not None and words.status.moving:
                    self._moving.add(row)
                else:
                    self._moving.discard(row)
                delegate.paint_row(
                    painter,
                    QRect(left, top, width, height),
                    cells,
                    words,
                    direction,
                    selected=self.selectionModel().isRowSelected(row, QModelIndex()),
                    hovered=row == delegate.hovered_row,
                    current=row == keyboard,
                    scrub=self.scrub if row == delegate.hovered_row else None,
                    button=self.button_words(row),
                )
            if self._moving:
                self._wake_animation()
            painter.setOpacity(1)
            if self._lifted and self.is_lane and self.lane.line is not None:
                delegate.drop_line(painter, self.lane.line, self.viewport().width(), self.lane.words, self.lane.pointer)
        finally:
            # An exception must not leave a painter open: Qt crashes.
            painter.end()

    @cached_property
    def lane(self) -> LaneDrops:
        """Drop target of the queue; created on first use."""
        return LaneDrops(self, self.rows)

    @property
    def is_lane(self) -> bool:
        """Whether the view shows the queue, which has its own set of columns."""
        return self._usual_columns is not None

    def show_lane(self, on: bool) -> None:
        """Adds the queue position, and hides columns that only ended tasks use."""
        if on is self.is_lane:
            return
        for column in self._without_room:
            self.setColumnHidden(column, False)
        self._without_room = ()
        if on:
            self._usual_columns = {column: self.isColumnHidden(column) for column in _NOT_IN_LANE}
        self._delegate.lead = LEAD if on else 0
        for column, hidden in (self._usual_columns or {}).items():
            self.setColumnHidden(column, on or hidden)
        if not on:
            self._usual_columns = None
        self.setAcceptDrops(on)
        self._restyle()
        if self.isVisible():
            self._hide_for_prompt()

    def lift(self, task_ids: Sequence[TaskId]) -> None:
        """Call at the start of a drag with its tasks, which may be dropped in the queue, and with none at its end."""
        self._lifted = frozenset(task_ids)
        if self.is_lane:
            self.lane.begin(task_ids)
        self.viewport().update()

    def say_position(self, words: str) -> None:
        """Sets the text next to the drop line."""
        self.lane.words = words
        self.viewport().update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.lane.hold_over(event)
        self.viewport().update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.lane.leave()
        self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:
        self.lane.drop(event)
        self.viewport().update()

    def button_words(self, row: int) -> str:
        """Text of a row's button; empty if it has none."""
        task_id = self.rows.task_id(row)
        found = self.rows.row_of(task_id) if self.is_lane and task_id is not None else None
        if found is None or found.task.state is not State.QUEUED or waits_for_approval(found.task):
            return ""
        # In a narrow list the prompt gets the space unless the row is hovered.
        is_hovered = row == self._delegate.hovered_row and not self._lifted
        if found.task.waits_for_person:
            return str(RELEASE.words) if is_hovered or not self.is_narrow else ""
        return str(HOLD.words) if is_hovered else ""

    def press_button(self, point: QPoint) -> bool:
        row, direction = self.line_at(point), self.layoutDirection()
        top, height = self.rowViewportPosition(row), self.rowHeight(row)
        key = self.rows.group_key(row)
        if key is not None:
            across = QRect(0, top, self.viewport().width(), height)
            box = self._delegate.header.button_box(across, self.rows.group_words(row), direction)
            if box is not None and box.contains(point):
                self.group_button.emit(key, self.viewport().mapToGlobal(box.bottomLeft()))
                return True
            return False
        task_id, words = self.rows.task_id(row), self.button_words(row)
        if task_id is None or not words:
            return False
        left, width = self.columnViewportPosition(Column.PROMPT), self.columnWidth(Column.PROMPT)
        if self._delegate.button_box(left, top, width, height, words, direction).contains(point):
            self.row_button.emit(task_id)
            return True
        return False

    def _cells(self) -> list[tuple[Column, int, int]]:
        """Visible columns with left edge and width."""
        header = self.horizontalHeader()
        return [
            (column, header.sectionViewportPosition(column), header.sectionSize(column))
            for column in Column
            if not header.isSectionHidden(column)
        ]

    def _poster_came(self, path: str) -> None:
        for row in self._visible_rows():
            if self.rows.poster(row) == path:
                self.viewport().update(self.visualRect(self.rows.index(row, Column.POSTER)))

    def hover(self, row: int) -> None:
        if row != self._delegate.hovered_row:
            self._delegate.hovered_row = row
            self.viewport().update()

    def poster_box(self, line: int) -> QRect:
        if self.isColumnHidden(Column.POSTER):
            return QRect()
        left, width = self.columnViewportPosition(Column.POSTER), self.columnWidth(Column.POSTER)
        top, height = self.rowViewportPosition(line), self.rowHeight(line)
        return self._delegate.poster_box(left, top, width, height, self.layoutDirection())

    def _repaint_hovered(self) -> None:
        if self._delegate.hovered_row >= 0:
            self.viewport().update(self.poster_box(self._delegate.hovered_row))

    def _restyle(self) -> None:
        small = self._theme.small_font()
        height = self._delegate.row_height(self.font(), small)
        self.verticalHeader().setDefaultSectionSize(height)
        for part in (self.horizontalHeader(), self.horizontalHeader().viewport()):
            # Qt does not hand the font on where style sheets are used.
            part.setFont(small)
        poster = round((height - GRID - 2) * 16 / 9) + 2 * GRID + GRID // 2
        self.setColumnWidth(Column.POSTER, poster + self._delegate.lead)
        self.setIconSize(QSize(16, 16))
        self._fit_rows()
        if self.isVisible():
            self._fit_columns()
        self.viewport().update()

    def _fit_rows(self) -> None:
        """Resets all rows to the default height, then fits the headers."""
        self.verticalHeader().setDefaultSectionSize(self.verticalHeader().defaultSectionSize())
        self._fit_headers(0, self.rows.rowCount() - 1)

    def _fit_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._fit_headers(first, last)

    def _fit_headers(self, first: int, last: int) -> None:
        """Sets the height of group headers in a range; new rows have the default height."""
        self._resize(self.rows.group_rows(first, last), self._delegate.header.height())

    def _resize(self, rows: Sequence[int], height: int) -> None:
        header = self.verticalHeader()
        # Without this, each call would lay out the whole header.
        header.setUpdatesEnabled(False)
        for row in rows:
            header.resizeSection(row, height)
        header.setUpdatesEnabled(True)

    def _note_succession(self) -> None:
        chosen = self.selected_ids()
        if chosen:
            last = self.rows.position(chosen[-1])
            first = self.rows.position(chosen[0])
            after = range((last or 0) + 1, self.rows.rowCount())
            before = range((first or 0) - 1, -1, -1)
            self._succession.note(chosen, (self.rows.task_id(row) for row in (*after[:_NEAR], *before[:_NEAR])))

    def _succeed(self) -> None:
        if not self.selectionModel().hasSelection():
            heir = self._succession.heir(lambda task_id: self.rows.position(task_id) is not None)
            if heir is not None:
                self.select([heir])

    def _note_selection(self) -> None:
        """Remembers the selection, to restore what remains after a reset."""
        self._chosen_before = (self.selected_ids(), self.current_id())
        self._headers_before = self.rows.group_rows()

    def _keep_selection(self) -> None:
        # Qt keeps heights by position, so a task at a former header's position would get its height. Positions beyond
        # the new row count are skipped: a search leaves few of thousands.
        there = bisect_left(self._headers_before, self.rows.rowCount())
        self._resize(self._headers_before[:there], self.verticalHeader().defaultSectionSize())
        self._headers_before = []
        self._fit_rows()
        chosen, current = self._chosen_before
        still = [task_id for task_id in chosen if self.rows.position(task_id) is not None]
        if still:
            self.select(still if current not in still else [current, *(one for one in still if one != current)])
        elif chosen:
            self.selection_moved.emit()

    def _note_scroll(self) -> None:
        """Remembers the visible tasks and their positions, except at the top, where new tasks should appear."""
        bar = self.verticalScrollBar()
        rows = self._visible_rows() if bar.value() > bar.minimum() else range(0)
        self._in_sight = [
            (task_id, self.rowViewportPosition(row)) for row in rows if (task_id := self.rows.task_id(row))
        ]

    def _keep_scroll(self) -> None:
        """Scrolls so that the first remembered task that still exists keeps its position."""
        for task_id, at in self._in_sight:
            row = self.rows.position(task_id)
            if row is not None:
                self.updateGeometries()
                bar = self.verticalScrollBar()
                bar.setValue(bar.value() + self.rowViewportPosition(row) - at)
                break
        self._in_sight = []

    def _advance(self) -> None:
        moving = self._moving.intersection(self._visible_rows())
        if not moving or not self.isVisible() or self._theme.is_calm:
            self._moving.clear()
            self._tick.stop()
            return
        self._delegate.phase = (self._delegate.phase + _TICK_MS / 1600) % 1.0
        for row in moving:
            self.viewport().update(self.visualRect(self.rows.index(row, Column.STATUS)))

    def _wake_animation(self) -> None:
        """Starts the animation timer, which stops itself if nothing visible moves."""
        if self.isVisible() and not self._tick.isActive() and not self._theme.is_calm:
            self._tick.start()

    def _look_around(self) -> None:
        """Emits the visible task ids; none while the window is hidden or inactive."""
        shown = self.isVisible() and self.window().isActiveWindow() and not self.window().isMinimized()
        self.tell_seen(self._visible_rows() if shown else ())

    def _visible_rows(self) -> range:
        return self._rows_between(0, self.viewport().height() - 1)

    def _rows_between(self, top: int, bottom: int) -> range:
        first, last = self.rowAt(top), self.rowAt(bottom)
        if first < 0:
            return range(0)
        return range(first, (self.rows.rowCount() - 1 if last < 0 else last) + 1)


class NextSelection:
    """Decides which row to select when all selected tasks were removed by the person. The model may remove its rows
    before or after that is known."""

    def __init__(self) -> None:
        self._chosen: frozenset[TaskId] = frozenset()
        """Selection when rows last began to change."""
        self._heirs: tuple[TaskId, ...] = ()
        self._leaving: frozenset[TaskId] = frozenset()

    def note(self, chosen: Iterable[TaskId], near: Iterable[TaskId | None]) -> None:
        """Sets the selection, and candidates to follow it, best first."""
        self._chosen = frozenset(chosen)
        self._heirs = tuple(task_id for task_id in near if task_id is not None)

    def leave(self, task_ids: Collection[TaskId]) -> None:
        """Sets the tasks removed by the person. Tasks that vanish otherwise have no successor."""
        self._leaving = frozenset(task_ids)

    def heir(self, is_there: Callable[[TaskId], bool]) -> TaskId | None:
        """Returns a successor once, when all selected tasks have gone: the first candidate that exists; else None."""
        if not self._chosen or not self._chosen <= self._leaving or any(map(is_there, self._chosen)):
            return None
        found = next((task_id for task_id in self._heirs if is_there(task_id)), None)
        self._chosen = self._leaving = frozenset()
        return found
