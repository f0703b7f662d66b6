"""Decides which queued tasks a cap or the balance blocks. Loop's thread only; raises
nothing but what `freed_by` says."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from runway_desktop.domain.caps import Cap, HeldBack
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.prices import PriceSum
from runway_desktop.domain.task import State, Task, TaskId
from runway_desktop.services.account import Account
from runway_desktop.services.money.budget import Budget
from runway_desktop.values import replace

from .ledger import Ledger

log = logging.getLogger(__name__)

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
