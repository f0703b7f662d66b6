"""Which names moved files get in their new folder, and which files move though they are no results. Blocks."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from runway_desktop.domain.folders import FileMove
from runway_desktop.domain.task import TaskId
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.results.part_file import free_name, is_free

PASTED = "Pasted pictures"
"""A folder in the library, for pictures that were pasted as inputs."""
_PASTED_NAME = re.compile(r"pasted \d{4}-\d\d-\d\d \d\d-\d\d-\d\d(?: \d+)?\.png")


def choose_names(
    files: Sequence[tuple[TaskId, int, Path]], source: Path, target: Path, taken: Sequence[Path] = ()
) -> tuple[FileMove, ...]:
    """A free name for each file, in the folders that it lies in now; `taken` may not be chosen either. Raises DiskError
    when there is none."""
    chosen = {_claim(path) for path in taken}
    moves = []
    for task_id, index, path in files:
        final = free_name(target / path.relative_to(source), partial(_may, (task_id, index), chosen))
        chosen.add(_claim(final))
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


def _may(owner: Owner, chosen: set[str], path: Path) -> bool:
    return _claim(path) not in chosen and is_free(path, owner)


def _claim(path: Path) -> str:
    return str(path).casefold()
