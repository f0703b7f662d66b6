"""One sending, from a held task to what became of it. The only caller of `Runway.create`.

The order is the promise: the intent is on disk long before; SENDING is on disk before the first byte leaves; the id is
written in the same step that brings it, and whoever is cancelled meanwhile does not stop that. What each answer does:

    an id                             -> at Runway
    nothing sent, 429, 503, 401       -> held again; the program may repeat it
    400 and the other 4xx             -> failed, with what Runway said of each field; no cost
    no reply, bad reply, other 5xx    -> uncertain, with the evidence of counts and balance; never repeated by the
    program
    a file or an upload that fails    -> stays held, with the reason; nothing was sent

`deliver` raises nothing for what the world does. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from runway_desktop.domain.account import Organization
from runway_desktop.domain.advance import ImpossibleMove
from runway_desktop.domain.errors import (
    ApiError,
    KeyRefused,
    NotReached,
    NotThere,
    RequestRefused,
    ServerTrouble,
    SlowDown,
    StoreError,
)
from runway_desktop.domain.events import Notice
from runway_desktop.domain.happenings import Accepted, EvidenceGathered, Happening, NoAnswer, NotSent, Refused, Sending
from runway_desktop.domain.task import Evidence, State, Task, TaskId

from .account import Account
from .backoff import delay
from .bus import Bus
from .ledger import Ledger
from .ports import Clock, CreatedTask, Runway
from .pricing import Pricing
from .uncertainty import Likelihood, verdict

log = logging.getLogger(__name__)

FRESH = 30.0
"""Seconds that a reading of counts and balance serves the sendings of one burst."""
LOOK_AFTER = (3.0, 20.0)
"""Seconds after which counts and balance are asked for again; twice, because a slow server may still be at it."""
GIVE_UP_LOOKING = 600.0
WRITE_ATTEMPTS = 8


class Result(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    """Held again; the lane waits before it sends anything."""
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"
    """Dropped, edited or sent by the time its turn came."""


@dataclass(frozen=True, slots=True)
class Outcome:
    result: Result
    retry_after: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Acceptance:
    at: float
    model: str
    credits: float


class Dispatch:
    def __init__(
        self,
        ledger: Ledger,
        runway: Runway,
        account: Account,
        pricing: Pricing,
        bus: Bus,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._ledger = ledger
        self._runway = runway
        self._account = account
        self._pricing = pricing
        self._bus = bus
        self._clock = clock
        self._rng = rng
        self._accepted: deque[_Acceptance] = deque(maxlen=2_000)
        self._read_at: dict[TaskId, float] = {}

    def recall(self) -> None:
        """Counts what the last run sent, so that the evidence of its uncertain tasks is not blamed for it. Call after
        `Ledger.load`."""
        self._accepted.clear()
        for task in sorted(self._ledger.open(), key=lambda task: task.sent_at or 0.0):
            if task.state.is_live and task.sent_at is not None:
                self._accepted.append(_Acceptance(task.sent_at, task.request.model, task.estimated_credits or 0.0))

    async def look_before(self) -> Organization | None:
        """Counts and balance, at most `FRESH` seconds old; None where Runway does not tell."""
        known = self._account.organization
        if known is not None and 0.0 <= self._clock.now() - known.asked_at <= FRESH:
            return known
        return await self._account.refresh()

    async def deliver(self, task: Task, body: Mapping[str, Any], before: Organization | None) -> Outcome:
        """Sends the task. Must not be cancelled while it runs: callers shield it and wait for its end."""
        try:
            sending = await self._ledger.move(task.id, Sending(self._evidence(task, before)))
        except ImpossibleMove:
            return Outcome(Result.SKIPPED)
        except StoreError as error:
            self._bus.tell(
                Notice("Nothing is sent: the database cannot be written.", error.in_words(), is_problem=True)
            )
            return Outcome(Result.NOT_SENT, reason=error.in_words())
        if sending.request != task.request or sending.removed_at is not None:
            # Edited or removed between reading its files and its turn: no byte has left.
            await self._write(task.id, NotSent())
            return Outcome(Result.SKIPPED)
        if before is not None:
            self._read_at[task.id] = before.asked_at
        try:
            created = await self._runway.create(sending.request.endpoint, body)
        except ApiError as error:
            return await self._judge(sending, error)
        except Exception:
            # A mistake of ours, maybe after bytes have left: nobody knows. The error goes on to whoever reports it.
            await self._no_answer(sending, "The program made a mistake while sending this.")
            raise
        await self._accept(sending, created)
        return Outcome(Result.ACCEPTED)

    async def look_after(self, task_id: TaskId, first_look: asyncio.Event) -> None:
        """Asks for counts and balance after a sending without an answer, and notes them at the task. `first_look` is
        set once the first reading is in (or will not come soon): until then no other task of the model should be
        sent."""
        deadline = self._clock.monotonic() + GIVE_UP_LOOKING
        try:
            for seconds in LOOK_AFTER:
                await self._clock.sleep(seconds)
                after = await self._reading(task_id, deadline, first_look)
                task = self._ledger.get_open(task_id)
                if after is None or task is None or task.state is not State.UNCERTAIN:
                    return
                evidence = self._compare(task, after)
                await self._ledger.move(task_id, EvidenceGathered(evidence))
                first_look.set()
                if verdict(evidence).likelihood is Likelihood.MADE:
                    return
        except StoreError as error:
            log.warning("The evidence for %s could not be written: %s", task_id, error)
        finally:
            first_look.set()
            self._read_at.pop(task_id, None)

    async def _judge(self, task: Task, error: ApiError) -> Outcome:
        match error:
            case NotReached():
                self._account.note_failure(error)
                return await self._not_sent(task, error, None)
            case KeyRefused():
                self._account.note_failure(error)
                return await self._not_sent(task, error, None)
            case SlowDown(retry_after=seconds):
                self._account.note_failure(error)
                self._account.want_refresh()
                return await self._not_sent(task, error, seconds)
            case ServerTrouble(status=503, retry_after=seconds):
                self._account.note_failure(error)
                return await self._not_sent(task, error, seconds)
            case RequestRefused(refusals=refusals):
                self._account.note_success()
                await self._write(task.id, Refused(error.message, refusals))
                return Outcome(Result.REFUSED)
            case NotThere():
                self._account.note_success()
                await self._write(task.id, Refused(error.message))
                return Outcome(Result.REFUSED)
            case _:
                self._account.note_failure(error)
                await self._no_answer(task, error.message)
                return Outcome(Result.UNCERTAIN, reason=error.message)

    async def _not_sent(self, task: Task, error: ApiError, retry_after: float | None) -> Outcome:
        await self._write(task.id, NotSent(error.message))
        return Outcome(Result.NOT_SENT, retry_after=retry_after, reason=error.message)

    async def _no_answer(self, task: Task, reason: str) -> None:
        await self._write(task.id, NoAnswer(replace(task.evidence or Evidence(), reason=reason)))

    async def _accept(self, task: Task, created: CreatedTask) -> None:
        await self._write(task.id, Accepted(created.remote_id, created.estimated_credits))
        self._account.note_success()
        self._read_at.pop(task.id, None)
        self._accepted.append(_Acceptance(self._clock.now(), task.request.model, created.estimated_credits or 0.0))
        if created.estimated_credits is not None:
            try:
                await self._pricing.learn(task.request, created.estimated_credits)
            except StoreError as error:
                log.warning("A price could not be remembered: %s", error)

    async def _write(self, task_id: TaskId, happening: Happening) -> None:
        """Writes down what became of a sending. A disk that refuses is tried again for minutes: an id that is lost is a
        paid result that is lost. The id itself also goes to the log and to the person."""
        for attempt in range(1, WRITE_ATTEMPTS + 1):
            try:
                await self._ledger.move(task_id, happening)
                return
            except StoreError as error:
                what = f"Runway's id is {happening.remote_id}." if isinstance(happening, Accepted) else error.in_words()
                log.warning("What became of task %s could not be written (%s): %s", task_id, what, error)
                if attempt == 1:
                    self._bus.tell(Notice("What became of a sending could not be written down.", what, is_problem=True))
                if attempt < WRITE_ATTEMPTS:
                    await self._clock.sleep(delay(attempt, self._rng))

    def _evidence(self, task: Task, before: Organization | None) -> Evidence:
        price = self._pricing.price(task.request)
        return Evidence(
            balance_before=before.balance if before else None,
            daily_before=_daily(before, task.request.model) if before else None,
            price=price.credits if price else None,
        )

    def _compare(self, task: Task, after: Organization) -> Evidence:
        since = self._read_at.get(task.id, task.sent_at or 0.0)
        between = [entry for entry in self._accepted if since <= entry.at <= after.asked_at]
        return replace(
            task.evidence or Evidence(),
            balance_after=after.balance,
            daily_after=_daily(after, task.request.model),
            accepted_between=sum(entry.model == task.request.model for entry in between),
            charged_between=sum(entry.credits for entry in between),
        )

    async def _reading(self, task_id: TaskId, deadline: float, first_look: asyncio.Event) -> Organization | None:
        """A fresh reading, waited for while Runway cannot be reached; None when it did not come in time or nobody needs
        it."""
        failures = 0
        while self._clock.monotonic() < deadline:
            task = self._ledger.get_open(task_id)
            if task is None or task.state is not State.UNCERTAIN:
                return None
            if not self._account.is_offline and (found := await self._account.refresh()) is not None:
                return found
            failures += 1
            first_look.set()
            await self._clock.sleep(delay(failures, self._rng, first=5.0))
        return None


def _daily(organization: Organization, model: str) -> int | None:
    """How many of the model were made today; None where Runway does not speak of the model at all."""
    if model in organization.daily_used or model in organization.limits:
        return organization.daily_used.get(model, 0)
    return None
