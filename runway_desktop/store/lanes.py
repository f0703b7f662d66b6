"""The threads of the database: one connection that writes, others that read, so that a long list never waits behind a
write, nor a paid task's id behind a long list.

A lane is used from the loop's thread and runs plain functions of a `sqlite3.Connection` on its database's thread.
Writes that wait at the same time share one trip there and one commit, hence one sync of the disk; each of them is still
kept or dropped as a whole. Raises what `trouble.translated` makes of whatever a piece of work or SQLite raised, and
nothing else.
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
    """One connection, and where work with it is done: one piece after the other, in the order in which it came."""

    async def open(self) -> None: ...

    async def run(self, work: Work[Answer]) -> Answer: ...

    def interrupt(self) -> None:
        """Breaks off the statement that runs now. Any thread."""
        ...

    async def close(self) -> None:
        """Once all work that came before is done."""
        ...


class DatabaseThread:
    """A connection that is made by `connect` and used by `executor`, which has one thread and is shut down with it.
    Raises whatever SQLite and the work raise. One that could not be opened is closed like any other."""

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
        # No future takes one: whoever asked would wait for ever.
        raise RuntimeError("the work ended too early") from error


class Lane:
    """The one user of a database: any `Work` given to `run` has its connection for itself."""

    _gives_rows = False
    """Whether its work makes rows values of the domain."""

    def __init__(self, path: Path, database: Database) -> None:
        self._path = path
        self._database = database
        self._closed = False

    async def open(self) -> None:
        """StoreError when it cannot."""
        try:
            await self._database.open()
        except Exception as error:  # noqa: BLE001 - translated, and logged where nobody thought of it
            trouble.raise_instead(trouble.as_store_error(error, self._path), error)

    async def run(self, work: Work[Answer]) -> Answer:
        if self._closed:
            raise trouble.closed()
        with trouble.told(self._path, of_rows=self._gives_rows):
            return await self._database.run(work)

    async def close(self) -> None:
        """Finishes what was asked for before, then closes. Calling it again does nothing."""
        if not self._closed:
            self._closed = True
            with trouble.told(self._path):
                await self._database.close()


class ReadingLane(Lane):
    """A caller that is canceled takes its question along: it is not begun, or broken off where it stands."""

    _gives_rows = True

    def __init__(self, path: Path, database: Database, *, keeps_pages: bool = True) -> None:
        """With `keeps_pages` what was read stays in memory for the next question, as far as the connection's cache
        goes."""
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
        """Whether nothing is read now; then nothing is until this ends. Does not wait. On another lane's thread."""
        is_free = self._reading.acquire(blocking=False)
        try:
            yield is_free
        finally:
            if is_free:
                self._reading.release()

    def begin(self, question: _Question[Any]) -> None:
        """Where the database works."""
        self._reading.acquire()
        with self._turn:
            if question.is_dropped:
                self._reading.release()
                raise sqlite3.OperationalError("interrupted")
            self._present = question

    def end(self) -> None:
        """Where the database works."""
        with self._turn:
            self._present = None
        self._reading.release()

    def _drop(self, question: _Question[Any]) -> None:
        # With the lock held the next question does not begin, which an interruption would end as well.
        with self._turn:
            question.is_dropped = True
            if self._present is question:
                self._database.interrupt()


class _Question(Generic[Answer]):
    __slots__ = ("_lane", "_work", "is_dropped")

    def __init__(self, work: Work[Answer], lane: ReadingLane) -> None:
        self._work = work
        self._lane = lane
        self.is_dropped = False

    def __call__(self, connection: sqlite3.Connection) -> Answer:
        self._lane.begin(self)
        try:
            answer = self._work(connection)
            if not self._lane.keeps_pages:
                connection.execute("PRAGMA shrink_memory")
            return answer
        finally:
            self._lane.end()


class _Job(Generic[Answer]):
    """A write that waits for its turn, and then what came of it."""

    __slots__ = ("answer", "done", "error", "work")

    def __init__(self, work: Work[Answer]) -> None:
        self.work = work
        self.answer: Answer
        self.error: Exception | None = None
        self.done: asyncio.Future[None] | None = None
        """Of one that goes along with a turn that another asked for."""


class WritingLane(Lane):
    def __init__(self, path: Path, database: Database) -> None:
        super().__init__(path, database)
        self._waiting: deque[_Job[Any]] = deque()
        self._is_turn_to_come = False
        """A turn is asked for, and has not begun to take what waits."""

    async def write(self, work: Work[Answer]) -> Answer:
        """Does the work in a transaction that is on disk when this returns, or raises and has changed nothing. Work
        that goes along with one that fails is taken back and done again."""
        if self._closed:
            raise trouble.closed()
        job = _Job(work)
        if self._is_turn_to_come:
            job.done = asyncio.get_running_loop().create_future()
        self._waiting.append(job)
        # The turn to come takes all that waits then. One that has begun meanwhile may have missed this job.
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
        """Where the database works."""
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
            # One before could not even be rolled back.
            connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        for job in jobs:
            _attempt(connection, job)
        connection.execute("COMMIT")
    except Exception as error:  # noqa: BLE001 - every one who waits gets it; nothing was written
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
            # A full disk ends the whole transaction: then the others failed as well.
            raise
        connection.execute("ROLLBACK TO job")
    connection.execute("RELEASE job")
