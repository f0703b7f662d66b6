"""What is being sent, in words for who waits for it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.values import Struct


class Under(Struct, frozen=True, kw_only=True):
    """A paid request that is on its way to Runway: what, for whom, since when (Unix seconds)."""

    what: str
    client: str = ""
    """Empty: the person's own."""
    since: float = 0.0


def under_way_words(sendings: Sequence[Under]) -> str:
    """ "Sending gen4.5 for claude", for who waits for it."""
    if not sendings:
        return "Closing"
    said = [f"{one.what} for {one.client}" if one.client else one.what for one in sendings]
    return f"Sending {', '.join(said)}"
