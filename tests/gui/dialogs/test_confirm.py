"""Questions whose safe answer is the easy one, and lines that are judged as they are typed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from runway_desktop.ui.confirm import ask_text, confirm
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.question import Question
from tests.rigs.seen import child

QUESTION = Question("Delete 3 results from Runway?", "They cannot be fetched again.", "Delete 3 results")
ID = "17f20503-6c24-4c16-946b-35dbbce2af2f"


@pytest.fixture
def window(theme: Theme, qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


def button(dialog: QDialog, text: str) -> QPushButton:
    return next(found for found in dialog.findChildren(QPushButton) if found.text() == text)


def test_safe_answer_has_the_focus_and_return_takes_it(window: QWidget, qtbot: QtBot):
    answers: list[str] = []
    dialog = confirm(window, QUESTION, lambda: answers.append("yes"), lambda: answers.append("no"))
    assert dialog.isVisible()
    assert dialog.focusWidget() is button(dialog, "Keep")
    assert button(dialog, "Keep").isDefault()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert answers == ["no"]


def test_return_takes_the_answer_focused_by_key(window: QWidget, qtbot: QtBot):
    answers: list[str] = []
    dialog = confirm(window, QUESTION, lambda: answers.append("yes"), lambda: answers.append("no"))
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert dialog.focusWidget() is button(dialog, "Delete 3 results")
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert answers == ["yes"]


def test_escape_takes_the_safe_answer(window: QWidget, qtbot: QtBot):
    answers: list[str] = []
    dialog = confirm(window, QUESTION, lambda: answers.append("yes"))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert answers == []


def test_confirm_button_names_the_action_and_carries_it_out(window: QWidget):
    answers: list[str] = []
    dialog = confirm(window, QUESTION, lambda: answers.append("yes"))
    assert [label.text() for label in dialog.findChildren(QLabel)] == [QUESTION.title, QUESTION.text]
    button(dialog, "Delete 3 results").click()
    assert answers == ["yes"]


def test_external_text_in_a_question_is_not_parsed_as_markup(window: QWidget):
    dialog = confirm(window, Question("Delete <b>fox</b>?", "<img src=x>", "Delete"), lambda: None)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in dialog.findChildren(QLabel))


def test_invalid_line_in_a_dialog_is_explained_and_cannot_be_submitted(window: QWidget, qtbot: QtBot):
    typed: list[str] = []
    dialog = ask_text(
        window,
        "Adopt a task",
        "Task ID",
        "",
        lambda text: "" if text.strip().lower() == ID else "That is no task id.",
        typed.append,
        ok="Adopt",
    )
    line = child(dialog, QLineEdit)
    assert not button(dialog, "Adopt").isEnabled()
    assert not any("no task id" in label.text() for label in dialog.findChildren(QLabel) if label.isVisible())
    qtbot.keyClicks(line, "fox")
    assert any("no task id" in label.text() for label in dialog.findChildren(QLabel) if label.isVisible())
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert dialog.isVisible()
    line.setText(f" {ID.upper()} ")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert typed == [ID.upper()]


def test_renaming_starts_with_the_old_name_selected(window: QWidget, qtbot: QtBot):
    typed: list[str] = []
    dialog = ask_text(window, "Rename", "Name", "Fox", lambda text: "", typed.append)
    line = child(dialog, QLineEdit)
    assert line.selectedText() == "Fox"
    qtbot.keyClicks(line, "Wolf")
    button(dialog, "Rename").click()
    assert typed == ["Wolf"]
