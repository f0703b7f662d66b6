"""Sequences of frames in a ZIP: PNG, or EXR in linear light, each frame a step further along the hills.

Few and small, since nobody looks at them closely: twelve PNG of 480 pixels or six EXR of 240. May run on any thread.
"""

from __future__ import annotations

import io
import struct
import zipfile

from PIL import Image

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
