"""Tour of files: results that cannot be downloaded, files moved or changed by another program, a missing library
folder, a library move; export and import of results, the list as a table, a script's log with task ids; profiles, the
switcher, a backup and its restore.

GUI thread, in a coroutine; raises `StepFailed` if something does not happen in time.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QPushButton, QToolButton

from runway_desktop.app.profile_windows import ProfileWindows
from runway_desktop.domain.folders import FolderState, MovePhase
from runway_desktop.domain.library import Page
from runway_desktop.domain.media import Media
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.task import Output
from runway_desktop.rooms.backup.entry import BackupWindow
from runway_desktop.rooms.backup.restore_window import RestoreWindow
from runway_desktop.rooms.exchange.export_window import ExportWindow
from runway_desktop.rooms.exchange.import_window import FolderImportWindow, IdImportWindow
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.preferences.model.forms import LibraryForm
from runway_desktop.ui.profiles.new_profile import NewProfileDialog
from runway_desktop.usecases.commands.handing_on import EXPORT
from runway_desktop.usecases.commands.results import FETCH_AGAIN, KEEP_CHANGE, LOOK_FOR
from runway_desktop.usecases.question import Phase

from .hands import (
    UNDER_WAY,
    StepFailed,
    Walk,
    close_popups,
    control,
    drop,
    find,
    opened,
    popup_shown,
    put_picture,
    type_text,
    until,
)

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
    await until(lambda: len(window.view.selected_ids()) == unsaved(), "the selection")
    await walk.take("not-saved")
    walk.say("all of them saved")
    await control(walk.base_url, "faults", {}, method="DELETE")
    window.task_menu.take(FETCH_AGAIN)
    await until(lambda: not (models.unsaved.outputs or unsaved() or walk.rows()), "everything to be saved", 60)
    await walk.take("everything-saved")
    window.workspace.pages.setCurrentRow(0)
    await until(lambda: len(walk.rows()) > len(_PROMPTS), "the list")


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
    put_picture(Path(picture.path))
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


Kind = TypeVar("Kind", ExportWindow, FolderImportWindow, IdImportWindow)


NEW = 5
"""Exported results that get foreign ids, so that there is something to import."""


async def exchange(walk: Walk) -> None:
    """Needs saved results in the list."""
    folder = walk.session.profile.folder / "dropped" / "for the client"
    await _export(walk, folder)
    await _import_folder(walk, folder)
    await _import_ids(walk)


async def _export(walk: Walk, folder: Path) -> None:
    window = walk.window
    walk.say("export")
    window.view.selectAll()
    window.task_menu.take(EXPORT)
    export = await _ready(walk, ExportWindow)
    find(export, QLineEdit, "Folder for the files").setText(str(folder))
    find(export, QLineEdit, "File name template").setText("{project}/{date}_{prompt:40}_{id}")
    find(export, QCheckBox, "Add a settings file").setChecked(True)
    await until(export.go.isEnabled, "the files to be counted")
    await walk.take("export-files")
    walk.say("export of the list")
    find(export, QPushButton, "Export as a list").click()
    await walk.take("export-list")
    walk.say("exporting")
    find(export, QPushButton, "Export as files").click()
    export.go.click()
    await until(lambda: export.model.phase is Phase.DONE, "the export")
    export.close()


async def _import_folder(walk: Walk, folder: Path) -> None:
    window = walk.window
    walk.say("import of a folder")
    # Makes part of it look as if from another machine.
    await asyncio.get_running_loop().run_in_executor(None, _give_away, folder)
    drop(window, [folder])
    found = await _ready(walk, FolderImportWindow)
    await walk.take("import-folder")
    found.go.click()
    await until(lambda: found.model.phase is Phase.DONE, "the import")
    await walk.take("imported-folder")
    find(found, QPushButton, "Undo import").click()
    found.close()


async def _import_ids(walk: Walk) -> None:
    window = walk.window
    walk.say("import of ids from a log")
    log = walk.session.profile.folder / "dropped" / "render_night.log"
    log.write_text(_log(walk), encoding="utf-8")
    drop(window, [log])
    found = await _ready(walk, IdImportWindow)
    await walk.take("import-ids")
    found.close()


async def _ready(walk: Walk, kind: type[Kind]) -> Kind:
    found = await opened(walk.window, kind, f"a {kind.__name__}")
    await until(lambda: found.model.phase is Phase.READY, f"what the {kind.__name__} looks for")
    return found


def _give_away(folder: Path) -> None:
    """On a worker thread. Gives some settings files the ids of unknown tasks."""
    for path in sorted(folder.rglob("*.json"))[:NEW]:
        document = json.loads(path.read_text(encoding="utf-8"))
        document["task"] |= {"id": uuid.uuid4().hex, "runway_id": str(uuid.uuid4())}
        path.write_text(json.dumps(document), encoding="utf-8")


def _log(walk: Walk) -> str:
    """A log as of a script: with known ids, unknown ids, and other ids."""
    lines = []
    for number, row in enumerate(walk.rows()[:6]):
        words = row.task.request.prompt.replace('"', "'")
        made = f'({row.task.request.model}) prompt="{words}" -> out/night_{number:02d}.mp4'
        for second, word in enumerate((row.task.remote_id, uuid.uuid4())):
            if word is not None:
                lines.append(f"2026-03-09 02:{number:02d}:1{second} INFO task {word} {made}")
    lines += [
        f"2026-03-09 02:59:01 DEBUG request_id={uuid.uuid4()} 200",
        f"2026-03-09 02:59:02 DEBUG GET https://cdn.example.com/{uuid.uuid4()}/clip.mp4",
    ]
    return "\n".join(lines)


async def show_profiles(walk: Walk) -> None:
    """Needs saved results in the list."""
    windows = walk.session.profiles
    if windows is None:
        raise StepFailed("there are no profiles")
    profiles: list[Profile] = []

    # The tour controls only one window, so no other process is started.
    def open_profile(profile: Profile) -> bool:
        profiles.append(profile)
        return True

    windows.open_profile = open_profile
    await _make(walk, windows, profiles)
    await _switch(walk)
    await _back_up_and_restore(walk)


async def _make(walk: Walk, windows: ProfileWindows, profiles: list[Profile]) -> None:
    window = walk.window
    walk.say("a new profile")
    windows.make_new()
    made = await opened(window, NewProfileDialog, "the new profile")
    type_text(find(made, QLineEdit, "Name of the profile"), "Lagoon Films")
    find(made, QToolButton, "Color: Violet").click()
    await walk.take("new-profile")
    find(made, QPushButton, "Create and open").click()
    await until(lambda: profiles, "the new profile to be opened")


async def _switch(walk: Walk) -> None:
    window, profiles = walk.window, walk.models.profiles
    walk.say("the switcher")
    find(window, QPushButton, "Profile ").click()
    await popup_shown("the switcher")
    await walk.take("profiles")
    close_popups()
    walk.say("a question before a profile goes")
    other = next((profile for profile in profiles.profiles() if not profiles.is_current(profile)), None)
    if other is None:
        raise StepFailed("there is no other profile")
    profiles.ask_to_remove(other)
    await opened(window, QDialog, "the question")
    await walk.take("remove-profile")
    find(window, QPushButton, "Keep").click()


async def _back_up_and_restore(walk: Walk) -> None:
    window = walk.window
    walk.say("the page of the profile")
    window.open_room("preferences", "Profile")
    preferences = await opened(window, Preferences, "the preferences")
    await walk.take("profile-page")
    preferences.accept()
    walk.say("a backup")
    window.open_room("backup")
    backup = await opened(window, BackupWindow, "the window for backups")
    await until(lambda: backup.model.phase is Phase.READY, "the sizes")
    backup.results.setChecked(True)
    await walk.take("backup")
    target = walk.session.profile.folder / "dropped" / "studio.zip"
    backup.model.start(target)
    await until(lambda: backup.model.phase is Phase.DONE, "the backup", 60)
    await walk.take("backed-up")
    backup.close()
    walk.say("what a backup would bring back")
    window.open_room("backup", target)
    restore = await opened(window, RestoreWindow, "the window for restores")
    await until(lambda: restore.model.phase is Phase.READY, "the look into the backup")
    await walk.take("restore")
    walk.say("a restore into a new profile")
    restore.model.start()
    await until(lambda: restore.model.phase is Phase.DONE, "the restore", 60)
    await walk.take("restored")
    restore.close()
