"""The probable new path of a file, given that another file of the same folder tree was moved. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def paths_beside(lost: Path, old: Path, new: Path) -> Iterator[Path]:
    """`old` was moved to `new`. Yields candidates for `lost`: in the same folder, or at the same relative location."""
    yield new.parent / lost.name
    before, after = old.parent, new.parent
    while before != before.parent and after != after.parent:
        if lost.is_relative_to(before):
            yield after / lost.relative_to(before)
        if before.name != after.name:
            return
        before, after = before.parent, after.parent
