"""Looks at saved files: by a glance at their signs, many at a time, or by reading one whole.

Blocks, and hangs with the drive: call it on a thread of its own. Raises nothing; a file of which the disk says neither
that it is there nor that it is not (a drive that fails, a folder that may not be read) is passed over.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.kept_files import Glance, KeptFile, glance
from runway_desktop.domain.presence import Signs
from runway_desktop.services.disk.disk_steps import is_folder, sha256_of

from . import embedding, sidecar

_MOUNTED_IN = (Path("/mnt"), Path("/media"), Path("/run/media"), Path("/Volumes"), Path("/net"))
"""Folders in which drives and shares come and go."""
_OF_A_PERSON = (Path("/media"), Path("/run/media"))
"""Those of them in which each person has a folder for that."""


@dataclass(frozen=True, slots=True)
class Seen:
    """`glance` None: the disk does not say. `away` is the drive or share that is not there, for a file that is ABSENT
    with it."""

    file: KeptFile
    glance: Glance | None
    signs: Signs | None = None
    away: Path | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that was read. `is_ours`: its bytes are those that were saved, with the request written into them by this
    program, which did not live to note that."""

    signs: Signs
    sha256: str
    is_ours: bool


def glance_at(files: Sequence[KeptFile], seconds: float, now: Callable[[], float]) -> list[Seen]:
    """The first of the files, as many as there is time for, and at least one. `now` is in seconds."""
    end = now() + seconds
    seen: list[Seen] = []
    known: dict[str, Path | None] = {}
    for file in files:
        seen.append(_seen(file, known))
        if now() >= end:
            break
    return seen


def examine(file: KeptFile) -> Examined | None:
    """None for a file that cannot be read, or is being written to."""
    path = Path(file.path)
    try:
        before = signs_of(file.path)
        if before is None:
            return None
        digest = sha256_of(path)
        ours = digest != file.sha256 and _is_ours(path, file)
        if signs_of(file.path) != before:
            return None
    except OSError:
        return None
    return Examined(before, digest, ours)


def signs_of(path: str) -> Signs | None:
    """None where there is no file; raises OSError where the disk does not say."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Signs(found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def missing_drive(path: Path) -> Path | None:
    """The drive or share that a file lies on, where that is what is missing; None where its folder could be there.

    Nothing of the path is there but the places where drives are mounted, or not even its drive's letter."""
    there = next((folder for folder in path.parents if is_folder(folder)), None)
    if there is None:
        return Path(path.anchor)
    is_root = there == Path(there.anchor) and sys.platform != "win32"
    if not is_root and there not in _MOUNTED_IN and there.parent not in _OF_A_PERSON:
        return None
    return next(folder for folder in (path, *path.parents) if folder.parent == there)


def _seen(file: KeptFile, known: dict[str, Path | None]) -> Seen:
    try:
        signs = signs_of(file.path)
        found = glance(file, signs)
        if found is not Glance.ABSENT:
            return Seen(file, found, signs)
        folder = os.path.dirname(file.path)
        if folder not in known:
            known[folder] = missing_drive(Path(file.path))
        return Seen(file, found, away=known[folder])
    except (OSError, ValueError):
        # ValueError: a path that the system would never take, from a database of another system.
        return Seen(file, None)


def _is_ours(path: Path, file: KeptFile) -> bool:
    found = sidecar.read(embedding.read(path))
    return found is not None and found.sha256 == file.sha256 and (found.task_id, found.index) == file.key
