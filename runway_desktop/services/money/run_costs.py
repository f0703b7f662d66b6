"""Runs of workflows whose cost is not known yet: Runway gives no estimate, and tells the cost when all in the run has
ended. They follow every change of a task. Loop's thread only; `load` raises StoreError."""

from __future__ import annotations

from collections.abc import Iterable

from runway_desktop.domain.events import Event, TaskChanged
from runway_desktop.domain.spending_report import doubtful_credits
from runway_desktop.domain.task import State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.ports import Store

from .pricing import Pricing


class RunCosts:
    def __init__(self, store: Store, pricing: Pricing, bus: Bus) -> None:
        self._store = store
        self._pricing = pricing
        self._open: dict[TaskId, Task] = {}
        bus.listen(self._hear)

    async def load(self) -> None:
        self._open |= {task.id: task for task in await self._store.runs_without_cost()}

    @property
    def unpriced(self) -> Iterable[Task]:
        """Those that were sent without a known price: each may cost any amount."""
        return [task for task in self._open.values() if task.credits is None and not doubtful_credits(task)]

    def keeps(self, task: Task, started: int = 0) -> bool:
        """Whether a run waits until another run of its version tells what it costs. `started`: so many are being sent,
        some perhaps not noted here yet."""
        if not task.is_run or self._pricing.price(task.request) is not None:
            return False
        return bool(started) or any(other.request.model == task.request.model for other in self._open.values())

    def overdue(self, now: float) -> list[Task]:
        """Ended ones that will tell no cost any more."""
        return [task for task in self._open.values() if (_due(task) or now) < now or task.state in _TELL_NONE]

    def next_due(self) -> float | None:
        """When the next one becomes overdue, in Unix seconds."""
        return min((due for task in self._open.values() if (due := _due(task)) is not None), default=None)

    def _hear(self, event: Event) -> None:
        if not isinstance(event, TaskChanged) or not event.task.is_run:
            return
        task, before = event.task, event.before
        if task.cost_credits is not None and before.cost_credits is None:
            self._pricing.learn_run(task)
        is_on_its_way = task.state in (State.SENDING, State.UNCERTAIN) or task.state.is_live
        if task.cost_credits is None and (is_on_its_way or _due(task) is not None):
            self._open[task.id] = task
        else:
            self._open.pop(task.id, None)


_TELL_NONE = (State.CANCELLED, State.GONE)


def _due(task: Task) -> float | None:
    return task.run.cost_due if task.run is not None and task.state.is_final else None
