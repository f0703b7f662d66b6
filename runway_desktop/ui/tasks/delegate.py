"""Paints the rows of the task list: poster, prompt over settings, state in words over a bar, cost and time in
aligned figures.

Colours, icons and fonts are looked up at each paint. A group's header is painted across the whole row by the view,
cell by cell none.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.viewmodels.state_words import StateWords, Tone
from runway_desktop.viewmodels.task_cells import Column, Roles, marks_of

from .grid_cell import DIMMED, is_poster_alone
from .poster_cache import PosterCache
from .sides import Sides

_TONES = {Tone.PLAIN: Role.TEXT, Tone.BUSY: Role.ACCENT, Tone.GOOD: Role.GOOD, Tone.WARN: Role.WARN, Tone.BAD: Role.BAD}


class RowDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._posters = posters
        self.phase = 0.0
        """Where the moving part of an indeterminate bar stands, 0 to 1; the view advances it."""
        self.hovered_row = -1

    @staticmethod
    def row_height(font: QFont, small: QFont) -> int:
        return max(7 * GRID, QFontMetrics(font).height() + QFontMetrics(small).height() + 2 * GRID + GRID // 2)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, self.row_height(option.font, self._theme.small_font()))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if index.data(Roles.GROUP) is not None:
            return
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self._ground(painter, option, index.row(), selected)
        inner = option.rect.adjusted(GRID, 0, -GRID, -1)
        sides = Sides(option.direction, inner)
        match Column(index.column()):
            case Column.POSTER:
                self._poster(painter, inner, sides, index)
            case Column.PROMPT:
                words = (index.data() or "", index.data(Roles.SETTINGS) or "")
                self._two_lines(painter, inner, sides, option.font, words)
            case Column.STATUS:
                state = index.data(Roles.WORDS)
                if isinstance(state, StateWords):
                    self._status(painter, inner, sides, state)
            case Column.CREDITS | Column.SENT:
                painter.setFont(self._theme.tabular(option.font))
                painter.setPen(self._theme.color(Role.MUTED))
                sides.line(painter, inner, index.data() or "", at_end=True)
            case _:
                painter.setPen(self._theme.color(Role.MUTED))
                painter.setFont(option.font)
                sides.line(painter, inner, index.data() or "")
        self._focus(painter, option, index)
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, row: int, selected: bool) -> None:
        if selected:
            painter.fillRect(option.rect, self._theme.color(Role.SELECTED))
        elif row == self.hovered_row:
            painter.fillRect(option.rect, self._theme.color(Role.RAISED))
        painter.setPen(QPen(self._theme.color(Role.BORDER), 1))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())

    def _focus(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view = option.widget
        if view is None or not view.hasFocus() or view.currentIndex().row() != index.row():  # type: ignore[attr-defined]
            return
        pen = QPen(self._theme.color(Role.ACCENT), 1)
        painter.setPen(pen)
        rect = option.rect.adjusted(0, 0, 0, -1)
        painter.drawLine(rect.topLeft(), rect.topRight())
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def _poster(self, painter: QPainter, rect: QRect, sides: Sides, index: QModelIndex | QPersistentModelIndex) -> None:
        box = sides.place(rect.adjusted(GRID // 2, GRID // 2 + 1, 0, -GRID // 2))
        frame = QRectF(box)
        path = QPainterPath()
        path.addRoundedRect(frame, 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(path)
        painter.fillRect(frame, self._theme.color(Role.HOVER if not index.data(Roles.POSTER) else Role.MEDIA))
        scale = painter.device().devicePixelRatioF()
        picture = self._posters.picture(index.data(Roles.POSTER) or "", box.size(), scale)
        row = index.data(Roles.ROW)
        missing = is_poster_alone(row)
        if picture is not None:
            target = QRect(0, 0, round(picture.width() / scale), round(picture.height() / scale))
            target.moveCenter(box.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setOpacity(DIMMED if missing else 1.0)
            painter.drawPixmap(target, picture)
            painter.setOpacity(1.0)
        marks = marks_of(row.task) if isinstance(row, Row) else ""
        if marks:
            self._badge(painter, frame, marks, at_left=not sides.is_mirrored)
        badge = index.data(Roles.BADGE)
        if badge:
            self._badge(painter, frame, badge, at_left=sides.is_mirrored)
        painter.setClipping(False)

    def _badge(self, painter: QPainter, frame: QRectF, text: str, *, at_left: bool) -> None:
        font = self._theme.tabular(self._theme.small_font())
        painter.setFont(font)
        width = QFontMetrics(font).horizontalAdvance(text) + 8
        height = QFontMetrics(font).height()
        left = frame.left() + 3 if at_left else frame.right() - width - 3
        box = QRectF(left, frame.bottom() - height - 3, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(12, 13, 15, 190))
        painter.drawRoundedRect(box, 3, 3)
        # White on near-black in both themes: the badge stands on a picture, not on a surface.
        painter.setPen(QColor(245, 246, 248))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _two_lines(self, painter: QPainter, rect: QRect, sides: Sides, font: QFont, words: tuple[str, str]) -> None:
        small = self._theme.small_font()
        upper, lower = self._halves(rect, font, small)
        painter.setFont(font)
        painter.setPen(self._theme.color(Role.TEXT))
        sides.line(painter, upper, words[0])
        painter.setFont(small)
        painter.setPen(self._theme.color(Role.MUTED))
        sides.line(painter, lower, words[1])

    def _status(self, painter: QPainter, rect: QRect, sides: Sides, words: StateWords) -> None:
        color = self._theme.color(_TONES[words.tone])
        small = self._theme.small_font()
        bar = words.progress is not None or words.moving
        lines = rect.adjusted(0, 0, 0, -GRID // 2) if bar else rect
        second = words.detail
        single = not second or words.tone is Tone.GOOD or (bar and words.progress is not None)
        upper, lower = (lines, lines) if single else self._halves(lines, small, small)
        icon = self._theme.icon(words.icon, _TONES[words.tone]) if words.icon else QIcon()
        side = QFontMetrics(small).height() - 1
        place = QRect(upper.left(), upper.center().y() - side // 2 + 1, side, side)
        icon.paint(painter, sides.place(place))
        painter.setFont(small)
        painter.setPen(color)
        text = upper.adjusted(side + GRID // 2 + 1, 0, 0, 0)
        sides.line(painter, text, words.headline)
        if second:
            painter.setPen(self._theme.color(Role.FAINT))
            if single:
                used = QFontMetrics(small).horizontalAdvance(words.headline + "  ")
                separator = "" if words.tone is Tone.GOOD else "· "
                sides.line(painter, text.adjusted(used, 0, 0, 0), separator + second)
            else:
                sides.line(painter, lower.adjusted(side + GRID // 2 + 1, 0, 0, 0), second)
        if bar:
            self._bar(painter, QRectF(rect.left(), rect.bottom() - GRID - 1, rect.width(), 3), sides, words, color)

    def _bar(self, painter: QPainter, groove: QRectF, sides: Sides, words: StateWords, color: QColor) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.BORDER))
        painter.drawRoundedRect(groove, 1.5, 1.5)
        painter.setBrush(color)
        if words.progress is not None:
            done = QRectF(groove)
            done.setWidth(max(3.0, groove.width() * words.progress))
            painter.drawRoundedRect(sides.place_exactly(done), 1.5, 1.5)
            return
        part = groove.width() / 5
        start = groove.left() + (groove.width() + part) * self.phase - part
        moving = QRectF(start, groove.top(), part, groove.height()).intersected(groove)
        if not moving.isEmpty():
            painter.setOpacity(0.75)
            painter.drawRoundedRect(sides.place_exactly(moving), 1.5, 1.5)
            painter.setOpacity(1)

    @staticmethod
    def _halves(rect: QRect, upper: QFont, lower: QFont) -> tuple[QRect, QRect]:
        first, second = QFontMetrics(upper).height(), QFontMetrics(lower).height()
        top = rect.top() + (rect.height() - first - second) // 2
        return QRect(rect.left(), top, rect.width(), first), QRect(rect.left(), top + first, rect.width(), second)
