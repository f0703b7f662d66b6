"""One door to all media: a recipe and the number of an output go in, the bytes of the file come out.

The same recipe always gives the same bytes. May run on any thread. Raises `FileNotFoundError` when the samples are
missing.
"""

from __future__ import annotations

from pathlib import Path

from .clips import clip
from .frames import exr_frames, png_frames
from .pictures import picture, vector
from .recipe import Recipe
from .sounds import sound


def make_output(recipe: Recipe, index: int, samples: Path) -> bytes:
    """The bytes of output `index` (from 0) of a task; `samples` is the folder of sample clips and sounds."""
    match recipe.format:
        case "png" | "jpeg" | "webp":
            return picture(recipe, index)
        case "svg":
            return vector(recipe, index)
        case "png_frames":
            return png_frames(recipe, index)
        case "exr_frames":
            return exr_frames(recipe, index)
        case "mp3" | "wav" | "flac" | "ogg":
            return sound(recipe, index, samples)
        case _:
            return clip(recipe, index, samples)
