"""The system's bin, on `send2trash`. Fits the `Bin` port. Blocking work runs in the executor. Raises DiskError only.

Where in the bin a file is afterwards is told by the freedesktop bins of Linux and its kin alone, through the note that
lies beside each file there. Windows and macOS keep that to themselves: what lies in their bins, they put back.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from runway_desktop.domain.errors import DiskError

from .disk_steps import rename_exclusively
from .disk_words import spoken_for

_NOTE = ".trashinfo"


class SystemBin:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def throw(self, path: Path) -> Path | None:
        """Moves a file to the bin and tells where in it it is. What is not there any more needs no throwing away and is
        no error."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, _throw, path)

    async def take_back(self, binned: Path, place: Path) -> None:
        """Moves a file out of the bin to where it was."""
        await asyncio.get_running_loop().run_in_executor(self._executor, _take_back, binned, place)


def _throw(path: Path) -> Path | None:
    from send2trash import TrashPermissionError, send2trash

    if not path.exists() and not path.is_symlink():
        return None
    try:
        send2trash(str(path))
    except TrashPermissionError as error:
        raise DiskError(
            f"{path.name} could not be moved to the bin.",
            advice="The drive that it is on has no bin. Delete it in your file manager.",
            detail=str(error),
        ) from error
    except OSError as error:
        raise DiskError(
            f"{path.name} could not be moved to the bin.",
            advice="Is it open in another program, or write-protected?",
            detail=str(error),
        ) from error
    return None if sys.platform in ("win32", "darwin") else _find(path)


def _find(path: Path) -> Path | None:
    """The file in the bin that was last thrown away from `path`."""
    notes: list[tuple[float, Path]] = []
    for bin_folder, top in _bins(path):
        with suppress(OSError):
            for entry in os.scandir(bin_folder / "info"):
                # A bin renames what has the name of something that is in it, behind the name's stem.
                if entry.name.startswith(path.stem) and entry.name.endswith(_NOTE) and _is_of(entry.path, path, top):
                    notes.append((entry.stat().st_mtime, Path(entry.path)))
    files = (note.parent.parent / "files" / note.name.removesuffix(_NOTE) for _, note in sorted(notes, reverse=True))
    return next((file for file in files if file.exists()), None)


def _bins(path: Path) -> Iterator[tuple[Path, Path]]:
    """The bins that a file may have gone to, and the folder that each one's notes count from. Source: the Trash
    specification of freedesktop.org, version 1.0."""
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    yield home / "Trash", home
    top = path.parent
    while not os.path.ismount(top) and top != top.parent:
        top = top.parent
    user = os.getuid()
    yield top / ".Trash" / str(user), top
    yield top / f".Trash-{user}", top


def _is_of(note: str, path: Path, top: Path) -> bool:
    with open(note, encoding="utf-8", errors="surrogateescape") as lines:
        was = next((line[len("Path=") :].rstrip("\n") for line in lines if line.startswith("Path=")), "")
    return top / unquote(was, errors="surrogateescape") == path.absolute()


def _take_back(binned: Path, place: Path) -> None:
    if not binned.exists():
        raise DiskError(f"{place.name} is not in the bin any more.", advice="Was the bin emptied?")
    try:
        with spoken_for(place.parent):
            place.parent.mkdir(exist_ok=True)
            _move(binned, place)
    except FileExistsError as error:
        raise DiskError(
            f"There is another {place.name} in its place now.",
            advice="It stays in the bin. Move or rename the other file first.",
            detail=str(error),
        ) from error
    if binned.parent.name == "files":
        with suppress(OSError):
            (binned.parent.parent / "info" / (binned.name + _NOTE)).unlink()


def _move(old: Path, new: Path) -> None:
    if old.lstat().st_dev == new.parent.stat().st_dev:
        rename_exclusively(old, new)
        return
    # The bin is on another disk: whole beside its place first.
    draft = new.with_name(new.name + ".part")
    try:
        shutil.copy2(old, draft)
        rename_exclusively(draft, new)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    old.unlink()
