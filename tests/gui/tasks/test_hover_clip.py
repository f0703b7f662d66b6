"""Scrubbing a real clip by moving the pointer across its poster, in list and grid."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, QRect
from PySide6.QtGui import QEnterEvent, QImage
from PySide6.QtWidgets import QApplication, QWidget

from runway_desktop.domain.library import GroupBy
from runway_desktop.domain.task import State
from runway_desktop.ui.tasks.grid import GridView
from runway_desktop.ui.tasks.posters import HoverScrub, PosterCache
from runway_desktop.ui.tasks.view import TaskView
from runway_desktop.ui.theme import Theme
from tests.rigs.clips import BACKEND_CHATTER, SAMPLES
from tests.rigs.desktop import Desktop, move_pointer, until
from tests.rigs.qt_loop import OFFSCREEN_CHATTER
from tests.rigs.rows import saved, task


def poster_of(view: TaskView | GridView) -> QImage:
    return view.viewport().grab(view.poster_box(0)).toImage()


def go_to(view: TaskView | GridView, part: float) -> None:
    """The pointer comes to a place on the poster, so far across."""
    box = view.poster_box(0)
    move_pointer(view.viewport(), QPoint(box.left() + round(part * (box.width() - 1)), box.center().y()))


@pytest.mark.parametrize("is_clip", [True, False])
def test_pointer_in_the_row_of_a_clip_starts_the_decoder_process(theme: Theme, is_clip: bool):
    woken: list[bool] = []
    strips = SimpleNamespace(warm=lambda: woken.append(True))
    parent = QObject()
    scrub = HoverScrub(theme, cast(PosterCache, SimpleNamespace(strips=strips)), parent)
    clip = saved(task(1, State.SUCCEEDED), "clip.mp4") if is_clip else None
    scrub.over(clip, QPoint(900, 10), QRect(0, 0, 60, 40))
    assert bool(woken) is is_clip
    assert not scrub.path, "it is not on the poster"


@pytest.mark.qt_log_ignore(OFFSCREEN_CHATTER, *BACKEND_CHATTER, extend=True)
@pytest.mark.parametrize("look", ["list", "grid"])
async def test_moving_across_a_poster_scrubs_its_clip(tmp_path, theme, qtbot, look: str):
    async with Desktop(tmp_path, theme) as rig:
        clip = Path(shutil.copy(SAMPLES / "dusk-16x9-5s.mp4", tmp_path / "clip.mp4"))
        one = task(1, State.SUCCEEDED)
        await rig.put(one, outputs=[saved(one, str(clip))])
        rig.filter.group_by(GroupBy.NONE)
        await rig.load()
        await until(lambda: rig.rows.rowCount() == 1)
        await rig.fetch_rows()
        work = rig.window.workspace
        work.list.show_grid(look == "grid")
        view = work.grid if look == "grid" else work.view
        await until(lambda: view.isVisible() and view.poster_box(0).isValid())
        view.clearFocus()
        at_rest = poster_of(view)
        go_to(view, 0.1)
        await until(lambda: view.scrub.image() is not None, "a frame of the clip")
        await until(lambda: not work.posters.strips.is_coming(str(clip)), "all of them")
        early = poster_of(view)
        points = itertools.product(range(0, early.width(), 5), range(0, early.height(), 5))
        assert len({early.pixel(x, y) for x, y in points}) > 20, "it is a picture, not a surface"
        go_to(view, 0.9)
        assert poster_of(view) != early, "at once: nothing is decoded on the way"
        go_to(view, 0.1)
        assert poster_of(view) == early
        move_pointer(view.viewport(), QPoint(view.viewport().width() - 4, view.viewport().height() - 4))
        assert view.scrub.image() is None
        assert poster_of(view) == at_rest


@pytest.mark.qt_log_ignore(OFFSCREEN_CHATTER, *BACKEND_CHATTER, extend=True)
@pytest.mark.parametrize("is_calm", [False, True])
async def test_pointer_entering_the_list_starts_the_decoder_process(tmp_path, theme, is_calm: bool):
    """It is on its way to a poster: the process takes longer to start than it takes to be there."""
    async with Desktop(tmp_path, theme) as rig:
        rig.interior.add_preview()
        strips, started = rig.window.workspace.posters.strips, []
        strips.woken.connect(lambda: started.append(True))
        come_into(rig.window.workspace.views)
        assert not started, "there is no clip in an empty list"
        await rig.put(task(1, State.SUCCEEDED))
        await rig.load()
        await until(lambda: rig.rows.rowCount() > 0)
        theme.keep_calm(on=is_calm)
        come_into(rig.window.workspace.views)
        assert bool(started) is not is_calm
        theme.keep_calm(on=False)


def come_into(widget: QWidget) -> None:
    middle = QPointF(widget.rect().center())
    QApplication.sendEvent(widget, QEnterEvent(middle, middle, QPointF(widget.mapToGlobal(middle))))
