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

import logging
import random
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
from runway_desktop.domain.happenings import Accepted, Happening, NoAnswer, NotSent, Refused, Sending
from runway_desktop.domain.task import Evidence, Task, TaskId

from .account import Account
from .backoff import delay
from .bus import Bus
from .ledger import Ledger
from .ports import Clock, CreatedTask, Runway
from .pricing import Pricing
from .readings import Readings
from .sendings import Fate

log = logging.getLogger(__name__)

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
        self.readings = Readings(ledger, account, pricing, bus, clock, rng)

    async def recall(self) -> None:
        """Takes up what the last run sent, as far as the evidence of its uncertain tasks needs it. Call after
        `Ledger.load`, before anything is sent."""
        try:
            await self.readings.recall()
        except StoreError as error:
            log.warning("What the last run sent could not be read: %s", error)

    async def deliver(self, task: Task, body: Mapping[str, Any], before: Organization | None) -> Outcome:
        """Sends the task. Must not be cancelled while it runs: callers shield it and wait for its end."""
        try:
            sending = await self._ledger.move(task.id, Sending(self.readings.evidence(task, before)))
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
        self.readings.began(sending, before)
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
                return await self._refused(task, Refused(error.message, refusals))
            case NotThere():
                return await self._refused(task, Refused(error.message))
            case _:
                self._account.note_failure(error)
                await self._no_answer(task, error.message)
                return Outcome(Result.UNCERTAIN, reason=error.message)

    async def _not_sent(self, task: Task, error: ApiError, retry_after: float | None) -> Outcome:
        self.readings.ended(task.id, Fate.NOT_MADE)
        await self._write(task.id, NotSent(error.message))
        return Outcome(Result.NOT_SENT, retry_after=retry_after, reason=error.message)

    async def _refused(self, task: Task, refused: Refused) -> Outcome:
        self.readings.ended(task.id, Fate.NOT_MADE)
        self._account.note_success()
        await self._write(task.id, refused)
        return Outcome(Result.REFUSED)

    async def _no_answer(self, task: Task, reason: str) -> None:
        self.readings.ended(task.id, Fate.UNKNOWN)
        await self._write(task.id, NoAnswer(replace(task.evidence or Evidence(), reason=reason)))

    async def _accept(self, task: Task, created: CreatedTask) -> None:
        self.readings.ended(task.id, Fate.MADE, created.estimated_credits or 0.0)
        await self._write(task.id, Accepted(created.remote_id, created.estimated_credits))
        self._account.note_success()
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
                log.critical("What became of task %s could not be written (%s): %s", task_id, what, error)
                if attempt == 1:
                    self._bus.tell(Notice("What became of a sending could not be written down.", what, is_problem=True))
                if attempt < WRITE_ATTEMPTS:
                    await self._clock.sleep(delay(attempt, self._rng))
