"""Which numbers are moments: times that a server, a file or an older list tells are checked here before they are kept.
Pure.

Python's calendar raises OverflowError, ValueError or OSError for seconds beyond what it, or the system, can write. A
number of milliseconds is beyond it too.
"""

from __future__ import annotations

EARLIEST = 2 * 86_400.0
"""Unix seconds: behind 1970 in every time zone. Windows writes no local time before."""
LATEST = 32_503_680_000.0
"""The beginning of the year 3000. Windows writes no local time after."""


def known_moment(at: object) -> float | None:
    """Unix seconds that every system's calendar can write; None for any other number, and for what is none."""
    if isinstance(at, bool) or not isinstance(at, int | float):
        return None
    return float(at) if EARLIEST <= at <= LATEST else None
