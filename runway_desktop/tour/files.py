"""Tour of trouble with files: results that cannot be downloaded, files moved or changed by another program, a missing
library folder, and a library move.

GUI thread, in a coroutine; raises `StepFailed` if something does not happen in time.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtWidgets import QToolButton

from runway_desktop.domain.folders import FolderState, MovePhase
from runway_desktop.domain.library import Page
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.preferences.model.forms import LibraryForm
from runway_desktop.usecases.commands.results import FETCH_AGAIN, KEEP_CHANGE, LOOK_FOR

from .hands import StepFailed, control, find, opened, until
from .material import paint_dusk
from .walk import UNDER_WAY, Walk

_PROMPTS = ("Salt flats after rain, one red umbrella", "A night train crosses the viaduct", "Moss on a stone lion")


async def show_not_saved(walk: Walk) -> None:
    """Makes downloads fail for a while, then restores everything."""
    window, models = walk.window, walk.models

    def unsaved() -> int:
        return models.pages.counts.pages.get(Page.NOT_SAVED, 0)

    walk.say("results that cannot be saved")
    await control(walk.base_url, "faults", {"route": "output", "harm": "status", "status": 503})
    for prompt in _PROMPTS:
        walk.send_picture(prompt)
        await until(lambda prompt=prompt: prompt in _prompts(walk), "the sent task")  # type: ignore[misc]
    await until(lambda: not walk.having(*UNDER_WAY) and unsaved() >= len(_PROMPTS), "results that wait", 60)
    find(window.workspace.status, QToolButton, f"{unsaved()} not saved").click()
    await until(lambda: len(walk.rows()) == unsaved(), "the page")
    window.view.selectAll()
    await until(lambda: models.details.row is not None, "the details")
    await walk.take("not-saved")
    walk.say("all of them saved")
    await control(walk.base_url, "faults", {}, method="DELETE")
    window.task_menu.take(FETCH_AGAIN)
    await until(lambda: not models.unsaved.outputs and not unsaved(), "everything to be saved", 60)
    await walk.take("everything-saved")
    window.workspace.pages.setCurrentRow(0)


def _prompts(walk: Walk) -> list[str]:
    return [row.task.request.prompt for row in walk.rows()]


async def show_astray(walk: Walk) -> None:
    """Needs a saved clip and a saved picture in the list; they are still saved afterwards."""
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
    await walk.take("file-missing", after=0.4)
    walk.say("a file that was changed by hand")
    await walk.choose(picture.task_id)
    await until(lambda: _is(walk, picture, "changed"), "the changed file", 20)
    await walk.take("file-changed", after=0.4)
    walk.say("missing files in the grid, and as a page")
    window.workspace.list.show_grid(True)
    await until(lambda: models.pages.counts.pages.get(Page.MISSING) == 1, "the page of missing files")
    await walk.take("file-missing-grid", after=0.4)
    window.workspace.list.show_grid(False)
    walk.say("a missing file is found again")
    await walk.choose(clip.task_id)
    window.task_menu.take(LOOK_FOR)
    await until(lambda: _is(walk, clip, "here"), "the file that was moved", 30)
    await walk.take("file-found", after=0.4)
    await walk.choose(picture.task_id)
    window.task_menu.take(KEEP_CHANGE)
    await until(lambda: _is(walk, picture, "here"), "the change that is kept", 20)
    window.activity.dismiss_all()


def _move(path: Path) -> None:
    """As a user would in a file manager: into another folder, with another name."""
    folder = path.parent / "best takes"
    folder.mkdir(exist_ok=True)
    path.rename(folder / f"the one{path.suffix}")


def _first(walk: Walk, media: Media, model: str) -> Output:
    found = walk.saved(media, model)
    if not found:
        raise StepFailed(f"there is no saved {media.value}")
    return walk.row(found[0]).outputs[0]


def _is(walk: Walk, output: Output, presence: str) -> bool:
    return walk.row(output.task_id).outputs[output.index].look.presence.value == presence


async def show_folder(walk: Walk) -> None:
    """Needs saved results; afterwards the library is in another folder, with all of them."""
    cases, window = walk.cases, walk.window
    library = cases.settings.library
    walk.say("the library's folder is gone, and there again")
    window.activity.dismiss_all()
    if window.preview is not None:
        window.preview.stop()
    aside = await asyncio.to_thread(library.rename, library.with_name("unplugged"))
    await cases.folder.look()
    await until(lambda: cases.folder.health.state is FolderState.ABSENT, "the folder that is gone", 20)
    await walk.take("folder-absent", after=0.4)
    await asyncio.to_thread(aside.rename, library)
    await cases.folder.look()
    await until(lambda: cases.folder.health.state.can_write, "the folder that is back", 20)
    walk.say("the library moves")
    window.open_room("preferences", "Saving")
    preferences = await opened(window, Preferences, "the preferences")
    form = preferences.findChild(LibraryForm)
    if form is None:
        raise StepFailed("the preferences are closed")
    form.look_into(library.with_name("moved library"))
    await until(lambda: form.plan, "what the move means", 20)
    await walk.take("folder-question", after=0.4)
    form.move()
    await until(lambda: form.progress is not None and form.progress.phase is MovePhase.DONE, "the move", 60)
    await walk.take("folder-moved", after=0.4)
    form.dismiss()
    preferences.accept()
    window.activity.dismiss_all()
