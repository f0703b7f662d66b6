"""Several lines pasted into the prompt are one prompt, unless the person wants a task of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QWidget

from runway_desktop.catalog import Catalog
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.requests.draft import MOST_LETTERS, separate_prompts
from tests.gui.composer.shown_pane import shown
from tests.rigs.desktop import until

LINES = "\n".join(f"Shot {n}: harbour" for n in range(60))


def paste(prompt: QPlainTextEdit, text: str) -> None:
    mime = QMimeData()
    mime.setText(text)
    prompt.insertFromMimeData(mime)


def offer(pane: QWidget) -> QPushButton | None:
    found = [button for button in pane.findChildren(QPushButton) if button.text().startswith("Create ")]
    return next((button for button in found if button.isVisible()), None)


async def test_sixty_pasted_lines_offer_sixty_tasks_and_keep_the_typed_text(tmp_path: Path, theme: Theme):
    async with shown(tmp_path, theme) as rig:
        prompt = rig.pane.findChild(QPlainTextEdit)
        assert prompt is not None
        wanted: list[Any] = []
        rig.task_commands.sheet_wanted.connect(wanted.append)
        prompt.insertPlainText("In the style of a postcard: ")
        paste(prompt, LINES)
        assert prompt.toPlainText() == f"In the style of a postcard: {LINES}"
        button = offer(rig.pane)
        assert button is not None
        assert button.text() == "Create 60 tasks"
        assert any(label.text() == "60 lines." for label in rig.pane.findChildren(QLabel))
        button.click()
        await until(lambda: wanted)
        assert [next(iter(draft.values.values())) for draft in wanted[0].drafts] == LINES.split("\n")
        assert prompt.toPlainText() == "In the style of a postcard: "
        assert offer(rig.pane) is None


async def test_pasted_lines_stay_one_prompt_after_typing_on_or_declining(tmp_path: Path, theme: Theme):
    async with shown(tmp_path, theme) as rig:
        prompt = rig.pane.findChild(QPlainTextEdit)
        assert prompt is not None
        paste(prompt, "One\nTwo")
        assert offer(rig.pane) is not None
        one = next(found for found in rig.pane.findChildren(QPushButton) if found.text() == "One prompt")
        one.click()
        assert offer(rig.pane) is None
        assert prompt.toPlainText() == "One\nTwo"
        paste(prompt, "\nThree\nFour")
        assert offer(rig.pane) is not None
        prompt.insertPlainText(" boats")
        assert offer(rig.pane) is None
        assert rig.composer.prompt == "One\nTwo\nThree\nFour boats"


@pytest.mark.parametrize("text", ["One line", "A first paragraph.\n\nA second one.", "", "\n\n"])
def test_prose_and_single_lines_are_not_offered_as_a_list_of_prompts(text: str):
    assert separate_prompts(text) == ()


def test_lines_without_blank_lines_between_are_offered_as_prompts():
    assert separate_prompts("\nOne\r\n Two \nThree\n") == ("One", "Two", "Three")


async def test_text_longer_than_any_model_accepts_is_not_pasted_into_the_prompt(tmp_path: Path, theme: Theme):
    longest = max(pair.prompt_field.max_length or 0 for pair in Catalog.load().pairs() if pair.prompt_field is not None)
    assert longest < MOST_LETTERS
    async with shown(tmp_path, theme) as rig:
        prompt, handed_on = rig.pane.findChild(QPlainTextEdit), []
        rig.pane.pasted.connect(handed_on.append)
        paste(prompt, "a fox " * MOST_LETTERS)
        assert (prompt.toPlainText(), len(handed_on)) == ("", 1)
        rig.task_commands.take(text="a fox " * MOST_LETTERS)
        await until(lambda: rig.told)
        assert rig.told == ["This text has 599,999 characters. No model takes a prompt that long."]
        assert rig.composer.prompt == ""
