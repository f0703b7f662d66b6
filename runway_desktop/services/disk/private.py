"""Files and folders that are for their owner alone: they are made so, whatever the system gives new ones, and never
open for a moment. On Windows a person's own folder is that already, and modes say nothing.

All block, and raise OSError, apart from what they promise.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

FILE, FOLDER = 0o600, 0o700
USUAL_FILE = 0o666
"""For what is handed on, of which the person's own settings take away what others may not."""


def opener(path: str, flags: int) -> int:
    """For `open`: a file that it makes is private."""
    return os.open(path, flags, FILE)


def make_folder(folder: Path) -> None:
    """Makes a private folder, and private ones above it that are missing. One that is there stays as it is."""
    if not folder.is_dir():
        if folder.parent != folder:
            make_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(mode=FOLDER)


def tighten(path: Path) -> None:
    """Takes what others may do with a file or folder. Raises nothing: some disks know no modes."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        mode = stat.S_IMODE(os.lstat(path).st_mode)
        if mode & 0o077 and not path.is_symlink():
            path.chmod(mode & FOLDER)
