"""Decides for the lane which held tasks a cap or the balance holds back, and announces each cap once. Loop's thread
only; raises nothing."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from runway_desktop.domain.caps import Cap, HeldBack
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import CapReached
from runway_desktop.domain.task import State, Task, TaskId
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.money.budget import Budget

from .ledger import Ledger

log = logging.getLogger(__name__)

ASK_AGAIN = 30.0
"""Seconds until the balance is asked for again while it is too low."""
MOST_HELD_BACK = 100
"""Tasks that are kept here by caps, each time the lane is looked through: the ones behind them say the same."""


class CapWatch:
    def __init__(self, ledger: Ledger, budget: Budget, account: Account, bus: Bus) -> None:
        self._ledger = ledger
        self._budget = budget
        self._account = account
        self._bus = bus
        self._reached: frozenset[tuple[Cap, str, float]] = frozenset()
        self.held_back: Mapping[TaskId, HeldBack] = {}
        """What was kept here when the lane was last looked through."""

    def over(self, queued: Sequence[Task], raised: HeldBack | None = None) -> Mapping[TaskId, HeldBack]:
        """Which of these, in the order in which they are sent, will wait for a cap or the balance as things stand, each
        with what the others need that wait for the same. `raised`: as if its cap were raised."""
        free = [task for task in queued if not task.waits_for_person]
        found = self._budget.over(free, self._account.organization, self._ledger.open, raised)
        return _with_others(found, _prices(found)) if found else found

    def freed(self, held: HeldBack, queued: Sequence[Task]) -> list[Task]:
        """Those of these that are sent once the cap of `held` is raised, and wait for one now."""
        over, still = self.over(queued), self.over(queued, held)
        return [task for task in queued if task.id in over and task.id not in still]

    async def catch_up(self) -> None:
        """Adds up projects whose cap is new. Until that works their tasks wait."""
        try:
            await self._budget.catch_up()
        except StoreError as error:
            log.warning("What projects have spent could not be read: %s", error)

    def too_dear(self, task: Task, on_their_way: Iterable[TaskId]) -> HeldBack | None:
        """The cap or balance that keeps the task here, counting what is about to be sent before it."""
        ahead = [
            other
            for i in on_their_way
            if i != task.id and (other := self._ledger.get_open(i)) is not None and other.state is State.HELD
        ]
        return self._budget.holds_back(task, ahead, self._account.organization, self._ledger.open)

    def tell(self, held_back: Mapping[TaskId, HeldBack]) -> None:
        """Says each cap once when it is reached; the rows say the rest. A balance that is too low is asked for
        again."""
        self.held_back = held_back = self._with_all_that_wait(held_back)
        reached = {held.which: held for held in reversed(list(held_back.values()))}
        for key, held in reached.items():
            if key not in self._reached:
                self._bus.tell(CapReached(held))
        self._reached = frozenset(reached)
        if any(cap is Cap.BALANCE for cap, *_ in reached):
            self._account.want_refresh(ASK_AGAIN)

    def _with_all_that_wait(self, held_back: Mapping[TaskId, HeldBack]) -> Mapping[TaskId, HeldBack]:
        """Each with what the others need that wait for the same, so that one raise is enough for all of them."""
        prices = _prices(held_back)
        if len(held_back) >= MOST_HELD_BACK:
            for cap, project in prices:
                prices[cap, project] += self._others(held_back, project if cap is Cap.PROJECT else None)
        return _with_others(held_back, prices)

    def _others(self, looked_at: Mapping[TaskId, HeldBack], project: str | None) -> list[float]:
        """The prices of what waits behind those that were looked at."""
        behind = (
            task
            for task in self._ledger.held()
            if task.id not in looked_at and not task.waits_for_person and task.removed_at is None
        )
        return [self._budget.price(task) for task in behind if project is None or task.project == project]

    def seconds_to_look(self) -> float | None:
        """When the lane should look again without being told: a new day has a new cap, and somebody may have bought
        credits."""
        return min(2 * ASK_AGAIN, self._budget.seconds_to_new_day()) if self.held_back else None


_Prices = Mapping[tuple[Cap, str], list[float]]


def _prices(held_back: Mapping[TaskId, HeldBack]) -> dict[tuple[Cap, str], list[float]]:
    found: defaultdict[tuple[Cap, str], list[float]] = defaultdict(list)
    for held in held_back.values():
        found[held.limit.cap, held.limit.project].append(held.price or 0.0)
    return found


def _with_others(held_back: Mapping[TaskId, HeldBack], prices: _Prices) -> dict[TaskId, HeldBack]:
    needed = {of: (sum(found), max(found)) for of, found in prices.items()}
    return {
        # Of a long queue all may wait: `replace` takes twice as long.
        task_id: HeldBack(
            limit=held.limit,
            price=held.price,
            exact=held.exact,
            waiting=_waiting(held, *needed[held.limit.cap, held.limit.project]),
        )
        for task_id, held in held_back.items()
    }


def _waiting(held: HeldBack, together: float, dearest: float) -> float:
    return (dearest if held.limit.cap is Cap.SENDING else together) - (held.price or 0.0)
