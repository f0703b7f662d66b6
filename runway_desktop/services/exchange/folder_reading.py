"""Finds the results in a folder and its subfolders, and reads their sidecars. Blocks; call it in the executor, `step`
by `step`.

Uses the sidecar next to a result, else the request embedded in its file. Raises nothing: unreadable files are reported
as sentences. `task_of` and its neighbors make a task, its outputs and inputs of what was read: pure.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from runway_desktop.catalog import Catalog, prompt_of
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.media import KNOWN_ENDINGS, Media, guess_media
from runway_desktop.domain.moments import EARLIEST, known_moment
from runway_desktop.domain.task import (
    Batch,
    BatchId,
    Input,
    MemberId,
    Output,
    OutputState,
    State,
    Task,
    TaskId,
    new_task_id,
    parse_remote_id,
)
from runway_desktop.services.intake.intake import as_counted, is_noise
from runway_desktop.services.results import embedding, sidecar
from runway_desktop.services.results.sidecar import Sidecar, with_files_beside
from runway_desktop.services.tasks.uploads import inputs_of
from runway_desktop.texts import Text
from runway_desktop.values import Struct, asdict, replace

STEP = 25
"""Files per call of the worker."""
MOST_TROUBLES = 50


class FoundResult(Struct, frozen=True):
    """`told`: content of its sidecar or, if not `is_beside`, of the embedded request. `size` in bytes, `modified` in
    Unix seconds."""

    path: Path
    size: int
    modified: float
    told: Sidecar
    is_beside: bool = True

    @property
    def task_key(self) -> str:
        """The same for all results of one task."""
        told = self.told
        return parse_remote_id(told.remote_id) or told.task_id or str(self.path)

    @property
    def key(self) -> tuple[str, int]:
        return (self.task_key, self.told.index)


class FolderWalk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results: list[FoundResult] = []
        self.without_request = 0
        """Media files without a request."""
        self.alone = 0
        """Sidecars without their result."""
        self.troubles: list[Text | str] = []
        self.seen = 0
        self._files = self._walk()

    def step(self) -> bool:
        for _ in range(STEP):
            path = next(self._files, None)
            if path is None:
                return False
            self.seen += 1
            try:
                self._look_at(path)
            except OSError as error:
                self._complain(cannot_be_read(path, error))
        return True

    def _look_at(self, path: Path) -> None:
        if path.suffix.lower() == ".json":
            # `_walk` yields only .json files without a result of the same stem.
            self.alone += sidecar.read(sidecar.document_in(path)) is not None
            return
        told, is_beside = _told(sidecar.document_in(sidecar.path_for(path)), path), True
        if told is None:
            told, is_beside = _told(embedding.read(path), path), False
        if told is None:
            self.without_request += path.suffix.lstrip(".").lower() in KNOWN_ENDINGS
            return
        facts = path.stat()
        self.results.append(FoundResult(path, facts.st_size, known_moment(facts.st_mtime) or EARLIEST, told, is_beside))

    def _walk(self) -> Iterator[Path]:
        """Results, and sidecars without one, in natural order. Links to folders are not followed: they may form
        cycles."""
        waiting = [self.folder]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder) as found:
                    entries = sorted(found, key=lambda entry: as_counted(entry.name))
            except OSError as error:
                self._complain(cannot_be_read(folder, error))
                continue
            names = {entry.name for entry in entries}
            inside = [entry for entry in entries if entry.is_dir(follow_symlinks=False) and entry.name[:1] != "."]
            waiting += [Path(entry.path) for entry in reversed(inside)]
            for entry in entries:
                path = Path(entry.path)
                if entry.is_dir() or is_noise(path):
                    continue
                if path.suffix.lower() == ".json":
                    if path.stem not in names and Path(path.stem).suffix:
                        yield path
                elif path.suffix.lstrip(".").lower() in KNOWN_ENDINGS or f"{entry.name}.json" in names:
                    yield path

    def _complain(self, error: DiskError) -> None:
        if len(self.troubles) < MOST_TROUBLES:
            self.troubles.append(error.said)


def cannot_be_read(path: Path, error: OSError) -> DiskError:
    return DiskError(
        Text("“{file}” cannot be read ({reason}).").with_(file=path.name, reason=error.strerror or str(error))
    )


def _told(document: Mapping[str, Any] | None, path: Path) -> Sidecar | None:
    return sidecar.read(with_files_beside(document, path.parent)) if document is not None else None


def holds_results(folder: Path, most: int = 5) -> list[Sidecar]:
    """The first few sidecars with their results, to classify a dropped folder."""
    walk = FolderWalk(folder)
    found: list[Sidecar] = []
    for seen, path in enumerate(walk._files):
        if seen >= _GLANCE or len(found) >= most:
            break
        told = sidecar.read(sidecar.document_in(sidecar.path_for(path)))
        if told is not None:
            found.append(told)
    return found


_GLANCE = 200
"""Files read to classify a dropped folder."""


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
        run=told.run,
        cast=tuple(MemberId(one) for one in dict.fromkeys(told.cast) if local_id(one)),
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
