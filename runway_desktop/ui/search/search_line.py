"""The search line: search as you type, completion of keys and values, and a star to save the search.

The view-model supplies suggestions and interprets the text. The popup never takes the focus: arrow keys, Return and Tab
select, Escape closes it. Without the popup, these keys move to the results, and Escape first clears the text, then the
chips. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QHideEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyleOptionViewItem,
)

from runway_desktop.texts import _, ngettext, number_of
from runway_desktop.ui.commands.everywhere import KEEP_SEARCH
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.painting import RIGHT, Index, ItemDelegate, draw_line
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.searching.suggestions import Suggestion
from runway_desktop.viewmodels.tasks.list_filter import ListFilter

_TO_WHAT_WAS_FOUND = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Escape)


class SearchLine(QLineEdit):
    """The search field with its popup of suggestions."""

    left = Signal()
    """Move the focus to the results."""

    def __init__(self, chosen: ListFilter, theme: Theme, keys: Keys) -> None:
        super().__init__(clearButtonEnabled=True)
        self._filter = chosen
        self._theme = theme
        self._keys = keys
        self.setAccessibleName(_("Search tasks"))
        self.setMinimumWidth(12 * GRID)
        self.setMaximumWidth(56 * GRID)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._magnifier = QAction(theme.icon("mdi6.magnify", Role.FAINT), "", self)
        self.addAction(self._magnifier, QLineEdit.ActionPosition.LeadingPosition)
        self._star = QAction(theme.icon("mdi6.star-outline", Role.MUTED), KEEP_SEARCH.name, self)
        self._star.triggered.connect(lambda: KEEP_SEARCH.does(self.window()))
        self.addAction(self._star, QLineEdit.ActionPosition.TrailingPosition)
        self.offers = QListWidget(self)
        self.offers.setWindowFlags(Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.offers.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.offers.setProperty("offers", "true")
        self.offers.setItemDelegate(SuggestionDelegate(theme, self.offers))
        self.offers.setMouseTracking(True)
        self.offers.setAccessibleName(_("Suggestions"))
        self.offers.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.offers.itemClicked.connect(self._take)
        self.offers.hide()
        self.textEdited.connect(self._typed)
        self.textChanged.connect(chosen.search)
        chosen.text_wanted.connect(self._show_text)
        chosen.changed.connect(self._show_star)
        keys.changed.connect(self._restyle)
        FollowsTheme(theme, self, self._restyle)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.offers.isVisible() and not event.modifiers():
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                rows = self.offers.count()
                self.offers.setCurrentRow((self.offers.currentRow() + step) % rows)
                return
            current = self.offers.currentItem()
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current is not None:
                self._take(current)
                return
            if event.key() == Qt.Key.Key_Escape:
                self.offers.hide()
                return
        if event.key() == Qt.Key.Key_Escape and self._filter.clear_next():
            return
        if event.key() in _TO_WHAT_WAS_FOUND and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.offers.hide()
            self.left.emit()
            return
        super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab accepts the first suggestion if there are any, else moves on."""
        if forward and self.offers.isVisible():
            self._take(self.offers.currentItem() or self.offers.item(0))
            return True
        return super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.offers.hide()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.offers.hide()
        super().hideEvent(event)

    def _typed(self, text: str) -> None:
        self._filter.search(text)
        self._show_offers(self._filter.suggestions(self.cursorPosition()))

    def _show_offers(self, found: list[Suggestion]) -> None:
        self.offers.clear()
        for offer in found:
            item = QListWidgetItem(offer.text)
            item.setData(OFFER, offer)
            spoken = _spoken(offer)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            self.offers.addItem(item)
        if not found or not self.isVisible():
            self.offers.hide()
            return
        self.offers.setFixedSize(max(36 * GRID, self.width()), len(found) * self.offers.sizeHintForRow(0) + GRID + 2)
        self.offers.move(self.mapToGlobal(QPoint(0, self.height() + 2)))
        self.offers.show()

    def _take(self, item: QListWidgetItem) -> None:
        offer: Suggestion = item.data(OFFER)
        self.setText(offer.line)
        self.setCursorPosition(offer.cursor)
        # After a key, suggest its values.
        self._show_offers(self._filter.suggestions(offer.cursor))

    def _show_text(self, text: str) -> None:
        if text != self.text():
            self.setText(text)

    def _show_star(self) -> None:
        self._star.setVisible(self._filter.narrows)

    def _restyle(self) -> None:
        self._star.setToolTip(self._keys.tip(KEEP_SEARCH))
        self._magnifier.setIcon(self._theme.icon("mdi6.magnify", Role.FAINT))
        self._star.setIcon(self._theme.icon("mdi6.star-outline", Role.MUTED))
        self._show_star()


OFFER = Qt.ItemDataRole.UserRole
"""The item's Suggestion."""


class SuggestionDelegate(ItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(20 * GRID, option.fontMetrics.height() + GRID + GRID // 2)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        offer: Suggestion = index.data(OFFER)
        theme, rect = self._theme, option.rect.adjusted(GRID // 2, 0, -GRID // 2, 0)
        self.ground(painter, option, rect, 4)
        inner = rect.adjusted(GRID, 0, -GRID, 0)
        used = self.text(painter, inner, offer.detail, theme.tabular(option.font), Role.FAINT, RIGHT) + 2 * GRID
        middle = Qt.TextElideMode.ElideMiddle
        room = QStyle.visualRect(option.direction, inner, inner.adjusted(0, 0, -used, 0))
        draw_line(painter, room, offer.text, option.font, theme.color(Role.TEXT), elide=middle)


def _spoken(offer: Suggestion) -> str:
    amount = number_of(offer.detail)
    if amount is None:
        return offer.text
    return ngettext("{suggestion}, {n} task", "{suggestion}, {n} tasks", amount, suggestion=offer.text)
