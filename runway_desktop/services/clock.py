"""The real clock, and the one way in which services wait: until something happens or a time is over.

Loop's thread only. Raises nothing of its own.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from .ports import Clock


class SystemClock:
    """Time as the machine has it. Fits `ports.Clock`."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class Alarm:
    """One sleeper that can be woken. A ring while nobody sleeps is kept for the next sleep, so none is lost."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = False
        self._bell: asyncio.Future[None] | None = None

    def ring(self) -> None:
        self._rung = True
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)

    async def wait(self, seconds: float | None = None) -> None:
        """Returns when rung, or after `seconds`; None waits for the ring alone."""
        if not self._rung:
            self._bell = bell = asyncio.get_running_loop().create_future()
            sleeper = None if seconds is None else asyncio.ensure_future(self._clock.sleep(seconds))
            if sleeper is not None:
                sleeper.add_done_callback(lambda _: None if bell.done() else bell.set_result(None))
            try:
                await bell
            finally:
                self._bell = None
                if sleeper is not None:
                    sleeper.cancel()
        self._rung = False


async def first_of(*waits: Coroutine[object, object, object]) -> None:
    """Returns when one of the coroutines is done; the others are cancelled, and their end is awaited."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
