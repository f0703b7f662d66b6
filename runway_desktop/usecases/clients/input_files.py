"""Checks which files a client's request may use, before anything is stored. Blocking; any thread.

Kinds are recognized by content. Symbolic links are resolved first. Raises CallRefused with one sentence. It names the
field, not the file, since a file name may be untrusted text.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from urllib.request import url2pathname

from runway_desktop.catalog import AssetRef, media_in_words
from runway_desktop.domain.media import HEAD_LENGTH, INPUTS, MEGABYTE, Delivery, Media, format_of, largest
from runway_desktop.texts import _, english

from .refusals import CallRefused, Code

_MOST = max(largest(media, Delivery.UPLOAD) for media in INPUTS)


def named_files(assets: Sequence[AssetRef], *, may_name_uris: bool) -> dict[tuple[str | int, ...], str]:
    """The URI of each input that is a file path. An agent may only use paths, not file:// URIs, so that each is
    checked."""
    found = {}
    for asset in assets:
        word = asset.uri.strip()
        if Path(word).is_absolute():
            found[asset.path] = Path(word).as_uri()
        elif not may_name_uris and _parts(word).scheme.casefold() == "file":
            raise _refused("An input is a file:// address.", "Name the file by its path, or a task by its id.")
    return found


def check_files(
    assets: Sequence[AssetRef], *, allowed: Sequence[str] | None, profile: Path, library: Path
) -> dict[str, str]:
    """The hash of each file, by path. A file must be inside one of the folders `allowed`; None: any folder. `profile`
    and `library` are folders: inside the profile's, only results may be used."""
    # Allowed as they were resolved then: if a link takes a folder's place, where it leads is not allowed.
    folders = None if allowed is None else [Path(folder) for folder in allowed]
    found = {}
    for asset in assets:
        parts = _parts(asset.uri)
        if parts.scheme.casefold() != "file":
            continue
        if parts.netloc:
            raise _refused("The file is on another computer.", "Name a file of this one.")
        path = url2pathname(parts.path)
        found[path] = _checked(Path(path), asset, folders, profile, library)
    return found


def _parts(uri: str) -> SplitResult:
    try:
        return urlsplit(uri)
    except ValueError as error:
        raise _refused("An input is no address.", "Give a file's path, a task's id, or an https link.") from error


def folder_refusal(folder: Path, *, profile: Path | None, home: Path) -> str:
    """Why a client may not get access to all of this folder; empty if it may."""
    found = folder.resolve()
    if home.resolve().is_relative_to(found):
        return _("This folder contains everything of yours. Choose one with only the files that it needs.")
    if profile is not None and found.is_relative_to(profile.resolve()):
        return _("This is Runway Desktop's own folder. Results of finished tasks can be used without it.")
    if any(part.startswith(".") for part in found.parts):
        return _("This is in a hidden folder, where keys and settings are kept. Choose another one.")
    return ""


def _checked(path: Path, asset: AssetRef, folders: Sequence[Path] | None, profile: Path, library: Path) -> str:
    name = ".".join(map(str, asset.path))
    try:
        # For a file outside the allowed folders, the answer does not even tell whether it exists.
        _check_folder(name, path.resolve(), folders)
        found = path.resolve(strict=True)
        facts = found.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise _refused(f"{name} names no file.", "Name a picture, clip or sound.")
        _check_not_private(name, found, profile.resolve(), library.resolve())
        with found.open("rb") as file:
            head = file.read(HEAD_LENGTH)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest() if facts.st_size <= _MOST else ""
    except (OSError, ValueError) as error:
        # ValueError: a path with a NUL character.
        said = getattr(error, "strerror", None) or error
        raise _refused(f"The file of {name} cannot be read.", f"{said}.") from error
    known = format_of(head)
    media = known.media if known is not None else Media.OTHER
    if media not in asset.media:
        with english():
            wanted = media_in_words(asset.media)
        raise _refused(f"The file of {name} is no {wanted}.", "What counts is its content, not its name.")
    if facts.st_size > (most := largest(media, Delivery.UPLOAD)):
        raise _refused(f"The file of {name} is too large.", f"At most {most // MEGABYTE} MB.")
    return digest


def _check_folder(name: str, found: Path, folders: Sequence[Path] | None) -> None:
    if folders is None or any(found.is_relative_to(folder) for folder in folders):
        return
    if folders:
        advice = f"It may name files in {', '.join(map(str, folders))}."
    else:
        advice = "Name a task whose result it is, or an https link."
    raise _refused(f"This program may not name the file of {name}.", advice)


def _check_not_private(name: str, found: Path, profile: Path, library: Path) -> None:
    if found.is_relative_to(library):
        return
    if found.is_relative_to(profile) or any(part.startswith(".") for part in found.parts):
        raise _refused(f"The file of {name} lies in a hidden folder or in the profile.", "Copy it elsewhere first.")


def _refused(message: str, advice: str) -> CallRefused:
    return CallRefused(message, code=Code.INPUT, advice=f"{advice} Nothing was sent.")
