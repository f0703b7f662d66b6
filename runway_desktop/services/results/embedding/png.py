"""PNG: adds text chunks after the header, and an XMP packet if there is none. The picture's own chunks are copied.

The comment is written twice: in Unicode, and in the older chunk that some programs (ffprobe 7 among them) read only. It
holds Latin letters; others are written there as escaped code points.

Source of the layout: the PNG specification, third edition.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from . import xmp
from .note import EmbeddedNote, exactly

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEY = b"runway-desktop"
_FOR_OTHERS = (b"Title", b"Description", b"Software", b"Creation Time")
_COMMENT = b"Comment"
_XMP = b"XML:com.adobe.xmp"
_MARK = b" (Runway Desktop)"
_MOST = 1024 * 1024
"""Bytes of a note: JSON of 256 K characters, up to four bytes each."""


def rewrite(source: BinaryIO, target: BinaryIO, note: EmbeddedNote | None) -> None:
    """Inserts a note in place of an older one; None removes it. Other programs' texts with the same keys are replaced
    too."""
    if source.read(8) != SIGNATURE:
        raise ValueError("This is no PNG.")
    target.write(SIGNATURE)
    waiting = note
    for kind, content in _chunks(source):
        if _is_ours(kind, content):
            continue
        if kind == b"iTXt" and content.startswith(_XMP + b"\0"):
            waiting = None
        elif kind == b"IDAT" and waiting is not None:
            # Never compressed: readers look for the packet's text.
            _put(target, b"iTXt", _XMP + bytes(5) + xmp.packet(waiting))
            waiting = None
        _put(target, kind, content)
        if kind == b"IHDR" and note is not None:
            texts = (note.title, note.comment, "Runway Desktop", note.date, note.json)
            for key, text in zip((*_FOR_OTHERS, KEY), texts, strict=True):
                if text:
                    _put(target, b"iTXt", _international(key, text))
            _put(target, b"tEXt", _latin(note.comment, note.date))


def read(path: Path) -> str | None:
    with path.open("rb") as source:
        if source.read(8) != SIGNATURE:
            return None
        for kind, content in _chunks(source):
            if kind == b"iTXt" and content.startswith(KEY + b"\0"):
                # After the key: compression flag, method, language, translated key, text.
                is_packed = content[len(KEY) + 1] == 1
                text = content[len(KEY) + 3 :].split(b"\0", 2)[2]
                return (_unpacked(text) if is_packed else text).decode("utf-8", errors="replace")
            if kind == b"IDAT":
                return None
    return None


def _unpacked(text: bytes) -> bytes:
    """Bounded to the size of our own notes, against decompression bombs."""
    return zlib.decompressobj().decompress(text, _MOST)


def _is_ours(kind: bytes, content: bytes) -> bool:
    if kind == b"tEXt":
        return content.startswith(_COMMENT + b"\0") and content.endswith(_MARK)
    key = content.partition(b"\0")[0]
    is_packet = key == _XMP and xmp.document_of(content) is not None
    return kind == b"iTXt" and (key in (*_FOR_OTHERS, KEY) or is_packet)


def _international(key: bytes, text: str) -> bytes:
    content = text.encode("utf-8", errors="replace").replace(b"\0", b" ")
    packed = len(content) > 1024
    return key + b"\0" + bytes((packed, 0)) + b"\0\0" + (zlib.compress(content, 9) if packed else content)


def _latin(comment: str, date: str) -> bytes:
    words = comment.replace("\0", " ") + (f", {date}" if date else "")
    return _COMMENT + b"\0" + words.encode("latin-1", errors="backslashreplace") + _MARK


def _chunks(source: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    while head := source.read(8):
        length, kind = struct.unpack(">I4s", head)
        content = exactly(source, length)
        # Their checksum.
        exactly(source, 4)
        yield kind, content
        if kind == b"IEND":
            return


def _put(target: BinaryIO, kind: bytes, content: bytes) -> None:
    target.write(struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content)))
