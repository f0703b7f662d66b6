"""Popup list to choose one of many options, with a search line for long lists.

Arrow keys and Return work from the search line; Escape closes without a choice. A window of its own without a nested
event loop. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from runway_desktop.texts import _
from runway_desktop.ui.building import Popup
from runway_desktop.usecases.words.plain import tip
from runway_desktop.values import Struct

from .building import SearchKeys, line_edit, vbox
from .painting import RIGHT
from .theme import GRID

GLANCE = 10
"""Longer lists get a search line."""


class Option(Struct, frozen=True):
    """One option of the popup."""

    value: Any
    text: str
    detail: str = ""
    """Tool tip, which is also searched."""
    aside: str = ""
    """Text at the right: a price."""


class _AsideDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint, shown = super().sizeHint(option, index), index.data(Qt.ItemDataRole.UserRole)
        return QSize(hint.width() + option.fontMetrics.horizontalAdvance(shown.aside) + 2 * GRID, hint.height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        room = option.rect.adjusted(0, 0, -GRID, 0)
        painter.drawText(room, int(RIGHT), index.data(Qt.ItemDataRole.UserRole).aside)


class ChoicePopup(Popup):
    chosen = Signal(object)

    def __init__(self, options: Sequence[Option], current: Any, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._search = line_edit(self, _("Search: {what}", what=title), hint=_("Search"), clear=True)
        self._search.setVisible(len(options) > GLANCE)
        self._list = QListWidget(self)
        self._list.setAccessibleName(title)
        self._list.setProperty("kind", "choices")
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        vbox(self._search, self._list, on=self, margins=GRID // 2, spacing=GRID // 2)
        if any(option.aside for option in options):
            self._list.setItemDelegate(_AsideDelegate(self._list))
        for option in options:
            item = QListWidgetItem(option.text)
            item.setData(Qt.ItemDataRole.UserRole, option)
            item.setToolTip(tip(option.detail))
            if option.aside:
                item.setData(
                    Qt.ItemDataRole.AccessibleTextRole, _("{name}, {price}", name=option.text, price=option.aside)
                )
            self._list.addItem(item)
            if option.value == current:
                self._list.setCurrentItem(item)
        self._search.textChanged.connect(self._filter)
        SearchKeys(self._search, self._list, self._choose_current)
        self._list.itemClicked.connect(self._choose)
        self._list.itemActivated.connect(self._choose)
        self._fit(len(options))
        self.setFocusProxy(self._search if len(options) > GLANCE else self._list)

    def open_at(self, button: QWidget) -> None:
        self.show_beside(button, above=False)
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        current = self._list.currentItem()
        if current is not None:
            self._list.scrollToItem(current, QListWidget.ScrollHint.PositionAtCenter)

    def open_below(self, rect: QRect, view: QWidget) -> None:
        """Opens below or above a rectangle of a view, such as a table cell."""
        screen = view.screen().availableGeometry()
        under = view.mapToGlobal(rect.bottomLeft() + QPoint(0, 2))
        over = view.mapToGlobal(rect.topLeft() - QPoint(0, self.height() + 2))
        self.show_at(over if under.y() + self.height() > screen.bottom() else under, view)
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def open_in_middle(self, window: QWidget) -> None:
        """Opens in the upper middle of a window, where there is no button to open at."""
        self.move(window.mapToGlobal(QPoint((window.width() - self.width()) // 2, window.height() // 5)))
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def _fit(self, amount: int) -> None:
        # Polish first: the row height depends on the style.
        self._list.ensurePolished()
        row = self._list.sizeHintForRow(0)
        wide = max(self._list.sizeHintForColumn(0) + 5 * GRID, 20 * GRID)
        self._list.setFixedHeight(min(amount, 14) * row + 4)
        # Fixed: Qt's `adjustSize` makes no growable window lower than 100 pixels.
        self.setFixedSize(min(wide, 50 * GRID), self.sizeHint().height())

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        first: QListWidgetItem | None = None
        for position in range(self._list.count()):
            item = self._list.item(position)
            option: Option = item.data(Qt.ItemDataRole.UserRole)
            fits = all(word in f"{option.text} {option.detail} {option.value}".casefold() for word in words)
            item.setHidden(not fits)
            first = first or (item if fits else None)
        if first is not None:
            self._list.setCurrentItem(first)

    def _choose_current(self) -> None:
        current = self._list.currentItem()
        if current is not None and not current.isHidden():
            self._choose(current)

    def _choose(self, item: QListWidgetItem) -> None:
        option: Option = item.data(Qt.ItemDataRole.UserRole)
        self.close()
        self.chosen.emit(option.value)
