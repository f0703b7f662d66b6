"""Cache of laid-out, elided lines of text: laying out a prompt takes longer than painting its row. GUI thread only.

`TextCache` is cleared when fonts change; colors are read at each paint.
"""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap, QStaticText, QTextLayout, QTransform
from PySide6.QtWidgets import QStyle

from runway_desktop.ui.theme import GRID, Role, Theme

MOST = 1500
"""Maximum number of lines: those of several hundred rows."""
_NARROWEST = 2
"""Assumed minimum width of a letter in pixels: longer text is cut before measuring."""
_LEAST_ROOM = 8
_PLATE, _ON_PLATE = QColor(12, 13, 15, 190), QColor(245, 246, 248)


class Sides:
    """Places rectangles inside an area, mirrored for right-to-left layouts."""

    def __init__(self, direction: Qt.LayoutDirection, area: QRect) -> None:
        self._direction = direction
        self._area = area

    @property
    def is_mirrored(self) -> bool:
        return self._direction == Qt.LayoutDirection.RightToLeft

    def place(self, rect: QRect) -> QRect:
        if not self.is_mirrored:
            return rect
        return QStyle.visualRect(self._direction, self._area, rect)

    def place_exactly(self, rect: QRectF) -> QRectF:
        """`place` for fractional coordinates."""
        if not self.is_mirrored:
            return rect
        area = QRectF(self._area)
        return QRectF(area.left() + area.right() - rect.right(), rect.top(), rect.width(), rect.height())


class Ink:
    """A font with its cached metrics."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.metrics = QFontMetrics(font)
        self.height = self.metrics.height()
        self.laid_out: dict[tuple[str, int, bool], tuple[QStaticText, int, int]] = {}
        """Layouts by text, width, and whether elided in the middle: static text, its width, and by how much glyphs of a
        fallback font (such as Japanese) push the baseline down."""


class TextCache:
    """Fonts of a paint (`body`, `strong`, `small`, and two with tabular digits), their layouts, and icons."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._font: QFont | None = None
        self._icons: dict[tuple[int, int, float], QPixmap] = {}
        theme.changed.connect(self._icons.clear)
        self.body: Ink
        self.strong: Ink
        self.small: Ink
        self.figures: Ink
        self.small_figures: Ink

    def use(self, font: QFont) -> None:
        """Call before each paint; `font` is the body's."""
        if self._font != font:
            self._font = QFont(font)
            small, tabular = self._theme.small_font(), self._theme.tabular
            self.body, self.strong, self.small = Ink(self._font), Ink(self._theme.strong_font()), Ink(small)
            self.figures, self.small_figures = Ink(tabular(self._font)), Ink(tabular(small))

    def line(
        self,
        painter: QPainter,
        sides: Sides,
        rect: QRect,
        text: str,
        ink: Ink,
        *,
        at_end: bool = False,
        in_the_middle: bool = False,
    ) -> int:
        """Draws a line in the painter's pen, at the start or end of `rect`, elided at its end or middle. Returns its
        width. The text keeps its own direction."""
        room = rect.width()
        if not text or room < _LEAST_ROOM:
            return 0
        known = ink.laid_out.get((text, room, in_the_middle))
        if known is None:
            self._theme.look_at_letters(text)
        laid_out, width, pushed = known or _lay_out(text, room, ink, in_the_middle)
        left = rect.left() + room - width if at_end else rect.left()
        area = sides.place(QRect(left, rect.top() + (rect.height() - ink.height) // 2, width, ink.height))
        painter.setFont(ink.font)
        painter.drawStaticText(area.left(), area.top() - pushed, laid_out)
        return width

    def icon(self, painter: QPainter, rect: QRect, name: str, role: Role) -> None:
        """Draws an icon, rendered once per size and screen."""
        icon, scale = self._theme.icon(name, role), painter.device().devicePixelRatioF()
        key = (icon.cacheKey(), rect.height(), scale)
        picture = self._icons.get(key)
        if picture is None:
            picture = self._icons[key] = icon.pixmap(rect.size(), scale)
        painter.drawPixmap(rect, picture)

    def button_width(self, text: str) -> int:
        return self.small.metrics.horizontalAdvance(text) + 2 * GRID + GRID // 2

    def button(self, painter: QPainter, rect: QRect, text: str) -> None:
        """Paints a button; the view handles its clicks."""
        painter.setPen(self._theme.color(Role.OUTLINE))
        painter.setBrush(self._theme.color(Role.RAISED))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(self._theme.color(Role.TEXT))
        painter.setFont(self.small.font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def badge(self, painter: QPainter, frame: QRectF, text: str, *, at_left: bool, inset: int) -> None:
        """Paints a short text on a plate in a lower corner of a picture. White on near-black in both themes, because it
        is on the picture."""
        if not text:
            return
        ink = self.small_figures
        width = ink.metrics.horizontalAdvance(text) + GRID
        left = frame.left() + inset if at_left else frame.right() - width - inset
        plate = QRectF(left, frame.bottom() - ink.height - inset, width, ink.height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PLATE)
        painter.drawRoundedRect(plate, 3, 3)
        painter.setPen(_ON_PLATE)
        painter.setFont(ink.font)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def _lay_out(text: str, room: int, ink: Ink, in_the_middle: bool) -> tuple[QStaticText, int, int]:
    if len(ink.laid_out) >= MOST:
        ink.laid_out.clear()
    if in_the_middle:
        cut = ink.metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
    else:
        cut = ink.metrics.elidedText(text[: room // _NARROWEST], Qt.TextElideMode.ElideRight, room)
    shown = QStaticText(cut)
    shown.setTextFormat(Qt.TextFormat.PlainText)
    shown.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    shown.prepare(QTransform(), ink.font)
    found = ink.laid_out[text, room, in_the_middle] = (shown, ceil(shown.size().width()), _pushed(cut, ink))
    return found


def _pushed(text: str, ink: Ink) -> int:
    """How far the baseline is below that of the font's own letters."""
    if text.isascii():
        return 0
    layout = QTextLayout(text, ink.font)
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    return max(0, round(line.ascent()) - ink.metrics.ascent())
