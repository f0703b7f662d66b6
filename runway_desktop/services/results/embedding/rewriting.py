"""A file written anew beside itself and put in its place whole: whoever is cut off in the middle leaves the old one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def rewritten(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Gives the old file to read and the new one to write. The new one takes the old one's place when the block
    ends well."""
    draft = path.with_name(path.name + ".embedding")
    try:
        with path.open("rb") as source, draft.open("wb") as target:
            yield source, target
            target.flush()
            os.fsync(target.fileno())
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


@contextmanager
def copied(path: Path, ending: str) -> Iterator[Path]:
    """Gives a copy to be changed in place, which takes the file's own place when the block ends well."""
    draft = path.with_name(path.name + ".embedding" + ending)
    try:
        shutil.copyfile(path, draft)
        yield draft
        with draft.open("rb+") as changed:
            os.fsync(changed.fileno())
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
