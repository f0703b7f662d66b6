"""Inputs as people write them: a file next to the table, a path, a link. Blocks while reading files; call it in the
executor.

Raises nothing: a problem is returned as a sentence to follow "prompts.csv, row 3, image: ".
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from runway_desktop.catalog import Field, Pair, link_problem
from runway_desktop.catalog.input_files import check_asset, general_problem
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.inputs import MediaFacts
from runway_desktop.domain.media import Media, guess_media
from runway_desktop.services.media.media_facts import probe
from runway_desktop.texts import Text
from runway_desktop.values import Struct

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+):")
_SEEN = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://\S+")


class FoundInput(Struct, frozen=True):
    """`uri`: for the request; empty if nothing usable was named. `said`: what is wrong, as `problem` in words; empty if
    nothing is."""

    uri: str
    path: Path | None = None
    media: Media = Media.OTHER
    facts: MediaFacts | None = None
    said: Text | str = ""

    @property
    def problem(self) -> str:
        return str(self.said)


class InputFinder:
    """Reads each file once, even if several rows name it."""

    def __init__(self) -> None:
        self._probed: dict[Path, FoundInput] = {}

    def find(self, words: str, beside: Path | None) -> FoundInput:
        """The input that a cell names. `beside`: base folder of relative paths; None if there is none."""
        words = words.strip().strip('"').strip()
        scheme = match.group(1).lower() if (match := _SCHEME.match(words)) else ""
        match scheme:
            case "https":
                return link(words)
            case "http":
                return FoundInput("", said=Text("The link begins with http://. Runway takes only https:// links."))
            case "runway" | "data":
                return FoundInput(words)
            case "file":
                path = path_of(words)
                return (
                    self.look_at(path) if path else FoundInput("", said=Text("The address of the file is incomplete."))
                )
            case _ if "://" in words[:32]:
                return FoundInput(
                    "", said=Text("Runway takes only https:// links, not {scheme}://.").with_(scheme=scheme)
                )
            case _:
                return self._local(words, beside)

    def look_at(self, path: Path) -> FoundInput:
        """A local file, identified by its content."""
        if path not in self._probed:
            self._probed[path] = _look_at(path)
        return self._probed[path]

    def _local(self, words: str, beside: Path | None) -> FoundInput:
        if words.startswith(("\\\\", "//")):
            # Opening a file on another server would reveal the user to it.
            return FoundInput(
                "", said=Text("Files on a network are not fetched. Copy the file to this computer first.")
            )
        try:
            path = Path(words).expanduser()
        except RuntimeError:
            path = Path(words)
        if not path.is_absolute():
            if beside is None:
                return FoundInput(
                    "", said=Text("“{words}” is neither a full path nor an https:// link.").with_(words=_short(words))
                )
            path = beside / Path(words.replace("\\", "/"))
        return self.look_at(path)


def link(address: str) -> FoundInput:
    """An https link, checked without a request."""
    return FoundInput(address, media=guess_media(address), said=link_problem(address) or "")


def is_link(words: str) -> bool:
    """A single URL of any scheme."""
    return _SEEN.fullmatch(words) is not None


def path_of(uri: str) -> Path | None:
    """The local path of a file:// URL; None if it has no path or is on another machine."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme.lower() != "file" or parts.netloc not in ("", "localhost") or not parts.path.strip("/"):
        return None
    # Imports http and email, so not before the first paint.
    from urllib.request import url2pathname

    name = url2pathname(parts.path) if parts.path.count("%") else unquote(url2pathname(parts.path))
    return None if "\x00" in name else Path(name)


def problem_for(found: FoundInput, field: Field | None, pair: Pair | None) -> Text | str:
    """What is wrong with an input for this field; empty if nothing is."""
    if found.said or found.facts is None or field is None or pair is None:
        return found.said
    return check_asset(found.facts, field, pair) or ""


def _look_at(path: Path) -> FoundInput:
    try:
        uri = path.absolute().as_uri()
        if path.is_dir():
            return FoundInput("", path, said=Text("“{file}” is a folder.").with_(file=path.name))
        if not path.exists():
            return FoundInput(uri, path, said=Text("There is no file “{file}”.").with_(file=_short(str(path))))
        if not path.is_file():
            # Opening a pipe would block until a program writes to it.
            return FoundInput("", path, said=Text("“{file}” is not an ordinary file.").with_(file=path.name))
        facts = probe(path)
    except (DiskError, OSError, ValueError) as error:
        unread = Text("“{file}” cannot be read.").with_(file=_short(str(path)))
        return FoundInput("", path, said=error.text if isinstance(error, DiskError) else unread)
    if facts is None:
        return FoundInput("", path, said=Text("“{file}” is not a picture, clip or sound.").with_(file=path.name))
    return FoundInput(uri, path, facts.media, facts, general_problem(facts) or "")


def _short(words: str) -> str:
    return words if len(words) <= 80 else words[:40] + "…" + words[-39:]
