"""Migrates databases of older versions, and refuses those of newer versions and from before the first form.

The version is `PRAGMA user_version`: major * 1000 + minor. A new minor version only adds what an older program can
ignore (a table, a column with a default), so older programs still open it; they refuse a new major version.

Runs on the writing thread while the store opens. Raises `StoreError`; the file is then unchanged.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from runway_desktop.domain.backups import TASK_IDS
from runway_desktop.domain.errors import DamagedList, StoreError
from runway_desktop.texts import Text
from runway_desktop.values import Struct

from . import schema, tally, trouble
from .records import to_text

log = logging.getLogger(__name__)

APPLICATION_ID = 0x52574454
"""Marks the file as ours (`PRAGMA application_id`), so that no other program's database is ever migrated."""


class Version(NamedTuple):
    major: int
    minor: int

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> Version:
        (word,) = connection.execute("PRAGMA user_version").fetchone()
        return cls(*divmod(word, 1000))

    @property
    def word(self) -> int:
        return self.major * 1000 + self.minor

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


EMPTY = Version(0, 0)


class Migration(Struct, frozen=True):
    """One step. `run` works inside a transaction that is rolled back when it raises, so an interrupted step is
    repeated. It must not begin, commit, or use `executescript`, which commits."""

    to: Version
    run: Callable[[sqlite3.Connection], None]


def _doing(statements: Sequence[str]) -> Callable[[sqlite3.Connection], None]:
    def run(connection: sqlite3.Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    return run


MIGRATIONS = (
    Migration(Version(4, 2), _doing((*schema.TABLES, *schema.INDEXES, *schema.TRIGGERS, *tally.TALLY))),
    # Requests of clients. An older program accepts no clients.
    Migration(Version(4, 3), _doing(schema.CLIENTS)),
    Migration(Version(4, 4), _doing(schema.SUGGESTIONS)),
    Migration(Version(4, 5), _doing((*schema.CAST_AND_STEPS, *tally.OF_CAST))),
)
"""The first step creates the form of the first release. Older forms are not changed."""


def bring_up_to_date(
    connection: sqlite3.Connection,
    path: Path,
    migrations: Sequence[Migration] = MIGRATIONS,
    begins: Callable[[], None] = lambda: None,
    *,
    keeps: bool = True,
) -> None:
    """Runs the missing steps, oldest first, each in its own transaction; before them makes a backup next to the file,
    if `keeps`. `begins` is called before the first step of an existing list: a large one takes a minute."""
    found, newest = Version.of(connection), migrations[-1].to
    _refuse_strangers(connection, path)
    refuse_older(connection, path, migrations[0].to, writes_ids=True)
    if found.major > newest.major:
        raise StoreError(
            Text("The list of tasks in “{file}” was written by a newer version of this program.").with_(file=path.name),
            advice=Text("Install the newest version. Nothing was changed."),
            detail=f"{path}: version {found}, this program knows {newest}",
        )
    missing = [migration for migration in migrations if migration.to > found]
    is_kept = keeps and found != EMPTY
    if is_kept and missing:
        begins()
        # Before any change, so that the backup is of an undamaged list.
        trouble.check(connection, path)
        _back_up(connection, path, found)
    for migration in missing:
        _migrate(connection, path, migration)


def backup_path(path: Path, version: Version) -> Path:
    return path.with_name(f"{path.name}.backup-v{version}")


def has_nothing(connection: sqlite3.Connection) -> bool:
    """Whether the database has no tables and no mark of a program."""
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return not mark and not tables and Version.of(connection) == EMPTY


def _refuse_strangers(connection: sqlite3.Connection, path: Path) -> None:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    if mark != APPLICATION_ID and not has_nothing(connection):
        raise DamagedList(
            Text("“{file}” is not a list of tasks of this program.").with_(file=path.name),
            advice=Text("Move it to another folder or choose another profile folder. Nothing was changed."),
            detail=str(path),
        )


def refuse_older(
    connection: sqlite3.Connection, path: Path, first: Version = MIGRATIONS[0].to, *, writes_ids: bool = False
) -> None:
    """Raises DamagedList for a list from before the first form. The list is not changed; with `writes_ids` the Runway
    ids of its tasks are then in a file next to it."""
    found = Version.of(connection)
    if not EMPTY < found < first:
        return
    advice = Text("Start with an empty list. This one is kept as it is.")
    if writes_ids:
        try:
            if (ids := _write_ids(connection, path)) is not None:
                advice = Text(
                    "Start with an empty list. This one is kept as it is; the IDs of its tasks are in {file}."
                ).with_(file=ids)
        except (sqlite3.Error, OSError) as error:
            log.warning("The ids of a list of an older form could not be written: %s", error)
    raise DamagedList(
        Text("The list of tasks in “{file}” was written before the first release and cannot be read.").with_(
            file=path.name
        ),
        advice=advice,
        detail=f"{path}: version {found}, this program reads those from {first} on",
    )


def _write_ids(connection: sqlite3.Connection, path: Path) -> Path | None:
    """Writes the file next to the list; None if no task was sent. An uncertain task has no id: its line says when it
    was sent, its model and its prompt."""
    known = "SELECT remote_id FROM tasks WHERE remote_id IS NOT NULL AND removed_at IS NULL ORDER BY number"
    doubtful = """
        SELECT coalesce(sent_at, created_at), model, prompt FROM tasks
        WHERE remote_id IS NULL AND state IN ('uncertain', 'sending') ORDER BY number
    """
    lines = [to_text(remote_id) for (remote_id,) in connection.execute(known)]
    for at, model, prompt in connection.execute(doubtful):
        moment = datetime.fromtimestamp(at, UTC)
        lines.append(f"# uncertain, {moment:%Y-%m-%d %H:%M} UTC, {to_text(model)}: {' '.join(to_text(prompt).split())}")
    if not lines:
        return None
    target, unfinished = path.with_name(TASK_IDS), path.with_name(f"{TASK_IDS}.part")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    os.replace(unfinished, target)
    return target


def _back_up(connection: sqlite3.Connection, path: Path, version: Version) -> None:
    target = backup_path(path, version)
    unfinished = target.with_name(f"{target.name}.part")
    try:
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(unfinished)) as copy:
            connection.backup(copy)
        os.replace(unfinished, target)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            Text("The list of tasks could not be backed up, so it was not brought up to date."),
            advice=Text("Check that the disk has space and that you may write to the folder “{folder}”.").with_(
                folder=path.parent
            ),
            detail=f"{target}: {error}",
        ) from error


def _migrate(connection: sqlite3.Connection, path: Path, migration: Migration) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited for the lock.
        if Version.of(connection) < migration.to:
            migration.run(connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {migration.to.word}")
        connection.execute("COMMIT")
    except Exception as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if isinstance(error, StoreError):
            raise
        if isinstance(error, sqlite3.Error) and (said := trouble.in_words(error, path)) is not None:
            raise said from error
        raise StoreError(
            Text("The list of tasks in “{file}” could not be brought up to date.").with_(file=path.name),
            advice=Text("Nothing was changed. Please report this with the small print."),
            detail=f"{path}: to version {migration.to}: {error}",
        ) from error
