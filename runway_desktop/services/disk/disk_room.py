"""Room on disks, shared by all that write large files: what one was promised, nobody else counts as free.

A writer takes a `Share` of a disk. One that knows its length takes all of it at once, one that does not takes `STEP`
after `STEP`; both look at the disk again every `STEP` bytes, since other programs write too. `SPARE` always stays free.

Safe on any thread. All but `release` block, as looking at a disk does, and raise DiskError (DISK_FULL, with the bytes
that are needed) or OSError.
"""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.folders import SPARE
from runway_desktop.values import Struct

from .disk_words import disk_error
from .folder_look import nearest_folder

STEP = 8 * 1024 * 1024
"""Bytes that are written between two looks at the disk."""


class DiskLook(Struct, frozen=True):
    """`free` in bytes."""

    device: int
    free: int


class DiskRoom:
    """One for the life of the program. What was looked at may be older by the blocks that other threads write at that
    moment, for which `SPARE` is large enough."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._promised: Counter[int] = Counter()
        """Bytes that are not written yet, by disk."""

    def left(self, folder: Path) -> int:
        """Bytes that may still be promised on the disk of a folder, be it there already or not."""
        look = self.look(folder)
        return max(0, look.free - SPARE - self._promised[look.device])

    def check(self, folder: Path, needed: int) -> None:
        """Raises DiskError where there is not the room for `needed` bytes. Promises nothing."""
        if self.left(folder) < needed:
            raise _full(folder, needed)

    def look(self, folder: Path) -> DiskLook:
        """How the disk of a folder is now, be the folder there already or not."""
        near = nearest_folder(folder)
        return DiskLook(near.stat().st_dev, shutil.disk_usage(near).free)

    def share(self, folder: Path, size: int = 0) -> Share:
        """Promises `size` bytes; 0: nobody knows how many there will be. Give it back with `release`, or as a context
        manager."""
        share = Share(self, folder, self.look(folder).device)
        if size:
            self.promise(share, size)
        return share

    def promise(self, share: Share, size: int) -> None:
        """Makes what a share still has `size` bytes."""
        free = self.look(share.folder).free - SPARE
        with self._lock:
            if free - (self._promised[share.device] - share.left) < size:
                raise _full(share.folder, size)
            self._set(share, size)

    def written(self, share: Share, count: int) -> None:
        with self._lock:
            self._set(share, share.left - count)

    def give_back(self, share: Share) -> None:
        with self._lock:
            self._set(share, 0)

    def _set(self, share: Share, left: int) -> None:
        """Under the lock."""
        self._promised[share.device] += left - share.left
        share.left = left


@dataclass(eq=False)
class Share:
    """What one writer may still write. One thread at a time uses it."""

    _room: DiskRoom
    folder: Path
    device: int
    left: int = 0
    """Bytes that were promised and are not written yet."""
    _since_look: int = field(default=0, init=False)

    def expect(self, size: int) -> None:
        """`size` bytes are to come from now on, or at least so many. Raises DiskError, and then it is as it was."""
        self._room.promise(self, size)
        self._since_look = 0

    def take(self, count: int) -> None:
        """`count` bytes are written now."""
        if count > self.left:
            self.expect(max(STEP, count))
        elif self._since_look >= STEP:
            self.expect(self.left)
        self._room.written(self, count)
        self._since_look += count

    def release(self) -> None:
        """Nothing more is written. May be called twice; raises nothing."""
        self._room.give_back(self)

    def __enter__(self) -> Share:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _full(folder: Path, needed: int) -> DiskError:
    return disk_error(Reason(ReasonCode.DISK_FULL, str(folder), needed))
