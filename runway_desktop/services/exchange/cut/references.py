"""How an exported cut names its files: editors read different forms of paths. Pure.

Resolve 20.2 reads plain paths and no `file://` (OpenTimelineIO #1985), Premiere 26.1 writes and Kdenlive safely reads
URLs, percent-encoded. All three read a relative name where the clip lies beside the file or below it.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath
from urllib.parse import quote


class Editor(StrEnum):
    """For which program a cut is written."""

    RESOLVE = "resolve"
    PREMIERE = "premiere"
    KDENLIVE = "kdenlive"


def beside(path: PurePath, folder: PurePath) -> str:
    """The name of a file relative to the folder of the export; empty if it lies elsewhere."""
    try:
        return path.relative_to(folder).as_posix()
    except ValueError:
        return ""


def reference(path: PurePath, folder: PurePath, editor: Editor) -> str:
    """Of an OTIO file in `folder`. Absolute unless the clip lies there."""
    near = beside(path, folder)
    if editor is Editor.RESOLVE:
        return plain(near or path.as_posix())
    return quote(near, errors="surrogateescape") if near else path.as_uri()


def pathurl(path: PurePath, folder: PurePath, editor: Editor) -> str:
    """Of an FCP7 XML in `folder`. Premiere writes `file://localhost/C%3a/…`."""
    near = beside(path, folder)
    if editor is Editor.RESOLVE or near:
        return plain(near or path.as_posix())
    return "file://localhost" + quote("/" + path.as_posix().lstrip("/"), errors="surrogateescape").replace("%3A", "%3a")


def plain(text: str) -> str:
    """As Unicode that each format can hold: a name that is none is written with replacements."""
    return text.encode("utf-8", "replace").decode()
