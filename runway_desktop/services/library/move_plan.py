"""Plans a move of results: checks both folders, chooses target names, and finds other files to move. And its
write-ahead journal, from which the next run finishes a killed move.

The journal is stored in the profile's settings under `JOURNAL`. A group is recorded before its first file is touched;
the store changes the paths and records the same group again; when its files are done, the next group replaces it.

Planning blocks, on a thread that may hang with either folder; it raises only what `choose_names` says. The journal is
pure, and `read` never raises for what is stored.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from runway_desktop.domain import kept_text
from runway_desktop.domain.folders import SPARE, FileMove, FolderState, MovePlan, PlanProblem, Stayed, StayedCode
from runway_desktop.domain.task import Output, TaskId
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.disk.folder_look import look_at, nearest_folder
from runway_desktop.services.results.part_file import claim, free_name, is_free
from runway_desktop.values import Struct, as_json, replace

PASTED = "Pasted pictures"
"""Folder in the library for pictures that were pasted as inputs."""
_PASTED_NAME = re.compile(r"pasted \d{4}-\d\d-\d\d \d\d-\d\d-\d\d(?: \d+)?\.png")


def examine(source: Path, target: Path, outputs: Sequence[Output], known_mount: str | None) -> MovePlan:
    """`outputs`: those in the source. `known_mount`: of the target, as for `look_at`."""
    files, size = len(outputs), sum(output.size for output in outputs)
    plan = MovePlan(source=source, target=target, files=files, size=size)
    if _same(source, target):
        return replace(plan, problem=PlanProblem.SAME_FOLDER)
    if _real(target).is_relative_to(_real(source)):
        return replace(plan, problem=PlanProblem.INSIDE_SOURCE)
    found = look_at(target, known_mount, FolderState.READ_ONLY)
    if not found.state.can_write:
        return replace(plan, problem=PlanProblem.TARGET_REFUSES, target_state=found.state)
    try:
        if not source.is_dir():
            return replace(plan, problem=PlanProblem.SOURCE_ABSENT)
        needs_space = source.stat().st_dev != nearest_folder(target).stat().st_dev
        holds_files = target.is_dir() and any(target.iterdir())
    except OSError as error:
        return replace(plan, problem=PlanProblem.SOURCE_UNREADABLE, detail=error.strerror or "")
    if needs_space and found.free is not None and found.free < size + SPARE:
        plan = replace(plan, problem=PlanProblem.NO_SPACE, free=found.free)
    return replace(plan, holds_files=holds_files)


def choose_names(
    files: Sequence[tuple[TaskId, int, Path]], source: Path, target: Path, taken: Sequence[Path] = ()
) -> tuple[FileMove, ...]:
    """A free name for each file, in its present subfolder; excludes `taken`. Raises DiskError if there is none."""
    chosen = {claim(path) for path in taken}
    moves = []
    for task_id, index, path in files:
        final = free_name(target / path.relative_to(source), partial(_may, (task_id, index), chosen))
        chosen.add(claim(final))
        moves.append(FileMove(task_id=task_id, index=index, source=str(path), target=str(final)))
    return tuple(moves)


def pasted_pictures(source: Path) -> list[tuple[Path, int]]:
    """The pictures that this program stored there, with their sizes. Other files belong to the person."""
    try:
        with os.scandir(source / PASTED) as entries:
            found = [entry for entry in entries if _PASTED_NAME.fullmatch(entry.name) and entry.is_file()]
            return sorted((Path(entry.path), entry.stat().st_size) for entry in found)
    except OSError:
        return []


def _same(source: Path, target: Path) -> bool:
    try:
        return source == target or os.path.samefile(source, target)
    except OSError:
        return _real(source) == _real(target)


def _real(path: Path) -> Path:
    """Without links. Spellings that differ in case may be the same folder; `_same` detects that."""
    try:
        return path.resolve()
    except OSError:
        return path


def _may(owner: Owner, chosen: set[str], path: Path) -> bool:
    return claim(path) not in chosen and is_free(path, owner)


JOURNAL = "library.move"
MOST_STAYED = 1_000
"""Most stayed files recorded by name."""


class Journal(Struct, frozen=True, kw_only=True):
    """`files` and `size`: moved so far. `is_homecoming` as in MoveProgress."""

    source: str
    target: str
    is_homecoming: bool = False
    is_stopped: bool = False
    """The person stopped it: only the current group is finished."""
    files: int = 0
    size: int = 0
    group: tuple[FileMove, ...] = ()
    stayed: tuple[Stayed, ...] = ()

    def stay(self, stayed: Stayed) -> Journal:
        if len(self.stayed) >= MOST_STAYED or any(known.path == stayed.path for known in self.stayed):
            return self
        return replace(self, stayed=(*self.stayed, stayed))

    def as_json(self) -> dict[str, Any]:
        return {
            **as_json(replace(self, group=(), stayed=())),
            "group": [[move.task_id, move.index, move.source, move.target] for move in self.group],
            "stayed": [[known.path, known.code.value, kept_text.kept(known.words)] for known in self.stayed],
        }


def read(stored: object) -> Journal | None:
    """The journal of an earlier run; None if there is none or it is invalid."""
    if not isinstance(stored, Mapping):
        return None
    try:
        return Journal(
            source=str(stored["source"]),
            target=str(stored["target"]),
            is_homecoming=bool(stored.get("is_homecoming")),
            is_stopped=bool(stored.get("is_stopped")),
            files=int(stored.get("files", 0)),
            size=int(stored.get("size", 0)),
            group=tuple(
                FileMove(task_id=TaskId(task_id), index=int(index), source=source, target=target)
                for task_id, index, source, target in stored.get("group", ())
            ),
            stayed=tuple(_stayed(*known) for known in stored.get("stayed", ())),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _stayed(path: str, code: str, words: object = "") -> Stayed:
    """A code of a newer version is kept as the words that are shown."""
    known = code in {one.value for one in StayedCode}
    return Stayed(path, StayedCode(code), kept_text.read(words)) if known else Stayed(path, StayedCode.UNKNOWN, code)
