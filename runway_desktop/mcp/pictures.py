"""Pictures for agents: a result, or several on one sheet with their numbers. Small JPEGs, made without Qt. Blocking."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps

LARGEST_PICTURE = 256_000
"""Bytes."""
_SIDE = 1024
"""Pixels of the longer side."""
_QUALITIES = (85, 60, 30, 10)
_GROUND, _INK = "#202020", "white"
_LABEL = 22
"""Pixels of a line with a take's number."""


def picture_of(file: dict[str, Any], side: int = _SIDE) -> Image.Image | None:
    """A saved result, or its poster; None if it has neither, or they cannot be read."""
    sources = [file[name] for name in ("path", "poster") if file.get(name) and not file.get("is_missing")]
    for source in map(Path, sources):
        try:
            with Image.open(source) as found:
                found.draft("RGB", (side, side))
                found.thumbnail((side, side))
                upright = ImageOps.exif_transpose(found).convert("RGBA")
        except Exception:  # noqa: BLE001, S112 - Pillow's readers raise nearly anything for a damaged file
            continue
        ground = Image.new("RGBA", upright.size, _INK)
        ground.alpha_composite(upright)
        return ground.convert("RGB")
    return None


def contact_sheet(pictures: Sequence[tuple[str, Image.Image]]) -> Image.Image:
    """The pictures in rows, the label of each above it."""
    columns = min(3, len(pictures))
    cell = _SIDE // columns
    sheet = Image.new("RGB", (cell * columns, (cell + _LABEL) * -(-len(pictures) // columns)), _GROUND)
    drawing, font = ImageDraw.Draw(sheet), ImageFont.load_default(_LABEL - 6)
    for place, (label, picture) in enumerate(pictures):
        left, top = place % columns * cell, place // columns * (cell + _LABEL)
        drawing.text((left + 6, top + 2), label, _INK, font)
        picture.thumbnail((cell - 4, cell - 4))
        sheet.paste(picture, (left + (cell - picture.width) // 2, top + _LABEL))
    return sheet


def encoded(picture: Image.Image) -> bytes:
    """As JPEG of at most `LARGEST_PICTURE` bytes."""
    for quality in _QUALITIES:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality)
        if file.tell() <= LARGEST_PICTURE:
            break
    return file.getvalue()
