"""Painter of a take as a small poster: rating, length, pick or reject, progress. Colors are read at each paint. GUI
thread only."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Pick
from runway_desktop.ui.painting import rounded, square_in
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.listing.columns import poster_of, sign_of
from runway_desktop.usecases.words.states import badge

from .posters import HoverScrub, PosterCache
from .text_cache import TextCache

_MARK = 18
_GOOD, _BAD = QColor("#3fb871"), QColor("#c5322b")
"""On pictures, so the same in both themes."""
_DIMMED = 0.35


class TakePainter:
    def __init__(self, theme: Theme, posters: PosterCache) -> None:
        self._theme = theme
        self._posters = posters
        self.letters = TextCache(theme)

    def take(
        self,
        painter: QPainter,
        box: QRect,
        row: Row,
        font: QFont,
        scrub: HoverScrub | None = None,
        sign: tuple[str, Role] | None = None,
    ) -> None:
        """`scrub`: of the take under the pointer. `sign`: an icon and its color in place of a missing picture."""
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.save()
        painter.setClipPath(rounded(QRectF(box), 4))
        picture = poster_of(row) if sign is None else ""
        painter.fillRect(box, self._theme.color(Role.MEDIA if picture else Role.HOVER))
        is_rejected = row.task.pick is Pick.REJECT
        if scrub is None or not scrub.paint(painter, box):
            self._posters.paint(painter, box, picture, _DIMMED if is_rejected else 1.0)
        self.letters.use(font)
        icon, role = sign or (sign_of(row), Role.MUTED)
        if icon:
            self.letters.icon(painter, square_in(box, 2 * GRID), icon, role)
        rating = f"{row.task.rating}★" if row.task.rating else ""
        self.letters.badge(painter, QRectF(box), rating, at_left=True, inset=3)
        self.letters.badge(painter, QRectF(box), badge(row) if sign is None else "", at_left=False, inset=3)
        if row.task.pick is not Pick.NONE:
            self._mark(painter, box, is_rejected=is_rejected)
        if row.task.progress is not None and not row.task.state.is_final:
            done = QRectF(box.left(), box.bottom() - 2, box.width() * row.task.progress, 3)
            painter.fillRect(done, self._theme.color(Role.ACCENT))
        painter.restore()

    def current(self, painter: QPainter, around: QRect) -> None:
        """The frame around a take that is current."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color(Role.ACCENT), 2))
        painter.drawRoundedRect(QRectF(around).adjusted(1, 1, -1, -1), 6, 6)

    def _mark(self, painter: QPainter, box: QRect, *, is_rejected: bool) -> None:
        self.mark(painter, QRect(box.left() + 4, box.top() + 4, _MARK, _MARK), is_rejected=is_rejected)

    @staticmethod
    def mark(painter: QPainter, plate: QRect, *, is_rejected: bool = False) -> None:
        """The sign of a pick, or of a reject."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_BAD if is_rejected else _GOOD)
        painter.drawRoundedRect(plate, 3, 3)
        painter.setPen(QPen(QColor("white" if is_rejected else "#0c1a12"), 2))
        x, y, part = plate.left(), plate.top(), plate.width() / 18
        lines = ((5, 5, 13, 13), (13, 5, 5, 13)) if is_rejected else ((4, 9, 8, 13), (8, 13, 14, 5))
        for x1, y1, x2, y2 in lines:
            painter.drawLine(round(x + x1 * part), round(y + y1 * part), round(x + x2 * part), round(y + y2 * part))
