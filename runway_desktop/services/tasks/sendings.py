"""A record of all sendings with their times. It tells which of them a reading of counts and balance may include.

Runway counts a task at some moment between the arrival of its POST and the answer, and a reading shows the numbers of
some moment between its request and its answer. Where the two intervals overlap, it is unknown whether the reading
includes the task. A sending without an answer may have been counted, or not, from its beginning until `LATE` seconds
after it was given up.

Pure bookkeeping in moments (`clock.Moments`). Loop's thread only; raises nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import Enum, auto

from runway_desktop.domain.account import Span
from runway_desktop.domain.task import TaskId
from runway_desktop.values import Struct

LATE = 20.0
"""Seconds after which a task is counted, if it was made at all, when its connection broke: a slow server may still be
at it."""
REMEMBERED = 3_600.0
"""Seconds for which a sending is remembered: longer than anybody looks after one."""


class Fate(Enum):
    """What became of a sending."""

    UNDER_WAY = auto()
    MADE = auto()
    NOT_MADE = auto()
    UNKNOWN = auto()


class Sent(Struct):
    """One sending. `key` numbers the key that it was sent with, None where another run did it; `ended` is when its
    answer was in or it was given up."""

    model: str
    key: int | None
    begun: float
    ended: float = math.inf
    fate: Fate = Fate.UNDER_WAY
    credits: float = 0.0

    @property
    def counted_by(self) -> float:
        """When, at the latest, it stands in the counts if it was made."""
        return self.ended + LATE if self.fate is Fate.UNKNOWN else self.ended

    def may_stand_in(self, reading: Span) -> bool:
        """Whether it may have been counted while the reading was on its way: before its moment or after it."""
        return self.begun <= reading.end and reading.begin <= self.counted_by


class Others(Struct, frozen=True):
    """What other sendings did to the numbers between two readings."""

    accepted: int = 0
    """Of the same model; they surely are in the second and not in the first."""
    charged: float = 0.0
    """Credits, of whatever model, that those were estimated at."""
    doubtful: int = 0
    """Of the same model; they may be in the one reading, in both, or in none."""
    is_money_moved: bool = False
    """Something else may have moved the balance: a task of any model that was sent, ran or ended meanwhile."""


class Sendings:
    def __init__(self) -> None:
        self._sent: dict[TaskId, Sent] = {}
        self._clean: dict[str, Span] = {}
        """Of each model a reading that is known to be clean, and stays so: a burst of sendings asks for one again and
        again."""
        self._money_moved = -math.inf

    def begin(self, task_id: TaskId, sent: Sent) -> None:
        """Its first byte may leave from now on."""
        self._forget_before(sent.begun - REMEMBERED)
        self._sent.pop(task_id, None)
        self._sent[task_id] = sent
        known = self._clean.get(sent.model)
        if known is not None and sent.begun <= known.end:
            del self._clean[sent.model]

    def end(self, task_id: TaskId, fate: Fate, at: float, credits: float = 0.0) -> None:
        """What became of it, as its answer says."""
        sent = self._sent.get(task_id)
        if sent is not None:
            sent.fate, sent.ended, sent.credits = fate, min(sent.ended, at), credits

    def resolve(self, task_id: TaskId, fate: Fate) -> None:
        """What became of one without an answer, as was found out later."""
        sent = self._sent.get(task_id)
        if sent is not None and sent.fate is Fate.UNKNOWN:
            sent.fate, sent.ended = fate, sent.counted_by
            self._clean.pop(sent.model, None)

    def money_moved(self, at: float) -> None:
        """A task ended at Runway: what it was charged is final, or came back."""
        self._money_moved = max(self._money_moved, at)

    def get(self, task_id: TaskId) -> Sent | None:
        return self._sent.get(task_id)

    def is_clean(self, model: str, reading: Span) -> bool:
        """Whether no sending of the model was under way while it was read."""
        if self._clean.get(model) == reading:
            return True
        is_clean = not any(
            sent.model == model and sent.begun <= reading.end and reading.begin <= sent.ended
            for _, sent in self._possible()
        )
        if is_clean:
            self._clean[model] = reading
        return is_clean

    def others(self, task_id: TaskId, model: str, before: Span, after: Span) -> Others:
        """What the sendings of other tasks did between the readings."""
        accepted, charged, doubtful, is_moved = 0, 0.0, 0, self._money_moved >= before.begin
        for other, sent in self._possible():
            if other == task_id or sent.begun > after.end:
                continue
            # One without an answer may run, and end, unseen for as long as it likes.
            is_moved = is_moved or sent.fate is Fate.UNKNOWN or sent.counted_by >= before.begin
            if sent.counted_by < before.begin:
                continue
            is_doubtful = sent.fate is not Fate.MADE or sent.may_stand_in(before) or sent.may_stand_in(after)
            if not is_doubtful:
                charged += sent.credits
            if sent.model == model:
                doubtful += is_doubtful
                accepted += not is_doubtful
        return Others(accepted, charged, doubtful, is_moved)

    def _possible(self) -> Iterator[tuple[TaskId, Sent]]:
        return ((task_id, sent) for task_id, sent in self._sent.items() if sent.fate is not Fate.NOT_MADE)

    def _forget_before(self, moment: float) -> None:
        gone = []
        for task_id, sent in self._sent.items():
            if sent.begun > moment:
                break
            if sent.ended < moment:
                gone.append(task_id)
        for task_id in gone:
            del self._sent[task_id]
