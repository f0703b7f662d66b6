"""Makes fixed copies of inputs, as offered by `catalog.input_files`.

Copies are made in a worker, in the profile's own folder, named after the original, with a note of its path and hash.
The original is never changed. An existing copy is reused. `InputFixer` raises DiskError, with a sentence, for errors of
reading, decoding and writing. Loop's thread only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from runway_desktop.domain.filenames import safe_name
from runway_desktop.domain.inputs import FixKind, InputFix, MediaFacts
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_steps import read_json, write_whole
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import file_hash, worded
from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .picture_copies import copy_of, sizes_of

_ENDINGS = {"PNG": "png", "JPEG": "jpg", "WebP": "webp"}
_FULL = Text("Check whether the disk is full or the folder is write-protected.")
_NOTE = "original.json"
_HOME_DIGITS = 16
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
        """Saves a frame of a clip. `words` names it in the file name ("last frame")."""
        return await in_worker(self._executor, _keep_frame, self._folder, clip, png, words)

    async def sizes(self, path: Path, facts: MediaFacts, mends: Sequence[InputFix]) -> dict[InputFix, int]:
        """Estimated bytes of each copy of a picture; empty if the estimate would take too long."""
        return await in_worker(
            self._executor, _sizes, path, facts, tuple(mend for mend in mends if mend.kind is not FixKind.FRAME)
        )

    def home_of(self, sha256: str) -> Path:
        """The folder for copies of the file with this hash."""
        return self._folder / sha256[:_HOME_DIGITS]

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
    home = folder / digest[:_HOME_DIGITS]
    with worded(Text("The copy cannot be written."), _FULL):
        private.make_folder(home)
    note = {"path": str(original.absolute()), "sha256": digest}
    _write(home / _NOTE, json.dumps(note, ensure_ascii=True).encode())
    stem = safe_name(original.stem, max_bytes=_LONGEST_STEM) or "copy"
    return home / (f"{stem}, {words}.{ending}" if words else f"{stem}.{ending}")


def _write(target: Path, content: bytes) -> None:
    with worded(Text("“{file}” cannot be written.").with_(file=target.name), _FULL):
        write_whole(target, content)
