"""Grid view: the list's model and selection as posters of adjustable size.

`grid_layout` computes positions, so the cost depends on the visible cells, not on the number of tasks. Live changes
keep selection and scroll position. GUI thread only.
"""

from __future__ import annotations

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
    QAccessible,
    QAccessibleEvent,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle

from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import timer
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.usecases.listing.columns import Column
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

from .delegate import CellPainter
from .grid_layout import GridLayout
from .posters import HoverScrub, PosterCache
from .task_items import AnyIndex, TaskItems

SMALLEST, LARGEST, USUAL = 120, 420, 208
"""Poster widths in device-independent pixels."""
_GAP = GRID + GRID // 2
_LOOK_MS = 500
_STEP = 1.15
"""Factor of one zoom step."""
_NOTCH = 120
"""Mouse wheel step, in eighths of a degree."""

ScrollHint = QAbstractItemView.ScrollHint
_MOVES = QAbstractItemView.CursorAction


class GridView(TaskItems, QListView):
    """A QListView for screen readers, which then find named items; its layout is not used."""

    zoomed = Signal(int)
    """Poster width selected by wheel or key."""

    def __init__(
        self, model: TaskListModel, selection: QItemSelectionModel, theme: Theme, posters: PosterCache
    ) -> None:
        super().__init__()
        self._painter = CellPainter(theme, posters)
        self.scrub = HoverScrub(theme, posters, self)
        self.poster_width = USUAL
        self._layout: GridLayout | None = None
        self._hovered = -1
        self._anchor: tuple[TaskId, int] | None = None
        self.set_up(model, _("Tasks as a grid"))
        self.setProperty("kind", "grid")
        self.setModelColumn(Column.PROMPT)
        own = self.selectionModel()
        self.setSelectionModel(selection)
        own.deleteLater()
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        model.lines_moving.connect(self._note_scroll)
        model.lines_moved.connect(self._keep_scroll)
        for signal in (model.rowsInserted, model.rowsRemoved, model.layoutChanged, model.modelReset):
            signal.connect(self._lines_changed)
        posters.ready.connect(self._poster_came)
        self.scrub.moved_on.connect(lambda: self._repaint(self._hovered))
        self._look = timer(self, _LOOK_MS, lambda: self.tell_seen(self._visible_lines()), repeats=True)
        FollowsTheme(theme, self, self._restyle)

    def set_poster_width(self, width: int) -> None:
        """Sets the poster width; keeps the visible tasks in place."""
        width = max(SMALLEST, min(LARGEST, width))
        if width != self.poster_width:
            self._note_scroll(anyway=True)
            self.poster_width = width
            self._layout = None
            self.updateGeometries()
            self._keep_scroll()
            self.viewport().update()

    def zoom(self, steps: float, at: QPoint | None = None) -> None:
        """Zooms by steps, negative for smaller; 0 resets the size. The task at `at` (viewport coordinates), else the
        current one, keeps its position."""
        current = self.visualRect(self.currentIndex())
        seen = self.viewport().rect()
        held = at if at is not None else current.center() if current.intersects(seen) else seen.center()
        line = self.line_at(held) if at is not None or not current.intersects(seen) else self.currentIndex().row()
        before = self.visualRect(self.rows.index(line, Column.PROMPT)) if line >= 0 else QRect()
        self.set_poster_width(round(self.poster_width * _STEP**steps) if steps else USUAL)
        if not before.isEmpty():
            after = self.visualRect(self.rows.index(line, Column.PROMPT))
            share = (held.y() - before.top()) / before.height()
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + round(after.top() + share * after.height()) - held.y())
        self.zoomed.emit(self.poster_width)

    def viewportEvent(self, event: QEvent) -> bool:
        """No tool tips: they would cover the neighbors. The details pane shows the prompt."""
        return True if event.type() == QEvent.Type.ToolTip else super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                self.zoom(event.angleDelta().y() / _NOTCH, event.position().toPoint())
            event.accept()
        else:
            super().wheelEvent(event)

    def shutdown(self) -> None:
        self._look.stop()

    def visualRect(self, index: AnyIndex) -> QRect:
        if not index.isValid():
            return QRect()
        box = self._laid_out().box(index.row())
        rect = QRect(box.left, box.top - self.verticalOffset(), box.width, box.height)
        return QStyle.visualRect(self.layoutDirection(), self.viewport().rect(), rect)

    def indexAt(self, point: QPoint) -> QModelIndex:
        line = self.line_at(point)
        return self.rows.index(line, Column.PROMPT) if line >= 0 else QModelIndex()

    def scrollTo(
        self, index: AnyIndex, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        box, bar, height = self._laid_out().box(index.row()), self.verticalScrollBar(), self.viewport().height()
        if hint is ScrollHint.PositionAtCenter:
            bar.setValue(box.top + box.height // 2 - height // 2)
        elif box.top < bar.value():
            bar.setValue(box.top - _GAP)
        elif box.top + box.height > bar.value() + height:
            bar.setValue(box.top + box.height + _GAP - height)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: AnyIndex) -> bool:
        return index.column() != Column.PROMPT

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        lines = self.rows.rowCount()
        if not lines:
            return QModelIndex()
        layout, current = self._laid_out(), self.currentIndex()
        line = current.row() if current.isValid() else -1
        page = max(1, self.viewport().height() // (layout.cell_height + _GAP))
        ahead = -1 if self.isRightToLeft() else 1
        steps = {
            _MOVES.MovePrevious: (-1, 0),
            _MOVES.MoveNext: (1, 0),
            _MOVES.MoveLeft: (-ahead, 0),
            _MOVES.MoveRight: (ahead, 0),
            _MOVES.MoveUp: (0, -1),
            _MOVES.MoveDown: (0, 1),
            _MOVES.MovePageUp: (0, -page),
            _MOVES.MovePageDown: (0, page),
        }
        if line < 0 or action is _MOVES.MoveHome:
            line = 0
        elif action is _MOVES.MoveEnd:
            line = lines - 1
        else:
            line = layout.beside(line, *steps.get(action, (0, 0)))
        if layout.is_header(line):
            line = layout.beside(line, 1, 0)
        return self.rows.index(line, Column.PROMPT)

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        """Reports the current item to screen readers. QListView's own version asks its layout, which is not used."""
        QAbstractItemView.currentChanged(self, current, previous)
        if QAccessible.isActive() and current.isValid() and self.hasFocus():
            event = QAccessibleEvent(self, QAccessible.Event.Focus)
            event.setChild(current.row())
            QAccessible.updateAccessibility(event)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Selects the cell at a point, or the range between two cells: whole model rows, as in the list."""
        chosen = QItemSelection()
        if rect.topLeft() == rect.bottomRight():
            lines = [self.line_at(rect.topLeft())]
        else:
            ends = sorted((self.line_at(rect.topLeft()), self.line_at(rect.bottomRight())))
            lines = list(range(ends[0], ends[1] + 1)) if ends[0] >= 0 else self._lines_in(rect)
        for first, last in _stretches([line for line in lines if line >= 0]):
            chosen.select(self.rows.index(first, 0), self.rows.index(last, len(Column) - 1))
        self.selectionModel().select(chosen, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        region, seen = QRegion(), self._visible_lines()
        for span in selection.toList():
            for line in range(max(span.top(), seen.start), min(span.bottom() + 1, seen.stop)):
                region += self.visualRect(self.rows.index(line, Column.PROMPT)).adjusted(-4, -4, 4, 4)
        return region

    def updateGeometries(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        layout = self._laid_out()
        bar.setRange(0, max(0, layout.height - height))
        bar.setPageStep(height)
        bar.setSingleStep(max(20, (layout.cell_height + _GAP) // 3))
        # Skips QListView's version, which would count one row per item.
        QAbstractItemView.updateGeometries(self)

    def doItemsLayout(self) -> None:
        QAbstractItemView.doItemsLayout(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._note_scroll(anyway=True)
        self._layout = None
        super().resizeEvent(event)
        self.updateGeometries()
        self._keep_scroll()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look.start()
        self.updateGeometries()

    def hideEvent(self, event: QHideEvent) -> None:
        self._look.stop()
        self.hover(-1)
        super().hideEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.hover(-1)
        self.viewport().update()

    def dataChanged(self, first: AnyIndex, last: AnyIndex, roles: object = ()) -> None:
        seen = self._visible_lines()
        for line in range(max(first.row(), seen.start), min(last.row() + 1, seen.stop)):
            self.viewport().update(self.visualRect(self.rows.index(line, Column.PROMPT)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        try:
            self._painter.begin(painter, self.font())
            dirty, focused = event.rect().adjusted(-4, -4, 4, 4), self.hasFocus()
            current = self.currentIndex().row() if self.currentIndex().isValid() else -1
            selection, direction = self.selectionModel(), self.layoutDirection()
            for line in self._visible_lines():
                index = self.rows.index(line, Column.PROMPT)
                rect = self.visualRect(index)
                if not rect.intersects(dirty):
                    continue
                if self.rows.group_key(line) is not None:
                    words = self.rows.group_words(line)
                    self._painter.header.paint(painter, rect, words, direction, current=focused and line == current)
                    continue
                self._painter.paint(
                    painter,
                    rect,
                    self.rows.row_words(line),
                    direction,
                    selected=selection.isRowSelected(line, QModelIndex()),
                    current=focused and line == current,
                    scrub=self.scrub if line == self._hovered else None,
                )
        finally:
            # An exception must not leave a painter open: Qt crashes.
            painter.end()

    def _laid_out(self) -> GridLayout:
        if self._layout is None:
            width = self.poster_width
            self._layout = GridLayout(
                self.rows.rowCount(),
                self.rows.group_rows(),
                width=self.viewport().width(),
                cell=(width, round(width * 9 / 16) + self._painter.caption_height()),
                gap=_GAP,
                header_height=self._painter.header.height(),
            )
        return self._layout

    def _lines_changed(self) -> None:
        self._layout = None
        self.hover(-1)
        if self.isVisible():
            self.updateGeometries()
            self.viewport().update()

    def line_at(self, point: QPoint) -> int:
        at = QStyle.visualPos(self.layoutDirection(), self.viewport().rect(), point)
        return self._laid_out().line_at(at.x(), at.y() + self.verticalOffset())

    def _lines_in(self, rect: QRect) -> list[int]:
        rect = rect.normalized()
        found = self._laid_out().lines_between(
            rect.top() + self.verticalOffset(), rect.bottom() + self.verticalOffset()
        )
        return [line for line in found if self.visualRect(self.rows.index(line, Column.PROMPT)).intersects(rect)]

    def _visible_lines(self) -> range:
        top = self.verticalOffset()
        return self._laid_out().lines_between(top, top + self.viewport().height())

    def _note_scroll(self, *, anyway: bool = False) -> None:
        """Remembers a visible task and its position: the current one, else the first. None at the top, where new tasks
        should appear."""
        self._anchor = None
        if self._layout is None or (self.verticalOffset() == 0 and not anyway):
            return
        current = self.currentIndex()
        lines = [current.row()] if current.isValid() and current.row() in self._visible_lines() else []
        for line in (*lines, *self._visible_lines()):
            task_id = self.rows.task_id(line)
            box = self._layout.box(line)
            if task_id is not None and box.top + box.height > self.verticalOffset():
                self._anchor = (task_id, box.top - self.verticalOffset())
                return

    def _keep_scroll(self) -> None:
        anchor, self._anchor = self._anchor, None
        line = self.rows.position(anchor[0]) if anchor is not None else None
        if anchor is not None and line is not None:
            self.updateGeometries()
            self.verticalScrollBar().setValue(self._laid_out().box(line).top - anchor[1])

    def hover(self, line: int) -> None:
        if line == self._hovered:
            return
        before, self._hovered = self._hovered, line
        self._repaint(before)
        if line < 0:
            self.scrub.leave()

    def poster_box(self, line: int) -> QRect:
        return self._painter.poster_box(self.visualRect(self.rows.index(line, Column.PROMPT)))

    def _poster_came(self, path: str) -> None:
        if self.isVisible():
            for line in self._visible_lines():
                if self.rows.poster(line) == path:
                    self._repaint(line)

    def _repaint(self, line: int) -> None:
        if 0 <= line < self.rows.rowCount():
            self.viewport().update(self.visualRect(self.rows.index(line, Column.PROMPT)))

    def _restyle(self) -> None:
        self._layout = None
        self.updateGeometries()
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(5 * USUAL, 3 * USUAL)


def _stretches(lines: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for line in sorted(lines):
        if found and line == found[-1][1] + 1:
            found[-1] = (found[-1][0], line)
        else:
            found.append((line, line))
    return found
