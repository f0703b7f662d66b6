"""The note that is embedded in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, BinaryIO

from runway_desktop.values import Struct


class EmbeddedNote(Struct, frozen=True, kw_only=True):
    """`document` is the sidecar's; `title` and `comment` are for other programs."""

    title: str
    comment: str
    date: str
    document: Mapping[str, Any]

    @property
    def json(self) -> str:
        return json.dumps(self.document, ensure_ascii=False, separators=(",", ":"), default=str)


def size_of(file: BinaryIO) -> int:
    """Bytes of an open file; keeps its position."""
    at = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(at)
    return size


def exactly(source: BinaryIO, length: int) -> bytes:
    """The next bytes of a file. Raises EOFError if there are fewer."""
    # Looked at first: `read` would allocate this length.
    content = source.read(length) if length <= size_of(source) else b""
    if len(content) < length:
        raise EOFError("The file ends in the middle.")
    return content
