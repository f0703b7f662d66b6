"""Left list of the chooser: parts of the catalog, grouped by what they make. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyleOptionViewItem, QWidget

from runway_desktop.texts import _
from runway_desktop.ui.painting import RIGHT, Index, ItemDelegate
from runway_desktop.ui.tasks.text_cache import Sides
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.requests.choices import CatalogPart, ChooserLine
from runway_desktop.usecases.words import units

from .offers import TEXT_ICON

_PART = Qt.ItemDataRole.UserRole
_ICON = 16
_LEAST, _MOST = 25 * GRID, 34 * GRID
"""Width of the list: that of its longest name, within these."""
_SPECIAL = {
    CatalogPart.ALL: "mdi6.view-grid-outline",
    CatalogPart.FAVORITES: "mdi6.star-outline",
    CatalogPart.NEW: "mdi6.creation-outline",
}


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
