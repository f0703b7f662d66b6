"""Whether this computer has a font for Chinese, Japanese and Korean letters that are shown: our own has none, and what
no font has is drawn as boxes. GUI thread only.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtGui import QFont, QGuiApplication, QTextLayout

_SCRIPTS = {
    "Japanese": re.compile("[\u3040-\u30ff]"),
    "Korean": re.compile("[\uac00-\ud7af]"),
    "Chinese": re.compile("[\u3400-\u9fff\uf900-\ufaff]"),
}
"""Letters by which each is known. What Japanese and Chinese share counts as Chinese."""
MOST = 40
"""Letters of a text that are looked at: a font has a script, or has it not."""


class MissingLetters:
    """Tells of each script once, however many texts of it are shown."""

    def __init__(self, missing: Callable[[str], object]) -> None:
        """`missing` is called with the script's name, maybe within a paint."""
        self._missing = missing
        self._unknown = dict(_SCRIPTS)

    def look(self, text: str) -> None:
        found = [(script, letters) for script, known in self._unknown.items() if (letters := known.findall(text))]
        for script, letters in found:
            del self._unknown[script]
            if is_drawn_as_boxes("".join(letters[:MOST]), QGuiApplication.font()):
                self._missing(script)


def is_drawn_as_boxes(letters: str, font: QFont) -> bool:
    """Whether neither the font nor one that stands in for it has all of them."""
    layout = QTextLayout(letters, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    # Glyph 0 is each font's box.
    return any(not glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes())
