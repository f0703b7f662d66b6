"""Letters that no font has: noticed when they are shown, and said once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.task import State
from runway_desktop.ui.missing_letters import MissingLetters, is_drawn_as_boxes
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import task

ROOT = Path(__file__).parents[2]
JAPANESE, KOREAN, CHINESE = "ゆっくりとすすむ", "안녕하세요", "凍湖"
CHILD = """
import sys
from PySide6.QtWidgets import QApplication
from runway_desktop.ui.missing_letters import MissingLetters, is_drawn_as_boxes
from runway_desktop.ui.theme import Theme

application = QApplication([])
theme = Theme(application)
told = []
letters = MissingLetters(told.append)
for text in [*sys.argv[1:], *sys.argv[1:], "Plain → words"]:
    letters.look(text)
print(*told, is_drawn_as_boxes("Plain", application.font()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="fontconfig is told which fonts there are")
def test_each_script_without_a_font_is_reported_once(tmp_path: Path):
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(
        f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f"<dir>{resource('fonts')}</dir><cachedir>{tmp_path}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    variables = os.environ | {"FONTCONFIG_FILE": str(fonts), "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CHILD, JAPANESE, KOREAN, CHINESE]
    ended = subprocess.run(command, env=variables, stdout=subprocess.PIPE, text=True, check=True)
    assert ended.stdout.split() == ["Japanese", "Korean", "Chinese", "False"]


def test_script_covered_by_a_font_is_not_reported(theme, qapp):
    told: list[str] = []
    letters = MissingLetters(told.append)
    for text in ("Grüße → ok", "", "Señor"):
        letters.look(text)
    assert told == []
    assert not is_drawn_as_boxes("Latin letters", qapp.font())


async def test_texts_in_list_and_prompt_are_checked_for_missing_fonts(tmp_path, theme, qtbot, monkeypatch):
    seen: list[str] = []
    monkeypatch.setattr(MissingLetters, "look", lambda _self, text: seen.append(text))
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.FAILED, title=JAPANESE))
        await until(lambda: rig.window.grab() and JAPANESE in seen)
        rig.composer.set_prompt(KOREAN)
        await until(lambda: KOREAN in seen)
        assert all(max(text) >= "\u2e80" for text in seen), "other texts are not even looked at"


async def test_missing_font_is_reported_once_even_after_its_message_is_dismissed(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        for script in ("Japanese", "Japanese"):
            theme.letters_missing.emit(script)
        await rest()
        said = [text for text in rig.window.activity.messages() if "Japanese" in text]
        assert len(said) == 1
        rig.window.activity.dismiss_all()
        theme.letters_missing.emit("Korean")
        theme.letters_missing.emit("Japanese")
        await rest()
        assert [text for text in rig.window.activity.messages() if "letters" in text] == [
            "This computer has no font for Korean letters, so they are shown as boxes."
        ]
