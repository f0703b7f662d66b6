"""Icons: every one that the program names is in the font, and is drawn in the color that was asked for."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QIcon, QPixmap

import runway_desktop
from runway_desktop.ui.theme import FAMILY, IconFont, NoSuchIcon, Theme

RED, GRAY = QColor("#ff0000"), QColor("#808080")


@pytest.fixture
def font(qapp):
    return IconFont()


def _free(icon: QIcon, side: int) -> tuple[int, int, int, int]:
    """Pixels without ink at the left, above, at the right and below."""
    picture = icon.pixmap(QSize(side, side)).toImage()
    inked = [(x, y) for x in range(side) for y in range(side) if picture.pixelColor(x, y).alpha() > 90]
    xs, ys = [x for x, _ in inked], [y for _, y in inked]
    return min(xs), min(ys), side - 1 - max(xs), side - 1 - max(ys)


def _names() -> set[str]:
    sources = Path(runway_desktop.__file__).parent.rglob("*.py")
    return {name for source in sources for name in re.findall(r"\"(mdi6\.[a-z0-9-]+)\"", source.read_text("utf-8"))}


def _colors(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> set[str]:
    picture = icon.pixmap(QSize(32, 32), mode).toImage()
    pixels = [picture.pixelColor(x, y) for x in range(32) for y in range(32)]
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def test_every_icon_name_used_in_the_program_exists(font: IconFont):
    names = _names()
    assert len(names) > 20
    for name in sorted(names):
        assert not font.icon(name, RED, GRAY).isNull()


def test_icon_is_painted_in_the_requested_colors(font: IconFont):
    icon = font.icon("mdi6.play", RED, GRAY)
    assert _colors(icon) == {"#ff0000"}
    assert _colors(icon, QIcon.Mode.Disabled) == {"#808080"}


def test_copy_of_an_icon_stays_valid_after_changes(font: IconFont):
    copy = QIcon(font.icon("mdi6.play", RED, GRAY))
    copy.addPixmap(QPixmap(1, 1))
    gc.collect()
    assert _colors(copy) == {"#ff0000"}


@pytest.mark.parametrize("name", ["mdi6.no-such-thing", "fa5s.play", "play"])
def test_unknown_icon_name_is_a_program_error(font: IconFont, name: str):
    with pytest.raises(NoSuchIcon):
        font.icon(name, RED, GRAY)


@pytest.mark.parametrize("side", [14, 16, 20, 32, 64])
def test_every_icon_is_centered_in_its_square(font: IconFont, side: int):
    for name in sorted(_names()):
        left, above, right, below = _free(font.icon(name, RED, GRAY), side)
        assert abs(left - right) <= 2, (name, left, right)
        assert abs(above - below) <= 2, (name, above, below)


def test_digits_have_equal_width_and_adjacent_words_are_unchanged(theme: Theme):
    plain = QFont(FAMILY)
    one, other = QFontMetricsF(plain), QFontMetricsF(Theme.tabular(plain))
    assert one.horizontalAdvance("1") != one.horizontalAdvance("0")
    assert len({other.horizontalAdvance(figure) for figure in "0123456789"}) == 1
    for words in ("Gen-", "left today (for you)", "·", "~"):
        assert other.horizontalAdvance(words) == one.horizontalAdvance(words), words
