"""The list of keys is read from the window itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QMainWindow, QTreeWidget
from pytestqt.qtbot import QtBot

from runway_desktop.ui.dialogs.shortcuts import ShortcutsDialog, plain, shortcuts_of
from runway_desktop.ui.theme import Theme
from tests.gui.dialogs.rig import child


@pytest.fixture
def window(theme: Theme, qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    for text, keys in (("&New", "Ctrl+N"), ("Cancel on Runway…", "Ctrl+Backspace"), ("Without keys", "")):
        action = QAction(text, window)
        action.setShortcut(QKeySequence(keys))
        window.addAction(action)
    send = QShortcut(QKeySequence("Ctrl+Return"), window)
    send.setWhatsThis("Send")
    QShortcut(QKeySequence("Ctrl+K"), window)
    return window


def rows(dialog: ShortcutsDialog) -> list[tuple[str, str]]:
    tree = child(dialog, QTreeWidget)
    items = [tree.topLevelItem(number) for number in range(tree.topLevelItemCount())]
    return [(item.text(0), item.text(1)) for item in items if item is not None and not item.isHidden()]


def test_actions_and_named_shortcuts_are_listed_with_their_keys(window: QMainWindow):
    assert sorted(shortcuts_of(window)) == [
        ("Cancel on Runway", "Ctrl+Backspace"),
        ("New", "Ctrl+N"),
        ("Send", "Ctrl+Return"),
    ]


def test_keys_of_views_stand_among_them_and_all_can_be_searched(window: QMainWindow, qtbot: QtBot):
    dialog = ShortcutsDialog(window, [("Play or pause", "Space")])
    dialog.open()
    assert [what for what, _ in rows(dialog)] == ["Cancel on Runway", "New", "Play or pause", "Send"]
    line = child(dialog, QLineEdit)
    qtbot.keyClicks(line, "ctrl new")
    assert rows(dialog) == [("New", "Ctrl+N")]
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert dialog.isVisible()
    line.setText("nowhere")
    assert rows(dialog) == []
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_menus_marks_are_no_part_of_its_words():
    assert plain("Save && &close…") == "Save & close"
