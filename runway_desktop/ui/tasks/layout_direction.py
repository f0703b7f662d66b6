"""Painting that follows the direction of reading: where things stand in a mirrored row.

Everything is laid out as for reading from the left, and mirrored where the layout is from the right. GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtWidgets import QStyle

Direction = Qt.LayoutDirection


class Sides:
    """Places within one area, such as a cell."""

    def __init__(self, direction: Qt.LayoutDirection, area: QRect) -> None:
        self._direction = direction
        self._area = area

    @property
    def is_mirrored(self) -> bool:
        return self._direction == Direction.RightToLeft

    def place(self, rect: QRect) -> QRect:
        if not self.is_mirrored:
            return rect
        return QStyle.visualRect(self._direction, self._area, rect)

    def place_exactly(self, rect: QRectF) -> QRectF:
        """The same between whole pixels."""
        if not self.is_mirrored:
            return rect
        area = QRectF(self._area)
        return QRectF(area.left() + area.right() - rect.right(), rect.top(), rect.width(), rect.height())
