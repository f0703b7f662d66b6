"""A row of input tiles that wraps. Rebuilds only tiles whose input changed, keeps the focus on an input that moved or
at the place of one that is gone, and defers changes during a tile's drag to its end. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.texts import _
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.viewmodels.composer.input_actions import InputMending

from .tile import InputTile


class TileRow(QWidget):
    rebuilt = Signal()
    """The tiles changed, and so did the tab order."""
    removed = Signal(object)
    """An InputItem."""
    moved = Signal(object, int)
    """An InputItem, moved by key by this many places."""
    landed = Signal(str, int, str, int)
    """A tile was dropped on another: its field and number, and those that it gets."""
    replaced = Signal(object, str, int)
    """QMimeData dropped or pasted on a tile; the input's field and number."""
    opened = Signal(object)
    """A tile whose options are wanted."""
    menu_wanted = Signal(object, QPoint)
    """A tile, and the position of its menu."""

    def __init__(self, mending: InputMending, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent)
        self._parts = (mending, theme, posters)
        self._row = FlowLayout(self)
        self._is_dragging = False
        self._landing: tuple[str, int, str, int] | None = None
        self._last: tuple[Sequence[InputItem], Sequence[QWidget], bool] = ((), (), False)
        self.tiles: list[InputTile] = []

    def show_items(self, items: Sequence[InputItem], *behind: QWidget, compact: bool = False) -> None:
        """`behind`: what follows the tiles; the first gets the focus when the last tile is removed. `compact`: pictures
        alone; for the cast's inputs always."""
        self._last = (items, behind, compact)
        if self._is_dragging:
            # A tile must not be deleted during its own drag.
            return
        before, focused = self.tiles, next((tile for tile in self.tiles if tile.hasFocus()), None)
        there = {(tile.item.field, tile.item.number): tile for tile in before}
        self.tiles = [
            self._tile(item, there.get((item.field, item.number)), compact=compact or item.member is not None)
            for item in items
        ]
        if self.tiles != before or not self._row.count():
            self._lay_out(before, behind)
        if focused is not None and focused not in self.tiles:
            place = min(before.index(focused), len(self.tiles) - 1)
            near = self.tiles[place] if self.tiles else next(iter(behind), self)
            same = (tile for tile in self.tiles if tile.item.uri == focused.item.uri)
            next(same, near).setFocus(Qt.FocusReason.OtherFocusReason)

    def add_moves(self, menu: QMenu, item: InputItem) -> None:
        """Adds what the keys of a tile do."""
        last = sum(tile.item.field == item.field and tile.item.member is None for tile in self.tiles) - 1
        menu.addSeparator()
        menu.addAction(_("Move left"), partial(self.moved.emit, item, -1)).setEnabled(item.number > 0)
        menu.addAction(_("Move right"), partial(self.moved.emit, item, 1)).setEnabled(item.number < last)
        menu.addAction(_("Remove"), partial(self.removed.emit, item))

    def _tile(self, item: InputItem, there: InputTile | None, *, compact: bool) -> InputTile:
        """Reuses the tile of an unchanged input, so that typing a tag rebuilds only one."""
        if there is not None and there.item == item and there.compact == compact:
            there.show_state()
            return there
        tile = InputTile(item, *self._parts, self, compact=compact)
        tile.removed.connect(partial(self.removed.emit, item))
        tile.moved.connect(partial(self.moved.emit, item))
        tile.landed.connect(partial(self._landed, item))
        tile.replaced.connect(lambda mime: self.replaced.emit(mime, item.field, item.number))
        tile.opened.connect(lambda: self.opened.emit(tile))
        tile.menu_wanted.connect(lambda at: self.menu_wanted.emit(tile, at))
        tile.drag_began.connect(self._drag_began)
        tile.drag_ended.connect(self._drag_ended)
        return tile

    def _lay_out(self, before: Sequence[InputTile], behind: Sequence[QWidget]) -> None:
        """Lays out the tiles and deletes those that are gone."""
        while self._row.count():
            self._row.takeAt(0)
        for widget in (*self.tiles, *behind):
            self._row.addWidget(widget)
        for tile in before:
            if tile not in self.tiles:
                tile.hide()
                tile.deleteLater()
        self.rebuilt.emit()
        for tile in self.tiles:
            tile.show()

    def _landed(self, on: InputItem, field: str, number: int, behind: bool) -> None:
        to = on.number + int(behind)
        self._landing = (field, number, on.field, to - 1 if field == on.field and number < to else to)
        if not self._is_dragging:
            self._settle()

    def _drag_began(self) -> None:
        self._is_dragging = True

    def _drag_ended(self) -> None:
        self._is_dragging = False
        # Deferred: the dragged tile is still handling its event and cannot be deleted yet.
        QTimer.singleShot(0, self._settle)

    def _settle(self) -> None:
        landing, self._landing = self._landing, None
        if landing is not None:
            self.landed.emit(*landing)
        items, behind, compact = self._last
        self.show_items(items, *behind, compact=compact)
