"""Delegate of the expiry board: result, reason, expiry of the link over a bar, and a button with the next step. Colors,
icons and fonts are read at each paint.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from runway_desktop.ui.labels import QUIET_INKS
from runway_desktop.ui.painting import rounded
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.tasks.text_cache import Sides
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.words.expiry import REFRESH, SAVE_NOW, BoardColumn, BoardLine
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.expiry.board_table import LINE

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
POSTER = QSize(8 * GRID, 4 * GRID + GRID // 2)
BAR = 3


class BoardDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._posters = posters
        self.hovered: tuple[int, int] = (-1, -1)
        """Row and column under the pointer."""
        self.shows_pictures = True
        """False in a narrow list, where the text needs the space."""

    def row_height(self, font: QFont) -> int:
        lines = QFontMetrics(font).height() + QFontMetrics(self._theme.small_font()).height()
        return max(8 * GRID, lines + 3 * GRID)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, self.row_height(option.font))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line = index.data(LINE)
        if not isinstance(line, BoardLine):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, option, index)
        inner = option.rect.adjusted(GRID, 0, -GRID, -1)
        sides = Sides(option.direction, inner)
        match BoardColumn(index.column()):
            case BoardColumn.RESULT:
                self._result(painter, inner, sides, option.font, line)
            case BoardColumn.WHY:
                self._why(painter, inner, sides, line)
            case BoardColumn.LINK:
                self._link(painter, inner, sides, line)
            case BoardColumn.ACTION if line.action:
                self._action(painter, self.button(option.rect), line.action, index)
        painter.restore()

    def button(self, cell: QRect) -> QRect:
        """Rectangle of a row's button inside its last cell."""
        height = QFontMetrics(self._theme.small_font()).height() + GRID + GRID // 2
        return QRect(cell.left() + GRID // 2, cell.center().y() - height // 2, cell.width() - 2 * GRID, height)

    def action_width(self) -> int:
        """Width of the last cell that no button's text exceeds."""
        measure = QFontMetrics(self._theme.small_font()).horizontalAdvance
        return max(measure(str(action)) for action in (SAVE_NOW, REFRESH)) + 4 * GRID

    def _ground(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(option.rect, self._theme.color(Role.SELECTED))
        elif index.row() == self.hovered[0]:
            painter.fillRect(option.rect, self._theme.color(Role.RAISED))
        painter.setPen(QPen(self._theme.color(Role.BORDER), 1))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        view = option.widget
        if view is not None and view.hasFocus() and view.currentIndex().row() == index.row():  # type: ignore[attr-defined]
            painter.setPen(QPen(self._theme.color(Role.ACCENT), 1))
            rect = option.rect.adjusted(0, 0, 0, -1)
            painter.drawLine(rect.topLeft(), rect.topRight())
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def _result(self, painter: QPainter, rect: QRect, sides: Sides, font: QFont, line: BoardLine) -> None:
        left = GRID // 2
        if self.shows_pictures:
            top = rect.center().y() - POSTER.height() // 2
            self._picture(painter, sides.place(QRect(QPoint(rect.left() + left, top), POSTER)), line)
            left = POSTER.width() + GRID + GRID // 2
        words = sides.place(rect.adjusted(left, 0, 0, 0))
        self._two_lines(painter, words, font, (line.title, Role.TEXT), (line.detail, Role.MUTED))

    def _picture(self, painter: QPainter, rect: QRect, line: BoardLine) -> None:
        """Paints the poster or the request's picture, else the icon of its kind."""
        scale = painter.device().devicePixelRatioF()
        picture = self._posters.picture(line.picture, POSTER, scale) if line.picture else None
        painter.save()
        painter.setClipPath(rounded(rect, 4))
        painter.fillRect(rect, self._theme.color(Role.MEDIA if picture is not None else Role.HOVER))
        if picture is not None:
            target = QRect(0, 0, round(picture.width() / scale), round(picture.height() / scale))
            target.moveCenter(rect.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(target, picture)
        else:
            box = QRect(0, 0, 2 * GRID, 2 * GRID)
            box.moveCenter(rect.center())
            self._theme.icon(line.media.kind.icon, Role.FAINT).paint(painter, box)
        painter.restore()

    def _why(self, painter: QPainter, rect: QRect, sides: Sides, line: BoardLine) -> None:
        small, role = self._theme.small_font(), QUIET_INKS[line.why.tone]
        side = QFontMetrics(small).height() - 1
        upper, lower = self._halves(rect, small, small)
        if line.why.icon:
            box = QRect(upper.left(), upper.center().y() - side // 2 + 1, side, side)
            self._theme.icon(line.why.icon, role).paint(painter, sides.place(box))
        beside = side + GRID // 2 + 1
        head = Role.TEXT if line.why.tone is Tone.PLAIN else role
        self._words(painter, sides.place(upper.adjusted(beside, 0, 0, 0)), small, line.why.headline, head)
        self._words(painter, sides.place(lower.adjusted(beside, 0, 0, 0)), small, line.why.detail, Role.FAINT)
        if line.why.progress is not None:
            self._bar(painter, self._groove(rect), sides, [(0.0, line.why.progress, Role.ACCENT, 1.0)])

    def _link(self, painter: QPainter, rect: QRect, sides: Sides, line: BoardLine) -> None:
        small, role = self._theme.small_font(), QUIET_INKS[line.tone]
        words = Role.TEXT if line.tone is Tone.GOOD else role
        until = at_least_what_is_left(line.sure, QFontMetrics(small), rect.width())
        self._two_lines(painter, rect, small, (until, words), (line.at_most, Role.FAINT))
        # Remaining time: the first half is safe, in the second the link may expire.
        sure = (line.spent, 0.5, role, 1.0)
        perhaps = (max(line.spent, 0.5), 1.0, role, 0.4)
        self._bar(painter, self._groove(rect), sides, [part for part in (sure, perhaps) if part[0] < part[1]])

    def _action(self, painter: QPainter, rect: QRect, words: str, index: QModelIndex | QPersistentModelIndex) -> None:
        hovered = self.hovered == (index.row(), index.column())
        painter.setPen(QPen(self._theme.color(Role.ACCENT if hovered else Role.BORDER), 1))
        painter.setBrush(self._theme.color(Role.HOVER if hovered else Role.RAISED))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(self._theme.small_font())
        painter.setPen(self._theme.color(Role.TEXT))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), words)

    def _two_lines(
        self, painter: QPainter, rect: QRect, font: QFont, first: tuple[str, Role], second: tuple[str, Role]
    ) -> None:
        small = self._theme.small_font()
        upper, lower = self._halves(rect, font, small)
        self._words(painter, upper, font, *first)
        self._words(painter, lower, small, *second)

    def _words(self, painter: QPainter, rect: QRect, font: QFont, words: str, role: Role) -> None:
        painter.setFont(font)
        painter.setPen(self._theme.color(role))
        painter.drawText(
            rect, _LEFT, painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
        )

    def _bar(
        self, painter: QPainter, groove: QRectF, sides: Sides, parts: list[tuple[float, float, Role, float]]
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.BORDER))
        painter.drawRoundedRect(groove, BAR / 2, BAR / 2)
        for begin, end, role, opacity in parts:
            painter.setOpacity(opacity)
            painter.setBrush(self._theme.color(role))
            part = QRectF(groove)
            part.setLeft(groove.left() + groove.width() * begin)
            part.setRight(groove.left() + groove.width() * end)
            painter.drawRoundedRect(sides.place_exactly(part), BAR / 2, BAR / 2)
        painter.setOpacity(1.0)

    @staticmethod
    def _groove(rect: QRect) -> QRectF:
        return QRectF(rect.left(), rect.bottom() - GRID, rect.width(), BAR)

    @staticmethod
    def _halves(rect: QRect, upper: QFont, lower: QFont) -> tuple[QRect, QRect]:
        """Rectangles of two text lines, with room for a bar below."""
        first, second = QFontMetrics(upper).height(), QFontMetrics(lower).height()
        top = rect.top() + (rect.height() - first - second - GRID // 2) // 2
        return QRect(rect.left(), top, rect.width(), first), QRect(rect.left(), top + first, rect.width(), second)


def at_least_what_is_left(words: str, metrics: QFontMetrics, room: int) -> str:
    """Text such as "Safe until tomorrow, 15:14 · 23 h left", or only its end if it does not fit."""
    return words if metrics.horizontalAdvance(words) <= room else words.rpartition(" · ")[2]
