"""The door of the store: what the engine may ask and tell, each as one piece of work on one of its threads.

Call it from one asyncio loop; nothing here blocks that loop. Every write is one transaction and is on disk when the
call returns, through a power cut: a paid task's intent and its id must not be lost, so the disk is synced at every
commit (`synchronous = FULL`; WAL alone would only promise it through a crash of the program). Writes that come at the
same time share a sync, which keeps that affordable.

Raises StoreError for all that goes wrong: disk full, not writable, damaged, in use, newer, closed, or by a mistake of
the program. Two kinds say what the caller did: LookupError (something that is not there) and ValueError (adding what is
there).
"""

from __future__ import annotations

import builtins
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.folders import FileMove
from runway_desktop.domain.kept_files import KeptFile, Looked
from runway_desktop.domain.ledger import Estimate, LedgerEntry, Timing
from runway_desktop.domain.library import (
    Entries,
    Filter,
    GroupSummary,
    KeptSheet,
    Listing,
    NotSaved,
    PlaceCounts,
    Row,
    Takes,
)
from runway_desktop.domain.spending_report import SpendingLine
from runway_desktop.domain.task import Batch, BatchId, Input, Output, RemoteId, Task, TaskId

from . import listing as listings
from . import not_saved, places, presence, reading, sheets, spending, trouble, writing
from .conditions import add_pieces
from .lanes import DatabaseThread, ReadingLane, Work, WritingLane
from .migrations import MIGRATIONS, Migration, bring_up_to_date
from .records import Cell, to_cell, to_json

Answer = TypeVar("Answer")

_PATIENCE_WITH_OTHERS = 5.0
"""Seconds to wait for a lock that another process holds."""


class SqliteStore:
    """Made by `open`. One at a time per file; `close` it before the loop ends."""

    def __init__(
        self, path: Path, writer: WritingLane, reader: ReadingLane, sweeper: ReadingLane, zone: tzinfo | None
    ) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader
        self._sweeper = sweeper
        self._zone = zone

    @classmethod
    async def open(
        cls, path: Path, *, zone: tzinfo | None = None, migrations: Sequence[Migration] = MIGRATIONS
    ) -> SqliteStore:
        """Opens or makes the file, with its folder, and brings it up to date. `zone` says what a day is when the list
        is grouped by day; None is this machine's. StoreError when it cannot; the file is never deleted."""
        write = DatabaseThread(f"store-write {path.name}", lambda: _connect_to_write(path, migrations))
        read = DatabaseThread(f"store-read {path.name}", lambda: _connect_to_read(path))
        # What goes through the whole library has a thread of its own: what the window waits for never stands behind it.
        sweep = DatabaseThread(f"store-sweep {path.name}", lambda: _connect_to_read(path))
        writer, reader, sweeper = WritingLane(path, write), ReadingLane(path, read), ReadingLane(path, sweep)
        await writer.open()
        try:
            await reader.open()
            await sweeper.open()
        except BaseException:
            await reader.close()
            await writer.close()
            raise
        return cls(path, writer, reader, sweeper, zone)

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

    async def save_many(self, tasks: Sequence[Task], entries: Sequence[LedgerEntry] = ()) -> None:
        await self._write(tasks, (), (), entries)

    async def save_output(self, output: Output, entry: LedgerEntry | None = None) -> None:
        await self._write((), (output,), (), () if entry is None else (entry,))

    async def save_outputs(self, outputs: Sequence[Output]) -> None:
        await self._write((), outputs, (), ())

    async def renew_links(self, outputs: Sequence[Output]) -> None:
        await self._writer.write(lambda connection: writing.renew_links(connection, outputs))

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

    async def kept_files(self, after: tuple[TaskId, int] | None, limit: int) -> builtins.list[KeptFile]:
        return await self._read(lambda connection: presence.kept_files(connection, after, limit), self._sweeper)

    async def missing_files(self) -> builtins.list[KeptFile]:
        return await self._read(presence.missing, self._sweeper)

    async def note_looks(self, looks: Sequence[Looked]) -> builtins.list[Output]:
        return await self._writer.write(lambda connection: presence.note_looks(connection, looks))

    async def outputs_in(self, folder: str) -> builtins.list[Output]:
        return await self._read(lambda connection: places.outputs_in(connection, folder), self._sweeper)

    async def move_outputs(
        self, moves: Sequence[FileMove], settings: Mapping[str, Any] = MappingProxyType({})
    ) -> builtins.list[Output]:
        cells = self._setting_cells(settings)

        def work(connection: sqlite3.Connection) -> list[Output]:
            writing.put_settings(connection, cells)
            return places.move_outputs(connection, moves)

        return await self._writer.write(work)

    async def get(self, task_id: TaskId) -> Task | None:
        found = await self.get_many((task_id,))
        return found[0] if found else None

    async def get_many(self, task_ids: Sequence[TaskId]) -> builtins.list[Task]:
        return await self._read(lambda connection: reading.tasks(connection, task_ids))

    async def find_remote(self, remote_ids: Sequence[RemoteId]) -> dict[RemoteId, TaskId]:
        return await self._read(lambda connection: reading.by_remote_id(connection, remote_ids))

    async def unfinished(self) -> builtins.list[Task]:
        return await self._read(reading.unfinished)

    async def unsaved(self) -> builtins.list[Row]:
        return await self._read(reading.unsaved)

    async def not_saved(self, now: float, limit: int) -> NotSaved:
        return await self._read(lambda connection: not_saved.not_saved(connection, now, limit), self._sweeper)

    async def outputs(self, task_id: TaskId) -> builtins.list[Output]:
        return await self._read(lambda connection: reading.outputs_of_task(connection, task_id))

    async def inputs(self, task_id: TaskId) -> builtins.list[Input]:
        return await self._read(lambda connection: reading.inputs_of_task(connection, task_id))

    async def upload_of(self, sha256: str, key: Fingerprint, since: float, until: float) -> tuple[str, float] | None:
        return await self._read(lambda connection: reading.upload_of(connection, sha256, key, since, until))

    async def ledger(self, task_id: TaskId) -> builtins.list[LedgerEntry]:
        return await self._read(lambda connection: reading.ledger_of_task(connection, task_id))

    async def last_sending(self) -> int:
        return await self._read(reading.last_sending)

    async def list(self, listing: Listing, limit: int = 0) -> Entries:
        lane = self._reader if limit else self._sweeper
        return await self._read(lambda connection: listings.entries(connection, listing, self._zone, limit), lane)

    async def beginning(self, listing: Listing, limit: int, sight: int) -> tuple[Entries, builtins.list[Row]]:
        def work(connection: sqlite3.Connection) -> tuple[Entries, builtins.list[Row]]:
            entries = listings.entries(connection, listing, self._zone, limit)
            return entries, reading.rows(connection, entries.ids[:sight])

        return await self._read(work)

    async def amount(self, wanted: Filter) -> int:
        return await self._read(lambda connection: listings.amount(connection, wanted), self._sweeper)

    async def outputs_with(self, hashes: Sequence[str]) -> builtins.list[Output]:
        return await self._read(lambda connection: reading.outputs_with(connection, hashes))

    async def uses_of(self, hashes: Sequence[str], folders: Sequence[str] = ()) -> builtins.list[Input]:
        return await self._read(lambda connection: reading.uses_of(connection, hashes, folders))

    async def takes(self, task_id: TaskId) -> Takes:
        return Takes(ids=tuple(await self._read(lambda connection: reading.takes(connection, task_id))))

    async def rows(self, task_ids: Sequence[TaskId]) -> builtins.list[Row]:
        return await self._read(lambda connection: reading.rows(connection, task_ids))

    async def groups(self, listing: Listing) -> builtins.list[GroupSummary]:
        return await self._read(lambda connection: listings.summaries(connection, listing, self._zone), self._sweeper)

    async def counts(self) -> PlaceCounts:
        return await self._read(listings.counts, self._sweeper)

    async def batch_names(self, batch_ids: Sequence[BatchId]) -> dict[BatchId, str]:
        return await self._read(lambda connection: reading.batch_names(connection, batch_ids))

    async def timings(self, endpoint: str, model: str, shape: str, limit: int = 50) -> builtins.list[Timing]:
        return await self._read(lambda connection: reading.timings(connection, endpoint, model, shape, limit))

    async def estimate(self, endpoint: str, model: str, shape: str) -> Estimate | None:
        return await self._read(lambda connection: reading.estimate(connection, endpoint, model, shape))

    async def learn(self, endpoint: str, model: str, shape: str, estimate: Estimate) -> None:
        await self._writer.write(
            lambda connection: writing.put_estimate(connection, (endpoint, model, shape), estimate)
        )

    async def learned(self) -> dict[tuple[str, str, str], float]:
        return await self._read(reading.learned)

    async def spent_since(self, since: float) -> float:
        return await self._read(lambda connection: reading.spent_since(connection, since))

    async def spending(self, since: float, until: float, *, utc: bool = False) -> builtins.list[SpendingLine]:
        zone = UTC if utc else self._zone
        return await self._read(lambda connection: spending.lines(connection, since, until, zone), self._sweeper)

    async def spent_by_project(self, projects: Sequence[str]) -> dict[str, float]:
        return await self._read(lambda connection: spending.by_project(connection, projects), self._sweeper)

    async def spent_tasks(
        self, since: float, until: float, project: str | None = None
    ) -> builtins.list[tuple[Task, str]]:
        return await self._read(lambda connection: spending.tasks(connection, since, until, project), self._sweeper)

    async def settings(self) -> dict[str, Any]:
        return await self._read(reading.settings)

    async def set_settings(self, values: Mapping[str, Any]) -> None:
        # Taken down now: the caller may change its values while the writing waits.
        cells = self._setting_cells(values)
        await self._writer.write(lambda connection: writing.put_settings(connection, cells))

    async def save_sheet(self, sheet: KeptSheet) -> None:
        await self._writer.write(lambda connection: sheets.put(connection, sheet))

    async def delete_sheet(self, sheet_id: str) -> None:
        await self._writer.write(lambda connection: sheets.delete(connection, sheet_id))

    async def sheet(self, sheet_id: str) -> KeptSheet | None:
        return await self._read(lambda connection: sheets.sheet(connection, sheet_id))

    async def sheet_of_batch(self, batch_id: BatchId) -> KeptSheet | None:
        return await self._read(lambda connection: sheets.of_batch(connection, batch_id))

    async def sheets(self, limit: int) -> builtins.list[KeptSheet]:
        return await self._read(lambda connection: sheets.recent(connection, limit))

    async def recent_prompts(self, limit: int, text: str = "") -> builtins.list[str]:
        return await self._read(lambda connection: sheets.recent_prompts(connection, limit, text))

    async def refused_prompts(self) -> frozenset[str]:
        return await self._read(sheets.refused_prompts)

    async def close(self) -> None:
        """Finishes what was asked for, then closes; calling it again does nothing. The writer goes last, as whoever
        goes last tidies the write-ahead log away."""
        try:
            await self._sweeper.close()
        finally:
            try:
                await self._reader.close()
            finally:
                await self._writer.close()

    async def _read(self, work: Work[Answer], lane: ReadingLane | None = None) -> Answer:
        return await (lane or self._reader).ask(work)

    async def _write(
        self,
        tasks: Sequence[Task],
        outputs: Sequence[Output],
        inputs: Sequence[Input],
        entries: Sequence[LedgerEntry],
    ) -> None:
        def work(connection: sqlite3.Connection) -> None:
            writing.put_outputs(connection, outputs)
            writing.put_inputs(connection, inputs)
            for task in tasks:
                writing.update_task(connection, task)
            for task_id in {*(output.task_id for output in outputs), *(asset.task_id for asset in inputs)}:
                writing.renew_search(connection, task_id)
            writing.add_entries(connection, entries)

        await self._writer.write(work)

    def _setting_cells(self, values: Mapping[str, Any]) -> builtins.list[tuple[Cell, Cell]]:
        with trouble.told(self._path):
            return [(to_cell(name), to_json(value)) for name, value in values.items()]


def _connect_to_write(path: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Prompts are nobody else's business: the file, and the log that SQLite puts beside it with the same mode, are
    # private.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = _connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # On macOS a plain sync leaves the bytes in the drive's cache; elsewhere this changes nothing.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        bring_up_to_date(connection, path, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    connection = _connect(path)
    add_pieces(connection)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cache_size = -24000")
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE_WITH_OTHERS, cached_statements=256)
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection
