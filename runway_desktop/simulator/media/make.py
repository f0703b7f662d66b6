"""One door to all media: a recipe and the number of an output go in, the bytes of the file come out.

The same recipe always gives the same bytes. May run on any thread. Raises `FileNotFoundError` when the samples are
missing.
"""

from __future__ import annotations

import struct
from pathlib import Path

from .clips import clip, frames
from .pictures import picture, vector
from .recipe import Recipe
from .tones import Shape, pcm, wav


def make_output(recipe: Recipe, index: int, samples: Path) -> bytes:
    """The bytes of output `index` (from 0) of a task; `samples` is the folder of sample clips and sounds."""
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
            # Of a kind that no catalog has yet.
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
    """An ID3 tag, version 2.3, with one comment: it stands before an MP3's first frame."""
    text = b"\x01eng" + b"\xff\xfe\0\0" + b"\xff\xfe" + words.encode("utf-16-le", "replace")
    frame = b"COMM" + struct.pack(">I", len(text)) + b"\0\0" + text
    length = len(frame)
    size = bytes((length >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + frame


def _with_flac_padding(body: bytes, words: str) -> bytes:
    """Puts an APPLICATION block behind the first block, which is always STREAMINFO and never the last here."""
    first = 8 + int.from_bytes(body[5:8], "big")
    content = b"note" + words.encode("utf-8", "replace")
    return body[:first] + b"\x02" + len(content).to_bytes(3, "big") + content + body[first:]
