"""Whether a task may be sent for the money that was allowed, which cap holds it back, and why the lane of queued tasks
sends nothing: codes with details, in words by `usecases.words.holds`. Pure; credits are floats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum, StrEnum, auto

from runway_desktop.values import Struct

from .failures import Reason

ENOUGH = 1e-6
"""Sums of floats are not compared closer than this."""


class Cap(StrEnum):
    SENDING = "sending"
    """What one task may cost."""
    DAY = "day"
    MONTH = "month"
    PROJECT = "project"
    """What a project may cost, from its first task on."""
    BALANCE = "balance"
    """Not chosen by the person: what is left at Runway."""


class Limit(Struct, frozen=True, kw_only=True):
    """`spent` counts what was sent; 0 for a single sending. `coming` is what the queue sends before, and did not send
    yet. Of the balance, `limit` is what is left."""

    cap: Cap
    limit: float
    spent: float = 0.0
    coming: float = 0.0
    project: str = ""

    @property
    def left(self) -> float:
        return self.limit - self.spent - self.coming


class HeldBack(Struct, frozen=True, kw_only=True):
    """Why one task waits. `price` None: not known; `exact` as in a price."""

    limit: Limit
    price: float | None = None
    exact: bool = False
    waiting: float = 0.0
    """Credits of the others that wait for the same cap; for a single sending, what the dearest of them costs more."""

    @property
    def which(self) -> tuple[Cap, str, float]:
        """Tells one cap from another, and from the same one of another sum. What is left of a balance moves by
        itself."""
        limit = self.limit
        return limit.cap, limit.project, 0.0 if limit.cap is Cap.BALANCE else limit.limit

    @property
    def over(self) -> float | None:
        """By how many credits the limit would be broken; None where the price is not known."""
        return None if self.price is None else self.price - self.limit.left

    @property
    def raised(self) -> float | None:
        """The next round cap that lets this task and all that wait with it go; None where there is no cap to raise."""
        if self.limit.cap is Cap.BALANCE:
            return None
        needed = self.limit.limit - self.limit.left + (self.price if self.price is not None else self.limit.limit * 0.1)
        return _round_up(max(needed + self.waiting, self.limit.limit + 1))


def held_back(price: float | None, limits: Sequence[Limit], *, exact: bool = False) -> HeldBack | None:
    """The first limit that a task of this price would break; None: it may go. Without a price it goes for as long as
    anything is left."""
    for limit in limits:
        if limit.left + ENOUGH < price if price is not None else limit.left < ENOUGH:
            return HeldBack(limit=limit, price=price, exact=exact)
    return None


def _round_up(value: float) -> float:
    """To the next ten below 200, the next hundred below 5,000, the next five hundred beyond."""
    step = 10 if value <= 200 else 100 if value <= 5_000 else 500
    return math.ceil(value / step - ENOUGH) * step


class LaneCode(Enum):
    CLOSING = auto()
    PAUSED = auto()
    NO_ANSWERS = auto()
    """Paused by itself: the last `amount` requests got no answer."""
    NO_KEY = auto()
    KEY_REFUSED = auto()
    OFFLINE = auto()
    ERROR = auto()
    """Sending was refused or could not be noted; `cause` is None where the program made a mistake. Tried again soon."""
    UNWRITABLE = auto()
    """The database cannot be written."""
    UNSETTLED = auto()
    """A sending of the same model got no answer, and it is being found out whether the task was made."""
    NO_SLOT = auto()
    """All `limit` slots of the model are used, by `amount` tasks."""
    DAY_USED_UP = auto()
    """Runway makes no more tasks of `model` today."""
    HELD_BACK = auto()
    """`held` is the cap, or the balance."""


class LaneReason(Struct, frozen=True):
    code: LaneCode
    amount: int = 0
    limit: int = 0
    model: str = ""
    held: HeldBack | None = None
    cause: Reason | None = None
