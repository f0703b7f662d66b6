"""Facts of a picture, clip or sound, from its content and never its extension: format, size, dimensions, length.

`probe` reads headers only and decodes nothing, so a huge or malicious picture is harmless. Blocks: call it in the
executor. Raises DiskError when the file cannot be read; returns None for other files.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from runway_desktop.domain.inputs import MediaFacts
from runway_desktop.domain.media import COMMENTS, HEAD_LENGTH, Media, MediaFormat, format_of
from runway_desktop.services.disk.disk_words import worded
from runway_desktop.texts import Text
from runway_desktop.values import replace

from .film_boxes import FilmFacts, read_film
from .matroska import read_matroska

if TYPE_CHECKING:
    from PIL import Image

log = logging.getLogger(__name__)

LONGEST = 100 * 86_400.0
"""Seconds. A file that states more is damaged or malicious."""
HIGHEST_RATE = 1_000.0
"""Frames per second. A file that states more is damaged or malicious."""
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+" + COMMENTS + rb"<(?:!doctype\s+html|html|head|body|\?xml|error|code|message)\b",
    re.IGNORECASE,
)


def is_page(head: bytes) -> bool:
    """Whether the bytes are a web page, or an error in XML or JSON."""
    if format_of(head) is not None:
        return False
    return bool(_PAGE.match(head) or re.match(rb'^(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*[{"\]])', head))


def probe(path: Path) -> MediaFacts | None:
    """The facts of a local file. Blocks; raises DiskError."""
    with worded(
        Text("“{file}” cannot be read.").with_(file=path.name),
        Text("Check that it is still there and that you may open it."),
    ):
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(HEAD_LENGTH)
        found = format_of(head)
        if found is None or found.media is Media.OTHER:
            return None
        return _measured(path, found, size)


def _measured(path: Path, found: MediaFormat, size: int) -> MediaFacts:
    facts = MediaFacts(media=found.media, format=found.name, size=size)
    if found.name in ("MP4", "MOV", "M4A"):
        film = read_film(path)
        if film.has_sound and not film.has_pictures:
            # A sound in an MP4 container.
            facts = replace(facts, media=Media.AUDIO, format="M4A")
        return _of_film(facts, film)
    if found.name in ("WebM", "MKV"):
        return _of_film(facts, read_matroska(path))
    if found.name == "SVG":
        return facts
    if found.media is Media.IMAGE:
        return _of_picture(facts, path)
    return replace(facts, duration=_length(path)) if found.media is Media.AUDIO else facts


def _of_film(facts: MediaFacts, film: FilmFacts) -> MediaFacts:
    rate = film.frame_rate if film.frame_rate and film.frame_rate <= HIGHEST_RATE else None
    facts = replace(facts, codec=film.codec, duration=_sane(film.duration), has_sound=film.has_sound)
    return replace(facts, width=film.width, height=film.height, frame_rate=rate)


def _of_picture(facts: MediaFacts, path: Path) -> MediaFacts:
    quarter_turns = (5, 6, 7, 8)
    try:
        with picture_reader(facts.format)(path) as picture:
            width, height = picture.size
            # Only if present: otherwise Pillow decodes a PNG to find EXIF data at its end.
            turned = "exif" in picture.info and picture.getexif().get(0x0112) in quarter_turns
            see_through = picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info
            moving = bool(getattr(picture, "is_animated", False))
    except Exception as error:  # noqa: BLE001 - Pillow's readers raise nearly anything for a damaged file
        log.debug("“%s” could not be measured: %s", path.name, error)
        return facts
    if turned:
        width, height = height, width
    return replace(facts, width=width, height=height, see_through=see_through, moving=moving)


def picture_reader(form: str) -> Callable[[Path], Image.Image]:
    """Opener for this format. `Image.open` rejects pictures of more than 179 million pixels, which some cameras make.
    Opening decodes nothing, so the formats' own readers are safe."""
    from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

    readers: dict[str, Callable[[Path], Image.Image]] = {
        "JPEG": JpegImagePlugin.JpegImageFile,
        "PNG": PngImagePlugin.PngImageFile,
        "WebP": WebPImagePlugin.WebPImageFile,
    }
    return readers.get(form, Image.open)


def _length(path: Path) -> float | None:
    import mutagen

    try:
        sound = mutagen.File(path)
        length = float(sound.info.length) if sound is not None else 0.0
    except Exception as error:  # noqa: BLE001 - mutagen lets parsing errors of damaged files through
        log.debug("“%s” could not be measured: %s", path.name, error)
        return None
    return _sane(length)


def _sane(length: float | None) -> float | None:
    """None for an implausible length."""
    return length if length is not None and 0 < length < LONGEST else None
