"""Rules of the activity pill: what it shows and for how long, and the contents of its list. Pure; times are seconds of
a monotonic clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum, auto

from runway_desktop.domain.library import Listing
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import Text
from runway_desktop.usecases.words.account import NOTHING_GOES_ON, Going
from runway_desktop.values import Struct, replace

LEAST_SECONDS = 8.0
"""How long a message is shown at least, and how long acts of the same kind are merged into one."""
SECONDS_A_SIGN = 0.08
"""Additional time for each character of a long message."""
MOST_RECENT = 8
"""Past acts and messages in the list."""
MOST_ACTS = 200
LARGE = "large"
"""Room of the large view, which lies over the list: its acts can be undone in the list too."""
MOST_IN_PILL = 12
"""Characters of an action that fits into the pill; longer ones are shown in the list only."""

_END = re.compile(r"(?<!\b\w)(?<!\b\d\d)\. ")
"""End of a sentence, but not the full stop of "29. November" or "z. B. "."""


class ActivityKind(Enum):
    SAID = auto()
    """A message. It disappears from the pill after a while."""
    ACT = auto()
    """Something that the user did and can undo, for the whole session or until it can no longer be undone."""
    GOES_ON = auto()
    """Something that runs until the code that announced it ends it."""
    WAITS = auto()
    """Stays until it is answered or dismissed."""


class Sign(Enum):
    """Icon of the pill."""

    NOTHING = auto()
    SAID = auto()
    ACT = auto()
    GOES_ON = auto()
    SENDING = auto()
    SAVING = auto()
    GESTURE = auto()
    WAITS = auto()
    PROBLEM = auto()


class Action(Struct, frozen=True):
    """A button of an entry."""

    text: str
    does: Callable[[], object]


class ActivityEntry(Struct, frozen=True, kw_only=True):
    """One message of the activity pill."""

    number: int
    """Increasing, never reused."""
    kind: ActivityKind
    message: str
    at: float
    """When it was announced."""
    clock_time: float = 0.0
    """The same in Unix seconds."""
    detail: str = ""
    short: str = ""
    """A short form for the pill; empty if the first sentence is short enough."""
    actions: tuple[Action, ...] = ()
    is_problem: bool = False
    room: str = ""
    """Where the user did it: id of a page, or `LARGE`; empty: the list."""

    @property
    def headline(self) -> str:
        return self.short or first_sentence(self.message)


class Gesture(Struct, frozen=True):
    """What the user does with the pointer at the moment, such as a drag."""

    text: str = ""
    hint: str = ""


class Shown(Struct, frozen=True):
    """What the pill shows."""

    text: str = ""
    hint: str = ""
    """Next to the text, less prominent: a speed, or a key."""
    sign: Sign = Sign.NOTHING
    action: Action | None = None
    entry: ActivityEntry | None = None
    waiting: int = 0
    """How many entries wait for an answer."""
    has_problem: bool = False
    whole: str = ""
    """For the screen reader and the tool tip: without numbers that change constantly."""


class Listed(Struct, frozen=True):
    """What the list of the pill shows, newest first in each part."""

    going: Going
    going_on: tuple[ActivityEntry, ...]
    waiting: tuple[ActivityEntry, ...]
    recent: tuple[ActivityEntry, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.going.lines or self.going_on or self.waiting or self.recent)


class Removal(Struct, frozen=True):
    """The act of the last removal, its tasks, and its text for a number of tasks."""

    act: int = 0
    task_ids: tuple[TaskId, ...] = ()
    says: Callable[[int], Text] | None = None


class MayLeave(Struct):
    """A task of this listing that may leave the list because of a decision about it."""

    task_id: TaskId
    words: str
    listing: Listing
    act: int
    answers: int = 2
    """How many answers of the list may pass until it leaves: one may have been requested before the decision."""


def first_sentence(text: str) -> str:
    """The first sentence without its full stop; an ellipsis is kept."""
    head = _END.split(text, maxsplit=1)[0]
    return head.removesuffix(".") if not head.endswith("..") else head


def seconds_shown(entry: ActivityEntry) -> float:
    """How long the pill shows an entry before others, unless the pointer is on it."""
    return max(LEAST_SECONDS, SECONDS_A_SIGN * len(entry.message + entry.detail))


def added(entries: Sequence[ActivityEntry], new: ActivityEntry, *, replaces: bool = False) -> tuple[ActivityEntry, ...]:
    """The entries with one more. It replaces an earlier entry with the same text, unless it has buttons; `replaces`:
    even then, because the earlier button is out of date. Past entries are limited in number."""
    is_again = replaces or not new.actions
    kept = [
        one
        for one in entries
        if not (is_again and one.kind is new.kind and (one.message, one.detail) == (new.message, new.detail))
    ]
    kept.append(new)
    for kind, most in ((ActivityKind.SAID, MOST_RECENT), (ActivityKind.ACT, MOST_ACTS)):
        numbers = [one.number for one in kept if one.kind is kind]
        too_old = frozenset(numbers[: max(0, len(numbers) - most)])
        kept = [one for one in kept if one.number not in too_old]
    return tuple(kept)


def may_be_joined(entries: Sequence[ActivityEntry], number: int, now: float) -> bool:
    """Whether another act of the same kind is merged with the act of that number: it was the last act, and recent."""
    acts = [one for one in entries if one.kind is ActivityKind.ACT]
    return bool(acts) and acts[-1].number == number and now - acts[-1].at < LEAST_SECONDS


def last_act(entries: Sequence[ActivityEntry], room: str) -> ActivityEntry | None:
    """The act that undo would revert in this room; None if there is none."""
    here = (one for one in reversed(entries) if one.kind is ActivityKind.ACT)
    return next((one for one in here if one.room == room or (one.room == LARGE and not room)), None)


def shown(
    entries: Sequence[ActivityEntry],
    going: Going,
    gesture: Gesture,
    now: float,
    held: int | None = None,
    room: str = "",
) -> Shown:
    """In this order: the gesture; the latest recent entry; what waits for an answer; what is running; the last act of
    the room, which can still be undone; what Runway is working on. `held` is the number of an entry under the pointer:
    it stays until something new is announced."""
    waits = [one for one in entries if one.kind is ActivityKind.WAITS]
    if gesture.text:
        whole = f"{gesture.text}. {gesture.hint}".removesuffix(". ")
        return _with_waiting(Shown(gesture.text, gesture.hint, Sign.GESTURE, whole=whole), waits)
    fresh = [one for one in entries if one.number == held or now - one.at < seconds_shown(one)]
    goes_on = [one for one in entries if one.kind is ActivityKind.GOES_ON]
    if fresh:
        return _with_waiting(_shown_entry(fresh[-1]), waits)
    if waits:
        return _with_waiting(_shown_entry(waits[-1]), waits)
    if goes_on:
        return _shown_entry(goes_on[-1])
    if going.text:
        sign = Sign.SENDING if going.is_sending else Sign.SAVING
        return Shown(going.text, going.figure, sign, whole=going.text)
    if (act := last_act(entries, room)) is not None:
        return _shown_entry(act)
    if going.at_runway:
        return Shown(going.at_runway, "", Sign.GOES_ON, whole=going.at_runway)
    return Shown(str(NOTHING_GOES_ON), whole=str(NOTHING_GOES_ON))


def next_change(entries: Sequence[ActivityEntry], now: float) -> float | None:
    """Seconds until the pill changes without an event; None: never."""
    ends = [one.at + seconds_shown(one) - now for one in entries]
    return min((end for end in ends if end > 0), default=None)


def listed(entries: Sequence[ActivityEntry], going: Going) -> Listed:
    newest_first = tuple(reversed(entries))
    return Listed(
        going,
        tuple(one for one in newest_first if one.kind is ActivityKind.GOES_ON),
        tuple(one for one in newest_first if one.kind is ActivityKind.WAITS),
        tuple(one for one in newest_first if one.kind in (ActivityKind.SAID, ActivityKind.ACT))[:MOST_RECENT],
    )


_SIGNS = {
    ActivityKind.SAID: Sign.SAID,
    ActivityKind.ACT: Sign.ACT,
    ActivityKind.GOES_ON: Sign.GOES_ON,
    ActivityKind.WAITS: Sign.WAITS,
}


def _with_waiting(found: Shown, waits: Sequence[ActivityEntry]) -> Shown:
    return replace(found, waiting=len(waits), has_problem=any(one.is_problem for one in waits))


def _shown_entry(entry: ActivityEntry) -> Shown:
    action = entry.actions[0] if len(entry.actions) == 1 and len(entry.actions[0].text) <= MOST_IN_PILL else None
    whole = f"{entry.message} {entry.detail}".strip()
    sign = Sign.PROBLEM if entry.kind is ActivityKind.WAITS and entry.is_problem else _SIGNS[entry.kind]
    return Shown(entry.headline, "", sign, action, entry, whole=whole)
