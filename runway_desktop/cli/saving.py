"""Copies results to a folder of the caller. The originals stay in the library, even if copying fails. Blocking."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.exchange.whole_copy import Names, put_whole
from runway_desktop.usecases.clients.refusals import CallRefused, Code

from .printing import Answer, say


def check_folder(folder: Path) -> None:
    """Creates and checks the folder, before anything is requested or paid. Raises CallRefused if it is not writable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        said = f"Nothing can be saved in {folder}: {error.strerror or error}."
        raise CallRefused(said, code=Code.INPUT, advice="Name another folder. Nothing was sent.") from error


def copy_results(tasks: Sequence[Answer], folder: Path, tell: Callable[[str], None] = say) -> bool:
    """Returns whether all results of the succeeded tasks were copied. Never overwrites other files. Blocking."""
    names, space = Names(beside=False), DiskSpace()
    is_whole = True
    for task in tasks:
        for file in task.get("files", ()):
            if "path" not in file:
                is_whole = False
                continue
            source = Path(file["path"])
            try:
                put = put_whole(source, folder / source.name, names, space)
            except (DiskError, OSError) as error:
                why = error.message if isinstance(error, DiskError) else f"{error.strerror or error}."
                say(f"It could not be copied to {folder}: {why} The result is kept in the library: {source}")
                is_whole = False
            else:
                tell(f"saved {put.path}")
    return is_whole
