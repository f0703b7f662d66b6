"""Which inputs a request still has, and whether a task waits for one that is gone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .task import Request, State, Task

FILE_GONE = "is not there any more."
"""How the `hold_reason` of a task begins, after the file's name, whose input is not where it was."""


def still_asked(request: Request, place: tuple[str | int, ...]) -> bool:
    """Whether the request's values have something at an input's place. An input of a place that was edited away is
    stale."""
    at: Any = request.values
    for step in place:
        in_object = isinstance(at, Mapping) and step in at
        in_list = isinstance(at, list | tuple) and isinstance(step, int) and 0 <= step < len(at)
        if not (in_object or in_list):
            return False
        at = at[step]
    return at is not None


def misses_file(task: Task) -> bool:
    """Whether the task waits here for a file that is not where it was."""
    return task.state is State.HELD and FILE_GONE in task.hold_reason
