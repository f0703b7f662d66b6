"""The lock that makes a process the only one of its profile. Blocking, but short; any thread.

It is a file lock in the profile's folder: the system releases it when the process ends, also after a crash.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from . import private


class Claim:
    """Ownership of a profile, until `release` or the end of the process. `is_sure`: the system enforces the lock."""

    def __init__(self, file: IO[bytes], *, is_sure: bool = True) -> None:
        self._file = file
        self.is_sure = is_sure

    def release(self) -> None:
        self._file.close()


def claim(folder: Path) -> Claim | None:
    """None if another program has it. Raises OSError if the folder cannot be written."""
    file = os.fdopen(private.opener(str(folder / "lock"), os.O_RDWR | os.O_CREAT | os.O_APPEND), "ab")
    try:
        _lock(file)
    except BlockingIOError:
        file.close()
        return None
    except OSError:
        # A file system without locks, for example on a network: only the profile's socket can tell whether another
        # runs.
        return Claim(file, is_sure=False)
    return Claim(file)


def is_in_use(folder: Path) -> bool:
    """Whether a program has this profile now. Without file locks that is unknown and counts as used."""
    if not (folder / "lock").exists():
        return False
    try:
        claimed = claim(folder)
    except OSError:
        return True
    if claimed is None:
        return True
    claimed.release()
    return not claimed.is_sure


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        """Raises BlockingIOError if another process has it, another OSError if locks are not supported."""
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            raise BlockingIOError from None

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        """Raises BlockingIOError if another process has it, another OSError if locks are not supported."""
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
