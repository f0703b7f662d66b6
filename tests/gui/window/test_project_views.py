"""Views of a project in the bar above its list: they open in place of the list, and lead back to it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from runway_desktop.app.rooms import ROOMS
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.ui.theme import Theme
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.made_modules import Makes
from tests.rigs.rows import task

ENTRY = """
from PySide6.QtWidgets import QLabel
from runway_desktop.ui.room import PageContent

left = []

def open_room(desk, wish):
    if not hasattr(desk.window, "made"):
        desk.window.made = QLabel(), QLabel("tools")
        desk.window.made[0].setFocusPolicy(desk.window.focusPolicy().StrongFocus)
    center, tools = desk.window.made
    center.setText(f"steps of {wish}")
    desk.window.pages.show(
        "trial", PageContent(center=center, project=wish, tools=tools, left=lambda: left.append(wish))
    )
"""


@pytest.fixture
def trial(makes: Makes) -> Room:
    return Room(id="trial", title=Text("Trial"), kind=RoomKind.VIEW, entry=f"{makes(entry=ENTRY)}.entry")


@asynccontextmanager
async def aurora(folder: Path, theme: Theme, *rooms: Room) -> AsyncIterator[Desktop]:
    """Three tasks, of which two are in the open project. The program's own views are not there."""
    others = [one for one in ROOMS if one.kind is not RoomKind.VIEW]
    async with Desktop(folder, theme, rooms=(*others, *rooms), opens_rooms=True) as rig:
        await rig.put(task(1, project="Aurora"), task(2, project="Aurora"), task(3, project="Lagoon"))
        await rig.load()
        rig.models.pages.refresh()
        await until(lambda: rig.models.pages.counts.projects)
        rig.window.workspace.pages.choose("all|Aurora")
        await until(lambda: rig.rows.task_count == 2)
        yield rig


def chips(rig: Desktop) -> dict[str, QPushButton]:
    bar = rig.window.workspace.views_bar
    found = bar.findChildren(QPushButton) if bar.isVisible() else []
    return {one.accessibleName(): one for one in found}


def shown(rig: Desktop) -> list[str]:
    return [one.text() for one in getattr(rig.window, "made", ()) if one.isVisible()]


async def opened(rig: Desktop) -> None:
    chips(rig)["Trial"].click()
    await until(lambda: shown(rig) == ["steps of Aurora", "tools"])


async def test_bar_is_there_only_for_a_project_that_has_another_view(tmp_path, theme, trial):
    async with aurora(tmp_path, theme) as rig:
        assert not chips(rig)
    async with aurora(tmp_path / "with", theme, trial) as rig:
        assert [*chips(rig)] == ["Takes, 2", "Trial"]
        assert rig.window.workspace.views_bar.accessibleName() == "Views of Aurora"
        assert chips(rig)["Takes, 2"].isChecked()
        rig.window.workspace.pages.setCurrentRow(0)
        assert not chips(rig)


async def test_view_replaces_the_list_and_keeps_bar_sidebar_and_search(tmp_path, theme, trial):
    async with aurora(tmp_path, theme, trial) as rig:
        work = rig.window.workspace
        rig.filter.search("Prompt")
        await rest()
        await opened(rig)
        parts = (work.list, work.composer, work.details, work.preview_room)
        assert not any(part.isVisible() for part in parts)
        assert [name for name, chip in chips(rig).items() if chip.isChecked()] == ["Trial"]
        entry = work.pages.current_entry
        assert (entry and entry.title, rig.filter.text, rig.filter.project) == ("Aurora", "Prompt", "Aurora")
        assert isinstance(rig.window.focusWidget(), QLabel)


@pytest.mark.parametrize("way", ["Esc", "Takes", "search", "another project"])
async def test_view_leads_back_to_the_takes(tmp_path, theme, trial, way: str):
    async with aurora(tmp_path, theme, trial) as rig:
        work = rig.window.workspace
        rig.window.view.select([TaskId("t1")])
        await opened(rig)
        assert not rig.details.chosen
        match way:
            case "Esc":
                QTest.keyClick(rig.window.focusWidget(), Qt.Key.Key_Escape)
            case "Takes":
                chips(rig)["Takes, 2"].click()
            case "search":
                QTest.keyClicks(work.search, "Pro")
            case _:
                work.pages.choose("all|Lagoon")
        await until(lambda: shown(rig) == [] and work.list.isVisible())
        assert sys.modules[trial.entry].left == ["Aurora"]
        assert [chip.isChecked() for chip in chips(rig).values()] == [True, False]
        assert work.details.isVisible()
        assert work.composer.isVisible()
        if way in ("Esc", "Takes"):
            assert rig.details.chosen == (TaskId("t1"),)
            assert work.views.hasFocus() or work.view.hasFocus()
        if way == "search":
            assert rig.filter.project == "Aurora"


async def test_keyboard_reaches_the_views_by_one_stop_and_arrows(tmp_path, theme, trial):
    async with aurora(tmp_path, theme, trial) as rig:
        takes, other = chips(rig).values()
        takes.setFocus(Qt.FocusReason.TabFocusReason)
        assert other.focusPolicy() is Qt.FocusPolicy.ClickFocus
        QTest.keyClick(takes, Qt.Key.Key_Right)
        assert other.hasFocus()
        QTest.keyClick(other, Qt.Key.Key_Space)
        await until(lambda: shown(rig))


async def test_view_that_loads_while_another_project_is_chosen_does_not_open(tmp_path, theme, trial):
    async with aurora(tmp_path, theme, trial) as rig:
        chips(rig)["Trial"].click()
        rig.window.workspace.pages.choose("all|Lagoon")
        await until(lambda: trial.entry in sys.modules)
        await rest()
        assert shown(rig) == []


async def test_right_pane_that_a_view_folded_is_not_stored_folded(tmp_path, theme, trial):
    async with aurora(tmp_path, theme, trial) as rig:
        work = rig.window.workspace
        await opened(rig)
        assert work.columns.is_folded(2)
        work.remember()
        assert not work.columns.is_folded(2)
