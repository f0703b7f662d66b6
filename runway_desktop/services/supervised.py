"""Supervised work: turns a click into a coroutine, reports programming mistakes, and keeps loops running after one.

A mistake is an exception outside `domain.errors`; its traceback is logged as an error. Failures of the outside world
are logged as warnings at most, and `Runner` turns them into notices. Loop's thread only; nothing here raises.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.values import Struct

from .bus import Bus

if TYPE_CHECKING:
    from .ports import Clock

log = logging.getLogger(__name__)

Result = TypeVar("Result")

LONGEST_PAUSE = 60.0


class Attempt(Struct):
    """Outcome of a block under `survived`."""

    failed: bool = False


def report(doing: str, mistake: BaseException) -> None:
    """Logs a mistake. `doing` completes "A mistake of the program while …", e.g. "sending a task". The application
    shows the first one to the person."""
    log.error("A mistake of the program while %s", doing, exc_info=mistake)


async def shielded(work: asyncio.Future[Result]) -> Result:
    """Awaits work that goes on when the caller is canceled. From Python 3.14 on, `asyncio.shield` reports an exception
    raised after that to the loop's exception handler."""
    if not work.done():
        await asyncio.wait((work,))
    return work.result()


@contextmanager
def survived(doing: str) -> Iterator[Attempt]:
    """Reports a mistake in the block and continues after the block. CancelledError passes."""
    attempt = Attempt()
    try:
        yield attempt
    except Exception as mistake:  # noqa: BLE001 - reported with its traceback
        attempt.failed = True
        report(doing, mistake)


async def keep_going(doing: str, turn: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Awaits `turn` in a loop until canceled. Pauses after a mistake, longer with each mistake in a row."""
    failures = 0
    while True:
        with survived(doing) as attempt:
            await turn()
        failures = failures + 1 if attempt.failed else 0
        if attempt.failed:
            await clock.sleep(min(LONGEST_PAUSE, 2.0 ** min(failures - 1, 6)))


class Spawn(Protocol):
    """Starts a named task; its owner holds it, awaits it and reports its errors."""

    def __call__(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]: ...


class Runner:
    def __init__(self, spawn: Spawn, bus: Bus) -> None:
        self._spawn = spawn
        self._bus = bus

    def __call__(
        self,
        work: Coroutine[Any, Any, Any],
        name: str,
        *,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[RunwayDesktopError], None] | None = None,
    ) -> asyncio.Task[Any]:
        """Runs `work`; calls `done(result)` on success. An error of `domain.errors` goes to `failed` if given, else
        becomes a notice."""
        task = self._spawn(self._guarded(work, done, failed), name)
        # Closes work that was canceled before its first step; otherwise Python warns that it was never awaited.
        task.add_done_callback(lambda _: work.close())
        return task

    async def _guarded(
        self,
        work: Coroutine[Any, Any, Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[RunwayDesktopError], None] | None,
    ) -> Any:
        try:
            result = await work
        except RunwayDesktopError as error:
            if failed is not None:
                failed(error)
            else:
                self._bus.tell(Notice(error.text, error.detail, is_problem=True))
            return None
        if done is not None:
            done(result)
        return result


class Finishing:
    """Runs coroutines that must finish although their caller is canceled. An abandoned write would go on in the
    background, and the caller's next call would not see what it is about to write."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, Result], name: str) -> Result:
        """The result or exception of `work`. If the caller is canceled, `work` goes on."""
        task = asyncio.create_task(work, name=name)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await shielded(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The caller gets the exception too, unless it was canceled.
            log.debug("What a client asked for came to nothing: %r", error)


class Refresh:
    """Runs `read`, which reads what is shown again. Calls of `begin` during a read cause one more."""

    def __init__(self, runner: Runner, read: Callable[[], Coroutine[Any, Any, object]], name: str) -> None:
        self._runner = runner
        self._read = read
        self._name = name
        self._is_wanted = self._is_reading = False

    def begin(self) -> None:
        self._is_wanted = True
        if not self._is_reading:
            self._is_reading = True
            self._runner(self._run(), self._name)

    async def _run(self) -> None:
        try:
            while self._is_wanted:
                self._is_wanted = False
                await self._read()
        finally:
            self._is_reading = False
