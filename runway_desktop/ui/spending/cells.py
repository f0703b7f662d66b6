"""Cells of the spending tables: a bar behind each name, and what is unexplained in its own color. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from runway_desktop.ui.building import make_plain
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.viewmodels.money.spending_tables import MoneyTable

ROW = 4 * GRID
PADDING = 5


class MoneyCell(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        share = index.data(MoneyTable.LINE).share
        if share is not None and index.column() == 0:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(Role.SELECTED))
            room = QRectF(option.rect).adjusted(0, 4, -GRID, -4)
            painter.drawRoundedRect(
                QRectF(room.left(), room.top(), max(3.0, room.width() * share), room.height()), 3, 3
            )
            painter.restore()
        # The text stands where the header's does; the bar takes the whole cell.
        inner = QStyleOptionViewItem(option)
        inner.rect = option.rect.adjusted(PADDING, 0, -PADDING, 0)
        super().paint(painter, inner, index)

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.font = self._theme.tabular(option.font)
        option.textElideMode = Qt.TextElideMode.ElideRight
        if index.column() == 3 and index.data(MoneyTable.LINE).is_unexplained:
            option.palette.setColor(QPalette.ColorRole.Text, self._theme.color(Role.WARN))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width() + 2 * GRID, max(ROW, size.height()))


def money_table(model: QAbstractItemModel, theme: Theme, name: str, parent: QWidget) -> QTableView:
    """A table that is read, not edited: the first column takes what is left."""
    table = QTableView(parent)
    table.setModel(model)
    table.setItemDelegate(MoneyCell(theme, table))
    make_plain(table, name, several=False)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.verticalHeader().setDefaultSectionSize(ROW)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    header.setMinimumSectionSize(6 * GRID)
    FollowsTheme(theme, table, lambda: table.viewport().update())
    return table
