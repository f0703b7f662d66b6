"""What a restore puts into folders that are not its own, written down before it does so; taken away again after it was
killed, at the next start.

Only what is still as it was put down goes, and nothing that a result in the list has for its file by now: a folder of
results may have been used meanwhile. Blocking. `note` raises OSError; the rest raises nothing: a drive that is away is
asked at the next start.
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

from .places import clear

NOTE = "begun.json"
"""In the folder where a restore is put together."""
_LARGEST = 256 * 1024 * 1024
"""Bytes: it names every result of a backup."""
UNFINISHED = ".runway-desktop-restoring"
"""Marks a folder of results that is not whole yet: it may be taken away."""


class Begun(Struct, frozen=True, kw_only=True):
    """`by` is the folder of the profile whose program makes the restore: once that starts anew, nobody makes it any
    more. Results go to `final`, and until they are whole to `staged`; `files` are their places in it, and bytes."""

    by: str = ""
    final: str = ""
    staged: str = ""
    files: tuple[tuple[str, int], ...] = ()


class TakenAway(Struct, frozen=True):
    """Files of a restore that was killed."""

    folder: Path
    files: int


def note(staging: Path, begun: Begun) -> None:
    """On the disk when this returns."""
    write_whole(staging / NOTE, json.dumps(as_json(begun)).encode())
    sync_folder(staging)


def read(staging: Path) -> Begun | None:
    """None where nothing is written down that could be understood."""
    match read_json(staging / NOTE, _LARGEST):
        case {"by": str(by), "final": str(final), "staged": str(staged), "files": list(files)}:
            with suppress(ValueError, TypeError):
                places = tuple((str(inside), int(size)) for inside, size in files)
                return Begun(by=by, final=final, staged=staged, files=places)
    return None


def forget(folder: Path) -> None:
    """The restore is done."""
    with suppress(OSError):
        (folder / NOTE).unlink(missing_ok=True)


def take_away(begun: Begun, in_use: Collection[str]) -> TakenAway | None:
    """Takes away the results. `in_use` are paths that results of the list have by now. None where their drive does not
    say what is there."""
    final, staged = Path(begun.final), Path(begun.staged)
    try:
        if not is_folder(final.parent):
            return None
        gone = 0
        if (staged / UNFINISHED).exists():
            gone += sum((staged / inside).is_file() for inside, _ in begun.files)
            clear(staged)
        # It loses its mark just before it gets its name.
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
