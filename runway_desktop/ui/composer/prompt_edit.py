"""The prompt's editor: grows with its text, takes what is pasted apart, and can be undone whatever was put there. GUI
thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from runway_desktop.domain.task import parse_remote_id
from runway_desktop.ui.building import viewport_of
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.requests.draft import separate_prompts

MOST_LINES = 8
LOW = 90 * GRID
"""A window lower than this keeps the prompt shorter, so that the list keeps some rows."""
_HINTS = (
    "Describe what you want to see or hear. Drop files, prompts or task ids anywhere.",
    "Describe what you want to see or hear.",
)
"""The longest that fits one line is shown while nothing is written."""


class PromptEdit(QPlainTextEdit):
    """Grows with its text up to a few lines. Files, links, pictures and task ids that are pasted go to the window as if
    they were dropped; text is taken as typing."""

    files_pasted = Signal(object)
    """A QMimeData that holds something else than a prompt."""
    lines_pasted = Signal(object)
    """Lines that are in the text now as one prompt, and may be meant as one each."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, tabChangesFocus=True)
        viewport_of(self)
        self.setProperty("bare", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # Its lines wrap; a bar that a moment in a narrower pane left there would cover the last of them.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAcceptDrops(False)
        self.setAccessibleName("Prompt")
        self.document().setDocumentMargin(2)
        # Not the change of text: where one line takes the place of another, the lines are only counted after it.
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self._grow()
        self._show_hint()

    def sizeHint(self) -> QSize:
        return QSize(200, self.minimumHeight())

    def resizeEvent(self, event: QEvent) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._grow()
        self._show_hint()

    def replace_text(self, text: str) -> None:
        """Puts another text there as one action that Ctrl+Z takes back: what was typed before is never lost."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self.setTextCursor(cursor)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasUrls() or source.hasImage() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        ids = source.text().split()
        if source.hasUrls() or (source.hasImage() and not source.hasText()) or (ids and all(map(parse_remote_id, ids))):
            self.files_pasted.emit(source)
        else:
            self.insertPlainText(source.text())
            if lines := separate_prompts(source.text()):
                self.lines_pasted.emit(lines)

    def _grow(self) -> None:
        line = self.fontMetrics().lineSpacing()
        most = line * (MOST_LINES if self.window().height() > LOW else MOST_LINES // 2)
        height = round(min(max(self._text_height(most), line), most)) + 6
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def _text_height(self, enough: int) -> float:
        """Of its lines, some of which are of a higher script; not counted on beyond what is enough."""
        height, block = 0.0, self.document().begin()
        while block.isValid() and height < enough:
            height += self.blockBoundingRect(block).height()
            block = block.next()
        return height

    def _show_hint(self) -> None:
        room = self.viewport().width() - 2 * self.document().documentMargin()
        metrics = self.fontMetrics()
        hint = next((text for text in _HINTS if metrics.horizontalAdvance(text) <= room), _HINTS[-1])
        if hint != self.placeholderText():
            self.setPlaceholderText(hint)


class BraceHighlight(QSyntaxHighlighter):
    """A group may go over several lines, so each block looks at the whole text."""

    def __init__(self, document: QTextDocument, theme: Theme, find: Callable[[str], Sequence[tuple[int, int]]]) -> None:
        """`find` gives where the groups of a text stand."""
        super().__init__(document)
        self._find = find
        self._theme = theme
        self._text = ""
        self._groups: tuple[tuple[int, int], ...] = ()
        theme.changed.connect(self.rehighlight)
        document.contentsChange.connect(self._moved)

    def highlightBlock(self, text: str) -> None:
        whole = self.document().toPlainText()
        if whole != self._text:
            self._text, self._groups = whole, tuple(self._find(whole))
        if not self._groups:
            return
        accent = QTextCharFormat()
        accent.setForeground(self._theme.color(Role.ACCENT))
        begin = self.currentBlock().position()
        for start, end in self._groups:
            first, last = max(start - begin, 0), min(end - begin, len(text))
            if first < last:
                self.setFormat(first, last - first, accent)

    def _moved(self, *_: int) -> None:
        """A brace that was closed on another line changes what stands before it."""
        before = self._groups
        now = tuple(self._find(self.document().toPlainText()))
        if now != before and self.document().blockCount() > 1:
            self.rehighlight()
