"""Files and folders that only their owner can access, from creation on and independent of the umask. On Windows a
person's own folder is private already, and modes have no effect.

All block, and raise OSError unless they say otherwise.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

FILE, FOLDER = 0o600, 0o700
USUAL_FILE = 0o666
"""For files to be shared: the umask applies."""


def opener(path: str, flags: int) -> int:
    """For `open`: creates files as private."""
    return os.open(path, flags, FILE)


def make_folder(folder: Path) -> None:
    """Creates a private folder and its missing parents. Existing folders are unchanged."""
    if not folder.is_dir():
        if folder.parent != folder:
            make_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(mode=FOLDER)


def tighten(path: Path) -> None:
    """Removes others' permissions. Raises nothing: some disks have no modes."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        mode = stat.S_IMODE(os.lstat(path).st_mode)
        if mode & 0o077 and not path.is_symlink():
            path.chmod(mode & FOLDER)
