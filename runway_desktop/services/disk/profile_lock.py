"""The lock that makes a process the only one of its profile. Blocking, but short; any thread.

It is a file lock in the profile's folder: the system releases it when the process ends, also after a crash. Where the
profile's disk cannot lock files, a second lock beside the profile's socket decides among the programs of this computer.
Such a disk may be a share, so a mark in the profile's folder names the computer: it holds the random word that is in
the second lock's file. A mark with another word was left by a crash before the last restart, or another computer has
the profile now; only the person can tell.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from . import private, private_socket


class Claim:
    """Ownership of a profile, until `release` or the end of the process.

    `is_sure`: no other program can have it. `is_locked`: by the lock in the profile's folder, not by the second one.
    """

    def __init__(self, file: IO[bytes] | None, mark: Path | None = None, word: bytes = b"", *, is_sure: bool) -> None:
        self._file, self._mark, self._word = file, mark, word
        self.is_sure = is_sure
        self.is_locked = is_sure and mark is None

    def confirm(self) -> None:
        """The person says that no other program has the profile."""
        if self._mark is not None:
            with suppress(OSError):
                self._mark.write_bytes(self._word)
        self.is_sure = True

    def release(self) -> None:
        if self._mark is not None and self.is_sure:
            with suppress(OSError):
                if self._mark.read_bytes() == self._word:
                    self._mark.unlink()
        if self._file is not None:
            self._file.close()


def claim(folder: Path) -> Claim | None:
    """None if another program has it. Raises OSError if the folder cannot be written."""
    file = _opened(folder / "lock")
    try:
        _lock(file)
    except OSError as error:
        file.close()
        # Another error: a file system without locks, for example on a network.
        return None if isinstance(error, BlockingIOError) else _claim_beside(folder)
    return Claim(file, is_sure=True)


def _claim_beside(folder: Path) -> Claim | None:
    mark, word = folder / "lock.holder", os.urandom(16).hex().encode()
    try:
        file = _opened(private_socket.lock_beside(folder))
    except OSError:
        return Claim(None, is_sure=False)
    try:
        _lock(file)
        file.seek(0)
        if kept := file.read():
            word = kept
        else:
            file.write(word)
            file.flush()
    except OSError as error:
        file.close()
        return None if isinstance(error, BlockingIOError) else Claim(None, is_sure=False)
    return Claim(file, mark, word, is_sure=_is_marked(mark, word))


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(private.opener(str(path), os.O_RDWR | os.O_CREAT | os.O_APPEND), "a+b")


def _is_marked(mark: Path, word: bytes) -> bool:
    """Whether the profile is this computer's: the mark has this word, or there was none until now."""
    with suppress(OSError):
        try:
            with open(mark, "xb", opener=private.opener) as file:
                file.write(word)
            return True
        except FileExistsError:
            return mark.read_bytes() == word
    return False


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
        # The lock begins at the file's position.
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            raise BlockingIOError from None

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        """Raises BlockingIOError if another process has it, another OSError if locks are not supported."""
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
