"""Illustrations for empty lists: nothing made yet, no match, all done.

Painted in theme colors, sharp at any scale. The text next to them says the same, so screen readers skip them. GUI
thread only.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from .painting import rounded
from .theme import Role, Theme

SIZE = QSize(144, 96)
_LINE = 2.0

Empty = Literal["nothing yet", "no match", "all done"]


class EmptyPicture(QWidget):
    def __init__(self, theme: Theme, kind: Empty, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kind = kind
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_kind(self, kind: Empty) -> None:
        if kind != self._kind:
            self._kind = kind
            self.update()

    def sizeHint(self) -> QSize:
        return SIZE

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate((self.width() - SIZE.width()) / 2, (self.height() - SIZE.height()) / 2)
        match self._kind:
            case "nothing yet":
                self._nothing_yet(painter)
            case "no match":
                self._no_match(painter)
            case "all done":
                self._all_done(painter)

    def _pen(self, role: Role, width: float = _LINE) -> QPen:
        line, cap, join = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        return QPen(self._theme.color(role), width, line, cap, join)

    def _nothing_yet(self, painter: QPainter) -> None:
        """An empty frame with a landscape, and a star."""
        frame = QRectF(20, 14, 104, 68)
        self._landscape(painter, frame)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = self._pen(Role.FAINT)
        pen.setDashPattern([2.5, 2.5])
        painter.setPen(pen)
        painter.drawRoundedRect(frame, 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.ACCENT))
        for middle, radius in ((QPointF(118, 20), 13.0), (QPointF(100, 6), 5.0)):
            painter.drawPath(_star(middle, radius))

    def _no_match(self, painter: QPainter) -> None:
        """List rows, and a magnifying glass."""
        for y in (12, 40, 68):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(Role.HOVER))
            painter.drawRoundedRect(QRectF(14, y, 34, 20), 4, 4)
            painter.setBrush(self._theme.color(Role.BORDER))
            painter.drawRoundedRect(QRectF(56, y + 3, 62, 5), 2.5, 2.5)
            painter.drawRoundedRect(QRectF(56, y + 12, 40, 5), 2.5, 2.5)
        painter.setBrush(self._theme.color(Role.SURFACE))
        painter.setPen(self._pen(Role.ACCENT, 3))
        painter.drawEllipse(QPointF(96, 46), 22, 22)
        painter.setPen(self._pen(Role.ACCENT, 6))
        painter.drawLine(QPointF(114, 64), QPointF(128, 78))
        painter.setPen(self._pen(Role.FAINT, 3))
        painter.drawLine(QPointF(88, 46), QPointF(104, 46))

    def _all_done(self, painter: QPainter) -> None:
        """A stack of pictures, and a check mark."""
        painter.setPen(self._pen(Role.BORDER))
        for inset, y in ((16, 6), (8, 13)):
            painter.setBrush(self._theme.color(Role.SURFACE))
            painter.drawRoundedRect(QRectF(20 + inset, y, 104 - 2 * inset, 40), 6, 6)
        frame = QRectF(20, 22, 104, 64)
        painter.setBrush(self._theme.color(Role.SURFACE))
        painter.drawRoundedRect(frame, 8, 8)
        self._landscape(painter, frame)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._pen(Role.FAINT))
        painter.drawRoundedRect(frame, 8, 8)
        painter.setPen(self._pen(Role.SURFACE, 3))
        painter.setBrush(self._theme.color(Role.GOOD))
        painter.drawEllipse(QPointF(116, 76), 16, 16)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([QPointF(109, 77), QPointF(114, 82), QPointF(123, 71)]))

    def _landscape(self, painter: QPainter, frame: QRectF) -> None:
        """Two hills and a sun."""
        painter.save()
        painter.setClipPath(rounded(frame, 8))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.HOVER))
        painter.drawEllipse(QPointF(frame.left() + 30, frame.top() + 24), 9, 9)
        foot = frame.bottom() + 1
        for role, left, peak, right in ((Role.HOVER, -8, 30, 66), (Role.BORDER, 30, 72, 116)):
            hill = QPainterPath(QPointF(frame.left() + left, foot))
            top = frame.bottom() - (26 if role is Role.HOVER else 38)
            hill.quadTo(QPointF(frame.left() + peak, 2 * top - foot), QPointF(frame.left() + right, foot))
            painter.setBrush(self._theme.color(role))
            painter.drawPath(hill)
        painter.restore()


def _star(middle: QPointF, radius: float) -> QPainterPath:
    """A four-pointed star with concave sides."""
    tips = [QPointF(0, -radius), QPointF(radius, 0), QPointF(0, radius), QPointF(-radius, 0)]
    path = QPainterPath(middle + tips[-1])
    for tip in tips:
        path.quadTo(middle, middle + tip)
    return path
