"""The poller: polls every live task at the times that `schedule` gives, and passes each answer to the ledger.

One loop over a heap of due times, with at most 8 requests at a time; `asking` keeps the gap per task. On failures:

    404                        handled by the ledger: canceled if a cancel was asked, else gone once the task's own key
                               gets it twice. So it is polled once more, and then seldom for a day (`Missed`). A task
                               that the key cannot see is polled seldom, and at once when the key changes
    401                        no polling until a key is accepted; no task changes
    no connection              offline: one request every few seconds tests the connection; when it is back, due polls
                               are spread over seconds
    429, and several 5xx       a back-off for all tasks, `Retry-After` obeyed
    any other                  a back-off for that task

A failed poll never changes a task. After a sleep of the machine (the wall clock ran ahead of the monotonic one) all
tasks are polled soon, spread over seconds. Loop's thread only; `run` ends only when canceled.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.advance import Answer, Answered, NotFound
from runway_desktop.domain.errors import ApiError, KeyRefused, NotReached, NotThere, SlowDown, StoreError
from runway_desktop.domain.events import ConnectionChanged, Event, KeyChanged, TaskChanged, TasksAdded
from runway_desktop.domain.task import RemoteId, State, Task, TaskId
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import Alarm, delay
from runway_desktop.services.ports import Clock, Runway
from runway_desktop.services.supervised import keep_going, report
from runway_desktop.values import Struct, replace

from .asking import Asking, KeyWatch, Missed, Reply, quiet_after
from .ledger import Ledger, NoSuchTask
from .outlook import Forecasts
from .schedule import FIRST_LOOK_AT_CLIPS, LEAST_GAP, NUDGE, Seen, next_question, with_answer

log = logging.getLogger(__name__)

MOST_AT_ONCE = 8
LOOKING_GAP = LEAST_GAP + 0.5
"""Seconds between polls of a task that is on screen."""
HEARTBEAT = 5.0
"""Longest sleep in seconds of a loop with live tasks, to notice that the machine slept."""
SLEPT = 4.0
"""Seconds by which the wall clock must run ahead to count as sleep."""
SPREAD = 0.05
"""Seconds between two polls when many are due at once, ..."""
SPREAD_OVER = 10.0
"""... and the longest span that they are spread over."""
JUST_SENT = 60.0
"""Seconds after its sending for which an accepted task has probably not ended."""
FAILURES_FREE = 3
"""Failures in a row, of any tasks, that cause a back-off only for their own tasks."""
LONGEST_CHAIN = 4
"""Most throttled tasks polled in a row after one ended, while the ones before have not started."""


class _Watch(Struct):
    """The poller's state for one task. A heap entry is valid only if its turn equals `turn`."""

    remote_id: RemoteId
    seen: Seen
    model: str
    order: int
    """Order of arrival at Runway, as far as known; throttled tasks mostly start in this order."""
    due: float = 0.0
    turn: int = 0
    asking: bool = False
    failures: int = 0
    chain: int = 0


@dataclass(eq=False, repr=False)
class Poller:
    """`finish_cancel` is the one of `TaskActions`. `at_once`: most concurrent polls (a setting, at most 8)."""

    _ledger: Ledger
    _runway: Runway
    _asking: Asking
    _account: Account
    _forecasts: Forecasts
    _bus: Bus
    _clock: Clock
    _rng: random.Random
    _finish_cancel: Callable[[TaskId, Reply], Awaitable[None]]
    _at_once: Callable[[], int] = lambda: MOST_AT_ONCE

    def __post_init__(self) -> None:
        self._keys = KeyWatch(self._ledger, self._runway, self._bus)
        self._missed = Missed(self._ledger, self._asking, self._account, self._bus, self._clock)
        self._alarm = Alarm(self._clock)
        self._watches: dict[TaskId, _Watch] = {}
        self._throttled: dict[str, dict[TaskId, None]] = {}
        self._heap: list[tuple[float, int, TaskId]] = []
        self._turns = 0
        self._looked_at: frozenset[TaskId] = frozenset()
        self._questions: set[asyncio.Task[None]] = set()
        self._not_before = 0.0
        self._asked_to_wait = 0.0
        """Until when Retry-After forbids polls: the part of `_not_before` that remains when the network returns."""
        self._failures = 0
        self._was_away = False
        self._drift = self._clock.now() - self._clock.monotonic()
        self._bus.listen(self._hear)

    async def run(self) -> None:
        """Polls until canceled. Running polls are canceled then, but an answer that is being written is written."""
        for task in sorted(self._ledger.open(), key=lambda task: task.sent_at or 0.0):
            self._take_up(task, fresh=False)
        missed = asyncio.create_task(self._missed.run(), name="ask for missed tasks")
        try:
            await keep_going("asking for tasks", self._turn, self._clock)
        finally:
            left = [missed, *self._questions]
            for one in left:
                one.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _turn(self) -> None:
        self._notice_sleep()
        self._notice_return()
        if await self._keys.catch_up():
            self.ask_now()
        self._ask_what_is_due()
        await self._alarm.wait(self._pause_length())

    def ask_now(self, task_ids: Iterable[TaskId] = ()) -> None:
        """Polls these tasks (default: all, and ends back-offs) as soon as `LEAST_GAP` and Retry-After allow."""
        named = list(task_ids)
        if not named:
            self._not_before, self._failures = self._asked_to_wait, 0
        self._spread([i for i in named if i in self._watches] if named else list(self._watches))
        self._alarm.ring()

    def look_at(self, task_ids: Iterable[TaskId]) -> None:
        """Sets the tasks that are on screen (may be none). They are polled as often as the API allows, so that their
        progress moves; the others as seldom as `schedule` can."""
        before, self._looked_at = self._looked_at, frozenset(task_ids)
        now = self._clock.monotonic()
        for task_id in self._looked_at - before:
            watch, task = self._watches.get(task_id), self._ledger.get_open(task_id)
            if watch is not None and not watch.asking and task is not None and quiet_after(task) is None:
                soon = max(self._soonest(watch) + LOOKING_GAP - LEAST_GAP, now)
                if soon < watch.due:
                    self._plan(task_id, watch, soon)
                    self._alarm.ring()

    def wake(self) -> None:
        """The machine woke up: ends all back-offs and polls all tasks soon."""
        self._asked_to_wait = 0.0
        for watch in self._watches.values():
            watch.failures = 0
        self.ask_now()

    def _take_up(self, task: Task, *, fresh: bool) -> None:
        """Starts watching a live task. One from an earlier run is polled soon, because it may have ended."""
        if not task.state.is_live or task.remote_id is None or task.id in self._watches:
            return
        now = self._clock.monotonic()
        since = now if fresh else self._drift_free(task.sent_at)
        makes_clip = self._ledger.makes(task.request.endpoint).kind.has_frames
        seen = Seen(
            state=task.state,
            accepted=since,
            began_after=since,
            first_look=FIRST_LOOK_AT_CLIPS if makes_clip else LEAST_GAP,
            asked=self._asking.asked_at(task.remote_id),
        )
        watch = self._watches[task.id] = _Watch(task.remote_id, seen, task.request.model, self._turns + 1)
        if task.state is State.THROTTLED:
            self._throttled.setdefault(watch.model, {})[task.id] = None
        if fresh and not task.adopted:
            watch.seen = self._with_history(watch.seen, task)
            self._plan(task.id, watch, self._next(task.id, watch))
        else:
            waiting = min(SPREAD_OVER, SPREAD * len(self._watches))
            soon = now + waiting * self._rng.random()
            self._plan(task.id, watch, soon if seen.asked is None else max(soon, seen.asked + LEAST_GAP))
        self._alarm.ring()

    def _drift_free(self, at: float | None) -> float | None:
        """Converts a wall time to the monotonic clock; not later than now, since the clock may have been set back."""
        now = self._clock.monotonic()
        return None if at is None else min(now, at - (self._clock.now() - now))

    def _drop(self, task_id: TaskId) -> None:
        watch = self._watches.pop(task_id, None)
        if watch is not None:
            self._throttled.get(watch.model, {}).pop(task_id, None)

    def _plan(self, task_id: TaskId, watch: _Watch, due: float) -> None:
        """Schedules the next poll. During a poll of the task, the time is used after that has ended."""
        self._turns += 1
        watch.due, watch.turn = due, self._turns
        if not watch.asking:
            heapq.heappush(self._heap, (due, self._turns, task_id))

    def _spread(self, task_ids: list[TaskId]) -> None:
        now = self._clock.monotonic()
        over = min(SPREAD_OVER, SPREAD * (len(task_ids) - 1))
        for task_id in task_ids:
            watch = self._watches[task_id]
            if not watch.asking:
                self._plan(task_id, watch, max(self._soonest(watch), now + over * self._rng.random()))

    def _soonest(self, watch: _Watch) -> float:
        last = max((at for at in (watch.seen.asked, watch.seen.accepted) if at is not None), default=None)
        own = self._clock.monotonic() if last is None else last + LEAST_GAP
        return max(own, self._asking.free_at(watch.remote_id))

    def _first(self) -> tuple[float, TaskId] | None:
        """The next due poll; removes outdated heap entries."""
        while self._heap:
            due, turn, task_id = self._heap[0]
            watch = self._watches.get(task_id)
            if watch is not None and watch.turn == turn:
                return due, task_id
            heapq.heappop(self._heap)
        return None

    def _ask_what_is_due(self) -> None:
        now = self._clock.monotonic()
        if not self._account.can_ask or now < self._not_before:
            return
        most = 1 if self._account.is_offline else max(1, min(MOST_AT_ONCE, self._at_once()))
        while len(self._questions) < most and (first := self._first()) is not None:
            due, task_id = first
            watch = self._watches[task_id]
            if due <= now < (free := self._asking.free_at(watch.remote_id)):
                # Another caller polled it a moment ago. Waiting here instead of in `asking` keeps the slot free for
                # other tasks.
                self._plan(task_id, watch, free)
                continue
            if self._account.is_offline:
                if not self._account.claim_try():
                    return
            elif due > now:
                return
            heapq.heappop(self._heap)
            self._start(task_id, watch)

    def _pause_length(self) -> float | None:
        if not self._watches or not self._account.can_ask:
            return None
        now = self._clock.monotonic()
        waits = [HEARTBEAT]
        if self._not_before > now:
            waits.append(self._not_before - now)
        elif self._account.is_offline:
            waits.append(max(0.05, self._account.seconds_to_try()))
        elif len(self._questions) < max(1, min(MOST_AT_ONCE, self._at_once())) and (first := self._first()) is not None:
            waits.append(first[0] - now)
        return max(0.0, min(waits))

    def _start(self, task_id: TaskId, watch: _Watch) -> None:
        watch.asking = True
        planned = watch.turn
        question = asyncio.create_task(self._ask(task_id, watch), name=f"ask for {task_id}")
        self._questions.add(question)

        def ended(done: asyncio.Task[None]) -> None:
            self._questions.discard(done)
            watch.asking = False
            if not done.cancelled() and (error := done.exception()) is not None:
                # A mistake must not stop the polling of other tasks.
                report("asking for a task", error)
            if self._watches.get(task_id) is watch:
                if watch.turn == planned:
                    self._later(task_id, watch, None)
                else:
                    self._plan(task_id, watch, watch.due)
            self._alarm.ring()

        question.add_done_callback(ended)

    async def _ask(self, task_id: TaskId, watch: _Watch) -> None:
        task = self._ledger.get_open(task_id)
        if task is None:
            self._drop(task_id)
            return
        reply = await self._asking.ask(watch.remote_id, task)
        await self._finish_cancel(task_id, reply)
        watch.seen = replace(watch.seen, asked=self._clock.monotonic())
        match reply.said:
            case Answer() as answer:
                self._account.note_success(reply.key)
                self._failures = 0
                await self._note(task_id, watch, answer, reply.key)
            case NotThere():
                self._account.note_success(reply.key)
                await self._note(task_id, watch, None, reply.key)
            case error:
                self._failed(task_id, watch, error, reply.key)

    async def _note(self, task_id: TaskId, watch: _Watch, answer: Answer | None, key: Fingerprint) -> None:
        """Passes the answer to the ledger and schedules the next poll. `None`: a 404. `key` is the key that asked."""
        if answer is None and key != self._runway.key:
            # A 404 to the old key says nothing about the new one: poll again.
            self._plan(task_id, watch, self._soonest(watch))
            return
        if answer is not None:
            # Before the ledger moves the task, so that handlers of its event already plan with the new data.
            watch.seen = with_answer(watch.seen, answer, self._clock.monotonic())
        try:
            task = await self._ledger.move(task_id, NotFound(key) if answer is None else Answered(answer, key))
        except NoSuchTask:
            self._drop(task_id)
            return
        except StoreError as error:
            log.warning("The answer for %s could not be written, it is asked for again: %s", task_id, error)
            self._later(task_id, watch, None)
            return
        watch.failures = 0
        if not task.state.is_live:
            return
        chain, watch.chain = watch.chain, 0
        if chain and task.state is State.THROTTLED:
            self._nudge(watch.model, chain + 1, after=task_id)
        try:
            await self._forecasts.usual(task.request)
        except StoreError as error:
            log.warning("The history of %s could not be read: %s", task.request.model, error)
        watch.seen = self._with_history(watch.seen, task)
        if key != self._runway.key:
            due = self._soonest(watch)
        elif (quiet := quiet_after(task)) is not None:
            due = self._clock.monotonic() + quiet
        else:
            due = self._next(task_id, watch)
        self._plan(task_id, watch, due)

    def _next(self, task_id: TaskId, watch: _Watch) -> float:
        now = self._clock.monotonic()
        due = next_question(watch.seen, now, self._rng)
        return min(due, now + LOOKING_GAP) if task_id in self._looked_at else due

    def _failed(self, task_id: TaskId, watch: _Watch, error: ApiError, key: Fingerprint) -> None:
        self._account.note_failure(error, key)
        now = self._clock.monotonic()
        if isinstance(error, KeyRefused | NotReached):
            # The account decides when to go on; this task is then among the first.
            self._plan(task_id, watch, now)
            return
        self._failures += 1
        too_many = self._failures - (0 if isinstance(error, SlowDown) else FAILURES_FREE)
        if too_many > 0 or error.retry_after is not None:
            pause = delay(max(1, too_many), self._rng, retry_after=error.retry_after)
            self._not_before = max(self._not_before, now + pause)
        if error.retry_after is not None:
            self._asked_to_wait = self._not_before
        self._later(task_id, watch, error.retry_after)

    def _later(self, task_id: TaskId, watch: _Watch, retry_after: float | None) -> None:
        if self._watches.get(task_id) is not watch:
            return
        watch.failures += 1
        pause = delay(watch.failures, self._rng, retry_after=retry_after, first=LEAST_GAP)
        self._plan(task_id, watch, self._clock.monotonic() + pause)

    def _with_history(self, seen: Seen, task: Task) -> Seen:
        known = self._forecasts.usual_now(task.request)
        if known is None or known.ran is None:
            return seen
        return replace(seen, ran_low=known.ran.low, ran_high=known.ran.high)

    def _nudge(self, model: str, chain: int = 1, after: TaskId | None = None) -> None:
        """A slot of this model became free: its oldest throttled task has probably started, so it is polled soon."""
        if chain > LONGEST_CHAIN:
            return
        position = self._watches[after].order if after is not None and after in self._watches else 0
        behind = [i for i in self._throttled.get(model, ()) if self._watches[i].order > position]
        free = [i for i in behind if not self._watches[i].asking and not self._watches[i].chain]
        if not free:
            return
        task_id = min(free, key=lambda i: self._watches[i].order)
        watch = self._watches[task_id]
        watch.chain = chain
        self._plan(task_id, watch, max(self._soonest(watch), self._clock.monotonic() + NUDGE))

    def _notice_sleep(self) -> None:
        drift = self._clock.now() - self._clock.monotonic()
        slept = drift - self._drift
        self._drift = drift
        if slept > SLEPT:
            log.info("The clock ran ahead by %.0f s: all open tasks are asked for soon.", slept)
            self.wake()

    def _notice_return(self) -> None:
        is_away = self._account.is_offline or not self._account.can_ask
        if self._was_away and not is_away:
            now = self._clock.monotonic()
            # Ends the back-offs of failures before the connection was known to be lost.
            self._not_before, self._failures = self._asked_to_wait, 0
            self._spread([task_id for task_id, watch in self._watches.items() if watch.due <= now or watch.failures])
        self._was_away = is_away

    def _hear(self, event: Event) -> None:
        match event:
            case TasksAdded(tasks):
                for task in tasks:
                    self._take_up(task, fresh=True)
            case TaskChanged(task, before):
                if task.state is not before.state or task.is_hidden is not before.is_hidden:
                    self._follow(task, before)
            case ConnectionChanged() | KeyChanged():
                self._alarm.ring()

    def _follow(self, task: Task, before: Task) -> None:
        watch = self._watches.get(task.id)
        if task.state.is_live:
            if watch is None:
                # A task that counted as gone, or whose id was stored late, may have ended: poll it now.
                late = task.sent_at is not None and self._clock.now() - task.sent_at > JUST_SENT
                self._take_up(task, fresh=not (late or before.state.is_final))
                return
            if before.is_hidden and not task.is_hidden and not watch.asking:
                self._spread([task.id])
                self._alarm.ring()
            if task.state is State.THROTTLED and not task.is_hidden:
                self._throttled.setdefault(watch.model, {})[task.id] = None
            else:
                self._throttled.get(watch.model, {}).pop(task.id, None)
        elif watch is not None:
            self._drop(task.id)
            if before.state.is_live and watch.model:
                self._nudge(watch.model)
