"""Clips and sounds: tags by mutagen, which leaves the media's own data alone.

mutagen is imported at the first use, since it takes a tenth of a second; its types are loose, so its files are Any
here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .rewriting import copied

NAME = "runway-desktop"
_ATOM = f"----:com.runway-desktop:{NAME}"


class Unreadable(ValueError):
    """mutagen cannot read or write the file."""


def write_mp4(path: Path, title: str, comment: str, date: str, document: str) -> None:
    from mutagen.mp4 import MP4FreeForm

    def put(file: Any) -> None:
        if file.tags is None:
            file.add_tags()
        file["\xa9nam"], file["\xa9cmt"], file["\xa9too"] = [title], [comment], ["Runway Desktop"]
        if date:
            file["\xa9day"] = [date]
        file[_ATOM] = [MP4FreeForm(document.encode("utf-8", errors="replace"))]

    _change(path, ".mp4", _open_mp4, put)


def read_mp4(path: Path) -> str | None:
    found = (_opened(_open_mp4, path).tags or {}).get(_ATOM)
    return bytes(found[0]).decode("utf-8", errors="replace") if found else None


def write_mp3(path: Path, title: str, comment: str, date: str, document: str) -> None:
    _change(path, ".mp3", _open_mp3, lambda file: _put_frames(file, title, comment, date, document))


def read_mp3(path: Path) -> str | None:
    return _frame(_opened(_open_mp3, path))


def write_wav(path: Path, title: str, comment: str, date: str, document: str) -> None:
    _change(path, ".wav", _open_wav, lambda file: _put_frames(file, title, comment, date, document))


def read_wav(path: Path) -> str | None:
    return _frame(_opened(_open_wav, path))


def write_flac(path: Path, title: str, comment: str, date: str, document: str) -> None:
    _change(path, ".flac", _open_flac, lambda file: _put_comments(file, title, comment, date, document))


def read_flac(path: Path) -> str | None:
    return _comment(_opened(_open_flac, path))


def write_ogg(path: Path, title: str, comment: str, date: str, document: str) -> None:
    _change(path, ".ogg", _open_ogg, lambda file: _put_comments(file, title, comment, date, document))


def read_ogg(path: Path) -> str | None:
    return _comment(_opened(_open_ogg, path))


def remove_mp4(path: Path) -> None:
    def drop(file: Any) -> None:
        for name in ("\xa9nam", "\xa9cmt", "\xa9too", "\xa9day", _ATOM):
            (file.tags or {}).pop(name, None)

    _change(path, ".mp4", _open_mp4, drop)


def remove_mp3(path: Path) -> None:
    _change(path, ".mp3", _open_mp3, _drop_frames)


def remove_wav(path: Path) -> None:
    _change(path, ".wav", _open_wav, _drop_frames)


def remove_flac(path: Path) -> None:
    _change(path, ".flac", _open_flac, _drop_comments)


def remove_ogg(path: Path) -> None:
    _change(path, ".ogg", _open_ogg, _drop_comments)


def _change(path: Path, ending: str, opens: Callable[[Path], Any], put: Callable[[Any], None]) -> None:
    from mutagen import MutagenError

    with copied(path, ending) as draft:
        file = _opened(opens, draft)
        try:
            put(file)
            file.save()
        except MutagenError as error:
            raise Unreadable(str(error)) from error


def _opened(opens: Callable[[Path], Any], path: Path) -> Any:
    from mutagen import MutagenError

    try:
        return opens(path)
    except MutagenError as error:
        raise Unreadable(str(error)) from error


def _open_mp4(path: Path) -> Any:
    from mutagen.mp4 import MP4

    return MP4(path)


def _open_mp3(path: Path) -> Any:
    from mutagen.mp3 import MP3

    return MP3(path)


def _open_wav(path: Path) -> Any:
    from mutagen.wave import WAVE

    return WAVE(path)


def _open_flac(path: Path) -> Any:
    from mutagen.flac import FLAC

    return FLAC(path)


def _open_ogg(path: Path) -> Any:
    """Whatever sound is in the OGG."""
    import mutagen

    found = mutagen.File(path)
    if found is None:
        raise Unreadable("This is no OGG.")
    return found


def _put_frames(file: Any, title: str, comment: str, date: str, document: str) -> None:
    from mutagen import id3

    if file.tags is None:
        file.add_tags()
    frames: list[Any] = [
        id3.TIT2(encoding=3, text=[title]),
        id3.COMM(encoding=3, lang="eng", desc="", text=[comment]),
        id3.TSSE(encoding=3, text=["Runway Desktop"]),
        id3.TXXX(encoding=3, desc=NAME, text=[document]),
    ]
    if date:
        frames.append(id3.TDRC(encoding=3, text=[date[:19]]))
    for frame in frames:
        file.tags.add(frame)


def _drop_frames(file: Any) -> None:
    for key in ("TIT2", "COMM", "TSSE", "TDRC", f"TXXX:{NAME}"):
        if file.tags is not None:
            file.tags.delall(key)


def _drop_comments(file: Any) -> None:
    for name in ("title", "comment", "encoder", "date", NAME):
        if name in (file.tags or ()):
            del file[name]


def _frame(file: Any) -> str | None:
    found = file.tags.getall(f"TXXX:{NAME}") if file.tags is not None else []
    return str(found[0].text[0]) if found else None


def _put_comments(file: Any, title: str, comment: str, date: str, document: str) -> None:
    file["title"], file["comment"], file["encoder"], file[NAME] = title, comment, "Runway Desktop", document
    if date:
        file["date"] = date


def _comment(file: Any) -> str | None:
    found = (file.tags or {}).get(NAME)
    return str(found[0]) if found else None
