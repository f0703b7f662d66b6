"""WebP: adds an XMP chunk at the end and the extended header that announces it; an EXIF chunk before it if there is
none.

Source of the layout: the WebP container specification. The picture's own chunks are copied.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from . import exif, xmp
from .note import EmbeddedNote, exactly

_XMP_FLAG, _EXIF_FLAG, _ALPHA_FLAG = 0x04, 0x08, 0x10


def rewrite(source: BinaryIO, target: BinaryIO, note: EmbeddedNote | None) -> None:
    chunks = [(kind, body) for kind, body in _chunks(source) if kind != b"XMP " and not _is_our_exif(kind, body)]
    if not chunks:
        raise ValueError("The WebP holds no picture.")
    described = any(kind == b"EXIF" for kind, _ in chunks)
    if note is not None:
        if chunks[0][0] != b"VP8X":
            chunks.insert(0, (b"VP8X", _extended_header(*chunks[0])))
        if not described:
            chunks.append((b"EXIF", exif.block(note.comment, note.date)))
        chunks.append((b"XMP ", xmp.packet(note)))
    if chunks[0][0] == b"VP8X":
        flags = chunks[0][1][0] & ~(_XMP_FLAG | _EXIF_FLAG)
        flags |= _EXIF_FLAG if described or note is not None else 0
        flags |= _XMP_FLAG if note is not None else 0
        chunks[0] = (b"VP8X", bytes((flags,)) + chunks[0][1][1:])
    _put(target, chunks)


def read(path: Path) -> str | None:
    with path.open("rb") as source:
        return next((xmp.document_of(body) for kind, body in _chunks(source) if kind == b"XMP "), None)


def _is_our_exif(kind: bytes, body: bytes) -> bool:
    return kind == b"EXIF" and exif.is_ours(body)


def _put(target: BinaryIO, chunks: Sequence[tuple[bytes, bytes]]) -> None:
    size = 4 + sum(8 + len(body) + len(body) % 2 for _, body in chunks)
    target.write(b"RIFF" + struct.pack("<I", size) + b"WEBP")
    for kind, body in chunks:
        target.write(kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2))


def _extended_header(kind: bytes, body: bytes) -> bytes:
    flags = 0
    if kind == b"VP8 ":
        if body[3:6] != b"\x9d\x01\x2a":
            raise ValueError("The WebP's picture cannot be read.")
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", body[6:10]))
    elif kind == b"VP8L":
        if body[:1] != b"\x2f":
            raise ValueError("The WebP's picture cannot be read.")
        packed = struct.unpack("<I", body[1:5])[0]
        width, height = (packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1
        flags = _ALPHA_FLAG if packed >> 28 & 1 else 0
    else:
        raise ValueError("The WebP begins with an unknown part.")
    sides = [int(side - 1).to_bytes(3, "little") for side in (width, height)]
    return bytes((flags, 0, 0, 0)) + b"".join(sides)


def _chunks(source: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    head = source.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WEBP":
        raise ValueError("This is no WebP.")
    while part := source.read(8):
        kind, length = struct.unpack("<4sI", part)
        body = exactly(source, length)
        source.read(length % 2)
        yield kind, body
