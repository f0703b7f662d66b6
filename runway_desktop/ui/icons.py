"""Icons drawn from a font, in the colors of the moment. GUI thread only.

The glyphs are Material Design Icons, in the file that the package qtawesome ships. Its own code is not used: importing
it imports most of Qt and reads a dozen fonts, which takes longer than showing the window. Raises `NoSuchIcon` for a
name that the font does not have: our own mistake.
"""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

_PREFIX = "mdi6."
_LETTERS = "materialdesignicons6-webfont-6.9.96.ttf"
_NAMES = "materialdesignicons6-webfont-charmap-6.9.96.json"
_ENTRY = 200
"""Characters in which a name and its code point stand, at the most."""
_FILLS = 0.875
"""How much of an icon's height its letter takes; the rest is the bearing that the font expects."""


class NoSuchIcon(LookupError):
    """No glyph has this name."""


class IconFont:
    """The font, read when its first icon is wanted. It has to live as long as its icons."""

    def __init__(self) -> None:
        self._clones: list[QIconEngine] = []

    def icon(self, name: str, color: QColor, disabled: QColor) -> QIcon:
        """The icon called `name`, such as "mdi6.play", sharp at any size."""
        at = self._codes.find(f'"{name.removeprefix(_PREFIX)}":')
        if at < 0 or not name.startswith(_PREFIX):
            raise NoSuchIcon(name)
        code = self._codes[at : at + _ENTRY].split('"')[3].removeprefix("0x")
        return QIcon(_Letter(chr(int(code, 16)), self._family, color, disabled, self._clones))

    @cached_property
    def _codes(self) -> str:
        """The names of all icons with their code points, as JSON that is not parsed: a few of its 7,000 are used."""
        return (self._folder / _NAMES).read_text(encoding="utf-8")

    @cached_property
    def _family(self) -> str:
        number = QFontDatabase.addApplicationFont(str(self._folder / _LETTERS))
        return QFontDatabase.applicationFontFamilies(number)[0]

    @cached_property
    def _folder(self) -> Path:
        """Beside the other installed packages, or in the bundle, which has no package of that name but its files."""
        folders = (Path(entry, "qtawesome", "fonts") for entry in sys.path)
        return next(folder for folder in folders if folder.is_dir())


class _Letter(QIconEngine):
    """One letter of the font, painted at the size that is asked for."""

    def __init__(self, letter: str, family: str, color: QColor, disabled: QColor, clones: list[QIconEngine]) -> None:
        super().__init__()
        self._clones = clones
        self._letter = letter
        self._family = family
        self._color = color
        self._disabled = disabled

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        font = QFont(self._family)
        font.setPixelSize(max(1, round(_FILLS * rect.height())))
        painter.save()
        painter.setFont(font)
        painter.setPen(self._disabled if mode is QIcon.Mode.Disabled else self._color)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._letter)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        copy = _Letter(self._letter, self._family, self._color, self._disabled, self._clones)
        # Qt owns the copy but Python does not know it, and would delete it under the icon.
        self._clones.append(copy)
        return copy
