"""Unix seconds: which values are valid, and how long the link to a result works. Pure; the caller passes the time.

Times from a server, a file or another list are checked by `known_moment` on input; `local_time` is for values stored by
an older version. Python's calendar raises OverflowError, ValueError or OSError for seconds out of its or the system's
range, and milliseconds are out of range.

Source for links: the API's description of a succeeded task says that its links expire within 24 to 48 hours; reading
the task again gives fresh ones. How long Runway keeps the result itself is not published; only a 404 proves that it is
gone. So this module is about links, not about results.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from runway_desktop.values import Struct

EARLIEST = 0.0
LATEST = 32_503_680_000.0
"""The beginning of the year 3000, in Unix seconds. Windows cannot format later local times."""

SURELY = 24 * 3600.0
"""Seconds after its fetch for which a link is sure to work."""
AT_LATEST = 48 * 3600.0
"""Seconds after its fetch by which every link has expired."""


def known_moment(at: object) -> float | None:
    """Unix seconds that every system's calendar can format; None for any other value."""
    if isinstance(at, bool) or not isinstance(at, int | float):
        return None
    return float(at) if EARLIEST <= at <= LATEST else None


def local_time(at: float, zone: tzinfo | None = None) -> datetime:
    """Unix seconds as date and time in `zone`; None: this machine's, as a naive value. Seconds out of range are
    clamped."""
    if not EARLIEST <= at <= LATEST:
        at = LATEST if at > LATEST else EARLIEST
    return datetime.fromtimestamp(at, zone)


def written(at: float) -> str:
    """Unix seconds in UTC, as Runway writes them: 2026-12-01T08:30:00.000Z."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class LinkStatus(StrEnum):
    GOOD = "good"
    """Works."""
    DOUBTFUL = "doubtful"
    """May have expired."""
    OVER = "over"
    """Has expired. Runway may have a fresh one."""


class LinkLife(Struct, frozen=True, order=True):
    """Lifetime of a link fetched at that time. Ordered by end, soonest first."""

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
        """Seconds for which it is sure to work; 0 once it may have expired."""
        return max(0.0, min(SURELY, self.surely_until - now))
