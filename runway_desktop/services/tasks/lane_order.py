"""Positions in the local lane: numbers between their neighbors', so that a move writes only what moved. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runway_desktop.domain.task import Task, TaskId


def positions_before(held: Sequence[Task], moving: Sequence[TaskId], before: TaskId | None) -> Mapping[TaskId, float]:
    """New positions that put `moving`, in that order, before the task `before`; None, or one that is not held: at the
    end.

    `held` are all held tasks in their order."""
    chosen = set(moving)
    others = [task for task in held if task.id not in chosen]
    at = next((index for index, task in enumerate(others) if task.id == before), len(others))
    low = others[at - 1].position if at > 0 else None
    high = others[at].position if at < len(others) else None
    return _between(low, high, moving) or _renumbered(others, at, moving)


def _between(low: float | None, high: float | None, moving: Sequence[TaskId]) -> dict[TaskId, float] | None:
    """Positions between two neighbors; None when there is no room left between them."""
    if low is None and high is None:
        return {task_id: float(place) for place, task_id in enumerate(moving, start=1)}
    if low is None:
        low = (high or 0.0) - len(moving) - 1
    if high is None:
        high = low + len(moving) + 1
    step = (high - low) / (len(moving) + 1)
    if step < 1e-6:
        return None
    return {task_id: low + step * place for place, task_id in enumerate(moving, start=1)}


def _renumbered(others: Sequence[Task], at: int, moving: Sequence[TaskId]) -> dict[TaskId, float]:
    order = [*(task.id for task in others[:at]), *moving, *(task.id for task in others[at:])]
    return {task_id: float(place) for place, task_id in enumerate(order, start=1)}
