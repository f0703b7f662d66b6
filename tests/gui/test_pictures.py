"""The pictures of README and guide show the window as it is: no word of them is gone from the scenes of the tour that
they were made of."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from steps import verbs

from runway_desktop.tour.hands import WORDS
from runway_desktop.usecases.words.states import LOOKS

ROOT = Path(__file__).parents[2]
MOVING = {str(look.headline) for look in LOOKS.values()}
"""A live task's state is another a moment later."""

FEWEST_WORDS = 5
"""A picture without words would prove nothing."""
MOST_BYTES = 250_000


def words_of(png: bytes) -> set[str]:
    return set(QImage.fromData(png).text(WORDS).splitlines())


@pytest.fixture(scope="module")
def made() -> dict[Path, bytes]:
    return verbs.pictures(Path(sys.executable))


@pytest.mark.long
def test_words_on_a_documentation_picture_still_exist_in_the_window(made: dict[Path, bytes]):
    gone = {}
    for file, png in made.items():
        shown, there = words_of(file.read_bytes()), words_of(png)
        assert len(shown) > FEWEST_WORDS, file.name
        gone[file.name] = shown - there - MOVING
    assert {name: words for name, words in gone.items() if words} == {}, "older than the window: dev.py picture"


@pytest.mark.long
def test_every_picture_referenced_in_the_docs_exists(made: dict[Path, bytes]):
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "guide").glob("*.md")]
    shown = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")
    targets = {(page.parent / one).resolve() for page in pages for one in shown.findall(page.read_text("utf-8"))}
    there = {*verbs.PICTURE.parent.iterdir(), *verbs.OF_GUIDE.iterdir()}
    assert targets == there == set(made)


def test_guide_pictures_are_small_files():
    assert {file.name for file in verbs.OF_GUIDE.iterdir() if file.stat().st_size > MOST_BYTES} == set()
