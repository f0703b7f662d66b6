"""The request's inputs as a row of tiles, a tile to add more, and a hint about missing inputs.

Rebuilds only tiles whose input changed, and carries out their moves, removals and replacements. Popups of a tile:
`input_menu`. GUI thread only.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from runway_desktop.catalog import media_in_words
from runway_desktop.texts import _
from runway_desktop.ui.file_dialogs import choose_files
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.inputs.tile import PICTURE, InputTile
from runway_desktop.ui.labels import words
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import Role, Theme
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

MOST_WIDE = 6
"""With more inputs, tiles show only their picture."""


class InputsStrip(QWidget):
    rebuilt = Signal()
    """The tiles changed, and so did the tab order."""
    replaced = Signal(object, str, int)
    """QMimeData dropped or pasted on a tile; the input's field and number."""
    pasted = Signal(object)
    """QMimeData pasted as a new input."""
    mends_wanted = Signal(object)
    """Tile at which to show the fixes of its input."""
    member_wanted = Signal(object)
    """Id of the member of the cast to show."""
    menu_wanted = Signal(object, QPoint)
    """Tile, and position of its menu."""

    def __init__(
        self, composer: Composer, task_commands: TaskCommands, theme: Theme, posters: PosterCache, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._composer = composer
        self._task_commands = task_commands
        self._mending = task_commands.inputs
        self._theme = theme
        self._posters = posters
        self._dragging = False
        self._landing: tuple[str, int, str, int] | None = None
        self.tiles: list[InputTile] = []
        self._row = FlowLayout(self)
        self.add_tile = AddTile(theme, self)
        self.add_tile.clicked.connect(self._choose_files)
        self.add_tile.pasted.connect(self.pasted)
        self._hint = words(self, tone="faint", wrap=False)
        composer.inputs_changed.connect(self.show_inputs)
        composer.changed.connect(self._look_at_cast)

    def show_inputs(self) -> None:
        if self._dragging:
            # A tile must not be deleted during its own drag.
            return
        focused = next((position for position, tile in enumerate(self.tiles) if tile.hasFocus()), None)
        before = self.tiles
        self.setVisible(bool(self._composer.pair.asset_fields))
        items = [*self._composer.inputs(), *self._composer.cast_inputs()]
        self.tiles = self._tiles_for(items)
        if self.tiles != before or not self._row.count():
            self._lay_out(before)
        self._hint.setText(self._hint_words(items))
        self._hint.setFixedHeight(self.add_tile.height())
        if focused is not None and before[focused] not in self.tiles:
            # If the focused tile was removed, focus the one now at its position.
            near: QWidget = self.tiles[min(focused, len(self.tiles) - 1)] if self.tiles else self.add_tile
            near.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look_at_cast(self) -> None:
        """The prompt may name other members now."""
        if self._composer.cast_inputs() != [tile.item for tile in self.tiles if tile.item.member is not None]:
            self.show_inputs()

    def _tiles_for(self, items: list[InputItem]) -> list[InputTile]:
        """Reuses the tile of an unchanged input, so that typing a tag rebuilds only one."""
        there = {(tile.item.field, tile.item.number): tile for tile in self.tiles}
        many = len(items) > MOST_WIDE
        tiles = []
        for item in items:
            compact = many or item.member is not None
            tile = there.get((item.field, item.number))
            if tile is not None and tile.item == item and tile.compact == compact:
                tile.show_state()
            else:
                tile = self._build_tile(item, compact=compact)
            tiles.append(tile)
        return tiles

    def _lay_out(self, before: list[InputTile]) -> None:
        """Lays out the tiles and deletes those that are gone."""
        while self._row.count():
            self._row.takeAt(0)
        for widget in (*self.tiles, self.add_tile, self._hint):
            self._row.addWidget(widget)
        for tile in before:
            if tile not in self.tiles:
                tile.hide()
                tile.deleteLater()
        self.rebuilt.emit()
        for tile in self.tiles:
            tile.show()

    def _build_tile(self, item: InputItem, *, compact: bool) -> InputTile:
        tile = InputTile(item, self._mending, self._theme, self._posters, self, compact=compact)
        tile.removed.connect(partial(self.remove, item))
        tile.moved.connect(partial(self.move_by, item))
        tile.landed.connect(partial(self._landed, item))
        tile.replaced.connect(lambda mime: self.replaced.emit(mime, item.field, item.number))
        tile.opened.connect(lambda: self.mends_wanted.emit(tile))
        tile.menu_wanted.connect(lambda at: self.menu_wanted.emit(tile, at))
        tile.drag_began.connect(self._drag_began)
        tile.drag_ended.connect(self._drag_ended)
        return tile

    def _hint_words(self, items: list[InputItem]) -> str:
        fields = self._composer.pair.asset_fields
        needed = next(
            (field for field in fields if field.required and not any(item.field == field.name for item in items)), None
        )
        if needed is not None:
            return _("{input}: drop a file here ({kinds}).", input=needed.label, kinds=media_in_words(needed.media))
        takes = frozenset().union(*(field.media for field in fields)) if fields else frozenset()
        return "" if items else _("Drop, paste or choose a file ({kinds}).", kinds=media_in_words(takes))

    def move_by(self, item: InputItem, by: int) -> None:
        self._composer.taking.move(item.field, item.number, item.number + by)

    def remove(self, item: InputItem) -> None:
        self._composer.taking.remove(item.field, item.number)

    def _landed(self, on: InputItem, field: str, number: int, behind: bool) -> None:
        """A tile was dropped on another. During the drag the move is deferred to its end."""
        to = on.number + int(behind)
        self._landing = (field, number, on.field, to - 1 if field == on.field and number < to else to)
        if not self._dragging:
            self._settle()

    def _drag_began(self) -> None:
        self._dragging = True

    def _drag_ended(self) -> None:
        self._dragging = False
        # Deferred: the dragged tile is still handling its event and cannot be deleted yet.
        QTimer.singleShot(0, self._settle)

    def _settle(self) -> None:
        landing, self._landing = self._landing, None
        if landing is None:
            self.show_inputs()
            return
        field, number, to_field, to = landing
        if field == to_field:
            self._composer.taking.move(field, number, to)
        else:
            moved = next((one for one in self._composer.inputs() if (one.field, one.number) == (field, number)), None)
            if moved is not None:
                self._composer.input_fields.move_to(moved, to_field)
        self.show_inputs()

    def _choose_files(self) -> None:
        choose_files(self.window(), _("Choose inputs"), lambda paths: self._task_commands.take(paths=paths))


class AddTile(QAbstractButton):
    """Button that opens the file dialog and accepts pasted files."""

    pasted = Signal(object)
    """A QMimeData."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedSize(PICTURE)
        self.setAccessibleName(_("Add input"))
        self.setToolTip(_("Choose a file, or drop one anywhere"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit(QGuiApplication.clipboard().mimeData())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lively = self.hasFocus() or self.underMouse()
        pen = QPen(
            self._theme.color(Role.ACCENT if lively else Role.BORDER),
            1,
            Qt.PenStyle.SolidLine if lively else Qt.PenStyle.DashLine,
        )
        painter.setPen(pen)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.setPen(self._theme.color(Role.MUTED))
        painter.setFont(self._theme.small_font())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), _("+ Drop"))
