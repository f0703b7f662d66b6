"""Tour of export and import: results are exported with settings files and imported again, the list as a table, a
script's log with task ids.

GUI thread, in a coroutine; raises `StepFailed` if something does not happen in time.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton

from runway_desktop.rooms.exchange.export_window import ExportWindow
from runway_desktop.rooms.exchange.import_window import FolderImportWindow, IdImportWindow
from runway_desktop.usecases.commands.handing_on import EXPORT
from runway_desktop.usecases.phase import Phase

from .hands import drop, find, opened, until
from .walk import Walk

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
