"""What keeps queued tasks here: caps and the balance, the slots of their model, back-offs; and since when. Loop's
thread only; raises nothing but what `freed_by` says."""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from runway_desktop.domain.caps import Cap, HeldBack, Kept, LaneCode, LaneReason
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.prices import PriceSum
from runway_desktop.domain.task import State, Task, TaskId
from runway_desktop.services.account import Account
from runway_desktop.services.clock import Wait
from runway_desktop.services.money.budget import Budget
from runway_desktop.services.ports import Clock
from runway_desktop.services.settings import Settings
from runway_desktop.values import replace

from .ledger import Ledger

log = logging.getLogger(__name__)

UNKNOWN_LIMIT = 2
"""Concurrent tasks of a model if the organization's limits are unknown."""
ASK_AGAIN = 30.0
"""Seconds between reads of a balance that is too low."""
MOST_PASSED_OVER = 100
"""Most tasks per pass that are checked against caps one by one; the ones behind them are blocked for the same
reason."""


class CapWatch:
    def __init__(self, ledger: Ledger, budget: Budget, account: Account) -> None:
        self._ledger = ledger
        self._budget = budget
        self._account = account
        self.passed_over: Mapping[TaskId, HeldBack] = {}
        """The tasks that the lane's last pass did not send."""

    def over(
        self, queued: Sequence[Task], raised: HeldBack | None = None, ordered: Collection[TaskId] = ()
    ) -> Mapping[TaskId, HeldBack]:
        """Which of these tasks, in sending order, a cap or the balance blocks now, each with the credits that the other
        tasks blocked by the same cap need. `raised`, `ordered`: as in `Budget.over`."""
        free = [task for task in queued if not task.waits_for_person]
        found = self._budget.over(free, self._account.organization, raised, ordered)
        return _with_others(found)

    def freed(self, held: HeldBack, queued: Sequence[Task]) -> list[Task]:
        """The tasks that are blocked now and would be sent if the cap of `held` were raised."""
        over, still = self._around(held, queued)
        return [task for task in queued if task.id in over and task.id not in still]

    def prices(self, held: HeldBack) -> PriceSum:
        """What raising the cap of `held` would send, and what that costs."""
        return self._budget.sum(self.freed(held, self._ledger.queued()))

    def raise_cap(self, held: HeldBack) -> None:
        self._budget.raise_cap(held)

    def unpaid(self, held: HeldBack, queued: Sequence[Task]) -> list[TaskId]:
        """The tasks that a cap blocks now, and that the balance would not cover if the cap of `held` were raised."""
        over, still = self._around(held, queued)
        capped = [i for i, one in over.items() if one.limit.cap is not Cap.BALANCE]
        return [i for i in capped if i in still and still[i].limit.cap is Cap.BALANCE]

    def _around(
        self, held: HeldBack, queued: Sequence[Task]
    ) -> tuple[Mapping[TaskId, HeldBack], Mapping[TaskId, HeldBack]]:
        """What is blocked now, and after the raise: then by likely prices, since the person orders it so."""
        return self.over(queued), self.over(queued, held, {task.id for task in queued})

    def over_project_cap(self) -> list[Task]:
        """Queued tasks that the cap of their project blocks now."""
        queued = self._ledger.queued()
        over = self.over(queued)
        return [task for task in queued if task.id in over and over[task.id].limit.cap is Cap.PROJECT]

    async def freed_by(self, projects: Mapping[TaskId, str]) -> Collection[TaskId]:
        """The queued tasks that their project's cap blocks now, and might not once these are in these projects: what
        was spent on a task leaves a project with it. StoreError."""
        blocked = self.over_project_cap()
        if not blocked:
            return ()
        left = {task.project for i in projects if (task := await self._ledger.task(i)) is not None}
        moved = [replace(task, project=projects.get(task.id, task.project)) for task in self._ledger.queued()]
        over = self.over(moved)
        goes = [task.id for task in blocked if task.id in projects]
        stays = [task.id for task in blocked if task.id not in projects and task.project in left]
        # If one is held, the next one fits: all or none.
        return stays if all(one in over for one in goes) else goes + stays

    async def catch_up(self) -> None:
        """Computes what projects with a new cap have spent. Until that succeeds their tasks wait."""
        try:
            await self._budget.catch_up()
        except StoreError as error:
            log.warning("What projects have spent could not be read: %s", error)

    def too_dear(self, task: Task, on_their_way: Iterable[TaskId]) -> HeldBack | None:
        """The cap or balance that blocks the task, counting the tasks to be sent before it."""
        ahead = [
            other
            for i in on_their_way
            if i != task.id and (other := self._ledger.get_open(i)) is not None and other.state is State.QUEUED
        ]
        return self._budget.holds_back(task, ahead, self._account.organization)

    def pass_over(self, tasks: Mapping[TaskId, HeldBack]) -> None:
        """Call at the end of a pass. Schedules another read of a balance that is too low."""
        self.passed_over = tasks
        if any(held.limit.cap is Cap.BALANCE for held in tasks.values()):
            self._account.want_refresh(ASK_AGAIN)

    def seconds_to_look(self) -> float | None:
        """Seconds until the lane should look again without an event: caps restart with a new day, and credits may be
        bought."""
        return min(2 * ASK_AGAIN, self._budget.seconds_to_new_day()) if self.passed_over else None


def _with_others(found: Mapping[TaskId, HeldBack]) -> dict[TaskId, HeldBack]:
    prices: defaultdict[tuple[Cap, str], list[float]] = defaultdict(list)
    for held in found.values():
        prices[held.limit.cap, held.limit.project].append(held.price or 0.0)
    needed = {of: (sum(each), max(each)) for of, each in prices.items()}
    return {
        # Built directly, since a long queue may be blocked: `replace` takes twice as long.
        task_id: HeldBack(
            limit=held.limit,
            price=held.price,
            exact=held.exact,
            waiting=_waiting(held, *needed[held.limit.cap, held.limit.project]),
        )
        for task_id, held in found.items()
    }


def _waiting(held: HeldBack, together: float, dearest: float) -> float:
    return (dearest if held.limit.cap is Cap.SENDING else together) - (held.price or 0.0)


class ModelSlots:
    """How many tasks of a model may be at Runway at once."""

    def __init__(self, ledger: Ledger, account: Account, settings: Settings) -> None:
        self._ledger = ledger
        self._account = account
        self._settings = settings

    def limit(self, model: str) -> int | None:
        """By the organization's limit and the person's choice; None: no limit."""
        organization = self._account.organization
        if organization is None or model not in organization.limits:
            allowed: int | None = UNKNOWN_LIMIT
        else:
            allowed = organization.concurrent(model)
        chosen = self._settings.lane_limits.get(model)
        return min((limit for limit in (allowed, chosen) if limit is not None), default=None)

    def is_full(self, model: str) -> bool:
        """Without tasks being prepared: slots may have filled up since one of them was started."""
        limit = self.limit(model)
        return limit is not None and self._ledger.at_runway(model) >= limit

    def is_day_spent(self, model: str) -> bool:
        organization = self._account.organization
        return organization is not None and organization.left_today(model) == 0

    def usable(self, model: str) -> int | None:
        """The limit for what is left of today."""
        return 0 if self.is_day_spent(model) else self.limit(model)


class BackOffs:
    """Waits after failures in a row: of all sendings, and of each endpoint and model."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._all = Wait()
        self._of: defaultdict[tuple[str, str], Wait] = defaultdict(Wait)

    def reason(self, task: Task | None = None) -> LaneReason | None:
        """Why nothing is sent now, or nothing like this task; None: no such wait is running."""
        wait = self._all if task is None else self._of.get(_pair(task))
        return wait.reason if wait is not None and self._clock.monotonic() < wait.until else None

    def extend(self, why: LaneReason, retry_after: float | None = None, task: Task | None = None) -> None:
        """`task`: only of sendings like this one."""
        wait, now = self._all if task is None else self._of[_pair(task)], self._clock.monotonic()
        wait.extend(now, why, self._rng, retry_after=retry_after)
        wait.reason = replace(why, retry_at=self._clock.now() + wait.until - now)

    def note_answer(self, task: Task) -> None:
        """Runway decided about a sending of this task."""
        self._all.failures = 0
        self._of.pop(_pair(task), None)

    def ends(self, now: float) -> list[float]:
        """Moments at which the running waits end."""
        return [wait.until for wait in (self._all, *self._of.values()) if wait.until > now]


def _pair(task: Task) -> tuple[str, str]:
    return task.request.endpoint, task.request.model


class Keeping:
    """What keeps each queued task, and since when, if that began in this run."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[TaskId, float] = {}
        self._blocked: dict[LaneCode | tuple[Cap, str, float], float] = {}
        """By the lane's reason, and by each cap that a pass met."""

    def follow(self, task: Task, before: Task | None = None) -> None:
        """A task was added or changed."""
        if task.state is not State.QUEUED:
            self._held.pop(task.id, None)
        elif before is None or task.hold != before.hold:
            self._held[task.id] = task.created_at if before is None else self._clock.now()

    def note(self, reason: LaneReason | None, held: Iterable[HeldBack]) -> bool:
        """Stores what blocks after a pass. Returns whether the blocking caps changed."""
        caps, now = {one.which for one in held}, self._clock.now()
        are_others = caps != {key for key in self._blocked if isinstance(key, tuple)}
        blocking = (*caps, *((reason.code,) if reason is not None else ()))
        self._blocked = {key: self._blocked.get(key, now) for key in blocking}
        return are_others

    def kept(self, task: Task, held: HeldBack | None, reason: LaneReason | None) -> Kept:
        """`held`: the cap or balance that blocks the task. `reason`: the lane's."""
        if held is not None:
            reason = LaneReason(LaneCode.HELD_BACK, held=held)
        elif reason is not None and reason.held is not None:
            # The cap of another task does not keep this one.
            reason = None
        kept = Kept(hold=task.hold, lane=reason)
        if kept.is_by_hold:
            return replace(kept, since=self._held.get(task.id))
        by = held.which if held is not None else reason.code if reason is not None else None
        began = self._blocked.get(by) if by is not None else None
        return replace(kept, since=max(began, task.created_at)) if began is not None else kept
