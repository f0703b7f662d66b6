"""Conditions of commands: for which tasks one is offered, and when it is possible. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runway_desktop.domain.failures import Advice
from runway_desktop.domain.inputs import misses_file
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output, State
from runway_desktop.domain.text import Text

_PICTURED = (Media.IMAGE, Media.VIDEO)
"""What has a picture that can be copied as such."""


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


def is_not_here(output: Output) -> bool:
    return not output.is_here


def is_missing(output: Output) -> bool:
    return output.is_missing


def is_changed(output: Output) -> bool:
    return output.is_changed


def is_in_bin(output: Output) -> bool:
    return output.is_binned and bool(output.binned_from)


def is_kept_by_runway(row: Row) -> bool:
    return not row.task.deleted_remotely


def is_done(row: Row) -> bool:
    return row.task.state is State.SUCCEEDED and bool(row.outputs)


def can_be_fetched(row: Row) -> bool:
    return row.task.state is State.SUCCEEDED and is_kept_by_runway(row)


def may_be_known_after_all(row: Row) -> bool:
    """Runway, or the key in use, did not know it; asking once more costs nothing."""
    task = row.task
    lost = task.state is State.SUCCEEDED and task.deleted_remotely and has(is_not_here)(row)
    return task.is_hidden or lost or (task.state is State.GONE and not task.let_go)


def has_picture(row: Row) -> bool:
    return any(output.is_here and output.media in _PICTURED for output in row.outputs)


def can_be_linked(row: Row) -> bool:
    return row.task.state is State.SUCCEEDED and bool(row.task.remote_id and row.outputs)


def can_be_deleted_remotely(row: Row) -> bool:
    """A failed or canceled task has nothing at Runway that could be deleted."""
    return row.task.state is State.SUCCEEDED and bool(row.task.remote_id) and is_kept_by_runway(row)


def can_be_removed(row: Row) -> bool:
    """Of one that this key cannot see nobody knows when it ends; it may never be seen again. A queued one is not sent
    while it is away."""
    return row.task.state.is_final or row.task.is_hidden or is_queued(row)


def is_held(row: Row) -> bool:
    """Queued, and kept here until the person releases it."""
    return is_queued(row) and row.task.waits_for_person


def is_free(row: Row) -> bool:
    """Queued, and sent when it is its turn."""
    return is_queued(row) and not row.task.waits_for_person


def is_uncertain(row: Row) -> bool:
    return row.task.state is State.UNCERTAIN


def is_queued(row: Row) -> bool:
    return row.task.state is State.HELD


def has_succeeded(row: Row) -> bool:
    return row.task.state is State.SUCCEEDED


def has_prompt(row: Row) -> bool:
    return bool(row.task.request.prompt)


def has_remote_id(row: Row) -> bool:
    return row.task.remote_id is not None


def wants_file(row: Row) -> bool:
    return misses_file(row.task)


def was_sent(row: Row) -> bool:
    return row.task.state is not State.HELD


def can_have_a_new_seed(row: Row) -> bool:
    return was_sent(row) and ("seed" in row.task.request.values or row.task.state is State.SUCCEEDED)


def can_be_canceled(row: Row) -> bool:
    return row.task.state.is_live and not row.task.is_hidden
