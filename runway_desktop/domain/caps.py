"""Spending caps: whether a task may be sent, which cap blocks it, and why the lane sends nothing. Codes with details;
their texts are in `usecases.words.holds`. Pure; credits are floats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum, StrEnum, auto

from runway_desktop.values import Struct

from .failures import Reason

ENOUGH = 1e-6
"""Tolerance for comparing sums of floats."""


class Cap(StrEnum):
    SENDING = "sending"
    """Limit for the price of one task."""
    DAY = "day"
    MONTH = "month"
    PROJECT = "project"
    """Limit for a project, counted from its first task."""
    BALANCE = "balance"
    """Not a cap set by the user: the balance at Runway."""


class Limit(Struct, frozen=True, kw_only=True):
    """A cap and how much of it is used. `spent` is what was sent (0 for the cap of one task), `coming` the price of
    queued tasks that go first. For the balance, `limit` is what is left."""

    cap: Cap
    limit: float
    spent: float = 0.0
    coming: float = 0.0
    project: str = ""

    @property
    def left(self) -> float:
        return self.limit - self.spent - self.coming


class HeldBack(Struct, frozen=True, kw_only=True):
    """Why one task is blocked. `price` None: not known. `exact` as in `Price`."""

    limit: Limit
    price: float | None = None
    exact: bool = False
    waiting: float = 0.0
    """Credits of the other tasks blocked by the same cap. For the cap of one task: how much more the most expensive
    costs."""

    @property
    def which(self) -> tuple[Cap, str, float]:
        """Identity of the cap, its amount included. A balance changes by itself, so its amount is left out."""
        limit = self.limit
        return limit.cap, limit.project, 0.0 if limit.cap is Cap.BALANCE else limit.limit

    @property
    def over(self) -> float | None:
        """By how many credits the limit would be exceeded; None if the price is not known."""
        return None if self.price is None else self.price - self.limit.left

    @property
    def raised(self) -> float | None:
        """The next round amount of the cap that lets this task and all others blocked by it pass; None for the balance,
        which cannot be raised here."""
        if self.limit.cap is Cap.BALANCE:
            return None
        needed = self.limit.limit - self.limit.left + (self.price if self.price is not None else self.limit.limit * 0.1)
        return _round_up(max(needed + self.waiting, self.limit.limit + 1))


def held_back(price: float | None, limits: Sequence[Limit], *, exact: bool = False) -> HeldBack | None:
    """The first limit that a task of this price would exceed; None if it may be sent. A task without a known price may
    be sent while anything is left."""
    for limit in limits:
        if limit.left + ENOUGH < price if price is not None else limit.left < ENOUGH:
            return HeldBack(limit=limit, price=price, exact=exact)
    return None


def _round_up(value: float) -> float:
    """Rounds up to a multiple of 10 below 200, of 100 below 5,000, of 500 above."""
    step = 10 if value <= 200 else 100 if value <= 5_000 else 500
    return math.ceil(value / step - ENOUGH) * step


class LaneCode(Enum):
    CLOSING = auto()
    PAUSED = auto()
    NO_ANSWERS = auto()
    """Paused automatically: the last `amount` requests got no answer."""
    LOCKED = auto()
    """The engine runs for a program that may not spend."""
    NO_KEY = auto()
    KEY_REFUSED = auto()
    OFFLINE = auto()
    ERROR = auto()
    """Sending failed or could not be recorded; `cause` is None for a bug of this program. Retried soon."""
    UNWRITABLE = auto()
    """The database cannot be written."""
    UNSETTLED = auto()
    """A create of the same model got no answer; whether its task exists is being checked."""
    NO_SLOT = auto()
    """All `limit` slots of the model are in use, by `amount` tasks."""
    DAY_USED_UP = auto()
    """The daily limit of `model` is reached."""
    HELD_BACK = auto()
    """Blocked by a cap, or by the balance: `held`."""


class LaneReason(Struct, frozen=True):
    code: LaneCode
    amount: int = 0
    limit: int = 0
    model: str = ""
    held: HeldBack | None = None
    cause: Reason | None = None
    retry_at: float | None = None
    """When sending is tried again, in Unix seconds; None if unknown."""
