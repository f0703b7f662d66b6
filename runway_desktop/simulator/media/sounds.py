"""Sounds: WAV made on request, MP3, FLAC and OGG from samples, each with its prompt inside.

The samples are two, one like speech and one like an effect; where the format has a place for a comment that players
skip, the prompt is written there, so that each answer has bytes of its own. May run on any thread.
"""

from __future__ import annotations

import struct
from pathlib import Path

from .recipe import Recipe
from .tones import Shape, pcm, wav

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
