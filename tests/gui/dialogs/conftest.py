"""Fixtures: a theme, and services in memory that are closed after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from runway_desktop.domain.account import Organization
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.preferences.model.preferences import PreferencesForm
from runway_desktop.ui.theme import Theme
from tests.rigs.dialogs_rig import Rig


@pytest.fixture
def rig(qapp: QApplication, tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path / "usual")
    rig.runway.account = rig.tested.account = Organization(balance=8412.0)
    rig.start()
    yield rig
    rig.close()


@pytest.fixture
def preferences(rig: Rig, theme: Theme) -> Iterator[Callable[[str], Preferences]]:
    """Opens the preferences at a section."""
    opened: list[Preferences] = []

    def open_at(section: str) -> Preferences:
        dialog = Preferences(PreferencesForm(rig.cases, rig.bridge, rig.runner), theme)
        # Its end is watched: it would delete itself.
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        opened.append(dialog)
        dialog.show_section(section)
        dialog.open()
        rig.settle()
        return dialog

    yield open_at
    for dialog in opened:
        if shiboken6.isValid(dialog):
            shiboken6.delete(dialog)
