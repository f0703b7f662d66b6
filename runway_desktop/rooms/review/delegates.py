"""Delegates of the reviews: the table's lines below their groups, and the comments at the side. Both show a comment as
its time on a plate and its text to the right. GUI thread only."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QAbstractItemModel, QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QListWidget, QStyle, QStyleOptionViewItem, QTreeWidget, QWidget

from runway_desktop.domain.review import Remark
from runway_desktop.domain.task import Mark
from runway_desktop.texts import _
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.labels import broken
from runway_desktop.ui.media.transport import clock
from runway_desktop.ui.painting import Index, ItemDelegate, draw_line, square_in
from runway_desktop.ui.tasks.headers import GroupHeader
from runway_desktop.ui.tasks.take_painter import TakePainter
from runway_desktop.ui.theme import GRID, TARGET, Role, Theme
from runway_desktop.usecases.listing.lines import GroupWords
from runway_desktop.values import replace

from .model import Line

LINE = Qt.ItemDataRole.UserRole + 1
"""Of the table's first column: a `Line`, or the `GroupWords` of a group. At the side: a `Mark`."""
TILE = QSize(84, 47)
WAITS = 0.1
"""Share of amber in the ground of what waits for the person."""
_GAP = GRID // 2
_NARROW, _ANY = 22 * GRID, 9999
_CHECK, _WRAPPED = Qt.ItemDataRole.CheckStateRole, Qt.TextFlag.TextWordWrap


class RemarkDelegate(ItemDelegate):
    def remarks(
        self, painter: QPainter | None, room: QRect, said: Iterable[Remark | Mark], font: QFont, role: Role = Role.TEXT
    ) -> int:
        """Draws comments from the top of `room` on; without a painter it only measures. Returns their height."""
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
                painter.setPen(self._theme.color(role))
                painter.drawText(self.placed(beside), _WRAPPED, text)
            plate.moveTop(beside.bottom() + GRID)
        return plate.top() - GRID - room.top()


class LineDelegate(RemarkDelegate):
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
        comments = self.remarks(
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
            room.setTop(room.center().y() - self.remarks(None, room, said, option.font) // 2)
            self.remarks(painter, room, said, option.font)
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


class CommentDelegate(RemarkDelegate):
    """A comment with its box at the end. Done ones are muted."""

    def __init__(self, theme: Theme, view: QListWidget) -> None:
        super().__init__(theme, view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        room = QRect(0, 0, self._view.viewport().width() - TARGET - 2 * GRID, 0)
        return QSize(room.width(), self.remarks(None, room, [index.data(LINE)], option.font) + 2 * GRID)

    def box(self, rect: QRect) -> QRect:
        """Clickable area of the box of an item that is at `rect`."""
        area = QRect(rect.right() - TARGET - _GAP, rect.top() + _GAP, TARGET, TARGET)
        return QStyle.visualRect(self._view.layoutDirection(), rect, area)

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        if not isinstance(event, QMouseEvent):
            return super().editorEvent(event, model, option, index)
        hits = self.box(option.rect).contains(event.position().toPoint())
        states = Qt.CheckState
        state = states.Unchecked if _is_done(index) else states.Checked
        return hits and event.type() == QEvent.Type.MouseButtonRelease and model.setData(index, state, _CHECK)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.ground(painter, option, option.rect, _GAP)
        room, is_done = option.rect.adjusted(GRID, GRID, -TARGET - GRID, -GRID), _is_done(index)
        self.remarks(painter, room, [index.data(LINE)], option.font, Role.MUTED if is_done else Role.TEXT)
        self.check(painter, square_in(self.box(option.rect), 2 * GRID), is_on=is_done)


def _is_done(index: Index) -> bool:
    return Qt.CheckState(index.data(_CHECK)) is Qt.CheckState.Checked
