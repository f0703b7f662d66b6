"""Sends one queued task and records the outcome. The only caller of `Runway.create`.

The order is the promise. The intent is on disk long before. Before the first byte leaves, SENDING is on disk in the
list and in a journal of its own (`accepted_ids`), which survives damage to the list's log, and the sending is noted
outside of the profile's folder (`copy_check`). The id is written to the journal and then to the list in the same step
that receives it, and canceling does not interrupt that. Outcomes:

    an id                             -> at Runway
    nothing sent, 429, 401            -> queued again; the program may repeat it
    503 in Runway's own words         -> the same, a few times, if the counts say that it was not made; else uncertain
    400 for want of credits           -> queued again, until there are more
    404 for a router that is gone     -> queued again, held for the person
    400 and the other 4xx             -> failed, with what Runway said of each field; no cost
    an id that another task has       -> uncertain, like no answer
    no reply, bad reply, other 5xx,   -> uncertain, with the evidence of counts and balance; never repeated by the
    any other exception                  program
    a file or an upload that fails    -> stays queued, with the reason; nothing was sent

An outcome is written with retries until that succeeds or the program closes. After that, an id is recovered from the
journal at the next start, and a sending without an id is uncertain. `deliver` and `recall` raise nothing. Loop's thread
only.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from runway_desktop.catalog import Catalog
from runway_desktop.domain.account import Fingerprint, Organization
from runway_desktop.domain.advance import (
    Accepted,
    CreatedTask,
    ImpossibleMove,
    NoAnswer,
    NotSent,
    Refused,
    Sending,
    Transition,
)
from runway_desktop.domain.errors import (
    ApiError,
    KeyRefused,
    NoCredits,
    NoRouter,
    NotReached,
    NotTaken,
    NotThere,
    RequestRefused,
    SlowDown,
    StoreError,
)
from runway_desktop.domain.events import EngineNotice, EngineNoticeCode
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import (
    ITS_TURN,
    Evidence,
    Hold,
    HoldCode,
    Refusal,
    RemoteId,
    Request,
    State,
    Task,
    TaskId,
)
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import LATE, delay, first_of
from runway_desktop.services.learned import Routers
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.services.ports import Clock, Runway
from runway_desktop.services.supervised import report, survived
from runway_desktop.values import Struct, replace

from .accepted_ids import AcceptedId, AcceptedIds, Intent
from .copy_check import CopyCheck
from .ledger import Ledger, NoSuchTask
from .readings import Readings
from .sendings import Fate
from .task_changes import held_by
from .uncertainty import Ground, verdict

log = logging.getLogger(__name__)

CLOSING_PATIENCE = 20.0
"""Seconds for which closing retries to write an outcome that is stored nowhere else."""
MOST_NOT_TAKEN = 4
"""Sendings of a task answered with 503 before it counts as unanswered."""
WITHOUT_CREDITS = 60.0
"""Seconds before a model is tried again after a lack of credits."""
CLOCK_SLACK = 5.0
"""Seconds by which the clock may be set back between a sending and its answer."""
RECALL_PATIENCE = 5.0
"""Seconds for which sending waits at the start until the last run's ids are written."""


class Result(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    """Held again; the lane waits before it sends anything."""
    TURNED_AWAY = "turned away"
    """Held again; the lane waits before it sends to the same endpoint and model."""
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"
    """Dropped, edited or sent before its turn."""


class Outcome(Struct, frozen=True):
    """`cause`: why a task was not sent; None after a programming mistake."""

    result: Result
    retry_after: float | None = None
    cause: Reason | None = None


@dataclass(eq=False, repr=False)
class Dispatch:
    """`ids`: journal of sendings until the database has their outcomes; None: without a journal."""

    _ledger: Ledger
    _runway: Runway
    _account: Account
    _pricing: Pricing
    _catalog: Catalog
    _bus: Bus
    _clock: Clock
    _rng: random.Random
    _copies: CopyCheck
    _routers: Routers
    _ids: AcceptedIds | None = None

    def __post_init__(self) -> None:
        self._closing = asyncio.Event()
        self._late: set[asyncio.Task[None]] = set()
        self._accepting: set[RemoteId] = set()
        """Ids of answers that are being written and not in the list yet."""
        self._cannot_write = False
        self._not_taken: dict[TaskId, int] = {}
        """503s in a row per task, in this run."""
        self.readings = Readings(
            self._ledger, self._account, self._pricing, self._bus, self._clock, self._rng, self._routers
        )

    async def recall(self) -> None:
        """Recovers what the last run left: ids that the database lacks, and evidence for uncertain tasks. Call after
        `Ledger.load`, before anything is sent."""
        with survived("taking up the last run"):
            try:
                if self._ids is not None:
                    await self._ids.open()
                    await self._take_up(self._ids)
                await self.readings.recall()
            except StoreError as error:
                log.warning("What the last run sent could not be read: %s", error)

    async def close(self) -> None:
        """Limits retries of writes. Returns when the last run's ids are written or left for the next run."""
        self._closing.set()
        await asyncio.gather(*self._late, return_exceptions=True)
        if self._ids is not None:
            await self._ids.close()

    async def deliver(
        self,
        task: Task,
        body: Mapping[str, Any],
        before: Organization | None,
        key: Fingerprint,
        accepted: Callable[[], None],
    ) -> Outcome:
        """Sends the task with this key, or not at all. Must not be canceled: callers shield it and wait for its end.
        `accepted` is called once the id is on disk and what is still to be written decides nothing about the next
        sending of the model, which may begin then."""
        outcomes: list[Outcome] = []
        with survived("sending a task"):
            if self._ids is not None:
                await self._ids.make_way()
            sending = await self._start(task, before, key)
            outcomes.append(
                sending if isinstance(sending, Outcome) else await self._send(sending, body, before, accepted)
            )
        return outcomes[0] if outcomes else await self._after_mistake(task.id)

    async def _start(self, task: Task, before: Organization | None, key: Fingerprint) -> Task | Outcome:
        """The task, SENDING on disk; or the outcome if it is not sent."""
        if self._runway.key != key:
            # The counts in `before` may be those of the other key.
            return Outcome(Result.SKIPPED)
        try:
            if not await self._copies.compare(before, key):
                return Outcome(Result.NOT_SENT)
            made = await self._made_already(task, before)
            evidence = self.readings.evidence(task, before) if made is None else made
            sending = await self._ledger.move(task.id, Sending(evidence, key))
        except ImpossibleMove:
            return Outcome(Result.SKIPPED)
        except StoreError as error:
            if not self._cannot_write:
                self._cannot_write = True
                self._bus.tell(EngineNotice(EngineNoticeCode.DATABASE_REFUSES, error=error))
            return Outcome(Result.NOT_SENT, cause=error.reason)
        except Exception as mistake:  # noqa: BLE001 - reported with its traceback
            # Nothing was sent. If SENDING reached the disk, the next try overwrites it, or the next start makes it
            # uncertain.
            report("writing down that a task is sent", mistake)
            return Outcome(Result.NOT_SENT)
        self._cannot_write = False
        if made is not None:
            return await self._no_answer(sending, made.cause, made.answer)
        request, at = sending.request, sending.sent_at or self._clock.now()
        intent = Intent(task_id=task.id, at=at, model=request.model, prompt=request.prompt)
        # Both at once, because each waits for the disk.
        written = await asyncio.gather(self._keep(intent), self._copies.note_sending(), return_exceptions=True)
        trouble = next((one for one in written if isinstance(one, BaseException)), None)
        if trouble is not None:
            # Nothing was sent.
            hold, cause = ITS_TURN, None
            if isinstance(trouble, StoreError):
                hold, cause = held_by(HoldCode.NOT_SENT, trouble), trouble.reason
            else:
                report("noting that a task is sent", trouble)
            await self._write(task.id, NotSent(hold, task.evidence, task.key))
            return Outcome(Result.NOT_SENT, cause=cause)
        now = self._ledger.get_open(task.id) or sending
        is_unwanted = now.waits_for_person or now.cancel_asked or now.removed_at is not None
        if sending.request != task.request or is_unwanted or self._runway.key != key:
            # Edited, held, canceled or removed meanwhile, or its files were uploaded with another key. Nothing was
            # sent. There is no await from here to the POST, so the key cannot change before it.
            await self._write(task.id, NotSent(evidence=task.evidence, key=task.key))
            return Outcome(Result.SKIPPED)
        return sending

    async def _made_already(self, task: Task, before: Organization | None) -> Evidence | None:
        """Evidence for a task that Runway refused with 503 but may have made. None if it may be sent: it was never
        refused so, or a later count of the day proves that it was not made. The balance alone proves nothing: a task
        may be charged when it ends. Raises StoreError."""
        if not task.was_denied:
            return None
        seen = await self.readings.seen_since(task, before)
        if seen is not None and verdict(seen).ground is Ground.NOT_COUNTED:
            return None
        return seen or task.evidence

    async def _send(
        self, task: Task, body: Mapping[str, Any], before: Organization | None, accepted: Callable[[], None]
    ) -> Outcome:
        self.readings.began(task, before)
        try:
            created = await self._runway.create(self._catalog.address(task.request.endpoint, task.request.model), body)
        except ApiError as error:
            return await self._outcome_of(task, error)
        except Exception as mistake:  # noqa: BLE001 - reported with its traceback
            # Bytes may have left, so the outcome is unknown.
            report("sending a task", mistake)
            return await self._no_answer(task, Reason(ReasonCode.OUR_MISTAKE))
        return await self._accept(task, created, accepted)

    async def _after_mistake(self, task_id: TaskId) -> Outcome:
        """The outcome after a mistake in the bookkeeping, derived from the task's state."""
        task = self._ledger.get_open(task_id)
        if task is None or task.state.is_live:
            return Outcome(Result.ACCEPTED)
        if task.state is State.QUEUED:
            return Outcome(Result.NOT_SENT)
        if task.state is State.SENDING:
            return await self._no_answer(task, Reason(ReasonCode.OUR_MISTAKE))
        return Outcome(Result.UNCERTAIN)

    async def _outcome_of(self, task: Task, error: ApiError) -> Outcome:
        match error:
            case NotReached():
                self._account.note_failure(error)
                return await self._not_sent(task, error)
            case KeyRefused():
                self._account.note_failure(error, task.key)
                return await self._not_sent(task, error)
            case SlowDown(retry_after=seconds):
                self._account.note_failure(error)
                self._account.want_refresh()
                await self._not_sent(task, error)
                return Outcome(Result.TURNED_AWAY, retry_after=seconds, cause=error.reason)
            case NotTaken():
                self._account.note_failure(error)
                return await self._was_not_taken(task, error)
            case NoCredits():
                # The request is valid; it waits for more credits.
                self._account.note_success()
                self._account.want_refresh()
                await self._not_sent(task, error)
                return Outcome(Result.TURNED_AWAY, retry_after=WITHOUT_CREDITS, cause=error.reason)
            case NoRouter():
                return await self._without_router(task, error)
            case RequestRefused(refusals=refusals):
                pair = self._catalog.pair(task.request.endpoint, task.request.model)
                inside = (pair.inside,) if pair is not None and pair.inside else ()
                return await self._refused(task, Refused(error.said, tuple(_below(inside, one) for one in refusals)))
            case NotThere():
                return await self._refused(task, Refused(error.said))
            case _:
                self._account.note_failure(error)
                return await self._no_answer(task, error.reason, error.answer)

    async def _not_sent(self, task: Task, error: ApiError) -> Outcome:
        self.readings.ended(task.id, Fate.NOT_MADE)
        await self._write(task.id, _held_after(error))
        return Outcome(Result.NOT_SENT, cause=error.reason)

    async def _was_not_taken(self, task: Task, error: NotTaken) -> Outcome:
        """Servers have answered so although the task was made, so a 503 proves nothing."""
        times = self._not_taken.get(task.id, 0) + 1
        if times >= MOST_NOT_TAKEN:
            return await self._no_answer(task, error.reason, error.answer)
        self._not_taken[task.id] = times
        self.readings.ended(task.id, Fate.UNKNOWN)
        known = replace(task.evidence or Evidence(), cause=error.reason, answer=error.answer)
        await self._write(task.id, replace(_held_after(error), evidence=known))
        # A slow server may still make the task until then; the counts read before the next try show whether it did.
        seconds = max(error.retry_after or 0.0, LATE * 2 ** (times - 1) + 1.0)
        return Outcome(Result.TURNED_AWAY, retry_after=seconds, cause=error.reason)

    async def _without_router(self, task: Task, error: NoRouter) -> Outcome:
        """Nothing was made. What waits for a router that is gone is held, so that the person can choose another."""
        self.readings.ended(task.id, Fate.NOT_MADE)
        self._account.note_success()
        await self._write(task.id, NotSent(Hold(HoldCode.ROUTER_GONE, small_print=error.detail)))
        await self._routers.refresh(at_once=True)
        return Outcome(Result.REFUSED)

    async def _refused(self, task: Task, refused: Refused) -> Outcome:
        self._not_taken.pop(task.id, None)
        self.readings.ended(task.id, Fate.NOT_MADE)
        self._account.note_success()
        await self._write(task.id, refused)
        return Outcome(Result.REFUSED)

    async def _no_answer(self, task: Task, cause: Reason | None, answer: str = "") -> Outcome:
        self._not_taken.pop(task.id, None)
        self.readings.ended(task.id, Fate.UNKNOWN)
        await self._write(task.id, NoAnswer(replace(task.evidence or Evidence(), cause=cause, answer=answer)))
        return Outcome(Result.UNCERTAIN)

    async def _accept(self, task: Task, created: CreatedTask, accepted: Callable[[], None]) -> Outcome:
        remote_id, credits = created.remote_id, created.estimated_credits
        known = Reason(ReasonCode.KNOWN_ID)
        if remote_id in self._accepting:
            return await self._no_answer(task, known, remote_id)
        self._accepting.add(remote_id)
        try:
            kept = AcceptedId(task_id=task.id, remote_id=remote_id, at=self._clock.now(), credits=credits)
            # The id first; what is only read meanwhile costs no time.
            is_kept, is_anothers = await asyncio.gather(self._keep(kept), self._is_anothers(task.id, remote_id))
            if is_anothers:
                if self._ids is not None:
                    self._ids.free(remote_id)
                return await self._no_answer(task, known, remote_id)
            self._not_taken.pop(task.id, None)
            self.readings.ended(task.id, Fate.MADE, credits or 0.0)
            is_next_free = is_kept and self._cost_as_known(task, credits)
            if is_next_free:
                with survived("going on after a sending"):
                    self._account.note_success()
                    accepted()
            await self._write(task.id, Accepted(remote_id, credits, created.routing), kept, is_kept=is_kept)
        finally:
            self._accepting.discard(remote_id)
        if credits is not None and created.routing is None:
            # The next request may go to another model.
            with survived("remembering a price"):
                try:
                    await self._pricing.learn(task.request, credits)
                except StoreError as error:
                    log.warning("A price could not be remembered: %s", error)
        if not is_next_free:
            self._account.note_success()
            accepted()
        return Outcome(Result.ACCEPTED)

    def _cost_as_known(self, task: Task, credits: float | None) -> bool:
        """Whether these credits, once written, leave every cap, the balance and all prices as they are."""
        if credits is None:
            return True
        counted = task.evidence.price if task.evidence is not None else None
        return counted == credits and self._pricing.is_learned(task.request, credits)

    async def _keep(self, entry: AcceptedId | Intent) -> bool:
        return self._ids is not None and await self._ids.keep(entry)

    async def _is_anothers(self, task_id: TaskId, remote_id: RemoteId) -> bool:
        """Whether another task in the list has this id: both would have the same result, and one of them was paid for
        nothing."""
        try:
            return (await self._ledger.find_remote([remote_id])).get(remote_id, task_id) != task_id
        except StoreError as error:
            log.warning("Whether an id is in the list already could not be read: %s", error)
            return False

    async def _write(
        self, task_id: TaskId, transition: Transition, kept: AcceptedId | None = None, *, is_kept: bool = False
    ) -> None:
        """Writes an outcome, with retries until it succeeds or the program closes: a lost id is a paid result that is
        lost. `kept` goes into the journal first; after a failure the id is also logged and shown to the person."""
        failures = 0
        deadline: float | None = None
        while True:
            is_kept = is_kept or (kept is not None and await self._keep(kept))
            try:
                await self._ledger.move(task_id, transition)
                return
            except (ImpossibleMove, NoSuchTask) as mistake:
                # Retries cannot help. The id stays in the journal.
                report("writing down what became of a sending", mistake)
                return
            except StoreError as error:
                self._tell_unwritten(task_id, transition, error, failures)
            except Exception as mistake:  # noqa: BLE001 - reported with its traceback
                report("writing down what became of a sending", mistake)
                self._tell_unwritten(task_id, transition, mistake, failures)
            failures += 1
            if self._closing.is_set():
                now = self._clock.monotonic()
                if deadline is None:
                    deadline = now + (0.0 if is_kept else CLOSING_PATIENCE)
                if now >= deadline:
                    log.warning("The program closes before what became of task %s is in the database.", task_id)
                    return
                await self._clock.sleep(1.0)
            else:
                await first_of(self._clock.sleep(delay(failures, self._rng)), self._closing.wait())

    def _tell_unwritten(self, task_id: TaskId, transition: Transition, error: Exception, failures: int) -> None:
        remote_id = transition.remote_id if isinstance(transition, Accepted) else ""
        log.warning("What became of task %s (%s) could not be written: %r", task_id, remote_id or "no id", error)
        if failures:
            return
        if remote_id:
            self._bus.tell(EngineNotice(EngineNoticeCode.ACCEPTED_NOT_WRITTEN, (remote_id,)))
        else:
            known = error if isinstance(error, StoreError) else None
            kind = (type(error).__name__,)
            self._bus.tell(EngineNotice(EngineNoticeCode.OUTCOME_NOT_WRITTEN, kind, error=known))

    async def _take_up(self, ids: AcceptedIds) -> None:
        """Gives ids that an earlier run could not write to their tasks. StoreError when the list cannot be read."""
        unanswered = ids.unanswered
        here = await self._ledger.find_remote([entry.remote_id for entry in ids.left])
        for entry in ids.left:
            if entry.remote_id in here:
                ids.free(entry.remote_id)
            elif self._is_unanswered(entry):
                accepted = Accepted(entry.remote_id, entry.credits)
                writing = asyncio.create_task(
                    self._write(entry.task_id, accepted, entry), name=f"accept {entry.task_id}"
                )
                self._late.add(writing)
                writing.add_done_callback(self._late.discard)
        if self._late:
            await first_of(asyncio.wait(tuple(self._late)), self._clock.sleep(RECALL_PATIENCE))
        untold = tuple(entry for entry in ids.left if not entry.is_told and not self._is_unanswered(entry))
        if untold:
            ids_left = tuple(entry.remote_id for entry in untold)
            # Told at each start until a person has seen it: a command may have started this one.
            self._bus.tell(EngineNotice(EngineNoticeCode.UNKNOWN_IDS, ids_left))
        for intent in unanswered:
            await self._take_up_sending(intent)
            ids.free(intent.task_id)

    async def _take_up_sending(self, intent: Intent) -> None:
        """A sending missing in the list, because the end of its log was lost, becomes uncertain."""
        task = await self._ledger.task(intent.task_id)
        if task is None:
            lost = Task(
                id=intent.task_id,
                request=Request(endpoint="", model=intent.model, prompt=intent.prompt),
                created_at=intent.at,
                state=State.UNCERTAIN,
                sent_at=intent.at,
                evidence=Evidence(cause=Reason(ReasonCode.ROW_LOST)),
            )
            await self._ledger.add([lost], ())
        elif task.state is State.QUEUED and not await self._ledger.was_sent(task.id, intent.at):
            evidence = Evidence(cause=Reason(ReasonCode.PROGRAM_ENDED))

            def edit(now: Task) -> Task:
                if now.state is not State.QUEUED:
                    return now
                return replace(now, state=State.UNCERTAIN, sent_at=intent.at, hold=ITS_TURN, evidence=evidence)

            await self._ledger.change(task.id, edit, "no answer")

    def _is_unanswered(self, entry: AcceptedId) -> bool:
        """Whether the entry answers the task's current sending; not if it answers one that a restored list does not
        know."""
        task = self._ledger.get_open(entry.task_id)
        if task is None or task.state not in (State.UNCERTAIN, State.SENDING):
            return False
        return task.sent_at is None or entry.at >= task.sent_at - CLOCK_SLACK


def _below(path: tuple[str, ...], refusal: Refusal) -> Refusal:
    """With its path as in the request's values, which are at `path` of the body."""
    is_there = bool(path) and refusal.path[: len(path)] == path
    return replace(refusal, path=refusal.path[len(path) :]) if is_there else refusal


def _held_after(error: ApiError) -> NotSent:
    return NotSent(Hold(HoldCode.NOT_SENT, cause=error.reason, small_print=error.detail))
