"""What is remembered about tasks beside the tasks themselves: what happened to them, how long they took, what they
were estimated at.

Pure values. Times are Unix seconds, durations seconds, credits floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .task import TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One line of what happened to a task, append-only. `kind` is a word such as "sent", "accepted", "state",
    "saved", "cancel asked"."""

    task_id: TaskId
    at: float
    kind: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a like task took, in seconds; -1 for what is not known."""

    queued: float
    ran: float
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What Runway said a like request would cost, and when."""

    credits: float
    at: float
