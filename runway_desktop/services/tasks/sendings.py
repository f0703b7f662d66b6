"""A record of all sendings with their times. Tells which of them a reading of counts and balance may include.

Runway counts a task at some moment between the arrival of its POST and the answer, and a reading shows the numbers of
some moment between its request and its answer. If the two intervals overlap, it is unknown whether the reading includes
the task. An unanswered sending may be counted at any time until `LATE` seconds after it was given up, or never.

Pure bookkeeping in moments (`clock.Moments`). Loop's thread only; raises nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import Enum, auto

from runway_desktop.domain.account import TimeSpan
from runway_desktop.domain.task import TaskId
from runway_desktop.services.clock import LATE
from runway_desktop.values import Struct

REMEMBERED = 3_600.0
"""Seconds for which a sending is kept: longer than any follow-up takes."""


class Fate(Enum):
    """Outcome of a sending."""

    UNDER_WAY = auto()
    MADE = auto()
    NOT_MADE = auto()
    UNKNOWN = auto()


class Sent(Struct):
    """One sending. `key`: number of its key, None for another run's. `ended`: when it was answered or given up."""

    model: str
    key: int | None
    begun: float
    ended: float = math.inf
    fate: Fate = Fate.UNDER_WAY
    credits: float = 0.0

    @property
    def counted_by(self) -> float:
        """The latest moment at which it is included in the counts, if it was made."""
        return self.ended + LATE if self.fate is Fate.UNKNOWN else self.ended

    def may_stand_in(self, reading: TimeSpan) -> bool:
        """Whether the reading is ambiguous about this sending: they overlap in time."""
        return self.begun <= reading.end and reading.begin <= self.counted_by


class Others(Struct, frozen=True):
    """Effect of other sendings on the numbers between two readings."""

    accepted: int = 0
    """Of the same model; certainly in the second reading and not in the first."""
    charged: float = 0.0
    """Estimated credits of certain sendings, of any model."""
    doubtful: int = 0
    """Of the same model; may be in either reading, in both, or in none."""
    is_money_moved: bool = False
    """Other tasks of any model that were sent, ran or ended meanwhile may have changed the balance."""


class Sendings:
    def __init__(self) -> None:
        self._sent: dict[TaskId, Sent] = {}
        self._clean: dict[str, TimeSpan] = {}
        """A known unambiguous reading of each model: a cache for bursts of sendings."""
        self._money_moved = -math.inf

    def begin(self, task_id: TaskId, sent: Sent) -> None:
        """Call just before the POST."""
        self._forget_before(sent.begun - REMEMBERED)
        self._sent.pop(task_id, None)
        self._sent[task_id] = sent
        known = self._clean.get(sent.model)
        if known is not None and sent.begun <= known.end:
            del self._clean[sent.model]

    def end(self, task_id: TaskId, fate: Fate, at: float, credits: float = 0.0) -> None:
        """Records the outcome that the answer gave."""
        sent = self._sent.get(task_id)
        if sent is not None:
            sent.fate, sent.ended, sent.credits = fate, min(sent.ended, at), credits

    def resolve(self, task_id: TaskId, fate: Fate) -> None:
        """Records the outcome of an unanswered sending, found out later."""
        sent = self._sent.get(task_id)
        if sent is not None and sent.fate is Fate.UNKNOWN:
            sent.fate, sent.ended = fate, sent.counted_by
            self._clean.pop(sent.model, None)

    def money_moved(self, at: float) -> None:
        """A task ended at Runway: its charge is final or was refunded."""
        self._money_moved = max(self._money_moved, at)

    def get(self, task_id: TaskId) -> Sent | None:
        return self._sent.get(task_id)

    def is_clean(self, model: str, reading: TimeSpan) -> bool:
        """Whether no sending of the model was under way during the reading."""
        if self._clean.get(model) == reading:
            return True
        is_clean = not any(
            sent.model == model and sent.begun <= reading.end and reading.begin <= sent.ended
            for _, sent in self._possible()
        )
        if is_clean:
            self._clean[model] = reading
        return is_clean

    def others(self, task_id: TaskId, model: str, before: TimeSpan, after: TimeSpan) -> Others:
        """Effect of other tasks' sendings between the readings."""
        accepted, charged, doubtful, is_moved = 0, 0.0, 0, self._money_moved >= before.begin
        for other, sent in self._possible():
            if other == task_id or sent.begun > after.end:
                continue
            # An unanswered task may run and end unseen at any time.
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
