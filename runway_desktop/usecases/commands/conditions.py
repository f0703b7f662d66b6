"""Conditions of commands: for which tasks one is offered, and when it is possible. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runway_desktop.domain.failures import Advice
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output, State
from runway_desktop.domain.text import Text


def may_retry(row: Row) -> bool:
    """Whether the same request may help again: not after a refusal, not while something runs."""
    task = row.task
    if not task.request.endpoint:
        return False
    if task.state is State.FAILED and task.failure is not None:
        return task.failure.advice is Advice.RETRY_LATER
    return task.state in (State.CANCELLED, State.GONE)


def has(holds: Callable[[Output], bool]) -> Callable[[Row], bool]:
    return lambda row: any(map(holds, row.outputs))


def unless(holds: Callable[[Row], bool], reason: Text) -> Callable[[Sequence[Row]], Text | str]:
    return lambda rows: "" if any(map(holds, rows)) else reason


def is_here(output: Output) -> bool:
    return output.is_here


def is_missing(output: Output) -> bool:
    return output.is_missing


def is_changed(output: Output) -> bool:
    return output.is_changed


def is_in_trash(output: Output) -> bool:
    return output.is_binned and bool(output.binned_from)


def is_kept_by_runway(row: Row) -> bool:
    return not row.task.deleted_remotely


def can_be_fetched(row: Row) -> bool:
    return row.task.state is State.SUCCEEDED and is_kept_by_runway(row)


def may_be_known_after_all(row: Row) -> bool:
    """Runway, or the key in use, did not know it; asking once more costs nothing."""
    task = row.task
    lost = task.state is State.SUCCEEDED and task.deleted_remotely and any(not output.is_here for output in row.outputs)
    return task.is_hidden or lost or (task.state is State.GONE and not task.let_go)


def is_queued(row: Row) -> bool:
    return row.task.state is State.HELD


def can_be_canceled(row: Row) -> bool:
    return row.task.state.is_live and not row.task.is_hidden
