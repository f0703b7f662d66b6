"""Pictures for agents: small JPEGs. Blocking."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

LARGEST_PICTURE = 256_000
"""Bytes."""
_SIDE = 1024
"""Pixels of the longer side."""
_QUALITIES = (85, 60, 30, 10)
_GROUND = "white"


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
        ground = Image.new("RGBA", upright.size, _GROUND)
        ground.alpha_composite(upright)
        return ground.convert("RGB")
    return None


def encoded(picture: Image.Image) -> bytes:
    """As JPEG of at most `LARGEST_PICTURE` bytes."""
    picture.thumbnail((_SIDE, _SIDE))
    for quality in _QUALITIES:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality)
        if file.tell() <= LARGEST_PICTURE:
            break
    return file.getvalue()
