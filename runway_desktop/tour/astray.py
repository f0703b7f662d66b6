"""The tour past files that somebody else moved and changed: what is said of them, and how they are found again.

GUI thread, inside a coroutine; raises `StepFailed` when something does not come in time.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from runway_desktop.domain.library import Place
from runway_desktop.domain.task import Media, Output, TaskId
from runway_desktop.usecases.commands.task_command import TaskCommand

from .hands import StepFailed, until
from .material import paint_dusk

if TYPE_CHECKING:
    from .walk import Walk


async def show_astray(walk: Walk) -> None:
    """Needs a saved clip and a saved picture in the list; leaves them saved."""
    models, window = walk.models, walk.window
    clip, picture = _first(walk, Media.VIDEO, ""), _first(walk, Media.IMAGE, "gen4_image")
    walk.say("a file that was moved by hand")
    if window.preview is not None:
        window.preview.stop()
    await asyncio.to_thread(_move, Path(clip.path))
    paint_dusk(Path(picture.path))
    window.view.clearSelection()
    await walk.choose(clip.task_id)
    await until(lambda: _is(walk, clip, "missing"), "the missing file", 20)
    await asyncio.sleep(0.4)
    await walk.album.take(window, "file-missing")
    walk.say("a file that was changed by hand")
    await walk.choose(picture.task_id)
    await until(lambda: _is(walk, picture, "changed"), "the changed file", 20)
    await asyncio.sleep(0.4)
    await walk.album.take(window, "file-changed")
    walk.say("missing files in the grid, and as a place")
    window.workspace.list.show_grid(True)
    await until(lambda: models.places.counts.places.get(Place.MISSING) == 1, "the place of missing files")
    await asyncio.sleep(0.4)
    await walk.album.take(window, "file-missing-grid")
    window.workspace.list.show_grid(False)
    walk.say("a missing file is found again")
    await walk.choose(clip.task_id)
    window.task_menu.take(TaskCommand.LOOK_FOR)
    await until(lambda: _is(walk, clip, "here"), "the file that was moved", 30)
    await asyncio.sleep(0.4)
    await walk.album.take(window, "file-found")
    await walk.choose(picture.task_id)
    window.task_menu.take(TaskCommand.KEEP_CHANGE)
    await until(lambda: _is(walk, picture, "here"), "the change that is kept", 20)
    window.notices.dismiss_all()


def _move(path: Path) -> None:
    """As one does in a file manager: into another folder, under a better name."""
    folder = path.parent / "best takes"
    folder.mkdir(exist_ok=True)
    path.rename(folder / f"the one{path.suffix}")


def _first(walk: Walk, media: Media, model: str) -> Output:
    task_id = walk.saved(media, model)
    row = walk.models.rows.row_of(task_id) if task_id is not None else None
    if row is None:
        raise StepFailed(f"there is no saved {media.value}")
    return row.outputs[0]


def _is(walk: Walk, output: Output, presence: str) -> bool:
    return _now(walk, output.task_id, output.index).look.presence.value == presence


def _now(walk: Walk, task_id: TaskId, index: int) -> Output:
    row = walk.models.rows.row_of(task_id)
    if row is None:
        raise StepFailed("the task is not in the list any more")
    return row.outputs[index]
