"""How long a link to a result works. Pure; times are Unix seconds, and the clock is the caller's.

Source: the API's description of a task that succeeded says that its links expire within 24 to 48 hours; asking for the
task again gives fresh ones. How long Runway keeps the result itself is not published: only asking tells, and a 404
proves that it is gone. So nothing here speaks of the result, only of the link.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SURELY = 24 * 3600.0
"""Seconds after it was fetched that a link works."""
AT_LATEST = 48 * 3600.0
"""Seconds after which none does."""


class Standing(StrEnum):
    GOOD = "good"
    """It works."""
    DOUBTFUL = "doubtful"
    """It may have expired."""
    OVER = "over"
    """It has expired. Runway may have a fresh one."""


@dataclass(frozen=True, slots=True, order=True)
class LinkLife:
    """The life of a link that was fetched at that time. The one that ends first is the smallest."""

    fetched_at: float

    @property
    def surely_until(self) -> float:
        return self.fetched_at + SURELY

    @property
    def at_latest(self) -> float:
        return self.fetched_at + AT_LATEST

    def standing(self, now: float) -> Standing:
        if now < self.surely_until:
            return Standing.GOOD
        return Standing.DOUBTFUL if now < self.at_latest else Standing.OVER

    def left(self, now: float) -> float:
        """Seconds that it surely works still; 0 when nothing is sure any more."""
        return max(0.0, min(SURELY, self.surely_until - now))

    def spent(self, now: float) -> float:
        """The part of its longest life that is over, 0 to 1."""
        return max(0.0, min(1.0, (now - self.fetched_at) / AT_LATEST))
