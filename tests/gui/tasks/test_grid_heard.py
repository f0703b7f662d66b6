"""Accessibility of the grid: a list of named items with their states."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface

from runway_desktop.domain.library import GroupBy
from runway_desktop.domain.task import State, TaskId
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import task


@pytest.fixture(autouse=True)
def _heard(qapp) -> Iterator[None]:
    was = QAccessible.isActive()
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(was)


def name_of(item: QAccessibleInterface) -> str:
    return item.text(QAccessible.Text.Name)


async def test_grid_is_exposed_to_screen_readers_as_a_list_of_named_items(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.put(task(1, State.FAILED, prompt="Fog"), task(2, State.RUNNING, prompt="Sun"), batch="b1")
        rig.filter.group_by(GroupBy.BATCH)
        await rig.load()
        await until(lambda: rig.rows.rowCount() == 3)
        await rig.fetch_rows()
        rig.window.workspace.list.show_grid(True)
        grid = rig.window.workspace.grid
        await until(grid.isVisible)
        rig.window.view.select([TaskId("t2")])
        heard = QAccessible.queryAccessibleInterface(grid)
        assert heard is not None
        assert heard.role() == QAccessible.Role.List
        assert name_of(heard) == "Tasks as a grid"
        items = [heard.child(number) for number in range(heard.childCount())]
        assert [item.role() for item in items] == [QAccessible.Role.ListItem] * 3
        assert name_of(items[0]).startswith("Batch b1, 2 tasks")
        assert name_of(items[1]).startswith("Sun. Gen-4.5")
        assert items[1].text(QAccessible.Text.Description).startswith("Running")
        assert items[2].text(QAccessible.Text.Description).startswith("Failed")
        assert items[1].state().selected
        assert not items[2].state().selected
        # And where they are, for whoever points at them.
        place = items[1].rect()
        assert grid.visualRect(grid.currentIndex()).size() == place.size()
