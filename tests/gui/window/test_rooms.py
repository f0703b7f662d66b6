"""What the main window asks for is opened over it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from runway_desktop.app.profile_windows import ProfileWindows
from runway_desktop.app.rooms import Rooms
from runway_desktop.ui.theme import Theme
from tests.gui.rig import Desktop, rest, until


@asynccontextmanager
async def desktop(folder: Path, theme: Theme) -> AsyncIterator[tuple[Desktop, Rooms]]:
    async with Desktop(folder, theme) as rig:
        profiles = ProfileWindows(rig.cases, rig.runner, theme, rig.window, lambda: None, lambda _: True)
        rooms = Rooms(rig.cases, rig.runner, theme, rig.window, profiles)
        yield rig, rooms
        rooms.open_no_more()
        await rooms.shutdown()


def opened(rig: Desktop, name: str) -> list[QWidget]:
    found = rig.window.findChildren(QWidget)
    return [one for one in found if type(one).__name__ == name and one.isVisible()]


@pytest.mark.parametrize(
    ("asks", "name", "words"),
    [
        ("preferences_wanted", "Preferences", ("Money",)),
        ("shortcuts_wanted", "ShortcutsDialog", ()),
        ("spending_wanted", "SpendingWindow", ()),
        ("palette_wanted", "PalettePanel", ()),
        ("help_wanted", "HelpWindow", ()),
        ("sheet_wanted", "SheetWindow", (None,)),
    ],
)
async def test_room_opens_over_the_window(tmp_path, theme, qtbot, asks: str, name: str, words: tuple[Any, ...]):
    async with desktop(tmp_path, theme) as (rig, _):
        getattr(rig.window, asks).emit(*words)
        await until(lambda: opened(rig, name), name)
        for window in opened(rig, name):
            window.close()


async def test_spending_is_one_window(tmp_path, theme, qtbot):
    async with desktop(tmp_path, theme) as (rig, _):
        for _turn in range(2):
            rig.window.spending_wanted.emit()
            await until(lambda: opened(rig, "SpendingWindow"))
            await rest()
        [window] = opened(rig, "SpendingWindow")
        window.close()


async def test_a_program_that_closes_opens_no_room(tmp_path, theme, qtbot):
    async with desktop(tmp_path, theme) as (rig, rooms):
        rooms.open_no_more()
        rig.window.shortcuts_wanted.emit()
        await rest()
        assert opened(rig, "ShortcutsDialog") == []
