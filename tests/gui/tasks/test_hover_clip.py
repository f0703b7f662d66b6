"""A real clip under the pointer in the grid: its frames are painted, and stop when the pointer leaves."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage

from runway_desktop.domain.library import GroupBy
from runway_desktop.domain.task import State
from runway_desktop.usecases.listing.columns import Column
from tests.gui.conftest import OFFSCREEN_CHATTER
from tests.gui.media.conftest import BACKEND_CHATTER, SAMPLES
from tests.gui.rig import Desktop, move_pointer, until
from tests.rows import saved, task


def poster_of(rig: Desktop) -> QImage:
    grid = rig.window.workspace.grid
    cell = grid.visualRect(rig.rows.index(0, Column.PROMPT))
    cell.setHeight(cell.height() - 40)
    return grid.viewport().grab(cell).toImage()


@pytest.mark.qt_log_ignore(OFFSCREEN_CHATTER, *BACKEND_CHATTER, extend=True)
async def test_the_clip_under_the_pointer_is_seen_moving_and_stops_when_it_leaves(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        clip = Path(shutil.copy(SAMPLES / "dusk-16x9-5s.mp4", tmp_path / "clip.mp4"))
        one = task(1, State.SUCCEEDED)
        await rig.put(one, outputs=[saved(one, str(clip))])
        rig.filter.group_by(GroupBy.NONE)
        await rig.load()
        await until(lambda: rig.rows.rowCount() == 1)
        await rig.fetch_rows()
        rig.window.workspace.list.show_grid(True)
        grid = rig.window.workspace.grid
        await until(grid.isVisible)
        at_rest = poster_of(rig)
        move_pointer(grid.viewport(), grid.visualRect(rig.rows.index(0, Column.PROMPT)).center())
        await until(lambda: grid.player.image() is not None, "a frame of the clip")
        first = poster_of(rig)
        assert first != at_rest
        points = itertools.product(range(0, first.width(), 20), range(0, first.height(), 9))
        assert len({first.pixel(x, y) for x, y in points}) > 20, "it is a picture, not a surface"
        await until(lambda: poster_of(rig) != first, "another frame of it")
        engine, let_go, late = grid.player._engine, [], []
        assert engine is not None
        engine.released.connect(lambda: let_go.append(True))
        move_pointer(grid.viewport(), QPoint(grid.viewport().width() - 4, grid.viewport().height() - 4))
        assert grid.player.path is None
        assert grid.player.image() is None
        assert poster_of(rig) == at_rest
        grid.player.moved_on.connect(lambda: late.append(True))
        await until(lambda: let_go, "the player lets go of the file")
        assert not late
        assert poster_of(rig) == at_rest
