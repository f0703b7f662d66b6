"""Embeds the request (prompt, settings, seed, task) in its result, readable by this and other programs.

`embed` writes it into a file, `embedded` into bytes; `read` returns it, also after a rename. Sound and picture data are
unchanged: pictures get a chunk or segment in addition to their data, clips and sounds get tags by mutagen. Formats:
PNG, JPEG, WebP, MP4, MOV, MP3, FLAC, OGG, WAV; others, fragmented films and files with content credentials, which any
change would break, are left as they are. All functions block: call them in a worker. Writing raises `NotEmbedded` for a
file that is not understood, which is then unchanged; `embed` also raises OSError.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from runway_desktop.services.disk.disk_steps import draft_of, dropped_on_failure, parsed
from runway_desktop.services.results.sidecar import part_of, shared

from . import jpeg, png, tags, webp
from .credentials import has_credentials as has_credentials
from .note import EmbeddedNote as EmbeddedNote

LARGEST = 256 * 1024
"""Bytes of JSON. A larger request, for example with an embedded picture, is only in the sidecar."""
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
"""Exceptions of parsers for damaged files or wrong extensions."""


class NotEmbedded(Exception):
    """The file does not match its extension, or its structure is not supported."""


class _Format(Protocol):
    """Raises OSError, and `DAMAGED`."""

    def rewrite(self, source: BinaryIO, target: BinaryIO, note: EmbeddedNote | None) -> None:
        """Copies the file into an empty one, with the note, or (None) without one."""

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


def note_of(document: Mapping[str, Any]) -> EmbeddedNote:
    """The note for a sidecar's document, reduced to what may be shared."""
    request, task, times = (part_of(document, name) for name in ("request", "task", "times"))
    model, prompt = str(request.get("model") or ""), str(request.get("prompt") or "")
    values = part_of(request, "values")
    seed = f", seed {values['seed']}" if values.get("seed") is not None else ""
    return EmbeddedNote(
        title=str(task.get("title") or prompt)[:200],
        comment=f"{prompt}\n{model}{seed}, task {task.get('runway_id') or ''}".strip(),
        date=str(times.get("ended") or times.get("sent") or ""),
        document=shared(document),
    )


def embed(path: Path, note: EmbeddedNote, ending: str = "") -> bool:
    """Writes the note into the file. False if the format does not support it, the note is too large, or the file has
    content credentials. `ending`: the extension of a file that does not have its final name yet."""
    form = _format(path, ending)
    return form is not None and _may_get(note, path.open("rb")) and _rewrite(form, path, note)


def embed_copy(path: Path, draft: Path, note: EmbeddedNote, ending: str) -> bool:
    """Like `embed`, but leaves `path` and writes the file with the note to `draft`, synced to disk. If it returns False
    or raises, there is no `draft`."""
    form = _format(path, ending)
    if form is None or not _may_get(note, path.open("rb")):
        return False
    with dropped_on_failure(draft):
        _write(form, path, draft, note)
    return True


def embedded(content: bytes, note: EmbeddedNote, ending: str) -> bytes | None:
    """A file's bytes with the note; None where `embed` returns False."""
    form = _FORMATS.get(ending.lower())
    if form is None or not _may_get(note, BytesIO(content)):
        return None
    with BytesIO() as target:
        _rewrite_into(form, BytesIO(content), target, note)
        return target.getvalue()


def remove(path: Path, ending: str = "") -> bool:
    """Removes the note with its title and comment; False if there is none. Media data are unchanged. Raises OSError,
    and NotEmbedded for a file that cannot be rewritten."""
    form = _format(path, ending)
    return form is not None and read(path, ending) is not None and _rewrite(form, path, None)


def read(path: Path, ending: str = "") -> Mapping[str, Any] | None:
    """The embedded document, or None. Raises only OSError. `ending` as in `embed`."""
    form = _format(path, ending)
    if form is None:
        return None
    try:
        text = form.read(path)
        found = parsed(text) if text else None
    except DAMAGED:
        # Another program's file, or a damaged one.
        return None
    return found if isinstance(found, Mapping) else None


def _may_get(note: EmbeddedNote, file: BinaryIO) -> bool:
    with file:
        return len(note.json) <= LARGEST and not has_credentials(file)


def _format(path: Path, ending: str) -> _Format | None:
    return _FORMATS.get((ending or path.suffix).lower())


def _rewrite(form: _Format, path: Path, note: EmbeddedNote | None) -> bool:
    with draft_of(path, _DRAFT) as draft:
        _write(form, path, draft, note)
    return True


def _write(form: _Format, path: Path, draft: Path, note: EmbeddedNote | None) -> None:
    with path.open("rb") as source, draft.open("w+b") as target:
        _rewrite_into(form, source, target, note)
        target.flush()
        os.fsync(target.fileno())


def _rewrite_into(form: _Format, source: BinaryIO, target: BinaryIO, note: EmbeddedNote | None) -> None:
    try:
        form.rewrite(source, target, note)
    except DAMAGED as error:
        raise NotEmbedded(str(error)) from error
