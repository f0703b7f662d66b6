"""Texts of link expiry: for a notice, a line of the details, the status of a task. Pure.

Only the link has a known end. How long Runway keeps the result itself is not published, so nothing is said about it.
"""

from __future__ import annotations

from collections.abc import Iterable

from runway_desktop.domain.moments import LinkLife, LinkStatus
from runway_desktop.domain.task import Output, OutputState
from runway_desktop.texts import Text, _

from . import units

OPEN_TO_ALL = Text("Anyone with the link can download the result.")
_COPIED = {
    LinkStatus.GOOD: Text(
        "Link copied. It works until about {surely} – at the latest {latest}.",
        "{n} links copied. They work until about {surely} – at the latest {latest}.",
    ),
    LinkStatus.DOUBTFUL: Text(
        "Link copied. It may have expired, and stops working by {latest}.",
        "{n} links copied. They may have expired, and stop working by {latest}.",
    ),
    LinkStatus.OVER: Text("Link copied. It has expired.", "{n} links copied. They have expired."),
}


def copied_words(count: int, life: LinkLife, now: float) -> Text:
    """The message after links were copied; `life` is that of the first to expire."""
    surely, latest = units.moment(life.surely_until, now), units.moment(life.at_latest, now)
    return _COPIED[life.standing(now)].of(count).with_(surely=surely, latest=latest)


def line_words(life: LinkLife, now: float) -> str:
    """For the details, after the label "Link"."""
    match life.standing(now):
        case LinkStatus.GOOD:
            return _("valid until about {time}", time=units.moment(life.surely_until, now))
        case LinkStatus.DOUBTFUL:
            return _("may have expired; stops by {time}", time=units.moment(life.at_latest, now))
        case LinkStatus.OVER:
            return _("expired; “Copy link” gets a new one")


def until_words(outputs: Iterable[Output], now: float) -> str:
    """For the status of a task: until when its results can be saved; of several, for the link that expires first."""
    life = min(LinkLife(output.url_fetched_at) for output in outputs)
    match life.standing(now):
        case LinkStatus.GOOD:
            return _("Safe until {time}", time=units.moment(life.surely_until, now))
        case LinkStatus.DOUBTFUL:
            return _("Link may have expired")
        case LinkStatus.OVER:
            return _("Runway may no longer keep it")


URGENT = 6 * 3600.0
"""A link with fewer safe seconds left is urgent."""
STALLED = 600.0
"""Seconds without a received byte after which saving is stalled."""
A_MOMENT = 60.0
"""Seconds after a link was fetched during which "not saved" is normal."""


def is_urgent(output: Output, now: float, moved_at: float) -> bool:
    """Whether its link may expire before it is saved, since saving has made no progress since `moved_at`. Not for
    expired links."""
    life = LinkLife(output.url_fetched_at)
    is_late = life.left(now) < URGENT and life.standing(now) is not LinkStatus.OVER
    return is_late and now - moved_at >= STALLED


def worth_telling(outputs: Iterable[Output], now: float) -> bool:
    """Whether these results, which are not saved, are more than those of the last moment that are just being saved."""
    return any(
        output.state is OutputState.FAILED or output.problem or not 0 <= now - output.url_fetched_at < A_MOMENT
        for output in outputs
    )


def urgent_words(lives: list[LinkLife], now: float) -> str:
    """The message when results have become urgent."""
    first = min(lives)
    count = len(lives)
    if first.standing(now) is LinkStatus.GOOD:
        said = Text(
            "Saving is stuck for a result. Its link is safe only until {time}.",
            "Saving is stuck for {n} results. The first link is safe only until {time}.",
        ).with_(time=units.moment(first.surely_until, now))
    else:
        said = Text(
            "Saving is stuck for a result. Its link may have expired.",
            "Saving is stuck for {n} results. The first link may have expired.",
        )
    return str(said.of(count))
