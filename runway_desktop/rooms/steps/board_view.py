"""The board: shots by steps, a cell with the takes of a shot in a step.

It is painted, so that its cost depends on what is seen. Left and right go through the takes of a cell, then to the next
cell; up and down to another shot. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import is_by_key, viewport_of
from runway_desktop.ui.labels import announce
from runway_desktop.ui.painting import Index, draw_line
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.listing.columns import clip_of
from runway_desktop.usecases.words.tasks import judgment_words
from runway_desktop.viewmodels.model import Soon

from .delegate import GAP, LEAST_COLUMN, ROW, TILE, CellDelegate, draw_lines, paint_edges, per_line
from .headers import Corner, StepHeaders
from .model.cells import CellShown
from .model.model import StepsModel
from .model.table import CELL, PROMPT

SHOTS, NARROW_SHOTS, NARROW = 27 * GRID, 17 * GRID, 120 * GRID
"""Width of the shots, also in a view that is narrower than the last."""
_LOOK_MS = 300


class ShotHeader(QHeaderView):
    """Number and prompt of each shot; stays in sight when the steps scroll."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._theme = theme
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def sizeHint(self) -> QSize:
        is_narrow = self.parentWidget().width() < self._theme.wide(NARROW)
        return QSize(NARROW_SHOTS if is_narrow else SHOTS, 0)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        theme, room = self._theme, rect.adjusted(2 * GRID, GRID, -GRID, -2)
        name, prompt = (
            self.model().headerData(section, Qt.Orientation.Vertical, role)
            for role in (Qt.ItemDataRole.DisplayRole, PROMPT)
        )
        painter.save()
        paint_edges(painter, rect, theme, mirrored=self.isRightToLeft())
        strong, top = theme.strong_font(), Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        draw_line(painter, room, name, strong, theme.color(Role.TEXT), top)
        room.setTop(room.top() + QFontMetrics(strong).height() + 1)
        draw_lines(painter, room, prompt, theme.small_font(), theme.color(Role.MUTED), top)
        painter.restore()


class BoardView(QTableView):
    opened = Signal(object)
    """Task id, after Return or a double click."""
    menu_wanted = Signal(QPoint)
    """Global position."""
    fix_wanted = Signal(object)
    """A failed Row."""
    choice_moved = Signal()
    seen = Signal(object)
    """Rows of the takes in sight."""

    def __init__(self, model: StepsModel, theme: Theme, posters: PosterCache, header: StepHeaders) -> None:
        super().__init__()
        self._model = model
        self._theme = theme
        viewport = viewport_of(self)
        viewport.setMouseTracking(True)
        self.setVerticalHeader(ShotHeader(theme, self))
        self.setHorizontalHeader(header)
        self._delegate = CellDelegate(theme, posters, self)
        self.setItemDelegate(self._delegate)
        self.setModel(model.table)
        self._corner = Corner(model, theme, self)
        self.horizontalScrollBar().valueChanged.connect(header.place)
        self.setAccessibleName(_("Steps"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._look = Soon(self, _LOOK_MS, self._tell_seen)
        for moved in (model.table.shown, model.table.dataChanged, self.verticalScrollBar().valueChanged):
            moved.connect(self._look.begin)
        model.table.shown.connect(self._came)
        model.went.connect(self.go_to)
        for changed in (posters.ready, self._delegate.scrub.moved_on):
            changed.connect(viewport.update)
        FollowsTheme(theme, self, self._fit)

    def current_id(self) -> TaskId | None:
        row = self._current_row()
        return row.task.id if row is not None else None

    def go_to(self, task_id: TaskId) -> None:
        if (place := self._model.table.place(task_id)) is not None:
            rows = self._model.table.cell(*place).rows
            self._go(*place, next(at for at, row in enumerate(rows) if row.task.id == task_id))

    def show_column(self, column: int) -> None:
        self.scrollTo(self.model().index(max(0, self.rowAt(self.viewport().height() // 2)), column))

    def sizeHintForRow(self, row: int) -> int:
        """With room for all takes, and for the shot's number and prompt."""
        cells = self._model.board.rows[row].cells if self._model.board is not None else ()
        most = max((len(cell.takes) + len(cell.coming) for cell in cells), default=0)
        lines = max(1, -(-most // per_line(self.columnWidth(0))))
        words = self.fontMetrics().height() + 2 * QFontMetrics(self._theme.small_font()).height() + 2 * GRID
        return max(ROW + (lines - 1) * (TILE.height() + GAP), words)

    def _fit(self) -> None:
        """Columns share the width; rows have room for all of their takes."""
        last, room = self.model().columnCount() - 1, self.viewport().width()
        width = max(LEAST_COLUMN, room // max(1, last + 1))
        for column in range(last + 1):
            self.setColumnWidth(column, width if column < last else max(width, room - width * last))
        self.resizeRowsToContents()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def updateGeometries(self) -> None:
        super().updateGeometries()
        shots, steps = self.verticalHeader(), self.horizontalHeader()
        self._corner.setGeometry(shots.x(), steps.y(), shots.width(), steps.height())
        self._corner.raise_()

    def currentChanged(self, current: Index, previous: Index) -> None:
        self._delegate.take = 0
        super().currentChanged(current, previous)
        self._moved()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ahead = -1 if self.isRightToLeft() else 1
        ways = {
            Qt.Key.Key_Left: (0, -ahead),
            Qt.Key.Key_Right: (0, ahead),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        match event.key():
            case key if key in ways and not modifiers:
                self._step(*ways[Qt.Key(key)])
            case Qt.Key.Key_F10 if modifiers == Qt.KeyboardModifier.ShiftModifier:
                self._open_menu()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not modifiers:
                self.take_action()
            case _:
                super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index, take, is_link = self._at(event.position().toPoint())
        if index.isValid():
            self._go(index.row(), index.column(), take or 0)
            if is_link and event.button() is Qt.MouseButton.LeftButton:
                self.take_action()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        _index, take, is_link = self._at(event.position().toPoint())
        if take is not None and not is_link:
            self.take_action()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point, delegate = event.position().toPoint(), self._delegate
        index, take, is_link = self._at(point)
        cell: CellShown | None = index.data(CELL)
        row = cell.rows[take] if cell is not None and take is not None and take < len(cell.rows) else None
        delegate.hovered = row.task.id if row is not None else None
        box = delegate.boxes(self.visualRect(index), cell)[take] if cell is not None and take is not None else QRect()
        delegate.scrub.over(clip_of(row) if row is not None else None, point, box)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        self._delegate.scrub.leave()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if is_by_key(event):
            self._open_menu()
        elif self._at(event.pos())[1] is not None and self.current_id() is not None:
            self.menu_wanted.emit(event.globalPos())

    def take_action(self) -> None:
        """Opens the current take in the large view, the bill of a pick that is ready, or what mends a failure."""
        cell: CellShown | None = self.currentIndex().data(CELL)
        row = self._current_row()
        if row is not None and cell is not None and row is cell.fix:
            self.fix_wanted.emit(row)
        elif row is not None:
            self.opened.emit(row.task.id)
        elif cell is not None and cell.coming and self._model.board is not None:
            self._model.prepare(self._model.board.columns[self.currentIndex().column()].step.id)

    def _open_menu(self) -> None:
        """At the current take."""
        index = self.currentIndex()
        if self.current_id() is not None:
            box = self._delegate.boxes(self.visualRect(index), index.data(CELL))[self._delegate.take]
            self.menu_wanted.emit(self.viewport().mapToGlobal(box.center()))

    def _at(self, point: QPoint) -> tuple[QModelIndex, int | None, bool]:
        """The cell and take at a point, and whether a click there does what `take_action` does: on a pick that is
        ready, or on the words that mend a failed take."""
        index = self.indexAt(point)
        if index.isValid():
            cell, rect = index.data(CELL), self.visualRect(index)
            for at, box in enumerate(self._delegate.boxes(rect, cell)):
                if box.contains(point):
                    return index, at, at >= len(cell.rows)
            if cell.fix is not None and self._delegate.beside(rect, cell).contains(point):
                return index, cell.rows.index(cell.fix), True
        return index, None, False

    def _go(self, row: int, column: int, take: int) -> None:
        """`take`: -1 for the last one, which it is too if the cell has fewer."""
        index, last = self.model().index(row, column), max(0, self._model.table.cell(row, column).tiles - 1)
        if index != self.currentIndex():
            self.setCurrentIndex(index)
        take, before = last if take < 0 else min(take, last), self._delegate.take
        self._delegate.take = take
        if take != before or self.current_id() != self._model.current:
            self._moved()

    def _step(self, down: int, ahead: int) -> None:
        row, column = self.currentIndex().row() + down, self.currentIndex().column()
        take = self._delegate.take + ahead
        if ahead and not 0 <= take < self._model.table.cell(row, column).tiles:
            column, take = column + ahead, min(0, ahead)
        if self.model().hasIndex(row, column):
            self._go(row, column, take)

    def _current_row(self) -> Row | None:
        cell: CellShown | None = self.currentIndex().data(CELL)
        return cell.rows[self._delegate.take] if cell is not None and self._delegate.take < len(cell.rows) else None

    def _moved(self) -> None:
        # The cell after the current one may have a hint.
        self.viewport().update()
        row, index, take = self._current_row(), self.currentIndex(), self._delegate.take
        self._model.current = row.task.id if row is not None else None
        if row is not None:
            # A cell can be higher than the view.
            box, bar = self._delegate.boxes(self.visualRect(index), index.data(CELL))[take], self.verticalScrollBar()
            over = box.bottom() + GAP - self.viewport().height()
            bar.setValue(bar.value() + min(0, box.top() - GAP) + max(0, over))
        if row is not None and self.hasFocus():
            number, count = take + 1, len(index.data(CELL).rows)
            said = judgment_words(row.task) or _("not judged")
            announce(self, _("Take {number} of {count}, {judgment}", number=number, count=count, judgment=said))
        self.choice_moved.emit()

    def _came(self) -> None:
        """The current take stays, else the one in its place, else the first one."""
        self._fit()
        current, now = self._model.current, self.currentIndex()
        if current is not None and self._model.table.place(current) is not None:
            self.go_to(current)
        elif now.isValid():
            self._go(now.row(), now.column(), self._delegate.take)
        elif self.model().hasIndex(0, 0):
            self._go(0, 0, 0)

    def _tell_seen(self) -> None:
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        rows = range(max(0, first), (last if last >= 0 else self.model().rowCount() - 1) + 1)
        cells = (self._model.table.cell(row, at) for row in rows for at in range(self.model().columnCount()))
        self.seen.emit([take for cell in cells for take in cell.rows])
