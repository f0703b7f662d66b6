"""The JSON sidecar next to each result, which preserves the request without this program's database.

`compose` and `read` are pure. `write`, `document_in` and `owner_of` block: call them in the executor. The format is our
own and versioned: a reader accepts newer versions as far as it knows their fields, and raises for no content of a file.

`shared` gives the part of a request that leaves with its result: names of its inputs, without local paths or links that
give access. A file becomes `file:///NAME`, a link its host and the last part of its path, a data URI only its type. It
is pure; `with_files_beside` blocks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

from msgspec import ValidationError, convert

from runway_desktop import __version__
from runway_desktop.domain.library import clean_tag
from runway_desktop.domain.media import Media
from runway_desktop.domain.moments import known_moment, local_time
from runway_desktop.domain.secrecy import without_secrets
from runway_desktop.domain.task import MOST_STARS, Input, Mark, Output, Pick, Request, Task, Trim
from runway_desktop.domain.workflows.runs import Run
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_steps import parsed, sha256_of, write_whole
from runway_desktop.values import Struct, as_json, field, replace

SCHEMA = "runway-desktop.result"
SCHEMA_VERSION = 2
LARGEST = 4 * 1024 * 1024
"""Bytes. A sidecar has a few kilobytes, or more with embedded pictures; a larger file is no sidecar."""
MOST_OUTPUTS = 1_000
"""Of one task. Runway gives a handful."""
_LARGEST_FILE = 1 << 50
_MOST_CREDITS = 1e9
_LATEST = 4_102_444_800.0
"""The year 2100; later times were written with a wrong clock."""
TIMES = ("made", "sent", "created_at_runway", "running_since", "ended", "saved")

ENDING = ".json"
"""Extension that is added to the result's name."""

_MOST_RECORDS = 1000
Kind = TypeVar("Kind", bound=StrEnum)
Record = TypeVar("Record", Trim, Mark)


class Judgment(Struct, frozen=True, kw_only=True):
    """The person's judgment on the task."""

    rating: int = 0
    pick: Pick = Pick.NONE
    picked_by: str = ""
    picked_at: float | None = None
    tags: tuple[str, ...] = ()
    shot: str = ""
    note: str = ""
    trims: tuple[Trim, ...] = ()
    marks: tuple[Mark, ...] = ()


class Sidecar(Struct, frozen=True, kw_only=True):
    """Parsed content. `inputs`: (place, path or link, SHA-256) of each input."""

    request: Request
    project: str = ""
    title: str = ""
    remote_id: str = ""
    task_id: str = ""
    parent_id: str = ""
    batch_id: str = ""
    batch: str = ""
    index: int = 0
    count: int = 1
    file: str = ""
    media: Media = Media.OTHER
    size: int = 0
    sha256: str = ""
    times: Mapping[str, float] = field(default_factory=dict)
    """Unix seconds of the known ones of `TIMES`."""
    cost: float | None = None
    estimated: float | None = None
    judgment: Judgment = Judgment()
    inputs: tuple[tuple[tuple[str | int, ...], str, str], ...] = field(default=())
    cast: tuple[str, ...] = ()
    """Ids of the members that its prompt named."""
    run: Run | None = None


def path_for(result: Path) -> Path:
    """`fox.mp4` has the sidecar `fox.mp4.json`."""
    return result.with_name(result.name + ENDING)


def compose(task: Task, output: Output, inputs: Sequence[Input], *, count: int = 1, batch: str = "") -> dict[str, Any]:
    """The document for one saved output: full request, ids, times, cost, the file's hash, the program's version.
    Without result links, which are signed and expire within two days."""
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "Runway Desktop", "version": __version__},
        "request": {
            "endpoint": task.request.endpoint,
            "model": task.request.model,
            "prompt": task.request.prompt,
            "values": task.request.values,
        },
        "inputs": [
            {
                "place": list(item.field_path),
                "media": item.media.value,
                "path": item.path,
                "link": item.uri if item.uri.startswith("https:") else "",
                "size": item.size,
                "sha256": item.sha256,
            }
            for item in inputs
        ],
        "task": {
            "id": task.id,
            "runway_id": task.remote_id,
            "parent_id": task.parent_id,
            "batch_id": task.batch_id,
            "batch": batch,
            "project": task.project,
            "title": task.title,
            "cast": list(task.cast),
        },
        "times": {
            "made": _time(task.created_at),
            "sent": _time(task.sent_at),
            "created_at_runway": _time(task.remote_created_at),
            "running_since": _time(task.running_since),
            "ended": _time(task.ended_at),
            "saved": _time(output.saved_at),
        },
        "cost": {"credits": task.cost_credits, "estimated_credits": task.estimated_credits},
        **_run_of(task),
        "judgement": _judgment_of(task),
        "output": {
            "index": output.index,
            "count": count,
            "file": Path(output.path).name,
            "media": output.media.value,
            "size": output.size,
            "sha256": output.sha256,
        },
    }


def brought_up_to_date(document: Mapping[str, Any], task: Task, output: Output) -> dict[str, Any]:
    """A sidecar's document with current values; other fields, also those of a newer program, stay."""
    version = document.get("schema_version")
    return {
        **document,
        "schema_version": max(version, SCHEMA_VERSION) if isinstance(version, int) else SCHEMA_VERSION,
        "task": {**part_of(document, "task"), "project": task.project, "title": task.title},
        "cost": {**part_of(document, "cost"), "credits": task.cost_credits},
        **_run_of(task),
        "judgement": {**part_of(document, "judgement"), **_judgment_of(task)},
        "output": {
            **part_of(document, "output"),
            "file": Path(output.path).name,
            "size": output.size,
            "sha256": output.sha256,
        },
    }


def write(result: Path, document: Mapping[str, Any], mode: int = private.FILE) -> Path:
    """Writes the sidecar next to `result`, atomically. Blocks; raises OSError."""
    target = path_for(result)
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, default=str, indent=2)
    write_whole(target, f"{text}\n".encode("utf-8", "backslashreplace"), mode)
    return target


def read(document: object) -> Sidecar | None:
    """Parses a JSON document; None if it is not a sidecar."""
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        return None
    request, task, output, cost = (part_of(document, name) for name in ("request", "task", "output", "cost"))
    endpoint, model, values = request.get("endpoint"), request.get("model"), request.get("values")
    if not isinstance(endpoint, str) or not isinstance(model, str) or not isinstance(values, Mapping):
        return None
    inputs = document.get("inputs")
    return Sidecar(
        request=Request(endpoint=endpoint, model=model, values=dict(values), prompt=_text(request, "prompt")),
        project=_text(task, "project"),
        title=_text(task, "title"),
        remote_id=_text(task, "runway_id"),
        task_id=_text(task, "id"),
        parent_id=_text(task, "parent_id"),
        batch_id=_text(task, "batch_id"),
        batch=_text(task, "batch"),
        index=_whole(output, "index", MOST_OUTPUTS),
        count=max(1, _whole(output, "count", MOST_OUTPUTS)),
        file=_text(output, "file"),
        media=_one_of(Media, _text(output, "media"), Media.OTHER),
        size=_whole(output, "size", _LARGEST_FILE),
        sha256=_text(output, "sha256").lower(),
        times=_times(part_of(document, "times")),
        cost=_number(cost, "credits"),
        estimated=_number(cost, "estimated_credits"),
        judgment=_judgment(part_of(document, "judgement")),
        inputs=tuple(_inputs(inputs)) if isinstance(inputs, list) else (),
        cast=tuple(filter(_is_text, cast)) if isinstance(cast := task.get("cast"), list) else (),
        run=_run(document.get("run")),
    )


def document_in(sidecar: Path) -> dict[str, Any] | None:
    """The JSON object in a file, or None. Blocks; raises nothing."""
    try:
        found = parsed(sidecar.read_bytes()) if sidecar.stat().st_size <= LARGEST else None
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def owner_of(sidecar: Path) -> tuple[str, int] | None:
    """Task id and output index in a sidecar file; None if it is not a sidecar. Blocks."""
    found = read(document_in(sidecar))
    return (found.task_id, found.index) if found else None


def belongs_to(result: Path, owner: tuple[str, int]) -> bool:
    """Whether a sidecar may be written next to a result: there is none, or it is the result's own. Blocks."""
    beside = path_for(result)
    return not os.path.lexists(beside) or owner_of(beside) == owner


def _run_of(task: Task) -> dict[str, Any]:
    return {} if task.run is None else {"run": {**as_json(task.run), "cost_due": None}}


def _run(found: object) -> Run | None:
    with suppress(ValidationError):
        return replace(convert(found, Run), cost_due=None)
    return None


def _is_text(found: object) -> bool:
    return isinstance(found, str)


def _judgment_of(task: Task) -> dict[str, Any]:
    return {
        "rating": task.rating,
        "pick": task.pick.value,
        "picked_by": task.picked_by,
        "picked_at": _time(task.picked_at),
        "tags": list(task.tags),
        "shot": task.shot,
        "note": task.note,
        "trims": [as_json(trim) for trim in task.trims],
        "marks": [as_json(mark) for mark in task.marks],
    }


def _judgment(part: Mapping[str, Any]) -> Judgment:
    tags = part.get("tags")
    words = [word for word in tags if isinstance(word, str)] if isinstance(tags, list) else []
    pick = _one_of(Pick, _text(part, "pick"), Pick.NONE)
    picked_at = _at(_text(part, "picked_at"))
    is_known = pick is not Pick.NONE and picked_at is not None and 0 <= picked_at < _LATEST
    return Judgment(
        rating=_whole(part, "rating", MOST_STARS),
        pick=pick,
        picked_by=_text(part, "picked_by") if pick is not Pick.NONE else "",
        picked_at=picked_at if is_known else None,
        tags=tuple(dict.fromkeys(tag for word in words if (tag := clean_tag(word)))),
        shot=_text(part, "shot"),
        note=_text(part, "note"),
        trims=_records(part, "trims", Trim),
        marks=_records(part, "marks", Mark),
    )


def _records(part: Mapping[str, Any], name: str, kind: type[Record]) -> tuple[Record, ...]:
    """Those of a list that are of this kind."""
    found, known = part.get(name), []
    for one in found[:_MOST_RECORDS] if isinstance(found, list) else ():
        with suppress(ValidationError):
            known.append(convert(one, kind))
    return tuple(known)


def _times(part: Mapping[str, Any]) -> dict[str, float]:
    return {name: at for name in TIMES if (at := _at(_text(part, name))) is not None and 0 <= at < _LATEST}


def _at(text: str) -> float | None:
    try:
        found = datetime.fromisoformat(text)
        return known_moment((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _number(part: Mapping[str, Any], name: str) -> float | None:
    found = part.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= _MOST_CREDITS:
        return None
    return float(found)


def _whole(part: Mapping[str, Any], name: str, most: int) -> int:
    """A whole number up to `most`; 0 for anything else."""
    found = part.get(name)
    return found if type(found) is int and 0 <= found <= most else 0


def _one_of(kind: type[Kind], word: str, otherwise: Kind) -> Kind:
    try:
        return kind(word)
    except ValueError:
        return otherwise


def _inputs(entries: list[Any]) -> list[tuple[tuple[str | int, ...], str, str]]:
    found = []
    for entry in entries:
        if isinstance(entry, Mapping) and isinstance(entry.get("place"), list):
            field_path = tuple(step for step in entry["place"] if isinstance(step, str | int))
            found.append((field_path, _text(entry, "path") or _text(entry, "link"), _text(entry, "sha256")))
    return found


def part_of(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(part: Mapping[str, Any], name: str) -> str:
    found = part.get(name)
    return found if isinstance(found, str) else ""


def _time(at: float | None) -> str | None:
    return None if at is None else local_time(at, UTC).isoformat(timespec="milliseconds")


_SCHEMES = ("file", "http", "https", "runway", "data")


def shared(document: Mapping[str, Any]) -> dict[str, Any]:
    """A sidecar's document without private paths and links. Idempotent."""
    request, inputs = part_of(document, "request"), document.get("inputs")
    made = dict(document)
    if isinstance(request.get("values"), Mapping):
        made["request"] = {**request, "values": _changed(request["values"], _shared_text)}
    if isinstance(inputs, list | tuple):
        made["inputs"] = [_shared_input(item) for item in inputs]
    return made


def with_files_beside(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A shared document whose inputs point to files in `folder` again: matched by name, and by hash if known."""
    inputs = document.get("inputs")
    hashes = {
        _last(str(item.get("path") or "")): str(item.get("sha256") or "")
        for item in (inputs if isinstance(inputs, list) else ())
        if isinstance(item, Mapping)
    }

    def found(text: str) -> str:
        if not text.startswith("file:///"):
            return text
        name = unquote(text.removeprefix("file:///"))
        if not name or _last(name) != name or name.startswith("."):
            return text
        return _found(folder / name, hashes.get(name, "")) or text

    request = part_of(document, "request")
    return {**document, "request": {**request, "values": _changed(part_of(request, "values"), found)}}


def _found(path: Path, sha256: str) -> str:
    """The file's URI; empty if it does not exist or has other bytes."""
    try:
        is_it = path.is_file() and (not sha256 or sha256_of(path) == sha256)
        return path.absolute().as_uri() if is_it else ""
    except (OSError, ValueError):
        return ""


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case Mapping():
            return {name: _changed(inner, change) for name, inner in value.items()}
        case list() | tuple():
            return [_changed(inner, change) for inner in value]
        case _:
            return value


def _shared_input(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    names = {"path": _last(str(item.get("path") or ""))} if "path" in item else {}
    links = {"link": _shared_text(str(item.get("link") or ""))} if "link" in item else {}
    return {**item, **names, **links}


def _shared_text(text: str) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return "" if text.partition(":")[0].lower() in _SCHEMES else without_secrets(text)
    scheme = parts.scheme.lower()
    if scheme not in _SCHEMES or any(blank in text for blank in " \n\t"):
        # Plain text, which may still contain a link.
        return without_secrets(text)
    name = quote(_last(unquote(parts.path)))
    match scheme:
        case "file":
            return f"file:///{name}"
        case "data":
            return f"data:{parts.path.partition(';')[0].partition(',')[0]}"
        case "runway":
            return "runway://"
        case _:
            return f"{scheme}://{host}/{name}"


def _last(path: str) -> str:
    """The file name in a path of any system."""
    return PureWindowsPath(path).name if "\\" in path or path[1:2] == ":" else PurePosixPath(path).name
