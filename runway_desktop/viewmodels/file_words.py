"""What is said in the details of a task's files: where they are, what became of them outside, and what can be done
next. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output

from . import wording
from .offers import Verb

_PERHAPS = "{} may have been moved, renamed or deleted outside this program."


@dataclass(frozen=True, slots=True)
class NextStep:
    """One sensible thing to do, as a button below the words. Without a verb it is to raise a cap."""

    verb: Verb | None
    text: str


def file_words(output: Output) -> str:
    """One line; empty where there is nothing to say."""
    if output.is_binned:
        name = Path(output.binned_from).name
        return f"{name} · moved to the bin" if name else "Moved to the bin"
    if not output.is_kept:
        return output.problem
    name = Path(output.path).name
    if output.is_missing:
        return f"{name} · not where it was saved"
    if output.is_changed:
        return f"{name} · {_changed(output)}"
    return f"{name} · {wording.size(output.size)}"


def trouble_words(row: Row) -> str:
    """What is the matter with the files, in sentences; empty when nothing is."""
    missing = [output for output in row.outputs if output.is_missing]
    changed = [output for output in row.outputs if output.is_changed]
    said = [output.problem for output in row.outputs if output.problem and not output.is_binned][:1]
    if len(missing) == 1:
        said.append(f"{_the_file(missing[0], row)} is not where it was saved. {_PERHAPS.format('It')}")
    elif missing:
        amount = f"{len(missing):,} of {len(row.outputs):,} files"
        said.append(f"{amount} are not where they were saved. {_PERHAPS.format('They')}")
    if len(changed) == 1:
        said.append(f"{_the_file(changed[0], row)} was {_changed(changed[0])}.")
    elif changed:
        said.append(f"{len(changed):,} of {len(row.outputs):,} files were changed outside.")
    if (missing or changed) and row.task.deleted_remotely:
        said.append(
            "Runway keeps it no longer." if len(missing) + len(changed) == 1 else "Runway keeps them no longer."
        )
    return " ".join(said)


def missing_words(output: Output) -> str:
    """In the place of the picture or clip."""
    return f"{Path(output.path).name} is not where it was saved."


def binned_words(output: Output) -> str:
    """In the place of the picture or clip."""
    name = Path(output.binned_from).name
    return f"{name or 'The file'} was moved to the bin."


def next_steps(row: Row) -> list[NextStep]:
    """What can be done about files, the most sensible first."""
    outputs, at_runway = row.outputs, not row.task.deleted_remotely
    if any(output.is_missing for output in outputs):
        steps = [NextStep(Verb.LOOK_FOR, "Look for it" if _count(outputs) == 1 else "Look for them")]
        if at_runway:
            steps.append(NextStep(Verb.FETCH_AGAIN, "Fetch again from Runway"))
        return [*steps, NextStep(Verb.CHOOSE_FILE, "Choose the file…")]
    if any(output.is_changed for output in outputs):
        steps = [NextStep(Verb.KEEP_CHANGE, "Keep the change")]
        if at_runway:
            steps.append(NextStep(Verb.FETCH_ORIGINAL, "Fetch the original again"))
        return [*steps, NextStep(Verb.OPEN_WITH_SYSTEM, "Open")]
    if any(output.is_binned and output.binned_from for output in outputs):
        back = [NextStep(Verb.PUT_BACK, "Put back from the bin")]
        return [*back, NextStep(Verb.FETCH_AGAIN, "Fetch again from Runway")] if at_runway else back
    return []


def _count(outputs: Sequence[Output]) -> int:
    return sum(output.is_missing for output in outputs)


def _the_file(output: Output, row: Row) -> str:
    return "The file" if len(row.outputs) == 1 else Path(output.path).name


def _changed(output: Output) -> str:
    at = output.look.modified_at
    return f"changed outside on {wording.day_and_time(at)}" if at is not None else "changed outside"
