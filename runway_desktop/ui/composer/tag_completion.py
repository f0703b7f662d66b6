"""Completion of input names after @ in a prompt, including names that untagged inputs would get.

Attaches to any plain text editor; the composer supplies the names on demand. Arrow keys, Return and Tab select, Escape
closes, typing filters. GUI thread only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel, QTextCursor
from PySide6.QtWidgets import QCompleter, QPlainTextEdit

from runway_desktop.texts import _
from runway_desktop.usecases.requests.input_fields import InputFields, Name

_BEGUN = re.compile(r"(?<![\w@])@(\w*)$")
_WORD = Qt.ItemDataRole.UserRole
"""The word to insert; the displayed text has more."""
_NARROWEST = 220
_TYPING = {QEvent.Type.KeyPress: True, QEvent.Type.InputMethod: True, QEvent.Type.KeyRelease: False}


class TagCompletion(QObject):
    def __init__(self, editor: QPlainTextEdit, names: Callable[[], Sequence[Name]], input_fields: InputFields) -> None:
        """`names` returns what can be named now. Selecting an input without a tag gives it that tag."""
        super().__init__(editor)
        self._editor = editor
        self._names = names
        self._fields = input_fields
        self._is_typing = False
        """A key event is in progress, so a text change was typed and not set by code."""
        self._model = QStandardItemModel(self)
        self.completer = QCompleter(self._model, self)
        self.completer.setWidget(editor)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.completer.setCompletionRole(_WORD)
        self.completer.popup().setAccessibleName(_("Names of inputs"))
        self.completer.popup().setProperty("popup", True)
        self.completer.activated["QModelIndex"].connect(  # type: ignore[index]
            lambda index: self._take(index.data(_WORD))
        )
        editor.textChanged.connect(self._look)
        editor.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tracks typing, and selects by Return, Enter or Tab while the popup is open. QCompleter handles the other
        keys."""
        if watched is self._editor and event.type() in _TYPING:
            self._is_typing = _TYPING[event.type()]
        if (
            watched is self._editor
            and self.completer.popup().isVisible()
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
            and not event.modifiers()
        ):
            index = self.completer.popup().currentIndex()
            self.completer.popup().hide()
            if index.isValid():
                self._take(index.data(_WORD))
                return True
        return super().eventFilter(watched, event)

    def _look(self) -> None:
        begun = self._begun()
        typed, self._is_typing = self._is_typing, False
        if begun is None or not typed or not self._editor.hasFocus():
            self.completer.popup().hide()
            return
        names = self._names()
        self._model.clear()
        for name in names:
            item = QStandardItem()
            item.setData(name.word, _WORD)
            item.setData(f"@{name.word}   {name.meaning}", Qt.ItemDataRole.DisplayRole)
            self._model.appendRow(item)
        self.completer.setCompletionPrefix(begun)
        if not self.completer.completionCount():
            self.completer.popup().hide()
            return
        popup = self.completer.popup()
        popup.setCurrentIndex(self.completer.completionModel().index(0, 0))
        at = self._editor.cursorRect()
        at.setWidth(max(_NARROWEST, popup.sizeHintForColumn(0) + 24))
        self.completer.complete(at)

    def _begun(self) -> str | None:
        """Text between the last @ and the cursor; None if no name is being typed."""
        cursor = self._editor.textCursor()
        if cursor.hasSelection():
            return None
        found = _BEGUN.search(cursor.block().text()[: cursor.positionInBlock()])
        return found.group(1) if found is not None else None

    def _take(self, word: str) -> None:
        begun = self._begun()
        if begun is None:
            return
        cursor = self._editor.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(begun))
        cursor.insertText(f"{word} ")
        self._editor.setTextCursor(cursor)
        chosen = next((name for name in self._names() if name.word == word), None)
        if chosen is not None and chosen.untagged is not None:
            self._fields.set_detail(chosen.untagged, "tag", word)
