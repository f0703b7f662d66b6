"""Preferences of notifications; those that need a tray say so if there is none."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from runway_desktop.rooms.preferences.model.preferences import PreferencesForm
from runway_desktop.rooms.preferences.preference_pages import NO_TRAY, WITH_TRAY, WITHOUT_TRAY, NoticesPage
from runway_desktop.ui.theme import Theme
from tests.rigs.dialogs_rig import Rig


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


def page_in(window: QWidget, rig: Rig, theme: Theme, *, has_tray: bool) -> NoticesPage:
    form = PreferencesForm(rig.cases, rig.bridge, rig.runner, window)
    return NoticesPage(form, theme, window, has_tray=lambda: has_tray)


def stay(page: NoticesPage) -> QCheckBox:
    return next(box for box in page.findChildren(QCheckBox) if box.text().startswith("Keep running in the tray"))


def test_page_without_a_tray_offers_no_tray_options(window: QWidget, rig: Rig, theme: Theme) -> None:
    page = page_in(window, rig, theme, has_tray=False)
    assert str(WITHOUT_TRAY) in [label.text() for label in page.findChildren(QLabel)]
    assert not stay(page).isEnabled()
    assert stay(page).accessibleDescription() == str(NO_TRAY)


def test_keep_running_in_the_tray_needs_the_tray_icon(window: QWidget, rig: Rig, theme: Theme) -> None:
    page = page_in(window, rig, theme, has_tray=True)
    assert str(WITH_TRAY) in [label.text() for label in page.findChildren(QLabel)]
    icon = page.findChild(QCheckBox, "tray")
    assert stay(page).isEnabled()
    icon.click()
    assert not stay(page).isEnabled()
    assert stay(page).accessibleDescription() == "Without the icon, nothing could bring the window back."
    icon.click()
    assert stay(page).isEnabled()
