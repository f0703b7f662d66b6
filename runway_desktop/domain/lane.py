"""Why the lane of queued tasks sends nothing: a code with its details, in words by `usecases.words.holds`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from .caps import HeldBack
from .failures import Reason


class LaneCode(Enum):
    CLOSING = auto()
    PAUSED = auto()
    NO_ANSWERS = auto()
    """Paused by itself: the last `amount` sendings got no answer."""
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


@dataclass(frozen=True, slots=True)
class LaneReason:
    code: LaneCode
    amount: int = 0
    limit: int = 0
    model: str = ""
    held: HeldBack | None = None
    cause: Reason | None = None
