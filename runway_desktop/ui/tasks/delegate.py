"""Painters of the task list. Of its rows: poster, prompt above settings, state above a progress bar, cost and time in
tabular digits. Of the grid's cells: poster or scrub frame, stars and pick in its corner, prompt and state below.

The view paints each row as a whole: cell by cell, a tall window would take longer than a frame. Colors, fonts and icons
are read at each paint. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from runway_desktop.ui.labels import INKS, QUIET_INKS
from runway_desktop.ui.painting import rounded, square_in
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.listing.columns import COLUMNS, Column, RowWords
from runway_desktop.usecases.words.states import StateWords, Tone

from .headers import GroupHeader
from .posters import HoverScrub, PosterCache
from .text_cache import Ink, Sides, TextCache

DIMMED = 0.35
"""Opacity of a picture whose file is missing."""
_STILL = 0.5
"""Position of an indeterminate bar's moving part while motion is reduced."""


class RowDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._posters = posters
        self.phase = 0.0
        """Position of an indeterminate bar's moving part, 0 to 1; the view's timer advances it."""
        self.hovered_row = -1
        self.lead = 0
        """Width in pixels before the posters, for the queue position."""
        self._letters = TextCache(theme)
        self.header = GroupHeader(theme, self._letters)

    @staticmethod
    def row_height(font: QFont, small: QFont) -> int:
        return max(7 * GRID, QFontMetrics(font).height() + QFontMetrics(small).height() + 2 * GRID + GRID // 2)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, self.row_height(option.font, self._theme.small_font()))

    def begin(self, painter: QPainter, font: QFont) -> None:
        """Call before painting rows."""
        self._letters.use(font)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)

    def paint_row(
        self,
        painter: QPainter,
        rect: QRect,
        cells: Sequence[tuple[Column, int, int]],
        words: RowWords,
        direction: Qt.LayoutDirection,
        *,
        selected: bool = False,
        hovered: bool = False,
        current: bool = False,
        scrub: HoverScrub | None = None,
        button: str = "",
    ) -> None:
        """`cells` are the visible columns with left edge and width. `current` marks the keyboard's row; `scrub` paints
        the frame if the pointer is on the poster."""
        color = self._theme.color
        if selected or hovered:
            painter.fillRect(rect, color(Role.SELECTED if selected else Role.RAISED))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color(Role.BORDER))
        for column, left, width in cells:
            inner = QRect(left + GRID, rect.top(), width - 2 * GRID, rect.height() - 1)
            if column is Column.POSTER:
                box = self.poster_box(left, rect.top(), width, rect.height(), direction)
                self._poster(painter, box, Sides(direction, inner), words, scrub)
                if self.lead:
                    self._order(painter, QRect(left, rect.top(), self.lead + GRID, rect.height() - 1), direction, words)
            elif column is Column.PROMPT and button:
                area = self.button_box(left, rect.top(), width, rect.height(), button, direction)
                room = inner.width() - area.width() - GRID
                side = Sides(direction, inner)
                self._cell(painter, column, side.place(inner.adjusted(0, 0, room - inner.width(), 0)), words, direction)
                self._letters.button(painter, area, button)
            else:
                self._cell(painter, column, inner, words, direction)
        if current:
            painter.fillRect(rect.left(), rect.top(), rect.width(), 1, color(Role.ACCENT))
            painter.fillRect(rect.left(), rect.bottom() - 1, rect.width(), 1, color(Role.ACCENT))

    def button_box(
        self, left: int, top: int, width: int, height: int, text: str, direction: Qt.LayoutDirection
    ) -> QRect:
        """Rectangle of a row's button, in the prompt cell."""
        wide, high = self._letters.button_width(text), self._letters.small.height + GRID
        rect = QRect(left + width - GRID - wide, top + (height - high) // 2, wide, high)
        return Sides(direction, QRect(left, top, width, height)).place(rect)

    def drop_line(self, painter: QPainter, y: int, width: int, words: str, pointer: QPoint) -> None:
        """Paints the drop position of dragged rows, and on top of the card at the pointer the time at which they would
        be sent."""
        accent = self._theme.color(Role.ACCENT)
        painter.fillRect(0, y - 1, width, 2, accent)
        painter.setPen(QPen(accent, 2))
        painter.setBrush(self._theme.color(Role.WINDOW))
        painter.drawEllipse(QRectF(1, y - 4, 8, 8))
        if words:
            ink = self._letters.small
            plate = QRect(0, 0, ink.metrics.horizontalAdvance(words) + 2 * GRID, ink.height + GRID // 2)
            plate.moveBottomLeft(pointer + QPoint(GRID, GRID // 2))
            plate.moveLeft(max(0, min(plate.left(), width - plate.width())))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            painter.drawRoundedRect(plate, 4, 4)
            painter.setPen(self._theme.color(Role.ON_ACCENT))
            painter.setFont(ink.font)
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)

    def _order(self, painter: QPainter, rect: QRect, direction: Qt.LayoutDirection, words: RowWords) -> None:
        """Paints a drag handle and the row's position in the queue."""
        sides, letters = Sides(direction, rect), self._letters
        side = 2 * GRID
        grip = QRect(rect.left() + GRID // 2, rect.center().y() - side // 2, side, side)
        letters.icon(painter, sides.place(grip), "mdi6.drag-vertical", Role.FAINT)
        area = rect.adjusted(3 * GRID, 0, 0, 0)
        if words.is_held:
            icon = QRect(area.right() - side - GRID // 2, rect.center().y() - side // 2, side, side)
            letters.icon(painter, sides.place(icon), "mdi6.pause", Role.WARN)
            return
        painter.setPen(self._theme.color(Role.MUTED))
        letters.line(painter, sides, area.adjusted(0, 0, -GRID, 0), words.order, letters.figures, at_end=True)

    def _cell(
        self, painter: QPainter, column: Column, inner: QRect, words: RowWords, direction: Qt.LayoutDirection
    ) -> None:
        letters, sides = self._letters, Sides(direction, inner)
        match column:
            case Column.PROMPT:
                self._two_lines(painter, inner, sides, words.title, words.settings)
            case Column.STATUS:
                if words.status is not None:
                    self._status(painter, inner, sides, words.status)
            case _:
                painter.setPen(self._theme.color(Role.MUTED))
                figures = COLUMNS[column].is_number
                ink = letters.figures if figures else letters.body
                letters.line(painter, sides, inner, words.plain.get(column, ""), ink, at_end=figures)

    def poster_box(self, left: int, top: int, width: int, height: int, direction: Qt.LayoutDirection) -> QRect:
        """Rectangle of the poster in its cell."""
        inner = QRect(left + GRID, top, width - 2 * GRID, height - 1)
        return Sides(direction, inner).place(inner.adjusted(self.lead + GRID // 2, GRID // 2 + 1, 0, -GRID // 2))

    def _poster(self, painter: QPainter, box: QRect, sides: Sides, words: RowWords, scrub: HoverScrub | None) -> None:
        frame = QRectF(box)
        painter.setClipPath(rounded(frame, 4))
        painter.fillRect(frame, self._theme.color(Role.MEDIA if words.poster else Role.HOVER))
        if scrub is None or not scrub.paint(painter, box):
            self._posters.paint(painter, box, words.poster, DIMMED if words.is_poster_alone else 1.0)
        if words.sign:
            self._letters.icon(painter, square_in(box, 2 * GRID), words.sign, Role.MUTED)
        self._letters.badge(painter, frame, words.marks, at_left=not sides.is_mirrored, inset=3)
        self._letters.badge(painter, frame, words.badge, at_left=sides.is_mirrored, inset=3)
        painter.setClipping(False)

    def _two_lines(self, painter: QPainter, rect: QRect, sides: Sides, first: str, second: str) -> None:
        letters = self._letters
        upper, lower = _halves(rect, letters.body, letters.small)
        painter.setPen(self._theme.color(Role.TEXT))
        letters.line(painter, sides, upper, first, letters.body)
        painter.setPen(self._theme.color(Role.MUTED))
        letters.line(painter, sides, lower, second, letters.small)

    def _status(self, painter: QPainter, rect: QRect, sides: Sides, words: StateWords) -> None:
        color = self._theme.color(INKS[words.tone])
        letters, small = self._letters, self._letters.small
        bar = words.progress is not None or words.moving
        lines = rect.adjusted(0, 0, 0, -GRID // 2) if bar else rect
        second = words.detail
        single = not second or words.tone is Tone.GOOD or (bar and words.progress is not None)
        upper, lower = (lines, lines) if single else _halves(lines, small, small)
        side = small.height - 1
        if words.icon:
            area = QRect(upper.left(), upper.center().y() - side // 2 + 1, side, side)
            letters.icon(painter, sides.place(area), words.icon, INKS[words.tone])
        painter.setPen(color)
        text = upper.adjusted(side + GRID // 2 + 1, 0, 0, 0)
        letters.line(painter, sides, text, words.headline, small)
        if second:
            painter.setPen(self._theme.color(Role.FAINT))
            if single:
                used = small.metrics.horizontalAdvance(words.headline + "  ")
                separator = "" if words.tone is Tone.GOOD else "· "
                letters.line(painter, sides, text.adjusted(used, 0, 0, 0), separator + second, small)
            else:
                letters.line(painter, sides, lower.adjusted(side + GRID // 2 + 1, 0, 0, 0), second, small)
        if bar:
            self._bar(painter, QRectF(rect.left(), rect.bottom() - GRID - 1, rect.width(), 3), sides, words, color)

    def _bar(self, painter: QPainter, groove: QRectF, sides: Sides, words: StateWords, color: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.HOVER if self._theme.is_strong else Role.BORDER))
        painter.drawRoundedRect(groove, 1.5, 1.5)
        painter.setBrush(color)
        if words.progress is not None:
            done = QRectF(groove)
            done.setWidth(max(3.0, groove.width() * words.progress))
            painter.drawRoundedRect(sides.place_exactly(done), 1.5, 1.5)
            return
        part = groove.width() / 5
        start = groove.left() + (groove.width() + part) * (_STILL if self._theme.is_calm else self.phase) - part
        moving = QRectF(start, groove.top(), part, groove.height()).intersected(groove)
        if not moving.isEmpty():
            painter.setOpacity(0.75)
            painter.drawRoundedRect(sides.place_exactly(moving), 1.5, 1.5)
            painter.setOpacity(1)


def _halves(rect: QRect, upper: Ink, lower: Ink) -> tuple[QRect, QRect]:
    top = rect.top() + (rect.height() - upper.height - lower.height) // 2
    first = QRect(rect.left(), top, rect.width(), upper.height)
    return first, QRect(rect.left(), top + upper.height, rect.width(), lower.height)


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
