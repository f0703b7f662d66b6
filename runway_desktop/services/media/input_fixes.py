"""Makes fixed copies of inputs, as offered by `catalog.input_files`.

Copies are made in a worker, in the profile's own folder, named after the original, with a note of its path and hash.
The original is never changed. An existing copy is reused. A copy is upright: the EXIF orientation is applied. It keeps
its color profile, except that CMYK becomes sRGB; other metadata (location, camera) are dropped. Decoding may take
seconds and hundreds of megabytes. `InputFixer` raises DiskError, with a sentence, for errors of reading, decoding and
writing. Loop's thread only.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.filenames import safe_name
from runway_desktop.domain.inputs import FixKind, InputFix, MediaFacts
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_steps import read_json, write_whole
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import file_hash, worded
from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .media_facts import picture_reader

if TYPE_CHECKING:
    from PIL import Image

_ENDINGS = {"PNG": "png", "JPEG": "jpg", "WebP": "webp"}
_FULL = Text("Check whether the disk is full or the folder is write-protected.")
_NOTE = "original.json"
HOME_DIGITS = 16
"""Of an original's SHA-256: the name of the folder for its copies."""
_LONGEST_STEM = 80  # bytes


class FixedFile(Struct, frozen=True, kw_only=True):
    """The original file of a copy."""

    path: Path
    sha256: str


class InputFixer:
    """`folder`: the profile's folder for copies, created with the first one. `executor` decodes and encodes.
    `thumbnails`: folder for the window's thumbnails of clips and sounds."""

    def __init__(self, folder: Path, executor: Executor | None = None, *, thumbnails: Path | None = None) -> None:
        self._folder = folder
        self.thumbnails = thumbnails or folder / "thumbnails"
        self._executor = executor

    async def mend(self, path: Path, facts: MediaFacts, mend: InputFix) -> Path:
        """Makes the copy of a picture; returns its path."""
        return await in_worker(self._executor, _mend, self._folder, path, facts, mend)

    async def keep_frame(self, clip: Path, png: bytes, words: str) -> Path:
        """Saves a frame of a clip. `words` names it in the file name (`last_frame`)."""
        return await in_worker(self._executor, _keep_frame, self._folder, clip, png, words)

    def frame_path(self, clip: Path, sha256: str, words: str) -> Path:
        """Where `keep_frame` saves a frame of a clip with this hash."""
        return _named(self.home_of(sha256), clip, words, "png")

    async def is_kept(self, copy: Path) -> bool:
        """Whether a copy exists."""
        return await in_worker(self._executor, copy.is_file)

    async def sizes(self, path: Path, facts: MediaFacts, mends: Sequence[InputFix]) -> dict[InputFix, int]:
        """Estimated bytes of each copy of a picture; empty if the estimate would take too long."""
        return await in_worker(
            self._executor, _sizes, path, facts, tuple(mend for mend in mends if mend.kind is not FixKind.FRAME)
        )

    def home_of(self, sha256: str) -> Path:
        """The folder for copies of the file with this hash."""
        return self._folder / sha256[:HOME_DIGITS]

    async def origin(self, copy: Path) -> FixedFile | None:
        """The original of a copy; None for any other file."""
        if self._folder not in copy.parents:
            return None
        return await in_worker(self._executor, _origin, copy)


def _mend(folder: Path, path: Path, facts: MediaFacts, mend: InputFix) -> Path:
    """In a worker."""
    words = mend.format if mend.kind is FixKind.FORMAT else f"{mend.size[0]}x{mend.size[1]}" if mend.size else ""
    target = _target(folder, path, "" if mend.kind is FixKind.FORMAT else words, _ENDINGS[mend.format])
    if not target.is_file():
        _write(target, copy_of(path, facts.format, mend.format, crop=mend.crop, size=mend.size))
    return target


def _keep_frame(folder: Path, clip: Path, png: bytes, words: str) -> Path:
    """In a worker."""
    target = _target(folder, clip, words, "png")
    _write(target, png)
    return target


def _sizes(path: Path, facts: MediaFacts, mends: tuple[InputFix, ...]) -> dict[InputFix, int]:
    """In a worker."""
    wanted = [(mend.format, mend.crop, mend.size) for mend in mends]
    return dict(zip(mends, sizes_of(path, facts.format, wanted), strict=False))


def _origin(copy: Path) -> FixedFile | None:
    """In a worker."""
    match read_json(copy.parent / _NOTE):
        case {"path": str(path), "sha256": str(sha256)}:
            return FixedFile(path=Path(path), sha256=sha256)
        case _:
            return None


def _target(folder: Path, original: Path, words: str, ending: str) -> Path:
    """Path of a copy, in a folder per original hash, so that two originals of the same name do not collide."""
    digest = file_hash(original)
    home = folder / digest[:HOME_DIGITS]
    with worded(Text("The copy cannot be written."), _FULL):
        private.make_folder(home)
    note = {"path": str(original.absolute()), "sha256": digest}
    _write(home / _NOTE, json.dumps(note, ensure_ascii=True).encode())
    return _named(home, original, words, ending)


def _named(home: Path, original: Path, words: str, ending: str) -> Path:
    stem = safe_name(original.stem, max_bytes=_LONGEST_STEM) or "copy"
    return home / (f"{stem}, {words}.{ending}" if words else f"{stem}.{ending}")


def _write(target: Path, content: bytes) -> None:
    with worded(Text("“{file}” cannot be written.").with_(file=target.name), _FULL):
        write_whole(target, content)


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
