"""Rooms requested by the main window open over it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from shiboken6 import delete

from runway_desktop.app.rooms import Rooms
from runway_desktop.ui.room import Export
from runway_desktop.usecases.words.failures import MEANINGS
from tests.rigs.desktop import Desktop, rest, until


def opened(rig: Desktop, name: str) -> list[QWidget]:
    found = rig.window.findChildren(QWidget)
    return [one for one in found if type(one).__name__ == name and one.isVisible()]


@pytest.mark.parametrize(
    ("room", "wish", "name"),
    [
        ("preferences", "Money", "Preferences"),
        ("shortcuts", None, "ShortcutsDialog"),
        ("spending", None, "SpendingWindow"),
        ("palette", None, "PalettePanel"),
        ("help", None, "HelpWindow"),
        ("help", next(iter(MEANINGS)), "MeaningWindow"),
        ("sheet", None, "SheetWindow"),
        ("exchange", Export([]), "ExportWindow"),
    ],
)
async def test_room_opens_over_the_window(tmp_path, theme, qtbot, room: str, wish: object, name: str):
    async with Desktop(tmp_path, theme) as rig:
        rig.rooms.open(room, wish)
        await until(lambda: opened(rig, name), name)
        await rest()
        for window in opened(rig, name):
            window.close()
        await rest()


async def test_spending_opens_one_window(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        for _turn in range(2):
            rig.rooms.open("spending")
            await until(lambda: opened(rig, "SpendingWindow"))
            await rest()
        [window] = opened(rig, "SpendingWindow")
        window.close()


async def test_closing_spending_while_it_loads_is_no_error(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.rooms.open("spending")
        await until(lambda: opened(rig, "SpendingWindow"))
        [window] = opened(rig, "SpendingWindow")
        window.close()
        await rest(20)


async def test_record_of_requests_replaces_the_preferences_window(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.rooms.open("preferences", "Connected programs")
        await until(lambda: opened(rig, "Preferences"))
        [preferences] = opened(rig, "Preferences")
        buttons = preferences.findChildren(QPushButton)
        next(one for one in buttons if one.isVisible() and one.text() == "Request history").click()
        await until(lambda: opened(rig, "ApprovalsPage"))
        assert opened(rig, "Preferences") == []
        await rest()


async def test_room_requested_during_startup_opens_afterwards(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rooms = Rooms(rig.cases, rig.runner, theme, rig.models)
        rooms.open("shortcuts")
        await rest()
        assert opened(rig, "ShortcutsDialog") == []
        rooms.stand_over(rig.window)
        await until(lambda: opened(rig, "ShortcutsDialog"))
        await rest()
        [dialog] = opened(rig, "ShortcutsDialog")
        dialog.close()


async def test_help_does_not_open_after_its_window_closed(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        over = QWidget()
        delete(over)
        rig.rooms.open("help", (rig.rooms.desk.rooms["preferences"], over))
        await rest()
        assert opened(rig, "HelpWindow") == []


async def test_closing_program_opens_no_room(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.rooms.open_no_more()
        rig.rooms.open("shortcuts")
        await rest()
        assert opened(rig, "ShortcutsDialog") == []
