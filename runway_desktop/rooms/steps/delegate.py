"""Delegate of the board's cells: the takes of a shot in a step, picks that are ready as dashed places, and two lines
beside them. Colors are read at paint time. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QTableView

from runway_desktop.domain.task import TaskId
from runway_desktop.ui.labels import QUIET_INKS, SECOND_INKS
from runway_desktop.ui.painting import LEFT, Index, ItemDelegate, square_in
from runway_desktop.ui.tasks.posters import HoverScrub, PosterCache
from runway_desktop.ui.tasks.take_painter import TakePainter
from runway_desktop.ui.theme import GRID, Role, Theme

from .model.cells import CellShown
from .model.table import CELL

TILE = QSize(10 * GRID, 45)
PAD, GAP = 2 * GRID, GRID
ROW = TILE.height() + 3 * GRID + 2
LEAST_COLUMN = PAD + 3 * (TILE.width() + GAP)
_LEAST_TEXT = 8 * GRID
_MOST_LETTERS = 200
"""Of a text in two lines."""
_CONTINUED = "mdi6.arrow-right-bold"


def per_line(width: int) -> int:
    """Takes of a cell on a line."""
    return max(1, (width - PAD) // (TILE.width() + GAP))


class CellDelegate(ItemDelegate):
    def __init__(self, theme: Theme, posters: PosterCache, view: QTableView) -> None:
        super().__init__(theme, view)
        self._view = view
        self._takes = TakePainter(theme, posters)
        self.scrub = HoverScrub(theme, posters, view)
        self.hovered: TaskId | None = None
        self.take = 0
        """Position of the current take in its cell; after the takes come the picks that are ready."""

    def boxes(self, rect: QRect, cell: CellShown) -> list[QRect]:
        """Rectangles of the takes of a cell, line by line, then of the picks that are ready."""
        return [QStyle.visualRect(self._view.layoutDirection(), rect, self._box(rect, at)) for at in range(cell.tiles)]

    def beside(self, rect: QRect, cell: CellShown) -> QRect:
        """Where the two lines are: after the last take, or in an empty cell. Empty if there is no room."""
        room = QRect(rect.left() + PAD, rect.top(), rect.width() - 2 * PAD, ROW)
        if cell.tiles:
            last = self._box(rect, cell.tiles - 1)
            room = QRect(last.right() + GAP, last.top(), rect.right() - last.right() - 2 * GAP, last.height())
        return QStyle.visualRect(self._view.layoutDirection(), rect, room) if room.width() >= _LEAST_TEXT else QRect()

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell: CellShown = index.data(CELL)
        rect, boxes, current = option.rect, self.boxes(option.rect, cell), self._view.currentIndex()
        paint_edges(painter, rect, self._theme, mirrored=self._view.isRightToLeft())
        for at, box in enumerate(boxes):
            if at < len(cell.rows):
                self._take(painter, option, box, cell, at)
            else:
                self._dashed(painter, box, cell.coming[at - len(cell.rows)])
        if index == current:
            inside = rect.adjusted(GRID // 2, GRID // 2, -GRID, -GRID)
            self._takes.current(painter, boxes[self.take].adjusted(-5, -5, 5, 5) if self.take < len(boxes) else inside)
        is_after = (index.row(), index.column() - 1) == (current.row(), current.column())
        self._words(painter, self.beside(rect, cell), cell, cell.hint if is_after else "")

    @staticmethod
    def _box(rect: QRect, at: int) -> QRect:
        down, across = divmod(at, per_line(rect.width()))
        left, top = rect.left() + PAD, rect.top() + (ROW - TILE.height()) // 2
        return QRect(QPoint(left + across * (TILE.width() + GAP), top + down * (TILE.height() + GAP)), TILE)

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
            self.icon(painter, square_in(mark, 12), _CONTINUED, Role.ON_ACCENT)

    def _dashed(self, painter: QPainter, box: QRect, price: str) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color(Role.ACCENT), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        self.text(painter, box, price, self._theme.small_font(), Role.ACCENT, Qt.AlignmentFlag.AlignCenter)

    def _words(self, painter: QPainter, room: QRect, cell: CellShown, hint: str) -> None:
        if room.isEmpty():
            return
        said, small = cell.beside, self._theme.small_font()
        if not cell.tiles:
            draw_lines(painter, room, hint or said.headline, small, self._theme.color(SECOND_INKS[said.tone]))
            return
        first, second = QRect(room), QRect(room)
        if said.detail:
            first.setBottom(room.center().y())
            second.setTop(room.center().y())
        self.text(painter, first, said.headline, small, QUIET_INKS[said.tone])
        self.text(painter, second, said.detail, small, Role.ACCENT if cell.fix is not None else Role.MUTED)


def paint_edges(painter: QPainter, rect: QRect, theme: Theme, *, mirrored: bool) -> None:
    """Ground of a cell, with the lines below it and at its end."""
    painter.fillRect(rect, theme.color(Role.SURFACE))
    painter.setPen(theme.color(Role.BORDER))
    painter.drawLine(rect.bottomLeft(), rect.bottomRight())
    edge = rect.left() if mirrored else rect.right()
    painter.drawLine(edge, rect.top(), edge, rect.bottom())


def draw_lines(
    painter: QPainter, room: QRect, text: str, font: QFont, color: QColor, align: Qt.AlignmentFlag = LEFT
) -> None:
    """Draws text in one or two lines, elided."""
    painter.setFont(font)
    painter.setPen(color)
    metrics = painter.fontMetrics()
    # A word that goes to the next line leaves some of the first one empty.
    wide = 2 * room.width() - _LEAST_TEXT
    shown = metrics.elidedText(text[:_MOST_LETTERS], Qt.TextElideMode.ElideRight, wide)
    painter.drawText(room, int(align) | int(Qt.TextFlag.TextWordWrap), shown)
