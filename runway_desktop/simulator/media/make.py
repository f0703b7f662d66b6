"""Makes the bytes of an output from a recipe and the output's number.

The same recipe always gives the same bytes. Any thread. Raises `FileNotFoundError` if the samples are missing.

A clip is the sample of the nearest ratio, cut to the requested duration. A `free` box, which players skip, is appended
to the MP4 or MOV with the prompt: so each output has its own bytes without encoding. Clips are shortened by their edit
lists only: the frames stay, and players stop where the list ends. Movies with other than version 0 boxes stay as they
are. The longest sample lasts ten seconds; no output is longer.
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

from runway_desktop.values import Struct

from .pictures import draw, picture, vector
from .recipe import Recipe
from .tones import Shape, pcm, wav


def make_output(recipe: Recipe, index: int, samples: Path) -> bytes:
    """The bytes of output `index` (from 0) of a task; `samples` is the folder of sample clips and sounds."""
    if recipe.is_signed and (signed := samples / f"signed.{recipe.format}").is_file():
        # As it is, since any change would make its signature invalid.
        return signed.read_bytes()
    match recipe.format:
        case "png" | "jpeg" | "webp":
            return picture(recipe, index)
        case "svg":
            return vector(recipe, index)
        case "png_frames" | "exr_frames":
            return frames(recipe, index, samples)
        case "mp3" | "wav" | "flac" | "ogg":
            return sound(recipe, index, samples)
        case "glb" | "bin":
            # A kind that no catalog has yet.
            return b"glTF" + recipe.seed_of(index).to_bytes(8, "big")
        case _:
            return clip(recipe, index, samples)


_LONGEST_WAV = 60.0


def sound(recipe: Recipe, index: int, samples: Path) -> bytes:
    """The bytes of one output."""
    if recipe.format == "wav":
        seconds = min(recipe.seconds, _LONGEST_WAV)
        return wav(pcm(seconds, recipe.rate, recipe.seed_of(index), recipe.shape), recipe.rate, recipe.prompt)
    stem = "speech-6s" if recipe.shape is Shape.SPEECH else "effect-4s"
    body = (samples / f"{stem}.{recipe.format}").read_bytes()
    words = f"{recipe.prompt}\n{recipe.model}, seed {recipe.seed}, output {index + 1}"
    match recipe.format:
        case "mp3":
            return id3_tag(words) + body
        case "flac":
            return _with_flac_padding(body, words)
        case _:
            return body


def id3_tag(words: str) -> bytes:
    """An ID3 tag, version 2.3, with one comment, for the start of an MP3."""
    text = b"\x01eng" + b"\xff\xfe\0\0" + b"\xff\xfe" + words.encode("utf-16-le", "replace")
    frame = b"COMM" + struct.pack(">I", len(text)) + b"\0\0" + text
    length = len(frame)
    size = bytes((length >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + frame


def _with_flac_padding(body: bytes, words: str) -> bytes:
    """Inserts an APPLICATION block after the first block, which is always STREAMINFO and never the last here."""
    first = 8 + int.from_bytes(body[5:8], "big")
    content = b"note" + words.encode("utf-8", "replace")
    return body[:first] + b"\x02" + len(content).to_bytes(3, "big") + content + body[first:]


_NEW_YEAR = (2026, 1, 1, 0, 0, 0)
_STEP = 0.012


def frames(recipe: Recipe, index: int, samples: Path) -> bytes:
    """A ZIP of twelve PNG frames, or six copies of the EXR sample. The prompt is the archive's comment."""
    target = io.BytesIO()
    scale = 480 / max(recipe.width, recipe.height)
    size = max(16, round(recipe.width * scale)), max(16, round(recipe.height * scale))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = f"{recipe.prompt}, output {index + 1}".encode("utf-8", "replace")
        if recipe.format == "exr_frames":
            sample = (samples / "frame.exr").read_bytes()
            for number in range(6):
                archive.writestr(zipfile.ZipInfo(f"frame_{number + 1:05d}.exr", _NEW_YEAR), sample)
        else:
            for number in range(12):
                drawn = io.BytesIO()
                draw(recipe, index, size, number * _STEP).save(drawn, "PNG", compress_level=3)
                archive.writestr(zipfile.ZipInfo(f"frame_{number + 1:05d}.png", _NEW_YEAR), drawn.getvalue())
    return target.getvalue()


_NAME = re.compile(r"[a-z]+-(\d+)x(\d+)-(\d+)s\.(mp4|mov)")
_CONTAINERS = frozenset({b"moov", b"trak", b"edts", b"mdia"})
_MOVIE_HEADER, _TRACK_HEADER, _MEDIA_HEADER, _EDITS = b"mvhd", b"tkhd", b"mdhd", b"elst"


class Sample(Struct, frozen=True):
    """A sample clip with the facts in its file name: ratio (width by height) and seconds."""

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
    """The clips with this ending, sorted by name. Raises `FileNotFoundError` if there is none."""
    paths = ((path, _NAME.fullmatch(path.name)) for path in sorted(samples.glob(f"*.{ending}")))
    found = [Sample(path, int(one[1]) / int(one[2]), float(one[3])) for path, one in paths if one is not None]
    if not found:
        raise FileNotFoundError(f"no sample clip of the format {ending} in {samples}")
    return found


def nearest(recipe: Recipe, index: int, samples: list[Sample]) -> Sample:
    """The sample with the nearest ratio that is long enough; the recipe's number selects among several, longest first,
    so that a number stands for the same one whatever the length."""
    wanted = recipe.width / recipe.height
    ratio = min({sample.ratio for sample in samples}, key=lambda one: abs(math.log(one / wanted)))
    fitting = sorted((one for one in samples if one.ratio == ratio), key=lambda one: (-one.seconds, one.path.name))
    longest = max(sample.seconds for sample in fitting)
    enough = [sample for sample in fitting if sample.seconds >= min(recipe.seconds, longest)]
    number = recipe.seed_of(index) if recipe.picture is None else recipe.picture + index
    return enough[number % len(enough)]


def shortened(movie: bytes, seconds: float) -> bytes:
    """The movie, cut after `seconds` if it is longer."""
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
    """Types and starts (after size and type) of the headers and edit lists, in order."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", movie, start)
        if size < 8:
            return
        if kind in _CONTAINERS:
            yield from _boxes(movie, start + 8, min(end, start + size))
        elif kind in (_MOVIE_HEADER, _TRACK_HEADER, _MEDIA_HEADER, _EDITS):
            yield kind, start + 8
        start += size
