"""Delegate of the sheet's cells: thumbnails, tones, a red frame around errors, and editors that validate each
keystroke. Colors are read at paint time. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QLineEdit,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from runway_desktop.rooms.sheet.model.model import LOOK_ROLE, SheetModel
from runway_desktop.texts import _
from runway_desktop.ui.composer.prompt_edit import TagCompletion
from runway_desktop.ui.labels import INKS
from runway_desktop.ui.painting import Index, ItemDelegate
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.tasks.text_cache import Sides, TextCache
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.requests.draft import RequestDraft
from runway_desktop.usecases.requests.input_fields import InputFields
from runway_desktop.usecases.sheets.cell_texts import CellLook
from runway_desktop.usecases.sheets.columns import MODEL, ColumnKind

PADDING = GRID
"""Same as in the header, so that titles align with cells."""
PICTURE = QSize(5 * GRID, 3 * GRID)
ARROW = 2 * GRID
EDITOR_LINES = 4
_TABULAR = (ColumnKind.CREDITS, ColumnKind.FIELD)


class SheetDelegate(ItemDelegate):
    def __init__(self, model: SheetModel, theme: Theme, posters: PosterCache, parent: QAbstractItemView) -> None:
        super().__init__(theme, parent)
        self._model = model
        self._posters = posters
        self._view = parent
        self._texts = TextCache(theme)
        self.editor: QWidget | None = None
        self._before: Any = None
        self._is_loaded = False
        theme.changed.connect(parent.viewport().update)
        posters.ready.connect(parent.viewport().update)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, rect, state = self._theme, option.rect, option.state
        look: CellLook = index.data(LOOK_ROLE)
        has_choices = bool(state & QStyle.StateFlag.State_HasFocus) and self._model.has_choices(index)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color(Role.SELECTED))
        room, sides = rect.adjusted(PADDING, 0, -PADDING, 0), Sides(option.direction, rect)
        if has_choices:
            room.setRight(arrow_in(rect).left())
        if look.pictures and not look.wrong:
            room = self._paint_pictures(painter, sides, room, look.pictures)
        if look.text and room.width() > GRID and not (look.kind is ColumnKind.ASSETS and len(look.pictures) == 1):
            texts = self._texts
            texts.use(option.font)
            ink = texts.figures if look.kind in _TABULAR else texts.body
            painter.setPen(theme.color(_role(look)))
            texts.line(painter, sides, room, look.text, ink, at_end=look.kind is ColumnKind.CREDITS)
        painter.setPen(QPen(theme.color(Role.BORDER), 1))
        painter.fillRect(sides.place(QRect(rect.right(), rect.top(), 1, rect.height())), theme.color(Role.BORDER))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if look.wrong:
            self._frame(painter, rect, Role.BAD)
        if state & QStyle.StateFlag.State_HasFocus:
            self._frame(painter, rect.adjusted(1, 1, -1, -1) if look.wrong else rect, Role.ACCENT)
            if has_choices:
                self.icon(painter, sides.place(arrow_in(rect)), "mdi6.menu-down", Role.TEXT)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        column = self._model.columns[index.column()]
        self._before, self._is_loaded = self._model.remember(index), False
        index_now = QPersistentModelIndex(index)
        if column.kind is ColumnKind.PROMPT:
            text = QPlainTextEdit(parent, tabChangesFocus=True)
            text.setToolTip(_("Return saves, Shift+Return starts a new line, Esc cancels."))
            text.textChanged.connect(lambda: self._try(index_now, text.toPlainText()))
            draft = RequestDraft(self._model.checker.pair)
            draft.cast = self._model.checker.cast
            TagCompletion(text, InputFields(draft, lambda: None), self._theme, self._posters)
            editor: QWidget = text
        else:
            line = QLineEdit(parent, frame=False)
            choices = self._model.shown_choices(index)
            if choices:
                completer = QCompleter(choices, line)
                completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
                completer.setFilterMode(Qt.MatchFlag.MatchContains)
                completer.popup().setAccessibleName(_("Choices for {column}", column=column.title))
                completer.popup().setProperty("popup", True)
                line.setCompleter(completer)
            line.textChanged.connect(lambda words: self._try(index_now, words))
            editor = line
        editor.setAccessibleName(_("{column}, row {row}", column=column.title, row=index.row() + 1))
        self.editor = editor
        return editor

    def destroyEditor(self, editor: QWidget, index: Index) -> None:
        if editor is self.editor:
            self.editor = None
        super().destroyEditor(editor, index)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        # Only when it opens: typed text updates the cell at once, and must not be written back into the editor.
        if self._is_loaded:
            return
        is_model = self._model.columns[index.column()].key == MODEL and self._before is not None
        text = str(index.data(Qt.ItemDataRole.DisplayRole if is_model else Qt.ItemDataRole.EditRole) or "")
        if isinstance(editor, QPlainTextEdit):
            editor.setPlainText(text)
            editor.selectAll()
        elif isinstance(editor, QLineEdit):
            editor.setText(text)
            editor.selectAll()
        self._is_loaded = True

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        # A view may call this twice: when the editor closes, and when it thereby loses the focus.
        if self._is_loaded:
            self._is_loaded = False
            self._model.settle(index, self._before, _text_in(editor))

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """A prompt gets several lines inside the table; other editors cover their cell."""
        rect = QRect(option.rect)
        if isinstance(editor, QPlainTextEdit):
            height = editor.fontMetrics().lineSpacing() * EDITOR_LINES + 2 * GRID
            inside = editor.parentWidget().rect()
            rect.setHeight(height)
            rect.moveTop(max(inside.top(), min(rect.top(), inside.bottom() - height)))
        else:
            rect.setWidth(max(rect.width(), 14 * GRID))
        editor.setGeometry(rect)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(watched, QWidget):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if event.key() == Qt.Key.Key_Escape and plain:
                self.take_back(watched)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
                self.keep(watched)
                self._go(1, 0)
                return True
            if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self.keep(watched)
                self._go(0, 1 if event.key() == Qt.Key.Key_Tab else -1)
                return True
            arrow = event.key() == Qt.Key.Key_Down and event.modifiers() == Qt.KeyboardModifier.AltModifier
            if isinstance(watched, QLineEdit) and watched.completer() is not None and arrow:
                _show_all(watched.completer())
                return True
        return super().eventFilter(watched, event)

    def keep(self, editor: QWidget) -> None:
        """Commits the text and closes the editor."""
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)

    def take_back(self, editor: QWidget) -> None:
        """Restores the cell's value from before editing, and closes the editor."""
        index = self._view.currentIndex()
        if index.isValid() and self._is_loaded:
            self._is_loaded = False
            self._model.settle(index, self._before, None)
        self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.RevertModelCache)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.palette.setColor(QPalette.ColorRole.Text, self._theme.color(_role(index.data(LOOK_ROLE))))

    def _paint_pictures(self, painter: QPainter, sides: Sides, room: QRect, paths: Sequence[str]) -> QRect:
        scale = painter.device().devicePixelRatioF()
        for path in paths:
            if room.width() < PICTURE.width():
                break
            picture = self._posters.picture(path, PICTURE, scale)
            rect = QRect(room.left(), room.center().y() - PICTURE.height() // 2, PICTURE.width(), PICTURE.height())
            if picture is None:
                painter.fillRect(sides.place(rect), self._theme.color(Role.MEDIA))
            else:
                size = picture.size().scaled(PICTURE, Qt.AspectRatioMode.KeepAspectRatio)
                rect = QRect(room.left(), room.center().y() - size.height() // 2, size.width(), size.height())
                painter.drawPixmap(sides.place(rect), picture)
            room = room.adjusted(rect.width() + GRID // 2, 0, 0, 0)
        return room

    def _frame(self, painter: QPainter, rect: QRect, role: Role) -> None:
        painter.setPen(QPen(self._theme.color(role), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect.adjusted(0, 0, -1, -1))

    def _try(self, index_now: QPersistentModelIndex, text: str) -> None:
        if self._is_loaded and index_now.isValid():
            self._model.try_text(index_now, text)

    def _go(self, down: int, right: int) -> None:
        current = self._view.currentIndex()
        there = current.sibling(current.row() + down, current.column() + right)
        if there.isValid():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self._view.selectionModel().setCurrentIndex(there, flags)


def arrow_in(cell: QRect) -> QRect:
    """Rectangle of the drop-down arrow of a current cell with choices, from left to right."""
    return QRect(cell.right() - ARROW - 2, cell.center().y() - ARROW // 2, ARROW, ARROW)


def _role(look: CellLook) -> Role:
    role = INKS[look.tone]
    return Role.MUTED if role is Role.TEXT and look.faint else role


def _text_in(editor: QWidget) -> str:
    if isinstance(editor, QPlainTextEdit):
        return editor.toPlainText()
    return editor.text() if isinstance(editor, QLineEdit) else ""


def _show_all(completer: QCompleter) -> None:
    completer.setCompletionPrefix("")
    completer.complete()
