"""JPEG: adds an XMP segment before the picture's own segments, which are copied, and an EXIF one if there is none.

Source of the layout: ITU T.81, annex B; the XMP specification, part 3. A segment holds 65,533 bytes; a longer note is
not embedded.
"""

from __future__ import annotations

import shutil
import struct
from pathlib import Path
from typing import BinaryIO

from . import exif, xmp
from .note import EmbeddedNote, exactly

_MARK = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF = b"Exif\0\0"
_MOST = 65_533


def rewrite(source: BinaryIO, target: BinaryIO, note: EmbeddedNote | None) -> None:
    content = b"" if note is None else _MARK + xmp.packet(note)
    if len(content) > _MOST:
        raise ValueError("The note is too long for a JPEG.")
    if source.read(2) != b"\xff\xd8":
        raise ValueError("This is no JPEG.")
    target.write(b"\xff\xd8")
    waiting, described = note, False
    while segment := _segment(source):
        marker, body = segment
        if marker == 0xE1 and (_is_packet(body, any_will_do=note is not None) or _is_our_exif(body)):
            continue
        described = described or (marker == 0xE1 and body.startswith(_EXIF))
        if waiting is not None and marker not in (0xE0, 0xE1):
            if not described:
                _put(target, 0xE1, _EXIF + exif.block(waiting.comment, waiting.date))
            _put(target, 0xE1, content)
            waiting = None
        _put(target, marker, body)
        if marker == 0xDA:
            break
    shutil.copyfileobj(source, target)


def read(path: Path) -> str | None:
    with path.open("rb") as source:
        if source.read(2) != b"\xff\xd8":
            return None
        while segment := _segment(source):
            marker, body = segment
            if marker == 0xE1 and body.startswith(_MARK) and (found := xmp.document_of(body[len(_MARK) :])):
                return found
            if marker == 0xDA:
                return None
    return None


def _is_packet(body: bytes, *, any_will_do: bool) -> bool:
    """A picture has at most one XMP packet, so a new note also replaces another program's."""
    return body.startswith(_MARK) and (any_will_do or xmp.document_of(body[len(_MARK) :]) is not None)


def _is_our_exif(body: bytes) -> bool:
    return body.startswith(_EXIF) and exif.is_ours(body[len(_EXIF) :])


def _segment(source: BinaryIO) -> tuple[int, bytes] | None:
    head = source.read(2)
    while head[1:] == b"\xff":
        head = head[1:] + source.read(1)
    if len(head) < 2 or head[0] != 0xFF:
        raise ValueError("The JPEG's segments cannot be read.")
    length = struct.unpack(">H", exactly(source, 2))[0] - 2
    if length < 0:
        raise ValueError("The JPEG's segments cannot be read.")
    return head[1], exactly(source, length)


def _put(target: BinaryIO, marker: int, body: bytes) -> None:
    target.write(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body)
