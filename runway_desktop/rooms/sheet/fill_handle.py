"""Fill handle: the square at the corner of the selection; dragged down it fills the cells below. Ctrl+D does the same.
GUI thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QRubberBand, QTableView, QWidget

from runway_desktop.texts import _
from runway_desktop.ui.building import viewport_of
from runway_desktop.ui.theme import GRID, Role, Theme

SIDE = GRID


class FillHandle(QWidget):
    dragged_to = Signal(int)
    """Row of the drop, below the selection."""

    def __init__(self, table: QTableView, theme: Theme, area: Callable[[], QRect]) -> None:
        """`area` returns the selection's rectangle in the viewport, empty if it cannot be filled."""
        super().__init__(table.viewport())
        self._table = table
        self._theme = theme
        self._area = area
        self._band: QRubberBand | None = None
        self.setFixedSize(SIDE, SIDE)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setToolTip(_("Drag down to fill rows (Ctrl+D)"))
        self.setAccessibleName(_("Fill down"))
        self.hide()
        for bar in (table.verticalScrollBar(), table.horizontalScrollBar()):
            bar.valueChanged.connect(self.place)
        table.selectionModel().selectionChanged.connect(self.place)
        table.horizontalHeader().sectionResized.connect(self.place)

    def place(self, *_: object) -> None:
        """Moves to the corner of the selection."""
        area = self._area()
        end = area.bottomLeft() if self._table.isRightToLeft() else area.bottomRight()
        corner = end - QPoint(SIDE // 2, SIDE // 2)
        self.setVisible(not area.isEmpty() and viewport_of(self._table).rect().contains(corner))
        self.move(corner)
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color(Role.SURFACE))
        painter.fillRect(self.rect().adjusted(1, 1, -1, -1), self._theme.color(Role.ACCENT))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._band = QRubberBand(QRubberBand.Shape.Rectangle, viewport_of(self._table))
            self._stretch(self._row_at(event))
            self._band.show()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._band is not None:
            row = self._row_at(event)
            self._table.scrollTo(self._table.model().index(row, self._table.currentIndex().column()))
            self._stretch(row)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._band is not None:
            self._band.hide()
            self._band.deleteLater()
            self._band = None
            self.dragged_to.emit(self._row_at(event))

    def _row_at(self, event: QMouseEvent) -> int:
        at = self.mapTo(viewport_of(self._table), event.position().toPoint())
        row = self._table.rowAt(max(0, min(at.y(), viewport_of(self._table).height() - 1)))
        return row if row >= 0 else self._table.model().rowCount() - 1

    def _stretch(self, row: int) -> None:
        area = self._area()
        last = self._table.visualRect(self._table.model().index(row, self._table.currentIndex().column()))
        if self._band is not None:
            self._band.setGeometry(area.united(QRect(area.left(), last.top(), area.width(), last.height())))
