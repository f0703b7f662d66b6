"""The review as a person uses it: look, mend, leave out, send some, send all, close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from runway_desktop.services.intake import Gathered
from runway_desktop.ui.dialogs.confirm import Confirm
from runway_desktop.ui.dialogs.review import ReviewDialog
from runway_desktop.ui.dialogs.review_table import ReviewTable
from runway_desktop.ui.theme import Theme
from runway_desktop.viewmodels.review_cells import Column
from tests.gui.dialogs.rig import KEY, Rig, child, composer, draft, finding, shots


@pytest.fixture
def open_review(rig: Rig, theme: Theme, qtbot: QtBot) -> Callable[..., ReviewDialog]:
    rig.use_key()

    def make(gathered: Gathered, **options: Any) -> ReviewDialog:
        dialog = ReviewDialog(rig.review(gathered, **options), theme)
        # Its end is watched: it would delete itself.
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.open()
        return dialog

    return make


def button(dialog: QDialog, text: str) -> QPushButton:
    return next(found for found in dialog.findChildren(QPushButton) if found.text().startswith(text))


def said(dialog: QDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def stored(rig: Rig) -> list[str]:
    return [task.request.prompt for task in rig.ledger.open()]


def test_it_says_what_came_and_that_nothing_was_sent(open_review: Callable[..., ReviewDialog], rig: Rig):
    rig.learn(60)
    dialog = open_review(shots("A", "B", ""))
    words = said(dialog)
    assert "shots.csv" in words
    assert "3 rows · nothing is uploaded or sent yet" in words
    assert "2 of 3 tasks are ready: 120 credits. Balance 8,412 credits." in words
    assert button(dialog, "Generate").text() == "Generate 2 ready   120 credits"
    assert button(dialog, "Generate").accessibleName() == "Generate 2 ready rows, 120 credits"


def test_findings_of_the_file_are_all_there_and_long_ones_are_folded(open_review: Callable[..., ReviewDialog]):
    findings = tuple(finding(f"shots.csv, row {row}: it is empty.") for row in range(9))
    dialog = open_review(shots("A", findings=findings))
    assert "row 2" in said(dialog)
    assert "row 8" not in said(dialog)
    button(dialog, "Show 6 more").click()
    assert "row 8" in said(dialog)
    button(dialog, "Show fewer").click()
    assert "row 8" not in said(dialog)


def test_generate_sends_what_is_ready_and_keeps_the_rest_open(open_review: Callable[..., ReviewDialog], rig: Rig):
    dialog = open_review(shots("A", "", "C"))
    sent: list[tuple[str, ...]] = []
    dialog.sent.connect(sent.append)
    button(dialog, "Generate").click()
    rig.settle()
    assert stored(rig) == ["A", "C"]
    assert len(sent[0]) == 2
    assert dialog.isVisible()
    assert "2 tasks stored; they are sent in turn. 1 row left here." in said(dialog)
    assert not button(dialog, "Generate").isEnabled()
    assert "ready" in button(dialog, "Generate").accessibleDescription()


def test_it_closes_when_no_row_is_left(open_review: Callable[..., ReviewDialog], rig: Rig, qtbot: QtBot):
    dialog = open_review(shots("A", "B"))
    with qtbot.waitActive(dialog):
        dialog.activateWindow()
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    rig.settle()
    assert stored(rig) == ["A", "B"]
    assert not dialog.isVisible()


def test_first_two_only_sends_the_first_two(open_review: Callable[..., ReviewDialog], rig: Rig):
    dialog = open_review(shots("A", "B", "C", "D"))
    button(dialog, "First 2 only").click()
    rig.settle()
    assert stored(rig) == ["A", "B"]


def test_return_alone_never_spends_anything(open_review: Callable[..., ReviewDialog], rig: Rig, qtbot: QtBot):
    dialog = open_review(shots("A"))
    for widget in (dialog, child(dialog, ReviewTable)):
        qtbot.keyClick(widget, Qt.Key.Key_Return)
    rig.settle()
    assert stored(rig) == []


def test_space_leaves_a_row_out(open_review: Callable[..., ReviewDialog], qtbot: QtBot):
    dialog = open_review(shots("A", "B"))
    table = child(dialog, ReviewTable)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert button(dialog, "Generate").text().startswith("Generate 1 ready")
    everything = next(box for box in dialog.findChildren(QCheckBox) if box.text() == "All rows")
    assert everything.checkState() is Qt.CheckState.PartiallyChecked
    everything.click()
    assert button(dialog, "Generate").text().startswith("Generate 2 ready")


def test_the_mouse_leaves_a_row_out_too(open_review: Callable[..., ReviewDialog], qtbot: QtBot):
    dialog = open_review(shots("A", "B"))
    dialog.resize(1000, 600)
    table = child(dialog, ReviewTable)
    cell = table.visualRect(table.model().index(1, Column.NUMBER))
    spot = cell.center()
    spot.setX(cell.left() + 14)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert button(dialog, "Generate").text().startswith("Generate 1 ready")


def test_a_prompt_is_mended_in_place(open_review: Callable[..., ReviewDialog], rig: Rig, qtbot: QtBot):
    dialog = open_review(shots("A", ""))
    table = child(dialog, ReviewTable)
    table.setCurrentIndex(table.model().index(1, Column.STATE))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = child(table, QPlainTextEdit)
    qtbot.keyClicks(editor, "Two")
    qtbot.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(editor, "lines")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert button(dialog, "Generate").text().startswith("Generate 2 ready")
    button(dialog, "Generate").click()
    rig.settle()
    assert [prompt.replace("\u2028", "\n") for prompt in stored(rig)] == ["A", "Two\nlines"]


def test_a_prompt_that_is_still_being_typed_is_sent_as_typed(
    open_review: Callable[..., ReviewDialog], rig: Rig, qtbot: QtBot
):
    dialog = open_review(shots("A"))
    with qtbot.waitActive(dialog):
        dialog.activateWindow()
    table = child(dialog, ReviewTable)
    qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = child(table, QPlainTextEdit)
    qtbot.keyClicks(editor, "B")
    qtbot.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    rig.settle()
    assert stored(rig) == ["B"]


def test_a_file_that_was_only_looked_at_closes_without_a_question(open_review: Callable[..., ReviewDialog]):
    dialog = open_review(shots("A", "B"))
    button(dialog, "Cancel").click()
    assert not dialog.isVisible()


def test_closing_with_rows_that_would_be_lost_asks(open_review: Callable[..., ReviewDialog], rig: Rig, qtbot: QtBot):
    dialog = open_review(shots("A", "B", "C"))
    button(dialog, "First 2 only").click()
    rig.settle()
    dialog.close()
    assert dialog.isVisible()
    question = child(dialog, Confirm)
    assert question.focusWidget() is button(question, "Keep the list")
    button(question, "Keep the list").click()
    assert dialog.isVisible()
    dialog.close()
    question = next(found for found in dialog.findChildren(Confirm) if found.isVisible())
    button(question, "Drop 1 row").click()
    assert not dialog.isVisible()


def test_the_chooser_stands_only_where_rows_need_it(open_review: Callable[..., ReviewDialog]):
    own = draft("A", 2, endpoint="text_to_video", model="gen4.5")
    assert "Rows without their own:" not in said(open_review(Gathered(drafts=(own,))))
    assert "Rows without their own:" in said(open_review(shots("A")))


def test_the_composers_inputs_may_be_left_out(open_review: Callable[..., ReviewDialog]):
    composed = composer("gen4_turbo", "image_to_video", promptImage="https://example.com/a.png")
    dialog = open_review(shots("A"), composed=composed)
    inputs = next(box for box in dialog.findChildren(QCheckBox) if box.text().startswith("Use the composer"))
    assert inputs.isVisible()
    assert button(dialog, "Generate").isEnabled()
    inputs.click()
    assert not button(dialog, "Generate").isEnabled()


def test_a_thousand_rows_open_and_paint(open_review: Callable[..., ReviewDialog], qtbot: QtBot):
    dialog = open_review(shots(*(f"Prompt {number}" for number in range(1000))))
    assert not dialog.grab().isNull()
    qtbot.waitUntil(lambda: button(dialog, "Generate").text().startswith("Generate 1,000 ready"))


def test_after_it_is_closed_nothing_reaches_it(open_review: Callable[..., ReviewDialog], rig: Rig):
    dialog = open_review(shots("A"))
    dialog.reject()
    shiboken6.delete(dialog)
    rig.run(rig.account.use_key(KEY, remember=False))
