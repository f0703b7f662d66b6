"""Which numbers are moments: times that a server, a file or an older list tells. Pure.

Python's calendar raises OverflowError, ValueError or OSError for seconds beyond what it, or the system, can write. A
number of milliseconds is beyond it too. What comes in is checked by `known_moment`; `local_time` is for what an older
version kept.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

EARLIEST = 0.0
LATEST = 32_503_680_000.0
"""The beginning of the year 3000, in Unix seconds. Windows writes no local time after."""


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
