"""Helpers for item delegates: item background, icons, elided lines of text. Colors are read at each paint. GUI thread
only.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from .theme import Role, Theme

Index = QModelIndex | QPersistentModelIndex
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_FOOT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom


def rounded(area: QRect | QRectF, radius: float) -> QPainterPath:
    """A rounded rectangle, to fill or to clip."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(area), radius, radius)
    return path


def square_in(area: QRect | QRectF, side: float) -> QRect:
    """A centered square, for an icon."""
    square = QRectF(0, 0, side, side)
    square.moveCenter(QRectF(area).center())
    return square.toRect()


def draw_line(
    painter: QPainter,
    room: QRect,
    text: str,
    font: QFont,
    color: QColor,
    align: Qt.AlignmentFlag = LEFT,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> int:
    """Draws one line, elided if necessary. Returns its width in pixels."""
    painter.setFont(font)
    painter.setPen(color)
    shown = painter.fontMetrics().elidedText(text, elide, max(0, room.width()))
    painter.drawText(room, int(align), shown)
    return painter.fontMetrics().horizontalAdvance(shown)


class ItemDelegate(QStyledItemDelegate):
    """Base delegate: subclasses implement `paint_item`, which may leave the painter in any state."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._direction = Qt.LayoutDirection.LeftToRight
        self._item = QRect()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        self._direction, self._item = option.direction, option.rect
        self.paint_item(painter, option, index)
        painter.restore()

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        raise NotImplementedError

    def placed(self, rect: QRect) -> QRect:
        """A rectangle of the item, mirrored for right-to-left layouts. Texts align to that side by themselves."""
        return QStyle.visualRect(self._direction, self._item, rect)

    def ground(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, radius: int) -> bool:
        """Paints the rounded background of a selected or hovered item. Returns whether it is selected."""
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(Role.SELECTED if selected else Role.HOVER))
            painter.drawRoundedRect(rect, radius, radius)
        return selected

    def heading(self, painter: QPainter, room: QRect, text: str) -> None:
        draw_line(painter, room, text, self._theme.small_font(), self._theme.color(Role.FAINT), _FOOT)

    def text(
        self, painter: QPainter, room: QRect, text: str, font: QFont, role: Role, align: Qt.AlignmentFlag = LEFT
    ) -> int:
        """`draw_line` in a theme color."""
        return draw_line(painter, room, text, font, self._theme.color(role), align)

    def check(self, painter: QPainter, box: QRect, *, is_on: bool) -> None:
        """A check box."""
        painter.setPen(self._theme.color(Role.ACCENT if is_on else Role.OUTLINE))
        painter.setBrush(self._theme.color(Role.ACCENT if is_on else Role.FIELD))
        painter.drawRoundedRect(box, 4, 4)
        if is_on:
            self.icon(painter, box, "mdi6.check", Role.ON_ACCENT)

    def icon(self, painter: QPainter, rect: QRect, name: str, role: Role) -> None:
        self._theme.icon(name, role).paint(painter, rect)
