"""The request inside its result: what was asked, with what seed, by which task, readable by other programs and by
this one.

`embed` writes it into a file, `embedded` into bytes; `read` gives it back, however the file was renamed. Sound and
picture data are untouched: pictures get a chunk or segment beside their data, clips and sounds get tags by mutagen.
Formats: PNG, JPEG, WebP, MP4, MOV, MP3, FLAC, OGG, WAV; any other is left as it is, and so is a film in fragments. All
block: call them in a worker. `embed` raises OSError, and all that write raise `NotEmbedded` for a file that they do not
understand; the file is then as it was.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from runway_desktop.services.disk.disk_steps import draft_of, parsed
from runway_desktop.services.results.shared_request import shared
from runway_desktop.services.results.sidecar import part_of

from . import jpeg, png, tags, webp
from .note import Note as Note

LARGEST = 256 * 1024
"""Bytes of JSON. A request with an embedded picture in it stays in the sidecar alone."""
_DRAFT = ".embedding"
DAMAGED = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    MemoryError,
    EOFError,
    NotImplementedError,
    struct.error,
    zlib.error,
)
"""What reading a file raises that is not what its ending says, or was damaged."""


class NotEmbedded(Exception):
    """The file is not what its ending says, or is built in a way that is not understood."""


class _Format(Protocol):
    """Raises OSError, and `DAMAGED`."""

    def rewrite(self, source: BinaryIO, target: BinaryIO, note: Note | None) -> None:
        """Copies the file into an empty one, with the note or, for None, without one."""
        ...

    def read(self, path: Path) -> str | None: ...


_FORMATS: Mapping[str, _Format] = {
    ".png": png,
    **dict.fromkeys((".jpg", ".jpeg"), jpeg),
    ".webp": webp,
    **dict.fromkeys((".mp4", ".m4v", ".m4a", ".mov"), tags.MP4),
    ".mp3": tags.MP3,
    ".wav": tags.WAV,
    ".flac": tags.FLAC,
    **dict.fromkeys((".ogg", ".oga"), tags.OGG),
}


def note_of(document: Mapping[str, Any]) -> Note:
    """The note for a sidecar's document, as far as that may be handed on with the file."""
    request, task, times = (part_of(document, name) for name in ("request", "task", "times"))
    model, prompt = str(request.get("model") or ""), str(request.get("prompt") or "")
    values = part_of(request, "values")
    seed = f", seed {values['seed']}" if values.get("seed") is not None else ""
    return Note(
        title=str(task.get("title") or prompt)[:200],
        comment=f"{prompt}\n{model}{seed}, task {task.get('runway_id') or ''}".strip(),
        date=str(times.get("ended") or times.get("sent") or ""),
        document=shared(document),
    )


def embed(path: Path, note: Note, ending: str = "") -> bool:
    """Writes the note into the file; False where the format or the note's size does not allow it. `ending` stands
    for the path's own, for a file that has its name yet to come."""
    form = _format(path, ending)
    return form is not None and len(note.json) <= LARGEST and _rewrite(form, path, note)


def embed_copy(path: Path, draft: Path, note: Note, ending: str) -> bool:
    """As `embed`, into a copy that is on the disk afterwards; where it says False or raises, there is none."""
    form = _format(path, ending)
    if form is None or len(note.json) > LARGEST:
        return False
    try:
        _write(form, path, draft, note)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    return True


def embedded(content: bytes, note: Note, ending: str) -> bytes | None:
    """A file's bytes with the note in them; None where the format or the note's size does not allow it."""
    form = _FORMATS.get(ending.lower())
    if form is None or len(note.json) > LARGEST:
        return None
    with BytesIO() as target:
        _rewrite_into(form, BytesIO(content), target, note)
        return target.getvalue()


def remove(path: Path, ending: str = "") -> bool:
    """Takes the note out again, with the title and comment that came with it; False where there is none. The media's
    own data stay. OSError, and NotEmbedded for a file that cannot be written anew."""
    form = _format(path, ending)
    return form is not None and read(path, ending) is not None and _rewrite(form, path, None)


def read(path: Path, ending: str = "") -> Mapping[str, Any] | None:
    """The document that was written into the file; None where there is none. Raises OSError only. `ending` as in
    `embed`."""
    form = _format(path, ending)
    if form is None:
        return None
    try:
        text = form.read(path)
        found = parsed(text) if text else None
    except DAMAGED:
        # A stranger's, or one that a disk has damaged.
        return None
    return found if isinstance(found, Mapping) else None


def _format(path: Path, ending: str) -> _Format | None:
    return _FORMATS.get((ending or path.suffix).lower())


def _rewrite(form: _Format, path: Path, note: Note | None) -> bool:
    with draft_of(path, _DRAFT) as draft:
        _write(form, path, draft, note)
    return True


def _write(form: _Format, path: Path, draft: Path, note: Note | None) -> None:
    with path.open("rb") as source, draft.open("w+b") as target:
        _rewrite_into(form, source, target, note)
        target.flush()
        os.fsync(target.fileno())


def _rewrite_into(form: _Format, source: BinaryIO, target: BinaryIO, note: Note | None) -> None:
    try:
        form.rewrite(source, target, note)
    except DAMAGED as error:
        raise NotEmbedded(str(error)) from error
