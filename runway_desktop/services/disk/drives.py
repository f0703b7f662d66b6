"""Which drive a path lies on, told without asking the drive: one that hangs would not answer.

A link that leads to another drive is not seen through. Raises nothing; usable from any thread.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
"""The kernel's own table: reading it waits for no drive."""
_PLACE = 4
"""The field of a line that holds the mount point."""
_OCTAL = re.compile(r"\\([0-7]{3})")


def drive_of(path: Path) -> str:
    """A name that paths of one drive share: its mount point, or its letter or share."""
    if path.drive:
        return path.drive.casefold()
    if sys.platform == "darwin":
        return str(Path(*path.parts[:3])) if path.parts[1:2] == ("Volumes",) else "/"
    return nearest(path, _mounted())


def nearest(path: Path, mounts: frozenset[str]) -> str:
    """The mount point at or above `path`."""
    return next((place for part in (path, *path.parents) if (place := str(part)) in mounts), path.anchor)


def mounts_in(table: str) -> frozenset[str]:
    """The mount points in the text of `/proc/self/mountinfo`, where blanks are written as octal numbers."""
    lines = (line.split(" ") for line in table.splitlines())
    places = (fields[_PLACE] for fields in lines if len(fields) > _PLACE)
    return frozenset(_OCTAL.sub(lambda found: chr(int(found[1], 8)), place) for place in places)


def _mounted() -> frozenset[str]:
    try:
        return mounts_in(_MOUNTS.read_text("utf-8", "surrogateescape"))
    except OSError:
        return frozenset()
