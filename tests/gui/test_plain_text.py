"""Untrusted text that refers to a file or address is shown, and nothing is loaded."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt, QUrl
from PySide6.QtGui import QAction, QTextDocument
from PySide6.QtGui import Qt as QtGuiQt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QListWidget, QWidget

from runway_desktop.domain.library import Filter
from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.searching.pages import PaneEntry
from runway_desktop.usecases.words.plain import WRAPS_FROM, caption, notice, tip
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import saved, task

HOSTILE = "<img src=file:////evil.example/share/a.png>"
TEXTS = [
    HOSTILE,
    f"Boats & {HOSTILE}",
    f"&lt;b&gt; {HOSTILE}",
    "<?xml version='1.0'?><b>x</b>",
    f"<html><body style='background-image:url(file:///a.png)'>{HOSTILE}",
    f"a long prompt, {'so on ' * 30}{HOSTILE}",
    "\n\n  <b>below</b>  two blanks",
    "&amp;",
]


class Recorder(QTextDocument):
    """What Qt shows in a label or tool tip that it takes for HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def loadResource(self, kind: int, name: QUrl | str, /) -> Any:
        self.asked.append(QUrl(name).toString())


def read_by_qt(text: str) -> tuple[str, list[str]]:
    """What Qt shows of a text whose format it decides itself, and what it loads for it."""
    if not QtGuiQt.mightBeRichText(text):
        return text, []
    document = Recorder()
    document.setHtml(text)
    document.size()
    return document.toPlainText(), document.asked


def texts_of_unknown_format(window: QWidget) -> Iterator[str]:
    for label in window.findChildren(QLabel):
        if label.textFormat() is not Qt.TextFormat.PlainText:
            yield label.text()
    yield from (widget.toolTip() for widget in (window, *window.findChildren(QWidget)))
    yield from (action.toolTip() for action in window.findChildren(QAction))
    for view in window.findChildren(QAbstractItemView):
        yield from tool_tips(view.model())


def tool_tips(model: QAbstractItemModel | None) -> Iterator[str]:
    if model is None:
        return
    role, root = Qt.ItemDataRole.ToolTipRole, QModelIndex()
    for column in itertools.takewhile(lambda column: model.hasIndex(0, column, root), itertools.count()):
        yield model.headerData(column, Qt.Orientation.Horizontal, role) or ""
        yield from (model.index(row, column, root).data(role) or "" for row in range(model.rowCount(root)))


def spoken(pages: QListWidget) -> list[str]:
    return [pages.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(pages.count())]


def assert_shown_as_it_is(text: str) -> None:
    """A tool tip is no HTML for Qt, and shows each visible letter of the text."""
    shown, loaded = read_by_qt(tip(text))
    assert not QtGuiQt.mightBeRichText(tip(text))
    assert ("".join(shown.replace("\u200b", "").split()), loaded) == ("".join(text.split()), [])


def test_qt_alone_would_load_resources_named_in_html_text(theme: Theme):
    assert read_by_qt(HOSTILE) == ("\N{OBJECT REPLACEMENT CHARACTER}", ["file://evil.example/share/a.png"] * 2)


@pytest.mark.parametrize("text", TEXTS)
def test_tool_tip_shows_html_as_text_and_loads_nothing(text: str, theme: Theme):
    assert_shown_as_it_is(text)


@given(text=st.text("<>&;\n abimgsrc=lt/'\"?x!-", max_size=40))
def test_html_like_text_is_shown_literally(qapp: QApplication, text: str):
    assert_shown_as_it_is(text)


def test_tool_tip_is_wrapped_plain_text_for_screen_readers(qapp: QApplication):
    assert tip("Waits for a free slot") == "Waits for a free slot"
    assert tip("one two three four five " * 6).split("\n")[0] == "one two three four five " * 3 + "one two"
    assert max(map(len, tip("長い言葉の" * 30).split("\n"))) == WRAPS_FROM // 2


def test_buttons_and_menus_show_ampersands_and_notices_escape_tags():
    assert caption("R&D") == "R&&D"
    assert "<" not in notice(HOSTILE)


async def test_project_named_as_html_loads_nothing_in_the_window(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        named = {"project": HOSTILE, "shot": HOSTILE, "note": HOSTILE, "tags": (HOSTILE,)}
        made = [task(n, State.SUCCEEDED, f"{n} {HOSTILE}", **named) for n in (1, 2)]
        failed = task(3, State.FAILED, HOSTILE, **named)
        await rig.shown(*made, failed, outputs=[saved(one, f"/library/{HOSTILE}.mp4") for one in made], batch="b")
        rig.pages.refresh()
        pages, key = rig.window.workspace.pages, PaneEntry("", filter=Filter(projects=frozenset({HOSTILE}))).key
        await until(lambda: any(HOSTILE in text for text in spoken(pages)), "it is a page")
        pages.choose(key)
        await rig.fetch_rows()
        rig.window.view.select([TaskId("t1")])
        await until(lambda: any(HOSTILE in label.text() for label in rig.window.findChildren(QLabel)), "it is shown")
        texts = [text for text in texts_of_unknown_format(rig.window) if text]
        assert [text for text in texts if HOSTILE in text] == []
        assert any("img" in text for text in texts), "the project's name is in tool tips"
        assert [loaded for text in texts for loaded in read_by_qt(text)[1]] == []
