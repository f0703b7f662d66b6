"""The sheet as a table for others, with what became of its rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runway_desktop.services.disk.spreadsheet import USUAL, CsvDialect

from .blocks import csv_of
from .cell_texts import Line, Saying
from .columns import Column, Kind


def as_csv(lines: Iterable[Line], columns: Sequence[Column], saying: Saying, dialect: CsvDialect = USUAL) -> str:
    """Its columns in their order, then the task ids at Runway and the files of each row; blank rows are left out."""
    shown = [column for column in columns if column.kind is not Kind.RESULT]
    rows = []
    for line in lines:
        if not line.row.cells and not line.row.sent:
            continue
        texts = [saying.edited(line, column) for column in shown]
        texts.append(" | ".join(found.task.remote_id or "" for found in line.tasks))
        texts.append(" | ".join(output.path for found in line.tasks for output in found.outputs if output.path))
        rows.append(texts)
    return csv_of([*(column.title for column in shown), "Task", "File"], rows, dialect)
