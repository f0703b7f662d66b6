"""Which files a client's request may use: looked at before anything is stored. Blocking; any thread.

The kind is judged by content. Links are resolved first. Raises CallRefused with one sentence.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from runway_desktop.catalog import AssetPlace, media_in_words
from runway_desktop.domain.media import HEAD_LENGTH, INPUTS, MEGABYTE, Media, Way, format_of, largest

from .refusals import CallRefused, Code

_MOST = max(largest(media, Way.UPLOAD) for media in INPUTS)


def check_files(places: Sequence[AssetPlace], *, allowed: bool, profile: Path, library: Path) -> dict[str, str]:
    """The hash of each file, by path. `allowed`: whether this client may name files at all. `profile` and `library` are
    folders: of the profile's own, only results may be used."""
    found = {}
    for place in places:
        parts = urlsplit(place.uri)
        if parts.scheme.casefold() != "file":
            continue
        if not allowed:
            raise _refused(
                "This program may not name files on this computer.", "Name a task whose result it is, or an https link."
            )
        if parts.netloc:
            raise _refused("The file is on another computer.", "Name a file of this one.")
        path = url2pathname(parts.path)
        found[path] = _checked(Path(path), place, profile, library)
    return found


def _checked(path: Path, place: AssetPlace, profile: Path, library: Path) -> str:
    name = path.name
    try:
        found = path.resolve(strict=True)
        facts = found.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise _refused(f"“{name}” is no file.", "Name a picture, clip or sound.")
        _check_place(name, found, profile.resolve(), library.resolve())
        with found.open("rb") as file:
            head = file.read(HEAD_LENGTH)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest() if facts.st_size <= _MOST else ""
    except OSError as error:
        raise _refused(f"“{name}” cannot be read.", f"{error.strerror or error}.") from error
    known = format_of(head)
    media = known.media if known is not None else Media.OTHER
    if media not in place.media:
        raise _refused(f"“{name}” is no {media_in_words(place.media)}.", "What counts is its content, not its name.")
    if facts.st_size > (most := largest(media, Way.UPLOAD)):
        raise _refused(f"“{name}” is too large.", f"At most {most // MEGABYTE} MB.")
    return digest


def _check_place(name: str, found: Path, profile: Path, library: Path) -> None:
    if found.is_relative_to(library):
        return
    if found.is_relative_to(profile) or any(part.startswith(".") for part in found.parts):
        raise _refused(f"“{name}” lies in a hidden folder or in the profile.", "Copy it elsewhere first.")


def _refused(message: str, advice: str) -> CallRefused:
    return CallRefused(message, code=Code.INPUT, advice=f"{advice} Nothing was sent.")
