"""The welcome page: entry of the key, and the demo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from runway_desktop.domain.errors import KeyRefused
from runway_desktop.ui.dialogs.key_entry import WelcomeDialog
from runway_desktop.ui.theme import ColorScheme, Theme
from runway_desktop.viewmodels.profiles.welcome import KeyForm
from tests.rigs.dialogs_rig import KEY, Rig
from tests.rigs.seen import child
from tests.rigs.targets import too_small


@pytest.fixture
def form(rig: Rig) -> KeyForm:
    return KeyForm(rig.cases, rig.bridge, rig.runner, rig.bridge)


@pytest.fixture
def welcome(form: KeyForm, theme: Theme, qtbot: QtBot) -> WelcomeDialog:
    widget = WelcomeDialog(form, theme)
    qtbot.addWidget(widget)
    widget.resize(1024, 640)
    widget.show()
    return widget


def line(welcome: WelcomeDialog) -> QLineEdit:
    return child(welcome, QLineEdit)


def button(welcome: WelcomeDialog, text: str) -> QPushButton:
    return next(found for found in welcome.findChildren(QPushButton) if found.text() == text)


def said(welcome: WelcomeDialog) -> list[str]:
    return [label.text() for label in welcome.findChildren(QLabel) if label.isVisible() and label.text()]


def test_typed_key_is_hidden_until_revealed(welcome: WelcomeDialog):
    assert line(welcome).echoMode() is QLineEdit.EchoMode.Password
    eye = child(welcome, QToolButton)
    assert eye.accessibleName() == "Show key"
    eye.click()
    assert line(welcome).echoMode() is QLineEdit.EchoMode.Normal


def test_pasted_key_is_stripped_of_blanks_and_return_checks_it(welcome: WelcomeDialog, rig: Rig, qtbot: QtBot):
    line(welcome).setText(f"  {KEY}\n")
    assert line(welcome).text() == KEY
    qtbot.keyClick(line(welcome), Qt.Key.Key_Return)
    assert "Asking Runway…" in said(welcome)
    assert line(welcome).isReadOnly()
    rig.settle()
    assert "Key accepted. Your balance is 8,412 credits." in said(welcome)
    assert line(welcome).text() == ""
    assert rig.secrets.secrets == {"test": KEY}


def test_malformed_key_is_reported_while_typing(welcome: WelcomeDialog, qtbot: QtBot):
    qtbot.keyClicks(line(welcome), "sk-1")
    assert "A key begins with key_. This is something else." in said(welcome)
    check = button(welcome, "Check and continue")
    assert not check.isEnabled()
    assert check.accessibleDescription()


def test_refused_key_shows_the_servers_message_in_small_print(welcome: WelcomeDialog, rig: Rig):
    rig.tested.then("organization", KeyRefused("Runway did not accept the key.", detail="<b>no</b>", status=401))
    line(welcome).setText(KEY)
    button(welcome, "Check and continue").click()
    rig.settle()
    assert {"Runway did not accept the key.", "HTTP 401 · <b>no</b>"} <= set(said(welcome))
    assert line(welcome).property("wrong") is True


def test_keychain_is_named_and_can_be_declined(welcome: WelcomeDialog, rig: Rig):
    box = child(welcome, QCheckBox)
    assert box.text() == "Remember in Test keychain"
    assert box.isChecked()
    box.click()
    line(welcome).setText(KEY)
    button(welcome, "Check and continue").click()
    rig.settle()
    assert rig.secrets.secrets == {}


def test_demo_opens_with_one_press(welcome: WelcomeDialog, qtbot: QtBot):
    demo = button(welcome, "Try the demo")
    assert "costs nothing" in demo.accessibleDescription()
    with qtbot.waitSignal(welcome.demo_wanted):
        demo.click()


def test_every_control_of_the_welcome_page_is_reached_by_tab(welcome: WelcomeDialog, qtbot: QtBot):
    line(welcome).setText("key_0")
    line(welcome).setFocus()
    reached = []
    for _ in range(5):
        reached.append(welcome.focusWidget())
        qtbot.keyClick(welcome.focusWidget(), Qt.Key.Key_Tab)
    kinds = (QLineEdit, QToolButton, QCheckBox, QPushButton, QPushButton)
    assert all(map(isinstance, reached, kinds))


def test_welcome_page_follows_the_theme_and_fits_a_small_window_with_large_text(welcome: WelcomeDialog, theme: Theme):
    theme.choose(ColorScheme.LIGHT)
    font = welcome.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    welcome.setFont(font)
    welcome.resize(400, 300)
    assert welcome.minimumSizeHint().width() <= 400


def test_clickable_controls_are_large_enough(welcome: WelcomeDialog):
    assert too_small(welcome) == []
