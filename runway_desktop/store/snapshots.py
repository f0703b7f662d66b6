"""Task lists as files: copies a list in use, reads one, and prepares one for another folder or machine.

Blocking, for a worker; each call opens its own connections, so the store's threads never wait for it. A snapshot has no
key and no signed link, also not on freed pages. Triggers, views and virtual tables must be exactly those of this
program: the list in a backup may be manipulated, and a foreign trigger would run with each of our writes. Raises
StoreError for all failures, NewerFormat for a list of a newer program; exceptions of `watch` pass.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from runway_desktop.domain.backups import Contents, NewerFormat
from runway_desktop.domain.copies import IDENTITY
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.secrecy import without_secrets
from runway_desktop.domain.task import LIVE, Output, State, Task, TaskId
from runway_desktop.texts import Text
from runway_desktop.values import replace

from . import cast_and_documents, reading, trouble, writing
from .migrations import APPLICATION_ID, MIGRATIONS, Version, bring_up_to_date, refuse_older
from .records import OUTPUT_COLUMNS, batch_of, from_json, output_of, to_cell, to_json, to_text
from .tally import count_anew
from .writing import put_settings, renew_search

_PAGES = 1_024
"""Pages copied at a time: 4 MB, some milliseconds."""
_STEPS = 200_000
"""SQLite's virtual machine instructions between two checks for cancellation."""

_SUSPICIOUS = "({column} LIKE '%key\\_%' ESCAPE '\\' OR {column} LIKE '%://%?%=%')"
_PLACED = """
    UPDATE outputs SET path = ?, presence = '', looked_at = NULL, seen_size = NULL, seen_modified = NULL
    WHERE task_id = ? AND "index" = ?
"""
"""Clears the last file check, which was of another file."""


class SqliteSnapshots:
    def take(self, source: Path, target: Path, watch: Callable[[int, int], None]) -> Contents:
        raw = target.with_name(f"{target.name}.raw")
        watching = _Watching(watch)
        try:
            with _told(source, watching):
                _copy(source, raw, watching)
            with _told(target, watching):
                found = _write_clean(raw, target, watching)
        except BaseException:
            _forget(target)
            raise
        finally:
            for leftover in (raw, raw.with_name(f"{raw.name}-journal"), raw.with_name(f"{raw.name}-wal")):
                _forget(leftover)
        return found

    def look(self, path: Path) -> Contents:
        with _told(path), closing(_reading(path)) as connection:
            _refuse_strangers(connection, path)
            return _contents(connection)

    def results(self, path: Path) -> list[Output]:
        question = f"SELECT {', '.join(OUTPUT_COLUMNS)} FROM outputs WHERE state = 'saved' AND path <> '' ORDER BY 1, 2"
        with _told(path), closing(_reading(path)) as connection:
            return [output_of(row) for row in connection.execute(question)]

    def setting(self, path: Path, name: str) -> Any:
        with _told(path), closing(_reading(path)) as connection:
            _refuse_strangers(connection, path)
            found = connection.execute("SELECT value FROM settings WHERE name = ?", (to_cell(name),)).fetchone()
        try:
            return None if found is None else from_json(found[0])
        except ValueError as error:
            raise trouble.damaged(path, str(error)) from error

    def bring_up_to_date(self, path: Path) -> None:
        """Migrates a list that is not in use. Raises NewerFormat for one of a newer program."""
        with _told(path), closing(_open(path)) as connection:
            _refuse_strangers(connection, path)
            if Version.of(connection) > MIGRATIONS[-1].to:
                raise NewerFormat
            trouble.check(connection, path)
            bring_up_to_date(connection, path)

    def check(self, path: Path, watch: Callable[[int, int], None]) -> None:
        watching = _Watching(watch)
        with _told(path, watching), closing(_reading(path)) as connection:
            connection.set_progress_handler(_stopping(watching), _STEPS)
            try:
                _refuse_strangers(connection, path)
                trouble.check(connection, path, whole=True)
            except sqlite3.OperationalError:
                # Raised by the interrupted statement: raise the reason instead.
                watching(0, 0)
                raise

    def make_empty(self, path: Path) -> None:
        with _told(path):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            with closing(_open(path)) as connection:
                bring_up_to_date(connection, path)

    def carry_over(self, source: Path, target: Path) -> None:
        for path in (source, target):
            with _told(path), closing(_reading(path)) as connection:
                is_older = Version.of(connection) < MIGRATIONS[-1].to
            if is_older:
                self.bring_up_to_date(path)
        with _told(target), closing(_reading(source)) as old, closing(_open(target)) as new:
            _refuse_strangers(old, source)
            new.execute("BEGIN IMMEDIATE")
            _carry_over(old, new)
            new.execute("COMMIT")

    def settle(
        self,
        path: Path,
        *,
        settings: Mapping[str, Any],
        results: Mapping[tuple[TaskId, int], Path],
        folders: Sequence[tuple[str, str]],
        posters: Collection[str] = (),
    ) -> None:
        with _told(path), closing(_open(path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            put_settings(connection, [(to_cell(name), to_json(value)) for name, value in settings.items()])
            _move_folders(connection, folders)
            _forget_lost_posters(connection, posters)
            for (task_id, index), folder in results.items():
                before = connection.execute(
                    'SELECT path FROM outputs WHERE task_id = ? AND "index" = ?', (task_id, index)
                ).fetchone()
                if before is None:
                    continue
                connection.execute(_PLACED, (to_cell(str(folder)), task_id, index))
                if not to_text(before[0]).endswith(folder.name):
                    renew_search(connection, task_id)
            connection.execute("COMMIT")


def _forget(path: Path) -> None:
    """If this fails, the file is deleted with its folder later."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _copy(source: Path, raw: Path, watch: Callable[[int, int], None]) -> None:
    raw.unlink(missing_ok=True)
    os.close(os.open(raw, os.O_WRONLY | os.O_CREAT, 0o600))
    with closing(_reading(source)) as live, closing(sqlite3.connect(raw)) as copy:
        _refuse_strangers(live, source)
        # One read transaction for the whole copy: otherwise a write by the program restarts SQLite's copy.
        live.execute("BEGIN")
        (page,) = live.execute("PRAGMA page_size").fetchone()
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()

        def told(_status: int, remaining: int, total: int) -> None:
            watch((total - remaining) * page, total * page)

        live.backup(copy, pages=_PAGES, progress=told)


def _write_clean(raw: Path, target: Path, watch: Callable[[int, int], None]) -> Contents:
    with closing(_open(raw)) as copy:
        copy.set_progress_handler(_stopping(watch), _STEPS)
        try:
            _clean(copy)
            # Rewritten, so that overwritten and deleted content is not left on free pages.
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            copy.execute("VACUUM INTO ?", (str(target),))
        except sqlite3.OperationalError:
            # Raised by the interrupted statement: raise the reason instead.
            watch(0, 0)
            raise
        found = _contents(copy)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return found


def _clean(copy: sqlite3.Connection) -> None:
    """Removes secrets from every text of every table, including tables of later versions, and settings of the original
    only."""
    copy.execute("PRAGMA journal_mode = DELETE")
    copy.execute("PRAGMA synchronous = OFF")
    copy.create_function("without_secrets", 1, _cell_without_secrets, deterministic=True)
    copy.execute("BEGIN")
    # The ledger's triggers forbid updates; the other triggers are not needed for these changes.
    triggers = copy.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        copy.execute(f'DROP TRIGGER "{name}"')
    copy.execute("UPDATE outputs SET url = '' WHERE url <> ''")
    copy.execute("UPDATE inputs SET upload_uri = '', uploaded_at = NULL WHERE upload_uri <> ''")
    # Where the list lies is wrong for a copy, and changes with each start. What is run when something happens is valid
    # in its own list only, and an address in it may be a secret.
    copy.execute("DELETE FROM settings WHERE name IN (?, 'hook')", (IDENTITY,))
    for table, column in _texts(copy):
        suspicious = _SUSPICIOUS.format(column=column)
        copy.execute(f"UPDATE {table} SET {column} = without_secrets({column}) WHERE {suspicious}")
    suspicious = _SUSPICIOUS.format(column="words")
    found = copy.execute(f"UPDATE searched SET words = without_secrets(words) WHERE {suspicious}")
    if found.rowcount:
        # The index keeps removed texts until its segments are merged.
        copy.execute("INSERT INTO searched (searched) VALUES ('optimize')")
    # Its names come from the tasks, and the triggers were dropped.
    count_anew(copy)
    for _, statement in triggers:
        copy.execute(statement)
    copy.execute("COMMIT")


def _texts(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Every text column that is not part of a key."""
    tables = connection.execute("SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    for (table,) in tables.fetchall():
        columns = connection.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,)).fetchall()
        yield from ((f'"{table}"', f'"{name}"') for name, kind, key in columns if kind == "TEXT" and not key)


def _cell_without_secrets(cell: str | bytes) -> str | bytes:
    return to_cell(without_secrets(to_text(cell)))


def _contents(connection: sqlite3.Connection) -> Contents:
    states = dict(connection.execute("SELECT state, count(*) FROM tasks GROUP BY state").fetchall())
    live = sum(states.get(state, 0) for state in LIVE)
    results = connection.execute("SELECT count(*) FROM outputs WHERE state = 'saved' AND path <> ''").fetchone()[0]
    sheets = connection.execute("SELECT count(*) FROM sheets").fetchone()[0]
    return Contents(
        version=str(Version.of(connection)),
        tasks=sum(states.values()),
        results=results,
        queued=states.get(State.QUEUED, 0),
        sending=states.get("sending", 0),
        uncertain=states.get("uncertain", 0),
        live=live,
        sheets=sheets,
    )


def _refuse_strangers(connection: sqlite3.Connection, path: Path) -> None:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    if mark != APPLICATION_ID:
        raise StoreError(
            Text("“{file}” is not a list of tasks of this program.").with_(file=path.name), detail=str(path)
        )
    refuse_older(connection, path)
    refuse_additions(connection, path)


def _reading(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        # SQLite would create an empty file.
        raise StoreError(
            Text("There is no list of tasks in “{folder}”.").with_(folder=path.parent.name), detail=str(path)
        )
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5)
    with trouble.closed_on_failure(connection):
        distrust(connection)
    return connection


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=5)
    with trouble.closed_on_failure(connection):
        distrust(connection)
    return connection


def _stopping(watch: Callable[[int, int], None]) -> Callable[[], int]:
    """Progress handler of SQLite: an exception of `watch` aborts the statement."""

    def stops() -> int:
        try:
            watch(0, 0)
        except Exception:  # noqa: BLE001 - the statement ends with an error, and the caller finds the reason
            return 1
        return 0

    return stops


class _Watching:
    """A `watch`, and the exception that it raised."""

    def __init__(self, watch: Callable[[int, int], None]) -> None:
        self.raised: Exception | None = None
        self._watch = watch

    def __call__(self, done: int, total: int) -> None:
        try:
            self._watch(done, total)
        except Exception as error:
            self.raised = error
            raise


@contextmanager
def _told(path: Path, watching: _Watching | None = None) -> Iterator[None]:
    try:
        yield
    except NewerFormat:
        raise
    except Exception as error:
        if watching is not None and error is watching.raised:
            raise
        # OSError can be from the backup's disk; other errors of rows mean damage.
        trouble.raise_instead(trouble.as_store_error(error, path, of_rows=not isinstance(error, OSError)), error)


def _carry_over(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """Copies paid tasks without a saved result into the list that replaces this one. `new` is inside a transaction."""
    paid = [task for task in reading.unfinished(old) if task.state is not State.QUEUED]
    paid += [row.task for row in reading.unsaved(old)]
    here = {task.id: task for task in reading.tasks(new, [task.id for task in paid])}
    owners = reading.by_remote_id(new, [task.remote_id for task in paid if task.remote_id is not None])
    for task in paid:
        known = here.get(task.id)
        if known is None and (task.remote_id is None or task.remote_id not in owners):
            _add(old, new, task)
        elif known is not None and _was_sent_since(task, known):
            writing.update_task(new, task)
            for task_id in writing.put_outputs(new, reading.outputs_of_task(old, task.id)):
                writing.renew_search(new, task_id)
        else:
            continue
        lines = {(line.at, line.kind) for line in reading.ledger_of_task(new, task.id)}
        entries = [line for line in reading.ledger_of_task(old, task.id) if (line.at, line.kind) not in lines]
        writing.add_entries(new, entries)


def _was_sent_since(task: Task, known: Task) -> bool:
    """Whether the task was sent after the other list's state. False if both lists have its Runway id, since it is
    polled anyway, and if it has ended in the other list, which may be newer."""
    has_id = task.remote_id is not None and known.remote_id is None and not known.state.is_final
    return has_id or known.state is State.QUEUED


def _add(old: sqlite3.Connection, new: sqlite3.Connection, task: Task) -> None:
    for row in old.execute("SELECT id, name, created_at FROM batches WHERE id = ?", (task.batch_id,)):
        writing.put_batch(new, batch_of(row))
    for member in cast_and_documents.members(old):
        if member.id in task.cast and member.id not in {one.id for one in cast_and_documents.members(new)}:
            # Its name is needed, but the cast is as it was then.
            cast_and_documents.put_member(
                new, replace(member, removed_at=member.removed_at or task.created_at), task.created_at
            )
    writing.add_tasks(new, [task], reading.inputs_of_task(old, task.id), reading.outputs_of_task(old, task.id))


Moves = Sequence[tuple[str, str]]

_PLAIN = (("inputs", "path"), ("inputs", "uri"), ("outputs", "poster"))
_JSON = (("tasks", "request_values"), ("sheets", "text"), ("documents", "text"), ("settings", "value"))


def _move_folders(connection: sqlite3.Connection, moves: Moves) -> None:
    """Replaces the old folders by the new ones in every path and URI."""
    moves = [(old, new) for old, new in moves if old and old != new]
    if not moves:
        return
    for table, column in _PLAIN:
        _rewrite(connection, table, column, lambda cell: to_cell(_moved(to_text(cell), moves)))
    for table, column in _JSON:
        _rewrite(connection, table, column, lambda cell: _moved_json(cell, moves))


def _forget_lost_posters(connection: sqlite3.Connection, coming: Collection[str]) -> None:
    """Clears missing posters, so that they are made again."""
    found = connection.execute("SELECT DISTINCT poster FROM outputs WHERE poster <> ''").fetchall()
    lost = [(poster,) for (poster,) in found if to_text(poster) not in coming and not Path(to_text(poster)).is_file()]
    connection.executemany("UPDATE outputs SET poster = '' WHERE poster = ?", lost)


def _rewrite(connection: sqlite3.Connection, table: str, column: str, moved: Any) -> None:
    cells = connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''").fetchall()
    changed = [(after, cell) for (cell,) in cells if (after := moved(cell)) != cell]
    connection.executemany(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", changed)


def _moved_json(cell: str | bytes, moves: Moves) -> str | bytes:
    text = to_text(cell)
    if not any(old in text or json.dumps(old, ensure_ascii=False)[1:-1] in text for old, _ in moves):
        return cell
    try:
        value = from_json(cell)
    except ValueError:
        return cell
    after = _walked(value, moves)
    return to_json(after) if after != value else cell


def _walked(value: Any, moves: Moves) -> Any:
    match value:
        case str():
            return _moved(value, moves)
        case list():
            return [_walked(one, moves) for one in value]
        case dict():
            return {name: _walked(one, moves) for name, one in value.items()}
        case _:
            return value


def _moved(text: str, moves: Moves) -> str:
    for old, new in moves:
        rest = text.removeprefix(old)
        if rest != text and (not rest or rest[0] in "/\\"):
            if new.startswith("file:"):
                return new + rest
            return str(Path(new, *(part for part in re.split(r"[\\/]", rest) if part)))
    return text


_RUNNING = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') OR sql LIKE 'CREATE VIRTUAL%'"


def distrust(connection: sqlite3.Connection) -> None:
    """Forbids functions with side effects in the schema: defaults, indexes, triggers."""
    connection.execute("PRAGMA trusted_schema = OFF")


def refuse_additions(connection: sqlite3.Connection, path: Path) -> None:
    """Raises StoreError for foreign objects. A newer program's list is not checked: its objects are unknown here."""
    if Version.of(connection) > MIGRATIONS[-1].to:
        return
    for kind, name, statement in connection.execute(_RUNNING):
        if (kind, name, _plain(statement)) not in _ours():
            raise StoreError(
                Text("“{file}” contains code that is not from this program.").with_(file=path.name),
                advice=Text("Restore only backups from people you trust. Nothing was changed."),
                detail=f"{path}: {kind} {name}",
            )


@cache
def _ours() -> frozenset[tuple[str, str, str]]:
    """Of every version, since an older list is checked before it is migrated."""
    found: set[tuple[str, str, str]] = set()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for number in range(1, len(MIGRATIONS) + 1):
            bring_up_to_date(connection, Path("a list in memory"), MIGRATIONS[:number], keeps=False)
            found |= {(kind, name, _plain(statement)) for kind, name, statement in connection.execute(_RUNNING)}
    return frozenset(found)


def _plain(statement: str) -> str:
    return " ".join(statement.split()).casefold()
