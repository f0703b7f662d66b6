"""Checks a folder for results: whether it exists, is writable, and how much space is free. Blocks, and may hang with a
network drive: run it on a thread of its own.

Raises nothing: an error of the operating system is part of the result.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from runway_desktop.domain.folders import SPARE, FolderProblem, FolderRefusal, FolderState
from runway_desktop.values import Struct

from .disk_steps import is_folder
from .disk_words import detail_of, state_of

_TRIAL_SIZE = 4 * 1024 * 1024
WAS_THERE = "it was there before"
_TRIAL = ".runway-desktop-trial"
"""Test file for writing. Always the same name, so that kills leave one at most."""


class FolderStatus(Struct, frozen=True):
    """`mount`: mount point of the folder; None if the folder does not exist."""

    state: FolderState
    free: int | None = None
    mount: str | None = None
    can_be_made: bool = False
    detail: str = ""


def look_at(folder: Path, known_mount: str | None, doubted: FolderState) -> FolderStatus:
    """Checks a folder, without creating it. `known_mount`: its mount point when last seen; None if it was never seen.
    `doubted`: its assumed state; if that is a failure, writing is tested."""
    try:
        gone = missing_because(folder, known_mount)
        if gone:
            return FolderStatus(
                FolderState.ABSENT, can_be_made=gone == WAS_THERE and is_folder(folder.parent), detail=gone
            )
        # A folder that does not exist yet goes by the one that it would be created in.
        is_there, path = is_folder(folder), nearest_folder(folder)
        mount = mount_of(folder) if is_there else None
        if not os.access(path, os.W_OK | os.X_OK):
            return FolderStatus(FolderState.READ_ONLY, mount=mount)
        free = shutil.disk_usage(path).free
        if free < SPARE:
            return FolderStatus(FolderState.FULL, free, mount)
        if is_there and not doubted.can_write:
            _try_writing(folder, _TRIAL_SIZE if doubted is FolderState.FULL else 1)
    except OSError as error:
        return FolderStatus(state_of(error) or FolderState.ABSENT, detail=detail_of(error))
    return FolderStatus(FolderState.FINE, free, mount)


def missing_because(folder: Path, known_mount: str | None) -> str:
    """Why a folder counts as absent; empty if it exists or may be created. It may be created if it was never seen
    before, one level deep, or anywhere in the home folder. A missing drive is not replaced by a folder of the same
    name. Raises OSError if the system gives no answer."""
    if known_mount and not os.path.ismount(known_mount):
        return f"nothing is mounted at {known_mount}"
    if is_folder(folder):
        return ""
    if os.path.lexists(folder):
        return "a file, or a link that leads nowhere, has its name"
    if known_mount is not None:
        return WAS_THERE
    return "" if is_folder(folder.parent) or Path.home() in folder.parents else "its drive or folder is missing"


def mount_of(folder: Path) -> str:
    """The nearest mount point at or above an existing folder."""
    path = folder.resolve()
    while not os.path.ismount(path) and path != path.parent:
        path = path.parent
    return str(path)


def _try_writing(folder: Path, size: int) -> None:
    trial = folder / _TRIAL
    try:
        with trial.open("wb") as file:
            file.write(bytes(size))
            file.flush()
            os.fsync(file.fileno())
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)


def nearest_folder(folder: Path) -> Path:
    """The folder itself, or its nearest existing parent. Raises OSError."""
    return next((path for path in (folder, *folder.parents) if is_folder(path)), folder)


def folder_problem(folder: Path) -> FolderRefusal | None:
    """Why results cannot be saved there; None if one check finds no problem."""
    if not folder.is_absolute():
        return FolderRefusal(FolderProblem.NOT_WHOLE)
    try:
        nearest = next((path for path in (folder, *folder.parents) if path.exists()), None)
        if nearest is None:
            return FolderRefusal(FolderProblem.ABSENT)
        if not nearest.is_dir():
            return FolderRefusal(FolderProblem.FILE, nearest.name)
        if not os.access(nearest, os.W_OK):
            return FolderRefusal(FolderProblem.NOT_WRITABLE, str(nearest))
    except (OSError, ValueError):
        return FolderRefusal(FolderProblem.NOT_READABLE)
    return None
