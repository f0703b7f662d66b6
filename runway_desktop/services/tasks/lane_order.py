"""Order of the queued tasks: computes new positions for moves, and keeps old ones for undo. Pure.

Smaller positions are sent first. A move changes as few of them as possible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.task import Hold, Task, TaskId
from runway_desktop.values import Struct, field

LEAST_STEP = 1e-6
"""All tasks are renumbered when positions get closer than this."""


class Stood(Struct, frozen=True, kw_only=True):
    """Positions before a command, and the holds and keys of tasks that waited for the person."""

    positions: Mapping[TaskId, float] = field(default_factory=dict)
    holds: Mapping[TaskId, Hold] = field(default_factory=dict)
    keys: Mapping[TaskId, Fingerprint] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.positions or self.holds)


def in_order(held: Iterable[Task]) -> list[Task]:
    """The queued tasks that are not removed from the list, in sending order."""
    return sorted((task for task in held if task.removed_at is None), key=lambda task: task.position)


def placed_before(held: Sequence[Task], moving: Sequence[TaskId], before: TaskId | None) -> list[Task]:
    """The order after a move. None, or a task that is not held: at the end."""
    known = {task.id: task for task in held}
    chosen = [known[task_id] for task_id in dict.fromkeys(moving) if task_id in known]
    moved = set(moving)
    others = [task for task in held if task.id not in moved]
    at = next((index for index, task in enumerate(others) if task.id == before), len(others))
    return [*others[:at], *chosen, *others[at:]]


def positions_before(held: Sequence[Task], moving: Sequence[TaskId], before: TaskId | None) -> Mapping[TaskId, float]:
    """Positions that put `moving`, in that order, before the task `before`; None, or a task that is not held: at the
    end. `held` are all held tasks in their order. Empty if that is their order already."""
    chosen = set(moving)
    others = [task for task in held if task.id not in chosen]
    at = next((index for index, task in enumerate(others) if task.id == before), len(others))
    if [*(task.id for task in others[:at]), *moving, *(task.id for task in others[at:])] == [task.id for task in held]:
        return {}
    low = others[at - 1].position if at > 0 else None
    high = others[at].position if at < len(others) else None
    return _between(low, high, moving) or _renumbered(others, at, moving)


def positions_stepped(held: Sequence[Task], moving: Collection[TaskId], *, up: bool) -> Mapping[TaskId, float]:
    """Positions that move each of `moving` by one among the tasks of its model. The first (or last) of these tasks
    stays, and so do moving ones directly next to it. `held` are all held tasks in their order."""
    chosen = set(moving)
    of_model: defaultdict[str, list[int]] = defaultdict(list)
    for position, task in enumerate(held):
        of_model[task.request.model].append(position)
    order = list(held)
    for indexes in of_model.values():
        tasks = [held[position] for position in (indexes if up else reversed(indexes))]
        for at in range(1, len(tasks)):
            if tasks[at].id in chosen and tasks[at - 1].id not in chosen:
                tasks[at - 1], tasks[at] = tasks[at], tasks[at - 1]
        for position, task in zip(indexes, tasks if up else reversed(tasks), strict=True):
            order[position] = task
    if order == list(held):
        return {}
    positions = [task.position for task in held]
    if any(after - before < LEAST_STEP for before, after in pairwise(positions)):
        positions = [float(position) for position in range(1, len(held) + 1)]
    return {task.id: to for task, to in zip(order, positions, strict=True) if task.position != to}


def _between(low: float | None, high: float | None, moving: Sequence[TaskId]) -> dict[TaskId, float] | None:
    """Positions between two neighbors; None if there is no room left."""
    if low is None and high is None:
        return {task_id: float(position) for position, task_id in enumerate(moving, start=1)}
    if low is None:
        low = (high or 0.0) - len(moving) - 1
    if high is None:
        high = low + len(moving) + 1
    step = (high - low) / (len(moving) + 1)
    if step < LEAST_STEP:
        return None
    return {task_id: low + step * position for position, task_id in enumerate(moving, start=1)}


def _renumbered(others: Sequence[Task], at: int, moving: Sequence[TaskId]) -> dict[TaskId, float]:
    order = [*(task.id for task in others[:at]), *moving, *(task.id for task in others[at:])]
    return {task_id: float(position) for position, task_id in enumerate(order, start=1)}
