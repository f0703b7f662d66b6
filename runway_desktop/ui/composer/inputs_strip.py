"""The request's inputs as a row of tiles, a tile to add more, and a hint about missing inputs.

Carries out moves, removals and replacements of its tiles. Popups of a tile: `input_menu`. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from runway_desktop.catalog import media_in_words
from runway_desktop.texts import _
from runway_desktop.ui.file_dialogs import choose_files
from runway_desktop.ui.inputs.tile import PICTURE
from runway_desktop.ui.inputs.tile_row import TileRow
from runway_desktop.ui.labels import words
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import Role, Theme
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

MOST_WIDE = 6
"""With more inputs, tiles show only their picture."""


class InputsStrip(TileRow):
    pasted = Signal(object)
    """QMimeData pasted as a new input."""
    member_wanted = Signal(object)
    """Id of the member of the cast to show."""

    def __init__(
        self, composer: Composer, task_commands: TaskCommands, theme: Theme, posters: PosterCache, parent: QWidget
    ) -> None:
        super().__init__(task_commands.inputs, theme, posters, parent)
        self._composer = composer
        self._task_commands = task_commands
        self.add_tile = AddTile(theme, self)
        self.add_tile.clicked.connect(self._choose_files)
        self.add_tile.pasted.connect(self.pasted)
        self._hint = words(self, tone="faint", wrap=False)
        self.removed.connect(self.remove)
        self.moved.connect(self.move_by)
        self.landed.connect(self._move)
        composer.inputs_changed.connect(self.show_inputs)
        composer.changed.connect(self._look_at_cast)

    def show_inputs(self) -> None:
        self.setVisible(bool(self._composer.pair.asset_fields))
        items = [*self._composer.inputs(), *self._composer.cast_inputs()]
        self._hint.setText(self._hint_words(items))
        self._hint.setFixedHeight(self.add_tile.height())
        self.show_items(items, self.add_tile, self._hint, compact=len(items) > MOST_WIDE)

    def _look_at_cast(self) -> None:
        """The prompt may name other members now."""
        if self._composer.cast_inputs() != [tile.item for tile in self.tiles if tile.item.member is not None]:
            self.show_inputs()

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

    def _move(self, field: str, number: int, to_field: str, to: int) -> None:
        if field == to_field:
            self._composer.taking.move(field, number, to)
            return
        moved = next((one for one in self._composer.inputs() if (one.field, one.number) == (field, number)), None)
        if moved is not None:
            self._composer.input_fields.move_to(moved, to_field)

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
