"""Today's budget beside the queue: what is spent, running and queued, and what a cap holds back. Pure."""

from __future__ import annotations

from enum import Enum, auto

from runway_desktop.domain.caps import Kept
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import Text, _, ngettext
from runway_desktop.values import Struct

from . import units


class Part(Enum):
    SPENT = auto()
    RUNNING = auto()
    """Sent today and not ended: counted, and given back if it fails."""
    QUEUED = auto()
    """Will be sent today."""
    LEFT = auto()
    OVER = auto()
    """Queued, and blocked by a cap."""
    SHORT = auto()
    """Queued, and the balance does not suffice."""


_LABELS = {
    Part.SPENT: Text("Spent"),
    Part.RUNNING: Text("Running", context="credits"),
    Part.QUEUED: Text("Queued", context="credits"),
    # Translators: credits that may still be spent today.
    Part.LEFT: Text("Left", context="credits"),
    Part.OVER: Text("Queued, over a cap", context="credits"),
    Part.SHORT: Text("Waiting for credits", context="credits"),
}


class Share(Struct, frozen=True):
    """A line of the legend, and its part of the bar."""

    part: Part
    credits: float

    @property
    def label(self) -> str:
        return str(_LABELS[self.part])

    @property
    def amount(self) -> str:
        return units.number(round(self.credits, 1))


class QueueBudget(Struct, frozen=True, kw_only=True):
    shares: tuple[Share, ...] = ()
    cap: float | None = None
    """Of the day."""
    over: tuple[TaskId, ...] = ()
    """Queued tasks that a cap or the balance blocks."""
    kept: Kept | None = None
    """By the first cap that can be raised."""


def shares(
    spent: float, queued: float, over: float, cap: float | None, *, running: float, short: float = 0.0
) -> tuple[Share, ...]:
    """`spent` includes `running`. `over` is blocked by a cap, `short` by the balance. Empty shares are kept where they
    may fill by themselves, so that the buttons below stay in place."""
    left = max(0.0, cap - spent - queued) if cap is not None else 0.0
    found = (
        Share(Part.SPENT, max(0.0, spent - running)),
        Share(Part.RUNNING, running),
        Share(Part.QUEUED, queued),
        Share(Part.LEFT, left),
        Share(Part.OVER, over),
        Share(Part.SHORT, short),
    )
    kept = _ALWAYS if cap is None else (*_ALWAYS, Part.LEFT, Part.OVER)
    return tuple(share for share in found if share.credits or share.part in kept)


_ALWAYS = (Part.SPENT, Part.RUNNING, Part.QUEUED)
RESETS = Text("Resets at midnight.")


def daily_cap_words(cap: float | None) -> str:
    return _("Cap {n}", n=cap) if cap is not None else _("No daily cap")


def hold_words(amount: int) -> str:
    """Text of the button that holds what is over a cap, so that it is not sent tomorrow either."""
    return ngettext("Hold {n}", "Hold {n}", amount)
