"""The sheet as a table for others, with what became of its rows. Pure."""

from __future__ import annotations

from runway_desktop.services.disk.spreadsheet import USUAL, CsvDialect
from runway_desktop.usecases.sheets.blocks import csv_of
from runway_desktop.usecases.sheets.columns import Kind

from .model import SheetModel


def as_csv(model: SheetModel, manner: CsvDialect = USUAL) -> str:
    """Its columns in their order, then the task ids at Runway and the files of each row."""
    columns = [column for column in model.columns if column.kind is not Kind.RESULT]
    rows = []
    for place, row in enumerate(model.rows):
        if not row.cells and not row.sent:
            continue
        texts = []
        for column in columns:
            at = model.index(place, model.columns.index(column))
            texts.append(str((at.data(2) if column.is_cell else at.data()) or ""))
        tasks = [found for task in row.sent if (found := model.task(task.task_id)) is not None]
        texts.append(" | ".join(found.task.remote_id or "" for found in tasks))
        texts.append(" | ".join(output.path for found in tasks for output in found.outputs if output.path))
        rows.append(texts)
    return csv_of([*(column.title for column in columns), "Task", "File"], rows, manner)
