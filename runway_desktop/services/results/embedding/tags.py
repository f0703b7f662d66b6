"""Clips and sounds: tags by mutagen, which leaves the media's own data alone.

mutagen is imported at the first use, since it takes a tenth of a second; its types are loose, so its files are Any
here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from runway_desktop.services.media.film_boxes import boxes
from runway_desktop.values import Struct

from .moov import with_note
from .note import Note, copied

NAME = "runway-desktop"
_MEAN = "com.runway-desktop"
_ATOM = f"----:{_MEAN}:{NAME}"
_BOX_HEAD = 8


class Unreadable(ValueError):
    """mutagen cannot read or write the file."""


class TagFormat(Struct, frozen=True):
    """`put` sets the tags of an opened file, `drop` takes them out, `find` gives the document in them."""

    name: str
    put: Callable[[Any, Note], None]
    drop: Callable[[Any], None]
    find: Callable[[Any], str | None]

    def rewrite(self, path: Path, draft: Path, note: Note | None) -> None:
        """Puts a note in, in place of an older one; None takes it out."""
        with copied(path, draft) as copy, _understood():
            file = _opened(self.name, copy)
            if note is not None:
                self.put(file, note)
            else:
                self.drop(file)
            file.save()

    def read(self, path: Path) -> str | None:
        with _understood():
            return self.find(_opened(self.name, path))


def described(moov: bytes, start: int, note: Note) -> bytes | None:
    """The description of a film that stands at `start`, with the note in it, and with what it says of the places of
    the media's data moved by its growth, where those lie behind it. None for one in fragments, which say places too.
    Raises Unreadable, and what mutagen raises for what is damaged."""
    if any(kind == b"mvex" for kind, *_ in boxes(BytesIO(moov), _BOX_HEAD, len(moov))):
        return None
    made = with_note(moov, start, note, mean=_MEAN, name=NAME)
    if made is not None:
        return made
    file = _Behind(start, moov)
    with _understood():
        film = _opened("mp4", file)
        _put_atoms(film, note)
        file.seek(0)
        film.save(file)
    return bytes(file.content)


class _Behind:
    """A file to mutagen: `start` bytes that it passes over, then the content, which it changes."""

    def __init__(self, start: int, content: bytes) -> None:
        self._start = start
        is_long = start >= 1 << 32
        self._head = struct.pack(">I4sQ", 1, b"free", start) if is_long else struct.pack(">I4s", start, b"free")
        self.content = bytearray(content)
        self._at = 0

    def seek(self, to: int, whence: int = 0) -> int:
        self._at = to + (0, self._at, self._start + len(self.content))[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, count: int = -1) -> bytes:
        at = self._at - self._start
        if at < 0:
            found = self._head[self._at :][:count]
        else:
            found = bytes(self.content[at:] if count < 0 else self.content[at : at + count])
        self._at += len(found)
        return found

    def write(self, block: bytes) -> int:
        at = self._at - self._start
        if not block:
            # So mutagen finds out whether it may write.
            return 0
        if at < 0:
            raise ValueError("Nothing is written before the description.")
        self.content[at : at + len(block)] = block
        self._at += len(block)
        return len(block)

    def truncate(self, size: int | None = None) -> int:
        end = self._at if size is None else size
        del self.content[end - self._start :]
        return end

    def flush(self) -> None: ...


@contextmanager
def _understood() -> Iterator[None]:
    from mutagen import MutagenError

    try:
        yield
    except MutagenError as error:
        raise Unreadable(str(error)) from error


def _opened(name: str, path: Path | _Behind) -> Any:
    """Of an OGG, whatever sound is in it."""
    import mutagen
    from mutagen import flac, mp3, mp4, wave

    opens: dict[str, Callable[[Path | _Behind], Any]] = {
        "mp4": mp4.MP4,
        "mp3": mp3.MP3,
        "wav": wave.WAVE,
        "flac": flac.FLAC,
    }
    found = opens.get(name, mutagen.File)(path)
    if found is None:
        raise Unreadable("This is no OGG.")
    return found


def _put_atoms(file: Any, note: Note) -> None:
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


def _put_frames(file: Any, note: Note) -> None:
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


def _put_comments(file: Any, note: Note) -> None:
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
