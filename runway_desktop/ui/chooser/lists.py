"""The chooser's two lists: parts of the catalog, grouped by what they make, and offers in rows of two lines.

The star at an offer's end can be clicked; `star_rect` gives its rectangle. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyleOptionViewItem, QWidget

from runway_desktop.texts import _, listed
from runway_desktop.ui.painting import RIGHT, Index, ItemDelegate
from runway_desktop.ui.tasks.text_cache import Sides
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.requests.choices import CatalogPart, ChooserLine, Key, ModelOffer
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.plain import tip

OFFER = Qt.ItemDataRole.UserRole
TEXT_ICON = "mdi6.format-text"
_ICON = 16
_WAY = 4 * (_ICON + 2)
"""Width of the icons for input and output."""
_STAR = 4 * GRID
_PART = Qt.ItemDataRole.UserRole
_LEAST, _MOST = 25 * GRID, 34 * GRID
"""Width of the list: that of its longest name, within these."""
_SPECIAL = {
    CatalogPart.ALL: "mdi6.view-grid-outline",
    CatalogPart.FAVORITES: "mdi6.star-outline",
    CatalogPart.NEW: "mdi6.creation-outline",
    CatalogPart.RECIPES: "mdi6.layers-outline",
}


class OffersModel(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._offers: list[ModelOffer] = []

    def show_offers(self, offers: Sequence[ModelOffer]) -> None:
        """Updates rows in place if the keys are the same, which keeps selection and scroll position; else resets the
        model."""
        same = [offer.key for offer in offers] == [offer.key for offer in self._offers]
        if same:
            self._offers = list(offers)
            if offers:
                self.dataChanged.emit(self.index(0), self.index(len(offers) - 1))
            return
        self.beginResetModel()
        self._offers = list(offers)
        self.endResetModel()

    def row_of(self, key: Key) -> int | None:
        return next((row for row, offer in enumerate(self._offers) if offer.key == key), None)

    def offer(self, index: Index) -> ModelOffer | None:
        return self._offers[index.row()] if index.isValid() and index.row() < len(self._offers) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._offers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        offer = self.offer(index)
        if offer is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return offer.label
            case Qt.ItemDataRole.AccessibleTextRole:
                return offer.in_words
            case Qt.ItemDataRole.ToolTipRole:
                return tip(_tip(offer))
            case Qt.ItemDataRole.UserRole:
                return offer
        return None


def _tip(offer: ModelOffer) -> str:
    optional = listed([kind.kind.word.of(2) for kind in offer.may_take])
    lines = (
        f"{offer.label} ({offer.model})",
        offer.endpoint_label,
        _("Optional: {kinds}", kinds=optional) if optional else "",
        offer.priced()[1],
    )
    return "\n".join(line for line in lines if line)


def star_rect(row: QRect, direction: Qt.LayoutDirection) -> QRect:
    return QStyle.visualRect(direction, row, QRect(row.right() - _STAR, row.top(), _STAR, row.height()))


class OfferDelegate(ItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        lines = option.fontMetrics.height() + QFontMetrics(self._theme.small_font()).height()
        return QSize(40 * GRID, lines + GRID + GRID // 2)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        offer = index.data(OFFER)
        if not isinstance(offer, ModelOffer):
            return
        sides = Sides(option.direction, option.rect)
        selected = self.ground(painter, option, option.rect.adjusted(2, 1, -2, -1), 6)
        if offer.is_current:
            painter.setPen(QPen(self._theme.color(Role.ACCENT), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            x = sides.place(QRect(option.rect.left() + 5, 0, 1, 1)).left()
            painter.drawLine(x, option.rect.top() + 12, x, option.rect.bottom() - 12)
        row = option.rect.adjusted(GRID + GRID // 2, 0, -GRID // 2, 0)
        self._way(painter, sides, QRect(row.left(), row.top(), _WAY, row.height()), offer)
        star = star_rect(option.rect, Qt.LayoutDirection.LeftToRight)
        rect = QRect(0, 0, _ICON, _ICON)
        rect.moveCenter(sides.place(star).center())
        if offer.is_favorite:
            self.icon(painter, rect, "mdi6.star", Role.WARN)
        elif selected or option.state & QStyle.StateFlag.State_MouseOver:
            self.icon(painter, rect, "mdi6.star-outline", Role.FAINT)
        words = QRect(row.left() + _WAY + GRID, row.top(), star.left() - row.left() - _WAY - 2 * GRID, row.height())
        self._words(painter, sides, words, option.font, offer)

    def _way(self, painter: QPainter, sides: Sides, room: QRect, offer: ModelOffer) -> None:
        """Paints icons: inputs, an arrow, the output."""
        goes_in = [*([TEXT_ICON] if offer.text else []), *(kind.kind.icon for kind in offer.needs)][:2]
        arrow = "mdi6.arrow-left-thin" if sides.is_mirrored else "mdi6.arrow-right-thin"
        names = [*((name, Role.MUTED) for name in goes_in), (arrow, Role.FAINT)]
        names.append((offer.makes.kind.icon, Role.TEXT))
        x = room.right() - len(names) * (_ICON + 2)
        for name, role in names:
            self.icon(painter, sides.place(QRect(x, room.center().y() - _ICON // 2, _ICON, _ICON)), name, role)
            x += _ICON + 2

    def _words(self, painter: QPainter, sides: Sides, room: QRect, base: QFont, offer: ModelOffer) -> None:
        strong, small = self._theme.strong_font(), self._theme.small_font()
        high, low = QFontMetrics(strong).height(), QFontMetrics(small).height()
        first = QRect(room.left(), room.top() + (room.height() - high - low - 2) // 2, room.width(), high)
        second = QRect(room.left(), first.bottom() + 3, room.width(), low)
        right = self.text(painter, sides.place(first), offer.price, self._theme.tabular(base), Role.TEXT, RIGHT)
        first.setRight(first.right() - right - (GRID if right else 0))
        used = self.text(painter, sides.place(first), offer.label, strong, Role.TEXT)
        first.setLeft(first.left() + used + GRID)
        if offer.is_new:
            first.setLeft(first.left() + self._pill(painter, sides, first, _("New")) + GRID)
        self.text(painter, sides.place(first), offer.model, small, Role.FAINT)
        self.text(painter, sides.place(second), offer.facts, self._theme.tabular(small), Role.MUTED)

    def _pill(self, painter: QPainter, sides: Sides, room: QRect, text: str) -> int:
        font = self._theme.small_font()
        width = QFontMetrics(font).horizontalAdvance(text) + GRID + 4
        pill = sides.place(QRect(room.left(), room.top() + 1, width, room.height() - 2))
        ground = QColor(self._theme.color(Role.GOOD))
        ground.setAlphaF(0.18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        self.text(painter, pill, text, font, Role.GOOD, Qt.AlignmentFlag.AlignCenter)
        return width


class PartsList(QListWidget):
    scope_chosen = Signal(str)
    """The current part changed; carries its scope."""
    taken = Signal(str)
    """Return was pressed on a part; carries its scope."""
    typed = Signal(str)
    """A printable character was typed: it belongs to the search line."""
    right = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("What to make"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_PartDelegate(theme, self))
        self.setMouseTracking(True)
        self.currentItemChanged.connect(lambda item, _: item is not None and self.scope_chosen.emit(self.scope))
        self.itemDoubleClicked.connect(lambda _: self.taken.emit(self.scope))

    @property
    def scope(self) -> str:
        item = self.currentItem()
        part = item.data(_PART) if item is not None else None
        return part.scope if isinstance(part, ChooserLine) else CatalogPart.ALL

    def show_parts(self, parts: Sequence[ChooserLine], scope: str) -> None:
        """Fills the list and makes `scope` current, without signals."""
        blocked = self.blockSignals(True)
        self.clear()
        for part in parts:
            if part.heading:
                self.addItem(_heading(part.heading))
            item = QListWidgetItem(part.label)
            item.setData(_PART, part)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, _("{part}, {amount}", part=part.label, amount=part.amount))
            self.addItem(item)
            if part.scope == scope:
                self.setCurrentItem(item)
        self.blockSignals(blocked)
        self.setFixedWidth(min(max(_LEAST, self.sizeHintForColumn(0) + 2 * GRID), _MOST))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit(self.scope)
        elif event.key() == (Qt.Key.Key_Left if self.isRightToLeft() else Qt.Key.Key_Right):
            self.right.emit()
        elif _is_letter(event):
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)


def _is_letter(event: QKeyEvent) -> bool:
    """Whether the key types a visible character. Escape, Delete and Backspace carry a text too."""
    text = event.text()
    return bool(text.strip()) and text.isprintable() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier


def _heading(text: str) -> QListWidgetItem:
    item = QListWidgetItem(text)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


class _PartDelegate(ItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        needed = option.fontMetrics.horizontalAdvance(str(index.data())) + _ICON + 7 * GRID
        return QSize(needed, option.fontMetrics.height() + GRID)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        part, theme = index.data(_PART), self._theme
        room = option.rect.adjusted(GRID, 0, -GRID, 0)
        if not isinstance(part, ChooserLine):
            self.heading(painter, room.adjusted(0, 0, 0, -2), str(index.data()))
            return
        selected = self.ground(painter, option, option.rect.adjusted(2, 0, -2, 0), 6)
        name = _SPECIAL.get(CatalogPart(part.scope)) if part.scope in set(CatalogPart) else None
        if name is None:
            name = part.takes[0].kind.icon if part.takes else TEXT_ICON
        icon = QRect(room.left(), room.center().y() - _ICON // 2, _ICON, _ICON)
        sides = Sides(option.direction, option.rect)
        self.icon(painter, sides.place(icon), name, Role.TEXT if selected else Role.MUTED)
        small = theme.tabular(theme.small_font())
        used = self.text(painter, room, units.number(part.amount), small, Role.FAINT, RIGHT)
        words = QRect(icon.right() + GRID, room.top(), room.width() - _ICON - 2 * GRID - used, room.height())
        self.text(painter, sides.place(words), part.label, option.font, Role.TEXT)
