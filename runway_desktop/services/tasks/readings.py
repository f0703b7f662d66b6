"""Readings of counts and balance around sendings, and the evidence that they give of a sending without an answer.

Nothing is sent of a model between its first reading and its POST. After a POST without an answer the counts are read
again, several times: a slow server may still be at it, and a reading that other sendings overlap says nothing. What is
in doubt is counted in the evidence; `uncertainty.verdict` says what it means.

`UncertainFollowup` runs these looks, and no other task of the model is sent meanwhile: another sending would blur what
the readings say of the first. A mistake of the program there is reported, and the model may be sent again.

`before` and `look_after` raise nothing for what the world does; `recall` raises StoreError. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable, Iterable

from runway_desktop.domain.account import NO_KEY, Organization, Span
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import Event, TaskChanged
from runway_desktop.domain.task import Evidence, State, Task, TaskId
from runway_desktop.domain.transitions import EvidenceGathered
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import LONGEST_CREATE, delay
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.services.ports import Clock
from runway_desktop.services.supervised import report, survived
from runway_desktop.values import replace

from .ledger import Ledger
from .sendings import Fate, Sendings, Sent
from .uncertainty import Likelihood, verdict

log = logging.getLogger(__name__)

FRESH = 30.0
"""Seconds that a reading of counts and balance serves the sendings of one burst."""
LOOK_AFTER = (3.0, 20.0, 20.0, 40.0)
"""Seconds before each look at counts and balance. The first comes before `sendings.LATE`: it can only show that the
task was made. Those after the second come only while other sendings keep the readings in doubt."""
GIVE_UP_LOOKING = 600.0
WORTH_LOOKING = 1_800.0
"""Seconds after a sending without an answer for which counts and balance say something of it."""
DAY = 86_400.0
"""The rolling day of the counts, in seconds, ..."""
DAY_SLACK = 60.0
"""... and how exactly it is kept, as far as anybody knows."""
SLACK = 0.1
"""Seconds that times of another run may be off."""

_FATES = {Likelihood.MADE: Fate.MADE, Likelihood.NOT_MADE: Fate.NOT_MADE}


class Readings:
    def __init__(
        self, ledger: Ledger, account: Account, pricing: Pricing, bus: Bus, clock: Clock, rng: random.Random
    ) -> None:
        self._ledger = ledger
        self._account = account
        self._pricing = pricing
        self._bus = bus
        self._clock = clock
        self._rng = rng
        self._sendings = Sendings()
        self._clean: dict[str, tuple[int, Organization]] = {}
        """The latest reading of each model whose count is beyond doubt, and the number of its key."""
        self._before: dict[TaskId, Span] = {}
        self._recalled: set[TaskId] = set()
        bus.listen(self._hear)

    async def recall(self) -> None:
        """Takes up what the last run sent, as far as the evidence of its uncertain tasks needs it, and of those that
        Runway did not take. Call after `Ledger.load`, before anything is sent. StoreError when it cannot be read: then
        nothing is known of them."""
        unsure = [task for task in self._ledger.open() if self.tells_something(task) or self._was_not_taken(task)]
        if not unsure:
            return
        keys = {task.key for task in unsure}
        first = min(_before_of(task).begin for task in unsure)
        sent = await self._ledger.sent_between(first - LONGEST_CREATE, self._clock.now() + DAY)
        models = {_model_of(task) for task in unsure}
        for task in (*sent, *filter(self._was_not_taken, unsure)):
            if _model_of(task) in models and not task.adopted:
                # What another key sent stands in the counts of another organization, maybe.
                await self._recall_one(task, is_made=task.remote_id is not None and keys == {task.key})
        for task in unsure:
            before = _before_of(task)
            moments = self._account.moments
            self._before[task.id] = Span(moments.of(before.begin) - SLACK, moments.of(before.end) + SLACK)
            self._recalled.add(task.id)

    def tells_something(self, task: Task) -> bool:
        """Whether it is uncertain, and a reading still says something of it. Hours later, counts and balance have moved
        for many other reasons."""
        if task.state is not State.UNCERTAIN or task.sent_at is None:
            return False
        if task.evidence is not None and task.evidence.balance_after is not None and not task.evidence.is_early:
            return False
        return 0.0 <= self._clock.now() - task.sent_at <= WORTH_LOOKING

    def _was_not_taken(self, task: Task) -> bool:
        """Whether Runway denied a held task not long ago, and a reading says whether that was true."""
        evidence = task.evidence
        if task.state is not State.HELD or evidence is None or evidence.answered_before is None:
            return False
        return 0.0 <= self._clock.now() - evidence.answered_before <= WORTH_LOOKING

    def counted_by(self, task_id: TaskId) -> float:
        """The moment by which the last sending of a task stands in the counts if it was made."""
        sent = self._sendings.get(task_id)
        return sent.counted_by if sent is not None else -math.inf

    async def before(self, task: Task) -> Organization | None:
        """Counts and balance for a sending of the task, at most `FRESH` seconds old, read after its last sending would
        stand in them and while none of the model was under way, if that can be had; None where Runway does not tell.
        Call it while none is under way."""
        model = task.request.model
        known = self._account.organization
        key, kept = self._clean.get(model, (0, None))
        for found in (known, kept if key == self._account.keys_used else None):
            if (
                found is not None
                and 0.0 <= self._clock.now() - found.asked_at <= FRESH
                and self._is_clean(model, found)
                and self._is_counted(task.id, found)
            ):
                return self._keep(model, found)
        for _ in range(2):
            # The first may be one that is on its way already, from before the last sending of the model ended.
            known = await self._account.refresh()
            if known is not None and self._is_clean(model, known):
                return self._keep(model, known)
        return known

    async def seen_since(self, task: Task, now: Organization | None) -> Evidence | None:
        """What counts and balance say of the last sending of a held task that Runway did not take, in this run or the
        one before; None where they cannot say anything. Raises StoreError."""
        sent = self._sendings.get(task.id)
        if sent is None or now is None or not self._is_counted(task.id, now):
            return None
        is_own = sent.key == self._account.keys_used or task.id in self._recalled
        if not is_own or task.key != self._account.key.fingerprint:
            return None
        return await self._compare(task, sent, now)

    def evidence(self, task: Task, before: Organization | None) -> Evidence:
        """What is known before a sending."""
        price = self._pricing.price(task.request)
        credits = price.credits if price else None
        if before is None:
            return Evidence(price=credits)
        took = before.span.end - before.span.begin if before.span is not None else 0.0
        return Evidence(
            asked_before=before.asked_at,
            answered_before=before.asked_at + took,
            balance_before=before.balance,
            daily_before=daily(before, task.request.model),
            price=credits,
            model=task.request.model,
        )

    def began(self, task: Task, before: Organization | None) -> None:
        """The first byte of its POST may leave now."""
        model, key = task.request.model, self._account.keys_used
        self._sendings.begin(task.id, Sent(model=model, key=key, begun=self._account.moments.now()))
        self._recalled.discard(task.id)
        known = self._clean.get(model)
        if (
            before is not None
            and before.span is not None
            and known is not None
            and known[1] is before
            and known[0] == key
        ):
            self._before[task.id] = before.span
        else:
            # In doubt, or of a key that was changed meanwhile.
            self._before.pop(task.id, None)

    def ended(self, task_id: TaskId, fate: Fate, credits: float = 0.0) -> None:
        """What the answer, or none, says of it."""
        self._sendings.end(task_id, fate, self._account.moments.now(), credits)
        if fate is not Fate.UNKNOWN:
            self._before.pop(task_id, None)

    async def look_after(self, task_id: TaskId, settled: asyncio.Event) -> None:
        """Asks for counts and balance after a sending without an answer, and notes them at the task. `settled` is set
        once they say what became of it, or no slow server can be at it any more, or they will not come soon: until then
        no other task of the model should be sent."""
        deadline = self._clock.monotonic() + GIVE_UP_LOOKING
        try:
            for seconds in LOOK_AFTER:
                await self._clock.sleep(seconds)
                is_done = False
                with survived("reading counts and balance"):
                    is_done = await self._look(task_id, deadline, settled)
                if is_done:
                    return
        finally:
            settled.set()
            self._before.pop(task_id, None)
            self._recalled.discard(task_id)

    async def _look(self, task_id: TaskId, deadline: float, settled: asyncio.Event) -> bool:
        """Whether no further look is needed."""
        after = await self._reading(task_id, deadline, settled)
        task = self._ledger.get_open(task_id)
        if after is None or task is None or task.state is not State.UNCERTAIN:
            return True
        sent = self._sendings.get(task_id)
        changed = sent is not None and sent.key not in (None, self._account.keys_used)
        if changed or task.key not in (NO_KEY, self._account.key.fingerprint):
            # The numbers of another key, of another organization maybe.
            return True
        try:
            evidence = await self._compare(task, sent, after)
            await self._ledger.move(task_id, EvidenceGathered(evidence))
        except StoreError as error:
            log.warning("The evidence for %s could not be written: %s", task_id, error)
            return False
        if evidence.daily_before is None and evidence.balance_before is None:
            # There is nothing to compare with, however often it is read.
            return True
        if not evidence.is_early:
            settled.set()
        return self._resolve(task_id, evidence) or not (evidence.is_early or evidence.doubtful)

    async def _compare(self, task: Task, sent: Sent | None, after: Organization) -> Evidence:
        model, before = _model_of(task), self._before.get(task.id)
        seen = replace(
            task.evidence or Evidence(),
            balance_after=after.balance,
            daily_after=daily(after, model),
            is_early=sent is not None and after.span is not None and after.span.begin <= sent.counted_by,
        )
        if before is None or after.span is None:
            # The first reading is in doubt itself, or what the last run sent could not be read.
            return replace(seen, doubtful=max(1, seen.doubtful), is_balance_doubtful=True)
        others = self._sendings.others(task.id, model, before, after.span)
        return replace(
            seen,
            accepted_between=others.accepted,
            charged_between=others.charged,
            doubtful=others.doubtful + await self._leaving(task, after),
            is_balance_doubtful=others.is_money_moved or task.id in self._recalled or self._others_at_runway(task),
        )

    async def _leaving(self, task: Task, after: Organization) -> int:
        """How many tasks of the model may have left the rolling day between the readings."""
        since, until = _before_of(task).begin - DAY - DAY_SLACK, self._clock.now() - DAY + DAY_SLACK
        return sum(
            _model_of(old) == _model_of(task) and may_count(old)
            for old in await self._ledger.sent_between(since, until)
        )

    def _others_at_runway(self, task: Task) -> bool:
        """Any of them may have ended meanwhile without being asked for."""
        unsure = (State.UNCERTAIN, State.SENDING)
        return any(
            other.id != task.id and (other.state.is_live or other.state in unsure) for other in self._ledger.open()
        )

    async def _reading(self, task_id: TaskId, deadline: float, settled: asyncio.Event) -> Organization | None:
        """A fresh reading, waited for while Runway cannot be reached; None when it did not come in time or nobody needs
        it."""
        failures = 0
        while self._clock.monotonic() < deadline:
            task = self._ledger.get_open(task_id)
            if task is None or task.state is not State.UNCERTAIN:
                return None
            if not self._account.is_offline and (found := await self._account.refresh()) is not None:
                if self._is_after(task_id, found):
                    return found
                # One of the last run may have ended only in a moment, as far as is known.
                sent = self._sendings.get(task_id)
                await self._clock.sleep(sent.ended - self._account.moments.now() if sent is not None else 0.0)
                continue
            failures += 1
            settled.set()
            await self._clock.sleep(delay(failures, self._rng, first=5.0))
        return None

    def _is_after(self, task_id: TaskId, reading: Organization) -> bool:
        """Not so where somebody else had asked before the sending ended, and the answer took its time."""
        sent = self._sendings.get(task_id)
        return sent is None or reading.span is None or reading.span.begin > sent.ended

    def _is_counted(self, task_id: TaskId, reading: Organization) -> bool:
        """Whether the last sending of the task stands in the reading if it was made."""
        return reading.span is not None and reading.span.begin > self.counted_by(task_id)

    def _is_clean(self, model: str, reading: Organization) -> bool:
        return reading.span is not None and self._sendings.is_clean(model, reading.span)

    def _keep(self, model: str, reading: Organization) -> Organization:
        self._clean[model] = (self._account.keys_used, reading)
        return reading

    async def _recall_one(self, task: Task, *, is_made: bool) -> None:
        moments, sent_at = self._account.moments, task.sent_at if not task.was_denied else _before_of(task).end
        if sent_at is None or not (task.was_denied or may_count(task)):
            return
        begun = moments.of(sent_at) - SLACK
        self._sendings.begin(task.id, Sent(model=_model_of(task), key=None, begun=begun))
        answered = await self._ledger.answered_at(task.id)
        ended = moments.of(answered) + SLACK if answered is not None else begun + LONGEST_CREATE
        self._sendings.end(task.id, Fate.MADE if is_made else Fate.UNKNOWN, min(ended, moments.now()))
        if task.evidence is not None and not task.was_denied:
            self._resolve(task.id, task.evidence)

    def _resolve(self, task_id: TaskId, evidence: Evidence) -> bool:
        """Whether the evidence says what became of it."""
        fate = _FATES.get(verdict(evidence).likelihood)
        if fate is not None:
            self._sendings.resolve(task_id, fate)
        return fate is not None

    def _hear(self, event: Event) -> None:
        if isinstance(event, TaskChanged):
            task, before = event.task, event.before
            if before.state.is_live and task.state.is_final:
                self._sendings.money_moved(self._account.moments.now())
            elif before.state is State.UNCERTAIN and task.state.is_live:
                self._sendings.resolve(task.id, Fate.MADE)


class UncertainFollowup:
    """`settled` is called when a model may be sent again."""

    def __init__(self, readings: Readings, settled: Callable[[], None]) -> None:
        self._readings = readings
        self._settled = settled
        self._looks: dict[TaskId, asyncio.Task[None]] = {}
        self._unsettled: dict[TaskId, tuple[str, asyncio.Event]] = {}

    def take_up(self, tasks: Iterable[Task]) -> None:
        """Looks after those of the last run of which a reading still tells something. Hours later, counts and balance
        have moved for many other reasons."""
        for task in tasks:
            if self._readings.tells_something(task):
                self.look(task)

    def look(self, task: Task) -> None:
        settled = asyncio.Event()
        self._unsettled[task.id] = (task.request.model, settled)
        look = asyncio.create_task(self._look_and_wake(task.id, settled), name=f"look after {task.id}")
        self._looks[task.id] = look
        look.add_done_callback(lambda done: self._looked(task.id, done))

    def is_unsettled(self, model: str) -> bool:
        """A sending of this model got no answer, and counts and balance do not say yet what became of it."""
        return any(model == other and not settled.is_set() for other, settled in self._unsettled.values())

    def let_go(self) -> list[asyncio.Task[None]]:
        """Ends all looks; gives them, to be awaited."""
        looks = list(self._looks.values())
        for look in looks:
            look.cancel()
        return looks

    async def _look_and_wake(self, task_id: TaskId, settled: asyncio.Event) -> None:
        looking = asyncio.create_task(self._readings.look_after(task_id, settled))
        try:
            await settled.wait()
            self._settled()
            await looking
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    def _looked(self, task_id: TaskId, done: asyncio.Task[None]) -> None:
        self._looks.pop(task_id, None)
        self._unsettled.pop(task_id, None)
        if not done.cancelled() and (error := done.exception()) is not None:
            report("looking after a sending without an answer", error)


def _before_of(task: Task) -> Span:
    """When the first reading of an uncertain task was made, in Unix seconds. Evidence of an older version does not
    say it."""
    sent_at, evidence = task.sent_at or 0.0, task.evidence
    if evidence is None or evidence.asked_before is None or evidence.answered_before is None:
        return Span(sent_at - FRESH, sent_at)
    return Span(evidence.asked_before, evidence.answered_before)


def _model_of(task: Task) -> str:
    """Which its sending asked for: a held task may have been edited since."""
    return (task.evidence.model if task.evidence is not None else "") or task.request.model


def may_count(task: Task) -> bool:
    """Whether Runway may have made it."""
    return task.remote_id is not None or task.state in (State.UNCERTAIN, State.SENDING) or task.let_go


def daily(organization: Organization, model: str) -> int | None:
    """How many of the model were made today; None where Runway does not speak of the model at all."""
    if model in organization.daily_used or model in organization.limits:
        return organization.daily_used.get(model, 0)
    return None
