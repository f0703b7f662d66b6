"""All GETs of tasks, and the meaning of a 404, which depends on the key that asked.

The API asks clients to poll a task at most every `LEAST_GAP` seconds. Poller, cancels, links and downloads share that
limit here. `KeyWatch` announces once per key that it cannot see some tasks, and makes them visible when their own key
returns. `Missed` polls tasks that ended by 404s, and runs without a cost, for a day. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import logging
import math

from runway_desktop.domain.account import NO_KEY, Fingerprint
from runway_desktop.domain.advance import GONE_AFTER, Answer, NotFound, outputs_of
from runway_desktop.domain.errors import ApiError, NotReached, NotSeen, NotThere, ServerTrouble, StoreError
from runway_desktop.domain.events import EngineNotice, EngineNoticeCode, Event, TaskChanged
from runway_desktop.domain.task import Output, RemoteId, Task, TaskId
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import Alarm
from runway_desktop.services.ports import Clock, Runway
from runway_desktop.services.supervised import keep_going
from runway_desktop.texts import Text
from runway_desktop.values import Struct, replace

from .ledger import Ledger
from .schedule import LEAST_GAP

log = logging.getLogger(__name__)

ASK_ONCE_MORE = GONE_AFTER + 1.0
"""Seconds after a first 404 until the second poll. The margin is for timers that fire a little early."""
CANCEL_PATIENCE = 60.0
"""Seconds after a first 404 for which a task with a requested cancel is polled at the shortest gap."""
ASK_UNSEEN_AGAIN = 900.0
"""Seconds between polls of a task that the key in use cannot see. A new key triggers a poll at once."""


ASK_MISSED_AGAIN = 60.0
"""Seconds before the first poll of a task that ended by 404s, or whose cost is still to come; each later gap is as long
as the time since its end."""
MISSED_FOR = 86_400.0
"""Seconds after which such a task is no longer polled."""
MISSED_GAP = 5.0
"""Seconds between two polls of missed tasks."""


class Reply(Struct, frozen=True):
    """What Runway answered to a key: the task, or an error."""

    key: Fingerprint
    said: Answer | ApiError


class _Ended(Struct, frozen=True):
    """A finished GET: end time, number, and reply. `None`: it was canceled."""

    at: float
    number: int
    reply: Reply | None


class Asking:
    """All GETs of tasks. One per task at a time; the next begins `LEAST_GAP` after the last answer. Entries older than
    that are dropped, so memory stays small."""

    def __init__(self, runway: Runway, ledger: Ledger, clock: Clock) -> None:
        self._runway = runway
        self._ledger = ledger
        self._clock = clock
        self._under_way: dict[RemoteId, tuple[Fingerprint, asyncio.Future[Reply]]] = {}
        self._last: dict[RemoteId, _Ended] = {}
        """The last GET of each task, oldest first."""
        self._begun = 0
        """Number of GETs so far. A GET's number tells whether it began before or after a call."""

    def asked_at(self, remote_id: RemoteId) -> float | None:
        """End of the last GET, on the monotonic clock; None if the next may begin at once."""
        self._forget()
        return self._last[remote_id].at if remote_id in self._last else None

    def free_at(self, remote_id: RemoteId) -> float:
        """Monotonic time from which `ask` need not wait; minus infinity if it may start now."""
        at = self.asked_at(remote_id)
        return -math.inf if at is None or remote_id in self._under_way else at + LEAST_GAP

    async def ask(self, remote_id: RemoteId, task: Task | None = None) -> Reply:
        """Polls as soon as the gap allows, or shares the answer of a GET with the same key that is running or starts
        meanwhile. The reply is never older than the call. Raises no API error. `task`: the one that has this id, if
        there is one; a run of a workflow has its own address."""
        before = self._begun
        while True:
            last = self._last.get(remote_id)
            if last is not None and last.number > before and last.reply is not None and self._is_ours(last.reply):
                # Another waiting caller was first: share its answer instead of waiting for a second gap.
                return last.reply
            key, under_way = self._under_way.get(remote_id, (None, None))
            if under_way is not None:
                shared = key == self._runway.key
                await asyncio.wait((under_way,))
                if shared and not under_way.cancelled():
                    return under_way.result()
            elif (wait := self.free_at(remote_id) - self._clock.monotonic()) > 0.0:
                await self._clock.sleep(wait)
            else:
                return await self._question(remote_id, task)

    async def ask_for(self, task: Task, *, young_will_do: bool = False) -> tuple[Task, Answer]:
        """Polls the task; returns it as updated in the ledger, and the answer.

        `young_will_do` accepts an answer with results that is less than `LEAST_GAP` old: its links are as good as new
        ones. Otherwise the answer is never older than the call, which may wait up to `LEAST_GAP`.

        Raises NotThere if Runway certainly has no such task any more, NotSeen if this key cannot tell or must poll once
        more, other ApiErrors unchanged, StoreError."""
        if task.remote_id is None:
            raise NotThere(Text("This task never reached Runway."))
        reply = self._young(task.remote_id) if young_will_do else None
        if reply is None:
            reply = await self.ask(task.remote_id, task)
        match reply.said:
            case Answer() as answer:
                return await self._ledger.answer(task.id, answer, reply.key), answer
            case NotThere() as error:
                raise meaning_of(await self._ledger.move(task.id, NotFound(reply.key)), reply.key, error) from error
            case error:
                raise error

    async def ask_for_results(self, task: Task, *, young_will_do: bool = False) -> tuple[Output, ...]:
        """The task's results with fresh links, not stored yet. Raises like `ask_for`, and ServerTrouble if the answer
        has no results."""
        known, answer = await self.ask_for(task, young_will_do=young_will_do)
        fresh = outputs_of(known, answer, self._clock.now(), self._ledger.makes(known.request.endpoint))
        if not fresh:
            raise ServerTrouble(Text("Runway lists no results for this task at the moment."))
        return fresh

    def _young(self, remote_id: RemoteId) -> Reply | None:
        self._forget()
        reply = self._last[remote_id].reply if remote_id in self._last else None
        if reply is None or not self._is_ours(reply) or isinstance(reply.said, ApiError):
            return None
        return reply if reply.said.output else None

    def _is_ours(self, reply: Reply) -> bool:
        """It was answered to the key in use."""
        return reply.key == self._runway.key

    async def _answer(self, remote_id: RemoteId, task: Task | None) -> Answer:
        if task is not None and task.is_run:
            return await self._runway.run(remote_id)
        try:
            return await self._runway.task(remote_id)
        except NotThere:
            if task is None or not task.is_sought or task.not_found_at is not None or task.cancel_asked:
                raise
        # An id that the person brought may be that of a run, which is tried once.
        return await self._runway.run(remote_id)

    async def _question(self, remote_id: RemoteId, task: Task | None) -> Reply:
        """If the caller is canceled, so is the GET; callers that shared it start a new one."""
        key, reply = self._runway.key, None
        ended: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._under_way[remote_id] = (key, ended)
        self._begun += 1
        number = self._begun
        try:
            reply = Reply(key, await self._answer(remote_id, task))
        except ApiError as error:
            reply = Reply(key, error)
        finally:
            del self._under_way[remote_id]
            # A failed connection does not count. The gap starts at the end: a slow GET reached Runway later than it was
            # sent.
            if reply is None or not isinstance(reply.said, NotReached):
                self._last.pop(remote_id, None)
                self._last[remote_id] = _Ended(self._clock.monotonic(), number, reply)
            if reply is None:
                ended.cancel()
            else:
                ended.set_result(reply)
        return reply

    def _forget(self) -> None:
        now = self._clock.monotonic()
        while self._last:
            oldest = next(iter(self._last))
            if self._last[oldest].at + LEAST_GAP > now:
                return
            del self._last[oldest]


def meaning_of(task: Task, key: Fingerprint, error: NotThere) -> NotThere | NotSeen:
    """The meaning of a 404 to this key, for the task as updated after it."""
    if task.deleted_remotely or (task.state.is_final and not task.has_results):
        return error
    if key != task.key:
        return NotSeen(
            Text("This key can't see this task."),
            advice=Text("It was probably made with another key. Switch to that key first."),
            detail=error.detail,
        )
    return NotSeen(
        Text("Runway did not find this task."),
        advice=Text("Try again in a minute, to be sure."),
        detail=error.detail,
        retry_after=ASK_ONCE_MORE,
    )


def quiet_after(task: Task) -> float | None:
    """Seconds after the last 404 before a task at Runway is polled again; None without one."""
    if task.is_hidden:
        return ASK_UNSEEN_AGAIN
    if task.not_found_at is None:
        return None
    if task.is_sought:
        return LEAST_GAP
    missed = (task.asked_at or task.not_found_at) - task.not_found_at
    return LEAST_GAP if task.cancel_asked and missed < CANCEL_PATIENCE else ASK_ONCE_MORE


class KeyWatch:
    def __init__(self, ledger: Ledger, runway: Runway, bus: Bus) -> None:
        self._ledger = ledger
        self._runway = runway
        self._bus = bus
        self._key = NO_KEY
        self._told_of = NO_KEY
        bus.listen(self._hear)

    async def catch_up(self) -> bool:
        """Whether the key was replaced by another since the last call. Tasks of the new key count as visible from now
        on, before any answer, and so occupy their slots in the lane even while offline."""
        before, key = self._key, self._runway.key
        if key in (NO_KEY, before):
            return False
        self._key, self._told_of = key, NO_KEY

        def seen(task: Task) -> Task:
            return replace(task, hidden_from=NO_KEY) if task.key == key else task

        hidden = [task.id for task in self._ledger.open() if task.is_hidden and task.key == key]
        try:
            await self._ledger.change_many(hidden, seen, "seen by this key")
        except StoreError as error:
            log.warning("That %d tasks are seen again could not be written: %s", len(hidden), error)
        return before != NO_KEY

    def _hear(self, event: Event) -> None:
        if not isinstance(event, TaskChanged) or not event.task.is_hidden:
            return
        key = event.task.hidden_from
        if key == self._runway.key and key not in (event.before.hidden_from, self._told_of):
            self._told_of = key
            self._bus.tell(EngineNotice(EngineNoticeCode.OTHER_KEYS_TASKS))


class Missed:
    """Polls tasks that ended only by 404s, and ended runs for their cost, seldom and for a day. One of the former that
    answers becomes live again, and the poller takes over."""

    def __init__(self, ledger: Ledger, asking: Asking, account: Account, bus: Bus, clock: Clock) -> None:
        self._ledger = ledger
        self._asking = asking
        self._account = account
        self._clock = clock
        self._alarm = Alarm(clock)
        self._due: dict[TaskId, float] = {}
        """Monotonic times."""
        self._is_read = False
        bus.listen(self._hear)

    async def run(self) -> None:
        await keep_going("asking for missed tasks", self._turn, self._clock)

    async def _turn(self) -> None:
        try:
            if not self._is_read:
                for task in await self._ledger.missed(self._clock.now() - MISSED_FOR):
                    self._due.setdefault(task.id, self._clock.monotonic())
                self._is_read = True
            first = min(self._due, key=self._due.__getitem__, default=None)
            wait = None if first is None else self._due[first] - self._clock.monotonic()
            if first is not None and wait is not None and wait <= 0.0:
                await self._ask(first)
            else:
                await self._alarm.wait(wait)
        except (ApiError, StoreError) as error:
            # A NotSeen's `retry_after` applies to its own task only.
            asked = 0.0 if isinstance(error, NotSeen) else getattr(error, "retry_after", None)
            await self._clock.sleep(max(MISSED_GAP, asked or 0.0))

    async def _ask(self, task_id: TaskId) -> None:
        self._due[task_id] = self._clock.monotonic() + ASK_MISSED_AGAIN
        if not self._account.can_ask or self._account.is_offline:
            return
        task = await self._ledger.task(task_id)
        ended_at = task.ended_at if task is not None and (task.is_missed or task.awaits_cost) else None
        missed = MISSED_FOR if ended_at is None else self._clock.now() - ended_at
        if task is None or missed >= MISSED_FOR:
            self._due.pop(task_id, None)
            return
        self._due[task_id] = self._clock.monotonic() + max(ASK_MISSED_AGAIN, missed)
        await self._asking.ask_for(task)

    def _hear(self, event: Event) -> None:
        if isinstance(event, TaskChanged) and (event.task.is_missed or event.task.awaits_cost):
            self._due.setdefault(event.task.id, self._clock.monotonic() + ASK_MISSED_AGAIN)
            self._alarm.ring()
        elif isinstance(event, TaskChanged):
            self._due.pop(event.task.id, None)
