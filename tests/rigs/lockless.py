"""A disk that cannot lock files, for the tests of a profile on it. Not on Windows.

`refuse_locks(folder)` makes `flock` fail for files in the folder; None: for all files, as if no disk could lock.
`ON_START` does so in a process that has it as `sitecustomize.py` on its path, for the folder in LOCKLESS.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

ON_START = """
import errno, fcntl, os
flock, folder = fcntl.flock, os.environ["LOCKLESS"]
def refuse(file, how):
    if os.readlink(f"/proc/self/fd/{file}").startswith(folder):
        raise OSError(errno.ENOLCK, "No locks available")
    return flock(file, how)
fcntl.flock = refuse
"""


def refuse_locks(monkeypatch: pytest.MonkeyPatch, folder: Path | None) -> None:
    import fcntl

    flock: Callable[[int, int], None] = fcntl.flock

    def refuse(file: int, how: int) -> None:
        if folder is None or Path(f"/proc/self/fd/{file}").readlink().is_relative_to(folder):
            raise OSError(errno.ENOLCK, "No locks available")
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", refuse)
