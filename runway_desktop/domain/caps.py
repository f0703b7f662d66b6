"""What keeps a queued task here: its own hold, a spending cap or the balance, or the state of the lane. Codes with
details; their texts are in `usecases.words.holds`. Pure; credits are floats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import Enum, StrEnum, auto

from runway_desktop.values import Struct

from .failures import Reason
from .task import ITS_TURN, Hold, HoldCode

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
    is_open: bool = False
    """Something is under way that may cost any amount, so `coming` is all that is left, however high the cap is."""

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
        which cannot be raised here, and where no amount would do."""
        if self.limit.cap is Cap.BALANCE or self.limit.is_open:
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
    FIRST_COST = auto()
    """Another run of the same version of a workflow is under way, and no run of it told its cost yet."""
    HELD_BACK = auto()
    """Blocked by a cap, or by the balance: `held`."""


class Way(Enum):
    """What has to happen before a kept task can be sent."""

    TURN = auto()
    """Nothing but time: its turn, a slot, the end of a check, a new day."""
    RETRY = auto()
    """Tried again without the person."""
    RESUME = auto()
    """Sending, which is paused or not allowed."""
    KEY = auto()
    PERSON = auto()
    """Its release, or approval."""
    CREDITS = auto()
    RAISE = auto()
    """A higher cap, or a new day."""


_WAYS: Mapping[LaneCode, Way] = {
    LaneCode.CLOSING: Way.RESUME,
    LaneCode.PAUSED: Way.RESUME,
    LaneCode.NO_ANSWERS: Way.RESUME,
    LaneCode.LOCKED: Way.RESUME,
    LaneCode.NO_KEY: Way.KEY,
    LaneCode.KEY_REFUSED: Way.KEY,
    LaneCode.OFFLINE: Way.RETRY,
    LaneCode.ERROR: Way.RETRY,
    LaneCode.UNWRITABLE: Way.RETRY,
    LaneCode.UNSETTLED: Way.TURN,
    LaneCode.NO_SLOT: Way.TURN,
    LaneCode.FIRST_COST: Way.TURN,
    LaneCode.DAY_USED_UP: Way.TURN,
}


class LaneReason(Struct, frozen=True):
    code: LaneCode
    amount: int = 0
    limit: int = 0
    model: str = ""
    held: HeldBack | None = None
    cause: Reason | None = None
    retry_at: float | None = None
    """When sending is tried again, in Unix seconds; None if unknown."""

    @property
    def way(self) -> Way:
        if self.held is not None:
            return Way.CREDITS if self.held.limit.cap is Cap.BALANCE else Way.RAISE
        return _WAYS[self.code]


class Kept(Struct, frozen=True, kw_only=True):
    """Why one queued task is not sent now. Only `Lane.keeps` determines it; its texts are made where it is shown."""

    hold: Hold = ITS_TURN
    """The task's own, which is named before `lane`."""
    lane: LaneReason | None = None
    """The cap or the balance that blocks it, else why the lane sends nothing; None: it is just its turn."""
    since: float | None = None
    """Unix seconds; None: since before this run, or just its turn."""

    @property
    def is_by_hold(self) -> bool:
        """Its own hold keeps it. An earlier failure of the connection does not: that may be over."""
        return self.hold.code is not HoldCode.ITS_TURN and not self.hold.is_by_connection

    @property
    def held(self) -> HeldBack | None:
        """The cap or balance that blocks it."""
        return self.lane.held if self.lane is not None else None

    @property
    def way(self) -> Way:
        if self.is_by_hold:
            return Way.PERSON if self.hold.code.waits_for_person else Way.RETRY
        if self.lane is not None:
            return self.lane.way
        return Way.RETRY if self.hold.is_by_connection else Way.TURN
