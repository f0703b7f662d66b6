"""Popups over the list for text input: a line with completion, and a multi-line note. They emit the text and decide
nothing. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCompleter, QLineEdit, QPlainTextEdit, QWidget

from runway_desktop.texts import Text, _
from runway_desktop.ui.building import STRETCH, KeyPopup, hbox, push_button, vbox
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID

from .judge import Judge

DIFFER = Text("Different values; yours replaces all")
_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NOTE_LINES = 6


class _Popup(KeyPopup):
    taken = Signal(str)

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._caption = words(self, title, "muted", wrap=False)
        self._column = vbox(self._caption, on=self, margins=GRID, spacing=GRID // 2)

    def _add(self, field: QWidget) -> None:
        self._caption.setBuddy(field)
        self._column.addWidget(field)
        self.setFocusProxy(field)

    def open_over(self, widget: QWidget) -> None:
        """Opens centered in the upper part of the widget, entirely on its screen, and takes the focus."""
        self.adjustSize()
        at = widget.mapToGlobal(QPoint((widget.width() - self.width()) // 2, widget.height() // 4))
        self.show_at(at, widget)
        self.setFocus(Qt.FocusReason.PopupFocusReason)


class LinePopup(_Popup):
    """A line: Return accepts, Escape cancels. `several` values are separated by commas. With `differ` it starts empty,
    and an empty line changes nothing."""

    def __init__(
        self,
        title: str,
        text: str,
        words: Sequence[str],
        parent: QWidget,
        *,
        several: bool = False,
        differ: bool = False,
    ) -> None:
        super().__init__(title, parent)
        self._several = several
        self._differ = differ
        self.line = QLineEdit(text, self, clearButtonEnabled=True, placeholderText=str(DIFFER) if differ else "")
        self.line.setAccessibleName(title)
        self.line.setMinimumWidth(44 * GRID)
        self.line.selectAll()
        self._add(self.line)
        self.completer = QCompleter(list(words), self)
        self.completer.setWidget(self.line)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.completer.popup().setAccessibleName(_("Suggestions"))
        self.completer.popup().setProperty("popup", True)
        self.completer.activated.connect(self._complete)
        self.line.textEdited.connect(self._offer)
        self.line.installEventFilter(self)
        self.line.returnPressed.connect(self._take)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down opens the completions even before any letter is typed."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Down:
            self._show_offers(self._begun() if self._several else "")
            return True
        return super().eventFilter(watched, event)

    def _begun(self) -> str:
        text = self.line.text()[: self.line.cursorPosition()]
        return (text.rpartition(",")[2] if self._several else text).strip().lstrip("-")

    def _offer(self) -> None:
        begun = self._begun()
        if begun:
            self._show_offers(begun)
        else:
            self.completer.popup().hide()

    def _show_offers(self, begun: str) -> None:
        self.completer.setCompletionPrefix(begun)
        if self.completer.completionCount():
            self.completer.complete()
        else:
            self.completer.popup().hide()

    def _complete(self, word: str) -> None:
        text, at = self.line.text(), self.line.cursorPosition()
        begun = self._begun()
        start = at - len(begun)
        glue = ", " if self._several and not text[at:].strip() else ""
        self.line.setText(f"{text[:start]}{word}{glue}{text[at:]}")
        self.line.setCursorPosition(start + len(word) + len(glue))

    def _take(self) -> None:
        if self.completer.popup().isVisible() and self.completer.popup().currentIndex().isValid():
            return
        text = self.line.text()
        self.close()
        if text.strip() or not self._differ:
            self.taken.emit(text)


class NotePopup(_Popup):
    """A note: Return adds a line, Ctrl+Return or closing saves, Escape cancels."""

    def __init__(self, title: str, text: str, parent: QWidget, *, differ: bool = False) -> None:
        super().__init__(title, parent)
        self._before = text
        self._dropped = False
        self.text = QPlainTextEdit(text, self, tabChangesFocus=True, placeholderText=str(DIFFER) if differ else "")
        self.text.setAccessibleName(title)
        self.text.setMinimumWidth(48 * GRID)
        self.text.setFixedHeight(_NOTE_LINES * self.text.fontMetrics().lineSpacing() + 2 * GRID)
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        self.text.installEventFilter(self)
        self._add(self.text)
        hint = words(self, _("Ctrl+Return saves, Esc cancels"), "faint", wrap=False)
        keep = push_button(self, _("Save note"), self.close, kind="primary")
        self._column.addLayout(hbox(hint, STRETCH, keep))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _RETURN and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.close()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._dropped = True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._dropped = self._dropped or event.key() == Qt.Key.Key_Escape
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Saves on any close except by Escape."""
        text = self.text.toPlainText()
        if not self._dropped and text != self._before:
            self._before = text
            self.taken.emit(text)
        super().closeEvent(event)


def follow(judge: Judge, over: QWidget) -> None:
    """Opens the popups requested by `judge` over a widget."""

    def open_line(
        title: str, text: str | None, words: Sequence[str], several: bool, take: Callable[[str], None]
    ) -> None:
        show(LinePopup(title, text or "", words, over, several=several, differ=text is None), take)

    def open_note(title: str, text: str | None, take: Callable[[str], None]) -> None:
        show(NotePopup(title, text or "", over, differ=text is None), take)

    def show(popup: _Popup, take: Callable[[str], None]) -> None:
        popup.taken.connect(take)
        popup.open_over(over)

    judge.line_wanted.connect(open_line)
    judge.note_wanted.connect(open_note)
