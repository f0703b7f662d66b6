"""Reads the elements of a WebM or MKV file that give its length, dimensions, codec and tracks.

Follows element lengths and never reads the media. Blocks: call it in the executor. For damaged files it returns what
could be read; only OSError is raised.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .film_boxes import BoxBudget, FilmFacts

_LONGEST_VALUE = 256
_SEGMENT, _INFO, _TRACKS, _CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
_TIME_SCALE, _DURATION = 0x2AD7B1, 0x4489
_TRACK, _TRACK_TYPE, _CODEC, _VIDEO, _FRAME_TIME = 0xAE, 0x83, 0x86, 0xE0, 0x23E383
_WIDTH, _HEIGHT, _SHOWN_WIDTH, _SHOWN_HEIGHT, _SHOWN_UNIT = 0xB0, 0xBA, 0x54B0, 0x54BA, 0x54B2
_PICTURES, _SOUND = 1, 2
_CODECS = {
    "V_VP8": "VP8",
    "V_VP9": "VP9",
    "V_AV1": "AV1",
    "V_MPEG4/ISO/AVC": "H.264",
    "V_MPEGH/ISO/HEVC": "H.265",
    "V_PRORES": "ProRes",
    "A_OPUS": "Opus",
    "A_VORBIS": "Vorbis",
    "A_AAC": "AAC",
    "A_FLAC": "FLAC",
    "A_MPEG/L3": "MP3",
}


def read_matroska(path: Path) -> FilmFacts:
    facts = FilmFacts()
    with path.open("rb") as file:
        end, left = file.seek(0, 2), BoxBudget()
        for kind, start, stop in elements(file, 0, end, left):
            if kind == _SEGMENT:
                _read_segment(file, start, stop, facts, left)
                break
    return facts


def elements(file: BinaryIO, start: int, stop: int, left: BoxBudget) -> Iterator[tuple[int, int, int]]:
    """Each element between two offsets: id, start and end of its content. One of unknown length extends to the end.
    Counts against `left`."""
    while left.boxes > 0:
        left.boxes -= 1
        if start >= stop:
            return
        file.seek(start)
        head = file.read(12)
        kind, id_length = _number(head, keep_marker=True)
        if kind is None or id_length > 4:
            return
        length, length_length = _number(head[id_length:], keep_marker=False)
        if length is None:
            return
        content = start + id_length + length_length
        unknown = length == (1 << (7 * length_length)) - 1
        end = stop if unknown else min(stop, content + length)
        yield kind, content, end
        start = end


def _read_segment(file: BinaryIO, start: int, stop: int, facts: FilmFacts, left: BoxBudget) -> None:
    for kind, inner, end in elements(file, start, stop, left):
        if kind == _INFO:
            facts.duration = _length(file, inner, end, left)
        elif kind == _TRACKS:
            for inside, begin, finish in elements(file, inner, end, left):
                if inside == _TRACK:
                    _read_track(file, begin, finish, facts, left)
        elif kind == _CLUSTER:
            # The facts are before the first cluster.
            return


def _length(file: BinaryIO, start: int, stop: int, left: BoxBudget) -> float | None:
    scale, ticks = 1_000_000, 0.0
    for kind, inner, end in elements(file, start, stop, left):
        if kind == _TIME_SCALE:
            scale = _integer(file, inner, end)
        elif kind == _DURATION:
            ticks = _float(file, inner, end)
    seconds = ticks * scale / 1e9
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def _read_track(file: BinaryIO, start: int, stop: int, facts: FilmFacts, left: BoxBudget) -> None:
    kind_of_track, codec, sides, nanoseconds = 0, "", None, 0
    for kind, inner, end in elements(file, start, stop, left):
        if kind == _TRACK_TYPE:
            kind_of_track = _integer(file, inner, end)
        elif kind == _CODEC:
            codec = _bytes(file, inner, end).rstrip(b"\0").decode("ascii", "replace")
        elif kind == _VIDEO:
            sides = _sides(file, inner, end, left)
        elif kind == _FRAME_TIME:
            nanoseconds = _integer(file, inner, end)
    called = next((name for start, name in _CODECS.items() if codec.startswith(start)), codec[2:])
    if kind_of_track == _PICTURES:
        facts.add_pictures(called, sides, 1e9 / nanoseconds if nanoseconds else None)
    elif kind_of_track == _SOUND:
        facts.add_sound(called)


def _sides(file: BinaryIO, start: int, stop: int, left: BoxBudget) -> tuple[int, int] | None:
    """As shown: files with non-square pixels state separate display dimensions."""
    found = {kind: _integer(file, inner, end) for kind, inner, end in elements(file, start, stop, left)}
    width, height = found.get(_WIDTH, 0), found.get(_HEIGHT, 0)
    if found.get(_SHOWN_UNIT, 0) == 0:
        width, height = found.get(_SHOWN_WIDTH, width), found.get(_SHOWN_HEIGHT, height)
    return (width, height) if 0 < width < 1 << 20 and 0 < height < 1 << 20 else None


def _number(head: bytes, *, keep_marker: bool) -> tuple[int | None, int]:
    """A variable-length number, whose first byte's leading zeros give its length, and that length."""
    if not head or head[0] == 0:
        return None, 0
    length = 9 - head[0].bit_length()
    if len(head) < length:
        return None, 0
    value = int.from_bytes(head[:length], "big")
    return (value if keep_marker else value & ((1 << (7 * length)) - 1)), length


def _bytes(file: BinaryIO, start: int, stop: int) -> bytes:
    # A truncated element, or one with a negative length, has no bytes.
    file.seek(start)
    return file.read(max(0, min(stop - start, _LONGEST_VALUE)))


def _integer(file: BinaryIO, start: int, stop: int) -> int:
    return int.from_bytes(_bytes(file, start, min(stop, start + 8)), "big")


def _float(file: BinaryIO, start: int, stop: int) -> float:
    value = _bytes(file, start, stop)
    form = {4: ">f", 8: ">d"}.get(len(value))
    return float(struct.unpack(form, value)[0]) if form is not None else 0.0
