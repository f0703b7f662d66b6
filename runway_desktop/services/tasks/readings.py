"""Reads counts and balance before and after sendings, as evidence for sendings without an answer.

Nothing else of a model is sent between its first reading and its POST. After a POST without an answer the counts are
read several times: a slow server may still make the task, and a reading that overlaps other sendings is ambiguous. The
evidence counts what is in doubt; `uncertainty.verdict` interprets it.

`UncertainFollowup` runs these reads and blocks other tasks of the model meanwhile, because another sending would make
the readings ambiguous. A programming mistake there is reported and unblocks the model. `before` and `look_after` raise
nothing for failures of the outside world; `recall` raises StoreError. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from runway_desktop.domain.account import NO_KEY, Organization, TimeSpan
from runway_desktop.domain.advance import Accepted, EvidenceGathered
from runway_desktop.domain.errors import ApiError, NotThere, StoreError
from runway_desktop.domain.events import Event, TaskChanged, TaskFound
from runway_desktop.domain.task import Evidence, RemoteId, State, Task, TaskId
from runway_desktop.domain.workflows.routing import RouterSeen, Routing
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import LONGEST_CREATE, delay
from runway_desktop.services.learned import Routers
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.services.ports import Clock
from runway_desktop.services.supervised import report, survived
from runway_desktop.values import replace

from .ledger import Ledger
from .sendings import Fate, Sendings, Sent
from .uncertainty import OTHERS_WITHIN, Likelihood, Lookup, look_up, verdict

log = logging.getLogger(__name__)

FRESH = 30.0
"""Seconds for which a reading is reused for the sendings of one burst."""
LOOK_AFTER = (3.0, 20.0, 20.0, 40.0)
"""Seconds before each reading. The first is before `clock.LATE`, so it can only prove that the task was made. Those
after the second are needed only while other sendings make the readings ambiguous."""
GIVE_UP_LOOKING = 600.0
WORTH_LOOKING = 1_800.0
"""Seconds after an unanswered sending for which readings are meaningful."""
DAY = 86_400.0
"""The rolling day of the counts, in seconds, ..."""
DAY_SLACK = 60.0
"""... and its assumed accuracy."""
SLACK = 0.1
"""Seconds by which times of another run may be off."""

_FATES = {Likelihood.MADE: Fate.MADE, Likelihood.NOT_MADE: Fate.NOT_MADE}


@dataclass(eq=False, repr=False)
class Readings:
    _ledger: Ledger
    _account: Account
    _pricing: Pricing
    _bus: Bus
    _clock: Clock
    _rng: random.Random
    _routers: Routers

    def __post_init__(self) -> None:
        self._listed: dict[TaskId, RouterSeen] = {}
        """The list of a task's router before its sending."""
        self._sendings = Sendings()
        self._clean: dict[str, tuple[int, Organization]] = {}
        """The latest unambiguous reading of each model, with the number of its key."""
        self._before: dict[TaskId, TimeSpan] = {}
        self._recalled: set[TaskId] = set()
        self._bus.listen(self._hear)

    async def recall(self) -> None:
        """Restores the sendings of the last run that matter for the evidence of uncertain tasks, and of tasks refused
        with 503. Call after `Ledger.load`, before anything is sent. After a StoreError there is no evidence for
        them."""
        unsure = [task for task in self._ledger.open() if self.tells_something(task) or self._was_not_taken(task)]
        if not unsure:
            return
        keys = {task.key for task in unsure}
        first = min(_before_of(task).begin for task in unsure)
        sent = await self._ledger.sent_between(first - LONGEST_CREATE, self._clock.now() + DAY)
        models = {_model_of(task) for task in unsure}
        for task in (*sent, *filter(self._was_not_taken, unsure)):
            if _model_of(task) in models and not task.adopted:
                # Another key's tasks may be in the counts of another organization.
                await self._recall_one(task, is_made=task.remote_id is not None and keys == {task.key})
        for task in unsure:
            before = _before_of(task)
            moments = self._account.moments
            self._before[task.id] = TimeSpan(moments.of(before.begin) - SLACK, moments.of(before.end) + SLACK)
            self._recalled.add(task.id)

    def tells_something(self, task: Task) -> bool:
        """Whether the task is uncertain and a reading can still settle it. Hours later, counts and balance have changed
        for many other reasons."""
        if task.state is not State.UNCERTAIN or task.sent_at is None:
            return False
        if task.evidence is not None and task.evidence.balance_after is not None and not task.evidence.is_early:
            return False
        return 0.0 <= self._clock.now() - task.sent_at <= WORTH_LOOKING

    def _was_not_taken(self, task: Task) -> bool:
        """Whether Runway refused a queued task with 503 so recently that a reading can show whether it was made."""
        evidence = task.evidence
        if task.state is not State.QUEUED or evidence is None or evidence.answered_before is None:
            return False
        return 0.0 <= self._clock.now() - evidence.answered_before <= WORTH_LOOKING

    def counted_by(self, task_id: TaskId) -> float:
        """The moment by which a task's last sending is included in the counts, if it was made."""
        sent = self._sendings.get(task_id)
        return sent.counted_by if sent is not None else -math.inf

    async def before(self, task: Task) -> Organization | None:
        """As `_counts_before`. Also reads the list of the task's router, at the same time."""
        counts, _ = await asyncio.gather(self._counts_before(task), self._list_before(task))
        return counts

    async def _list_before(self, task: Task) -> None:
        if (router := self._routers.of(task.request)) is None:
            return
        self._listed[task.id] = RouterSeen()
        asked = self._clock.now()
        try:
            found = await self._routers.listed(router, asked - OTHERS_WITHIN)
        except ApiError as error:
            log.warning("The list of the router %s could not be read: %s", router.slug, error)
            return
        if found.at is not None:
            known = [one.id for one in found.requests if one.at >= found.at - OTHERS_WITHIN]
            self._listed[task.id] = RouterSeen(ahead=found.at - self._clock.now(), known=tuple(known))

    async def _counts_before(self, task: Task) -> Organization | None:
        """Counts and balance for a sending of the task: at most `FRESH` seconds old and, if possible, read after its
        last sending would be counted and while no task of the model was being sent. None if Runway does not answer.
        Call it while none is being sent."""
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
            # The first call may share a request that began before the model's last sending ended.
            known = await self._account.refresh()
            if known is not None and self._is_clean(model, known):
                return self._keep(model, known)
        return known

    async def seen_since(self, task: Task, now: Organization | None) -> Evidence | None:
        """Evidence about the last sending of a task that Runway refused with 503, in this run or the one before; None
        if the readings cannot tell. Raises StoreError."""
        sent = self._sendings.get(task.id)
        if sent is None or now is None or not self._is_counted(task.id, now):
            return None
        is_own = sent.key == self._account.keys_used or task.id in self._recalled
        if not is_own or task.key != self._account.key.fingerprint:
            return None
        return await self._compare(task, sent, now)

    def evidence(self, task: Task, before: Organization | None) -> Evidence:
        """The evidence known before a sending."""
        price = self._pricing.price(task.request)
        credits = price.credits if price else None
        listed = self._listed.pop(task.id, None)
        if before is None:
            return Evidence(price=credits, router=listed)
        took = before.span.end - before.span.begin if before.span is not None else 0.0
        return Evidence(
            asked_before=before.asked_at,
            answered_before=before.asked_at + took,
            balance_before=before.balance,
            daily_before=daily(before, task.request.model),
            price=credits,
            router=listed,
            model=task.request.model,
        )

    def began(self, task: Task, before: Organization | None) -> None:
        """Call just before the POST."""
        model, key = task.request.model, self._account.keys_used
        self._sendings.begin(task.id, Sent(model=model, key=key, begun=self._account.moments.now()))
        self._recalled.discard(task.id)
        if before is not None and before.span is not None and self._clean.get(model) == (key, before):
            self._before[task.id] = before.span
        else:
            # Ambiguous, or read with another key.
            self._before.pop(task.id, None)

    def ended(self, task_id: TaskId, fate: Fate, credits: float = 0.0) -> None:
        """Records the outcome of a sending."""
        self._sendings.end(task_id, fate, self._account.moments.now(), credits)
        if fate is not Fate.UNKNOWN:
            self._before.pop(task_id, None)

    async def look_after(self, task_id: TaskId, settled: asyncio.Event) -> None:
        """Reads counts and balance after an unanswered sending and stores them as the task's evidence. Sets `settled`
        once they decide its fate, or no slow server can still make it, or no reading is possible soon. Until then no
        other task of the model should be sent."""
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
        """Takes one reading; True if no further one is needed."""
        after = await self._reading(task_id, deadline, settled)
        task = self._ledger.get_open(task_id)
        if after is None or task is None or task.state is not State.UNCERTAIN:
            return True
        sent = self._sendings.get(task_id)
        changed = sent is not None and sent.key not in (None, self._account.keys_used)
        if changed or task.key not in (NO_KEY, self._account.key.fingerprint):
            # The reading is another key's, perhaps of another organization.
            return True
        try:
            evidence = await self._looked_up(task, await self._compare(task, sent, after))
            if evidence.router is not None and evidence.router.verdict == Lookup.FOUND:
                await self._adopt(task, evidence)
                return True
            await self._ledger.move(task_id, EvidenceGathered(evidence))
        except StoreError as error:
            log.warning("The evidence for %s could not be written: %s", task_id, error)
            return False
        if evidence.daily_before is None and evidence.balance_before is None and evidence.router is None:
            # There is nothing to compare with, so further readings are useless.
            return True
        if not evidence.is_early:
            settled.set()
        if evidence.router is not None and evidence.router.verdict == Lookup.UNREAD:
            return False
        return self._resolve(task_id, evidence) or not (evidence.is_early or evidence.doubtful)

    async def _looked_up(self, task: Task, evidence: Evidence) -> Evidence:
        """With what the router's list says, once no slow server can still make the task. Raises StoreError."""
        router, seen, sent_at = self._routers.of(task.request), evidence.router, task.sent_at
        if router is None or seen is None or sent_at is None or evidence.is_early or seen.verdict == Lookup.UNDONE:
            return evidence
        try:
            after = await self._routers.listed(router, sent_at + min(0.0, seen.ahead or 0.0) - 2 * OTHERS_WITHIN)
        except ApiError as error:
            verdict = Lookup.GONE if isinstance(error, NotThere) else Lookup.UNREAD
            return replace(evidence, router=replace(seen, found=(), verdict=verdict.value))
        # Before the ids are looked up: a sending that is answered meanwhile is no stranger's.
        others = self._ledger.open()
        ours = await self._ledger.find_remote([RemoteId(one.remote_id) for one in after.requests if one.remote_id])
        # One whose cancel was asked would be deleted at Runway as soon as it is found.
        is_alone = (
            not task.cancel_asked
            and not evidence.doubtful
            and not any(
                other.id != task.id
                and other.request.model == task.request.model
                and other.state in (State.SENDING, State.UNCERTAIN)
                for other in others
            )
        )
        fits = partial(self._routers.fits, task.request)
        return replace(evidence, router=look_up(seen, after, sent_at, ours, fits, is_alone=is_alone))

    async def _adopt(self, task: Task, evidence: Evidence) -> None:
        """Takes the only entry for the task, unless the person settled it meanwhile. Raises StoreError."""
        now = self._ledger.get_open(task.id)
        if evidence.router is None or now is None or now.state is not State.UNCERTAIN:
            return
        (entry,) = evidence.router.found
        routing = Routing(model=entry.model)
        found = await self._ledger.move(task.id, Accepted(RemoteId(entry.remote_id), entry.credits, routing))
        self._bus.tell(TaskFound(found, replace(task, evidence=evidence)))

    async def _compare(self, task: Task, sent: Sent | None, after: Organization) -> Evidence:
        model, before = _model_of(task), self._before.get(task.id)
        seen = replace(
            task.evidence or Evidence(),
            balance_after=after.balance,
            daily_after=daily(after, model),
            is_early=sent is not None and after.span is not None and after.span.begin <= sent.counted_by,
        )
        if before is None or after.span is None:
            # The first reading is ambiguous, or the last run's sendings could not be read.
            return replace(seen, doubtful=max(1, seen.doubtful), is_balance_doubtful=True)
        others = self._sendings.others(task.id, model, before, after.span)
        return replace(
            seen,
            accepted_between=others.accepted,
            charged_between=others.charged,
            doubtful=others.doubtful + await self._leaving(task, after),
            # A run of a workflow is charged part by part, up to an hour after its end.
            is_balance_doubtful=others.is_money_moved
            or task.id in self._recalled
            or task.is_run
            or self._others_at_runway(task),
        )

    async def _leaving(self, task: Task, after: Organization) -> int:
        """Number of the model's tasks that may have left the rolling day between the readings."""
        since, until = _before_of(task).begin - DAY - DAY_SLACK, self._clock.now() - DAY + DAY_SLACK
        return sum(
            _model_of(old) == _model_of(task) and may_count(old)
            for old in await self._ledger.sent_between(since, until)
        )

    def _others_at_runway(self, task: Task) -> bool:
        """Any of these may have ended meanwhile, which moves the balance."""
        unsure = (State.UNCERTAIN, State.SENDING)
        return any(
            other.id != task.id and (other.state.is_live or other.state in unsure) for other in self._ledger.open()
        )

    async def _reading(self, task_id: TaskId, deadline: float, settled: asyncio.Event) -> Organization | None:
        """A new reading, retried while offline. None if it did not come in time or the task is no longer uncertain."""
        failures = 0
        while self._clock.monotonic() < deadline:
            task = self._ledger.get_open(task_id)
            if task is None or task.state is not State.UNCERTAIN:
                return None
            if not self._account.is_offline and (found := await self._account.refresh()) is not None:
                if self._is_after(task_id, found):
                    return found
                # The last run's sending may count as ended only in a moment.
                sent = self._sendings.get(task_id)
                await self._clock.sleep(sent.ended - self._account.moments.now() if sent is not None else 0.0)
                continue
            failures += 1
            settled.set()
            await self._clock.sleep(delay(failures, self._rng, first=5.0))
        return None

    def _is_after(self, task_id: TaskId, reading: Organization) -> bool:
        """Whether the reading was requested after the sending ended. A shared request may be older."""
        sent = self._sendings.get(task_id)
        return sent is None or reading.span is None or reading.span.begin > sent.ended

    def _is_counted(self, task_id: TaskId, reading: Organization) -> bool:
        """Whether the reading includes the task's last sending, if it was made."""
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
        """Whether the evidence decides the sending's fate."""
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
        """Starts the reads for uncertain tasks of the last run that a reading can still settle."""
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
        """A sending of this model is unanswered, and the readings have not settled it yet."""
        return any(model == other and not settled.is_set() for other, settled in self._unsettled.values())

    def let_go(self) -> list[asyncio.Task[None]]:
        """Cancels all reads; returns them to be awaited."""
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


def _before_of(task: Task) -> TimeSpan:
    """Times of an uncertain task's first reading, in Unix seconds. Estimated if the evidence has no first reading."""
    sent_at, evidence = task.sent_at or 0.0, task.evidence
    if evidence is None or evidence.asked_before is None or evidence.answered_before is None:
        return TimeSpan(sent_at - FRESH, sent_at)
    return TimeSpan(evidence.asked_before, evidence.answered_before)


def _model_of(task: Task) -> str:
    """The model that was sent: a queued task may have been edited since."""
    return (task.evidence.model if task.evidence is not None else "") or task.request.model


def may_count(task: Task) -> bool:
    """Whether Runway may have made it."""
    return task.remote_id is not None or task.state in (State.UNCERTAIN, State.SENDING) or task.let_go


def daily(organization: Organization, model: str) -> int | None:
    """Tasks of the model made today; None if Runway does not mention the model."""
    if model in organization.daily_used or model in organization.limits:
        return organization.daily_used.get(model, 0)
    return None
