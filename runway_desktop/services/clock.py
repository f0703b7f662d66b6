"""The real clock, the order of what happens, and the one way in which services wait: until something happens or a time
is over; and how long before a failed call is tried again.

Source of the last: the API's page on errors: exponential, with a random extra of up to 50 %, and Retry-After obeyed.

Loop's thread only. Raises nothing of its own.
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
"""Seconds after which `Runway.create` has ended, whatever the network does: nothing that is waited for takes longer."""
LONGEST = 60.0
"""Seconds, at the most, before a failed call is tried again."""
LONGEST_RETRY_AFTER = 3_600.0
"""A server that asks for more is asked again after an hour: a wrong header must not stop the program for a year."""
THROTTLE_SHARE = 5


class SystemClock:
    """Time as the machine has it. Fits `ports.Clock`."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    def call_later(self, seconds: float, call: Callable[[], object]) -> Callable[[], object]:
        return asyncio.get_running_loop().call_later(max(0.0, seconds), call).cancel


class Moments:
    """Seconds of the monotonic clock, each larger than the one before: what comes later has a larger one, however long
    the steps of the clock are."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = -math.inf

    def now(self) -> float:
        self._last = max(self._clock.monotonic(), math.nextafter(self._last, math.inf))
        return self._last

    def of(self, wall_time: float) -> float:
        """A Unix time as a moment, also one from before this run. As exact as the machine's clock was set."""
        return wall_time - self._clock.now() + self._clock.monotonic()


class Alarm:
    """One sleeper that can be woken. A ring while nobody sleeps is kept for the next sleep, so none is lost."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = False
        self._bell: asyncio.Future[None] | None = None

    def ring(self) -> None:
        self._rung = True
        if self._bell is not None:
            _ring(self._bell)

    async def wait(self, seconds: float | None = None) -> None:
        """Returns when rung, or after `seconds`; None waits for the ring alone."""
        if not self._rung:
            self._bell = bell = asyncio.get_running_loop().create_future()
            # No task that sleeps: loops wait many times for each thing that happens.
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
    """Returns when one of the coroutines is done; the others are canceled, and their end is awaited."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Throttle:
    """For work that reads a whole library: in a burst of changes it may use a fifth of the time at most; after a quiet
    time it starts at once. A context around the work; `least` is in milliseconds, so that changes of one moment are
    gathered."""

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
        """Not while the work goes on, nor for a while after it."""
        return self._clock.monotonic() >= self._until

    @property
    def ms(self) -> int:
        """From now until it may begin again; while it goes on, until that is worth asking anew."""
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
        # Everyone who was turned away comes back at the same second otherwise.
        return max(waited, min(LONGEST_RETRY_AFTER, retry_after) + 0.5 * rng.random())
    return waited


class Wait(Struct):
    """The waiting after failures in a row. `until` is a moment of the monotonic clock."""

    failures: int = 0
    until: float = 0.0
    reason: LaneReason | None = None

    def extend(self, now: float, reason: LaneReason, rng: random.Random, *, retry_after: float | None = None) -> None:
        """After one more failure. Never ends sooner by that."""
        self.failures += 1
        self.until = max(self.until, now + delay(self.failures, rng, retry_after=retry_after))
        self.reason = reason
