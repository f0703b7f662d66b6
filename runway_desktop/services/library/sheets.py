"""Stores batch sheets: rows, axes, and the tasks made of each row, as one JSON text per sheet.

`write` and `read` are pure. The caller caches the text of each row, so that changing one cell among thousands
serializes one row. Loop's thread only; StoreError passes. An invalid stored sheet raises `DamagedSheet`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

from runway_desktop.domain import kept_text
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.library import KeptSheet
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.ports import Store
from runway_desktop.texts import Text
from runway_desktop.values import Struct, as_json, field

from .expansion import Axis
from .library import OfStore

OPEN_SHEET = "sheet.open"
"""Setting with the open sheet's id, to offer it again after a crash."""
FORM = 1
"""Version of the format. A newer one is refused with a sentence."""


class DamagedSheet(NotPossible):
    """A stored sheet that cannot be read."""


class SentTask(Struct, frozen=True):
    """`labels`: its choices for each brace and axis."""

    task_id: TaskId
    labels: tuple[str, ...] = ()


class KeptRow(Struct, frozen=True, kw_only=True):
    """`cells` by column, as wire JSON where valid. `unmatched`: by title, for titles without a column."""

    cells: Mapping[str, Any] = field(default_factory=dict)
    unmatched: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Text | str, ...] = ()
    """Problems of the whole row at import."""
    sent: tuple[SentTask, ...] = ()


class SheetContent(Struct, frozen=True, kw_only=True):
    """`composed`: defaults for blank cells; `project` likewise. `shown`: columns that the person added. `beside`: base
    folder of relative paths, or empty."""

    name: str
    composed: Request
    rows: Sequence[KeptRow] = ()
    axes: tuple[Axis, ...] = ()
    project: str = ""
    shown: tuple[str, ...] = ()
    beside: str = ""
    source: str = ""
    """The imported file, for the title; empty if typed or pasted."""


class Sheets:
    keep = OfStore(lambda store: store.save_sheet)
    open = OfStore(lambda store: store.sheet)
    of_batch = OfStore(lambda store: store.sheet_of_batch)
    forget = OfStore(lambda store: store.delete_sheet)

    def __init__(self, store: Store, executor: Executor) -> None:
        self._store = store
        self._executor = executor

    async def content(self, kept: KeptSheet) -> SheetContent:
        """Parses a stored sheet in a worker: thousands of rows take a while. Raises DamagedSheet."""
        return await in_worker(self._executor, read, kept.text)

    async def recent(self, limit: int = 50) -> Sequence[KeptSheet]:
        """Latest first, without their texts."""
        return await self._store.sheets(limit)


def write(content: SheetContent, rows: Sequence[str]) -> str:
    """The text of a sheet. `rows`: texts from `write_row`; the rows in `content` are ignored."""
    head = {
        "form": FORM,
        "name": content.name,
        "composed": as_json(content.composed),
        "axes": [{"key": axis.key, "title": axis.title, "values": list(axis.values)} for axis in content.axes],
        "project": content.project,
        "shown": list(content.shown),
        "beside": content.beside,
        "source": content.source,
    }
    return f'{json.dumps(head)[:-1]}, "rows": [{", ".join(rows)}]}}'


def write_row(row: KeptRow) -> str:
    """One row. Never raises: cells are JSON already."""
    found: dict[str, Any] = {"cells": dict(row.cells)}
    if row.unmatched:
        found["unmatched"] = dict(row.unmatched)
    if row.remarks:
        found["remarks"] = list(map(kept_text.kept, row.remarks))
    if row.sent:
        found["sent"] = [{"task": task.task_id, "labels": list(task.labels)} for task in row.sent]
    return json.dumps(found)


def read(text: str) -> SheetContent:
    """Parses a sheet. Raises DamagedSheet."""
    try:
        found = json.loads(text)
        if found["form"] > FORM:
            raise DamagedSheet(
                Text("This sheet was saved by a newer version of this program."),
                advice=Text("Install the newest version."),
            )
        composed = found["composed"]
        return SheetContent(
            name=str(found["name"]),
            composed=Request(**{name: composed[name] for name in ("endpoint", "model", "values", "prompt")}),
            rows=tuple(map(_row, found["rows"])),
            axes=tuple(Axis(axis["key"], axis["title"], tuple(axis["values"])) for axis in found["axes"]),
            project=str(found["project"]),
            shown=tuple(found["shown"]),
            beside=str(found["beside"]),
            source=str(found["source"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedSheet(Text("The saved sheet is damaged and cannot be read."), detail=str(error)) from error


def _row(found: Mapping[str, Any]) -> KeptRow:
    return KeptRow(
        cells=dict(found["cells"]),
        unmatched=dict(found.get("unmatched", {})),
        remarks=tuple(map(kept_text.read, found.get("remarks", ()))),
        sent=tuple(SentTask(TaskId(task["task"]), tuple(task["labels"])) for task in found.get("sent", ())),
    )
