"""One pane of the compare window: media with a caption, and a colored border while focused.

It emits signals for presses and drags; the view handles them. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from runway_desktop.texts import enumerated
from runway_desktop.ui.media.picture_view import STEP
from runway_desktop.ui.painting import rounded
from runway_desktop.ui.theme import GRID, Role, Theme

from .surface import ClipSurface, Sight, paint_words

RADIUS = 4.0
_BORDER = 2.0
_INSET = GRID * 1.25
_WORDS = QColor(255, 255, 255)
_ASIDE_HEIGHT = 13 * GRID
_NO_LIMIT = 16_777_215
"""Qt's QWIDGETSIZE_MAX: no limit."""
_DIMMED = 0.45
_SHADE = QColor(0, 0, 0, 150)


class Pane(QWidget):
    chosen = Signal()
    """The pane got the focus."""
    opened = Signal()
    """Double click: shows this pane alone, or all again."""
    drag_wanted = Signal()
    crossed = Signal(float)
    """Horizontal pointer position, 0 to 1, while no button is pressed."""
    uncrossed = Signal()

    def __init__(self, theme: Theme, sight: Sight, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sight = sight
        self.surface = ClipSurface()
        self._left, self._right, self._bold_right = "", "", False
        self._stack = ""
        self.is_marked = False
        self._is_aside = False
        self._pressed: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 100)
        self.setMouseTracking(True)
        sight.changed.connect(self.update)

    def set_words(self, left: str, right: str, *, bold: bool, stack: str = "") -> None:
        """Caption: description on the left, judgment on the right, and the number of the take ("take 2 of 5")."""
        if (left, right, bold, stack) != (self._left, self._right, self._bold_right, self._stack):
            self._left, self._right, self._bold_right, self._stack = left, right, bold, stack
            self.setAccessibleName(left)
            self.setAccessibleDescription(enumerated((right, stack)))
            self.update()

    def set_aside(self, on: bool) -> None:
        """Shows the pane small and dimmed, as rejected."""
        self._is_aside = on
        self.setMaximumHeight(_ASIDE_HEIGHT if on else _NO_LIMIT)
        self.setMaximumWidth(2 * _ASIDE_HEIGHT if on else _NO_LIMIT)
        self.update()

    def set_marked(self, marked: bool) -> None:
        if marked != self.is_marked:
            self.is_marked = marked
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        # A painter has the application's direction, not its widget's.
        painter.setLayoutDirection(self.layoutDirection())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(_BORDER, _BORDER, -_BORDER, -_BORDER)
        painter.save()
        painter.setClipPath(rounded(area, RADIUS))
        painter.fillRect(area, Qt.GlobalColor.black)
        painter.setOpacity(_DIMMED if self._is_aside else 1.0)
        self.surface.paint(painter, area, self._sight, self.devicePixelRatioF())
        painter.setOpacity(1.0)
        if self.surface.words:
            painter.setPen(self._theme.color(Role.MUTED))
            paint_words(painter, area, self.surface.words)
        self._paint_captions(painter, area)
        painter.restore()
        if self.is_marked:
            painter.setPen(QPen(self._theme.color(Role.ACCENT), _BORDER))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            edge = area.adjusted(-_BORDER / 2, -_BORDER / 2, _BORDER / 2, _BORDER / 2)
            painter.drawRoundedRect(edge, RADIUS + 1, RADIUS + 1)

    def _paint_captions(self, painter: QPainter, area: QRectF) -> None:
        if not self._left and not self._right:
            return
        metrics = self.fontMetrics()
        height = metrics.height()
        band = QRectF(area.x(), area.bottom() - height - 3 * GRID, area.width(), height + 3 * GRID)
        shade = QLinearGradient(band.topLeft(), band.bottomLeft())
        shade.setColorAt(0, QColor(0, 0, 0, 0))
        shade.setColorAt(1, QColor(0, 0, 0, 110))
        painter.fillRect(band, shade)
        line = QRectF(area.x() + _INSET, area.bottom() - height - GRID, area.width() - 2 * _INSET, height)
        right = QFont(self.font())
        right.setBold(self._bold_right)
        painter.setFont(right)
        taken = painter.fontMetrics().horizontalAdvance(self._right) + GRID * 2
        self._write(painter, line, Qt.AlignmentFlag.AlignRight, self._right)
        painter.setFont(self.font())
        words = " · ".join(part for part in (self._left, self._stack) if part)
        space = max(0, int(line.width()) - taken)
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, space)
        self._write(painter, line, Qt.AlignmentFlag.AlignLeft, words)

    @staticmethod
    def _write(painter: QPainter, line: QRectF, side: Qt.AlignmentFlag, words: str) -> None:
        flags = int(side | Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(_SHADE)
        painter.drawText(line.translated(0, 1), flags, words)
        painter.setPen(_WORDS)
        painter.drawText(line, flags, words)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.chosen.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons():
            self.crossed.emit(min(1.0, max(0.0, event.position().x() / max(1, self.width() - 1))))
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        moved = event.position() - self._pressed
        if not self._sight.is_fitted:
            self._sight.pan(moved, QRectF(self.rect()), self.surface.size())
            self._pressed = event.position()
        elif moved.toPoint().manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            self.drag_wanted.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def leaveEvent(self, event: QEvent) -> None:
        self.uncrossed.emit()
        super().leaveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn_sight(self._sight, event, QRectF(self.rect()), self.surface)


def turn_sight(sight: Sight, event: QWheelEvent, area: QRectF, surface: ClipSurface) -> None:
    """Zooms at the pointer by the wheel."""
    turned = event.angleDelta().y() / 120
    if turned:
        sight.zoom_at(sight.zoom * STEP**turned, event.position(), area, surface.size())
        event.accept()
