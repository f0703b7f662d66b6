"""Lines of text keep their position for every script."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QImage, QPainter

from runway_desktop.ui.tasks.text_cache import Sides, TextCache
from runway_desktop.ui.theme import Theme

BOX = QRect(0, 20, 300, 40)


def foot(theme: Theme, font: QFont, text: str) -> int:
    """The lowest row of pixels that the first letter of the text has."""
    picture = QImage(300, 80, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    letters = TextCache(theme)
    letters.use(font)
    painter = QPainter(picture)
    letters.line(painter, Sides(Qt.LayoutDirection.LeftToRight, BOX), BOX, text, letters.body)
    painter.end()
    columns = range(QFontMetrics(font).horizontalAdvance(text[0]))
    return max(y for y in range(80) for x in columns if picture.pixelColor(x, y).lightness() < 128)


def test_row_with_a_fallback_font_is_as_high_as_others(theme, qapp):
    for size in (9, 10, 13):
        font = QFont(QGuiApplication.font())
        font.setPointSize(size)
        plain = foot(theme, font, "H lighthouse")
        for text in ("H 夜明けの灯台", "H 등대", "H фонарь"):
            assert foot(theme, font, text) == plain, text
