"""Keeps clips that play side by side at one pace: slows who is ahead and hurries who is behind, a little at a time. GUI
thread.
"""

from __future__ import annotations

from collections.abc import Sequence

from .track import Track

NUDGE = 0.08
"""By how much of its pace a clip is slowed or hurried."""
_REST_AT_US = 400_000
"""A clip that is so far ahead rests: its frames would fill the memory."""
_AWAY, _NEAR = 1.5, 1.0
"""Frames from the pace at which a nudge begins, and at which it ends."""


def balance(leading: Sequence[Track], beat: Track | None, rate: float) -> None:
    """One look at the clips that have not ended. `beat` sets the pace and keeps its own, for the ear's sake; while it
    has ended, the slowest does."""
    slowest = min(track.newest for track in leading)
    pace = beat.newest if beat is not None and beat.leads else slowest
    for track in leading:
        if track.newest - slowest > _REST_AT_US:
            track.rest()
            continue
        if track.newest - slowest < _REST_AT_US // 4:
            track.go_on()
        if track is beat:
            continue
        lead = (track.newest - pace) / track.frame_us
        if lead > _AWAY:
            track.set_rate(rate * (1 - NUDGE))
        elif lead < -_AWAY:
            track.set_rate(rate * (1 + NUDGE))
        elif abs(lead) < _NEAR:
            track.set_rate(rate)
