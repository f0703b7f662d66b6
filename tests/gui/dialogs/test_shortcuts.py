"""The list of shortcuts: grouped, searchable and editable in place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QDialog,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
)
from pytestqt.qtbot import QtBot

from runway_desktop.app.commands import COMMANDS
from runway_desktop.rooms.shortcuts.entry import ShortcutsDialog
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.confirm import Confirm
from runway_desktop.ui.theme import Theme
from runway_desktop.viewmodels.key_choices import KeyChoices
from tests.rigs.desktop import named
from tests.rigs.dialogs_rig import Rig
from tests.rigs.seen import child
from tests.rigs.targets import too_small

READ = Qt.ItemDataRole.AccessibleTextRole
CONTROL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


class Opened:
    """The dialog on real choices, with hands."""

    def __init__(self, rig: Rig, owner: QObject, qtbot: QtBot) -> None:
        self.keys = Keys(KeyChoices(rig.settings, rig.bridge, owner), owner, COMMANDS)
        self.dialog = ShortcutsDialog(self.keys)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(self.dialog)
        self.dialog.open()
        self.tree, self.edit = child(self.dialog, QTreeWidget), child(self.dialog, QKeySequenceEdit)
        self.line = child(self.edit, QLineEdit)

    def headings(self) -> list[QTreeWidgetItem]:
        found = [self.tree.topLevelItem(number) for number in range(self.tree.topLevelItemCount())]
        return [heading for heading in found if not heading.isHidden()]

    def rows(self) -> list[tuple[str, str]]:
        items = [heading.child(number) for heading in self.headings() for number in range(heading.childCount())]
        return [(item.text(0), item.text(1)) for item in items if not item.isHidden()]

    def item(self, words: str) -> QTreeWidgetItem:
        items = [heading.child(number) for heading in self.headings() for number in range(heading.childCount())]
        return next(item for item in items if item.text(0) == words)

    def choose(self, words: str) -> None:
        self.tree.setCurrentItem(self.item(words))

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.line, key, modifiers)

    def button(self, text: str) -> QPushButton:
        return next(found for found in self.dialog.findChildren(QPushButton) if found.text() == text)

    def said(self) -> str:
        return " ".join(label.text() for label in self.dialog.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def opened(rig: Rig, theme: Theme, qtbot: QtBot) -> Iterator[Opened]:
    owner = QObject()
    yield Opened(rig, owner, qtbot)
    owner.deleteLater()


def test_commands_are_listed_under_their_sections(opened: Opened):
    assert [heading.text(0) for heading in opened.headings()][:3] == ["Create", "Find", "List and grid"]
    assert len(opened.rows()) == len(COMMANDS)
    assert ("Retry", "Ctrl+R") in opened.rows()
    assert ("Wipe between two", "W") in opened.rows()
    assert ("Fill down", "Ctrl+D") in opened.rows()


def test_shortcut_field_has_an_accessible_name_inside_and_outside(opened: Opened):
    line = child(opened.edit, QLineEdit)
    assert opened.edit.accessibleName() == line.accessibleName() == "Shortcut: no command selected"
    opened.choose("Retry")
    assert opened.edit.accessibleName().startswith("Shortcut of Retry: Ctrl+R")
    assert line.accessibleName() == opened.edit.accessibleName()


def test_shortcuts_can_be_searched_by_word_key_and_section(opened: Opened, qtbot: QtBot):
    line = child(opened.dialog, QLineEdit)
    qtbot.keyClicks(line, "ctrl+r retry")
    assert opened.rows() == [("Retry", "Ctrl+R")]
    assert [heading.text(0) for heading in opened.headings()] == ["List and grid"]
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert opened.dialog.isVisible()
    assert opened.line.hasFocus()
    line.setText("compare divider")
    assert len(opened.rows()) == 2
    line.setText("nowhere")
    assert opened.rows() == []
    assert "No results." in opened.said()


def test_changed_shortcut_applies_at_once(opened: Opened):
    opened.choose("Retry")
    opened.press(Qt.Key.Key_G, CONTROL)
    assert opened.keys.of(named("task.retry")) == [QKeySequence("Ctrl+G")]
    row = opened.item("Retry")
    assert (row.text(1), row.text(2)) == ("Ctrl+G", "changed")
    assert row.data(0, READ) == "Retry: Ctrl+G, changed"
    opened.button("Reset").click()
    assert (row.text(1), row.text(2)) == ("Ctrl+R", "")


def test_shortcut_in_use_is_reported_and_taken_only_on_request(opened: Opened):
    opened.choose("Retry")
    opened.press(Qt.Key.Key_E, CONTROL)
    assert "Ctrl+E is the shortcut of “Edit” (List and grid)." in opened.said()
    assert opened.keys.words(named("task.retry")) == "Ctrl+R"
    opened.button("Use here instead").click()
    assert opened.keys.words(named("task.retry")) == "Ctrl+E"
    assert opened.keys.words(named("task.edit")) == ""
    assert not opened.button("Use here instead").isVisible()
    # The other way round its own key is with somebody now, too.
    opened.choose("Edit")
    opened.button("Reset").click()
    assert "Ctrl+E is the shortcut of “Retry”" in opened.said()
    opened.button("Use here instead").click()
    assert (opened.keys.words(named("task.edit")), opened.keys.words(named("task.retry"))) == ("Ctrl+E", "")


def test_unconfirmed_shortcut_is_discarded_when_another_command_is_selected(opened: Opened):
    opened.choose("Retry")
    opened.press(Qt.Key.Key_E, CONTROL)
    opened.choose("Rename")
    assert not opened.button("Use here instead").isVisible()
    assert opened.edit.keySequence() == QKeySequence("F2")
    opened.choose("Retry")
    assert opened.edit.keySequence() == QKeySequence("Ctrl+R")


def test_shortcut_reserved_by_the_system_is_refused_with_a_reason(opened: Opened):
    opened.choose("Open result")
    assert not opened.edit.isEnabled()
    assert "This shortcut can't be changed. Set by the system." in opened.said()
    opened.choose("Retry")
    opened.press(Qt.Key.Key_Return)
    assert "Return belongs to “Open result” and can't be changed." in opened.said()
    assert not opened.button("Use here instead").isVisible()


def test_shortcut_can_be_removed(opened: Opened):
    opened.choose("Quit")
    opened.button("Remove shortcut").click()
    assert opened.keys.of(named("quit")) == []
    assert opened.item("Quit").data(0, READ) == "Quit: no shortcut, changed"
    assert not opened.button("Remove shortcut").isEnabled()


def test_all_shortcuts_are_reset_after_a_question_with_their_number(opened: Opened):
    reset = opened.button("Reset all…")
    assert not reset.isEnabled()
    assert reset.accessibleDescription() == "All commands have their default shortcuts."
    opened.choose("Retry")
    opened.press(Qt.Key.Key_G, CONTROL)
    opened.choose("Quit")
    opened.button("Remove shortcut").click()
    reset.click()
    [asked] = [found for found in opened.dialog.findChildren(QDialog) if isinstance(found, Confirm)]
    yes = next(found for found in asked.findChildren(QPushButton) if found.text() == "Reset 2 commands")
    assert not yes.hasFocus()
    yes.click()
    assert opened.keys.changed_commands() == []


def test_focus_can_enter_and_leave_the_shortcut_field(opened: Opened, qtbot: QtBot):
    line = child(opened.dialog, QLineEdit)
    qtbot.keyClicks(line, "rename")
    qtbot.keyClick(opened.tree, Qt.Key.Key_Return)
    assert opened.line.hasFocus()
    assert opened.line.accessibleName() == "Shortcut of Rename: F2. Press new keys, or Tab to continue."
    qtbot.keyClick(opened.line, Qt.Key.Key_Escape)
    assert opened.tree.hasFocus()
    opened.line.setFocus()
    qtbot.keyClick(opened.line, Qt.Key.Key_Tab)
    assert opened.button("Remove shortcut").hasFocus()
    opened.tree.setFocus()
    assert opened.keys.words(named("task.rename")) == "F2"
    assert opened.dialog.isVisible()
    with qtbot.waitSignal(opened.dialog.rejected):
        qtbot.keyClick(opened.tree, Qt.Key.Key_Escape)


def test_clickable_controls_are_large_enough(opened: Opened):
    assert too_small(opened.dialog) == []
