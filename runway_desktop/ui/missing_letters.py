"""Detects Chinese, Japanese and Korean text for which no font is installed: ours lacks them, and missing glyphs are
drawn as boxes. GUI thread only.
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
"""Characters that identify each script. Those shared by Japanese and Chinese count as Chinese."""
MOST = 40
"""Characters of a text that are checked: a font supports a whole script or none of it."""


class MissingLetters:
    """Reports each script once."""

    def __init__(self, missing: Callable[[str], object]) -> None:
        """`missing` is called with the script's name, possibly during a paint."""
        self._missing = missing
        self._unknown = dict(_SCRIPTS)

    def look(self, text: str) -> None:
        found = [(script, letters) for script, known in self._unknown.items() if (letters := known.findall(text))]
        for script, letters in found:
            del self._unknown[script]
            if is_drawn_as_boxes("".join(letters[:MOST]), QGuiApplication.font()):
                self._missing(script)


def is_drawn_as_boxes(letters: str, font: QFont) -> bool:
    """Whether neither the font nor its fallbacks have all of the letters."""
    layout = QTextLayout(letters, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    # Glyph 0 is the font's box.
    return any(not glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes())
