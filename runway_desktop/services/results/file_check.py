"""Looks at saved files: by a glance at their signs, many at a time, or by reading one whole; and looks through folders
for missing ones by name, size and bytes.

A hunt is done in steps, each as long as the caller wishes, so that it can be told of and given up between them. What
has the name and the size of a file is read at once; what has its size alone, when everything was looked through. Hidden
folders, bins among them, are left out.

Blocks, and hangs with the drive: call it on a thread of its own. Raises nothing; a file of which the disk says neither
that it is there nor that it is not (a drive that fails, a folder that may not be read) is passed over.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from runway_desktop.domain.outputs import Glance, KeptFile, glance
from runway_desktop.domain.presence import Signs
from runway_desktop.services.disk.disk_steps import is_folder, sha256_of
from runway_desktop.services.disk.sibling_paths import places_beside
from runway_desktop.values import Struct

from .part_file import holds

_MOUNTED_IN = (Path("/mnt"), Path("/media"), Path("/run/media"), Path("/Volumes"), Path("/net"))
"""Folders in which drives and shares come and go."""
_OF_A_PERSON = (Path("/media"), Path("/run/media"))
"""Those of them in which each person has a folder for that."""
_BLOCK = 1024 * 1024
_OFTEN = 50
"""Files that are passed by between two times that control is given back."""
_HIDDEN = (".", "$")
"""How the names of folders begin that are not looked into."""
Key = tuple[str, int]


class Seen(Struct, frozen=True):
    """`glance` None: the disk does not say. `away` is the drive or share that is not there, for a file that is ABSENT
    with it."""

    file: KeptFile
    glance: Glance | None
    signs: Signs | None = None
    away: Path | None = None


class Examined(Struct, frozen=True):
    """A file that was read."""

    signs: Signs
    sha256: str


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
        if signs_of(file.path) != before:
            return None
    except OSError:
        return None
    return Examined(before, digest)


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


class Found(Struct, frozen=True):
    """Where a file is now."""

    file: KeptFile
    path: Path
    signs: Signs


class Hunt:
    """`asked` are what the hunt is for: it ends when all of them are found, whatever else of `wanted` is not."""

    def __init__(self, wanted: Sequence[KeptFile], asked: Sequence[KeptFile], folders: Sequence[Path]) -> None:
        self.looked = 0
        """Files that were passed by."""
        self.folder = str(folders[0]) if folders else ""
        """Where it is now."""
        self._wanted: dict[int, dict[Key, KeptFile]] = {}
        for file in wanted:
            self._wanted.setdefault(file.size, {})[file.key] = file
        self._asked = {file.key for file in asked}
        self._folders = folders
        self._found: list[Found] = []
        self._work = self._go()

    def step(self, seconds: float, now: Callable[[], float]) -> bool:
        """Goes on for so long; True when there is nothing more to do."""
        end = now() + seconds
        for _ in self._work:
            if not self._asked:
                return True
            if now() >= end:
                return False
        return True

    def take_found(self) -> list[Found]:
        """What was found since the last time."""
        found, self._found = self._found, []
        return found

    def _go(self) -> Iterator[None]:
        """Gives control back now and then."""
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
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if not entry.name.startswith(_HIDDEN):
                            waiting.append(entry.path)
                    elif entry.is_file():
                        self.looked += 1
                        yield entry.path, entry.stat().st_size
                except OSError:
                    continue

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
        self._found.append(Found(file, Path(path), signs))
        yield


def beside(found: Sequence[Found], lost: Sequence[KeptFile]) -> list[Found]:
    """Of the files that are still lost, those that moved together with one that was found. Reads each that may be."""
    moves = {(Path(one.file.path).parent, one.path.parent): one for one in found}
    taken = {one.path for one in found}
    more: list[Found] = []
    for file in lost:
        places = (
            place
            for one in moves.values()
            for place in places_beside(Path(file.path), Path(one.file.path), one.path)
            if place not in taken
        )
        here = next((place for place in places if _is(place, file)), None)
        signs = _signs(here) if here is not None else None
        if here is not None and signs is not None:
            taken.add(here)
            more.append(Found(file, here, signs))
    return more


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


def _match(wanted: Iterable[KeptFile], path: str, sha256: str) -> KeptFile | None:
    """The one that a file is: by its bytes, where they are known; else by its name, since its size is the same."""
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
