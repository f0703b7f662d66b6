"""Scripts other than Latin in the prompt."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget

from runway_desktop.ui.composer.prompt_edit import PromptEdit


@pytest.fixture
def prompt(qtbot, theme):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 200)
    edit = PromptEdit(window)
    edit.resize(560, 40)
    window.show()
    yield edit
    window.close()


def test_text_is_aligned_to_the_side_where_its_script_begins(prompt):
    middle = prompt.viewport().width() / 2
    line = prompt.document().firstBlock().layout
    for text, is_reversed in (("قارب عند الفجر", True), ("A boat at dawn", False), ("سفينة\nboat", True)):
        prompt.replace_text(text)
        assert (line().lineAt(0).naturalTextRect().left() > middle) is is_reversed
    prompt.undo()
    assert line().lineAt(0).naturalTextRect().left() < middle


def test_hint_is_hidden_while_an_input_method_composes(prompt):
    hint = prompt.placeholderText()
    QApplication.sendEvent(prompt, QInputMethodEvent("ni hao", []))
    assert hint
    assert not prompt.placeholderText()

    QApplication.sendEvent(prompt, QInputMethodEvent("", []))
    assert prompt.placeholderText() == hint
