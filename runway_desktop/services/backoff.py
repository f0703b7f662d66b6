"""How long to wait before a failed call is tried again. No clock of its own; seconds.

Source: the API's page on errors: exponential, with a random extra of up to 50 %, and Retry-After obeyed.
"""

from __future__ import annotations

import random

from runway_desktop.domain.caps import LaneReason
from runway_desktop.values import Struct

LONGEST = 60.0
LONGEST_RETRY_AFTER = 3_600.0
"""A server that asks for more is asked again after an hour: a wrong header must not stop the program for a year."""


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
