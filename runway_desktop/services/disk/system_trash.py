"""The system's trash, by `send2trash`. Implements the `SystemTrash` port. Blocking work runs in the executor.

Raises DiskError only; unexpected errors are also logged.

The path in the trash is known only on Linux and similar systems, from the note next to each file there
(freedesktop.org). On Windows and macOS people restore files with the system.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

from runway_desktop.domain.errors import DiskError
from runway_desktop.texts import Text

from .disk_steps import dropped_on_failure, rename_exclusively
from .disk_words import spoken_for

log = logging.getLogger(__name__)

Result = TypeVar("Result")

_NOTE = ".trashinfo"

_NOT_THROWN = Text("“{file}” could not be moved to the trash.")


class TrashFolder:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def throw(self, path: Path) -> Path | None:
        return await self._do_or_say(_NOT_THROWN.with_(file=path.name), _throw, path)

    async def take_back(self, binned: Path, path: Path) -> None:
        await self._do_or_say(
            Text("“{file}” could not be taken out of the trash.").with_(file=path.name), _take_back, binned, path
        )

    async def _do_or_say(self, failed: Text, work: Callable[..., Result], *arguments: Path) -> Result:
        """`failed`: sentence for the error."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._executor, _told, failed, work, *arguments)
        except RuntimeError as error:
            raise _unexpected(failed, error) from error


def _told(failed: Text, work: Callable[..., Result], *arguments: Path) -> Result:
    """In the worker, since not every exception can be passed between threads."""
    try:
        return work(*arguments)
    except DiskError:
        raise
    except Exception as error:
        # System libraries raise various exceptions.
        raise _unexpected(failed, error) from error


def _unexpected(failed: Text, error: Exception) -> DiskError:
    log.warning("The trash: %s", failed, exc_info=error)
    return DiskError(failed, advice=Text("Try it in your file manager."), detail=f"{type(error).__name__}: {error}")


def _throw(path: Path) -> Path | None:
    from send2trash import TrashPermissionError, send2trash

    try:
        if not path.exists() and not path.is_symlink():
            return None
        send2trash(str(path))
    except OSError as error:
        advice = Text("Check whether it is write-protected or open in another program.")
        if isinstance(error, TrashPermissionError):
            advice = Text("Its drive has no trash. Delete it in your file manager.")
        raise DiskError(_NOT_THROWN.with_(file=path.name), advice=advice, detail=str(error)) from error
    return None if sys.platform in ("win32", "darwin") else _find_if_told(path)


def _find_if_told(path: Path) -> Path | None:
    """None if the trash cannot be read; the file is in the trash all the same."""
    try:
        return _find(path)
    except Exception:
        log.warning("Where in the trash “%s” is could not be found out", path.name, exc_info=True)
        return None


def _find(path: Path) -> Path | None:
    """The file in the trash that was last deleted from `path`."""
    notes: list[tuple[float, Path]] = []
    for bin_folder, top in _bins(path):
        with suppress(OSError):
            for entry in os.scandir(bin_folder / "info"):
                # The trash makes a name unique by a suffix after the stem.
                if entry.name.startswith(path.stem) and entry.name.endswith(_NOTE) and _is_of(entry.path, path, top):
                    notes.append((entry.stat().st_mtime, Path(entry.path)))
    files = (note.parent.parent / "files" / note.name.removesuffix(_NOTE) for _, note in sorted(notes, reverse=True))
    return next((file for file in files if file.exists()), None)


def _bins(path: Path) -> Iterator[tuple[Path, Path]]:
    """The trash folders that a file may be in, each with the folder that its notes' paths are relative to. Source: the
    Trash specification of freedesktop.org, version 1.0."""
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


def _is_noted(binned: Path, path: Path) -> bool:
    """Whether the trash's own note confirms the original path: a restored list may name any file as one in the
    trash."""
    for bin_folder, top in _bins(path):
        if binned.parent == bin_folder / "files":
            with suppress(OSError):
                return _is_of(str(bin_folder / "info" / (binned.name + _NOTE)), path, top)
    return False


def _take_back(binned: Path, path: Path) -> None:
    try:
        with spoken_for(path.parent):
            if not binned.exists():
                raise DiskError(
                    Text("“{file}” is no longer in the trash.").with_(file=path.name),
                    advice=Text("The trash may have been emptied."),
                )
            if not _is_noted(binned, path):
                raise DiskError(
                    Text("“{file}” stays in the trash: it was not moved there from this folder.").with_(file=path.name),
                    advice=Text("Put it back in your file manager."),
                    detail=str(binned),
                )
            if not path.parent.is_dir():
                _make_folder(path.parent)
            _move(binned, path)
    except FileExistsError as error:
        raise DiskError(
            Text("Another “{file}” is in its place now.").with_(file=path.name),
            advice=Text("It stays in the trash. Move or rename the other file first."),
            detail=str(error),
        ) from error
    if binned.parent.name == "files":
        with suppress(OSError):
            (binned.parent.parent / "info" / (binned.name + _NOTE)).unlink()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir()
    except FileExistsError as error:
        # It is not a folder: a different error than a name that is taken.
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from error


def _move(old: Path, new: Path) -> None:
    if old.lstat().st_dev == new.parent.stat().st_dev:
        rename_exclusively(old, new)
        return
    # The trash is on another disk: copy to a draft first.
    draft = new.with_name(new.name + ".part")
    with dropped_on_failure(draft):
        shutil.copy2(old, draft)
        rename_exclusively(draft, new)
    # The file is back; a copy left in the trash is no failure.
    with suppress(OSError):
        old.unlink()
