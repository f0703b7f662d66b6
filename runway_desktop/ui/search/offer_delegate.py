"""How an offer of the search line looks: the word, and at the far end, fainter, what it means or how many it finds.
GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.searching.suggestions import Suggestion

OFFER = Qt.ItemDataRole.UserRole
"""The item's Suggestion."""


class OfferDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(20 * GRID, option.fontMetrics.height() + GRID + GRID // 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        offer: Suggestion = index.data(OFFER)
        theme = self._theme
        painter.save()
        rect = option.rect.adjusted(GRID // 2, 0, -GRID // 2, 0)
        state = option.state
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            selected = bool(state & QStyle.StateFlag.State_Selected)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(Role.SELECTED if selected else Role.HOVER))
            painter.drawRoundedRect(rect, 4, 4)
        inner = rect.adjusted(GRID, 0, -GRID, 0)
        upright = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.tabular(option.font))
        painter.setPen(theme.color(Role.FAINT))
        painter.drawText(inner, int(upright | Qt.AlignmentFlag.AlignTrailing), offer.detail)
        room = inner.width() - painter.fontMetrics().horizontalAdvance(offer.detail) - 2 * GRID
        painter.setFont(option.font)
        painter.setPen(theme.color(Role.TEXT))
        words = option.fontMetrics.elidedText(offer.text, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(inner, int(upright | Qt.AlignmentFlag.AlignLeading), words)
        painter.restore()
