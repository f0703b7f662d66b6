"""Reservation of disk space, shared by all writers of large files: reserved bytes do not count as free for others.

A writer takes a `Share` of a disk: all of it at once if the length is known, else `STEP` by `STEP`. Either way the disk
is checked again every `STEP` bytes, since other programs write too. `SPARE` bytes always stay free.

Any thread. All but `release` block and raise DiskError (DISK_FULL, with the bytes needed) or OSError.
"""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.folders import SPARE, Size
from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .disk_words import disk_error
from .folder_look import nearest_folder

STEP = 8 * 1024 * 1024
"""Bytes written between two checks of the disk."""


class DiskLook(Struct, frozen=True):
    """`free` in bytes."""

    device: int
    free: int


class DiskSpace:
    """One per program. A check may miss blocks that other threads are writing at that moment; `SPARE` covers them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._promised: Counter[int] = Counter()
        """Reserved bytes that are not written yet, by disk."""

    def left(self, folder: Path) -> int:
        """Bytes that can still be reserved on a folder's disk. The folder need not exist."""
        look = self.look(folder)
        return max(0, look.free - SPARE - self._promised[look.device])

    def check(self, folder: Path, needed: int) -> None:
        """Raises DiskError if `needed` bytes do not fit. Reserves nothing."""
        if self.left(folder) < needed:
            raise _full(folder, needed)

    def look(self, folder: Path) -> DiskLook:
        """Device and free bytes of a folder's disk. The folder need not exist."""
        near = nearest_folder(folder)
        return DiskLook(near.stat().st_dev, shutil.disk_usage(near).free)

    def share(self, folder: Path, size: int = 0) -> Share:
        """Reserves `size` bytes; 0: length unknown. Release it with `release`, or use it as a context manager."""
        share = Share(self, folder, self.look(folder).device)
        if size:
            self.promise(share, size)
        return share

    def promise(self, share: Share, size: int) -> None:
        """Sets the unwritten part of a share to `size` bytes."""
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
        """Call with the lock held."""
        self._promised[share.device] += left - share.left
        share.left = left


@dataclass(eq=False)
class Share:
    """Space reserved by one writer. Used by one thread at a time."""

    _space: DiskSpace
    folder: Path
    device: int
    left: int = 0
    """Bytes that are reserved and not written yet."""
    _since_look: int = field(default=0, init=False)

    def expect(self, size: int) -> None:
        """Reserves `size` bytes from now on, or at least so many. On DiskError the reservation is unchanged."""
        self._space.promise(self, size)
        self._since_look = 0

    def take(self, count: int) -> None:
        """Call before `count` bytes are written."""
        if count > self.left:
            self.expect(max(STEP, count))
        elif self._since_look >= STEP:
            self.expect(self.left)
        self._space.written(self, count)
        self._since_look += count

    def release(self) -> None:
        """Ends the reservation. May be called twice; raises nothing."""
        self._space.give_back(self)

    def __enter__(self) -> Share:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _full(folder: Path, needed: int) -> DiskError:
    return disk_error(Reason(ReasonCode.DISK_FULL, str(folder), needed))


def no_space(folder: Path, needed: int, left: int, advice: Text) -> DiskError:
    """The same with both numbers, before anything is written."""
    values = {"needed": Size(needed), "folder": folder, "left": Size(left)}
    return DiskError(
        Text("{needed} are needed, but the disk of “{folder}” has only {left} free.").with_(**values), advice=advice
    )
