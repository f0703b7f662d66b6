"""Texts of a task's files: where they are, changes by other programs, and progress of a search. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output
from runway_desktop.usecases.words.failures import saving_words
from runway_desktop.values import Struct

from . import units

if TYPE_CHECKING:
    from runway_desktop.services.results.relinking import RelinkProgress

_PERHAPS = "{} may have been moved, renamed or deleted outside this program."


def file_words(output: Output) -> str:
    """One line; empty if there is nothing to report."""
    if output.is_binned:
        name = Path(output.binned_from).name
        return f"{name} · moved to the trash" if name else "Moved to the trash"
    if not output.is_kept:
        return saving_words(output)
    name = Path(output.path).name
    if output.is_missing:
        return f"{name} · not where it was saved"
    if output.is_changed:
        return f"{name} · {_changed(output)}"
    return f"{name} · {units.size(output.size)}"


def trouble_words(row: Row) -> str:
    """Problems of the files, as sentences; empty if there are none."""
    missing = [output for output in row.outputs if output.is_missing]
    changed = [output for output in row.outputs if output.is_changed]
    first = first_problem(row)
    said = [saving_words(first)] if first is not None else []
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
            units.plural(len(missing) + len(changed), "Runway no longer keeps it.", "Runway no longer keeps them.")
        )
    return " ".join(said)


def first_problem(row: Row) -> Output | None:
    """The result whose problem `trouble_words` reports; None if there is none."""
    return next((output for output in row.outputs if output.problem and not output.is_binned), None)


def missing_words(output: Output) -> str:
    """Shown instead of the picture or clip."""
    return f"{Path(output.path).name} is not where it was saved."


def binned_words(output: Output) -> str:
    """Shown instead of the picture or clip."""
    name = Path(output.binned_from).name
    return f"{name or 'The file'} was moved to the trash."


def _the_file(output: Output, row: Row) -> str:
    return "The file" if len(row.outputs) == 1 else Path(output.path).name


def _changed(output: Output) -> str:
    at = output.look.modified_at
    return f"changed outside on {units.day_and_time(at)}" if at is not None else "changed outside"


class Searching(Struct, frozen=True):
    """Progress of a search for missing files."""

    headline: str = "Looking for missing files…"
    detail: str = ""


def search_words(said: RelinkProgress) -> Searching:
    looked = f"{units.count(said.looked, 'file')} looked at"
    found = f"{said.found:,} of {said.asked:,} found" if said.asked > 1 else ""
    detail = " · ".join(part for part in (looked, found, f"in {said.folder}") if part)
    return Searching(f"Looking for {units.count(said.asked, 'missing file')}…", detail)
