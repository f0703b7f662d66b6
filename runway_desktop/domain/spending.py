"""What was spent, as sums that a person can follow: by day, model, project and batch. Pure values; the store adds up.

Credits count where they are known: the actual cost, else the estimate, and for a sending that nobody knows the end of
(uncertain, or under way) the price that was known before. Days are those of the zone that was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from .task import BatchId, State, Task

KEEPER_RATING = 4
"""A task that is picked, or rated this high or higher, is a keeper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingLine:
    """Tasks of one day, model, project and batch together. `day` is YYYY-MM-DD."""

    day: str
    model: str
    project: str = ""
    batch_id: BatchId | None = None
    batch_name: str = ""
    tasks: int = 0
    credits: float = 0.0
    """Of all of them, the uncertain ones too."""
    uncertain: int = 0
    """How many of them nobody knows the end of."""
    uncertain_credits: float = 0.0
    """What those would cost."""
    keepers: int = 0
    """Results that were picked or rated high."""
    refused: int = 0
    """By moderation."""


def spent_at(task: Task) -> float | None:
    """When its money was spent: at the sending, or, for one that was started elsewhere, when Runway made it."""
    return task.sent_at if task.sent_at is not None else task.remote_created_at


def counted_credits(task: Task) -> float:
    """What a task counts as money spent; 0 for one that was never sent or of which nothing is known."""
    if task.credits is not None:
        return max(0.0, task.credits)
    if task.state in (State.UNCERTAIN, State.SENDING) and task.evidence is not None:
        return max(0.0, task.evidence.price or 0.0)
    return 0.0


def is_uncertain(task: Task) -> bool:
    return task.state in (State.UNCERTAIN, State.SENDING)


def is_keeper(task: Task) -> bool:
    return task.state is State.SUCCEEDED and (task.pick == "pick" or task.rating >= KEEPER_RATING)
