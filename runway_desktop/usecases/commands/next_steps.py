"""What can sensibly be done next about a task, as buttons below its details. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output
from runway_desktop.usecases.words import units

from .offers import TaskCommand


@dataclass(frozen=True, slots=True)
class NextStep:
    """One sensible thing to do, as a button below the words. Without a verb it is to raise a cap."""

    verb: TaskCommand | None
    text: str


def next_steps(row: Row) -> list[NextStep]:
    """What can be done about files, the most sensible first."""
    outputs, at_runway = row.outputs, not row.task.deleted_remotely
    if any(output.is_missing for output in outputs):
        steps = [NextStep(TaskCommand.LOOK_FOR, units.plural(_count(outputs), "Look for it", "Look for them"))]
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
