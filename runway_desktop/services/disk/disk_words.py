"""What the system says about a file or folder, in words: what happened, and what to do. Usable from any
thread."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.folders import FolderHealth, FolderState, size_in_words

from .disk_steps import sha256_of

_WINDOWS_DISK_FULL = (39, 112)
_ELSEWHERE = "in the preferences"
_NOT_THERE = frozenset(
    code
    for name in ("ENOENT", "ENOTDIR", "ENODEV", "ENXIO", "EIO", "ENOTCONN", "ESTALE", "EHOSTDOWN", "EHOSTUNREACH",
                 "ENETDOWN", "ENETUNREACH", "ETIMEDOUT", "ECONNRESET", "ECONNABORTED", "EREMOTEIO")
    if (code := getattr(errno, name, None)) is not None
)  # fmt: skip
"""What a folder's look says where its drive was pulled out, or its server went away."""


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits. Blocks; raises DiskError."""
    try:
        return sha256_of(path)
    except OSError as error:
        raise DiskError(f"“{path.name}” cannot be read.", advice="Is it still there?", detail=str(error)) from error


@contextmanager
def spoken_for(folder: Path, *, needed: int | None = None) -> Iterator[None]:
    """Turns OSError into DiskError. `needed` is the number of bytes still to be written. FileExistsError passes: that
    is a
    question of names, not trouble."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise in_words(error, folder, needed) from error


def disk_full(folder: Path, needed: int | None, *, detail: str = "") -> DiskError:
    amount = f"{size_in_words(needed)} are needed in {folder}." if needed else f"It is the disk of {folder}."
    advice = "Make room; saving goes on by itself."
    return DiskError(f"The disk is full. {amount}", advice=advice, detail=detail, state=FolderState.FULL)


def folder_missing(folder: Path, *, detail: str = "") -> DiskError:
    advice = f"Connect its drive, or choose another folder {_ELSEWHERE}."
    return DiskError(f"The folder {folder} is not there.", advice=advice, detail=detail, state=FolderState.ABSENT)


def not_writable(folder: Path, *, detail: str = "") -> DiskError:
    advice = f"Allow it, or choose another folder {_ELSEWHERE}."
    return DiskError(f"Nothing may be written in {folder}.", advice=advice, detail=detail, state=FolderState.READ_ONLY)


def no_answer(folder: Path) -> DiskError:
    advice = f"Check its drive or network, or choose another folder {_ELSEWHERE}."
    return DiskError(f"The folder {folder} does not answer.", advice=advice, state=FolderState.SLOW)


def of_health(health: FolderHealth) -> DiskError | None:
    """Why nothing can be saved in a folder; None where something can."""
    return of_state(Path(health.folder), health.state, health.detail)


def of_state(folder: Path, state: FolderState, detail: str = "") -> DiskError | None:
    """Why nothing can be saved in a folder of this state; None where something can."""
    match state:
        case FolderState.ABSENT:
            return folder_missing(folder, detail=detail)
        case FolderState.READ_ONLY:
            return not_writable(folder, detail=detail)
        case FolderState.FULL:
            return disk_full(folder, None, detail=detail)
        case FolderState.SLOW:
            return no_answer(folder)
        case FolderState.UNKNOWN | FolderState.FINE | FolderState.NEARLY_FULL:
            return None


def state_of(error: OSError) -> FolderState | None:
    """What an error in the folder itself says of it; None for one that concerns a file or its name."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or getattr(error, "winerror", None) in _WINDOWS_DISK_FULL:
        return FolderState.FULL
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return FolderState.READ_ONLY
    return FolderState.ABSENT if error.errno in _NOT_THERE else None


def in_words(error: OSError, folder: Path, needed: int | None = None) -> DiskError:
    detail = detail_of(error)
    if error.errno == errno.EIO:
        advice = f"Check the disk, or choose another folder {_ELSEWHERE}."
        return DiskError(f"The disk of {folder} reports an error.", advice=advice, detail=detail)
    match state_of(error):
        case FolderState.FULL:
            return disk_full(folder, needed, detail=detail)
        case FolderState.READ_ONLY:
            return not_writable(folder, detail=detail)
        case FolderState.ABSENT:
            return folder_missing(folder, detail=detail)
        case _:
            return _of_a_file(error, folder, detail)


def detail_of(error: OSError) -> str:
    return f"{type(error).__name__} {error.errno}: {error.strerror}"


def _of_a_file(error: OSError, folder: Path, detail: str) -> DiskError:
    match error.errno:
        case errno.EFBIG:
            message = f"The disk of {folder} takes no files of this size."
            advice = f"Choose a folder on another disk {_ELSEWHERE}."
        case errno.ENAMETOOLONG | errno.EINVAL | errno.EILSEQ:
            message = f"The disk of {folder} does not take this name."
            advice = f"Choose a shorter template for names {_ELSEWHERE}."
        case _:
            message = f"The file could not be written in {folder}."
            advice = "It is tried again in a few minutes."
    return DiskError(message, advice=advice, detail=detail)
