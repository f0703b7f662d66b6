"""Inputs of a request: which it still has, whether a task waits for one that is gone, how one can be fixed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from runway_desktop.values import Struct

from .task import HoldCode, Request, State, Task


def value_at(request: Request, place: tuple[str | int, ...]) -> Any:
    """What a request's values have at an input's place; None where there is nothing, as after an edit."""
    at: Any = request.values
    for step in place:
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
