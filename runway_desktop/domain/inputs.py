"""Inputs of a request: which it still has, whether a task waits for one that is gone, how one can be fixed; and a file
that is to become one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from runway_desktop.values import Struct

from .media import Media
from .prices import Measure
from .task import HoldCode, Request, State, Task


def value_at(request: Request, field_path: tuple[str | int, ...]) -> Any:
    """What a request's values have at an input's place; None where there is nothing, as after an edit."""
    at: Any = request.values
    for step in field_path:
        in_object = isinstance(at, Mapping) and step in at
        in_list = isinstance(at, list | tuple) and isinstance(step, int) and 0 <= step < len(at)
        if not (in_object or in_list):
            return None
        at = at[step]
    return at


def with_moved_files(value: Any, moved: Mapping[str, str]) -> Any:
    """The value of a request with other URIs for files that lie elsewhere now, old to new; however deep they stand in
    it. The same value where none does."""
    if not moved:
        return value
    if isinstance(value, str):
        return moved.get(value, value)
    if isinstance(value, Mapping):
        inner = {name: with_moved_files(found, moved) for name, found in value.items()}
        return inner if any(inner[name] is not value[name] for name in inner) else value
    if isinstance(value, list | tuple):
        items = [with_moved_files(found, moved) for found in value]
        return items if any(item is not old for item, old in zip(items, value, strict=True)) else value
    return value


def path_of(uri: str) -> str:
    """The local path of a file's address; "" for any other."""
    if uri[:5].lower() != "file:":
        return ""
    # It brings HTTP and e-mail along, for which the first paint must not wait.
    from urllib.request import url2pathname

    return url2pathname(urlsplit(uri).path)


def misses_file(task: Task) -> bool:
    """Whether the task waits here for a file that is not where it was."""
    return task.state is State.HELD and task.hold.code is HoldCode.FILE_MISSING


class FixKind(StrEnum):
    FORMAT = "format"
    SCALE = "scale"
    CROP = "crop"
    FRAME = "frame"
    """A still of a clip. Only a window can decode one: it makes the picture and hands it to `InputFixer.keep_frame`."""


class FrameAt(StrEnum):
    FIRST = "first"
    LAST = "last"
    CHOSEN = "chosen"


class InputFix(Struct, frozen=True, kw_only=True):
    """One offer. `text` is for a button, `remark` what one should know before ("See-through parts become white.")."""

    kind: FixKind
    text: str
    remark: str = ""
    format: str = ""
    """Of the copy: "PNG", "JPEG", "WebP"."""
    size: tuple[int, int] | None = None
    """Pixels of the copy, after any cropping."""
    crop: tuple[int, int] | None = None
    """Pixels that are kept around the middle."""
    at: FrameAt | None = None


class MediaFacts(Measure, frozen=True, kw_only=True):
    """`size` in bytes. `codec` is how a clip's pictures are coded ("H.264"). Of pictures: `see_through`, it may have
    transparent parts; `moving`, it holds more than one."""

    media: Media
    format: str
    size: int
    codec: str = ""
    see_through: bool = False
    moving: bool = False


class IntakeFinding(Struct, frozen=True, kw_only=True):
    """One thing that is wrong. `message` is a whole sentence that names file, row and field; the parts are for placing
    it.

    `row` counts as the file's own viewer does: row 1 of a table is its header. `field` is a wire name, or one of
    "prompt", "model", "endpoint", "image", "video", "audio", "first frame", "last frame", "link" and "id", or a
    column that nobody knows; empty: the row or the file as a whole.
    """

    source: str
    row: int | None = None
    field: str = ""
    message: str


class AssetDrop(Struct, frozen=True, kw_only=True):
    """A picture, clip or sound to be used as an input. `path` is None and `facts` too for a link."""

    uri: str
    path: Path | None = None
    media: Media = Media.OTHER
    facts: MediaFacts | None = None
    made_by: Request | None = None
    """The request inside the file, if this program made it."""
    findings: tuple[IntakeFinding, ...] = ()
