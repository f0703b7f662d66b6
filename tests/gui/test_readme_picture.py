"""README's picture shows the window as it is: no word of it is gone from the scene that it was made of."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from PySide6.QtGui import QImage
from steps import verbs

from runway_desktop.tour.hands import WORDS
from runway_desktop.usecases.words.states import LOOKS

ROOT = Path(__file__).parents[2]
MOVING = {str(look.headline) for look in LOOKS.values()}
"""A live task's state is another a moment later."""


def words_of(png: bytes) -> set[str]:
    return set(QImage.fromData(png).text(WORDS).splitlines())


def test_no_word_in_the_picture_is_gone_from_the_window():
    shown, there = words_of(verbs.PICTURE.read_bytes()), words_of(verbs.picture(Path(sys.executable)))
    assert len(shown) > 100
    assert shown - there - MOVING == set(), "older than the window: python3 packaging/dev.py picture"


def test_every_picture_is_shown_and_there():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {found for page in pages for found in re.findall(r"\(docs/pictures/([^)]+)\)", page.read_text("utf-8"))}
    assert shown == {file.name for file in verbs.PICTURE.parent.iterdir()}
