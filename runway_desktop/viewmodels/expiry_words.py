"""Until when a link works, in words: for a notice, a line of the details, a row of the board. Pure.

Only the link has a known end. Of the result itself nothing is promised: how long Runway keeps it is not published.
"""

from __future__ import annotations

from runway_desktop.domain.expiry import LinkLife, Standing

from . import wording

KEPT_NO_LONGER, ASKING_TELLS = "Runway may keep it no longer", "The link has expired; asking tells"
OPEN_TO_ALL = "Anyone who has it can download the result."


def copied_words(count: int, life: LinkLife, now: float) -> str:
    """What is told when links were copied; `life` is that of the first to end."""
    what = "Link copied." if count == 1 else f"{count:,} links copied."
    it, works, stops = ("It", "works", "stops") if count == 1 else ("They", "work", "stop")
    latest = wording.moment(life.at_latest, now)
    match life.standing(now):
        case Standing.GOOD:
            surely = wording.moment(life.surely_until, now)
            return f"{what} {it} {works} until about {surely} – at the latest {latest}."
        case Standing.DOUBTFUL:
            return f"{what} {it} may have expired already, and {stops} working at the latest {latest}."
        case Standing.OVER:
            return f"{what} {it} {'has' if count == 1 else 'have'} expired."


def line_words(life: LinkLife, now: float) -> str:
    """For the details, after the label "Link"."""
    match life.standing(now):
        case Standing.GOOD:
            return f"good until about {wording.moment(life.surely_until, now)}"
        case Standing.DOUBTFUL:
            return f"may have expired; at the latest {wording.moment(life.at_latest, now)}"
        case Standing.OVER:
            return "expired; Copy link asks for a fresh one"


def board_words(life: LinkLife, now: float) -> tuple[str, str]:
    """Two lines for the board: what is sure, and what is at most."""
    latest = wording.moment(life.at_latest, now)
    match life.standing(now):
        case Standing.GOOD:
            left = wording.left(life.left(now))
            return f"Surely until {wording.moment(life.surely_until, now)} · {left}", f"at the latest {latest}"
        case Standing.DOUBTFUL:
            return "The link may have expired", f"at the latest {latest}"
        case Standing.OVER:
            return KEPT_NO_LONGER, ASKING_TELLS
