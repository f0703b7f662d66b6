"""Translates errors of SQLite, the disk and invalid rows; defines which exceptions this package raises.

StoreError for all failures, and for mistakes of the caller LookupError (what does not exist) and ValueError (adding
what exists). A mistake of the program is a StoreError too, so that the caller can go on, and is logged. Any thread.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from runway_desktop.domain.errors import DamagedList, ListClosed, StoreError
from runway_desktop.texts import Text

log = logging.getLogger(__name__)

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_NOT_WRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_ALREADY_THERE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
_SAID = {
    **dict.fromkeys(
        (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL),
        (
            Text("The list of tasks is in use by another program."),
            Text("Close other copies of this program and try again."),
        ),
    ),
    sqlite3.SQLITE_FULL: (
        Text("The disk is full, so the list of tasks could not be saved."),
        Text("Free some space. What was saved before is still there."),
    ),
    sqlite3.SQLITE_IOERR: (
        Text("The list of tasks could not be written to the disk."),
        Text("Check the disk with the list of tasks. What was saved before is still there."),
    ),
    sqlite3.SQLITE_NOMEM: (
        Text("There is not enough memory for the list of tasks."),
        Text("Close other programs and try again. What was saved before is still there."),
    ),
    sqlite3.SQLITE_INTERRUPT: (Text("Reading the list of tasks was canceled."), Text("Try again.")),
}
"""Message and advice, by SQLite's error code."""

_NO_TEXT = "Could not decode to UTF-8"
_CLOSED = "closed database"
_TOO_LARGE = "SQLite INTEGER"
"""In messages of Python's own module that have no SQLite code."""


def translated(error: Exception, path: Path, *, of_rows: bool = False) -> Exception:
    """The exception to raise instead of `error`, from the database at `path`; `error` itself if it is allowed.
    `of_rows`: rows were parsed, so an invalid value means damage."""
    match error:
        case sqlite3.IntegrityError() if _code(error) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
            return LookupError("Something belongs to a task or a batch that is not there")
        case sqlite3.IntegrityError() if _code(error) in _ALREADY_THERE:
            return ValueError("A task that is added is there already")
        case LookupError() if type(error) is LookupError:
            return error
        case _:
            return as_store_error(error, path, of_rows=of_rows)


def as_store_error(error: Exception, path: Path, *, of_rows: bool = False) -> StoreError:
    """For callers that may raise only StoreError."""
    match error:
        case StoreError():
            return error
        case sqlite3.Error():
            return in_words(error, path) or mistake(error, path)
        case OSError() if not of_rows:
            return not_writable(path, str(error))
        case _ if of_rows and _is_of_a_row(error):
            return damaged(path, _kind_and_text(error))
        case _:
            return mistake(error, path)


def raise_instead(problem: Exception, error: Exception) -> NoReturn:
    """Raises `problem`, with `error` as its cause unless it is the same."""
    if problem is error:
        raise problem
    raise problem from error


@contextmanager
def told(path: Path, *, of_rows: bool = False) -> Iterator[None]:
    """Translates all exceptions of the block."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - translated, and logged if unexpected
        raise_instead(translated(error, path, of_rows=of_rows), error)


@contextmanager
def closed_on_failure(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Closes a connection if its setup fails: otherwise its files stay open until it is garbage-collected."""
    try:
        yield connection
    except BaseException:
        connection.close()
        raise


def in_words(error: sqlite3.Error, path: Path) -> StoreError | None:
    """For faults of disk, file and other programs; None for an error in the statement."""
    code = _code(error) & 0xFF
    if code in _DAMAGED or (not code and _NO_TEXT in str(error)):
        return damaged(path, str(error))
    if not code and _CLOSED in str(error):
        return closed()
    if code in _NOT_WRITABLE:
        return not_writable(path, str(error))
    if code not in _SAID:
        return None
    message, advice = _SAID[code]
    return StoreError(message, advice=advice, detail=f"{path}: {error}")


_RESTORE = Text(
    "Restore a backup. The files that are here now are kept; saved results are separate files and are not touched."
)


def check(connection: sqlite3.Connection, path: Path, *, whole: bool = False) -> None:
    """Reads all pages of the list: some 10 MB in a tenth of a second. Raises DamagedList, and SQLite's errors.

    The quick check finds invalid pages, cells and free lists; `whole` also compares every index, including the
    search's, with its table. Neither finds a changed bit inside a text or a number without an index: SQLite has no page
    checksums."""
    (said,) = connection.execute(f"PRAGMA {'integrity' if whole else 'quick'}_check(1)").fetchone()
    if said != "ok":
        raise damaged(path, said)


def damaged(path: Path, detail: str) -> DamagedList:
    message = Text("The list of tasks in “{file}” is damaged.").with_(file=path.name)
    return DamagedList(message, advice=_RESTORE, detail=f"{path}: {detail}")


def lost(path: Path, *, is_there: bool) -> DamagedList:
    """For a list that was in use here and is missing or empty."""
    said = (
        Text("The list of tasks “{file}” is empty, although this profile has been used.")
        if is_there
        else Text("The list of tasks “{file}” is missing, although this profile has been used.")
    )
    return DamagedList(said.with_(file=path.name), advice=_RESTORE, detail=str(path))


def not_writable(path: Path, detail: str) -> StoreError:
    return StoreError(
        Text("The list of tasks cannot be opened for writing."),
        advice=Text("Check that you may write to the folder “{folder}”.").with_(folder=path.parent),
        detail=f"{path}: {detail}",
    )


def closed() -> ListClosed:
    return ListClosed(Text("The list of tasks is closed."), advice=Text("Start the program again."))


def mistake(error: Exception, path: Path) -> StoreError:
    """For an unexpected error, which is logged in full."""
    log.error("A mistake of the program with the list of tasks %s", path, exc_info=error)
    return StoreError(
        Text("Something went wrong in the program with the list of tasks."),
        advice=Text("What was saved before is still there. Start the program again; details are in its log."),
        detail=f"{path}: {_kind_and_text(error)}",
    )


def _is_of_a_row(error: Exception) -> bool:
    """Whether an invalid row explains the error. A parameter that no database accepts does not count."""
    if isinstance(error, UnicodeEncodeError) or _TOO_LARGE in str(error):
        return False
    return isinstance(error, (ValueError, TypeError, LookupError, OverflowError, RecursionError, OSError))


def _code(error: sqlite3.Error) -> int:
    """SQLite's extended code; SQLITE_OK for errors of Python's own module."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)


def _kind_and_text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
