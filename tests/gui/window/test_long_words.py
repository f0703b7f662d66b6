"""Long words are broken only where they do not fit."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from runway_desktop import texts
from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.labels import LongWordsLabel, broken
from runway_desktop.ui.window.details_pane import DetailsPane
from runway_desktop.usecases.words.account import key_words
from tests.rigs.desktop import Desktop, until
from tests.rigs.pseudo import LANGUAGES
from tests.rigs.rows import task

WORD = "Donaudampfschifffahrtsgesellschaft"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        (f"Die {WORD}!", 35, f"Die {WORD}!"),
        (f"Die {WORD} fährt", 20, "Die Donaudampfschifffahr|tsgesellschaft fährt"),
        ("abcdefghij", 4, "abcd|efgh|ij"),
        ("Nord-Ostsee-Kanal", 8, "Nord-Ostsee-Kanal"),
        ("Nord-Ostseekanal", 6, "Nord-Ostsee|kanal"),
        ("クレジットは返還されません。", 4, "クレジットは返還されません。"),
        ("Runwayの残高です。", 4, "Runw|ayの残高です。"),
        ("ab", 0, "ab"),
        ("", 4, ""),
    ],
)
def test_long_word_is_broken_where_it_no_longer_fits(text, width, lines):
    assert broken(text, width, len) == lines.replace("|", "\u200b")


def test_breaking_a_word_takes_time_by_its_length_alone():
    measured: list[int] = []
    broken("a" * 10_000, 5, lambda text: measured.append(len(text)) or len(text))
    assert sum(measured) < 10 * 10_000


def is_laid_out(label: LongWordsLabel, width: int) -> bool:
    return width - 60 < label.width() < width


def test_word_breaks_follow_the_width_without_cutting_text(theme, qtbot):
    pane = QWidget()
    label = LongWordsLabel(pane)
    QVBoxLayout(pane).addWidget(label)
    qtbot.addWidget(pane)
    label.say(f"Eine {WORD}, die {WORD * 3} heißt")
    pane.show()
    breaks = []
    for width in (120, 260, 2000):
        pane.resize(width, 400)
        qtbot.waitUntil(partial(is_laid_out, label, width))
        breaks.append(label.text().count("\u200b"))
        parts = label.text().replace("\u200b", " ").split()
        assert max(map(label.fontMetrics().horizontalAdvance, parts)) <= label.width()
        assert label.whole == label.text().replace("\u200b", "")
    assert breaks == sorted(breaks, reverse=True)
    assert breaks[0] > breaks[-1] == 0


def begins(button: QPushButton, text: str) -> bool:
    return button.text().startswith(text)


async def test_api_key_in_the_top_bar_is_shortened_in_a_narrow_window(tmp_path, theme, qtbot):
    before = texts.language()
    texts.use(LANGUAGES["long"])
    try:
        async with Desktop(tmp_path, theme) as rig:
            who = rig.window.workspace.top.findChildren(QPushButton)[0]
            for width, whole in ((1400, True), (1024, False), (1400, True)):
                rig.window.resize(width, 640)
                shown = key_words(rig.engine.account.key) if whole else "…test"
                await until(partial(begins, who, f"{shown} "), f"{shown} at {width} px")
                assert key_words(rig.engine.account.key) in who.accessibleName()
    finally:
        texts.use(before)


async def test_details_keep_words_whole_where_they_fit(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        words = f"Kapitän der {WORD}"
        await rig.shown(task(1, State.FAILED, title=words))
        await until(lambda: rig.rows.position(TaskId("t1")) is not None)
        rig.window.view.select([TaskId("t1")])
        title = rig.window.findChild(DetailsPane)._title
        await until(lambda: title.whole == words)
        assert title.fontMetrics().horizontalAdvance(WORD) < title.width()
        assert title.text() == words
