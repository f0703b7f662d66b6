"""The local queue: which queued task is sent next, and why none is.

Tasks are sent by position, each as far as `keeping` lets it. A model that is full or backing off, or a task that a cap
blocks, does not block other tasks. Nothing is sent while paused, offline, without an accepted key, or during a general
back-off; `reason` says which. The loop wakes on events and deadlines and never polls. Loop's thread only; StoreError
only delays the loop.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import InitVar, dataclass

from runway_desktop.domain.account import NO_KEY, Fingerprint, Link
from runway_desktop.domain.caps import HeldBack, Kept, LaneCode, LaneReason
from runway_desktop.domain.errors import ApiError, DiskError, KeyRefused, NotReached, SlowDown, StoreError
from runway_desktop.domain.events import (
    ConnectionChanged,
    EngineNotice,
    EngineNoticeCode,
    Event,
    KeyChanged,
    LaneChanged,
    OrganizationChanged,
    SettingsChanged,
    TaskChanged,
    TasksAdded,
    TasksMoved,
)
from runway_desktop.domain.prices import PriceSum
from runway_desktop.domain.task import ITS_TURN, Hold, HoldCode, State, Task, TaskId
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import Alarm
from runway_desktop.services.money.budget import Budget
from runway_desktop.services.ports import Clock
from runway_desktop.services.settings import CAPS, PAUSED, Settings
from runway_desktop.services.supervised import keep_going, shielded, survived
from runway_desktop.values import replace

from .dispatch import Dispatch, Outcome, Result
from .keeping import MOST_PASSED_OVER, BackOffs, CapWatch, Keeping, ModelSlots
from .ledger import Ledger
from .outlook import Forecasts, Outlook, Outlooks, Range, Slots
from .readings import UncertainFollowup
from .task_changes import held_by, hold_detail
from .uploads import Inputs, OtherKeyInUse, UnusableInput

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Concurrent sendings, including those whose files are being read. Tasks that wait for another sending of their model
do not count."""
LOOK_AGAIN = 30.0
"""Seconds before a task with a missing file is tried again."""
UNCERTAIN_IN_A_ROW = 3
"""Unanswered sendings in a row after which the lane pauses itself: each further one may cost credits without a
result."""

_LOCKED = LaneReason(LaneCode.LOCKED)
_HEARD_SETTINGS = CAPS | {PAUSED, "lane_limits"}


@dataclass(eq=False, repr=False)
class Lane:
    _ledger: Ledger
    _dispatch: Dispatch
    _inputs: Inputs
    _account: Account
    _settings: Settings
    budget: InitVar[Budget]
    forecasts: InitVar[Forecasts]
    _bus: Bus
    _clock: Clock
    _rng: random.Random

    def __post_init__(self, budget: Budget, forecasts: Forecasts) -> None:
        self.caps = CapWatch(self._ledger, budget, self._account)
        self._runs = budget.runs
        self._slots = ModelSlots(self._ledger, self._account, self._settings)
        self._back_offs = BackOffs(self._clock, self._rng)
        self._keeping = Keeping(self._clock)
        usable, is_open = self._slots.usable, lambda: self._blocked() is None
        self._outlooks = Outlooks(self._ledger, forecasts, self.caps.over, usable, is_open, self._clock)
        self._alarm = Alarm(self._clock)
        self._followup = UncertainFollowup(self._dispatch.readings, self._alarm.ring)
        self._errands: dict[TaskId, tuple[str, asyncio.Task[None]]] = {}
        self._deliveries: set[asyncio.Task[Outcome]] = set()
        self._one_post: dict[str, asyncio.Lock] = {}
        self._in_line: dict[TaskId, str] = {}
        """Prepared tasks that wait for another sending of their model, by id."""
        self._stuck_until: dict[TaskId, float] = {}
        self._uncertain = 0
        self._ending = False
        self._may_have_other_keys = True
        """Queued tasks may have been queued with another key than the one in use."""
        self._pause = LaneReason(LaneCode.PAUSED)
        self.is_locked = False
        """Sends nothing in this run until `unlock`, but for `_let_out`: the engine runs for a program that may not
        spend."""
        self._let_out: set[TaskId] = set()
        """Tasks that may leave all the same. Not stored: what has not left in this run is an ordinary queued task."""
        self._told: tuple[bool, LaneReason | None, Mapping[TaskId, HeldBack]] = (False, None, {})
        self.reason: LaneReason | None = None
        """Why nothing is sent; None when something is, or when the queue is empty and nothing blocks it."""
        self._bus.listen(self._hear)

    @property
    def paused(self) -> bool:
        return self._settings.paused

    @property
    def is_sending(self) -> bool:
        """A request is on its way whose outcome is not written yet."""
        return bool(self._deliveries)

    async def run(self) -> None:
        """Sends until canceled. Then reading of files is canceled, and a running POST is awaited so that its id is
        stored."""
        try:
            await self._dispatch.recall()
            self._followup.take_up(self._ledger.open())
            await keep_going("sending tasks", self._turn, self._clock)
        finally:
            await self.settle()

    async def settle(self) -> None:
        """For shutdown: sends nothing more, cancels reading of files and of counts, and waits for running POSTs.
        Retries of writes are limited."""
        self._ending = True
        closing = asyncio.create_task(self._dispatch.close(), name="close the dispatch")
        leftover = [errand for _, errand in self._errands.values()]
        for task in leftover:
            task.cancel()
        leftover += self._followup.let_go()
        while self._deliveries:
            await asyncio.wait(tuple(self._deliveries))
        await asyncio.gather(closing, *leftover, return_exceptions=True)

    async def pause(self) -> None:
        """Stops sending until `resume`, also in later runs. Announced once it is on disk."""
        self._pause = self.reason = LaneReason(LaneCode.PAUSED)
        self._settings.set(PAUSED, True)
        try:
            await self._settings.flush()
        except StoreError as error:
            log.warning("The pause is not on the disk yet: %s", error)
        self._say()

    async def resume(self) -> None:
        self._uncertain = 0
        self._stuck_until.clear()
        self._settings.set(PAUSED, False)
        self._say()

    def unlock(self) -> None:
        self.is_locked = False
        self.reason = self._blocked()
        self._alarm.ring()

    def let_out(self, task_ids: Collection[TaskId]) -> None:
        """Lets these leave a locked lane, once and as they are now: the person released exactly them. Pause, caps and
        balance still apply. Those that wait for the person are left out."""
        self._let_out.update(i for i in task_ids if (task := self._ledger.get_open(i)) is not None and task.is_free)
        self.reason = self._blocked()
        self._alarm.ring()

    def retry(self, task_ids: Collection[TaskId]) -> None:
        """Tries tasks again now that wait for a file or a retry."""
        for task_id in task_ids:
            self._stuck_until.pop(task_id, None)
        self._alarm.ring()

    def slots(self, model: str) -> Slots:
        """Tasks of the model that are at Runway or on their way, and the limit."""
        return Slots(self._in_use(model), self._slots.limit(model))

    def keeps(self, task: Task, outlook: Outlook | None = None) -> Kept | None:
        """Why a queued task is not sent, by `outlook` or else the present one; None for other tasks."""
        if task.state is not State.QUEUED:
            return None
        held = (outlook or self.outlook()).over.get(task.id)
        return self._keeping.kept(task, held, self.reason if self.paused or self._is_let_out(task) else _LOCKED)

    def freed(self, kept: Kept) -> PriceSum | None:
        """What raising the cap would send, and what that costs, by the queue as it is now; None if there is no cap to
        raise."""
        held = kept.held
        return self.caps.prices(held) if held is not None and held.raised is not None else None

    def forecast(self) -> Range | None:
        """When all queued tasks will be done; None if the queue is empty or the history is too short."""
        return self.outlook().all_sent if self._ledger.queued() else None

    def outlook(self) -> Outlook:
        """Start and end times of open tasks, and tasks that caps block."""
        return self._outlooks.now()

    def outlook_if_moved(self, task_ids: Sequence[TaskId], before: TaskId | None) -> Outlook:
        """The same if these stood before another one; None: at the end."""
        return self._outlooks.if_moved(task_ids, before)

    async def _turn(self) -> None:
        await self.caps.catch_up()
        if self._may_have_other_keys:
            await self._keep_for_their_key(self._account.key.fingerprint)
        await self._ask_about_runs()
        self._fill()
        await self._outlooks.remember_times()
        await self._alarm.wait(self._pause_length())

    async def _keep_for_their_key(self, key: Fingerprint) -> None:
        """Makes tasks that were queued with another key than this one wait for the person, and lets those be sent that
        waited for this one."""

        def edit(task: Task) -> Task:
            if task.state is not State.QUEUED:
                return task
            if not task.waits_for_person and not task.is_for(key):
                return replace(task, hold=Hold(HoldCode.OTHER_KEY))
            # A denied task keeps the key of its last sending, also if its release to that key was undone.
            is_back = task.hold.code is HoldCode.OTHER_KEY and task.key == key and not task.was_denied
            return replace(task, hold=ITS_TURN) if is_back else task

        self._may_have_other_keys = False
        concerned = [task.id for task in self._ledger.all_queued() if edit(task) is not task] if key != NO_KEY else []
        try:
            changed = await self._ledger.change_many(concerned, edit, "key changed")
        except StoreError as error:
            self._back_offs.extend(LaneReason(LaneCode.UNWRITABLE))
            self._may_have_other_keys = True
            log.warning("That tasks wait for their key could not be written: %s", error)
            return
        if any(task.waits_for_person and task.removed_at is None for task in changed):
            self._bus.tell(EngineNotice(EngineNoticeCode.QUEUED_WITH_OTHER_KEY))

    async def _ask_about_runs(self) -> None:
        """Makes runs of a workflow whose price stays unknown wait for the person, after one that told no cost."""
        for over in self._runs.overdue(self._clock.now()):
            pair = over.request.endpoint, over.request.model
            alike = [one for one in self._ledger.all_queued() if (one.request.endpoint, one.request.model) == pair]
            unpriced = [one.id for one in alike if self._runs.keeps(one)]
            try:
                await self._ledger.change_many(
                    unpriced, lambda one: replace(one, hold=Hold(HoldCode.NO_COST)) if one.is_free else one, "waits"
                )
                await self._ledger.change(over.id, _without_due, "no cost told")
            except StoreError as error:
                self._back_offs.extend(LaneReason(LaneCode.UNWRITABLE))
                log.warning("That runs wait could not be written: %s", error)

    def _fill(self) -> None:
        """Starts what may be started, and sets the reason why nothing more is."""
        why = self._blocked()
        full: LaneReason | None = None
        now = self._clock.monotonic()
        passed_over: dict[TaskId, HeldBack] = {}
        if why is None:
            in_use: dict[str, int] = {}
            for task in self._ledger.queued():
                if len(self._errands) - len(self._in_line) >= AT_ONCE:
                    break
                model = task.request.model
                if task.was_denied and (counted_by := self._dispatch.readings.counted_by(task.id)) >= now:
                    # A slow server may still make a task that it refused with 503. Wait until the counts would include
                    # it.
                    self._stuck_until[task.id] = counted_by + 1.0
                if not self._may_go(task, now):
                    continue
                if model not in in_use:
                    in_use[model] = self._in_use(model)
                if reason := self._waits(task, in_use[model]):
                    full = full or reason
                elif (held := self._too_dear(task)) is not None:
                    passed_over[task.id] = held
                    full = full or LaneReason(LaneCode.HELD_BACK, held=held)
                    if len(passed_over) >= MOST_PASSED_OVER:
                        break
                elif model not in self._in_line.values():
                    in_use[model] += 1
                    self._start(task)
        self.reason = why or (None if self._errands else full)
        if why is None:
            self.caps.pass_over(passed_over)
        self._say()

    def _blocked(self) -> LaneReason | None:
        if self._ending:
            return LaneReason(LaneCode.CLOSING)
        if self.paused:
            return self._pause
        if self.is_locked and not self._let_out:
            return _LOCKED
        if not self._account.can_ask:
            is_refused = self._account.connection.link is Link.KEY_REFUSED
            return LaneReason(LaneCode.KEY_REFUSED if is_refused else LaneCode.NO_KEY)
        if self._account.is_offline:
            return LaneReason(LaneCode.OFFLINE)
        return self._back_offs.reason()

    def _waits(self, task: Task, in_use: int) -> LaneReason | None:
        """Why no other task of the model is sent now."""
        model, limit = task.request.model, self._slots.limit(task.request.model)
        if reason := self._back_offs.reason(task):
            return reason
        if self._followup.is_unsettled(model):
            return LaneReason(LaneCode.UNSETTLED)
        if self._runs.keeps(task, in_use):
            return LaneReason(LaneCode.FIRST_COST, model=model)
        if limit is not None and in_use >= limit:
            return LaneReason(LaneCode.NO_SLOT, min(in_use, limit), limit)
        return LaneReason(LaneCode.DAY_USED_UP, model=model) if self._slots.is_day_spent(model) else None

    def _too_dear(self, task: Task) -> HeldBack | None:
        """While another task of the model is queued for its POST none is started: the last result stays valid."""
        if task.request.model in self._in_line.values():
            return self.caps.passed_over.get(task.id)
        return self.caps.too_dear(task, self._errands)

    def _may_go(self, task: Task, now: float) -> bool:
        is_free = not task.waits_for_person and task.is_for(self._account.key.fingerprint) and self._is_let_out(task)
        return is_free and task.id not in self._errands and self._stuck_until.get(task.id, 0.0) <= now

    def _is_let_out(self, task: Task) -> bool:
        return not self.is_locked or task.id in self._let_out

    def _in_use(self, model: str) -> int:
        """At Runway, being sent, or with files being read."""
        started = [self._ledger.get_open(i) for i, (other, _) in self._errands.items() if other == model]
        return self._ledger.at_runway(model) + sum(task is not None and task.state is State.QUEUED for task in started)

    def _start(self, task: Task) -> None:
        errand = asyncio.create_task(self._errand(task), name=f"send {task.id}")
        self._errands[task.id] = (task.request.model, errand)

        def ended(_: asyncio.Task[None]) -> None:
            self._errands.pop(task.id, None)
            self._alarm.ring()

        errand.add_done_callback(ended)

    async def _errand(self, task: Task) -> None:
        with survived("preparing a task") as attempt:
            await self._prepare_and_send(task)
        if attempt.failed:
            # Nothing was sent: mistakes after the first byte are outcomes and handled there.
            with survived("holding a task back"):
                await self._hold(task, Hold(HoldCode.NOT_PREPARED), math.inf)

    async def _prepare_and_send(self, task: Task) -> None:
        key = self._account.key.fingerprint
        if not task.is_for(key):
            return
        try:
            body = await self._inputs.prepare(task, key)
            async with self._turn_of(task) as end_turn:
                before = await self._dispatch.readings.before(task)
                if (
                    not self._is_let_out(task)
                    or self._blocked()
                    or self._back_offs.reason(task)
                    or self._followup.is_unsettled(task.request.model)
                ):
                    return
                is_full = self._slots.is_full(task.request.model) or self._runs.keeps(task)
                if is_full or self.caps.too_dear(task, self._errands) is not None:
                    return

                def accepted() -> None:
                    self._note_answer(task)
                    end_turn()

                delivering = self._dispatch.deliver(task, body, before, key, accepted)
                delivery = asyncio.create_task(delivering, name=f"deliver {task.id}")
                self._deliveries.add(delivery)
                delivery.add_done_callback(self._deliveries.discard)
                self._take_outcome(task, await shielded(delivery))
        except OtherKeyInUse:
            log.info("Task %s is prepared again: the key was changed.", task.id)
        except UnusableInput as unusable:
            await self._hold(task, unusable.hold, LOOK_AGAIN)
        except DiskError as error:
            await self._hold(task, held_by(HoldCode.FILE_UNREADABLE, error), LOOK_AGAIN)
        except ApiError as error:
            await self._not_uploaded(task, error, key)
        except StoreError as error:
            self._back_offs.extend(LaneReason(LaneCode.UNWRITABLE))
            log.warning("Task %s could not be prepared: %s", task.id, error)

    @asynccontextmanager
    async def _turn_of(self, task: Task) -> AsyncIterator[Callable[[], None]]:
        """Serializes sendings of a model: none other runs between a reading of counts and its POST. Gives what ends the
        turn early."""
        post = self._one_post.setdefault(task.request.model, asyncio.Lock())
        self._in_line[task.id] = task.request.model
        try:
            if post.locked():
                self._alarm.ring()
            await post.acquire()
        finally:
            del self._in_line[task.id]
        with ExitStack() as turn:
            turn.callback(post.release)
            self._alarm.ring()
            yield turn.close

    def _take_outcome(self, task: Task, outcome: Outcome) -> None:
        match outcome.result:
            case Result.REFUSED:
                self._note_answer(task)
            case Result.NOT_SENT:
                self._back_offs.extend(LaneReason(LaneCode.ERROR, cause=outcome.cause))
            case Result.TURNED_AWAY:
                self._back_offs.extend(LaneReason(LaneCode.ERROR, cause=outcome.cause), outcome.retry_after, task)
            case Result.UNCERTAIN:
                self._uncertain += 1
                self._back_offs.extend(LaneReason(LaneCode.ERROR))
                if (found := self._ledger.get_open(task.id)) is not None:
                    self._followup.look(found)
                if self._uncertain >= UNCERTAIN_IN_A_ROW:
                    self._pause = LaneReason(LaneCode.NO_ANSWERS, self._uncertain)
                    self._settings.set(PAUSED, True)
            case Result.ACCEPTED | Result.SKIPPED:
                pass

    def _note_answer(self, task: Task) -> None:
        self._uncertain = 0
        self._back_offs.note_answer(task)

    async def _not_uploaded(self, task: Task, error: ApiError, key: Fingerprint) -> None:
        """Handles a failed upload. Nothing was paid for, so it may be retried."""
        match error:
            case NotReached() | KeyRefused():
                self._account.note_failure(error, key)
            case SlowDown(retry_after=seconds):
                self._account.note_failure(error)
                self._back_offs.extend(LaneReason(LaneCode.ERROR, cause=error.reason), seconds)
            case _:
                seconds = LOOK_AGAIN if error.may_retry else math.inf
                await self._hold(task, held_by(HoldCode.UPLOAD_FAILED, error), seconds)

    async def _hold(self, task: Task, hold: Hold, seconds: float) -> None:
        self._stuck_until[task.id] = self._clock.monotonic() + seconds

        def edit(now: Task) -> Task:
            # If the person held it meanwhile, keep that hold, or it would be sent once its file is back.
            return replace(now, hold=hold) if now.is_free and now.request == task.request else now

        try:
            await self._ledger.change(task.id, edit, "waits", **hold_detail(hold))
        except StoreError as error:
            log.warning("Why task %s waits could not be written: %s", task.id, error)

    def _pause_length(self) -> float | None:
        now = self._clock.monotonic()
        self._stuck_until = {i: at for i, at in self._stuck_until.items() if at > now}
        dues = [at for at in self._stuck_until.values() if at < math.inf] + self._back_offs.ends(now)
        if (due := self._runs.next_due()) is not None:
            dues.append(now + max(1.0, due - self._clock.now()))
        caps = self.caps.seconds_to_look()
        if caps is not None:
            dues.append(now + caps)
        return min(dues) - now if dues else None

    def _say(self) -> None:
        if self._keeping.note(self.reason, self.caps.passed_over.values()):
            self._outlooks.forget(at_once=True)
        if self._settings.is_on_its_way(PAUSED):
            # Announced later, once it is on disk.
            return
        told = (self.paused, self.reason, self.caps.passed_over)
        if told != self._told:
            self._told = told
            self._bus.tell(LaneChanged())

    def _hear(self, event: Event) -> None:
        self._outlooks.forget(at_once=isinstance(event, TasksMoved | SettingsChanged))
        match event:
            case TaskChanged(task, before):
                self._outlooks.follow(task, before)
                self._keeping.follow(task, before)
                self._look_at_key(task)
                # While it is sent it may still be turned away.
                is_here = task.state.is_local and task.removed_at is None and not task.waits_for_person
                if not is_here or task.request is not before.request:
                    self._let_out.discard(task.id)
                edited = task.state is State.QUEUED and (task.request is not before.request or task.hold != before.hold)
                if edited and task.request is not before.request:
                    self._stuck_until.pop(task.id, None)
                has_moved = task.state is not before.state or task.is_hidden is not before.is_hidden
                has_moved |= task.run != before.run
                if has_moved or edited or task.removed_at != before.removed_at:
                    self._alarm.ring()
            case TasksAdded(tasks):
                for task in tasks:
                    self._outlooks.follow(task)
                    self._keeping.follow(task)
                    self._look_at_key(task)
                self._alarm.ring()
            case KeyChanged():
                self._may_have_other_keys = True
                self._alarm.ring()
            case TasksMoved() | ConnectionChanged() | OrganizationChanged():
                self._alarm.ring()
            case SettingsChanged(names) if names & _HEARD_SETTINGS:
                self._alarm.ring()

    def _look_at_key(self, task: Task) -> None:
        """The key may change while a task is stored or sent."""
        if task.is_free:
            self._may_have_other_keys |= not task.is_for(self._account.key.fingerprint)


def _without_due(task: Task) -> Task:
    return task if task.run is None else replace(task, run=replace(task.run, cost_due=None))
