"""What is written into a file, and the ways of writing a file anew: whoever is cut off in the middle leaves the old
one."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from runway_desktop.services.disk.disk_steps import draft_of

_DRAFT = ".embedding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
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
def rewritten(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Gives the old file to read and the new one to write. The new one takes the old one's place when the block
    ends well."""
    with draft_of(path, _DRAFT) as draft, path.open("rb") as source, draft.open("wb") as target:
        yield source, target
        target.flush()
        os.fsync(target.fileno())


@contextmanager
def copied(path: Path) -> Iterator[Path]:
    """Gives a copy to be changed in place, which takes the file's own place when the block ends well."""
    with draft_of(path, _DRAFT) as draft:
        shutil.copyfile(path, draft)
        yield draft
        with draft.open("rb+") as changed:
            os.fsync(changed.fileno())
