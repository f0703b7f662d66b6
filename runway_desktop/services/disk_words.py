"""What the system says about a file or folder, in words: what happened, and what to do. Pure; usable from any
thread."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.services.media_facts import megabytes

_WINDOWS_DISK_FULL = (39, 112)
_ELSEWHERE = "in the preferences"


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
    amount = f"{megabytes(needed)} are needed in {folder}." if needed else f"It is the disk of {folder}."
    return DiskError(f"The disk is full. {amount}", advice="Make room; saving goes on by itself.", detail=detail)


def folder_missing(folder: Path, *, detail: str = "") -> DiskError:
    advice = f"Connect its drive, or choose another folder {_ELSEWHERE}."
    return DiskError(f"The folder {folder} is not there.", advice=advice, detail=detail)


def in_words(error: OSError, folder: Path, needed: int | None = None) -> DiskError:
    detail = f"{type(error).__name__} {error.errno}: {error.strerror}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or getattr(error, "winerror", None) in _WINDOWS_DISK_FULL:
        return disk_full(folder, needed, detail=detail)
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR | errno.ENODEV | errno.ENXIO:
            return folder_missing(folder, detail=detail)
        case errno.EROFS | errno.EACCES | errno.EPERM:
            message = f"Nothing may be written in {folder}."
            advice = f"Allow it, or choose another folder {_ELSEWHERE}."
        case errno.EFBIG:
            message = f"The disk of {folder} takes no files of this size."
            advice = f"Choose a folder on another disk {_ELSEWHERE}."
        case errno.ENAMETOOLONG | errno.EINVAL | errno.EILSEQ:
            message = f"The disk of {folder} does not take this name."
            advice = f"Choose a shorter template for names {_ELSEWHERE}."
        case errno.EIO:
            message = f"The disk of {folder} reports an error."
            advice = f"Check the disk, or choose another folder {_ELSEWHERE}."
        case _:
            message = f"The file could not be written in {folder}."
            advice = "It is tried again in a few minutes."
    return DiskError(message, advice=advice, detail=detail)
