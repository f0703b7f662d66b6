"""Looks through folders for files by name, size and bytes.

A hunt is done in steps, each as long as the caller wishes, so that it can be told of and given up between them. What
has the name and the size of a file is read at once; what has its size alone, when everything was looked through. Hidden
folders, the trash among them, are left out. Blocks: call `step` in a worker, one at a time. Raises nothing; what cannot
be read is passed over.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.kept_files import KeptFile
from runway_desktop.domain.presence import Signs
from runway_desktop.services.disk.sibling_paths import places_beside

from .file_check import signs_of
from .part_file import holds

_BLOCK = 1024 * 1024
_OFTEN = 50
"""Files that are passed by between two times that control is given back."""
_HIDDEN = (".", "$")
"""How the names of folders begin that are not looked into."""

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Found:
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
