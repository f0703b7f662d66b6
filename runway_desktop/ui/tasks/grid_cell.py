"""Painter of a grid cell: poster or scrub frame, stars and pick in its corner, prompt and state below. Colors and fonts
are read at each paint. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from runway_desktop.ui.labels import QUIET_INKS
from runway_desktop.ui.painting import rounded, square_in
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.listing.columns import RowWords

from .headers import GroupHeader
from .posters import HoverScrub, PosterCache
from .text_cache import Sides, TextCache

DIMMED = 0.35
"""Opacity of a picture whose file is missing."""


class CellPainter:
    def __init__(self, theme: Theme, posters: PosterCache) -> None:
        self._theme = theme
        self._posters = posters
        self._letters = TextCache(theme)
        self.header = GroupHeader(theme, self._letters)

    def begin(self, painter: QPainter, font: QFont) -> None:
        """Call before painting cells."""
        self._letters.use(font)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)

    def caption_height(self) -> int:
        """Height of the two small lines below the poster."""
        return 2 * QFontMetrics(self._theme.small_font()).height() + GRID

    def poster_box(self, rect: QRect) -> QRect:
        """The cell above its caption."""
        return QRect(rect.left(), rect.top(), rect.width(), rect.height() - self.caption_height())

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        words: RowWords,
        direction: Qt.LayoutDirection,
        *,
        selected: bool,
        current: bool,
        scrub: HoverScrub | None,
    ) -> None:
        theme, sides = self._theme, Sides(direction, rect)
        frame_rect = QRectF(rect)
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(Role.SELECTED))
            painter.drawRoundedRect(frame_rect.adjusted(-3, -3, 3, 3), 6, 6)
        poster = self.poster_box(rect)
        self._poster(painter, poster, words, scrub)
        self._marks(painter, poster, sides, words)
        self._caption(painter, rect, poster, sides, words)
        if selected or current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(Role.ACCENT), 2 if current else 1))
            painter.drawRoundedRect(QRectF(poster).adjusted(0, 0, 0, 0), 5, 5)

    def _poster(self, painter: QPainter, box: QRect, words: RowWords, scrub: HoverScrub | None) -> None:
        """Paints the poster; dimmed and with an icon if the file itself is missing."""
        path, dimmed = words.poster, words.is_poster_alone
        painter.save()
        painter.setClipPath(rounded(box, 5))
        painter.fillRect(box, self._theme.color(Role.MEDIA if path else Role.HOVER))
        if scrub is None or not scrub.paint(painter, box):
            has_picture = self._posters.paint(painter, box, path, DIMMED if dimmed else 1.0)
            if not path or dimmed:
                self._icon(painter, box, words, on_picture=has_picture)
        painter.restore()

    def _icon(self, painter: QPainter, box: QRect, words: RowWords, *, on_picture: bool) -> None:
        """Paints the icon of the state, or of the kind for a result without a picture."""
        if words.status is None or not (words.sign or words.status.icon):
            return
        rect = square_in(box, 3 * GRID)
        if on_picture:
            plate = QColor(self._theme.color(Role.SURFACE))
            plate.setAlpha(220)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(plate)
            painter.drawEllipse(rect.adjusted(-GRID, -GRID, GRID, GRID))
        self._letters.icon(painter, rect, words.sign or words.status.icon, QUIET_INKS[words.status.tone])

    def _marks(self, painter: QPainter, box: QRect, sides: Sides, words: RowWords) -> None:
        frame = QRectF(box)
        self._letters.badge(painter, frame, words.marks, at_left=not sides.is_mirrored, inset=4)
        self._letters.badge(painter, frame, words.badge, at_left=sides.is_mirrored, inset=4)
        if words.is_rejected:
            shade = QColor(self._theme.color(Role.SURFACE))
            shade.setAlpha(120)
            painter.fillRect(box, shade)

    def _caption(self, painter: QPainter, rect: QRect, poster: QRect, sides: Sides, words: RowWords) -> None:
        small = self._letters.small
        lines = [(words.title, Role.TEXT)]
        if words.status is not None:
            lines.append((words.status.headline, QUIET_INKS[words.status.tone]))
        top = poster.bottom() + GRID // 2
        for text, role in lines:
            painter.setPen(self._theme.color(role))
            area = QRect(rect.left() + 2, top, rect.width() - 4, small.height)
            self._letters.line(painter, sides, area, text, small)
            top += small.height
