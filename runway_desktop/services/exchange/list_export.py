"""Exports the list as CSV or JSON, streamed page by page; and the columns of a task as typed values: numbers, times
with zone.

Atomic: the old file stays until the new one is complete; a crash leaves the old file and a `.part`. Loop's thread;
writing runs in the executor. Raises StoreError and DiskError.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from runway_desktop.catalog import Catalog, settings_line
from runway_desktop.domain.account import DOLLARS_PER_CREDIT
from runway_desktop.domain.cast import as_text
from runway_desktop.domain.library import Row
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.task import Task, TaskId
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.disk.spreadsheet import USUAL, CsvDialect, number, plain, write_rows
from runway_desktop.services.intake.documents import LITERAL
from runway_desktop.services.library.expansion import literal
from runway_desktop.services.ports import Store
from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .progress import Progress

Value = str | float | int | None | Sequence[str] | Mapping[str, Any]


class ExportScope(StrEnum):
    """Which tasks are exported."""

    CHOSEN = "chosen"
    LISTED = "listed"
    """All that the list shows."""


class What(StrEnum):
    """Kind of an export: files of results, or the list."""

    FILES = "files"
    LIST = "list"


class ExportLine(Struct, frozen=True):
    """A task with values for the columns. `zone`: of its times; None: this machine's."""

    row: Row
    batch: str = ""
    settings: str = ""
    zone: tzinfo | None = None
    asked_by: str = ""
    """Client that asked for it; set only if a column needs it."""

    @property
    def task(self) -> Task:
        return self.row.task


class ExportColumn(Struct, frozen=True):
    """`key`: name in JSON and in the CSV header. `title`: for people."""

    key: str
    title: Text
    value: Callable[[ExportLine], Value]
    is_usual: bool = True
    """Whether it is exported by default."""


def _time(line: ExportLine, at: float | None) -> str | None:
    return None if at is None else local_time(at, line.zone).astimezone(line.zone).isoformat("T", "seconds")


def _took(line: ExportLine) -> float | None:
    task = line.task
    since = task.running_since or task.remote_created_at or task.sent_at
    return None if task.ended_at is None or since is None else round(max(0.0, task.ended_at - since), 3)


def _dollars(line: ExportLine) -> float | None:
    cost = line.task.cost_credits
    return None if cost is None else round(cost * DOLLARS_PER_CREDIT, 4)


def _failure(line: ExportLine) -> str:
    return str(line.task.failure.words) if line.task.failure is not None else ""


def _parameter(name: str) -> Callable[[ExportLine], Value]:
    def value(line: ExportLine) -> Value:
        found = line.task.request.values.get(name)
        return found if isinstance(found, str | int | float) and not isinstance(found, bool) else None

    return value


def _at(name: str) -> Callable[[ExportLine], Value]:
    return lambda line: _time(line, getattr(line.task, name))


def _trims(line: ExportLine) -> Value:
    """In and out of each result that has them, in seconds."""
    return [f"{trim.start:.3f} {trim.end:.3f}" for trim in line.task.trims]


def _marks(line: ExportLine) -> Value:
    return [f"{mark.at:.3f} {mark.text}" for mark in line.task.marks]


def _files(line: ExportLine) -> Value:
    return [output.path for output in line.row.outputs if output.is_here]


COLUMNS: tuple[ExportColumn, ...] = (
    ExportColumn("prompt", Text("Prompt"), lambda line: line.task.request.prompt),
    ExportColumn("title", Text("Name"), lambda line: line.task.title),
    ExportColumn("model", Text("Model"), lambda line: line.task.request.model),
    ExportColumn("endpoint", Text("Endpoint"), lambda line: line.task.request.endpoint),
    ExportColumn("settings", Text("Settings", context="of a task"), lambda line: line.settings),
    ExportColumn("values", Text("Request as JSON"), lambda line: line.task.request.values, is_usual=False),
    ExportColumn("seed", Text("Seed"), _parameter("seed")),
    ExportColumn("ratio", Text("Ratio"), _parameter("ratio"), is_usual=False),
    ExportColumn("duration", Text("Requested length in seconds"), _parameter("duration"), is_usual=False),
    ExportColumn("state", Text("State"), lambda line: line.task.state.value),
    ExportColumn("failure", Text("Why it failed"), _failure, is_usual=False),
    ExportColumn("made", Text("Created"), _at("created_at"), is_usual=False),
    ExportColumn("sent", Text("Sent"), _at("sent_at")),
    ExportColumn("ended", Text("Ended"), _at("ended_at")),
    ExportColumn("took_seconds", Text("Time taken in seconds"), _took),
    ExportColumn("credits", Text("Credits"), lambda line: line.task.cost_credits),
    ExportColumn("dollars", Text("US dollars"), _dollars, is_usual=False),
    ExportColumn(
        "estimated_credits", Text("Estimated credits"), lambda line: line.task.estimated_credits, is_usual=False
    ),
    ExportColumn("rating", Text("Rating"), lambda line: line.task.rating),
    ExportColumn("pick", Text("Pick", context="noun"), lambda line: line.task.pick.value),
    ExportColumn("picked_by", Text("Picked by"), lambda line: line.task.picked_by, is_usual=False),
    ExportColumn("picked_at", Text("Picked at"), _at("picked_at"), is_usual=False),
    ExportColumn("tags", Text("Tags"), lambda line: list(line.task.tags)),
    ExportColumn("project", Text("Project"), lambda line: line.task.project),
    ExportColumn("shot", Text("Shot"), lambda line: line.task.shot),
    ExportColumn("note", Text("Note"), lambda line: line.task.note),
    ExportColumn("trims", Text("In and out"), _trims, is_usual=False),
    ExportColumn("marks", Text("Notes at times"), _marks, is_usual=False),
    ExportColumn("batch", Text("Batch"), lambda line: line.batch, is_usual=False),
    ExportColumn("asked_by", Text("Requested by"), lambda line: line.asked_by, is_usual=False),
    ExportColumn("files", Text("Files"), _files),
    ExportColumn("runway_id", Text("Task ID at Runway"), lambda line: line.task.remote_id),
    ExportColumn("id", Text("Local ID"), lambda line: line.task.id),
    ExportColumn("parent_id", Text("Id of the original task"), lambda line: line.task.parent_id),
)
BY_KEY: Mapping[str, ExportColumn] = {column.key: column for column in COLUMNS}


PAGE = 500
"""Tasks per call of store and worker."""


class ListForm(StrEnum):
    CSV = "csv"
    JSON = "json"


class ListWritten(Struct, frozen=True):
    """`rows` written; 0 and `is_stopped` if the person stopped it, and no file was changed."""

    path: Path
    rows: int
    is_stopped: bool = False


@dataclass(eq=False, repr=False)
class ListExport:
    """`zone`: of the times; None: this machine's."""

    _store: Store
    _catalog: Catalog
    _executor: Executor
    _zone: tzinfo | None = None

    async def write(
        self,
        path: Path,
        task_ids: Sequence[TaskId],
        columns: Sequence[str],
        form: ListForm,
        progress: Progress,
        manner: CsvDialect = USUAL,
    ) -> ListWritten:
        """Writes these tasks in their order. `columns`: keys of `COLUMNS`; unknown ones are ignored. `manner`: CSV
        dialect."""
        chosen = [BY_KEY[key] for key in columns if key in BY_KEY]
        file = await in_worker(self._executor, _ListFile, path, chosen, form, manner)
        rows = 0
        try:
            for start in range(0, len(task_ids), PAGE):
                if progress.is_stopped:
                    break
                found = await self._store.rows(task_ids[start : start + PAGE])
                lines = await self._lines(found, with_askers=BY_KEY["asked_by"] in chosen)
                await in_worker(self._executor, file.write, lines)
                rows += len(lines)
                progress.report(min(start + PAGE, len(task_ids)), len(task_ids))
            if progress.is_stopped:
                await in_worker(self._executor, file.abandon)
                return ListWritten(path, 0, is_stopped=True)
            await in_worker(self._executor, file.finish)
        except BaseException:
            await in_worker(self._executor, file.abandon)
            raise
        return ListWritten(path, rows)

    async def _lines(self, rows: Sequence[Row], *, with_askers: bool) -> list[ExportLine]:
        asked = await self._store.client_requests([row.task.id for row in rows]) if with_askers else {}
        batches = {row.task.batch_id for row in rows if row.task.batch_id is not None}
        names = await self._store.batch_names(sorted(batches)) if batches else {}
        lines = []
        for row in rows:
            request, batch_id = row.task.request, row.task.batch_id
            settings = settings_line(self._catalog.pair(request.endpoint, request.model), request.values)
            batch = names.get(batch_id, "") if batch_id is not None else ""
            asker = asked[row.task.id].client if row.task.id in asked else ""
            lines.append(ExportLine(row, batch, settings, self._zone, asker))
        return lines


class _ListFile:
    """Writes a list file atomically: to a draft first, renamed when complete. Blocks; one thread at a time."""

    def __init__(self, path: Path, columns: Sequence[ExportColumn], form: ListForm, manner: CsvDialect) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._columns = columns
        self._form = form
        self._manner = manner
        # Lone surrogates, from invalid file names, become JSON escapes.
        is_json = form is ListForm.JSON
        encoding, errors = ("utf-8", "backslashreplace") if is_json else (manner.encoding, "replace")
        self._before = "[\n"
        """JSON text before the next object."""
        with spoken_for(path.parent):
            # Stays open between calls of the worker; `finish` and `abandon` close it.
            self._text: TextIO = self._part.open("w", encoding=encoding, errors=errors, newline="")
            if not is_json:
                write_rows(self._text, [[column.key for column in columns]], manner)

    def write(self, lines: Sequence[ExportLine]) -> None:
        with spoken_for(self._path.parent):
            for line in lines:
                match self._form:
                    case ListForm.CSV:
                        cells = [_cell(_typed(column, line), self._manner.decimal) for column in self._columns]
                        write_rows(self._text, [cells], self._manner)
                    case ListForm.JSON:
                        # One array with one object per line, readable by eye and by `grep`.
                        values = {column.key: _json(column.value(line)) for column in self._columns}
                        values |= {LITERAL: True} if _is_literal(line) else {}
                        self._text.write(self._before + json.dumps(values, ensure_ascii=False, default=str))
                        self._before = ",\n"

    def finish(self) -> None:
        with spoken_for(self._path.parent):
            if self._form is ListForm.JSON:
                self._text.write("[]\n" if self._before == "[\n" else "\n]\n")
            self._text.flush()
            os.fsync(self._text.fileno())
            self._text.close()
            self._part.replace(self._path)

    def abandon(self) -> None:
        with contextlib.suppress(OSError):
            self._text.close()
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)


def _is_literal(line: ExportLine) -> bool:
    """Whether the prompt contains syntax of expansions, or names, and must be escaped to be typed."""
    return _escaped(line) != line.task.request.prompt


def _escaped(line: ExportLine) -> str:
    return literal(as_text(line.task.request.prompt))


def _typed(column: ExportColumn, line: ExportLine) -> Value:
    """Escapes the prompt: a table that is imported again consists of its cells only."""
    return _escaped(line) if column.key == "prompt" else column.value(line)


def _cell(value: Value, decimal: str) -> str:
    match value:
        case None:
            return ""
        case str():
            return plain(value)
        case int() | float():
            return number(value, decimal)
        case Mapping():
            return plain(json.dumps(value, ensure_ascii=False, default=str))
        case _:
            return plain("\n".join(value))


def _json(value: Value) -> Any:
    """Writes whole numbers without decimals: 12 instead of 12.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
