"""Notices are calm: few at once, gone by themselves, problems stay, nothing under them moves."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from runway_desktop.ui.dialogs.notices import Notices
from runway_desktop.ui.theme import Choice, Theme


@pytest.fixture
def pane(theme: Theme, qtbot: QtBot) -> QWidget:
    pane = QWidget()
    QVBoxLayout(pane).addWidget(QPushButton("A list", pane))
    qtbot.addWidget(pane)
    pane.resize(500, 400)
    pane.show()
    return pane


@pytest.fixture
def notices(theme: Theme, pane: QWidget) -> Notices:
    return Notices(theme, pane)


def shown(notices: Notices) -> list[str]:
    return [label.text() for label in notices.findChildren(QLabel) if label.isVisible() and label.text()]


def test_without_anything_to_tell_nothing_is_there(notices: Notices):
    assert not notices.isVisible()


def test_a_notice_lies_at_the_foot_of_its_pane_and_follows_its_size(notices: Notices, pane: QWidget):
    notices.tell("The settings of that result are in the composer.")
    assert notices.isVisible()
    pane.resize(900, 600)
    assert notices.geometry().bottom() <= 600
    assert notices.geometry().bottom() > 560
    assert notices.width() < 900


def test_a_notice_goes_by_itself_and_a_problem_stays(theme: Theme, pane: QWidget, qtbot: QtBot):
    notices = Notices(theme, pane, seconds=0.01)
    notices.tell("The disk is full.", "ENOSPC", problem=True)
    notices.tell("Pasted.")
    qtbot.waitUntil(lambda: notices.messages() == ["The disk is full."])
    assert shown(notices) == ["The disk is full.", "ENOSPC"]


def test_three_show_and_older_ones_are_counted(notices: Notices):
    for number in range(5):
        notices.tell(f"Problem {number}.", problem=True)
    assert shown(notices) == ["Problem 2.", "Problem 3.", "Problem 4."]
    more = next(button for button in notices.findChildren(QPushButton) if button.isVisible())
    assert more.text() == "and 2 more · dismiss all"
    close = [button for button in notices.findChildren(QToolButton) if button.isVisible()][-1]
    close.click()
    assert shown(notices) == ["Problem 1.", "Problem 2.", "Problem 3."]
    more.click()
    assert not notices.isVisible()


def test_the_same_problem_is_told_once(notices: Notices):
    notices.tell("Runway cannot be reached.", problem=True)
    notices.tell("Another.", problem=True)
    notices.tell("Runway cannot be reached.", problem=True)
    assert notices.messages() == ["Another.", "Runway cannot be reached."]


def test_an_offer_that_is_out_of_date_gives_way_to_the_new_one(notices: Notices):
    taken: list[int] = []
    for number in range(3):
        bring_back = partial(taken.append, number)
        notices.tell("Made room.", action_text="Bring it back", on_action=bring_back, once=True)
    assert notices.messages() == ["Made room."]
    [*_, last] = [button for button in notices.findChildren(QPushButton) if button.text() == "Bring it back"]
    last.click()
    assert taken == [2]


def test_undo_is_offered_and_ends_the_notice(notices: Notices):
    undone: list[bool] = []
    notices.tell("3 tasks removed from the list.", action_text="Undo", on_action=lambda: undone.append(True))
    next(button for button in notices.findChildren(QPushButton) if button.text() == "Undo").click()
    assert undone == [True]
    assert notices.messages() == []


def test_the_keyboard_reaches_it_and_escape_dismisses_it(notices: Notices, pane: QWidget, qtbot: QtBot):
    notices.tell("Removed.", action_text="Undo", on_action=lambda: None)
    notices.focus_latest()
    focused = pane.focusWidget()
    assert isinstance(focused, QPushButton)
    assert focused.text() == "Undo"
    qtbot.keyClick(focused, Qt.Key.Key_Escape)
    assert notices.messages() == []


def test_a_long_word_and_another_theme_do_no_harm(notices: Notices, pane: QWidget, theme: Theme):
    notices.tell("Donaudampfschifffahrtsgesellschaftskapitän " * 8, "x" * 300, problem=True)
    theme.choose(Choice.LIGHT)
    assert notices.width() <= pane.width()
    assert notices.geometry().top() >= 0


def test_words_of_others_are_shown_as_they_are(notices: Notices):
    notices.tell("<b>bold</b>", problem=True)
    label = next(label for label in notices.findChildren(QLabel) if label.text())
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_the_keyboard_goes_back_where_it_was_when_a_notice_goes(notices: Notices, pane: QWidget, qtbot: QtBot):
    pane.activateWindow()
    below = pane.findChild(QPushButton)
    assert below is not None
    below.setFocus()
    notices.tell("1 task removed.", action_text="Undo", on_action=lambda: None)
    notices.focus_latest()
    undo = pane.window().focusWidget()
    assert isinstance(undo, QPushButton)
    assert undo.text() == "Undo"
    undo.click()
    assert pane.window().focusWidget() is below


def test_a_sentence_has_the_width_that_there_is(notices: Notices):
    notices.tell("Switched to Image to video with Gen-4.5, which takes a picture.")
    notices.tell("1 task removed.", action_text="Undo", on_action=lambda: None)
    for label in notices.findChildren(QLabel):
        if label.text() and label.isVisible():
            assert label.width() > notices.width() // 2
