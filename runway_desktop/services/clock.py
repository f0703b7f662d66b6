"""The real clock, a strictly growing time line, an alarm to wait for events with a time-out, throttling, and back-off.

Source of the back-off: the API's page on errors: exponential, up to 50 % of random jitter, Retry-After obeyed. Loop's
thread only. Raises nothing of its own.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Callable, Coroutine
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING

from runway_desktop.domain.caps import LaneReason
from runway_desktop.values import Struct

if TYPE_CHECKING:
    from .ports import Clock


LONGEST_CREATE = 400.0
"""Seconds after which `Runway.create` has ended in any case. Nothing waits longer for it."""
LATE = 20.0
"""Seconds after a broken connection by which a task is counted, if it was made: a slow server may still be working."""
LONGEST = 60.0
"""Longest back-off in seconds."""
LONGEST_RETRY_AFTER = 3_600.0
"""Upper bound for Retry-After, in seconds: a wrong header must not stop the program for a year."""
THROTTLE_SHARE = 5


class SystemClock:
    """The machine's clock. Implements `ports.Clock`."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    def call_later(self, seconds: float, call: Callable[[], object]) -> Callable[[], object]:
        return asyncio.get_running_loop().call_later(max(0.0, seconds), call).cancel


class Moments:
    """Strictly increasing monotonic times in seconds, so that events can be ordered even within one tick of the
    clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = -math.inf

    def now(self) -> float:
        self._last = max(self._clock.monotonic(), math.nextafter(self._last, math.inf))
        return self._last

    def of(self, wall_time: float) -> float:
        """Converts a Unix time, also one from before this run. As exact as the machine's clock was set."""
        return wall_time - self._clock.now() + self._clock.monotonic()


class Alarm:
    """Wakes one sleeper. A ring while there is no sleeper is kept for the next `wait`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = False
        self._bell: asyncio.Future[None] | None = None

    def ring(self) -> None:
        self._rung = True
        if self._bell is not None:
            _ring(self._bell)

    async def wait(self, seconds: float | None = None) -> None:
        """Returns when rung, or after `seconds`; None waits for the ring only."""
        if not self._rung:
            self._bell = bell = asyncio.get_running_loop().create_future()
            # A timer instead of a task: this runs many times per event.
            stop = None if seconds is None else self._clock.call_later(seconds, partial(_ring, bell))
            try:
                await bell
            finally:
                self._bell = None
                if stop is not None:
                    stop()
        self._rung = False


def _ring(bell: asyncio.Future[None]) -> None:
    if not bell.done():
        bell.set_result(None)


async def first_of(*waits: Coroutine[object, object, object]) -> None:
    """Returns when one of the coroutines is done; cancels the others and awaits their end."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Throttle:
    """Throttles work that reads a whole library to a fifth of the time. After a quiet time it may start at once.
    Context manager around the work. `least`: shortest delay in milliseconds, which merges changes of one moment."""

    def __init__(self, clock: Clock, least: int) -> None:
        self._clock = clock
        self._least = least
        self._begun = 0.0
        self._until = float("-inf")

    def __enter__(self) -> None:
        self._begun = self._clock.monotonic()
        self._until = float("inf")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        now = self._clock.monotonic()
        self._until = now + (THROTTLE_SHARE - 1) * (now - self._begun)

    @property
    def is_over(self) -> bool:
        """Whether the work may start. False during the work and for a pause after it."""
        return self._clock.monotonic() >= self._until

    @property
    def ms(self) -> int:
        """Milliseconds until the work may start; while it is running, until it is worth calling this again."""
        left = 1000 * (self._until - self._clock.monotonic())
        return self._least if math.isinf(left) else round(max(self._least, left))


def delay(
    failures: int,
    rng: random.Random,
    *,
    retry_after: float | None = None,
    first: float = 1.0,
    longest: float = LONGEST,
) -> float:
    """Seconds to wait after the `failures`th failure in a row (1 is the first). Never less than `retry_after`."""
    grown = min(longest, first * 2.0 ** min(30, max(0, failures - 1)))
    waited = min(longest, grown * (1.0 + 0.5 * rng.random()))
    if retry_after is not None and retry_after > 0:
        # Jitter, or all callers that were turned away retry in the same second.
        return max(waited, min(LONGEST_RETRY_AFTER, retry_after) + 0.5 * rng.random())
    return waited


class Wait(Struct):
    """Back-off after failures in a row. `until` is a monotonic time."""

    failures: int = 0
    until: float = 0.0
    reason: LaneReason | None = None

    def extend(self, now: float, reason: LaneReason, rng: random.Random, *, retry_after: float | None = None) -> None:
        """Records one more failure. Never makes the wait end sooner."""
        self.failures += 1
        self.until = max(self.until, now + delay(self.failures, rng, retry_after=retry_after))
        self.reason = reason
