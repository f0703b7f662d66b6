"""What several delegates and views paint alike. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainterPath


def rounded(area: QRect | QRectF, radius: float) -> QPainterPath:
    """A rectangle with round corners, to fill or to clip to."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(area), radius, radius)
    return path


def square_in(area: QRect | QRectF, side: float) -> QRect:
    """The square in the middle, for an icon."""
    square = QRectF(0, 0, side, side)
    square.moveCenter(QRectF(area).center())
    return square.toRect()
