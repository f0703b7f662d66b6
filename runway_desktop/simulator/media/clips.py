"""Clips from the samples: the nearest ratio, cut to the length that was asked for, with the prompt inside.

An MP4 or MOV is a row of boxes, and every player skips one called `free`: so each answer has bytes of its own, and its
prompt inside, without encoding anything. It is cut shorter by its edit lists alone: the frames stay, players stop where
the list ends; what is no movie of the simple kind (version 0 boxes) stays as it was. The longest sample has ten
seconds; nothing is longer. Reads files; may run on any thread. Raises `FileNotFoundError` when the samples are missing.
"""

from __future__ import annotations

import io
import json
import math
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from runway_desktop.values import Struct

from .pictures import draw
from .recipe import Recipe

_NEW_YEAR = (2026, 1, 1, 0, 0, 0)
_STEP = 0.012


def png_frames(recipe: Recipe, index: int) -> bytes:
    """A ZIP of twelve PNG frames."""
    files = {}
    for number in range(12):
        target = io.BytesIO()
        draw(recipe, index, _size(recipe, 480), number * _STEP).save(target, "PNG", compress_level=3)
        files[f"frame_{number + 1:05d}.png"] = target.getvalue()
    return _zipped(files)


def exr_frames(recipe: Recipe, index: int) -> bytes:
    """A ZIP of six EXR frames with half-precision floats."""
    pictures = (draw(recipe, index, _size(recipe, 240), number * _STEP * 2) for number in range(6))
    return _zipped({f"frame_{number + 1:05d}.exr": exr(picture) for number, picture in enumerate(pictures)})


def exr(image: Image.Image) -> bytes:
    """An RGB picture as an uncompressed OpenEXR file of scan lines, its values made linear."""
    width, height = image.size
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    channels = b"".join(name + b"\0" + struct.pack("<iB3xii", 1, 0, 1, 1) for name in (b"B", b"G", b"R")) + b"\0"
    header = b"".join(
        (
            _attribute(b"channels", b"chlist", channels),
            _attribute(b"compression", b"compression", b"\0"),
            _attribute(b"dataWindow", b"box2i", window),
            _attribute(b"displayWindow", b"box2i", window),
            _attribute(b"lineOrder", b"lineOrder", b"\0"),
            _attribute(b"pixelAspectRatio", b"float", struct.pack("<f", 1.0)),
            _attribute(b"screenWindowCenter", b"v2f", struct.pack("<2f", 0.0, 0.0)),
            _attribute(b"screenWindowWidth", b"float", struct.pack("<f", 1.0)),
            b"\0",
        )
    )
    start = struct.pack("<iI", 20000630, 2) + header
    linear = [struct.pack("<e", (value / 255) ** 2.2) for value in range(256)]
    bands = [band.tobytes() for band in reversed(image.convert("RGB").split())]
    line_size = width * 2 * 3
    first = len(start) + 8 * height
    offsets = struct.pack(f"<{height}Q", *(first + row * (line_size + 8) for row in range(height)))
    lines = []
    for row in range(height):
        values = b"".join(linear[value] for band in bands for value in band[row * width : (row + 1) * width])
        lines.append(struct.pack("<iI", row, line_size) + values)
    return start + offsets + b"".join(lines)


def _attribute(name: bytes, kind: bytes, value: bytes) -> bytes:
    return name + b"\0" + kind + b"\0" + struct.pack("<I", len(value)) + value


def _size(recipe: Recipe, longest: int) -> tuple[int, int]:
    scale = longest / max(recipe.width, recipe.height)
    return max(16, round(recipe.width * scale)), max(16, round(recipe.height * scale))


def _zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name, _NEW_YEAR), body)
    return target.getvalue()


_NAME = re.compile(r"[a-z]+-(\d+)x(\d+)-(\d+)s\.(mp4|mov)")
_CONTAINERS = frozenset({b"moov", b"trak", b"edts", b"mdia"})
_MOVIE_HEADER, _TRACK_HEADER, _MEDIA_HEADER, _EDITS = b"mvhd", b"tkhd", b"mdhd", b"elst"


class Sample(Struct, frozen=True):
    """A clip in the samples' folder, as its name tells: ratio (width by height) and seconds."""

    path: Path
    ratio: float
    seconds: float


def clip(recipe: Recipe, index: int, samples: Path) -> bytes:
    """The bytes of one output."""
    sample = nearest(recipe, index, listed(samples, recipe.format))
    words = {"prompt": recipe.prompt, "model": recipe.model, "seed": recipe.seed, "output": index}
    note = json.dumps(words, ensure_ascii=False).encode("utf-8", "replace")
    return shortened(sample.path.read_bytes(), recipe.seconds) + free_box(note)


def listed(samples: Path, ending: str) -> list[Sample]:
    """The clips with this ending, in the order of their names. Raises `FileNotFoundError` when there is none."""
    found = []
    for path in sorted(samples.glob(f"*.{ending}")):
        if parts := _NAME.fullmatch(path.name):
            found.append(Sample(path, int(parts[1]) / int(parts[2]), float(parts[3])))
    if not found:
        raise FileNotFoundError(f"no sample clip of the format {ending} in {samples}")
    return found


def nearest(recipe: Recipe, index: int, samples: list[Sample]) -> Sample:
    """The best ratio first, then one that is long enough; among equals the task's seed chooses."""
    wanted = recipe.width / recipe.height
    ratio = min({sample.ratio for sample in samples}, key=lambda one: abs(math.log(one / wanted)))
    fitting = [sample for sample in samples if sample.ratio == ratio]
    longest = max(sample.seconds for sample in fitting)
    enough = [sample for sample in fitting if sample.seconds >= min(recipe.seconds, longest)]
    return enough[recipe.seed_of(index) % len(enough)]


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
