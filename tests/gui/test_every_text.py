"""In a language that no one speaks, every text of every room is in that language, and none is cut by its place."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import metadata

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from runway_desktop import texts
from runway_desktop.catalog import Catalog
from runway_desktop.catalog.catalog import all_fields
from tests.gui.every_room import WAYS, studio, windows
from tests.gui.visible_texts import Seen, accessible_texts, cut_in, painted_texts, texts_of
from tests.rigs.clips import BACKEND_CHATTER
from tests.rigs.desktop import rest
from tests.rigs.profiles_rig import ProfilesDesktop
from tests.rigs.pseudo import LANGUAGES
from tests.rigs.qt_loop import OFFSCREEN_CHATTER

KEYS = "Ctrl Shift Alt Meta Return Enter Esc Escape Space Tab Del Ins Home End PgUp PgDown Left Right Up Down Backspace"
NAMES = "Runway Desktop Python Qt PySide6 SQLite MCP API MIT Claude Code Codex Cursor VS"
"""Of programs, and of the license."""
FORMATS = "JSON CSV PNG MP4 MOV HDR HDR10 ProRes HQ kB MB GB px English Deutsch"
"""Of files and values, symbols of units, and languages' names in themselves."""
OF_QT = "Press shortcut"
"""Qt's own text, which Qt translates."""
DATA = "Studio test key_…"
"""The name of the profile, the end of its key, and how a key begins."""
MARKS = (
    r"</?(?:p|b)\b[^>]*>",  # of tool tips
    r"\S*/\S*",  # paths and ids
    r"\{\w+(?:[:|]\w+)?\}",  # fields of a file name, variants of a prompt
    r"“command line”",  # how it names itself to the program
    r"[.…]\w+",  # endings of files
    r"\b[A-Z0-9]+(?:[._][A-Z0-9]+)+\b",  # Runway's codes, variables of the environment
)
PAIRS = tuple(Catalog.load().pairs())
MODELS = frozenset(word for pair in PAIRS for word in (pair.label, pair.model, pair.endpoint))


def _known_words() -> re.Pattern[str]:
    """What stays as it is: names of models, their ids and voices, of keys, programs, formats and libraries."""
    voices = {str(choice) for pair in PAIRS for field in all_fields(pair.fields) for choice in field.choices}
    libraries = {found.metadata["Name"].lower().replace("_", "-") for found in metadata.distributions()}
    words = {*MODELS, *voices, *libraries, OF_QT, *f"{KEYS} {NAMES} {FORMATS} {DATA}".split()}
    found = (rf"\b{re.escape(word)}(?!\w)" for word in sorted(words, key=len, reverse=True))
    return re.compile("|".join((*MARKS, *found)))


KNOWN = _known_words()
PLAIN = re.compile(r"[A-Za-z]{2,}|(?<=~\])[A-Za-z]")
"""A word of English, or a letter after a text, such as the "s" of a plural."""


@cache
def untranslated(text: str) -> str:
    """The plain words of a text."""
    words = " ".join(PLAIN.findall(KNOWN.sub("", text))) if PLAIN.search(text) else ""
    begun, cut, _rest = text.partition("…")
    return "" if words and cut and any(name.startswith(begun) for name in MODELS) else words


@contextmanager
def speaking(name: str) -> Iterator[None]:
    before, application = texts.language(), QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    texts.use(LANGUAGES[name])
    is_mirrored = texts.language().is_mirrored
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft if is_mirrored else Qt.LayoutDirection.LeftToRight)
    yield
    texts.use(before)
    application.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


async def seen_in(desktop: ProfilesDesktop, room: str) -> AsyncIterator[tuple[QWidget, list[Seen]]]:
    """The windows of a room, each with what is read and painted in it."""
    async for window in WAYS[room](desktop):
        # A timer may have changed a text in the very last turn, whose place is then made in the next one.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        with painted_texts() as painted:
            window.grab()
        yield window, [*texts_of(window), *accessible_texts(window), *painted]
    for window in windows():
        if window is not desktop.window:
            window.close()
    await rest()


@pytest.mark.qt_log_ignore(OFFSCREEN_CHATTER, *BACKEND_CHATTER, extend=True)
@pytest.mark.parametrize("room", WAYS)
async def test_every_text_is_translated_and_fully_visible(tmp_path, theme, qtbot, room):
    english: dict[str, str] = {}
    cut: dict[str, str] = {}
    with speaking("long"):
        async with studio(tmp_path, theme) as desktop:
            async for window, shown in seen_in(desktop, room):
                for seen in shown:
                    if untranslated(seen.text):
                        english.setdefault(seen.text, f"{seen.where}: {seen.text!r}")
                for one in cut_in(window):
                    cut.setdefault(one.text, f"{one.where}: {one.text!r} lacks {one.lacks} px")
    if english or cut:
        pytest.fail("\n".join([*sorted(english.values()), *sorted(cut.values())]), pytrace=False)


@pytest.mark.qt_log_ignore(OFFSCREEN_CHATTER, *BACKEND_CHATTER, extend=True)
@pytest.mark.parametrize("room", ["details", "requests", "profiles"])
async def test_direction_marks_around_values_are_not_read_aloud(tmp_path, theme, qtbot, room):
    with speaking("rtl"):
        async with studio(tmp_path, theme) as desktop:
            assert desktop.window.isRightToLeft()
            escaped = [one async for _, shown in seen_in(desktop, room) for one in shown if "\\u20" in one.text]
    assert escaped == []
