"""The store of the program in memory, for tests: the same class, SQL and rows as on disk, with its work done at once
instead of on threads, and with the faults that a test asks for.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import tzinfo
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar

from runway_desktop.domain.library import KeptSheet
from runway_desktop.domain.task import Output, Task, TaskId
from runway_desktop.store import SqliteStore, reading, sheets, writing
from runway_desktop.store.conditions import add_pieces
from runway_desktop.store.connections import ReadConnection, Work, WriteConnection
from runway_desktop.store.migrations import bring_up_to_date

Answer = TypeVar("Answer")

PATH = Path("tasks in memory.db")
_EVERYTHING = 1_000_000


class MemoryStore(SqliteStore):
    """`zone` decides what a day is; None is this machine's. `trouble`: every write raises it. `before` and `after`:
    awaited before and after every write; what they raise, the write raises. `writes` counts those that succeeded,
    `checkpoints` those that were asked for, which cannot be done while it `is_read`."""

    trouble: Exception | None = None
    before: Callable[[], Awaitable[None]] | None = None
    after: Callable[[], Awaitable[None]] | None = None
    writes = 0
    checkpoints = 0
    is_read = False

    def __init__(self, *, zone: tzinfo | None = None, content: bytes | None = None) -> None:
        self.connection = _opened(content or _empty())
        # From 3.13 on, a connection that is collected while it is open warns, which fails a test.
        weakref.finalize(self, self.connection.close)
        database = _AtOnce(self.connection)
        readers = (ReadConnection(PATH, database), ReadConnection(PATH, database))
        super().__init__(PATH, _FaultyLane(self, database), *readers, zone)

    async def checkpoint(self) -> bool:
        self.checkpoints += 1
        return not self.is_read

    def copy(self) -> Self:
        """Another store with what is in this one now, and none of its faults."""
        return type(self)(zone=self._zone, content=self.connection.serialize())

    @property
    def tasks(self) -> dict[TaskId, Task]:
        """All there are, in the order in which they were added."""
        ids = [row[0] for row in self.connection.execute("SELECT id FROM tasks ORDER BY number")]
        return {task.id: task for task in reading.tasks(self.connection, ids)}

    @property
    def kept_sheets(self) -> list[KeptSheet]:
        """All there are, the last changed first."""
        found = (sheets.sheet(self.connection, kept.id) for kept in sheets.recent(self.connection, _EVERYTHING))
        return [sheet for sheet in found if sheet is not None]

    def output(self, task_id: TaskId, index: int = 0) -> Output:
        return next(one for one in reading.outputs_of_task(self.connection, task_id) if one.index == index)

    def put(self, output: Output) -> None:
        """From the middle of a piece of work that cannot await."""
        writing.put_outputs(self.connection, [output])

    def setting(self, name: str) -> Any:
        """None where it is not set."""
        return reading.settings(self.connection).get(name)


class _FaultyLane(WriteConnection):
    def __init__(self, store: MemoryStore, database: _AtOnce) -> None:
        super().__init__(PATH, database)
        self._store = store

    async def write(self, work: Work[Answer]) -> Answer:
        if self._store.before is not None:
            await self._store.before()
        if self._store.trouble is not None:
            raise self._store.trouble
        answer = await super().write(work)
        self._store.writes += 1
        if self._store.after is not None:
            await self._store.after()
        return answer


class _AtOnce:
    """`Database` without a thread: work is done while it is asked for, and nothing has to be waited for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def open(self) -> None: ...

    async def run(self, work: Work[Answer]) -> Answer:
        return work(self._connection)

    def interrupt(self) -> None: ...

    async def close(self) -> None:
        """What is in it can still be read; the store lets nobody do more."""


def _opened(content: bytes) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=256)
    connection.deserialize(content)
    connection.execute("PRAGMA foreign_keys = ON")
    add_pieces(connection)
    return connection


@cache
def _empty() -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        bring_up_to_date(connection, PATH)
        return connection.serialize()
