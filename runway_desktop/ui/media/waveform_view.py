"""Shows a sound as its waveform, with what was played in the accent color. A press or a drag anywhere scrubs. GUI
thread.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from runway_desktop.ui.theme import Role, Theme

from .stage import Stage
from .waveform import Waveform

_BAR, _GAP, _MARGIN = 2.0, 1.0, 16.0


def paint_bars(painter: QPainter, area: QRectF, peaks: tuple[float, ...]) -> None:
    """Bars mirrored on the middle line, in the painter's pen color. The loudest of the sound fills the height."""
    count = max(1, int(area.width() // (_BAR + _GAP)))
    loudest = max(max(peaks, default=0.0), 0.05)
    middle = area.center().y()
    color = painter.pen().color()
    for bar in range(count):
        first = bar * len(peaks) // count
        last = max(first + 1, (bar + 1) * len(peaks) // count)
        peak = max(peaks[first:last], default=0.0) / loudest
        height = max(1.0, peak * area.height())
        painter.fillRect(QRectF(area.x() + bar * (_BAR + _GAP), middle - height / 2, _BAR, height), color)


class WaveformView(Stage):
    scrub_began = Signal()
    scrubbed = Signal(float)
    """0 at the start, 1 at the end."""
    scrub_ended = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.waveform: Waveform | None = None
        self._fraction = 0.0
        self._scrubbing = False

    def show_waveform(self, waveform: Waveform | None) -> None:
        """None while it is not known: a flat line."""
        self.waveform = waveform
        self.update()

    def set_fraction(self, fraction: float) -> None:
        if fraction != self._fraction:
            self._fraction = fraction
            self.update()

    def paint_media(self, painter: QPainter, area: QRectF) -> None:
        field = self._field()
        peaks = self.waveform.peaks if self.waveform is not None else ()
        played_to = field.x() + self._fraction * field.width()
        for role, left, right in ((Role.ACCENT, area.x(), played_to), (Role.FAINT, played_to, area.right())):
            painter.setClipRect(QRectF(left, area.y(), right - left, area.height()))
            painter.setPen(QPen(self.theme.color(role)))
            paint_bars(painter, field, peaks)
        painter.setClipping(False)
        painter.fillRect(QRectF(played_to - 0.5, area.y() + 8, 1, area.height() - 16), self.theme.color(Role.TEXT))

    def drags_file_at(self, _position: QPointF) -> bool:
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._scrubbing = True
            self.scrub_began.emit()
            self._scrub_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._scrubbing:
            self._scrub_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._scrubbing and event.button() == Qt.MouseButton.LeftButton:
            self._scrubbing = False
            self.scrub_ended.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def _field(self) -> QRectF:
        inner = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        height = min(inner.height(), inner.width() * 0.4)
        return QRectF(inner.x(), inner.center().y() - height / 2, inner.width(), height)

    def _scrub_to(self, point: QPointF) -> None:
        field = self._field()
        self.scrubbed.emit(min(1.0, max(0.0, (point.x() - field.x()) / max(1.0, field.width()))))
