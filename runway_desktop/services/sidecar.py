"""The small JSON file beside each result, from which the request can be read again years later and without this
program's database.

`compose` and `read` are pure. `write` and `owner_of` block: call them in the executor. The format is ours and
versioned: a reader
takes a newer version as far as it understands it, and never raises for what stands in a file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runway_desktop import __version__
from runway_desktop.domain.task import Input, Output, Request, Task

SCHEMA = "runway-desktop.result"
SCHEMA_VERSION = 1
LARGEST = 4 * 1024 * 1024
"""Bytes. A sidecar is a few kilobytes; embedded pictures may make it larger, anything beyond is something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """What a sidecar tells. `inputs` is (place, path or link, SHA-256) of each input."""

    request: Request
    project: str = ""
    title: str = ""
    remote_id: str = ""
    task_id: str = ""
    index: int = 0
    file: str = ""
    version: int = SCHEMA_VERSION
    inputs: tuple[tuple[tuple[str | int, ...], str, str], ...] = field(default=())


def path_for(result: Path) -> Path:
    """`fox.mp4` has its sidecar in `fox.mp4.json`."""
    return result.with_name(result.name + ".json")


def compose(task: Task, output: Output, inputs: Sequence[Input], *, count: int = 1, batch: str = "") -> dict[str, Any]:
    """The document for one saved output: the full request, ids, times, cost, the file's hash, the program's version.

    Links are left out on purpose: they are signed and dead within two days.
    """
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
                "place": list(item.place),
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
        "output": {
            "index": output.index,
            "count": count,
            "file": Path(output.path).name,
            "media": output.media.value,
            "size": output.size,
            "sha256": output.sha256,
        },
    }


def write(result: Path, document: Mapping[str, Any]) -> Path:
    """Writes the sidecar beside `result`, whole or not at all. Blocks; raises OSError."""
    target = path_for(result)
    draft = target.with_name(target.name + ".tmp")
    content = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False, default=str) + "\n"
    try:
        with draft.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
    return target


def read(document: object) -> Sidecar | None:
    """What a parsed JSON document tells, if it is a sidecar of ours; None if it is anything else."""
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        return None
    request, task, output = (_part(document, name) for name in ("request", "task", "output"))
    endpoint, model, values = request.get("endpoint"), request.get("model"), request.get("values")
    if not isinstance(endpoint, str) or not isinstance(model, str) or not isinstance(values, Mapping):
        return None
    version, index = document.get("schema_version"), output.get("index")
    inputs = document.get("inputs")
    return Sidecar(
        request=Request(endpoint=endpoint, model=model, values=dict(values), prompt=_text(request, "prompt")),
        project=_text(task, "project"),
        title=_text(task, "title"),
        remote_id=_text(task, "runway_id"),
        task_id=_text(task, "id"),
        index=index if isinstance(index, int) else 0,
        file=_text(output, "file"),
        version=version if isinstance(version, int) else SCHEMA_VERSION,
        inputs=tuple(_inputs(inputs)) if isinstance(inputs, list) else (),
    )


def owner_of(sidecar: Path) -> tuple[str, int] | None:
    """The task's id and the output's index that a sidecar file names; None for a file that is no sidecar. Blocks."""
    try:
        if sidecar.stat().st_size > LARGEST:
            return None
        found = read(json.loads(sidecar.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return None
    return (found.task_id, found.index) if found else None


def _inputs(entries: list[Any]) -> list[tuple[tuple[str | int, ...], str, str]]:
    found = []
    for entry in entries:
        if isinstance(entry, Mapping) and isinstance(entry.get("place"), list):
            place = tuple(step for step in entry["place"] if isinstance(step, str | int))
            found.append((place, _text(entry, "path") or _text(entry, "link"), _text(entry, "sha256")))
    return found


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(part: Mapping[str, Any], name: str) -> str:
    found = part.get(name)
    return found if isinstance(found, str) else ""


def _time(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
