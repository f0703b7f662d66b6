"""The search line and the filters below it, which wrap like text. Search as you type, completion of keys and values,
pills that open common values, a chip for each active term. Searches are saved, renamed and deleted, with undo.

The view-model supplies suggestions and interprets the text. The popup never takes the focus: arrow keys, Return and Tab
select, Escape closes it. Without the popup, these keys move to the results, and Escape first clears the text, then the
chips. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QHideEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from runway_desktop.catalog.labels import model_label
from runway_desktop.texts import _, ngettext, number, number_of, pgettext
from runway_desktop.ui.building import PushButton, add_check, open_below, passing_menu, push_button
from runway_desktop.ui.commands.everywhere import KEEP_SEARCH
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.painting import RIGHT, Index, ItemDelegate, draw_line
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.searching.language import Term
from runway_desktop.usecases.searching.pages import SavedSearch
from runway_desktop.usecases.searching.suggestions import Suggestion, values_of
from runway_desktop.usecases.words.plain import caption, tip
from runway_desktop.usecases.words.states import STATUSES
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.tasks.list_filter import ListFilter
from runway_desktop.viewmodels.tasks.pages import Pages

_TO_WHAT_WAS_FOUND = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Escape)
OFFER = Qt.ItemDataRole.UserRole
"""The item's Suggestion."""


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


class FilterRow(QWidget):
    def __init__(self, chosen: ListFilter, pages: Pages, parent: QWidget) -> None:
        super().__init__(parent)
        self._filter = chosen
        self._pages = pages
        self._flow = FlowLayout(self)
        self.today = self._pill(_("Today"), lambda: chosen.set_today(self.today.isChecked()))
        self.today.setCheckable(True)
        self.status = self._pill(_("Status"), self._status_menu)
        self.model = self._pill(_("Model"), self._model_menu)
        self.project = self._pill(_("Project"), lambda: self._value_menu(self.project, "project"))
        self.rating = self._pill(_("Rating"), lambda: self._value_menu(self.rating, "rating"))
        self.chips = Chips(chosen, self._flow, self)
        self.clear = self._pill(pgettext("filters", "Clear"), self._clear)
        self.clear.setAccessibleName(_("Clear all filters"))
        chosen.changed.connect(self.show_filter)
        self.show_filter()

    def line_width(self, *, short: bool) -> int:
        """Width in pixels to fit on one line."""
        left_out = (self.project, self.rating) if short else ()
        clear = [self.clear] if self._filter.narrows else []
        shown = [one for one in (*self._pills(), *self.chips.buttons.values(), *clear) if one not in left_out]
        return sum(one.sizeHint().width() for one in shown) + self._flow.spacing() * (len(shown) - 1)

    def shorten(self, *, on: bool) -> None:
        """Hides or shows the pills that the search line can replace."""
        for pill in (self.project, self.rating):
            pill.setVisible(not on)

    def show_filter(self) -> None:
        chosen = self._filter
        self.today.setChecked(chosen.today)
        self.today.setText(f"{_('Today')}  ✕" if chosen.today else _("Today"))
        chips = chosen.chips
        for pill, key in ((self.status, "state"), (self.model, "model"), (self.project, "project"),
                          (self.rating, "rating")):  # fmt: skip
            active = any(term.key == key and not term.negative for term in chips)
            pill.setCheckable(active)
            pill.setChecked(active)
        self.clear.setVisible(chosen.narrows)
        before, keyboard = [*self.chips.buttons], self.chips.focused()
        self.chips.show([term for term in chips if term.word != "date:today"])
        if before != [*self.chips.buttons]:
            self._put_in_order()
            if keyboard is not None and self.chips.focused() is None:
                self._keep_keyboard(keyboard)

    def _put_in_order(self) -> None:
        """Keeps the clear button last, in layout and tab order."""
        self._flow.removeWidget(self.clear)
        self._flow.addWidget(self.clear)
        for one, after in pairwise([self.rating, *self.chips.buttons.values(), self.clear]):
            QWidget.setTabOrder(one, after)

    def _pills(self) -> list[QPushButton]:
        return [self.today, self.status, self.model, self.project, self.rating]

    def _keep_keyboard(self, position: int) -> None:
        """Focuses the next chip, else the previous, after the focused one was removed."""
        buttons = [*self.chips.buttons.values()]
        after = buttons[min(position, len(buttons) - 1)] if buttons else self.today
        after.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clear(self) -> None:
        self._filter.clear()
        # The clear button had the focus and is hidden now.
        self.today.setFocus(Qt.FocusReason.OtherFocusReason)

    def _pill(self, text: str, does: Callable[[], object]) -> QPushButton:
        pill = push_button(self, text, lambda __=False: does(), kind="pill", spoken=_("Filter: {name}", name=text))
        self._flow.addWidget(pill)
        return pill

    def _status_menu(self) -> None:
        self._open_menu(self.status, "state", ((word, str(name)) for word, name in STATUSES.items()))

    def _model_menu(self) -> None:
        models = sorted(self._pages.counts.models.items())
        offers = ((name, f"{model_label(name)}\t{number(amount)}") for name, amount in models if name)
        self._open_menu(self.model, "model", offers, _("No tasks yet"))

    def _value_menu(self, pill: QPushButton, key: str) -> None:
        found = ((value, Term(key, value).label, amount) for value, amount in values_of(key, self._pages.counts))
        offers = ((value, words if amount is None else f"{words}\t{number(amount)}") for value, words, amount in found)
        self._open_menu(pill, key, offers)

    def _open_menu(self, pill: QPushButton, key: str, offers: Iterable[tuple[str, str]], nothing: str = "") -> None:
        """Opens a menu; `offers` are values and their texts."""
        # The click unchecked the pill; restore its state, which only a selection changes.
        self.show_filter()
        menu, asked = passing_menu(self), self._filter.query.terms
        for value, text in offers:
            add_check(menu, text, partial(self._filter.toggle, key, value), checked=Term(key, value) in asked)
        if menu.isEmpty():
            menu.addAction(nothing or _("None yet")).setEnabled(False)
        open_below(menu, pill)


class Chips:
    """Buttons of the active terms, appended to a layout."""

    def __init__(self, chosen: ListFilter, into: QLayout, parent: QWidget) -> None:
        self._filter = chosen
        self._into = into
        self._parent = parent
        self.buttons: dict[Term, QPushButton] = {}

    def focused(self) -> int | None:
        return next((position for position, button in enumerate(self.buttons.values()) if button.hasFocus()), None)

    def show(self, terms: list[Term]) -> None:
        """Updates the chips; existing ones are kept, and with them the focus."""
        for term in [term for term in self.buttons if term not in terms]:
            button = self.buttons.pop(term)
            self._into.removeWidget(button)
            button.hide()
            button.deleteLater()
        for term in terms:
            if term not in self.buttons:
                self.buttons[term] = self._made(term)

    def _made(self, term: Term) -> QPushButton:
        button = _Chip(self._parent)
        said = self._filter.label_of(term)
        button.setProperty("kind", "pill")
        button.setCheckable(True)
        button.setChecked(True)
        label = button.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, 24 * GRID)
        button.setText(f"{caption(label)}  ✕")
        button.setToolTip(tip("\n".join((term.word, _("Click to remove.")))))
        button.setAccessibleName(_("Remove filter: {name}", name=said))
        button.clicked.connect(lambda: self._filter.remove(term))
        self._into.addWidget(button)
        button.show()
        return button


class _Chip(PushButton):
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.click()
        else:
            super().keyPressEvent(event)


class SearchKeeper(QObject):
    def __init__(
        self, chosen: ListFilter, activity: Activity, name: Callable[[SavedSearch], None], window: QWidget
    ) -> None:
        """`name` opens the editor of a search's name in the left pane."""
        super().__init__(window)
        self._name = name
        self._filter = chosen
        self._activity = activity

    def save(self) -> None:
        before = self._filter.searches
        saved = self._filter.save_search()
        if saved is None:
            self._activity.tell(_("Nothing to save. Enter a search or choose a filter first."))
        elif saved in before:
            self._activity.tell(_("This search is already saved as “{name}”.", name=saved.name))
        else:
            self._name(saved)

    def delete(self, saved: SavedSearch) -> None:
        """Deletes a search; undo restores its name and position."""
        kept = next((found for found in self._filter.searches if found.id == saved.id), None)
        if kept is None:
            return
        position = self._filter.searches.index(kept)
        self._filter.delete_search(saved.id)
        self._activity.act(
            _("Search “{name}” deleted. Its tasks stay.", name=kept.name),
            lambda: self._filter.restore_search(kept, position),
            short=_("Search deleted"),
        )
