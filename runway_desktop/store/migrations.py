"""How a database of an older version becomes one of this version, and how one of a newer version is turned away.

The version is `PRAGMA user_version`: major * 1000 + minor. A new minor version only adds what an older program may
ignore (a table, a column with a default), so older programs go on working with it; a new major version they refuse.
Runs on the writing thread while the store opens. Raises `StoreError`; the file is then as it was before.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from runway_desktop.domain.errors import DamagedList, StoreError
from runway_desktop.domain.library import asked_seconds, folded, prompt_key
from runway_desktop.domain.task import Request
from runway_desktop.values import Struct, replace

from . import compact, schema, tally, trouble
from .records import evidence_cell, evidence_of, from_json, hold_detail_cell, problem_cell, to_text

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
    """One step. `run` works inside a transaction that is rolled back when it raises, so a step that was cut short is
    simply done again; it must not begin, commit, or use `executescript`, which commits."""

    to: Version
    run: Callable[[sqlite3.Connection], None]
    gives_room: bool = False
    """Leaves so many pages free that the file is to be written anew."""


def _doing(statements: Sequence[str]) -> Callable[[sqlite3.Connection], None]:
    def run(connection: sqlite3.Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    return run


_MADE_NAME = re.compile(
    r"[0-9]+ tasks|Batch of [0-9]{1,2} "
    r"(January|February|March|April|May|June|July|August|September|October|November|December) [0-9]{4}"
)
"""The names that versions before 3.2 made for a batch."""


def add_finding(connection: sqlite3.Connection) -> None:
    """1.3: tags, shots and notes; what is found by them, by length and by prompt. An older program ignores them."""
    _doing(schema.FINDING)(connection)
    tasks = connection.execute("SELECT number, prompt, request_values FROM tasks").fetchall()
    known = (
        (number, Request(endpoint="", model="", values=from_json(values), prompt=to_text(prompt)))
        for number, prompt, values in tasks
    )
    connection.executemany(
        "UPDATE tasks SET prompt_key = ?, asked_seconds = ? WHERE number = ?",
        [(prompt_key(request), asked_seconds(request), number) for number, request in known],
    )
    projects = connection.execute("SELECT project, number FROM tasks WHERE project <> ''").fetchall()
    connection.executemany(
        "UPDATE searched SET words = words || char(10) || ? WHERE rowid = ?",
        [(folded(to_text(project)), number) for project, number in projects],
    )


def code_holds(connection: sqlite3.Connection) -> None:
    """3.0: why a held task waits is a code with details. An older program would take a restored task for one that may
    be sent by itself."""
    _doing(schema.HOLDS)(connection)
    said = connection.execute("SELECT number, hold FROM tasks WHERE hold <> ''").fetchall()
    if not said:
        return
    from .old_holds import hold_of_sentence

    holds = [(number, hold_of_sentence(to_text(sentence))) for number, sentence in said]
    connection.executemany(
        "UPDATE tasks SET hold = ?, hold_detail = ? WHERE number = ?",
        [(hold.code.value, hold_detail_cell(hold), number) for number, hold in holds],
    )


def code_reasons(connection: sqlite3.Connection) -> None:
    """3.1: why a result is not saved, and what happened to a sending without an answer, is a code with details. An
    older program shows the codes, and nothing of a sending."""
    said = connection.execute("SELECT DISTINCT problem FROM outputs WHERE problem <> ''").fetchall()
    kept = connection.execute("SELECT number, evidence FROM tasks WHERE evidence IS NOT NULL").fetchall()
    if not said and not kept:
        return
    from .old_reasons import reason_of_sentence

    connection.executemany(
        "UPDATE outputs SET problem = ? WHERE problem = ?",
        [(problem_cell(reason_of_sentence(to_text(cell))), cell) for (cell,) in said],
    )
    for number, cell in kept:
        evidence = evidence_of(from_json(cell))
        if evidence.cause is not None:
            coded = replace(evidence, cause=reason_of_sentence(evidence.cause.words))
            connection.execute("UPDATE tasks SET evidence = ? WHERE number = ?", (evidence_cell(coded), number))


def forget_made_names(connection: sqlite3.Connection) -> None:
    """3.2: a batch that nobody named has no name, and is shown by its time. An older program shows none."""
    named = connection.execute("SELECT id, name FROM batches").fetchall()
    made = [(batch_id,) for batch_id, name in named if _MADE_NAME.fullmatch(to_text(name))]
    connection.executemany("UPDATE batches SET name = '' WHERE id = ?", made)


def count_unsent(connection: sqlite3.Connection) -> None:
    """3.3: a sheet says how many of its rows were not sent. An older program leaves the number as it is."""
    for statement in schema.UNSENT:
        connection.execute(statement)
    kept = connection.execute("SELECT id, text FROM sheets").fetchall()
    connection.executemany(
        "UPDATE sheets SET unsent = ? WHERE id = ?", [(_unsent(to_text(text)), id) for id, text in kept]
    )


def _unsent(text: str) -> int:
    """Rows of a sheet's text that were not sent; 0 for one that cannot be read."""
    try:
        return sum(bool(row["cells"]) and not row.get("sent") for row in json.loads(text)["rows"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return 0


MIGRATIONS = (
    Migration(Version(1, 0), _doing((*schema.TABLES, *schema.INDEXES, *schema.TRIGGERS))),
    # Batch sheets are kept. An older program ignores them.
    Migration(Version(1, 1), _doing(schema.SHEETS)),
    # Results are rated and picked, and spending is added up by its time. An older program ignores both.
    Migration(Version(1, 2), _doing(schema.JUDGING)),
    Migration(Version(1, 3), add_finding),
    # What was made from what is found by bytes. An older program ignores it.
    Migration(Version(1, 4), _doing(schema.LINEAGE)),
    # What the disk said last of each file, and where a file was before it went to the bin. An older program ignores
    # both.
    Migration(Version(1, 5), _doing(schema.PRESENCE)),
    # Short words are looked up. An older program adds none of its endings: a word of a letter or two is then not found
    # where nothing but such a text ends with it.
    Migration(Version(1, 6), _doing(schema.ENDINGS)),
    # The list stands in the order in which tasks were made. An older program would miss a column.
    Migration(Version(2, 0), _doing(schema.IN_ORDER)),
    # The list is sorted by shots, and they are counted. An older program ignores it.
    Migration(Version(2, 1), _doing(schema.SHOTS_IN_ORDER)),
    # A task and an upload know which key they are of. Nobody knows it of older ones. An older program notes it of none.
    Migration(Version(2, 2), _doing(schema.KEYS)),
    Migration(Version(3, 0), code_holds),
    Migration(Version(3, 1), code_reasons),
    Migration(Version(3, 2), forget_made_names),
    Migration(Version(3, 3), count_unsent),
    # Indexes without what the table tells, a search without places, and amounts that are kept. An older program would
    # ask the ledger and the search for what is not there any more.
    Migration(
        Version(4, 0), _doing((*compact.ORDERS, *compact.LEDGER, *compact.SEARCH, *tally.TALLY)), gives_room=True
    ),
    # Picks and projects stand beside the stars in their index. An older program does not look at them there.
    Migration(Version(4, 1), _doing(compact.STARS)),
    # What was imported is told from what was sent here. An older program counts it as spent.
    Migration(Version(4, 2), _doing(schema.IMPORTED)),
    # Who asked for which task. An older program lets no client ask.
    Migration(Version(4, 3), _doing(schema.CLIENTS)),
)


def _no_one() -> None:
    """Nobody waits for it."""


def bring_up_to_date(
    connection: sqlite3.Connection,
    path: Path,
    migrations: Sequence[Migration] = MIGRATIONS,
    begins: Callable[[], None] = _no_one,
    *,
    keeps: bool = True,
) -> None:
    """Runs the missing steps, oldest first, each in a transaction of its own, after one backup beside the file if it
    `keeps` what was there. `begins` is called before the first step of a list that is not new: a large one takes a
    minute."""
    found, newest = Version.of(connection), migrations[-1].to
    _refuse_strangers(connection, path)
    if found.major > newest.major:
        raise StoreError(
            f"The list of tasks in “{path.name}” was written by a newer version of this program.",
            advice="Install the newest version. Nothing was changed.",
            detail=f"{path}: version {found}, this program knows {newest}",
        )
    missing = [migration for migration in migrations if migration.to > found]
    is_kept = keeps and found != EMPTY
    if is_kept and missing:
        begins()
        # Before it is rewritten; and the backup beside it shall be of a list that is sound.
        trouble.check(connection, path)
        _back_up(connection, path, found)
    for migration in missing:
        _migrate(connection, path, migration)
    if is_kept and any(migration.gives_room for migration in missing):
        _give_room(connection, path)


def backup_path(path: Path, version: Version) -> Path:
    return path.with_name(f"{path.name}.backup-v{version}")


def has_nothing(connection: sqlite3.Connection) -> bool:
    """Whether it is a database without any table, marked by no program."""
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return not mark and not tables and Version.of(connection) == EMPTY


def _refuse_strangers(connection: sqlite3.Connection, path: Path) -> None:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    if mark != APPLICATION_ID and not has_nothing(connection):
        raise DamagedList(
            f"“{path.name}” is not a list of tasks of this program.",
            advice="Move it to another folder or choose another profile folder. Nothing was changed.",
            detail=str(path),
        )


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
            "The list of tasks could not be backed up, so it was not brought up to date.",
            advice=f"Check that the disk has space and that you may write to the folder “{path.parent}”.",
            detail=f"{target}: {error}",
        ) from error


def _give_room(connection: sqlite3.Connection, path: Path) -> None:
    """Writes the file anew without its free pages, in a file beside it and not in memory. Where there is no room for
    that, the list is as good as before, and what comes takes the free pages."""
    (kept,) = connection.execute("PRAGMA temp_store").fetchone()
    try:
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("VACUUM")
    except sqlite3.Error as error:
        log.info("The list of tasks in “%s” keeps its free pages: %s", path.name, error)
    finally:
        connection.execute(f"PRAGMA temp_store = {kept}")


def _migrate(connection: sqlite3.Connection, path: Path, migration: Migration) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited for its turn.
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
            f"The list of tasks in “{path.name}” could not be brought up to date.",
            advice="Nothing was changed. Please report this with the small print.",
            detail=f"{path}: to version {migration.to}: {error}",
        ) from error
