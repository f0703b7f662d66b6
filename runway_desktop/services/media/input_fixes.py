"""What the program itself can do about an input that does not fit: which copies it offers to make, and making them.

`mends_for` and `copies_of` are pure: a file's facts in, offers out. `InputFixer` makes the copies: in a worker, beside
their original's note in the profile's own folder, named after it. The original is never touched, and its path and hash
are noted. A copy that is there is not made again. `InputFixer` raises DiskError, in words, for what cannot be read,
decoded or written. Loop's thread only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

from runway_desktop.catalog import Field
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.inputs import FixKind, FrameAt, InputFix
from runway_desktop.domain.media import Media, Way, accepted_formats, largest
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_steps import read_json, write_whole
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import file_hash
from runway_desktop.values import Struct

from .media_facts import MediaFacts
from .picture_copies import copy_of, sizes_of

MOST_PIXELS = 250_000_000
"""Larger pictures are not decoded here: they would take more than a gigabyte of memory."""
COPY_SIDES = (4096, 2048, 1024)
"""Long sides, in pixels, to which a picture that fits may be scaled all the same."""
_READABLE = frozenset({"JPEG", "PNG", "WebP", "GIF", "TIFF", "BMP", "AVIF"})
_ENDINGS = {"PNG": "png", "JPEG": "jpg", "WebP": "webp"}
_LONGEST_SIDE = {"PNG": 1 << 20, "JPEG": 65_500, "WebP": 16_383}
_NOTE = "original.json"
_HOME_DIGITS = 16
_LONGEST_STEM = 80  # characters


class Origin(Struct, frozen=True, kw_only=True):
    """The file that a copy was made from."""

    path: Path
    sha256: str


def mends_for(facts: MediaFacts, field: Field) -> tuple[InputFix, ...]:
    """What can be done about a file that does not fit in `field`; nothing for one that fits, or that is beyond us."""
    kind = facts.media
    if kind.kind.has_frames and kind not in field.media and Media.IMAGE in field.media:
        return _FRAMES
    if kind is not Media.IMAGE or kind not in field.media or not _can_decode(facts):
        return ()
    if facts.format not in _taken():
        return tuple(_saved_as(facts, form) for form in _ENDINGS if _holds(form, facts))
    found: list[InputFix] = []
    if facts.size > (limit := largest(Media.IMAGE, Way.UPLOAD)):
        found += [_saved_as(facts, form) for form in ("JPEG", "WebP") if form != facts.format and _holds(form, facts)]
        # The size of a file goes with its pixels; a tenth is spared for what does not.
        found.append(_scaled(facts, (0.9 * limit / facts.size) ** 0.5))
    found += _cropped(facts, field)
    if field.least_side is not None and 0 < (short := min(_sides(facts))) < field.least_side:
        found.append(_scaled(facts, field.least_side / short, remark="It gets larger, not sharper."))
    return tuple(found)


def copies_of(facts: MediaFacts) -> tuple[InputFix, ...]:
    """Smaller or other copies of a picture that fits, for those who want them."""
    if facts.media is not Media.IMAGE or facts.format not in _taken() or not _can_decode(facts):
        return ()
    long_side = max(_sides(facts))
    found = [_scaled(facts, side / long_side) for side in COPY_SIDES if side < long_side]
    return (*found, *(_saved_as(facts, form) for form in _ENDINGS if form != facts.format and _holds(form, facts)))


class InputFixer:
    """`folder` is the profile's own for copies; it is made when the first copy is. `executor` decodes and encodes.
    `thumbnails` is where the window keeps small pictures of clips and sounds."""

    def __init__(self, folder: Path, executor: Executor | None = None, *, thumbnails: Path | None = None) -> None:
        self._folder = folder
        self.thumbnails = thumbnails or folder / "thumbnails"
        self._executor = executor

    async def mend(self, path: Path, facts: MediaFacts, mend: InputFix) -> Path:
        """Makes the copy of a picture and gives its path."""
        return await in_worker(self._executor, _mend, self._folder, path, facts, mend)

    async def keep_frame(self, clip: Path, png: bytes, words: str) -> Path:
        """Keeps a still of a clip. `words` say which one, for its name ("last frame")."""
        return await in_worker(self._executor, _keep_frame, self._folder, clip, png, words)

    async def sizes(self, path: Path, facts: MediaFacts, mends: Sequence[InputFix]) -> dict[InputFix, int]:
        """About how many bytes each copy of a picture would have; empty where that takes too long to find out."""
        return await in_worker(
            self._executor, _sizes, path, facts, tuple(mend for mend in mends if mend.kind is not FixKind.FRAME)
        )

    def home_of(self, sha256: str) -> Path:
        """The folder for copies of the file with these bytes."""
        return self._folder / sha256[:_HOME_DIGITS]

    async def origin(self, copy: Path) -> Origin | None:
        """What a copy was made from; None for a file that is no copy of ours."""
        if self._folder not in copy.parents:
            return None
        return await in_worker(self._executor, _origin, copy)


_FRAMES = (
    InputFix(kind=FixKind.FRAME, text="Use its first frame", format="PNG", at=FrameAt.FIRST),
    InputFix(kind=FixKind.FRAME, text="Use its last frame", format="PNG", at=FrameAt.LAST),
    InputFix(kind=FixKind.FRAME, text="Choose a frame…", format="PNG", at=FrameAt.CHOSEN),
)


def _taken() -> frozenset[str]:
    return frozenset(known.name for known in accepted_formats(Media.IMAGE))


def _can_decode(facts: MediaFacts) -> bool:
    width, height = _sides(facts)
    return facts.format in _READABLE and 0 < width * height <= MOST_PIXELS


def _sides(facts: MediaFacts) -> tuple[int, int]:
    return facts.width or 0, facts.height or 0


def _holds(form: str, facts: MediaFacts) -> bool:
    """Whether a format can hold a picture of that many pixels."""
    return max(_sides(facts)) <= _LONGEST_SIDE[form]


def _remark(facts: MediaFacts, form: str, *more: str) -> str:
    said = [
        *more,
        "Only its first picture is kept." if facts.moving else "",
        "See-through parts become white." if facts.see_through and form == "JPEG" else "",
    ]
    return " ".join(part for part in said if part)


def _saved_as(facts: MediaFacts, form: str) -> InputFix:
    return InputFix(
        kind=FixKind.FORMAT, text=f"Save as {form}", format=form, remark=_remark(facts, form), size=_sides(facts)
    )


def _scaled(facts: MediaFacts, factor: float, remark: str = "") -> InputFix:
    width, height = (max(1, round(side * factor)) for side in _sides(facts))
    return InputFix(
        kind=FixKind.SCALE,
        text=f"Scale to {width} × {height}",
        format=facts.format,
        size=(width, height),
        remark=_remark(facts, facts.format, remark),
    )


def _cropped(facts: MediaFacts, field: Field) -> list[InputFix]:
    width, height = _sides(facts)
    least, most = field.aspect
    shape = width / height
    kept = None
    if most is not None and shape > most:
        kept = (int(height * most), height)
    elif least is not None and shape < least:
        kept = (width, int(width / least))
    if kept is None or min(kept) < 1:
        return []
    text = f"Crop to {kept[0]} × {kept[1]}"
    remark = _remark(facts, facts.format, "The middle is kept.")
    return [InputFix(kind=FixKind.CROP, text=text, format=facts.format, crop=kept, size=kept, remark=remark)]


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


def _origin(copy: Path) -> Origin | None:
    """In a worker."""
    match read_json(copy.parent / _NOTE):
        case {"path": str(path), "sha256": str(sha256)}:
            return Origin(path=Path(path), sha256=sha256)
        case _:
            return None


def _target(folder: Path, original: Path, words: str, ending: str) -> Path:
    """Where a copy goes: in a folder for each original's bytes, so that two originals of one name never meet."""
    digest = file_hash(original)
    home = folder / digest[:_HOME_DIGITS]
    with _written("The copy cannot be written."):
        private.make_folder(home)
    note = {"path": str(original.absolute()), "sha256": digest}
    _write(home / _NOTE, json.dumps(note, ensure_ascii=True).encode())
    stem = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", original.stem)[:_LONGEST_STEM].rstrip(" .") or "copy"
    return home / (f"{stem}, {words}.{ending}" if words else f"{stem}.{ending}")


def _write(target: Path, content: bytes) -> None:
    with _written(f"“{target.name}” cannot be written."):
        write_whole(target, content)


@contextmanager
def _written(failed: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        advice = "Is the disk full, or the folder protected?"
        raise DiskError(failed, advice=advice, detail=str(error)) from error
