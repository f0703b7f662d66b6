"""Marks the braces of a prompt that stand for several texts, in the accent color of the theme. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from runway_desktop.ui.theme import Role, Theme


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
