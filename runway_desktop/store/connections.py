"""The threads of the database: one writing connection and several reading ones, so that a long list never waits for a
write, nor a paid task's id for a long list.

A `DatabaseConnection` is used from the loop's thread; it runs functions of a `sqlite3.Connection` on its own thread.
Waiting writes are merged into a group commit with one sync of the disk, but each is applied or rolled back as a whole.
Raises only what `trouble.translated` makes of an exception.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from runway_desktop.domain.errors import StoreError

from . import trouble

Answer = TypeVar("Answer")
Work = Callable[[sqlite3.Connection], Answer]


class Database(Protocol):
    """One connection and its thread; runs work in the order of arrival. Close it even if `open` failed."""

    async def open(self) -> None: ...

    async def run(self, work: Work[Answer]) -> Answer: ...

    def interrupt(self) -> None:
        """Aborts the running statement. Any thread."""

    async def close(self) -> None:
        """After all earlier work is done."""


class DatabaseThread:
    """A connection made by `connect` on `executor`, which must have one thread and is shut down with it. Raises the
    exceptions of SQLite and the work."""

    def __init__(self, executor: Executor, connect: Callable[[], sqlite3.Connection]) -> None:
        self._executor = executor
        self._connect = connect
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        await self._do(self._make_connection)

    async def run(self, work: Work[Answer]) -> Answer:
        return await self._do(self._with_connection, work)

    def interrupt(self) -> None:
        if self._connection is not None:
            self._connection.interrupt()

    async def close(self) -> None:
        try:
            await self._do(self._close_connection)
        finally:
            self._executor.shutdown(wait=False)

    def _make_connection(self) -> None:
        # Kept on its thread: the caller of `open` may be canceled before it gets anything.
        self._connection = self._connect()

    def _with_connection(self, work: Work[Answer]) -> Answer:
        if self._connection is None:
            raise trouble.closed()
        return work(self._connection)

    def _close_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()

    async def _do(self, work: Callable[..., Answer], *arguments: object) -> Answer:
        # Not canceled with its caller: others may wait for the same commit.
        doing = asyncio.get_running_loop().run_in_executor(self._executor, _done, work, *arguments)
        doing.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait((doing,))
        return doing.result()


def _done(work: Callable[..., Answer], *arguments: object) -> Answer:
    try:
        return work(*arguments)
    except StopIteration as error:
        # A future cannot hold StopIteration: its caller would wait for ever.
        raise RuntimeError("the work ended too early") from error


class DatabaseConnection:
    """Serialized access to a database: work given to `run` has exclusive use of its connection."""

    _gives_rows = False
    """Whether its work parses rows."""

    def __init__(self, path: Path, database: Database) -> None:
        self._path = path
        self._database = database
        self._closed = False

    async def open(self) -> None:
        """Raises StoreError."""
        try:
            await self._database.open()
        except Exception as error:  # noqa: BLE001 - translated, and logged if unexpected
            trouble.raise_instead(trouble.as_store_error(error, self._path), error)

    async def run(self, work: Work[Answer]) -> Answer:
        if self._closed:
            raise trouble.closed()
        with trouble.told(self._path, of_rows=self._gives_rows):
            return await self._database.run(work)

    async def close(self) -> None:
        """Finishes earlier work, then closes. Idempotent."""
        if not self._closed:
            self._closed = True
            with trouble.told(self._path):
                await self._database.close()


class ReadConnection(DatabaseConnection):
    """Runs reads. If a caller is canceled, its query is dropped or aborted."""

    _gives_rows = True

    def __init__(self, path: Path, database: Database, *, keeps_pages: bool = True) -> None:
        """`keeps_pages` keeps the page cache for the next query."""
        super().__init__(path, database)
        self.keeps_pages = keeps_pages
        self._turn = threading.Lock()
        self._reading = threading.Lock()
        self._present: _Question[Any] | None = None

    async def ask(self, work: Work[Answer]) -> Answer:
        question = _Question(work, self)
        try:
            return await self.run(question)
        except asyncio.CancelledError:
            self._drop(question)
            raise

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Locks out reads without waiting; yields whether that succeeded. Called on another connection's thread."""
        is_free = self._reading.acquire(blocking=False)
        try:
            yield is_free
        finally:
            if is_free:
                self._reading.release()

    def begin(self, question: _Question[Any]) -> None:
        """On the database's thread."""
        self._reading.acquire()
        with self._turn:
            if question.is_dropped:
                self._reading.release()
                raise sqlite3.OperationalError("interrupted")
            self._present = question

    def end(self) -> None:
        """On the database's thread."""
        with self._turn:
            self._present = None
        self._reading.release()

    def _drop(self, question: _Question[Any]) -> None:
        # Under the lock, so that the interrupt cannot hit the next query.
        with self._turn:
            question.is_dropped = True
            if self._present is question:
                self._database.interrupt()


class _Question(Generic[Answer]):
    def __init__(self, work: Work[Answer], reader: ReadConnection) -> None:
        self._work = work
        self._reader = reader
        self.is_dropped = False

    def __call__(self, connection: sqlite3.Connection) -> Answer:
        self._reader.begin(self)
        try:
            answer = self._work(connection)
            if not self._reader.keeps_pages:
                connection.execute("PRAGMA shrink_memory")
            return answer
        finally:
            self._reader.end()


class _Job(Generic[Answer]):
    """A pending write and its result."""

    def __init__(self, work: Work[Answer]) -> None:
        self.work = work
        self.answer: Answer
        self.error: Exception | None = None
        self.done: asyncio.Future[None] | None = None
        """Set if the job joins a commit that another job requested."""


class WriteConnection(DatabaseConnection):
    def __init__(self, path: Path, database: Database) -> None:
        super().__init__(path, database)
        self._waiting: deque[_Job[Any]] = deque()
        self._is_turn_to_come = False
        """A commit is requested and has not yet collected the waiting jobs."""

    async def write(self, work: Work[Answer]) -> Answer:
        """Runs the work in a transaction that is on disk when this returns; if it raises, nothing was changed. Failed
        work is rolled back alone, unless SQLite ends the whole transaction: then all jobs of the group commit fail."""
        if self._closed:
            raise trouble.closed()
        job = _Job(work)
        if self._is_turn_to_come:
            job.done = asyncio.get_running_loop().create_future()
        self._waiting.append(job)
        # The requested commit takes all jobs that wait when it starts. If it started meanwhile, it may have missed this
        # one.
        if job.done is not None and self._is_turn_to_come:
            await job.done
        else:
            await self._take_turn()
        if job.error is not None:
            trouble.raise_instead(trouble.translated(job.error, self._path), job.error)
        return job.answer

    async def _take_turn(self) -> None:
        self._is_turn_to_come = True
        try:
            await self.run(self._commit_waiting)
        except StoreError:
            self._is_turn_to_come = False
            raise

    def _commit_waiting(self, connection: sqlite3.Connection) -> None:
        """On the database's thread."""
        self._is_turn_to_come = False
        jobs: list[_Job[Any]] = []
        while self._waiting:
            jobs.append(self._waiting.popleft())
        if not jobs:
            return
        try:
            _commit(connection, jobs)
        finally:
            if told := [job.done for job in jobs if job.done is not None]:
                told[0].get_loop().call_soon_threadsafe(_tell, told)


def _commit(connection: sqlite3.Connection, jobs: Sequence[_Job[Any]]) -> None:
    try:
        if connection.in_transaction:
            # An earlier rollback failed.
            connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        if len(jobs) == 1:
            # One job needs no savepoint, for which SQLite would journal each page that the work changes.
            jobs[0].answer = jobs[0].work(connection)
        else:
            for job in jobs:
                _attempt(connection, job)
        connection.execute("COMMIT")
    except Exception as error:  # noqa: BLE001 - every waiting job gets it; nothing was written
        for job in jobs:
            job.error = job.error or error
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _tell(done: Sequence[asyncio.Future[None]]) -> None:
    for one in done:
        if not one.done():
            one.set_result(None)


def _attempt(connection: sqlite3.Connection, job: _Job[Any]) -> None:
    connection.execute("SAVEPOINT job")
    try:
        job.answer = job.work(connection)
    except Exception as error:
        job.error = error
        if not connection.in_transaction:
            # SQLite ended the whole transaction, as on a full disk: the other jobs failed too.
            raise
        connection.execute("ROLLBACK TO job")
    connection.execute("RELEASE job")
