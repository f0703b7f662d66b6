"""The few boxes of an MP4 or MOV that the simulator touches: its length, and one that players skip.

A clip is cut shorter by its edit lists alone: the frames stay, players stop where the list ends. So a few samples
serve every length. Pure; what is no movie of the simple kind (version 0 boxes) comes back as it was.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_CONTAINERS = frozenset({b"moov", b"trak", b"edts", b"mdia"})
_MOVIE_HEADER, _TRACK_HEADER, _MEDIA_HEADER, _EDITS = b"mvhd", b"tkhd", b"mdhd", b"elst"


def shortened(movie: bytes, seconds: float) -> bytes:
    """The movie, ending after `seconds` where it is longer than that."""
    boxes = list(_boxes(movie, 0, len(movie)))
    header = next((start for kind, start in boxes if kind == _MOVIE_HEADER), None)
    if header is None or any(movie[start] for kind, start in boxes if kind not in _CONTAINERS):
        return movie
    scale, length = struct.unpack_from(">II", movie, header + 12)
    wanted = round(seconds * scale)
    if wanted >= length:
        return movie
    changed = bytearray(movie)
    for kind, start in boxes:
        if kind == _MOVIE_HEADER:
            struct.pack_into(">I", changed, start + 16, wanted)
        elif kind == _TRACK_HEADER:
            struct.pack_into(">I", changed, start + 20, wanted)
        elif kind == _EDITS:
            struct.pack_into(">I", changed, start + 8, wanted)
        elif kind == _MEDIA_HEADER:
            (media_scale,) = struct.unpack_from(">I", movie, start + 12)
            struct.pack_into(">I", changed, start + 16, round(seconds * media_scale))
    return bytes(changed)


def free_box(content: bytes) -> bytes:
    """A box that every player skips."""
    return struct.pack(">I", len(content) + 8) + b"free" + content


def _boxes(movie: bytes, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Kinds and starts (behind size and kind) of the headers and edit lists, in order."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", movie, start)
        if size < 8:
            return
        if kind in _CONTAINERS:
            yield from _boxes(movie, start + 8, min(end, start + size))
        elif kind in (_MOVIE_HEADER, _TRACK_HEADER, _MEDIA_HEADER, _EDITS):
            yield kind, start + 8
        start += size
