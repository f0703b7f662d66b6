"""What a move of results to another folder would mean, told before anything is done; which names moved files get there,
and which files move though they are no results.

Blocks, on a thread that may hang with either folder. Raises nothing but what `choose_names` says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.folders import SPARE, FileMove, FolderState, size_in_words
from runway_desktop.domain.task import Output, TaskId
from runway_desktop.services.disk.disk_words import of_state
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.disk.folder_look import look_at, nearest_folder
from runway_desktop.services.results.part_file import claim, free_name, is_free

PASTED = "Pasted pictures"
"""A folder in the library, for pictures that were pasted as inputs."""
_PASTED_NAME = re.compile(r"pasted \d{4}-\d\d-\d\d \d\d-\d\d-\d\d(?: \d+)?\.png")


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePlan:
    """`files` of ours, with `size` bytes, lie in `source`. `problem` is a sentence that says why they cannot be moved;
    `folder_problem` says why nothing can be saved in `target` at all. `remarks` are worth knowing."""

    source: Path
    target: Path
    files: int = 0
    size: int = 0
    problem: str = ""
    folder_problem: str = ""
    remarks: tuple[str, ...] = ()


def examine(source: Path, target: Path, outputs: Sequence[Output], known_mount: str | None) -> MovePlan:
    """`outputs` are those that lie in the source. `known_mount` is what is known of the target, as for a look."""
    files, size = len(outputs), sum(output.size for output in outputs)
    plan = MovePlan(source=source, target=target, files=files, size=size)
    nested = _nested(source, target)
    if nested:
        return replace(plan, problem=nested, folder_problem=nested if _same(source, target) else "")
    found = look_at(target, known_mount, FolderState.READ_ONLY)
    if (refusal := of_state(target, found.state)) is not None:
        return replace(plan, problem=_words(refusal), folder_problem=_words(refusal))
    try:
        if not source.is_dir():
            return replace(plan, problem=f"The folder {source} is not there, so nothing can be moved out of it.")
        needs_room = source.stat().st_dev != nearest_folder(target).stat().st_dev
        remarks = _remarks(target)
    except OSError as error:
        return replace(plan, problem=f"The folder {source} cannot be looked at. {error.strerror or ''}".strip())
    if needs_room and found.free is not None and found.free < size + SPARE:
        words = f"{size_in_words(size)} are to be moved, and {size_in_words(found.free)} are free there."
        return replace(plan, problem=f"They do not fit into {target}. {words}", remarks=remarks)
    return replace(plan, remarks=remarks)


def choose_names(
    files: Sequence[tuple[TaskId, int, Path]], source: Path, target: Path, taken: Sequence[Path] = ()
) -> tuple[FileMove, ...]:
    """A free name for each file, in the folders that it lies in now; `taken` may not be chosen either. Raises DiskError
    when there is none."""
    chosen = {claim(path) for path in taken}
    moves = []
    for task_id, index, path in files:
        final = free_name(target / path.relative_to(source), partial(_may, (task_id, index), chosen))
        chosen.add(claim(final))
        moves.append(FileMove(task_id=task_id, index=index, source=str(path), target=str(final)))
    return tuple(moves)


def pasted_pictures(source: Path) -> list[tuple[Path, int]]:
    """The pictures that this program kept there, each with its size. What else lies there is somebody's own."""
    try:
        with os.scandir(source / PASTED) as entries:
            found = [entry for entry in entries if _PASTED_NAME.fullmatch(entry.name) and entry.is_file()]
            return sorted((Path(entry.path), entry.stat().st_size) for entry in found)
    except OSError:
        return []


def _words(error: DiskError) -> str:
    return f"{error.message} Choose another folder."


def _nested(source: Path, target: Path) -> str:
    if _same(source, target):
        return "This is the library's folder already."
    if _real(target).is_relative_to(_real(source)):
        return f"This folder lies inside {source}. Choose one outside of it."
    return ""


def _same(source: Path, target: Path) -> bool:
    try:
        return source == target or os.path.samefile(source, target)
    except OSError:
        return _real(source) == _real(target)


def _real(path: Path) -> Path:
    """Without links. Two spellings that differ in case only may be one folder: that is what `_same` is for."""
    try:
        return path.resolve()
    except OSError:
        return path


def _remarks(target: Path) -> tuple[str, ...]:
    if not target.is_dir() or not any(target.iterdir()):
        return ()
    return (
        "There are files in it already. They stay as they are; where a name is taken, the moved file gets a number.",
    )


def _may(owner: Owner, chosen: set[str], path: Path) -> bool:
    return claim(path) not in chosen and is_free(path, owner)
