"""Clips and sounds: tags by mutagen, which does not change the media data.

mutagen is imported at first use, since that takes a tenth of a second; it has loose types, so its files are Any here.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from runway_desktop.services.media.film_boxes import boxes
from runway_desktop.values import Struct

from .note import EmbeddedNote, size_of

NAME = "runway-desktop"
_MEAN = "com.runway-desktop"
_ATOM = f"----:{_MEAN}:{NAME}"
_BLOCK = 1024 * 1024


class TagsUnreadable(ValueError):
    """mutagen cannot read or write the file."""


class TagFormat(Struct, frozen=True):
    """`put` sets the tags of an opened file, `drop` removes them, `find` returns the document in them."""

    name: str
    put: Callable[[Any, EmbeddedNote], None]
    drop: Callable[[Any], None]
    find: Callable[[Any], str | None]

    def rewrite(self, source: BinaryIO, target: BinaryIO, note: EmbeddedNote | None) -> None:
        shutil.copyfileobj(source, target, _BLOCK)
        if note is not None and self.name == "mp4" and _is_in_fragments(target):
            # The fragments' offsets, stored after the tags, would become wrong.
            raise TagsUnreadable("The film is in fragments.")
        with _understood():
            file = _opened(self.name, target)
            if note is not None:
                self.put(file, note)
            else:
                self.drop(file)
            target.seek(0)
            file.save(target)

    def read(self, path: Path) -> str | None:
        with path.open("rb") as file, _understood():
            return self.find(_opened(self.name, file))


@contextmanager
def _understood() -> Iterator[None]:
    from mutagen import MutagenError

    try:
        yield
    except MutagenError as error:
        raise TagsUnreadable(str(error)) from error


def _is_in_fragments(file: BinaryIO) -> bool:
    films = (where for kind, *where in boxes(file, 0, size_of(file)) if kind == b"moov")
    return any(kind == b"mvex" for start, stop, _ in films for kind, *_ in boxes(file, start, stop))


def _opened(name: str, file: BinaryIO) -> Any:
    """An OGG may contain any sound codec."""
    import mutagen
    from mutagen import flac, mp3, mp4, wave

    opens: dict[str, Callable[[BinaryIO], Any]] = {
        "mp4": mp4.MP4,
        "mp3": mp3.MP3,
        "wav": wave.WAVE,
        "flac": flac.FLAC,
    }
    file.seek(0)
    found = opens.get(name, mutagen.File)(file)
    if found is None:
        raise TagsUnreadable("This is no OGG.")
    return found


def _put_atoms(file: Any, note: EmbeddedNote) -> None:
    from mutagen.mp4 import MP4FreeForm

    if file.tags is None:
        file.add_tags()
    file["\xa9nam"], file["\xa9cmt"], file["\xa9too"] = [note.title], [note.comment], ["Runway Desktop"]
    if note.date:
        file["\xa9day"] = [note.date]
    file[_ATOM] = [MP4FreeForm(note.json.encode("utf-8", errors="replace"))]


def _drop_atoms(file: Any) -> None:
    for name in ("\xa9nam", "\xa9cmt", "\xa9too", "\xa9day", _ATOM):
        (file.tags or {}).pop(name, None)


def _atom(file: Any) -> str | None:
    found = (file.tags or {}).get(_ATOM)
    return bytes(found[0]).decode("utf-8", errors="replace") if found else None


def _put_frames(file: Any, note: EmbeddedNote) -> None:
    from mutagen import id3

    if file.tags is None:
        file.add_tags()
    frames: list[Any] = [
        id3.TIT2(encoding=3, text=[note.title]),
        id3.COMM(encoding=3, lang="eng", desc="", text=[note.comment]),
        id3.TSSE(encoding=3, text=["Runway Desktop"]),
        id3.TXXX(encoding=3, desc=NAME, text=[note.json]),
    ]
    if note.date:
        frames.append(id3.TDRC(encoding=3, text=[note.date[:19]]))
    for frame in frames:
        file.tags.add(frame)


def _drop_frames(file: Any) -> None:
    for key in ("TIT2", "COMM", "TSSE", "TDRC", f"TXXX:{NAME}"):
        if file.tags is not None:
            file.tags.delall(key)


def _frame(file: Any) -> str | None:
    found = file.tags.getall(f"TXXX:{NAME}") if file.tags is not None else []
    return str(found[0].text[0]) if found else None


def _put_comments(file: Any, note: EmbeddedNote) -> None:
    file["title"], file["comment"], file["encoder"], file[NAME] = note.title, note.comment, "Runway Desktop", note.json
    if note.date:
        file["date"] = note.date


def _drop_comments(file: Any) -> None:
    for name in ("title", "comment", "encoder", "date", NAME):
        if name in (file.tags or ()):
            del file[name]


def _comment(file: Any) -> str | None:
    found = (file.tags or {}).get(NAME)
    return str(found[0]) if found else None


MP4 = TagFormat("mp4", _put_atoms, _drop_atoms, _atom)
MP3 = TagFormat("mp3", _put_frames, _drop_frames, _frame)
WAV = TagFormat("wav", _put_frames, _drop_frames, _frame)
FLAC = TagFormat("flac", _put_comments, _drop_comments, _comment)
OGG = TagFormat("ogg", _put_comments, _drop_comments, _comment)
