"""The request inside its result: what was asked, with what seed, by which task, readable by other programs and by
this one.

`embed` writes it into a file, `read` gives it back, however the file was renamed. Sound and picture data are
untouched: pictures get a chunk or segment beside their data, clips and sounds get tags by mutagen. Formats: PNG,
JPEG, WebP, MP4, MOV, MP3, FLAC, OGG, WAV; any other is left as it is. Both block: call them in a worker. `embed`
raises OSError, and `NotEmbedded` for a file that it does not understand; the file is then as it was.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import jpeg, png, tags, webp

LARGEST = 256 * 1024
"""Bytes of JSON. A request with an embedded picture in it stays in the sidecar alone."""
DAMAGED = (ValueError, LookupError, struct.error, zlib.error)
"""What reading a file raises that is not what its ending says, or was damaged."""


class NotEmbedded(Exception):
    """The file is not what its ending says, or is built in a way that is not understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is written into a file: `document` is the sidecar's, `title` and `comment` are for other programs."""

    title: str
    comment: str
    date: str
    document: Mapping[str, Any]

    @property
    def json(self) -> str:
        return json.dumps(self.document, ensure_ascii=False, separators=(",", ":"), default=str)


_WRITERS: dict[str, Callable[[Path, str, str, str, str], None]] = {
    ".png": png.write,
    ".jpg": jpeg.write,
    ".jpeg": jpeg.write,
    ".webp": webp.write,
    **dict.fromkeys((".mp4", ".m4v", ".m4a", ".mov"), tags.write_mp4),
    ".mp3": tags.write_mp3,
    ".wav": tags.write_wav,
    ".flac": tags.write_flac,
    ".ogg": tags.write_ogg,
    ".oga": tags.write_ogg,
}
_REMOVERS: dict[str, Callable[[Path], None]] = {
    ".png": png.remove,
    **dict.fromkeys((".jpg", ".jpeg"), jpeg.remove),
    ".webp": webp.remove,
    **dict.fromkeys((".mp4", ".m4v", ".m4a", ".mov"), tags.remove_mp4),
    ".mp3": tags.remove_mp3,
    ".wav": tags.remove_wav,
    ".flac": tags.remove_flac,
    **dict.fromkeys((".ogg", ".oga"), tags.remove_ogg),
}
_READERS: dict[str, Callable[[Path], str | None]] = {
    **dict.fromkeys((".png",), png.read),
    **dict.fromkeys((".jpg", ".jpeg"), jpeg.read),
    **dict.fromkeys((".webp",), webp.read),
    **dict.fromkeys((".mp4", ".m4v", ".m4a", ".mov"), tags.read_mp4),
    **dict.fromkeys((".mp3",), tags.read_mp3),
    **dict.fromkeys((".wav",), tags.read_wav),
    **dict.fromkeys((".flac",), tags.read_flac),
    **dict.fromkeys((".ogg", ".oga"), tags.read_ogg),
}


def note_of(document: Mapping[str, Any]) -> Note:
    """The note for a sidecar's document, without paths of this computer: a file is handed on."""
    request, task, times = (_part(document, name) for name in ("request", "task", "times"))
    model, prompt = str(request.get("model") or ""), str(request.get("prompt") or "")
    values = _part(request, "values")
    seed = f", seed {values['seed']}" if values.get("seed") is not None else ""
    shared = {**document, "inputs": [_without_path(item) for item in document.get("inputs") or ()]}
    return Note(
        title=str(task.get("title") or prompt)[:200],
        comment=f"{prompt}\n{model}{seed}, task {task.get('runway_id') or ''}".strip(),
        date=str(times.get("ended") or times.get("sent") or ""),
        document=shared,
    )


def embed(path: Path, note: Note, ending: str = "") -> bool:
    """Writes the note into the file; False where the format or the note's size does not allow it. `ending` stands
    for the path's own, for a file that has its name yet to come."""
    writer = _WRITERS.get((ending or path.suffix).lower())
    text = note.json
    if writer is None or len(text) > LARGEST:
        return False
    try:
        writer(path, note.title, note.comment, note.date, text)
    except DAMAGED as error:
        raise NotEmbedded(str(error)) from error
    return True


def remove(path: Path, ending: str = "") -> bool:
    """Takes the note out again, with the title and comment that came with it; False where there is none. The media's
    own data stay. OSError, and NotEmbedded for a file that cannot be written anew."""
    remover = _REMOVERS.get((ending or path.suffix).lower())
    if remover is None or read(path, ending) is None:
        return False
    try:
        remover(path)
    except DAMAGED as error:
        raise NotEmbedded(str(error)) from error
    return True


def read(path: Path, ending: str = "") -> Mapping[str, Any] | None:
    """The document that was written into the file; None where there is none. Raises OSError only. `ending` as in
    `embed`."""
    reader = _READERS.get((ending or path.suffix).lower())
    if reader is None:
        return None
    try:
        text = reader(path)
        found = json.loads(text) if text else None
    except (*DAMAGED, RecursionError):
        # A stranger's, or one that a disk has damaged.
        return None
    return found if isinstance(found, Mapping) else None


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def _without_path(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    return {**item, "path": Path(str(item.get("path") or "")).name}
