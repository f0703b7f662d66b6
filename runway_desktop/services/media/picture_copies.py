"""Decodes a picture and encodes a copy in another format or size, or of its middle.

The copy is upright: the EXIF orientation is applied. It keeps its color profile, except that CMYK becomes sRGB. Other
metadata (location, camera) are dropped. Blocks, and may take seconds and hundreds of megabytes: call it in the
executor. Raises DiskError, with a sentence.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runway_desktop.domain.errors import DiskError
from runway_desktop.texts import Text

from .media_facts import picture_reader

if TYPE_CHECKING:
    from PIL import Image

log = logging.getLogger(__name__)

SAMPLE_PIXELS = 2_000_000
"""Pixels of a sample from the middle, which is encoded to estimate the size of a larger copy."""
ESTIMATE_PIXELS = 60_000_000
"""For larger originals there is no estimate: it would take too long."""
_QUALITY = 92

Sides = tuple[int, int]


def copy_of(path: Path, form: str, into: str, *, crop: Sides | None, size: Sides | None) -> bytes:
    """The bytes of a copy in the format `into` ("PNG", "JPEG", "WebP"). `form`: the original's format. Keeps `crop`
    pixels around the middle, then scales to `size`."""
    try:
        return _encoded(_changed(_opened(path, form), crop, size), into)
    except Exception as error:  # Pillow's readers raise nearly anything for a damaged file
        log.debug("“%s” could not be copied", path.name, exc_info=True)
        raise DiskError(
            Text("“{file}” cannot be decoded.").with_(file=path.name),
            advice=Text("It may be damaged. Open it in another program and save it as PNG."),
            detail=repr(error),
        ) from error


def sizes_of(path: Path, form: str, wanted: Sequence[tuple[str, Sides | None, Sides | None]]) -> list[int]:
    """Estimated bytes of each copy (format, crop, size). Empty for a picture that is too large to try or unreadable;
    making the copy reports the error."""
    try:
        with picture_reader(form)(path) as header:
            if header.width * header.height > ESTIMATE_PIXELS:
                return []
        picture = _opened(path, form)
        return [_estimate(_changed(picture, crop, size), into) for into, crop, size in wanted]
    except Exception as error:  # noqa: BLE001 - an estimate is a courtesy
        log.debug("The copies of “%s” could not be estimated: %s", path.name, error)
        return []


def _opened(path: Path, form: str) -> Image.Image:
    """Decoded and upright, in a mode that can be scaled and saved."""
    from PIL import ImageOps

    with picture_reader(form)(path) as picture:
        picture.load()
        profile = picture.info.get("icc_profile")
        upright = ImageOps.exif_transpose(picture)
    if upright.mode == "CMYK":
        upright, profile = _of_inks(upright, profile), None
    elif upright.mode.startswith("I") or upright.mode == "F":
        upright = _of_deep_grays(upright)
    elif "transparency" in upright.info or upright.mode in ("PA", "La", "RGBa"):
        upright = upright.convert("RGBA")
    elif upright.mode not in ("RGB", "RGBA", "L", "LA"):
        upright = upright.convert("L" if upright.mode == "1" else "RGB")
    upright.info = {"icc_profile": profile} if profile else {}
    return upright


def _of_inks(picture: Image.Image, profile: bytes | None) -> Image.Image:
    from PIL import ImageCms

    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            screen = ImageCms.createProfile("sRGB")
            found = ImageCms.profileToProfile(picture, source, screen, outputMode="RGB")
            return found if found is not None else picture.convert("RGB")
        except ImageCms.PyCMSError as error:
            log.debug("A color profile could not be used: %s", error)
    return picture.convert("RGB")


def _of_deep_grays(picture: Image.Image) -> Image.Image:
    """Converts 16-bit or floating-point pixels to 8 bits."""
    real: Any = (picture if picture.mode == "F" else picture.convert("I")).convert("F")
    _, high = real.getextrema()
    top = 1.0 if high <= 1.0 else 255.0 if high <= 255.0 else max(65_535.0, high)
    scaled: Image.Image = real.point(lambda value: value * (255.0 / top) + 0.0).convert("L")
    return scaled


def _changed(picture: Image.Image, crop: Sides | None, size: Sides | None) -> Image.Image:
    from PIL import Image

    if crop is not None:
        left, top = ((side - part) // 2 for side, part in zip(picture.size, crop, strict=True))
        picture = picture.crop((left, top, left + crop[0], top + crop[1]))
    if size is not None and size != picture.size:
        kept = picture.info
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        picture.info = kept
    return picture


def _encoded(picture: Image.Image, into: str) -> bytes:
    from PIL import Image

    options: dict[str, Any] = {"icc_profile": picture.info.get("icc_profile")}
    if into == "JPEG":
        options |= {"quality": _QUALITY, "subsampling": 0}
        if picture.mode in ("RGBA", "LA"):
            ground = Image.new("RGBA", picture.size, "white")
            ground.alpha_composite(picture.convert("RGBA"))
            picture = ground.convert("RGB")
    elif into == "WebP":
        options |= {"quality": _QUALITY, "method": 4}
        if picture.mode in ("L", "LA"):
            picture = picture.convert("RGBA" if picture.mode == "LA" else "RGB")
    file = io.BytesIO()
    picture.save(file, into, **options)
    return file.getvalue()


def _estimate(picture: Image.Image, into: str) -> int:
    pixels = picture.width * picture.height
    if pixels <= SAMPLE_PIXELS:
        return len(_encoded(picture, into))
    share = (SAMPLE_PIXELS / pixels) ** 0.5
    sample = _changed(picture, (max(1, int(picture.width * share)), max(1, int(picture.height * share))), None)
    return round(len(_encoded(sample, into)) * pixels / (sample.width * sample.height))
