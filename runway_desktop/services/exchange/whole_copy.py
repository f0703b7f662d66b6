"""Copies a file atomically: a final name never has a partial file, and no other file is replaced.

Blocks: call it in the executor. Raises DiskError: `SourceTrouble` for the source, any other for the target. A crash
leaves a `.copying` file. Several processes may copy to one folder at once.
"""

from __future__ import annotations

import filecmp
import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from itertools import count
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.filenames import numbered
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.disk.disk_steps import accepted, rename_exclusively
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.results import sidecar
from runway_desktop.texts import Text
from runway_desktop.values import Struct

DRAFT = ".copying"


class SourceTrouble(DiskError):
    """The source does not exist or cannot be read."""


class How(Enum):
    COPIED = auto()
    LINKED = auto()
    THERE = auto()
    """The target already had the same bytes."""


class Put(Struct, frozen=True):
    path: Path
    how: How


class Names:
    """Names taken by one export or import. `beside`: the sidecar's name must be free too."""

    def __init__(self, *, beside: bool) -> None:
        self._beside = beside
        self._taken: set[str] = set()

    def is_free(self, path: Path) -> bool:
        if self.is_ours(path) or os.path.lexists(path):
            return False
        return not self._beside or not os.path.lexists(sidecar.path_for(path))

    def is_ours(self, path: Path) -> bool:
        """Ignores case: on Windows and macOS such names are the same file."""
        return str(path).casefold() in self._taken

    def take(self, path: Path) -> None:
        self._taken.add(str(path).casefold())


def put_whole(
    source: Path,
    wanted: Path,
    names: Names,
    space: DiskSpace,
    *,
    link: bool = False,
    change: Callable[[Path], object] | None = None,
    may_stand_for: Callable[[Path], bool] = lambda _: True,
) -> Put:
    """Copies `source` to `wanted`, or to "wanted (2)" and so on if the name is taken. An existing file with the same
    bytes is reused if `may_stand_for(path)`.

    `link` makes a hard link if possible, unless `change` is given, which edits the copy before it gets its name."""
    if not source.is_file():
        raise SourceTrouble(Text("“{file}” is not where it was saved.").with_(file=source.name))
    with spoken_for(wanted.parent):
        wanted = accepted(wanted)
        wanted.parent.mkdir(parents=True, exist_ok=True)
        put = _linked(source, wanted, names, may_stand_for) if link and change is None else None
        put = put or _copied(source, wanted, names, space, change, may_stand_for)
    names.take(put.path)
    return put


def _linked(source: Path, wanted: Path, names: Names, may_stand_for: Callable[[Path], bool]) -> Put | None:
    """None if the disk does not support hard links, or it is another disk."""
    try:
        return _named(source, wanted, names, os.link, How.LINKED, may_stand_for)
    except OSError:
        return None


def _copied(
    source: Path,
    wanted: Path,
    names: Names,
    space: DiskSpace,
    change: Callable[[Path], object] | None,
    may_stand_for: Callable[[Path], bool],
) -> Put:
    # Of this copy alone: another process may copy the same result to the same folder now.
    draft = wanted.with_name(f"{wanted.stem[:20]}.{secrets.token_hex(4)}{DRAFT}")
    try:
        with space.share(wanted.parent, source.stat().st_size):
            _copy(source, draft)
            if change is not None:
                change(draft)
        with suppress(OSError):
            shutil.copystat(source, draft)
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        return _named(draft, wanted, names, rename_exclusively, How.COPIED, may_stand_for)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _named(
    file: Path,
    wanted: Path,
    names: Names,
    give: Callable[[Path, Path], None],
    how: How,
    may_stand_for: Callable[[Path], bool],
) -> Put:
    """Gives the file the first free name, unless an earlier name has a file with the same bytes."""
    for number in count(1):
        path = wanted.with_name(numbered(wanted.name, number))
        if names.is_free(path):
            # Another process may have taken the name meanwhile, with the same bytes.
            with suppress(FileExistsError):
                give(file, path)
                return Put(path, how)
        if not names.is_ours(path) and _is_same(file, path) and may_stand_for(path):
            return Put(path, How.THERE)
    raise AssertionError("There is always a next number")


def _copy(source: Path, draft: Path) -> None:
    try:
        opened = source.open("rb")
    except OSError as error:
        raise SourceTrouble(Text("“{file}” cannot be read.").with_(file=source.name), detail=str(error)) from error
    with opened:
        # Uses the system's fast copy; some file systems share the blocks.
        shutil.copyfile(source, draft)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return other.is_file() and filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False
