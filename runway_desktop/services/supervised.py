"""Supervised work: how a click becomes a coroutine, how mistakes are reported, loops that go on after one.

A mistake is an exception that is none of `domain.errors`. Its traceback goes to the log, as an error: a fault of the
world is a warning at the most, and `Runner` tells it as a notice. Loop's thread only; nothing here raises.
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
    """A piece of work that may be given up by a mistake."""

    failed: bool = False


def report(doing: str, mistake: BaseException) -> None:
    """`doing` completes "A mistake of the program while …": "sending a task". Whoever runs the program tells the person
    of the first."""
    log.error("A mistake of the program while %s", doing, exc_info=mistake)


async def shielded(work: asyncio.Future[Result]) -> Result:
    """What work comes to that goes on when the caller is canceled. `asyncio.shield` would tell the loop of what it
    raises after that, from Python 3.14 on, as of a mistake."""
    if not work.done():
        await asyncio.wait((work,))
    return work.result()


@contextmanager
def survived(doing: str) -> Iterator[Attempt]:
    """Reports a mistake that is made inside and goes on behind. Canceling passes."""
    attempt = Attempt()
    try:
        yield attempt
    except Exception as mistake:  # noqa: BLE001 - reported with its traceback
        attempt.failed = True
        report(doing, mistake)


async def keep_going(doing: str, turn: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Awaits `turn` again and again until canceled. After a turn that failed by a mistake there is a pause, a longer
    one each time in a row."""
    failures = 0
    while True:
        with survived(doing) as attempt:
            await turn()
        failures = failures + 1 if attempt.failed else 0
        if attempt.failed:
            await clock.sleep(min(LONGEST_PAUSE, 2.0 ** min(failures - 1, 6)))


class Spawn(Protocol):
    """Starts a named task that someone holds, awaits and reports on."""

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
        """Runs `work`; `done(result)` on success. A fault of the world goes to `failed` where given, else becomes
        a notice."""
        task = self._spawn(self._guarded(work, done, failed), name)
        # Work that is canceled before its first step ends here too, instead of being lost with a warning.
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
                self._bus.tell(Notice(error.in_words(), error.detail, is_problem=True))
            return None
        if done is not None:
            done(result)
        return result
