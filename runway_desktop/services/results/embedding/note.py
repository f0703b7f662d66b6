"""What is written into a file, and the ways of writing a file anew, into a draft beside it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from runway_desktop.values import Struct


class Note(Struct, frozen=True, kw_only=True):
    """What is written into a file: `document` is the sidecar's, `title` and `comment` are for other programs."""

    title: str
    comment: str
    date: str
    document: Mapping[str, Any]

    @property
    def json(self) -> str:
        return json.dumps(self.document, ensure_ascii=False, separators=(",", ":"), default=str)


def size_of(file: BinaryIO) -> int:
    """Bytes of an open file."""
    return os.fstat(file.fileno()).st_size


@contextmanager
def rewritten(source: Path, draft: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Gives the old file to read and the new one to write, which is on the disk when the block ends well."""
    with source.open("rb") as old, draft.open("wb") as new:
        yield old, new
        new.flush()
        os.fsync(new.fileno())


@contextmanager
def copied(source: Path, draft: Path) -> Iterator[Path]:
    """Makes the draft a copy to be changed in place, which is on the disk when the block ends well."""
    shutil.copyfile(source, draft)
    yield draft
    with draft.open("rb+") as changed:
        os.fsync(changed.fileno())
