"""The window at a desktop text size of 150 %."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPushButton

from runway_desktop.ui.colors import DesktopLook
from tests.rigs.desktop import Desktop, rest


@pytest.fixture
def large(theme, monkeypatch):
    """As on Wayland, where the program enlarges its text by itself."""
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "wayland")
    yield lambda: theme.follow(DesktopLook(text_scale=1.5))
    theme.follow(DesktopLook())


@pytest.mark.parametrize("is_live", [False, True], ids=["from the start", "changed meanwhile"])
async def test_text_in_the_bars_is_not_cut_at_any_size(large, theme, tmp_path, is_live):
    if not is_live:
        large()
    async with Desktop(tmp_path, theme) as desktop:
        await rest()
        if is_live:
            large()
            await rest()
        for bar in (desktop.window.workspace.top, desktop.window.workspace.status):
            for part in bar.findChildren(QPushButton) + bar.findChildren(QLineEdit):
                if part.isVisible():
                    assert part.height() >= part.sizeHint().height(), part.accessibleName() or part.text()


async def test_column_titles_grow_with_the_text_size(large, theme, tmp_path):
    async with Desktop(tmp_path, theme) as desktop:
        await rest()
        header = desktop.window.workspace.view.horizontalHeader().viewport()
        before = QFontMetrics(header.font()).height()
        large()
        await rest()
        assert QFontMetrics(header.font()).height() > before * 1.3
