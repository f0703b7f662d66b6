"""Paints a group's header across list or grid: fold, title, what is in it, what it cost and how long it still takes.
GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.listing.lines import GroupWords

from .text_cache import Sides, TextCache

_SIDE = 2 * GRID
_GAP = GRID + GRID // 2
_LEAST_TITLE = 60


class GroupHeader:
    """`letters` are those of the painting that goes on."""

    def __init__(self, theme: Theme, letters: TextCache) -> None:
        self._theme = theme
        self._letters = letters

    def height(self) -> int:
        return QFontMetrics(self._theme.strong_font()).height() + _GAP

    def paint(
        self, painter: QPainter, rect: QRect, words: GroupWords, direction: Qt.LayoutDirection, *, current: bool
    ) -> None:
        color, sides = self._theme.color, Sides(direction, rect)
        painter.fillRect(rect, color(Role.RAISED))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color(Role.BORDER))
        if current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color(Role.ACCENT), 1))
            painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5))
        folded = "mdi6.chevron-left" if sides.is_mirrored else "mdi6.chevron-right"
        place = QRect(rect.left() + GRID, rect.center().y() - _SIDE // 2, _SIDE, _SIDE)
        arrow = folded if words.is_folded else "mdi6.chevron-down"
        self._letters.icon(painter, sides.place(place), arrow, Role.MUTED)
        self._words(painter, rect.adjusted(GRID + _SIDE + GRID // 2, 0, -2 * GRID, -1), sides, words)

    def _words(self, painter: QPainter, space: QRect, sides: Sides, words: GroupWords) -> None:
        letters, muted = self._letters, self._theme.color(Role.MUTED)
        painter.setPen(muted)
        taken = letters.line(painter, sides, space, words.costs, letters.small_figures, at_end=True)
        room = space.width() - taken - 2 * GRID
        painter.setPen(self._theme.color(Role.TEXT))
        title = QRect(space.left(), space.top(), max(_LEAST_TITLE, room // 2), space.height())
        used = letters.line(painter, sides, title, words.title, letters.strong, in_the_middle=True) + _GAP
        painter.setPen(muted)
        rest = QRect(space.left() + used, space.top(), max(0, room - used), space.height())
        letters.line(painter, sides, rest, words.holds, letters.small)
