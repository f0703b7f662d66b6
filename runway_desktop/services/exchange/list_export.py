"""The list as a file: CSV for spreadsheets or JSON for programs, streamed page by page, however long it is.

What was there under the name is whole until the new file is; a program that dies in the middle leaves the old one and
a `.part`. Loop's thread; what writes runs in the executor. Raises StoreError and DiskError.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeVar

from runway_desktop.catalog import Catalog, settings_line
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import TaskId
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.disk.spreadsheet import USUAL, CsvDialect, number, plain
from runway_desktop.services.ports import Store

from .list_columns import BY_KEY, Line, ListColumn, Value
from .progress import Progress

Result = TypeVar("Result")

PAGE = 500
"""Tasks of one trip to the store and one to the worker."""


class ListForm(StrEnum):
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class ListWritten:
    """`rows` of the file; 0 and `is_stopped` where the person stopped it, and nothing has changed."""

    path: Path
    rows: int
    is_stopped: bool = False


class ListExport:
    """`zone` is that of the times; None: this machine's."""

    def __init__(self, store: Store, catalog: Catalog, executor: Executor, *, zone: tzinfo | None = None) -> None:
        self._store = store
        self._catalog = catalog
        self._executor = executor
        self._zone = zone

    async def write(
        self,
        path: Path,
        task_ids: Sequence[TaskId],
        columns: Sequence[str],
        form: ListForm,
        progress: Progress,
        manner: CsvDialect = USUAL,
    ) -> ListWritten:
        """Writes these tasks in their order. `columns` are keys of `list_columns`; unknown ones are left out. `manner`
        is that of a CSV."""
        chosen = [BY_KEY[key] for key in columns if key in BY_KEY]
        file: _ListFile = await self._do(_BEGIN[form], path, chosen, manner)
        rows = 0
        try:
            for start in range(0, len(task_ids), PAGE):
                if progress.is_stopped:
                    break
                found = await self._store.rows(task_ids[start : start + PAGE])
                lines = await self._lines(found)
                await self._do(file.write, lines)
                rows += len(lines)
                progress.report(min(start + PAGE, len(task_ids)), len(task_ids))
            if progress.is_stopped:
                await self._do(file.abandon)
                return ListWritten(path, 0, is_stopped=True)
            await self._do(file.finish)
        except BaseException:
            await self._do(file.abandon)
            raise
        return ListWritten(path, rows)

    async def _lines(self, rows: Sequence[Row]) -> list[Line]:
        batches = {row.task.batch_id for row in rows if row.task.batch_id is not None}
        names = await self._store.batch_names(sorted(batches)) if batches else {}
        return [
            Line(
                row,
                names.get(row.task.batch_id, "") if row.task.batch_id is not None else "",
                settings_line(
                    self._catalog.pair(row.task.request.endpoint, row.task.request.model), row.task.request.values
                ),
                self._zone,
            )
            for row in rows
        ]

    async def _do(self, work: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)


class _ListFile(Protocol):
    """Blocks; one thread at a time."""

    def write(self, lines: Sequence[Line]) -> None: ...

    def finish(self) -> None: ...

    def abandon(self) -> None: ...


class _Unfinished:
    """A text beside its place, which takes the place when it is whole."""

    def __init__(self, path: Path, encoding: str, errors: str) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        with spoken_for(path.parent):
            # It is open between the trips to the worker; `finish` and `abandon` close it.
            self.text: TextIO = self._part.open("w", encoding=encoding, errors=errors, newline="")

    def finish(self) -> None:
        with spoken_for(self._path.parent):
            self.text.flush()
            os.fsync(self.text.fileno())
            self.text.close()
            self._part.replace(self._path)

    def abandon(self) -> None:
        with contextlib.suppress(OSError):
            self.text.close()
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)


class _CsvFile(_Unfinished):
    def __init__(self, path: Path, columns: Sequence[ListColumn], manner: CsvDialect) -> None:
        super().__init__(path, manner.encoding, "replace")
        self._columns = columns
        self._decimal = manner.decimal
        self._writer = csv.writer(self.text, delimiter=manner.separator)
        with spoken_for(path.parent):
            self._writer.writerow([column.key for column in columns])

    def write(self, lines: Sequence[Line]) -> None:
        with spoken_for(self._path.parent):
            self._writer.writerows(
                [_cell(column.value(line), self._decimal) for column in self._columns] for line in lines
            )


class _JsonFile(_Unfinished):
    """One array, an object a line, so that it can be read by eye and by `grep` too."""

    def __init__(self, path: Path, columns: Sequence[ListColumn], _: CsvDialect) -> None:
        # Half a character, of a broken file name, is spelled as JSON spells it.
        super().__init__(path, "utf-8", "backslashreplace")
        self._columns = columns
        self._before = "[\n"

    def write(self, lines: Sequence[Line]) -> None:
        with spoken_for(self._path.parent):
            for line in lines:
                values = {column.key: _json(column.value(line)) for column in self._columns}
                self.text.write(self._before + json.dumps(values, ensure_ascii=False, default=str))
                self._before = ",\n"

    def finish(self) -> None:
        with spoken_for(self._path.parent):
            self.text.write("[]\n" if self._before == "[\n" else "\n]\n")
        super().finish()


_BEGIN: Mapping[ListForm, Callable[[Path, Sequence[ListColumn], CsvDialect], _ListFile]] = {
    ListForm.CSV: _CsvFile,
    ListForm.JSON: _JsonFile,
}


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
    """12.0 credits are 12 credits."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
