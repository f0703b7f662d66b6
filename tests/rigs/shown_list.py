"""Fixture: the task list alone, visible and focused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import shiboken6
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from runway_desktop.domain.library import GroupBy, Listing
from runway_desktop.domain.task import Output
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.tasks.view import TaskView
from runway_desktop.ui.theme import Theme
from tests.rigs.desktop import Rig, until

FLAT = Listing(group=GroupBy.NONE)


class Shown(Rig):
    view: TaskView


@asynccontextmanager
async def shown(
    folder: Path, theme: Theme, *tasks, listing: Listing = FLAT, batch: str = "", outputs: Sequence[Output] = ()
) -> AsyncIterator[Shown]:
    """A list of 800 × 500 pixels with these tasks in it, the keyboard on it."""
    async with Shown(folder) as rig:
        posters = PosterCache()
        rig.view = TaskView(rig.rows, theme, posters)
        tester = QAbstractItemModelTester(rig.rows, QAbstractItemModelTester.FailureReportingMode.Fatal, rig.view)
        tester.setObjectName("tester")
        rig.view.resize(800, 500)
        rig.rows.set_listing(listing)
        await rig.put(*tasks, batch=batch, outputs=outputs)
        await rig.load()
        rig.view.show()
        rig.view.activateWindow()
        rig.view.setFocus()
        await until(lambda: QApplication.focusWidget() is rig.view)
        await fetched(rig)
        try:
            yield rig
        finally:
            posters.shutdown()
            posters.deleteLater()
            if shiboken6.isValid(rig.view):
                rig.view.close()
                rig.view.deleteLater()


async def fetched(rig: Shown) -> None:
    """Every row in sight is known and painted."""
    rig.view.grab()
    rows = rig.view._visible_rows()
    ids = [task_id for row in rows if (task_id := rig.rows.task_id(row))]
    await until(lambda: all(rig.rows.row_of(one) for one in ids))
    rig.view.grab()
