"""Checks saved files, many by size and time or one by its bytes, and searches folders for missing ones.

A search runs in time-limited steps, so that it can report progress and be canceled. A file with a wanted name and size
is hashed at once; one with only the size, after all folders were listed. Hidden folders, such as trash folders, are
skipped.

Blocks, and hangs with the drive: run it on a thread of its own. Raises nothing; files whose existence the disk cannot
tell (drive errors, unreadable folders) are skipped.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from runway_desktop.domain.outputs import Glance, KeptFile, glance
from runway_desktop.domain.task import Signs
from runway_desktop.services.disk.disk_steps import is_folder, sha256_of
from runway_desktop.services.disk.sibling_paths import paths_beside
from runway_desktop.values import Struct

from .part_file import holds

_MOUNTED_IN = (Path("/mnt"), Path("/media"), Path("/run/media"), Path("/Volumes"), Path("/net"))
"""Folders in which drives and shares are mounted."""
_OF_A_PERSON = (Path("/media"), Path("/run/media"))
"""Those that have a subfolder per person."""
_BLOCK = 1024 * 1024
_OFTEN = 50
"""Files that are listed between two yields."""
_HIDDEN = (".", "$")
"""First characters of folders that are skipped."""
Key = tuple[str, int]


class SeenFile(Struct, frozen=True):
    """`glance` None: the disk does not say. `away`: the missing drive or share of an ABSENT file."""

    file: KeptFile
    glance: Glance | None
    signs: Signs | None = None
    away: Path | None = None


class Examined(Struct, frozen=True):
    """A file that was hashed."""

    signs: Signs
    sha256: str


def glance_at(files: Sequence[KeptFile], seconds: float, now: Callable[[], float]) -> list[SeenFile]:
    """Checks the first files, as many as fit into `seconds`, and at least one. `now` returns seconds."""
    end = now() + seconds
    seen: list[SeenFile] = []
    known: dict[str, Path | None] = {}
    for file in files:
        seen.append(_seen(file, known))
        if now() >= end:
            break
    return seen


def examine(file: KeptFile) -> Examined | None:
    """None for a file that cannot be read or is being written."""
    with suppress(OSError):
        before = signs_of(file.path)
        if before is not None:
            digest = sha256_of(Path(file.path))
            return Examined(before, digest) if signs_of(file.path) == before else None
    return None


def signs_of(path: str) -> Signs | None:
    """None if there is no file; raises OSError if the disk does not say."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Signs(found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def missing_drive(path: Path) -> Path | None:
    """The unmounted drive or share of a path; None if the drive is there. It counts as unmounted if the path's nearest
    existing folder is the root or one where drives are mounted, or if its drive letter does not exist."""
    there = next((folder for folder in path.parents if is_folder(folder)), None)
    if there is None:
        return Path(path.anchor)
    is_root = there == Path(there.anchor) and sys.platform != "win32"
    if not is_root and there not in _MOUNTED_IN and there.parent not in _OF_A_PERSON:
        return None
    return next(folder for folder in (path, *path.parents) if folder.parent == there)


class FoundFile(Struct, frozen=True):
    """The new path of a file."""

    file: KeptFile
    path: Path
    signs: Signs


class Hunt:
    """Searches for the files `wanted`, and ends when all of `asked` are found."""

    def __init__(self, wanted: Sequence[KeptFile], asked: Sequence[KeptFile], folders: Sequence[Path]) -> None:
        self.looked = 0
        """Number of files listed."""
        self.folder = str(folders[0]) if folders else ""
        """The folder being searched."""
        self._wanted: dict[int, dict[Key, KeptFile]] = {}
        for file in wanted:
            self._wanted.setdefault(file.size, {})[file.key] = file
        self._asked = {file.key for file in asked}
        self._folders = folders
        self._found: list[FoundFile] = []
        self._work = self._go()

    def step(self, seconds: float, now: Callable[[], float]) -> bool:
        """Searches for up to `seconds`; True when it is finished."""
        end = now() + seconds
        for _ in self._work:
            if not self._asked:
                return True
            if now() >= end:
                return False
        return True

    def take_found(self) -> list[FoundFile]:
        """The files found since the last call."""
        found, self._found = self._found, []
        return found

    def _go(self) -> Iterator[None]:
        """Yields often, so that the caller can stop."""
        alike: list[tuple[str, int]] = []
        for path, size in self._files():
            if self.looked % _OFTEN == 0:
                yield
            wanted = self._wanted.get(size, {})
            name = os.path.basename(path).casefold()
            if any(os.path.basename(file.path).casefold() == name for file in wanted.values()):
                yield from self._read(path, size)
            elif wanted:
                alike.append((path, size))
        for path, size in alike:
            if self._wanted.get(size):
                self.folder = os.path.dirname(path)
                yield from self._read(path, size)

    def _files(self) -> Iterator[tuple[str, int]]:
        waiting = [str(folder) for folder in reversed(self._folders)]
        seen: set[str] = set()
        while waiting:
            self.folder = waiting.pop()
            if self.folder in seen:
                continue
            seen.add(self.folder)
            try:
                entries = sorted(os.scandir(self.folder), key=lambda entry: entry.name)
            except OSError:
                continue
            for entry in entries:
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        if not entry.name.startswith(_HIDDEN):
                            waiting.append(entry.path)
                    elif entry.is_file():
                        self.looked += 1
                        yield entry.path, entry.stat().st_size

    def _read(self, path: str, size: int) -> Iterator[None]:
        digest = hashlib.sha256()
        try:
            signs = signs_of(path)
            with open(path, "rb") as content:
                while block := content.read(_BLOCK):
                    digest.update(block)
                    yield
        except OSError:
            return
        wanted = self._wanted.get(size, {})
        file = _match(wanted.values(), path, digest.hexdigest())
        if file is None or signs is None:
            return
        del wanted[file.key]
        self._asked.discard(file.key)
        self._found.append(FoundFile(file, Path(path), signs))
        yield


def beside(found: Sequence[FoundFile], lost: Sequence[KeptFile]) -> list[FoundFile]:
    """Files of `lost` that moved together with a found one. Reads each candidate."""
    moves = {(Path(one.file.path).parent, one.path.parent): one for one in found}
    taken = {one.path for one in found}
    more: list[FoundFile] = []
    for file in lost:
        paths = (
            path
            for one in moves.values()
            for path in paths_beside(Path(file.path), Path(one.file.path), one.path)
            if path not in taken
        )
        here = next((path for path in paths if _is(path, file)), None)
        signs = _signs(here) if here is not None else None
        if here is not None and signs is not None:
            taken.add(here)
            more.append(FoundFile(file, here, signs))
    return more


def _seen(file: KeptFile, known: dict[str, Path | None]) -> SeenFile:
    try:
        signs = signs_of(file.path)
        found = glance(file, signs)
        if found is not Glance.ABSENT:
            return SeenFile(file, found, signs)
        folder = os.path.dirname(file.path)
        if folder not in known:
            known[folder] = missing_drive(Path(file.path))
        return SeenFile(file, found, away=known[folder])
    except (OSError, ValueError):
        # ValueError: a path that is invalid on this system, from another system's database.
        return SeenFile(file, None)


def _match(wanted: Iterable[KeptFile], path: str, sha256: str) -> KeptFile | None:
    """The wanted file that this is: by hash if known, else by name; the size is already equal."""
    name = os.path.basename(path).casefold()
    same_name = [file for file in wanted if os.path.basename(file.path).casefold() == name]
    found = next((file for file in (*same_name, *wanted) if file.sha256 == sha256), None)
    return found or next((file for file in same_name if not file.sha256), None)


def _is(path: Path, file: KeptFile) -> bool:
    if file.sha256:
        return holds(path, file.size, file.sha256)
    found = _signs(path)
    return found is not None and found.size == file.size and path.name.casefold() == Path(file.path).name.casefold()


def _signs(path: Path) -> Signs | None:
    try:
        return signs_of(str(path))
    except OSError:
        return None
