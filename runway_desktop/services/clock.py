"""The real clock, and the one way in which services wait: until something happens or a time is over.

Loop's thread only. Raises nothing of its own.
"""

from __future__ import annotations

import asyncio
import time

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
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, seconds: float | None = None) -> None:
        """Returns when rung, or after `seconds`; None waits for the ring alone."""
        if seconds is None:
            await self._rung.wait()
        elif not self._rung.is_set():
            await first_of(self._rung.wait(), self._clock.sleep(seconds))
        self._rung.clear()


async def first_of(*waits: object) -> None:
    """Returns when one of the coroutines is done; the others are cancelled, and their end is awaited."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]  # type: ignore[call-overload]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
