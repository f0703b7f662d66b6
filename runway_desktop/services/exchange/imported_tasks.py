"""Makes a task and its outputs from imported files. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from runway_desktop.catalog import Catalog, prompt_of
from runway_desktop.domain.media import Media, guess_media
from runway_desktop.domain.task import (
    Batch,
    BatchId,
    Input,
    Output,
    OutputState,
    State,
    Task,
    TaskId,
    new_task_id,
    parse_remote_id,
)
from runway_desktop.services.results.sidecar import Sidecar
from runway_desktop.services.tasks.uploads import inputs_of
from runway_desktop.values import asdict, replace

from .folder_reading import FoundResult

_LOCAL_ID = re.compile(r"[0-9a-f]{32}")


def local_id(word: str) -> TaskId | None:
    """An id made by this program; None for any other text."""
    return TaskId(word) if _LOCAL_ID.fullmatch(word) else None


def task_of(found: FoundResult, catalog: Catalog) -> Task:
    """A succeeded task. Keeps its id, so that tasks that repeat it still refer to it."""
    told, times = found.told, found.told.times
    sent, saved = times.get("sent"), times.get("saved", found.modified)
    request = told.request
    if not request.prompt:
        request = replace(request, prompt=prompt_of(catalog.pair(request.endpoint, request.model), request.values))
    return Task(
        id=local_id(told.task_id) or new_task_id(),
        request=request,
        created_at=next((times[name] for name in ("made", "sent", "created_at_runway") if name in times), saved),
        state=State.SUCCEEDED,
        imported=True,
        batch_id=BatchId(told.batch_id) if local_id(told.batch_id) else None,
        project=told.project,
        parent_id=local_id(told.parent_id),
        remote_id=parse_remote_id(told.remote_id),
        sent_at=sent,
        remote_created_at=times.get("created_at_runway"),
        running_since=times.get("running_since"),
        ended_at=times.get("ended", saved),
        estimated_credits=told.estimated,
        cost_credits=told.cost,
        title=told.title,
        **asdict(told.judgment),
    )


def output_of(found: FoundResult, task_id: TaskId, path: Path, size: int, digest: str) -> Output:
    """A saved output, without a link, which would have expired."""
    told = found.told
    media = told.media if told.media is not Media.OTHER else guess_media(found.path.name)
    return Output(
        task_id=task_id,
        index=told.index,
        url="",
        url_fetched_at=0.0,
        state=OutputState.SAVED,
        media=media,
        path=str(path),
        size=size,
        sha256=digest,
        saved_at=told.times.get("saved", found.modified),
    )


def inputs_for(task: Task, told: Sidecar, catalog: Catalog) -> list[Input]:
    """The inputs of its request, with their recorded hashes."""
    hashes = {field_path: digest for field_path, _, digest in told.inputs}
    return [replace(one, sha256=hashes.get(one.field_path, "")) for one in inputs_of(task, catalog)]


def batch_of(tasks: Sequence[Task], told: Sidecar) -> Batch | None:
    """The batch of these tasks, which all belong to the same one."""
    first = tasks[0]
    if first.batch_id is None:
        return None
    return Batch(id=first.batch_id, name=told.batch, created_at=first.created_at)
