"""Detects truncated files, for formats that allow it. Blocks; raises OSError."""

from __future__ import annotations

import struct
from typing import BinaryIO

from runway_desktop.services.media.film_boxes import boxes

_ZIP_TAIL = 66_000
_TAIL = 4_096
_UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)


def seems_cut_short(file: BinaryIO, form: str) -> bool:
    """Whether a complete download seems truncated: a host may announce and send half a file. This is a suspicion, not
    proof, since unusual files exist: the caller fetches once more and then accepts the same bytes.

    `form`: a format's name as `domain.media.format_of` gives it. Leaves the position at the end. Raises OSError."""
    size = file.seek(0, 2)
    try:
        match form:
            case "MP4" | "MOV" | "M4A":
                return _film_is_cut(file, size)
            case "PNG":
                return b"IEND" not in _tail(file, size, _TAIL)
            case "WAV" | "WebP" | "AVI":
                return _riff_is_cut(file, size)
            case "ZIP":
                return b"PK\x05\x06" not in _tail(file, size, _ZIP_TAIL)
            case "SVG":
                return b"</svg" not in _tail(file, size, _TAIL).lower() and b"/>" not in _tail(file, size, 16)
            case _:
                return False
    finally:
        file.seek(0, 2)


def _film_is_cut(file: BinaryIO, size: int) -> bool:
    """Boxes state their lengths: the last one must be complete, and one must describe the film."""
    kinds = set()
    for kind, _, _, said_end in boxes(file, 0, size):
        kinds.add(kind)
        if said_end > size:
            return True
    return not kinds & {b"moov", b"moof"}


def _riff_is_cut(file: BinaryIO, size: int) -> bool:
    file.seek(0)
    head = file.read(8)
    if len(head) < 8:
        return True
    length = struct.unpack("<I", head[4:])[0]
    return length not in _UNKNOWN_LENGTHS and length + 8 > size


def _tail(file: BinaryIO, size: int, count: int) -> bytes:
    file.seek(max(0, size - count))
    return file.read(count)
