"""What a move of results to another folder would mean, told before anything is done.

`examine` blocks, on a thread that may hang with either folder; it raises nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.folders import FolderState, size_in_words
from runway_desktop.domain.task import Output
from runway_desktop.services.disk.disk_words import of_state
from runway_desktop.services.disk.folder_look import SPARE, look_at


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
        needs_room = _device(source) != _device(target)
        remarks = _remarks(target)
    except OSError as error:
        return replace(plan, problem=f"The folder {source} cannot be looked at. {error.strerror or ''}".strip())
    if needs_room and found.free is not None and found.free < size + SPARE:
        words = f"{size_in_words(size)} are to be moved, and {size_in_words(found.free)} are free there."
        return replace(plan, problem=f"They do not fit into {target}. {words}", remarks=remarks)
    return replace(plan, remarks=remarks)


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


def _device(folder: Path) -> int:
    near = next(place for place in (folder, *folder.parents) if place.is_dir())
    return near.stat().st_dev


def _remarks(target: Path) -> tuple[str, ...]:
    if not target.is_dir() or not any(target.iterdir()):
        return ()
    return (
        "There are files in it already. They stay as they are; where a name is taken, the moved file gets a number.",
    )
