"""Stored sheets: titles, and storing a composer's order with several tasks as a sheet of one row, which can be opened
and shown as a grid. May raise StoreError. Loop's thread only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runway_desktop.catalog import FieldKind
from runway_desktop.domain.library import KeptSheet, new_sheet_id
from runway_desktop.domain.task import TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.library.expansion import expansions
from runway_desktop.services.library.sheets import KeptRow, SentTask, SheetContent, write, write_row
from runway_desktop.texts import ngettext
from runway_desktop.usecases.requests.order import Order
from runway_desktop.usecases.words.tasks import sheet_title

from . import cells as cell
from .columns import ENDPOINT, MODEL, PROMPT

_LONGEST_NAME = 48


def kept_in_words(kept: KeptSheet, said_when: str) -> str:
    """ "shots.csv · 6 rows · today 14:02"."""
    return " · ".join((sheet_title(kept.name), ngettext("{n} row", "{n} rows", kept.rows), said_when))


def batch_name(prompt: str) -> str:
    words = " ".join(prompt.split())
    return words if len(words) <= _LONGEST_NAME else f"{words[: _LONGEST_NAME - 1].rstrip()}…"


async def keep_as_sheet(engine: Engine, order: Order, task_ids: Sequence[TaskId]) -> None:
    """Stores the order of these tasks, which are the expansions of its prompt, as a sheet."""
    request = order.request
    batch_id = next((row.task.batch_id for row in await engine.library.rows(task_ids[:1])), None)
    if batch_id is None:
        return
    cells: dict[str, Any] = {PROMPT: request.prompt, ENDPOINT: request.endpoint, MODEL: request.model}
    for field in order.pair.fields:
        value = request.values.get(field.name)
        if value is not None and field.kind is not FieldKind.PROMPT:
            cells[field.name] = cell.inputs_of_wire(field, value) if field.is_asset else value
    texts = expansions(request.prompt)
    sent = tuple(SentTask(task_id, found.choices) for task_id, found in zip(task_ids, texts, strict=False))
    name = batch_name(request.prompt)
    content = SheetContent(name=name, composed=request, project=order.project)
    text = write(content, [write_row(KeptRow(cells=cells, sent=sent))])
    kept = KeptSheet(id=new_sheet_id(), name=name, changed_at=engine.clock.now(), rows=1, batch_id=batch_id, text=text)
    await engine.sheets.keep(kept)
