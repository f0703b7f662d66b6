"""Record of the files that a restore writes outside its own folder, made before it writes them. If it was killed, the
next start deletes them.

Deletes only files that are unchanged and that no result in the list uses: the folder may have been used meanwhile.
Blocking. `note` raises OSError; the rest raises nothing: an unmounted drive is tried again at the next start.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from runway_desktop.services.disk.disk_steps import is_folder, read_json, sync_folder, write_whole
from runway_desktop.services.results import sidecar
from runway_desktop.values import Struct, as_json

from .disk import clear

NOTE = "begun.json"
"""In the restore's temporary folder."""
_LARGEST = 256 * 1024 * 1024
"""Bytes: it names every result of a backup."""
UNFINISHED = ".runway-desktop-restoring"
"""Marks a results folder that is incomplete and may be deleted."""


class Begun(Struct, frozen=True, kw_only=True):
    """`by`: folder of the profile whose program makes the restore; once that starts again, the restore is dead. Results
    are written to `staged`, which becomes `final` once complete; `files`: their relative paths and bytes."""

    by: str = ""
    final: str = ""
    staged: str = ""
    files: tuple[tuple[str, int], ...] = ()


class TakenAway(Struct, frozen=True):
    """Deleted files of a restore that was killed."""

    folder: Path
    files: int


def note(staging: Path, begun: Begun) -> None:
    """On disk when this returns."""
    write_whole(staging / NOTE, json.dumps(as_json(begun)).encode())
    sync_folder(staging)


def read(staging: Path) -> Begun | None:
    """None if there is no valid record."""
    match read_json(staging / NOTE, _LARGEST):
        case {"by": str(by), "final": str(final), "staged": str(staged), "files": list(files)}:
            with suppress(ValueError, TypeError):
                inside_sizes = tuple((str(inside), int(size)) for inside, size in files)
                return Begun(by=by, final=final, staged=staged, files=inside_sizes)
    return None


def forget(folder: Path) -> None:
    """The restore is complete."""
    with suppress(OSError):
        (folder / NOTE).unlink(missing_ok=True)


def take_away(begun: Begun, in_use: Collection[str]) -> TakenAway | None:
    """Deletes the results. `in_use`: paths of results in the list. None if their drive is not readable."""
    final, staged = Path(begun.final), Path(begun.staged)
    try:
        if not is_folder(final.parent):
            return None
        gone = 0
        if (staged / UNFINISHED).exists():
            gone += sum((staged / inside).is_file() for inside, _ in begun.files)
            clear(staged)
        # The mark is deleted just before the rename, so check both names.
        for folder in (staged, final):
            if is_folder(folder):
                gone += _empty(folder, begun.files, in_use)
    except OSError:
        return None
    return TakenAway(final, gone)


def _empty(final: Path, files: Sequence[tuple[str, int]], in_use: Collection[str]) -> int:
    kept = {*in_use, *(str(sidecar.path_for(Path(path))) for path in in_use)}
    gone = 0
    for inside, size in files:
        path = final / inside
        if str(path) not in kept and path.is_file() and path.stat().st_size == size:
            path.unlink()
            gone += 1
    for inside in sorted({folder for name, _ in files for folder in _above(name)}, key=len, reverse=True):
        with suppress(OSError):
            os.rmdir(final / inside)
    with suppress(OSError):
        final.rmdir()
    return gone


def _above(inside: str) -> list[str]:
    parts = inside.split("/")[:-1]
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
