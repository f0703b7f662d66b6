"""Examines a folder in which results are saved: is it there, writable, and how much space is free. Blocks, and may hang
with a network drive: call it on a thread of its own.

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
"""A file that is written and taken away again. Its name is always the same, so that a kill leaves one at the most."""


class Look(Struct, frozen=True):
    """`mount` is the mount point that the folder lies on; None where the folder itself is not there."""

    state: FolderState
    free: int | None = None
    mount: str | None = None
    can_be_made: bool = False
    detail: str = ""


def look_at(folder: Path, known_mount: str | None, doubted: FolderState) -> Look:
    """How a folder is. `known_mount` is the mount point that it lay on when it was last seen, None for one that never
    was. `doubted` is how it is thought to be: what failed before is tried by writing. The folder is not made."""
    try:
        gone = missing_because(folder, known_mount)
        if gone:
            return Look(FolderState.ABSENT, can_be_made=gone == WAS_THERE and is_folder(folder.parent), detail=gone)
        # One that is not made yet is as good as the folder that it would be made in.
        is_there, place = is_folder(folder), nearest_folder(folder)
        mount = mount_of(folder) if is_there else None
        if not os.access(place, os.W_OK | os.X_OK):
            return Look(FolderState.READ_ONLY, mount=mount)
        free = shutil.disk_usage(place).free
        if free < SPARE:
            return Look(FolderState.FULL, free, mount)
        if is_there and not doubted.can_write:
            _try_writing(folder, _TRIAL_SIZE if doubted is FolderState.FULL else 1)
    except OSError as error:
        return Look(state_of(error) or FolderState.ABSENT, detail=detail_of(error))
    return Look(FolderState.FINE, free, mount)


def missing_because(folder: Path, known_mount: str | None) -> str:
    """Why a folder counts as absent; empty where it is there, or may be made: one level, or anywhere in the home
    folder, and only one that was never seen. A drive that is missing is not replaced by a folder of the same name.
    Raises OSError where the system does not say."""
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
    """The nearest mount point at or above a folder that is there."""
    place = folder.resolve()
    while not os.path.ismount(place) and place != place.parent:
        place = place.parent
    return str(place)


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
    """The folder itself, or the nearest above it that is there. Raises OSError."""
    return next((place for place in (folder, *folder.parents) if is_folder(place)), folder)


def folder_problem(folder: Path) -> FolderRefusal | None:
    """Why results cannot be saved there; None when they can, as far as one look at the disk tells."""
    if not folder.is_absolute():
        return FolderRefusal(FolderProblem.NOT_WHOLE)
    try:
        nearest = next((place for place in (folder, *folder.parents) if place.exists()), None)
        if nearest is None:
            return FolderRefusal(FolderProblem.ABSENT)
        if not nearest.is_dir():
            return FolderRefusal(FolderProblem.FILE, nearest.name)
        if not os.access(nearest, os.W_OK):
            return FolderRefusal(FolderProblem.NOT_WRITABLE, str(nearest))
    except (OSError, ValueError):
        return FolderRefusal(FolderProblem.NOT_READABLE)
    return None
