"""CSV and TSV: detects separator and columns, and makes a draft of each row. Pure, except that files named in rows are
read.

Raises nothing. A missing header, a duplicate or unknown column and an invalid row get a finding; the rest is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from runway_desktop.domain.inputs import IntakeFinding
from runway_desktop.domain.media import Media
from runway_desktop.services.disk.spreadsheet import delimiter_of, records_in
from runway_desktop.texts import Text
from runway_desktop.values import replace

from .parts import Parts
from .rows import Cell, RowReader
from .vocabulary import Content, TableColumn, Vocabulary

_HEADER_ROW = 1
_NO_PROMPT = Text(
    "There is no column named “prompt”. The first line names the columns, such as prompt, model, ratio, seed."
)


def read_table(text: str, reader: RowReader, *, tabs_only: bool = False) -> Parts:
    """A draft for each row; a task id for rows with only an id."""
    parts = Parts()
    delimiter, start = delimiter_of(text, reader.words.column)
    header_row = _HEADER_ROW + (start > 0)
    records = _records(text[start:], "\t" if tabs_only and not start else delimiter, reader, parts)
    header = next(records, [])
    columns, findings = _columns(header, header_row, reader)
    start = header_row + 1
    if not any(columns) and len(header) == 1 and header[0].strip():
        # A plain list with a table's extension: each line, also the first, is a prompt.
        columns, records, start = [TableColumn("prompt", Content.PROMPT)], chain([header], records), header_row
        message = Text("The first line names no column, so every line is used as a prompt.")
        parts.findings.append(reader.finding(message, header_row))
    else:
        parts.findings += findings
        if not any(_carries(column) for column in columns if column):
            parts.findings.append(reader.finding(_NO_PROMPT, header_row, "prompt"))
        if not any(columns):
            return parts
    strange = [title.strip() if column is None else "" for title, column in zip(header, columns, strict=False)]
    carrying = frozenset(column for column in columns if column is not None and _carries(column))
    for number, record in enumerate(records, start):
        if parts.is_full(reader, number):
            break
        if any(cell.strip() for cell in record):
            _read_row(record, number, columns, carrying, strange, reader, parts)
    return parts


def _read_row(
    record: Sequence[str],
    number: int,
    columns: Sequence[TableColumn | None],
    carrying: frozenset[TableColumn],
    strange: Sequence[str],
    reader: RowReader,
    parts: Parts,
) -> None:
    """`carrying`: columns that can make a request. `strange`: titles of unknown columns, "" for the others."""
    cells: list[Cell] = [(column, cell) for column, cell in zip(columns, record, strict=False) if column]
    carried = {column.meaning: cell.strip() for column, cell in cells if column in carrying and cell.strip()}
    if set(carried) == {Content.REMOTE_ID}:
        parts.take_id(carried[Content.REMOTE_ID], number, reader)
        return
    draft = reader.draft([(column, cell) for column, cell in cells if column.meaning is not Content.REMOTE_ID], number)
    unmatched = {title: cell for title, cell in zip(strange, record, strict=False) if title and cell.strip()}
    if unmatched:
        draft = replace(draft, unmatched=unmatched)
    if any(cell.strip() for cell in record[len(columns) :]):
        message = Text("It has more cells than the table has columns. A cell with a comma needs quotation marks.")
        draft = replace(draft, findings=(*draft.findings, reader.finding(message, number)))
    parts.drafts.append(draft)


def looks_like_table(text: str, vocabulary: Vocabulary) -> bool:
    """Whether these are spreadsheet cells: separated by tabs, with a first line that names a prompt and another
    column."""
    first = text.lstrip("\n").partition("\n")[0]
    columns = [vocabulary.column(title) for title in first.split("\t")]
    return len(columns) > 1 and all(columns) and any(column.meaning is Content.PROMPT for column in columns if column)


def _records(text: str, delimiter: str, reader: RowReader, parts: Parts) -> Iterator[list[str]]:
    """The cells of each record."""
    if text.count('"') % 2:
        parts.findings.append(
            reader.finding(Text("A quotation mark is not closed, so a cell may contain more than it should."))
        )
    for line, found in records_in(text, delimiter):
        if isinstance(found, list):
            yield found
        else:
            parts.findings.append(reader.finding(Text("It cannot be read ({reason}).").with_(reason=str(found)), line))
            yield []


def _columns(
    header: Sequence[str], row: int, reader: RowReader
) -> tuple[list[TableColumn | None], list[IntakeFinding]]:
    columns: list[TableColumn | None] = []
    findings: list[IntakeFinding] = []
    seen: dict[tuple[str, ...], str] = {}
    for title in header:
        name = title.strip()
        column = reader.words.column(name) if name else None
        if column is None:
            if name:
                near = reader.words.nearest(name)
                message = Text("The column “{name}” is unknown and was left out.")
                if near:
                    message = Text("The column “{name}” is unknown and was left out. Did you mean “{near}”?")
                findings.append(reader.finding(message.with_(name=name, near=near), row, name))
        elif column.key in seen:
            first = seen[column.key]
            message = Text("“{first}” and “{name}” mean the same. The first one is used.")
            if first == name:
                message = Text("There are two columns “{name}”. The first one is used.")
            findings.append(reader.finding(message.with_(first=first, name=name), row, name))
            column = None
        else:
            seen[column.key] = name
        columns.append(column)
    return columns, findings


def _carries(column: TableColumn) -> bool:
    """Whether a column can make a request: a prompt, an input, or a task id."""
    wire = " ".join(column.wire_names).casefold()
    return (
        column.meaning in (Content.PROMPT, Content.REMOTE_ID)
        or column.media is not Media.OTHER
        or any(word in wire for word in ("uri", "image", "video", "media", "character", "speech"))
    )
