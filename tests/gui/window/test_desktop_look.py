"""The accent color and the text size of the desktop."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from runway_desktop.ui.colors import COLORS, DesktopLook, accented, contrast, kept_text, look_in, look_of
from runway_desktop.ui.theme import ColorScheme, Role, Theme
from tests.rigs.desktop import until
from tests.rigs.session_bus import needs_bus, private_bus

ORANGE = DesktopLook("#ed5b00")


@given(color=st.integers(0, 0xFFFFFF), is_dark=st.booleans())
def test_any_accent_color_is_readable_and_leaves_other_texts_readable(color, is_dark):
    own = {role: pair[0 if is_dark else 1] for role, pair in COLORS.items()}
    colors = accented(own, f"#{color:06x}", is_dark=is_dark)
    for ground in ("window", "surface", "raised", "field", "hover", "selected"):
        for ink in ("accent", "text", "muted", "faint", "good", "warn", "bad"):
            assert contrast(colors[ink], colors[ground]) >= 4.5, (ink, ground)
    for ground in ("accent", "accent_hover"):
        assert contrast(colors["on_accent"], colors[ground]) >= 4.5, ground
    same = set(colors) - {"accent", "accent_hover", "selected"}
    assert {role: colors[role] for role in same} == {role: own[role] for role in same}


def test_readable_accent_color_is_used_unchanged():
    colors = accented({role: pair[1] for role, pair in COLORS.items()}, "#9141ac", is_dark=False)
    assert colors["accent"] == "#9141ac"


@pytest.mark.parametrize(
    ("settings", "look"),
    [
        ({"accent-color": (0.0, 0.5, 1.0), "text-scaling-factor": 1.5}, DesktopLook("#0080ff", 1.5)),
        ({}, DesktopLook()),
        # The portal's way to tell that none is set.
        ({"accent-color": (-1.0, -1.0, -1.0)}, DesktopLook()),
        ({"accent-color": (math.nan, 0.0, 0.0), "text-scaling-factor": math.inf}, DesktopLook()),
        ({"accent-color": "red", "text-scaling-factor": "large"}, DesktopLook()),
        ({"text-scaling-factor": 40.0}, DesktopLook("", 3.0)),
    ],
)
def test_portal_settings_are_validated(settings, look):
    assert look_of(settings) == look


@pytest.mark.parametrize("look", [DesktopLook(), DesktopLook("#0080ff", 1.25), DesktopLook("", 3.0)])
def test_desktop_look_is_stored_for_the_next_start(look):
    assert look_in(kept_text(look)) == look


@pytest.mark.parametrize("kept", ["", "#0080ff", "red 1", "#0080ff 9999", "#0080ff nan", "\n"])
def test_unreadable_stored_look_falls_back_to_the_default(kept):
    assert look_in(kept) == DesktopLook()


@pytest.mark.parametrize("choice", [ColorScheme.DARK, ColorScheme.LIGHT])
def test_accent_color_is_followed_live(theme, choice):
    theme.choose(choice)
    before, told = theme.color(Role.ACCENT), []
    theme.changed.connect(lambda: told.append(theme.color(Role.ACCENT)))
    theme.follow(ORANGE)
    theme.follow(ORANGE)
    assert told == [theme.color(Role.ACCENT)]
    assert QApplication.palette().color(QPalette.ColorRole.Highlight) == told[0] != before
    theme.follow(DesktopLook())
    assert theme.color(Role.ACCENT) == before


def test_high_contrast_has_its_own_accent_color(theme):
    hints = QGuiApplication.styleHints().accessibility()
    hints.contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    before = theme.color(Role.ACCENT)
    theme.follow(ORANGE)
    assert theme.color(Role.ACCENT) == before
    hints.contrastPreferenceChanged.emit(Qt.ContrastPreference.NoPreference)
    assert theme.color(Role.ACCENT) != before


@pytest.mark.parametrize(("platform", "factor"), [("wayland", 1.5), ("xcb", 1.0)])
def test_text_is_scaled_on_wayland_where_qt_does_not_do_it(theme, monkeypatch, platform, factor):
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: platform)
    usual, wide = QApplication.font().pointSizeF(), theme.wide(100)
    theme.follow(DesktopLook(text_scale=1.5))
    assert QApplication.font().pointSizeF() == pytest.approx(usual * factor)
    assert theme.wide(100) == pytest.approx(wide * factor, abs=1)
    theme.follow(DesktopLook())
    assert QApplication.font().pointSizeF() == usual


def test_text_size_setting_multiplies_the_systems(theme):
    usual, small = QApplication.font().pointSizeF(), theme.small_font().pointSizeF()
    try:
        theme.scale_text(160)
        assert QApplication.font().pointSizeF() == pytest.approx(usual * 1.6)
        assert theme.small_font().pointSizeF() == pytest.approx(small * 1.6)
        theme.scale_text(90)
        assert QApplication.font().pointSizeF() == pytest.approx(usual * 0.9)
    finally:
        theme.scale_text(100)
    assert QApplication.font().pointSizeF() == usual


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_accent_color_outside_of_linux_comes_from_qt(qapp, monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    palette = QPalette(qapp.palette())
    palette.setColor(QPalette.ColorRole.Accent, QColor("#9141ac"))
    qapp.setPalette(palette)
    theme = Theme(qapp, ColorScheme.LIGHT)
    for look in (DesktopLook(), ORANGE):
        theme.follow(look)
        assert theme.color(Role.ACCENT) == QColor("#9141ac")
    theme.deleteLater()


@needs_bus
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has portals")
async def test_desktop_settings_are_read_at_start_and_followed(monkeypatch):
    import asyncio

    from runway_desktop.desktop.portal import follow_settings
    from tests.rigs.fake_portal import APPEARANCE, INTERFACE, FakePortal

    told: list[Mapping[str, object]] = []
    with private_bus(monkeypatch):
        await follow_settings(told.append)
        assert told == [{}], "there is no portal"
        fake = FakePortal()
        fake.settings[INTERFACE]["text-scaling-factor"] = ("d", 1.25)
        following = asyncio.ensure_future(follow_settings(told.append))
        await until(lambda: told[1:])
        fake.change(APPEARANCE, "accent-color", "(ddd)", (0.9, 0.2, 0.1))
        await until(lambda: told[2:])
        following.cancel()
        fake.close()
    assert told[1:] == [
        {"color-scheme": 1, "text-scaling-factor": 1.25},
        {"color-scheme": 1, "text-scaling-factor": 1.25, "accent-color": (0.9, 0.2, 0.1)},
    ]
