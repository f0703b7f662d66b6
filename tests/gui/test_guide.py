"""Statements of the guide match the program: links, labels, keys, commands, searches and pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runway_desktop.app.rooms import ROOMS
from runway_desktop.rooms.help.entry import LIST_OF_TASKS, PARTS, QUEUE
from runway_desktop.rooms.help.guide_window import pages
from runway_desktop.rooms.preferences.model.table import Section
from tests.gui.guide_checks import Program, table_of_keys, wrong_in, wrong_links

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
PAGES = sorted(GUIDE.glob("*.md"))
KEYS = GUIDE / "keys.md"
MOST_WORDS = 600
"""Of a page: what a task takes can be read in three minutes."""

MOST_WORDS_OF_README = 400


@pytest.fixture(scope="module")
def program(qapp) -> Program:
    return Program()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_statements_of_a_guide_page_about_the_program_are_true(page: Path, program: Program):
    assert list(wrong_in(page, program)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_guide_page_is_short_and_starts_with_its_title(page: Path):
    text = page.read_text("utf-8")
    assert text.startswith("# ")
    assert page == KEYS or len(re.sub(r"[|`#*]|---", " ", text).split()) <= MOST_WORDS


def test_readme_is_short_and_links_to_existing_pages():
    readme = GUIDE.parents[1] / "README.md"
    assert len(readme.read_text("utf-8").split()) <= MOST_WORDS_OF_README
    assert list(wrong_links(readme)) == []


def test_guide_index_links_to_every_page():
    assert sorted(pages(GUIDE)) == [page.stem for page in PAGES]


def test_guide_page_on_shortcuts_lists_every_command(qapp):
    _, _, shown = KEYS.read_text("utf-8").partition("\n## ")
    assert f"## {shown}" == table_of_keys()


def test_every_part_of_the_window_has_a_guide_page():
    parts, rooms = {part.guide for part in (*PARTS, QUEUE, LIST_OF_TASKS)}, {room.guide for room in ROOMS}
    sections = {section.guide for section in Section}
    assert parts | rooms | sections <= {page.stem for page in PAGES}


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("Press *Generat*.", "the window has no text “Generat”"),
        ("*Pick* (`X`)", "“Pick” has the keys ['P'], not ['X']"),
        ("Press `Ctrl+Alt+Shift+Q`.", "no command has the key Ctrl+Alt+Shift+Q"),
        ("Type `is:lovely`.", "“is:lovely” finds nothing"),
        ("Name it `{project}/{color}`.", "There is no field {color}"),
        ("Set `RUNWAY_COLOR`.", "the program does not know “RUNWAY_COLOR”"),
        ("    runway-desktop create --fast", "cannot be typed"),
        ("    runway-desktop --speedy", "cannot be typed"),
        ("[there](nowhere.md)", "there is no file nowhere.md"),
        ("[there](page.md#nowhere)", "page.md has no heading #nowhere"),
        ("![shown](pictures/none.png)", "there is no file pictures/none.png"),
        ("A <b>word</b>", "there is HTML in it"),
    ],
)
def test_guide_check_finds_false_statements(tmp_path, program: Program, said: str, wrong: str):
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{said}\n", "utf-8")
    [found] = wrong_in(page, program)
    assert wrong in found


def test_guide_check_accepts_true_statements(tmp_path, program: Program):
    page = tmp_path / "page.md"
    lines = (
        "# A page",
        "Press *Send next* (`Ctrl+Up`) or `Ctrl+K`, type `rating:>=4 -tag:drone`, name it `{project}_{shot:3}`.",
        "Then *Raise today's cap to 500*: see [above](#a-page).",
        "    runway-desktop list --query is:pick",
        "    runway-desktop --demo --empty",
    )
    page.write_text("\n\n".join(lines), "utf-8")
    assert list(wrong_in(page, program)) == []
