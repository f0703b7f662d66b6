"""Moments in Unix seconds: which numbers are any, and how long a link to a result works. Pure; the clock is the
caller's.

Times that a server, a file or an older list tells are checked by `known_moment` where they come in; `local_time` is for
what an older version kept. Python's calendar raises OverflowError, ValueError or OSError for seconds beyond what it, or
the system, can write, and a number of milliseconds is beyond it.

Source for links: the API's description of a task that succeeded says that its links expire within 24 to 48 hours;
asking for the task again gives fresh ones. How long Runway keeps the result itself is not published: only asking tells,
and a 404 proves that it is gone. So nothing here speaks of the result, only of the link.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from enum import StrEnum

from runway_desktop.values import Struct

EARLIEST = 0.0
LATEST = 32_503_680_000.0
"""The beginning of the year 3000, in Unix seconds. Windows writes no local time after."""

SURELY = 24 * 3600.0
"""Seconds after it was fetched that a link works."""
AT_LATEST = 48 * 3600.0
"""Seconds after which none does."""


def known_moment(at: object) -> float | None:
    """Unix seconds that every system's calendar can write; None for any other number, and for what is none."""
    if isinstance(at, bool) or not isinstance(at, int | float):
        return None
    return float(at) if EARLIEST <= at <= LATEST else None


def local_time(at: float, zone: tzinfo | None = None) -> datetime:
    """Unix seconds as date and time in `zone` (None: this machine's, without saying so); for what the calendar cannot
    write its first or last moment."""
    if not EARLIEST <= at <= LATEST:
        at = LATEST if at > LATEST else EARLIEST
    return datetime.fromtimestamp(at, zone)


class LinkStatus(StrEnum):
    GOOD = "good"
    """It works."""
    DOUBTFUL = "doubtful"
    """It may have expired."""
    OVER = "over"
    """It has expired. Runway may have a fresh one."""


class LinkLife(Struct, frozen=True, order=True):
    """The life of a link that was fetched at that time. The one that ends first is the smallest."""

    fetched_at: float

    @property
    def surely_until(self) -> float:
        return self.fetched_at + SURELY

    @property
    def at_latest(self) -> float:
        return self.fetched_at + AT_LATEST

    def standing(self, now: float) -> LinkStatus:
        if now < self.surely_until:
            return LinkStatus.GOOD
        return LinkStatus.DOUBTFUL if now < self.at_latest else LinkStatus.OVER

    def left(self, now: float) -> float:
        """Seconds that it surely works still; 0 when nothing is sure any more."""
        return max(0.0, min(SURELY, self.surely_until - now))

    def spent(self, now: float) -> float:
        """The part of its longest life that is over, 0 to 1."""
        return max(0.0, min(1.0, (now - self.fetched_at) / AT_LATEST))
