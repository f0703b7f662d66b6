"""Label that breaks words wider than its width (German, links, ids); other words stay whole. GUI thread only."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from runway_desktop.ui.labels import PlainLabel

_BREAK = "\u200b"
_WITHOUT_SPACES = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60"
"""Characters of Japanese and Chinese, whose lines Qt breaks between almost any two of them."""
_PIECES = re.compile(rf"(\s+|(?<=\w-)(?=[^\W\d])|(?<=[{_WITHOUT_SPACES}])|(?=[{_WITHOUT_SPACES}]))")
"""Normal break points: spaces, after a hyphen between letters, around characters that are written without spaces."""


class LongWordsLabel(PlainLabel):
    """Plain-text label that wraps at any width. Set its text by `say`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.whole = ""
        """The text without break characters."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def say(self, text: str) -> None:
        self.whole = text
        self._break()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._break()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._break()

    def _break(self) -> None:
        shown = broken(self.whole, self.contentsRect().width(), self.fontMetrics().horizontalAdvance)
        if shown != self.text():
            self.setText(shown)


def broken(text: str, width: int, advance: Callable[[str], int]) -> str:
    """Inserts break points into words wider than `width`; `advance` measures a text."""
    if width <= 0:
        return text
    return "".join(
        piece if not piece or piece.isspace() or advance(piece) <= width else _BREAK.join(_cut(piece, width, advance))
        for piece in _PIECES.split(text)
    )


def _cut(word: str, width: int, advance: Callable[[str], int]) -> list[str]:
    parts = []
    while word:
        fits, too_much = 1, len(word) + 1
        while too_much - fits > 1:
            middle = (fits + too_much) // 2
            fits, too_much = (middle, too_much) if advance(word[:middle]) <= width else (fits, middle)
        parts.append(word[:fits])
        word = word[fits:]
    return parts
