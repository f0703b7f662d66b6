"""What SQLite complains about, in words. Only what the world does wrong becomes a `StoreError`; our own mistakes stay
what they are."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from runway_desktop.domain.errors import StoreError

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_NOT_WRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_IN_USE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def translated(error: Exception, path: Path) -> Exception:
    """The exception to raise in place of `error`, which came out of the database at `path`."""
    match error:
        case sqlite3.IntegrityError() if _is(error, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY):
            return LookupError("Something belongs to a task or a batch that is not there")
        case sqlite3.IntegrityError() if _is(error, sqlite3.SQLITE_CONSTRAINT_UNIQUE):
            return ValueError("A task that is added is there already")
        case sqlite3.Error():
            return _in_words(error, path) or error
        case OSError():
            return not_writable(path, str(error))
        case _:
            return error


def damaged(path: Path, detail: str) -> StoreError:
    return StoreError(
        f"The list of tasks in “{path.name}” is damaged.",
        advice=(
            "Close the program, then put a backup in its place if there is one beside it, "
            "or rename it to begin with an empty list. Saved results are separate files and are not touched."
        ),
        detail=f"{path}: {detail}",
    )


def not_writable(path: Path, detail: str) -> StoreError:
    return StoreError(
        "The list of tasks cannot be opened for writing.",
        advice=f"Check that you may write to the folder “{path.parent}”.",
        detail=f"{path}: {detail}",
    )


def closed() -> StoreError:
    return StoreError("The list of tasks is closed.", advice="Start the program again.")


def _in_words(error: sqlite3.Error, path: Path) -> StoreError | None:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    detail = f"{path}: {error}"
    if code in _DAMAGED:
        return damaged(path, str(error))
    if code in _NOT_WRITABLE:
        return not_writable(path, str(error))
    if code in _IN_USE:
        return StoreError(
            "The list of tasks is in use by another program.",
            advice="Close other copies of this program and try again.",
            detail=detail,
        )
    if code == sqlite3.SQLITE_FULL:
        return StoreError(
            "The disk is full, so the list of tasks could not be saved.",
            advice="Free some space. What was saved before is still there.",
            detail=detail,
        )
    if code == sqlite3.SQLITE_IOERR:
        return StoreError(
            "The disk did not take what was to be saved.",
            advice="Check the disk with the list of tasks. What was saved before is still there.",
            detail=detail,
        )
    return None


def _is(error: sqlite3.Error, code: int) -> bool:
    return error.sqlite_errorcode == code
