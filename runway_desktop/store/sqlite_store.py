"""The store's implementation of the engine's port; each method runs as one function on one of the store's threads.

Call it from one asyncio loop, which it never blocks. Every write is one transaction and survives a power cut when the
call returns: a paid task's intent and id must not be lost, so each commit is synced (`synchronous = FULL`; the default
of WAL only survives a crash of the program). Concurrent writes share a sync, which keeps that affordable.

Raises StoreError for all failures: disk full, not writable, damaged, in use, newer, closed, or a mistake of the
program. Mistakes of the caller are LookupError (for what does not exist) and ValueError (for adding what exists).
"""

from __future__ import annotations

import builtins
import os
import sqlite3
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import UTC, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, TypeVar

from runway_desktop.domain.folders import FileMove
from runway_desktop.domain.library import Entries, Estimate, Filed, GroupSummary, LedgerEntry, Listing, Row
from runway_desktop.domain.spending_report import SpendingLine
from runway_desktop.domain.task import Batch, Input, Output, Task, TaskId

from . import cast_and_documents, client_rows, presence, reading, spending_totals, tally, trouble, writing
from . import listing as listings
from . import sheets as kept_sheets
from .conditions import add_pieces
from .connections import DatabaseThread, ReadConnection, WriteConnection
from .migrations import MIGRATIONS, Migration, bring_up_to_date, has_nothing
from .records import Cell, to_cell, to_json

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")

_PATIENCE_WITH_OTHERS = 5.0
"""Seconds to wait for another process's lock."""


Threads = Callable[[int, str], Executor]
Asked = Callable[Concatenate[sqlite3.Connection, Arguments], Answer]
"""A function of a connection, ..."""
Method = Callable[Concatenate["SqliteStore", Arguments], Coroutine[Any, Any, Answer]]
"""... and the store's method that runs it."""


def _asked(work: Asked[Arguments, Answer]) -> Method[Arguments, Answer]:
    """Reads on the thread for interactive queries."""

    async def ask(store: SqliteStore, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
        return await store._reader.ask(lambda connection: work(connection, *arguments, **named))

    return ask


def _swept(work: Asked[Arguments, Answer]) -> Method[Arguments, Answer]:
    """Reads on the thread for scans of the whole library."""

    async def sweep(store: SqliteStore, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
        return await store._sweeper.ask(lambda connection: work(connection, *arguments, **named))

    return sweep


def _written(work: Asked[Arguments, Answer]) -> Method[Arguments, Answer]:
    """Writes in a transaction of its own."""

    async def write(store: SqliteStore, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
        return await store._writer.write(lambda connection: work(connection, *arguments, **named))

    return write


class SqliteStore:
    """Made by `open`. One per file; `close` it before the loop ends."""

    _threads: Threads = ThreadPoolExecutor
    """Makes the thread of `check`."""

    def __init__(
        self, path: Path, writer: WriteConnection, reader: ReadConnection, sweeper: ReadConnection, zone: tzinfo | None
    ) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader
        self._sweeper = sweeper
        self._zone = zone
        self._may_checkpoint = False

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        zone: tzinfo | None = None,
        migrations: Sequence[Migration] = MIGRATIONS,
        is_expected: bool = False,
        renewing: Callable[[], None] = lambda: None,
        threads: Threads = ThreadPoolExecutor,
    ) -> SqliteStore:
        """Opens or creates the file and its folder, and migrates it.

        `zone` defines days when the list is grouped by day; None is this machine's. `is_expected`: there was a list
        before, so a missing or empty one is not created again. `renewing` is called on the writing thread before a
        migration, which takes a minute for a large list. `threads` makes a pool of so many threads with a name.
        StoreError on failure, DamagedList if a backup must replace it; the file is never deleted. Until `check`
        succeeds, writes stay in the write-ahead log."""
        write = DatabaseThread(
            threads(1, f"store-write {path.name}"),
            lambda: _connect_to_write(path, migrations, renewing, is_expected=is_expected),
        )
        read = DatabaseThread(threads(1, f"store-read {path.name}"), lambda: _connect_to_read(path, 24_000))
        # A thread of its own for scans, so that the window's queries never wait for them.
        sweep = DatabaseThread(threads(1, f"store-sweep {path.name}"), lambda: _connect_to_read(path, 4_000))
        writer, reader = WriteConnection(path, write), ReadConnection(path, read)
        # Scans hardly reuse pages: keeping them would waste 4 MB.
        sweeper = ReadConnection(path, sweep, keeps_pages=False)
        lanes = (writer, reader, sweeper)
        try:
            for lane in lanes:
                await lane.open()
        except BaseException:
            for lane in reversed(lanes):
                await lane.close()
            raise
        store = cls(path, writer, reader, sweeper, zone)
        store._threads = threads
        return store

    async def add(
        self,
        tasks: Sequence[Task],
        inputs: Sequence[Input],
        batch: Batch | None,
        entries: Sequence[LedgerEntry],
        outputs: Sequence[Output] = (),
    ) -> None:
        def work(connection: sqlite3.Connection) -> None:
            if batch is not None:
                writing.put_batch(connection, batch)
            writing.add_tasks(connection, tasks, inputs, outputs)
            writing.add_entries(connection, entries)

        await self._writer.write(work)

    async def save(
        self, task: Task, entry: LedgerEntry | None = None, outputs: Sequence[Output] = (), inputs: Sequence[Input] = ()
    ) -> None:
        await self._write((task,), outputs, inputs, () if entry is None else (entry,))

    async def save_many(
        self, tasks: Sequence[Task], entries: Sequence[LedgerEntry] = (), document: Filed | None = None
    ) -> None:
        await self._write(tasks, (), (), entries, document)

    async def save_output(self, output: Output, entry: LedgerEntry | None = None) -> None:
        await self._write((), (output,), (), () if entry is None else (entry,))

    async def save_outputs(self, outputs: Sequence[Output]) -> None:
        await self._write((), outputs, (), ())

    rename_batch = _written(writing.rename_batch)
    renew_links = _written(writing.renew_links)
    note_looks = _written(presence.note_looks)
    save_sheet = _written(kept_sheets.put)
    change_sheet = _written(kept_sheets.change)
    save_member = _written(cast_and_documents.put_member)
    delete_sheet = _written(kept_sheets.delete)
    save_document = _written(cast_and_documents.put_document)
    delete_document = _written(cast_and_documents.delete_document)

    async def change_output(
        self,
        task_id: TaskId,
        index: int,
        edit: Callable[[Output], Output | None],
        entry: LedgerEntry | None = None,
    ) -> Output | None:
        def work(connection: sqlite3.Connection) -> Output | None:
            after = presence.change_output(connection, task_id, index, edit)
            if after is not None and entry is not None:
                writing.add_entries(connection, (entry,))
            return after

        return await self._writer.write(work)

    async def move_outputs(
        self, moves: Sequence[FileMove], settings: Mapping[str, Any] = MappingProxyType({})
    ) -> builtins.list[Output]:
        cells = self._setting_cells(settings)

        def work(connection: sqlite3.Connection) -> list[Output]:
            writing.put_settings(connection, cells)
            return presence.move_outputs(connection, moves)

        return await self._writer.write(work)

    async def learn(self, endpoint: str, model: str, shape: str, estimate: Estimate) -> None:
        await self._writer.write(
            lambda connection: writing.put_estimate(connection, (endpoint, model, shape), estimate)
        )

    async def set_settings(self, values: Mapping[str, Any]) -> None:
        # Serialized now: the caller may change its values before the write runs.
        cells = self._setting_cells(values)
        await self._writer.write(lambda connection: writing.put_settings(connection, cells))

    get_many = _asked(reading.tasks)
    find_remote = _asked(reading.by_remote_id)
    unfinished = _asked(reading.unfinished)
    costs_of_runs = _asked(reading.costs_of_runs)
    runs_without_cost = _asked(reading.runs_without_cost)
    unsaved = _asked(reading.unsaved)
    outputs = _asked(reading.outputs_of_task)
    inputs = _asked(reading.inputs_of_task)
    inputs_of = _asked(reading.inputs_of)
    result_facts = _asked(reading.result_facts)
    upload_of = _asked(reading.upload_of)
    ledger = _asked(reading.ledger_of_task)
    last_sending = _asked(reading.last_sending)
    outputs_with = _asked(reading.outputs_with)
    uses_of = _asked(reading.uses_of)
    takes = _asked(reading.takes)
    rows = _asked(reading.rows)
    batch_names = _asked(reading.batch_names)
    timings = _asked(reading.timings)
    learned = _asked(reading.learned)
    clients = _asked(client_rows.clients)
    take_void_permissions = _written(client_rows.take_void)
    save_client = _written(client_rows.save_client)
    note_client_request = _written(client_rows.note_client_request)
    note_refusal = _written(client_rows.note_refusal)
    client_request = _asked(client_rows.client_request)
    latest_client_requests = _asked(client_rows.latest_client_requests)
    client_requests = _asked(client_rows.client_requests)
    reserved_since = _asked(client_rows.reserved_since)
    suggest = _written(client_rows.suggest)
    suggestions = _asked(client_rows.suggestions)
    record_call = _written(client_rows.record_call)
    client_record = _asked(client_rows.client_record)
    settings = _asked(reading.settings)
    sheet = _asked(kept_sheets.sheet)
    sheet_of_batch = _asked(kept_sheets.of_batch)
    sheets = _asked(kept_sheets.recent)
    members = _asked(cast_and_documents.members)
    documents = _asked(cast_and_documents.documents)
    continued = _asked(cast_and_documents.continued)
    recent_prompts = _asked(kept_sheets.recent_prompts)
    refused_prompts = _asked(kept_sheets.refused_prompts)

    kept_files = _swept(presence.kept_files)
    missing_files = _swept(presence.missing)
    outputs_in = _swept(presence.outputs_in)
    not_saved = _swept(presence.not_saved)
    amount = _swept(listings.amount)
    counts = _swept(tally.counts)
    spent_by_project = _swept(spending_totals.by_project)
    spent_by_member = _swept(spending_totals.by_member)
    spent_tasks = _swept(spending_totals.tasks)

    async def get(self, task_id: TaskId) -> Task | None:
        found = await self.get_many((task_id,))
        return found[0] if found else None

    async def list(self, listing: Listing, limit: int = 0) -> Entries:
        reader = self._reader if limit else self._sweeper
        return await reader.ask(lambda connection: listings.entries(connection, listing, self._zone, limit))

    async def beginning(self, listing: Listing, limit: int, sight: int) -> tuple[Entries, builtins.list[Row]]:
        def work(connection: sqlite3.Connection) -> tuple[Entries, builtins.list[Row]]:
            entries = listings.entries(connection, listing, self._zone, limit)
            return entries, reading.rows(connection, entries.ids[:sight])

        return await self._reader.ask(work)

    async def groups(self, listing: Listing) -> builtins.list[GroupSummary]:
        return await self._sweeper.ask(lambda connection: listings.summaries(connection, listing, self._zone))

    async def spending(
        self, since: float, until: float, *, utc: bool = False, by_client: bool = False
    ) -> builtins.list[SpendingLine]:
        zone = UTC if utc else self._zone
        return await self._sweeper.ask(
            lambda connection: spending_totals.lines(connection, since, until, zone, by_client=by_client)
        )

    async def check(self, *, whole: bool = False) -> None:
        """Checks the whole file for damage on a thread of its own; canceling aborts that. `whole` also compares the
        indexes with their tables. DamagedList if it is damaged; then the file itself is as it was when opened."""
        executor = self._threads(1, f"store-check {self._path.name}")
        reader = ReadConnection(self._path, DatabaseThread(executor, lambda: _connect(self._path)))
        try:
            await reader.open()
            await reader.ask(lambda connection: trouble.check(connection, self._path, whole=whole))
        finally:
            await reader.close()
        # The start leaves 2 MB of pages, which seldom writes do not need.
        settled = "PRAGMA wal_autocheckpoint = 1000; PRAGMA shrink_memory"
        await self._writer.run(lambda connection: connection.executescript(settled))
        self._may_checkpoint = True

    async def checkpoint(self) -> bool:
        if not self._may_checkpoint:
            return False

        problems: builtins.list[Exception] = []

        def work(connection: sqlite3.Connection) -> bool:
            # Pages in both file and log are read from the log. If a damaged log were applied partly, the file would
            # become inconsistent: so checkpoint completely, or not at all.
            try:
                with self._reader.held() as is_free, self._sweeper.held() as is_swept:
                    return is_free and is_swept and _empty_log(connection)
            except Exception as error:  # noqa: BLE001 - a future cannot hold every exception; raised below
                problems.append(error)
                return False

        is_empty = await self._writer.run(work)
        if problems:
            trouble.raise_instead(trouble.as_store_error(problems[0], self._path), problems[0])
        return is_empty

    async def close(self) -> None:
        """Finishes earlier work, then closes; idempotent. The writer is last, because the last connection deletes the
        write-ahead log."""
        self._may_checkpoint = False
        try:
            await self._sweeper.close()
        finally:
            try:
                await self._reader.close()
            finally:
                await self._writer.close()

    async def _write(
        self,
        tasks: Sequence[Task],
        outputs: Sequence[Output],
        inputs: Sequence[Input],
        entries: Sequence[LedgerEntry],
        document: Filed | None = None,
    ) -> None:
        def work(connection: sqlite3.Connection) -> None:
            if document is not None:
                cast_and_documents.put_document(connection, *document)
            stale = writing.put_outputs(connection, outputs)
            writing.put_inputs(connection, inputs)
            for task in tasks:
                writing.update_task(connection, task)
            for task_id in stale.union(asset.task_id for asset in inputs):
                writing.renew_search(connection, task_id)
            writing.add_entries(connection, entries)

        await self._writer.write(work)

    def _setting_cells(self, values: Mapping[str, Any]) -> builtins.list[tuple[Cell, Cell]]:
        with trouble.told(self._path):
            return [(to_cell(name), to_json(value)) for name, value in values.items()]


def _connect_to_write(
    path: Path, migrations: Sequence[Migration], renewing: Callable[[], None], *, is_expected: bool
) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_there = path.exists()
    if not (is_there and path.stat().st_size) and (is_expected or _is_left_of(path)):
        # SQLite would delete the log of an empty file.
        raise trouble.lost(path, is_there=is_there)
    # Prompts are private: so are the file, and the log, which SQLite creates with the same mode.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with trouble.closed_on_failure(_connect(path)) as connection:
        if is_expected and has_nothing(connection):
            raise trouble.lost(path, is_there=True)
        connection.execute("PRAGMA journal_mode = WAL")
        # Not checked yet; see `SqliteStore.check`.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA synchronous = FULL")
        # On macOS a plain sync leaves the bytes in the drive's cache; elsewhere this has no effect.
        connection.execute("PRAGMA fullfsync = ON")
        # Shrinks the log after a large write, such as a migration.
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute("PRAGMA foreign_keys = ON")
        bring_up_to_date(connection, path, migrations, renewing)
    return connection


def _is_left_of(path: Path) -> bool:
    """Whether there are files that only a list in use leaves: a log or a migration's backup."""
    log = path.with_name(f"{path.name}-wal")
    return (log.exists() and log.stat().st_size > 0) or any(path.parent.glob(f"{path.name}.backup-v*"))


def _connect_to_read(path: Path, cache: int) -> sqlite3.Connection:
    """`cache` in kilobytes; scans need little, since they read no page twice."""
    with trouble.closed_on_failure(_connect(path)) as connection:
        add_pieces(connection)
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = -{cache}")
    return connection


def _empty_log(connection: sqlite3.Connection) -> bool:
    # Do not wait for other programs: our writes would wait meanwhile.
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {round(_PATIENCE_WITH_OTHERS * 1000)}")
    return not is_busy


def _connect(path: Path) -> sqlite3.Connection:
    # The pool's thread may end when idle, and a new one take over the connection.
    connection = sqlite3.connect(
        path, isolation_level=None, timeout=_PATIENCE_WITH_OTHERS, cached_statements=256, check_same_thread=False
    )
    with trouble.closed_on_failure(connection):
        connection.execute("PRAGMA temp_store = MEMORY")
        # A restored list has the schema of its maker (`own_schema`).
        connection.execute("PRAGMA trusted_schema = OFF")
    return connection
