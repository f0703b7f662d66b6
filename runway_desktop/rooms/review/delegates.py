"""Delegate of the reviews: the table's lines below their groups. GUI thread only."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QTreeWidget, QWidget

from runway_desktop.domain.review import Remark
from runway_desktop.texts import _
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.labels import broken
from runway_desktop.ui.media.transport import clock
from runway_desktop.ui.painting import Index, ItemDelegate, draw_line
from runway_desktop.ui.tasks.headers import GroupHeader
from runway_desktop.ui.tasks.take_painter import TakePainter
from runway_desktop.ui.theme import GRID, Role
from runway_desktop.usecases.listing.lines import GroupWords
from runway_desktop.values import replace

from .model import Line

LINE = Qt.ItemDataRole.UserRole + 1
"""Of the table's first column: a `Line`, or the `GroupWords` of a group."""
TILE = QSize(84, 47)
WAITS = 0.1
"""Share of amber in the ground of what waits for the person."""
_GAP = GRID // 2
_NARROW, _ANY = 22 * GRID, 9999
_WRAPPED = Qt.TextFlag.TextWordWrap


class LineDelegate(ItemDelegate):
    """A group's header, or by column: the take, what was decided, the comments, and what became of it."""

    def __init__(self, desk: Desk, tree: QTreeWidget) -> None:
        super().__init__(desk.theme, tree)
        self._tree = tree
        self._takes = TakePainter(desk.theme, desk.window.workspace.posters)
        self._head = GroupHeader(desk.theme, self._takes.letters)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        if index.column():
            return super().sizeHint(option, index)
        it = index.data(LINE)
        if not isinstance(it, Line):
            return QSize(0, self._head.height())
        comments = self._remarks(
            None, QRect(0, 0, self._tree.columnWidth(2) - 2 * GRID, 0), it.said.comments, option.font
        )
        return QSize(TILE.width(), max(TILE.height() + 3 * GRID, comments + 2 * GRID))

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Of the buttons in a cell."""
        size, middle = QSize(option.rect.width(), editor.maximumHeight()), Qt.AlignmentFlag.AlignVCenter
        editor.setGeometry(QStyle.alignedRect(option.direction, middle, size, option.rect))

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        it, rect, color = index.siblingAtColumn(0).data(LINE), option.rect, self._theme.color
        is_current = self._tree.hasFocus() and index.siblingAtColumn(0) == self._tree.currentIndex().siblingAtColumn(0)
        if isinstance(it, GroupWords):
            self._takes.letters.use(option.font)
            words = replace(it, is_folded=not self._tree.isExpanded(index))
            self._head.paint(painter, rect, words, option.direction, current=is_current)
            return
        if it.said.is_open:
            amber = QColor(color(Role.WARN))
            amber.setAlphaF(WAITS)
            painter.fillRect(rect, amber)
        self.ground(painter, option, rect, 0)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color(Role.ACCENT if is_current else Role.BORDER))
        room, said = rect.adjusted(GRID, 0, -GRID, 0), it.said.comments
        if index.column() == 2 and said:
            room.setTop(room.center().y() - self._remarks(None, room, said, option.font) // 2)
            self._remarks(painter, room, said, option.font)
        else:
            self._words(painter, room, it, option.font, index)

    def _words(self, painter: QPainter, room: QRect, it: Line, font: QFont, index: Index) -> None:
        """A picture or an icon, and one line beside it, or two, the second small and muted."""
        said, icon, ink = index.data(), index.data(Qt.ItemDataRole.DecorationRole), self._theme.color(Role.TEXT)
        if not index.column():
            box = QRect(room.topLeft(), TILE)
            box.moveTop(room.center().y() - TILE.height() // 2)
            if it.row is not None:
                self._takes.take(painter, self.placed(box), it.row, font)
            room.setLeft(box.right() + GRID)
            said, font = f"{it.clip.shot or '–'}\n{_('take {number}', number=it.clip.take)}", self._theme.strong_font()
        first, _break, second = said.partition("\n")
        height, brush = QFontMetrics(font).height(), index.data(Qt.ItemDataRole.ForegroundRole)
        room = QRect(room.left(), room.center().y() - height // (1 if second else 2), room.width(), height)
        if icon is not None:
            icon.paint(painter, self.placed(QRect(room.left(), room.top(), height, height)))
            room.setLeft(room.left() + height + _GAP)
        draw_line(painter, self.placed(room), first, font, brush.color() if brush is not None else ink)
        room.translate(0, height)
        self.text(painter, self.placed(room), second, self._theme.small_font(), Role.MUTED)

    def _remarks(self, painter: QPainter | None, room: QRect, said: Iterable[Remark], font: QFont) -> int:
        """Draws comments from the top of `room` on, each as its time on a plate with its text to the right; without a
        painter it only measures. Returns their height."""
        metrics, small = QFontMetrics(font), self._theme.tabular(self._theme.small_font())
        plate = QRect(room.topLeft(), QSize(QFontMetrics(small).horizontalAdvance("00:00.0") + GRID, metrics.height()))
        # In a narrow column the text is below its time, or a line would have a word.
        across, down = (0, plate.height() + 2) if room.width() < _NARROW else (plate.width() + GRID, 0)
        for one in said:
            beside = QRect(room.left() + across, plate.top() + down, room.width() - across, _ANY)
            text = broken(one.text, beside.width(), metrics.horizontalAdvance)
            beside.setHeight(metrics.boundingRect(beside, _WRAPPED, text).height())
            if painter is not None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._theme.color(Role.HOVER))
                painter.drawRoundedRect(self.placed(plate), 3, 3)
                middle = Qt.AlignmentFlag.AlignCenter
                self.text(painter, self.placed(plate), clock(one.at), small, Role.TEXT, middle)
                painter.setFont(font)
                painter.setPen(self._theme.color(Role.TEXT))
                painter.drawText(self.placed(beside), _WRAPPED, text)
            plate.moveTop(beside.bottom() + GRID)
        return plate.top() - GRID - room.top()
