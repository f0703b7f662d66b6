"""*Reduce motion*: nothing moves without an action of the person, and turning it off restores all motion."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, QRect, QTimer
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.task import State
from runway_desktop.ui.tasks.posters import HoverScrub, PosterCache
from runway_desktop.ui.theme import system_is_calm
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import saved, task


async def test_indeterminate_progress_bar_stands_still_when_motion_is_reduced(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.RUNNING))
        view = rig.window.view
        first = view.grab().toImage()
        await until(lambda: view.grab().toImage() != first, "the bar moves")
        theme.keep_calm(on=True)
        await until(lambda: not _ticks(view))
        theme.keep_calm(on=False)
        view.hide()
        view.show()
        await until(lambda: _ticks(view), "it moves again")


def _ticks(view: QWidget) -> bool:
    """Whether anything in it is painted many times a second."""
    return any(one.isActive() and one.interval() < 100 for one in view.findChildren(QTimer))


@pytest.mark.parametrize("calm", [False, True])
def test_pointer_on_a_poster_scrubs_unless_motion_is_reduced(theme, qtbot, tmp_path: Path, calm):
    theme.keep_calm(on=calm)
    posters = PosterCache()
    scrub = HoverScrub(theme, posters, posters)
    clip = saved(task(1, State.SUCCEEDED), str(tmp_path / "clip.mp4"))
    scrub.over(clip, QPoint(10, 10), QRect(0, 0, 100, 60))
    assert bool(scrub.path) is not calm
    scrub.leave()
    posters.shutdown()
    posters.deleteLater()


@pytest.mark.parametrize(("wish", "calm"), [("ReducedMotion", True), ("NoPreference", False)])
def test_reduced_motion_setting_of_the_system_is_followed(wish, calm):
    assert system_is_calm(SimpleNamespace(motionPreference=lambda: SimpleNamespace(name=wish))) is calm
    assert not system_is_calm(SimpleNamespace()), "Qt before 6.12 tells nothing"
