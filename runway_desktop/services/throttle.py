"""A throttle for work that reads a whole library: in a burst of changes it may use a fifth of the time at most; after a
quiet time it starts at once.

Pure but for the clock that it is given.
"""

from __future__ import annotations

import math
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ports import Clock

SHARE = 5


class Throttle:
    """A context around the work. `least` is in milliseconds, so that changes of one moment are gathered."""

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
        self._until = now + (SHARE - 1) * (now - self._begun)

    @property
    def is_over(self) -> bool:
        """Not while the work goes on, nor for a while after it."""
        return self._clock.monotonic() >= self._until

    @property
    def ms(self) -> int:
        """From now until it may begin again; while it goes on, until that is worth asking anew."""
        left = 1000 * (self._until - self._clock.monotonic())
        return self._least if math.isinf(left) else round(max(self._least, left))
