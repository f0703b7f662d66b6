"""Adding this program to an agent host with one copy or one click."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from runway_desktop.domain.profiles import Profile
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.preferences.programs_page import AddProgram
from tests.rigs.dialogs_rig import Rig
from tests.rigs.seen import child
from tests.rigs.targets import too_small


def open_with(rig: Rig, folder: Path) -> None:
    """The window has the profile in this folder."""
    engine: Any = rig.engine
    engine.profiles = SimpleNamespace(
        current=Profile(name="A", folder=folder, library=folder, key_name="a", words=("--profile-dir", str(folder)))
    )


@pytest.fixture
def dialog(rig: Rig, preferences: Callable[[str], Preferences], tmp_path: Path) -> Preferences:
    open_with(rig, tmp_path / "a profile")
    return preferences("Connected programs")


def button(dialog: Preferences, text: str) -> QPushButton:
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == text)


def text(dialog: Preferences) -> str:
    return child(child(dialog, AddProgram), QPlainTextEdit).toPlainText()


def said(dialog: Preferences) -> str:
    return "\n".join(label.text() for label in child(dialog, AddProgram).findChildren(QLabel) if label.isVisible())


def test_command_line_for_a_terminal_is_copied_completely(dialog: Preferences, tmp_path: Path):
    button(dialog, "Codex").click()
    assert text(dialog).startswith("codex mcp add runway-desktop -- ")
    assert not button(dialog, "Open").isVisible()
    button(dialog, "Copy").click()
    assert QGuiApplication.clipboard().text() == text(dialog)
    assert shlex.split(text(dialog))[-3:] == ["mcp", "--profile-dir", str(tmp_path / "a profile")]
    assert "Copied." in said(dialog)
    assert not too_small(dialog)


@pytest.mark.parametrize("host", ["Cursor", "VS Code"])
def test_install_link_is_opened_as_shown(host: str, dialog: Preferences, monkeypatch: pytest.MonkeyPatch):
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or len(opened) < 2)
    button(dialog, host).click()
    button(dialog, "Open").click()
    assert [bytes(url.toEncoded().data()).decode() for url in opened] == [text(dialog)]
    assert "No program opens this link." not in said(dialog)
    button(dialog, "Open").click()
    assert "No program opens this link." in said(dialog)


def test_file_for_a_program_shows_its_path(dialog: Preferences):
    button(dialog, "Claude Desktop").click()
    assert '"mcpServers"' in text(dialog)
    assert "claude_desktop_config.json" in said(dialog)
