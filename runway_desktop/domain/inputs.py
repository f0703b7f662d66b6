"""Inputs of a request: reading them, files that are missing, offers to fix an unfit file, and files to be used as
input. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .media import Media
from .prices import Measure
from .task import HoldCode, Request, State, Task


def value_at(request: Request, field_path: tuple[str | int, ...]) -> Any:
    """The value at an input's path inside a request; None if there is none, as after an edit."""
    at: Any = request.values
    for step in field_path:
        in_object = isinstance(at, Mapping) and step in at
        in_list = isinstance(at, list | tuple) and isinstance(step, int) and 0 <= step < len(at)
        if not (in_object or in_list):
            return None
        at = at[step]
    return at


def with_moved_files(value: Any, moved: Mapping[str, str]) -> Any:
    """A copy of a request's value in which the URIs of moved files are replaced, at any depth. The same object if
    nothing changed."""
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
    """The local path of a file:// URI; "" for any other, and if it cannot be read."""
    if uri[:5].lower() != "file:":
        return ""
    # Imported late: it imports HTTP and e-mail modules, which would delay the first paint.
    from urllib.request import url2pathname

    try:
        return url2pathname(urlsplit(uri).path)
    except ValueError:
        return ""


def misses_file(task: Task) -> bool:
    return task.state is State.QUEUED and task.hold.code is HoldCode.FILE_MISSING


class FixKind(StrEnum):
    FORMAT = "format"
    SCALE = "scale"
    CROP = "crop"
    FRAME = "frame"
    """A still of a clip. Only the window can decode one: it makes the picture and passes it to
    `InputFixer.keep_frame`."""


class FrameAt(StrEnum):
    FIRST = "first"
    LAST = "last"
    CHOSEN = "chosen"


class InputFix(Struct, frozen=True, kw_only=True):
    """One offer to fix an input. `text` is for a button; `remark` is what the user should know before ("See-through
    parts become white.")."""

    kind: FixKind
    text: str
    remark: str = ""
    format: str = ""
    """Of the copy: "PNG", "JPEG", "WebP"."""
    size: tuple[int, int] | None = None
    """Size of the copy in pixels, after any cropping."""
    crop: tuple[int, int] | None = None
    """Size of the centered crop in pixels."""
    at: FrameAt | None = None


class MediaFacts(Measure, frozen=True, kw_only=True):
    """What was read from a file. `size` in bytes. `codec` is that of a clip's pictures ("H.264"). For pictures:
    `see_through` means possible transparency, `moving` more than one frame."""

    media: Media
    format: str
    size: int
    codec: str = ""
    see_through: bool = False
    moving: bool = False
    has_sound: bool = False
    """Of a clip. False also where that was not read."""


class IntakeFinding(Struct, frozen=True, kw_only=True):
    """One problem of imported data. `said` names file, row and field; the other parts locate it.

    `row` counts as viewers of that format do: row 1 of a table is its header. `field` is a wire name, one of "prompt",
    "model", "endpoint", "image", "video", "audio", "first frame", "last frame", "link" and "id", or an unknown column;
    empty: the row or the file as a whole.
    """

    source: str
    row: int | None = None
    field: str = ""
    said: Text | str
    problem: Text | str = ""
    """The same without the location; empty if there is none."""

    @property
    def message(self) -> str:
        return str(self.said)


class AssetDrop(Struct, frozen=True, kw_only=True):
    """A picture, clip or sound to be used as an input. For a link, `path` and `facts` are None."""

    uri: str
    path: Path | None = None
    media: Media = Media.OTHER
    facts: MediaFacts | None = None
    made_by: Request | None = None
    """The request stored inside the file, if this program made it."""
    findings: tuple[IntakeFinding, ...] = ()


def last_frame(out: float | None) -> str:
    """Words of a clip's last frame before *out*, for `InputFixer.keep_frame`. Each *out* has its own, so that no
    request that is stored gets another frame."""
    return "last frame" if out is None else f"last frame before {out:.3f} s"
