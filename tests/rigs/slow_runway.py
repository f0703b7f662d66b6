"""Runway with real latencies on a clock that passes in tests. What is made is counted at some moment between the
arrival of its POST and the answer, and a reading shows one moment of its own way.

What was begun there goes on when the program is killed: everything is planned with its time when a POST leaves, and
comes to pass when somebody looks. `made` knows what no program can know.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from runway_desktop.domain.account import ModelLimits, Organization
from runway_desktop.domain.advance import Answer, CreatedTask
from runway_desktop.domain.errors import NoReply, NotTaken
from runway_desktop.domain.task import RemoteId
from runway_desktop.values import replace
from tests.rigs.fake_runway import FakeRunway, remote_id
from tests.rigs.fakes import FakeClock


class Fate(StrEnum):
    """What becomes of a POST."""

    ANSWERED = "answered"
    LOST_AFTER = "made, and its answer lost"
    LOST_BEFORE = "lost before anything was made"
    DENIED_AFTER = "made, and answered with 503 in Runway's own words"
    DENIED_BEFORE = "not taken, as Runway says in its 503"


class SlowRunway(FakeRunway):
    """`lost` is the share of POSTs that get no answer, `denied` of those that Runway says it did not take: of half of
    them that is true. `uncounted`: models of which Runway tells no count. `slow` is the share of readings that take
    seconds. `late`: seconds after the answer, or after its connection broke, until which a task may be counted."""

    def __init__(
        self,
        clock: FakeClock,
        rng: random.Random,
        *,
        lost: float,
        counted: tuple[str, ...],
        uncounted: tuple[str, ...] = (),
        slow: float = 0.05,
        late: float = 0.0,
        denied: float = 0.0,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._rng = rng
        self._lost = lost
        self._denied = denied
        self._slow = slow
        self._late = late
        self._uncounted = uncounted
        self._plan: list[tuple[float, Callable[[], None]]] = []
        self._begun = 0
        self.made: Counter[str] = Counter()
        """Prompts of what was made, whether anybody was told of it or not, and how often."""
        self.account = Organization(balance=100_000.0, limits={model: ModelLimits() for model in counted})

    async def create(self, endpoint: str, body: Mapping[str, Any]) -> CreatedTask:
        await self._arrive("create", endpoint, body)
        rng, now = self._rng, self._clock.monotonic()
        arrives = now + rng.uniform(0.01, 0.2)
        answers = arrives + rng.uniform(0.05, 1.0)
        begins_back = answers + rng.uniform(0.01, 0.2)
        fate = self._fate()
        self._begun += 1
        created = CreatedTask(remote_id=remote_id(self._begun), estimated_credits=self.estimate)
        if fate not in (Fate.LOST_BEFORE, Fate.DENIED_BEFORE):
            counted = rng.uniform(arrives, answers)
            if fate is not Fate.ANSWERED and self._late and rng.random() < 0.5:
                counted = begins_back + rng.uniform(0.0, self._late)
            self._later(counted, lambda: self._make(created, endpoint, body))
            self._later(counted + rng.uniform(4.0, 60.0), lambda: self._end(created.remote_id))
        await self._clock.sleep(begins_back - now)
        if fate is Fate.ANSWERED:
            return created
        if fate in (Fate.DENIED_AFTER, Fate.DENIED_BEFORE):
            raise NotTaken("Runway is busy.")
        raise NoReply("The connection was cut.")

    async def organization(self) -> Organization:
        await self._arrive("organization")
        rng = self._rng
        slow = 20.0 if rng.random() < self._slow else 1.0
        await self._clock.sleep(slow * rng.uniform(0.01, 0.15))
        self._come_to_pass()
        seen = self.account
        await self._clock.sleep(slow * rng.uniform(0.01, 0.15))
        return seen

    async def task(self, remote_id: RemoteId) -> Answer:
        await self._clock.sleep(0.05)
        self._come_to_pass()
        return await super().task(remote_id)

    def _fate(self) -> Fate:
        dice = self._rng.random()
        if dice >= self._lost + self._denied:
            return Fate.ANSWERED
        if dice >= self._lost:
            return self._rng.choice((Fate.DENIED_AFTER, Fate.DENIED_BEFORE))
        return self._rng.choice((Fate.LOST_AFTER, Fate.LOST_BEFORE))

    def _later(self, at: float, what: Callable[[], None]) -> None:
        self._plan.append((at, what))

    def _come_to_pass(self) -> None:
        now = self._clock.monotonic()
        due = sorted((entry for entry in self._plan if entry[0] <= now), key=lambda entry: entry[0])
        self._plan = [entry for entry in self._plan if entry[0] > now]
        for _, what in due:
            what()

    def _make(self, created: CreatedTask, endpoint: str, body: Mapping[str, Any]) -> None:
        model, known = str(body["model"]), self.account
        self.made[str(body["promptText"])] += 1
        self._remember(created, endpoint, body, self.secret)
        used = dict(known.daily_used)
        if model not in self._uncounted:
            used[model] = used.get(model, 0) + 1
        self.account = replace(known, daily_used=used, balance=known.balance - (self.estimate or 0.0))

    def _end(self, remote: RemoteId) -> None:
        """Most succeed at their price, some cost less, some fail and are refunded."""
        estimate = self.estimate or 0.0
        cost = self._rng.choice((estimate, estimate, estimate, 0.6 * estimate, 0.0))
        if cost:
            self.finish(remote, f"https://x.example/{remote}.mp4", cost=cost)
        else:
            self.fail(remote, "INTERNAL")
        self.account = replace(self.account, balance=self.account.balance + estimate - cost)
