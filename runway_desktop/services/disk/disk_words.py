"""Turns the system's errors about files and folders into `DiskError`: what happened, and what to do. Any thread."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.folders import SPARE, FolderHealth, FolderState, Size
from runway_desktop.texts import Text

from .disk_steps import sha256_of

_WINDOWS_DISK_FULL = (39, 112)
_NOT_THERE = frozenset(
    code
    for name in ("ENOENT", "ENOTDIR", "ENODEV", "ENXIO", "EIO", "ENOTCONN", "ESTALE", "EHOSTDOWN", "EHOSTUNREACH",
                 "ENETDOWN", "ENETUNREACH", "ETIMEDOUT", "ECONNRESET", "ECONNABORTED", "EREMOTEIO")
    if (code := getattr(errno, name, None)) is not None
)  # fmt: skip
"""Errors of a folder whose drive was removed or whose server is unreachable."""


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits. Blocks; raises DiskError."""
    with worded(Text("“{file}” cannot be read.").with_(file=path.name), Text("Check that it is still there.")):
        return sha256_of(path)


@contextmanager
def worded(message: Text, advice: Text | str = "") -> Iterator[None]:
    """Turns OSError into DiskError with this message."""
    try:
        yield
    except OSError as error:
        raise DiskError(message, advice=advice, detail=str(error)) from error


@contextmanager
def spoken_for(folder: Path, *, needed: int | None = None) -> Iterator[None]:
    """Turns OSError into DiskError. `needed`: bytes still to be written. FileExistsError passes, for callers that
    choose another name."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise in_words(error, folder, needed) from error


_SAID: Mapping[ReasonCode, tuple[Text, Text, FolderState | None]] = {
    ReasonCode.DISK_FULL: (
        Text("The disk with “{folder}” is full."),
        Text("Free up space; saving continues automatically. {spare} always stay free.").with_(spare=Size(SPARE)),
        FolderState.FULL,
    ),
    ReasonCode.FOLDER_MISSING: (
        Text("The folder “{folder}” is not there."),
        Text("Connect its drive, or choose another folder in Preferences."),
        FolderState.ABSENT,
    ),
    ReasonCode.FOLDER_DELETED: (
        Text("The folder “{folder}” was moved or deleted."),
        Text("Create it again, or choose another folder in Preferences."),
        None,
    ),
    ReasonCode.FOLDER_READ_ONLY: (
        Text("You may not write to “{folder}”."),
        Text("Allow writing there, or choose another folder in Preferences."),
        FolderState.READ_ONLY,
    ),
    ReasonCode.FOLDER_SILENT: (
        Text("The folder “{folder}” does not respond."),
        Text("Check its drive or network, or choose another folder in Preferences."),
        FolderState.SLOW,
    ),
    ReasonCode.DISK_BROKEN: (
        Text("The disk with “{folder}” reports an error."),
        Text("Check the disk, or choose another folder in Preferences."),
        None,
    ),
    ReasonCode.FILE_TOO_LARGE: (
        Text("The disk with “{folder}” cannot store a file of this size."),
        Text("Choose a folder on another disk in Preferences."),
        None,
    ),
    ReasonCode.NAME_REFUSED: (
        Text("The disk with “{folder}” does not accept this file name."),
        Text("Choose a shorter template for names in Preferences."),
        None,
    ),
    ReasonCode.FILE_NOT_WRITTEN: (
        Text("The file could not be written to “{folder}”."),
        Text("The program tries again in a few minutes."),
        None,
    ),
}
"""Message with the folder, advice, and the folder's state if the whole folder is affected."""

_OF_STATE = {state: code for code, (_, _, state) in _SAID.items() if state is not None}


def disk_error(reason: Reason, detail: str = "") -> DiskError:
    """The error for a reason about a disk or its folder, `Reason.name`."""
    message, advice, state = _SAID[reason.code]
    if reason.needed:
        message = Text("The disk with “{folder}” is full: {size} are needed.").with_(size=Size(reason.needed))
    return DiskError(message.with_(folder=reason.name), advice=advice, detail=detail, state=state, reason=reason)


def is_of_disk(reason: Reason | None) -> bool:
    """Whether the reason is about a disk or a folder."""
    return reason is not None and (reason.code is ReasonCode.DISK_ERROR or reason.code in _SAID)


def of_health(health: FolderHealth) -> DiskError | None:
    """Why nothing can be saved in a folder; None if it is usable."""
    if health.state is FolderState.ABSENT and health.can_be_made:
        return disk_error(Reason(ReasonCode.FOLDER_DELETED, health.folder), health.detail)
    return of_state(Path(health.folder), health.state, health.detail)


def of_state(folder: Path, state: FolderState, detail: str = "") -> DiskError | None:
    """Why nothing can be saved in a folder of this state; None if it is usable."""
    code = _OF_STATE.get(state)
    return disk_error(Reason(code, str(folder)), detail) if code is not None else None


def state_of(error: OSError) -> FolderState | None:
    """The folder's state that an error implies; None for an error of a file or its name."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or getattr(error, "winerror", None) in _WINDOWS_DISK_FULL:
        return FolderState.FULL
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return FolderState.READ_ONLY
    return FolderState.ABSENT if error.errno in _NOT_THERE else None


def in_words(error: OSError, folder: Path, needed: int | None = None) -> DiskError:
    state = state_of(error)
    if error.errno == errno.EIO:
        code = ReasonCode.DISK_BROKEN
    else:
        code = _OF_STATE[state] if state is not None else _of_a_file(error)
    amount = needed or 0 if code is ReasonCode.DISK_FULL else 0
    return disk_error(Reason(code, str(folder), amount), detail_of(error))


def detail_of(error: OSError) -> str:
    return f"{type(error).__name__} {error.errno}: {error.strerror}"


def _of_a_file(error: OSError) -> ReasonCode:
    match error.errno:
        case errno.EFBIG:
            return ReasonCode.FILE_TOO_LARGE
        case errno.ENAMETOOLONG | errno.EINVAL | errno.EILSEQ:
            return ReasonCode.NAME_REFUSED
        case _:
            return ReasonCode.FILE_NOT_WRITTEN
