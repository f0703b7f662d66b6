"""What can sensibly be done next about a task, as buttons below its details. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runway_desktop.domain.inputs import misses_file
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output, OutputState, State

from .offers import TaskCommand, concerned, may_retry

if TYPE_CHECKING:
    from runway_desktop.domain.caps import HeldBack


@dataclass(frozen=True, slots=True)
class NextStep:
    """One sensible thing to do, as a button below the words. Without a verb it is to raise a cap."""

    verb: TaskCommand | None
    text: str


def next_step(row: Row, held: HeldBack | None) -> NextStep | None:
    """The most sensible thing to do about a task; None when there is nothing. `held`: the cap that it waits for."""
    task = row.task
    if misses_file(task):
        return NextStep(TaskCommand.FIND_FILE, "Find the file…")
    if concerned(TaskCommand.REFRESH, [row]):
        return NextStep(TaskCommand.REFRESH, "Refresh")
    if task.state is State.HELD and task.waits_for_person:
        return NextStep(TaskCommand.SEND_NEXT, "Send next…" if task.may_be_sent_already else "Send next")
    if held is not None and held.raise_words:
        return NextStep(None, held.raise_words)
    if may_retry(row) and task.state is State.FAILED:
        return NextStep(TaskCommand.RETRY, "Retry")
    if task.state is State.FAILED and task.request.endpoint:
        return NextStep(TaskCommand.EDIT_AND_SEND, "Edit and send")
    if task.state is State.SUCCEEDED and any(output.state is OutputState.FAILED for output in row.outputs):
        return NextStep(TaskCommand.FETCH_AGAIN, "Save now")
    return next(iter(next_steps(row)), None)


def next_steps(row: Row) -> list[NextStep]:
    """What can be done about files, the most sensible first."""
    outputs, at_runway = row.outputs, not row.task.deleted_remotely
    if any(output.is_missing for output in outputs):
        steps = [NextStep(TaskCommand.LOOK_FOR, "Look for it" if _count(outputs) == 1 else "Look for them")]
        if at_runway:
            steps.append(NextStep(TaskCommand.FETCH_AGAIN, "Fetch again from Runway"))
        return [*steps, NextStep(TaskCommand.CHOOSE_FILE, "Choose the file…")]
    if any(output.is_changed for output in outputs):
        steps = [NextStep(TaskCommand.KEEP_CHANGE, "Keep the change")]
        if at_runway:
            steps.append(NextStep(TaskCommand.FETCH_ORIGINAL, "Fetch the original again"))
        return [*steps, NextStep(TaskCommand.OPEN_WITH_SYSTEM, "Open")]
    if any(output.is_binned and output.binned_from for output in outputs):
        back = [NextStep(TaskCommand.PUT_BACK, "Put back from the bin")]
        return [*back, NextStep(TaskCommand.FETCH_AGAIN, "Fetch again from Runway")] if at_runway else back
    return []


def _count(outputs: Sequence[Output]) -> int:
    return sum(output.is_missing for output in outputs)
