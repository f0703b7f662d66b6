"""The board: shots by steps, a cell with the takes of a shot in a step.

It is painted, so that its cost depends on what is seen. Arrow keys go through the takes of a cell, then to the next
cell. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QTextLayout,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QStyle, QStyleOptionViewItem, QTableView, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import is_by_key, viewport_of
from runway_desktop.ui.labels import QUIET_INKS, SECOND_INKS, announce
from runway_desktop.ui.painting import LEFT, Index, ItemDelegate, draw_line, square_in
from runway_desktop.ui.tasks.posters import HoverScrub, PosterCache
from runway_desktop.ui.tasks.take_painter import TakePainter
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.listing.columns import clip_of, poster_of
from runway_desktop.usecases.words.tasks import judgment_words
from runway_desktop.viewmodels.model import Soon

from .headers import Corner, StepHeaders, paint_edges
from .model.cells import CellShown
from .model.model import StepsModel
from .model.table import CELL, PROMPT

TILE = QSize(10 * GRID, 45)
_PAD, _GAP = 2 * GRID, GRID
_LEAST_COLUMN = _PAD + 3 * (TILE.width() + _GAP)
_LEAST_TEXT = 8 * GRID
_ROW = TILE.height() + 3 * GRID + 2
SHOTS, NARROW_SHOTS, NARROW = 27 * GRID, 17 * GRID, 120 * GRID
"""Width of the shots, also in a view that is narrower than the last."""
MOST_LETTERS = 200
"""Of a text in two lines."""
_LOOK_MS = 300
_CONTINUED = "mdi6.arrow-right-bold"


def tiles_in(cell: QRect, amount: int) -> list[QRect]:
    """Rectangles of the takes of a cell, line by line."""
    across = per_line(cell.width())
    left, top = cell.left() + _PAD, cell.top() + (_ROW - TILE.height()) // 2
    return [
        QRect(QPoint(left + at % across * (TILE.width() + _GAP), top + at // across * (TILE.height() + _GAP)), TILE)
        for at in range(amount)
    ]


def per_line(width: int) -> int:
    return max(1, (width - _PAD) // (TILE.width() + _GAP))


class CellDelegate(ItemDelegate):
    def __init__(self, theme: Theme, posters: PosterCache, view: BoardView) -> None:
        super().__init__(theme, view)
        self._view = view
        self._takes = TakePainter(theme, posters)
        self.scrub = HoverScrub(theme, posters, view)
        self.hovered: TaskId | None = None

    def boxes(self, rect: QRect, cell: CellShown) -> list[QRect]:
        return [QStyle.visualRect(self._view.layoutDirection(), rect, box) for box in tiles_in(rect, cell.tiles)]

    def beside(self, rect: QRect, cell: CellShown) -> QRect:
        """Where the two lines are: after the last take, or in an empty cell. Empty if there is no room."""
        room = rect.adjusted(_PAD, 0, -_PAD, 0)
        if cell.tiles:
            last = tiles_in(rect, cell.tiles)[-1]
            room = QRect(last.right() + _GAP, last.top(), rect.right() - last.right() - 2 * _GAP, last.height())
        else:
            room.setHeight(_ROW)
        return QStyle.visualRect(self._view.layoutDirection(), rect, room) if room.width() >= _LEAST_TEXT else QRect()

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell: CellShown = index.data(CELL)
        theme, rect, letters = self._theme, option.rect, self._takes.letters
        letters.use(option.font)
        paint_edges(painter, rect, theme, mirrored=self._view.isRightToLeft())
        boxes, current = self.boxes(rect, cell), self._view.currentIndex()
        is_current = index == current
        for at, box in enumerate(boxes):
            if at < len(cell.rows):
                self._take(painter, option, box, cell, at)
            else:
                self._dashed(painter, box, cell.coming[at - len(cell.rows)])
            if is_current and at == self._view.take:
                self._takes.current(painter, box.adjusted(-5, -5, 5, 5))
        if is_current and not boxes:
            self._takes.current(painter, rect.adjusted(GRID // 2, GRID // 2, -GRID, -GRID))
        is_after = index.row() == current.row() and index.column() == current.column() + 1
        self._words(painter, self.beside(rect, cell), cell, cell.hint if is_after else "")

    def _take(self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, cell: CellShown, at: int) -> None:
        row, sign = cell.rows[at], cell.signs[at]
        scrub = self.scrub if row.task.id == self.hovered else None
        inks = (sign[0], QUIET_INKS[sign[1]]) if sign is not None else None
        self._takes.take(painter, box, row, option.font, scrub, inks)
        if row in cell.done:
            mark = QRect(box.right() - 19, box.top() + 4, 16, 16)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(Role.ACCENT))
            painter.drawRoundedRect(mark, 3, 3)
            self._takes.letters.icon(painter, square_in(mark, 12), _CONTINUED, Role.ON_ACCENT)

    def _dashed(self, painter: QPainter, box: QRect, price: str) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color(Role.ACCENT), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        self.text(painter, box, price, self._theme.small_font(), Role.ACCENT, Qt.AlignmentFlag.AlignCenter)

    def _words(self, painter: QPainter, room: QRect, cell: CellShown, hint: str) -> None:
        if room.isEmpty() or not (hint or cell.headline):
            return
        small = self._theme.small_font()
        if not cell.tiles:
            draw_lines(painter, room, hint or cell.headline, small, self._theme.color(SECOND_INKS[cell.tone]))
            return
        height = self._takes.letters.small.height
        first = QRect(room.left(), room.top() + (room.height() - 2 * height) // 2, room.width(), height)
        if not cell.detail:
            first.moveTop(room.top() + (room.height() - height) // 2)
        self.text(painter, first, cell.headline, small, QUIET_INKS[cell.tone])
        role = Role.ACCENT if cell.fix is not None else Role.MUTED
        self.text(painter, first.translated(0, height), cell.detail, small, role)


class ShotHeader(QHeaderView):
    """Number and prompt of each shot; stays in sight when the steps scroll."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._theme = theme
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(_ROW)
        self.setDefaultSectionSize(_ROW)

    def sizeHint(self) -> QSize:
        is_narrow = self.parentWidget().width() < self._theme.wide(NARROW)
        return QSize(NARROW_SHOTS if is_narrow else SHOTS, 0)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        theme, model = self._theme, self.model()
        painter.save()
        paint_edges(painter, rect, theme, mirrored=self.isRightToLeft())
        role = Qt.ItemDataRole.DisplayRole
        name = model.headerData(section, Qt.Orientation.Vertical, role)
        room = rect.adjusted(2 * GRID, GRID, -GRID, 0)
        strong = theme.strong_font()
        height = QFontMetrics(strong).height()
        line = QRect(room.left(), room.top(), room.width(), height)
        draw_line(painter, line, name, strong, theme.color(Role.TEXT))
        below = QRect(room.left(), line.bottom() + 2, room.width(), rect.bottom() - line.bottom() - 4)
        prompt = model.headerData(section, Qt.Orientation.Vertical, PROMPT) or ""
        draw_lines(painter, below, prompt, theme.small_font(), theme.color(Role.MUTED), at_top=True)
        painter.restore()


def draw_lines(painter: QPainter, room: QRect, text: str, font: QFont, color: QColor, *, at_top: bool = False) -> None:
    """Draws text in one or two lines, elided; centered vertically unless `at_top`."""
    painter.setFont(font)
    painter.setPen(color)
    metrics = painter.fontMetrics()
    layout = QTextLayout(text[:MOST_LETTERS], painter.font())
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(room.width())
    layout.endLayout()
    end = line.textLength()
    lines = [one for one in (text[:end].strip(), text[end:].strip()) if one]
    height = metrics.height()
    top = room.top() if at_top else room.top() + (room.height() - len(lines) * height) // 2
    for at, one in enumerate(lines):
        shown = metrics.elidedText(one[:MOST_LETTERS], Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(QRect(room.left(), top + at * height, room.width(), height), int(LEFT), shown)


class BoardView(QTableView):
    opened = Signal(object)
    """Task id, after Return or a double click."""
    menu_wanted = Signal(QPoint)
    """Global position."""
    fix_wanted = Signal(object)
    """A failed Row."""
    bill_wanted = Signal(object)
    """Id of the step that the picks go on to."""
    choice_moved = Signal()
    seen = Signal(object)
    """Rows of the takes in sight."""

    def __init__(self, model: StepsModel, theme: Theme, posters: PosterCache, header: StepHeaders) -> None:
        super().__init__()
        self.take = 0
        """Position of the current take in its cell; after the takes come the picks that are ready."""
        self._model = model
        self._theme = theme
        viewport_of(self).setMouseTracking(True)
        self.setVerticalHeader(ShotHeader(theme, self))
        self.setHorizontalHeader(header)
        self.setModel(model.table)
        self._delegate = CellDelegate(theme, posters, self)
        self.setItemDelegate(self._delegate)
        self._corner = Corner(model, theme, self)
        self.horizontalScrollBar().valueChanged.connect(header.place)
        self.setAccessibleName(_("Steps"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._look = Soon(self, _LOOK_MS, self._tell_seen)
        for moved in (model.table.modelReset, model.table.dataChanged, self.verticalScrollBar().valueChanged):
            moved.connect(self._look.begin)
        model.table.modelReset.connect(self._came)
        model.table.refreshed.connect(self._stay)
        model.went.connect(self.go_to)
        posters.ready.connect(self._poster_came)
        self._delegate.scrub.moved_on.connect(viewport_of(self).update)
        FollowsTheme(theme, self, self.fit)

    def current_id(self) -> TaskId | None:
        row = self._row_at(self.currentIndex(), self.take)
        return row.task.id if row is not None else None

    def go_to(self, task_id: TaskId) -> None:
        if (place := self._model.table.place(task_id)) is not None:
            rows = self._model.table.cell(*place).rows
            self._go(*place, next(at for at, row in enumerate(rows) if row.task.id == task_id))

    def show_column(self, column: int) -> None:
        left, width = self.columnViewportPosition(column), self.columnWidth(column)
        bar, beyond = self.horizontalScrollBar(), left + width - self.viewport().width()
        if left < 0 or beyond > 0:
            bar.setValue(bar.value() + (left if left < 0 else beyond))

    def fit(self) -> None:
        """Columns share the width; rows have room for all of their takes."""
        columns = self.model().columnCount()
        if not columns:
            return
        room = self.viewport().width()
        width = max(_LEAST_COLUMN, room // columns)
        across = per_line(width)
        for column in range(columns):
            is_last = column == columns - 1
            self.horizontalHeader().resizeSection(column, max(width, room - width * column) if is_last else width)
        words = self.fontMetrics().height() + 2 * QFontMetrics(self._theme.small_font()).height() + 2 * GRID
        for row in range(self.model().rowCount()):
            lines = -(-self._model.table.most_tiles(row) // across) or 1
            height = max(_ROW + (lines - 1) * (TILE.height() + _GAP), words)
            if self.rowHeight(row) != height:
                self.setRowHeight(row, height)
        self.updateGeometries()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.model().rowCount() and self.model().columnCount():
            self._go(0, 0, 0)

    def updateGeometries(self) -> None:
        super().updateGeometries()
        shots, steps = self.verticalHeader(), self.horizontalHeader()
        corner = QRect(shots.x(), steps.y(), shots.width(), steps.height())
        self._corner.setGeometry(corner)
        self._corner.raise_()

    def currentChanged(self, current: Index, previous: Index) -> None:
        self.take = 0
        super().currentChanged(current, previous)
        self._moved()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ahead = -1 if self.isRightToLeft() else 1
        steps = {Qt.Key.Key_Left: -ahead, Qt.Key.Key_Right: ahead}
        lines = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        match event.key():
            case key if key in steps and not modifiers:
                self._step(steps[Qt.Key(key)])
            case key if key in lines and not modifiers:
                self._line(lines[Qt.Key(key)])
            case Qt.Key.Key_F10 if modifiers == Qt.KeyboardModifier.ShiftModifier:
                self._open_menu()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not modifiers:
                self.take_action()
            case _:
                super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.indexAt(point)
        if not index.isValid():
            return
        cell: CellShown = index.data(CELL)
        at = self._tile_at(index, point)
        self._go(index.row(), index.column(), at if at is not None else 0)
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        rect = self.visualRect(index)
        if cell.fix is not None and self._delegate.beside(rect, cell).contains(point):
            self.fix_wanted.emit(cell.fix)
        elif at is not None and at >= len(cell.rows):
            self._want_bill(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        at = self._tile_at(index, event.position().toPoint())
        if at is not None and (row := self._row_at(index, at)) is not None:
            self.opened.emit(row.task.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.indexAt(point)
        at = self._tile_at(index, point)
        row = self._row_at(index, at) if at is not None else None
        delegate = self._delegate
        delegate.hovered = row.task.id if row is not None else None
        box = delegate.boxes(self.visualRect(index), index.data(CELL))[at] if at is not None else QRect()
        delegate.scrub.over(clip_of(row) if row is not None else None, point, box)
        cell: CellShown | None = index.data(CELL) if index.isValid() else None
        is_link = cell is not None and (
            (at is not None and at >= len(cell.rows))
            or (cell.fix is not None and delegate.beside(self.visualRect(index), cell).contains(point))
        )
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        self._delegate.scrub.leave()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if is_by_key(event):
            self._open_menu()
            return
        index = self.indexAt(event.pos())
        if (at := self._tile_at(index, event.pos())) is not None:
            self._go(index.row(), index.column(), at)
            if self.current_id() is not None:
                self.menu_wanted.emit(event.globalPos())

    def _open_menu(self) -> None:
        """At the current take."""
        index = self.currentIndex()
        if self.current_id() is not None:
            box = self._delegate.boxes(self.visualRect(index), index.data(CELL))[self.take]
            self.menu_wanted.emit(self.viewport().mapToGlobal(box.center()))

    def take_action(self) -> None:
        """Opens the current take in the large view, the bill of a pick that is ready, or what mends a failure."""
        index = self.currentIndex()
        if not index.isValid():
            return
        cell: CellShown = index.data(CELL)
        row = self._row_at(index, self.take)
        if row is None and cell.coming:
            self._want_bill(index)
        elif row is not None and cell.fix is not None and row.task.id == cell.fix.task.id:
            self.fix_wanted.emit(row)
        elif row is not None:
            self.opened.emit(row.task.id)

    def _want_bill(self, index: QModelIndex) -> None:
        if self._model.board is not None:
            self.bill_wanted.emit(self._model.board.columns[index.column()].step.id)

    def _go(self, row: int, column: int, take: int) -> None:
        index = self.model().index(row, column)
        if index != self.currentIndex():
            self.setCurrentIndex(index)
        if take != self.take:
            self.take = take
            self._moved()
        self._show_tile(index)

    def _show_tile(self, index: QModelIndex) -> None:
        """Scrolls to the current take of a cell that is higher than the view."""
        boxes = self._delegate.boxes(self.visualRect(index), index.data(CELL))
        if self.take < len(boxes):
            box, bar = boxes[self.take], self.verticalScrollBar()
            if box.top() < 0:
                bar.setValue(bar.value() + box.top() - _GAP)
            elif box.bottom() > self.viewport().height():
                bar.setValue(bar.value() + box.bottom() + _GAP - self.viewport().height())

    def _step(self, by: int) -> None:
        index = self.currentIndex()
        row, column, take = index.row(), index.column(), self.take + by
        if not 0 <= take < self._tiles(row, column):
            column += by
            if not 0 <= column < self.model().columnCount():
                return
            take = 0 if by > 0 else max(0, self._tiles(row, column) - 1)
        self._go(row, column, take)

    def _line(self, by: int) -> None:
        index = self.currentIndex()
        row, column = index.row(), index.column()
        across = per_line(self.columnWidth(column))
        take, amount = self.take + by * across, self._tiles(row, column)
        if not 0 <= take < amount:
            row += by
            if not 0 <= row < self.model().rowCount():
                return
            there = self._tiles(row, column)
            lines = max(0, there - 1) // across if by < 0 else 0
            take = max(0, min(there - 1, lines * across + self.take % across))
        self._go(row, column, take)

    def _tiles(self, row: int, column: int) -> int:
        return self._model.table.cell(row, column).tiles

    def _tile_at(self, index: Index, point: QPoint) -> int | None:
        boxes = self._delegate.boxes(self.visualRect(index), index.data(CELL)) if index.isValid() else []
        return next((at for at, box in enumerate(boxes) if box.contains(point)), None)

    @staticmethod
    def _row_at(index: Index, take: int) -> Row | None:
        cell: CellShown | None = index.data(CELL) if index.isValid() else None
        return cell.rows[take] if cell is not None and take < len(cell.rows) else None

    def _moved(self) -> None:
        # The cell after the current one may have a hint.
        self.viewport().update()
        self._model.current = self.current_id()
        row = self._row_at(self.currentIndex(), self.take)
        if row is not None and self.hasFocus():
            amount = len(self.currentIndex().data(CELL).rows)
            said = judgment_words(row.task) or _("not judged")
            announce(self, _("Take {number} of {count}, {judgment}", number=self.take + 1, count=amount, judgment=said))
        self.choice_moved.emit()

    def _came(self) -> None:
        """The current take stays, else the first one is."""
        self.fit()
        current = self._model.current
        if current is not None and self._model.table.place(current) is not None:
            self.go_to(current)
        elif self.model().rowCount() and self.model().columnCount():
            self._go(0, 0, 0)

    def _stay(self) -> None:
        self.fit()
        current = self._model.current
        if current is not None and current != self.current_id() and self._model.table.place(current) is not None:
            self.go_to(current)
        elif self.take >= max(1, self._tiles(self.currentIndex().row(), self.currentIndex().column())):
            self.take = 0
            self._moved()

    def _visible_rows(self) -> range:
        last = self.rowAt(self.viewport().height() - 1)
        return range(max(0, self.rowAt(0)), (last if last >= 0 else self.model().rowCount() - 1) + 1)

    def _seen_takes(self) -> Iterator[tuple[QModelIndex, Row]]:
        for row in self._visible_rows() if self.isVisible() else ():
            for column in range(self.model().columnCount()):
                for take in self._model.table.cell(row, column).rows:
                    yield self.model().index(row, column), take

    def _tell_seen(self) -> None:
        self.seen.emit([take for _index, take in self._seen_takes()])

    def _poster_came(self, path: str) -> None:
        for index, take in self._seen_takes():
            if poster_of(take) == path:
                self.update(index)
