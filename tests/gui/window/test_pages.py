"""Rooms that are pages of the left pane: they replace the list, and close when anything else is opened."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from runway_desktop.app.rooms import ROOMS
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.ui.theme import Theme
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.made_modules import Makes
from tests.rigs.rows import task

ENTRY = """
from PySide6.QtWidgets import QLabel, QWidget
from runway_desktop.ui.room import PageContent

left = []

def open_room(desk, wish):
    if not hasattr(desk.window, "made"):
        desk.window.made = QLabel("center"), QLabel("side")
        desk.window.made[0].setFocusPolicy(desk.window.focusPolicy().StrongFocus)
    center, side = desk.window.made
    desk.window.pages.show("trial", PageContent(center=center, side=side, left=lambda: left.append(1)))
"""


@pytest.fixture
def trial(makes: Makes) -> Room:
    """A page with a side, and the number of tasks that are open."""
    return Room(
        id="trial",
        title=Text("Trial"),
        kind=RoomKind.PAGE,
        icon="mdi6.flask-outline",
        count=lambda cases: len(cases.tasks.open()),
        entry=f"{makes(entry=ENTRY)}.entry",
    )


def lines(rig: Desktop) -> list[str]:
    pane = rig.window.workspace.pages
    return [str(pane.item(row).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(pane.count())]


def shown(rig: Desktop) -> list[str]:
    return sorted(one.text() for one in getattr(rig.window, "made", ()) if one.isVisible())


def desktop(folder: Any, theme: Any, trial: Room) -> Desktop:
    return Desktop(folder, theme, rooms=(*ROOMS, trial))


async def test_page_of_a_room_is_listed_with_its_count(tmp_path, theme, trial):
    async with desktop(tmp_path, theme, trial) as rig:
        await until(lambda: "Trial, 0" in lines(rig))


async def test_page_of_a_room_replaces_list_composer_preview_and_details(tmp_path, theme, trial):
    async with desktop(tmp_path, theme, trial) as rig:
        work = rig.window.workspace
        work.pages.choose("page trial")
        await until(lambda: shown(rig) == ["center", "side"])
        parts = (work.list, work.composer, work.details, work.preview_room)
        assert not any(part.isVisible() for part in parts)
        work.pages.setCurrentRow(0)
        assert shown(rig) == []
        assert all(part.isVisible() for part in parts)
        assert sys.modules[trial.entry].left == [1]


async def test_focus_stays_in_the_left_pane_when_a_page_is_opened_there(tmp_path, theme, trial):
    async with desktop(tmp_path, theme, trial) as rig:
        pages = rig.window.workspace.pages
        pages.setFocus()
        pages.choose("page trial")
        await until(lambda: shown(rig))
        assert rig.window.focusWidget() is pages
        pages.setCurrentRow(0)
        rig.open_room("trial")
        assert isinstance(rig.window.focusWidget(), QLabel)
        assert pages.current_room == "trial"


async def test_page_chosen_while_another_loads_stays_chosen(tmp_path, theme, trial):
    async with desktop(tmp_path, theme, trial) as rig:
        pages = rig.window.workspace.pages
        pages.choose("page trial")
        pages.setCurrentRow(1)
        await until(lambda: trial.entry in sys.modules)
        await rest()
        assert shown(rig) == []
        assert pages.currentRow() == 1


async def test_leaving_pages_restores_the_list_as_it_was(tmp_path, theme, trial):
    async with desktop(tmp_path, theme, trial) as rig:
        await rig.add(task(1))
        await until(lambda: rig.rows.row_of(TaskId("t1")))
        work = rig.window.workspace
        work.pages.setCurrentRow(1)
        rig.window.view.select([TaskId("t1")])
        rig.open_room("trial")
        await until(lambda: shown(rig))
        assert rig.details.chosen == ()
        rig.open_room("requests")
        await until(lambda: work.pages.current_room == "requests")
        assert shown(rig) == []
        assert sys.modules[trial.entry].left == [1]
        rig.window.pages.leave()
        assert work.pages.currentRow() == 1


async def test_page_that_was_left_takes_no_room(tmp_path: Path, theme: Theme, trial: Room):
    async with desktop(tmp_path, theme, trial) as rig:
        least = rig.window.workspace.minimumSizeHint()
        rig.open_room("trial")
        await until(lambda: shown(rig) == ["center", "side"])
        next(one for one in rig.window.findChildren(QLabel) if one.text() == "center").setMinimumHeight(
            2 * least.height()
        )
        rig.window.pages.leave()
        await rest()
        assert rig.window.workspace.minimumSizeHint() == least
        rig.open_room("trial")
        await until(lambda: shown(rig) == ["center", "side"])
