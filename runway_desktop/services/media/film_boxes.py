"""Reads the boxes of an MP4, M4A or MOV file that give its length, its dimensions and whether it has a video track.

Follows box lengths and never reads the media. Blocks: call it in the executor. For damaged files it returns what could
be read; only OSError is raised.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from runway_desktop.values import Struct

_MOST_BOXES = 20_000
"""Per file. One with more boxes before its facts is damaged or malicious."""
_LONGEST_HEADER = 256
_CODES = {
    "H.264": b"avc1 avc3",
    "H.265": b"hvc1 hev1",
    "AV1": b"av01",
    "VP8": b"vp08",
    "VP9": b"vp09",
    "ProRes": b"apco apcs apcn apch ap4h ap4x",
    "MPEG-4": b"mp4v",
    "MJPEG": b"jpeg mjpa",
    "AAC": b"mp4a",
    "ALAC": b"alac",
    "Opus": b"Opus",
    "FLAC": b"fLaC",
    "MP3": b".mp3",
}
_CODECS = {code: name for name, codes in _CODES.items() for code in codes.split()}


class FilmFacts(Struct):
    """`duration` in seconds, dimensions in pixels as shown, frames per second; None if the file does not say."""

    duration: float | None = None
    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    has_pictures: bool = False
    has_sound: bool = False
    codec: str = ""
    """Of the video, else of the sound, by its common name ("H.264"); the four-letter code if that is unknown."""

    def add_pictures(self, codec: str, sides: tuple[int, int] | None, frame_rate: float | None = None) -> None:
        """Adds a video track; the first one with dimensions sets them."""
        self.codec = self.codec if self.has_pictures else codec
        self.frame_rate = self.frame_rate if self.has_pictures else frame_rate
        self.has_pictures = True
        if self.width is None and sides is not None:
            self.width, self.height = sides

    def add_sound(self, codec: str) -> None:
        self.has_sound = True
        if not self.has_pictures:
            self.codec = self.codec or codec


def read_film(path: Path) -> FilmFacts:
    facts = FilmFacts()
    with path.open("rb") as file:
        end, left = file.seek(0, 2), BoxBudget()
        for kind, start, stop, _ in boxes(file, 0, end, left):
            if kind == b"moov":
                _read_movie(file, start, stop, facts, left)
                break
    return facts


class BoxBudget(Struct):
    """Number of boxes that may still be read."""

    boxes: int = _MOST_BOXES


def _read_movie(file: BinaryIO, start: int, stop: int, facts: FilmFacts, left: BoxBudget) -> None:
    for kind, inner, end, _ in boxes(file, start, stop, left):
        if kind == b"mvhd":
            facts.duration = _duration(_bytes(file, inner, end))
        elif kind == b"trak":
            _read_track(file, inner, end, facts, left)


def _read_track(file: BinaryIO, start: int, stop: int, facts: FilmFacts, left: BoxBudget) -> None:
    sides: tuple[int, int] | None = None
    media = codec = b""
    length: float | None = None
    samples = 0
    for kind, inner, end, _ in boxes(file, start, stop, left):
        if kind == b"tkhd":
            sides = _sides(_bytes(file, inner, end))
        elif kind == b"mdia":
            for name, begin, finish, _ in boxes(file, inner, end, left):
                if name == b"hdlr":
                    media = _bytes(file, begin, finish)[8:12]
                elif name == b"mdhd":
                    length = _duration(_bytes(file, begin, finish))
                elif name == b"minf":
                    codec, samples = _samples(file, begin, finish, left)
    called = _CODECS.get(codec, codec.decode("ascii", "replace").strip())
    if media == b"vide":
        facts.add_pictures(called, sides, samples / length if samples and length else None)
    elif media == b"soun":
        facts.add_sound(called)


def _samples(file: BinaryIO, start: int, stop: int, left: BoxBudget) -> tuple[bytes, int]:
    """Four-letter code of a track's first sample description, and its number of samples."""
    codec, amount = b"", 0
    for kind, inner, end, _ in boxes(file, start, stop, left):
        if kind == b"stbl":
            for name, begin, finish, _ in boxes(file, inner, end, left):
                if name == b"stsd":
                    codec = _bytes(file, begin, finish)[12:16]
                elif name in (b"stsz", b"stz2"):
                    amount = int.from_bytes(_bytes(file, begin, finish)[8:12], "big")
            break
    return codec, amount


def boxes(
    file: BinaryIO, start: int, stop: int, left: BoxBudget | None = None
) -> Iterator[tuple[bytes, int, int, int]]:
    """Each box between two offsets: type, start and end of its content, and its stated end. Counts against `left`."""
    left = left or BoxBudget()
    while left.boxes > 0:
        left.boxes -= 1
        if start + 8 > stop:
            return
        file.seek(start)
        header = file.read(16)
        if len(header) < 8:
            return
        length, kind = struct.unpack(">I4s", header[:8])
        content = start + 8
        if length == 1 and len(header) == 16:
            length, content = struct.unpack(">Q", header[8:])[0], start + 16
        elif length == 0:
            length = stop - start
        if length < content - start:
            return
        yield kind, content, min(start + length, stop), start + length
        start += length


def _bytes(file: BinaryIO, start: int, stop: int) -> bytes:
    file.seek(start)
    return file.read(min(stop - start, _LONGEST_HEADER))


def _duration(header: bytes) -> float | None:
    """From a movie header: version 0 has 32-bit times, version 1 64-bit ones."""
    try:
        if header[0] == 1:
            scale, length = struct.unpack_from(">IQ", header, 20)
        else:
            scale, length = struct.unpack_from(">II", header, 12)
    except (IndexError, struct.error):
        return None
    unknown = length in (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
    return None if unknown or not scale else length / scale


def _sides(header: bytes) -> tuple[int, int] | None:
    """From a track header: 16.16 fixed-point dimensions at the end, after a matrix that shows a quarter turn."""
    try:
        at = 88 if header[0] == 1 else 76
        width, height = (value / 65536 for value in struct.unpack_from(">II", header, at))
        across, aside = struct.unpack_from(">ii", header, at - 36)
    except (IndexError, struct.error):
        return None
    if not (width >= 1 and height >= 1 and math.isfinite(width * height)):
        return None
    turned = abs(aside) > abs(across)
    return (round(height), round(width)) if turned else (round(width), round(height))
