"""Clipboard blocks of cells in the format of spreadsheet programs, and whole sheets as CSV. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from runway_desktop.services.disk.spreadsheet import USUAL, CsvDialect, plain, write_rows
from runway_desktop.texts import english

from .cell_texts import RowLine, Saying
from .columns import ColumnKind, SheetColumn

_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")


def block_of(text: str) -> list[list[str]]:
    """Parses tab-separated rows of cells; cells with tabs or line breaks are in quotation marks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if "\t" not in text and not text.startswith('"'):
        return [[line] for line in text.removesuffix("\n").split("\n")] if text else []
    try:
        return [row or [""] for row in csv.reader(io.StringIO(text, newline=""), delimiter="\t")]
    except csv.Error:
        return [line.split("\t") for line in text.removesuffix("\n").split("\n")]


def text_of_block(rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter="\t", lineterminator="\n").writerows(rows)
    return written.getvalue()


def csv_of(header: Sequence[str], rows: Iterable[Sequence[str]], manner: CsvDialect = USUAL) -> str:
    """A CSV file with the line ends and byte order mark that spreadsheet programs expect. Cells that they would take
    for formulas are escaped; numbers are not."""
    written = io.StringIO(newline="")
    write_rows(written, [header], manner)
    write_rows(written, ([cell if _NUMBER.fullmatch(cell) else plain(cell) for cell in row] for row in rows), manner)
    return ("\ufeff" if manner.is_marked else "") + written.getvalue()


def as_csv(
    lines: Iterable[RowLine], columns: Sequence[SheetColumn], saying: Saying, dialect: CsvDialect = USUAL
) -> str:
    """The columns in their order, then the Runway ids and files of each row. Blank rows are left out."""
    shown = [column for column in columns if column.kind is not ColumnKind.RESULT]
    rows = []
    for line in lines:
        if not line.row.cells and not line.row.sent:
            continue
        texts = [saying.edited(line, column) for column in shown]
        texts.append(" | ".join(found.task.remote_id or "" for found in line.tasks))
        texts.append(" | ".join(output.path for found in line.tasks for output in found.outputs if output.path))
        rows.append(texts)
    # In English, as the import reads it again.
    with english():
        titles = [column.title for column in shown]
    return csv_of([*titles, "Task", "File"], rows, dialect)
