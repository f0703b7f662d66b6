"""The rows of a batch, which a script gives as JSON lines or as CSV: what each asks for, and its `request_id`. Pure.

A row's members are those of a create, and every other one is a field of the model. A row without a `request_id` gets
one from what it asks for and how many rows before it ask for the same: two equal rows are two takes, while a second
run, or a row in another place, asks for the same task. The batch's name goes into it, so another name makes all of them
again.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from runway_desktop.services.disk.disk_steps import parsed
from runway_desktop.services.disk.spreadsheet import delimiter_of, records_in
from runway_desktop.values import Struct

from .refusals import CallRefused, Code

MOST_ROWS = 2_000
_NAMED = ("endpoint", "model", "prompt", "project", "request_id")


class BatchRow(Struct, frozen=True):
    """`wish` has the members of `TaskWished`."""

    line: int
    wish: Mapping[str, Any]

    @property
    def request_id(self) -> str:
        return str(self.wish["request_id"])


class Batch(Struct, frozen=True):
    """`problems`: why a line cannot be made, by its number, from 1."""

    rows: tuple[BatchRow, ...]
    problems: Mapping[int, str]


def batch_of(text: str, *, is_table: bool, given: Mapping[str, Any], name: str = "") -> Batch:
    """`given`: members for rows that do not name them. `name`: of the batch. Raises CallRefused without any row, or
    with more than `MOST_ROWS`."""
    rows: list[BatchRow] = []
    problems: dict[int, str] = {}
    amount = 0
    for line, found in _table(text) if is_table else _json_lines(text):
        amount += 1
        wish = found if isinstance(found, str) else _wish(found, given)
        if isinstance(wish, str):
            problems[line] = wish
        elif amount <= MOST_ROWS:
            rows.append(BatchRow(line, wish))
    if amount > MOST_ROWS:
        said = f"A batch may have up to {MOST_ROWS:,} rows; this one has {amount:,}."
        raise CallRefused(said, code=Code.INPUT, advice="Split it. Nothing was sent.")
    if not amount:
        raise CallRefused("The batch has no row.", code=Code.INPUT)
    return _with_ids(rows, problems, name)


def _with_ids(rows: list[BatchRow], problems: dict[int, str], name: str) -> Batch:
    alike: Counter[str] = Counter()
    first: dict[str, tuple[int, str]] = {}
    found = []
    for row in rows:
        request_id = row.request_id
        meant = json.dumps({**row.wish, "request_id": ""}, sort_keys=True)
        if not request_id:
            alike[meant] += 1
            content = json.dumps([name, meant, alike[meant]])
            request_id = f"batch-{hashlib.sha256(content.encode()).hexdigest()[:32]}"
        line, same = first.setdefault(request_id, (row.line, meant))
        if same != meant:
            problems[row.line] = f"It has the request_id of line {line}, and asks for something else."
        found.append(BatchRow(row.line, {**row.wish, "request_id": request_id}))
    return Batch(tuple(found), problems)


def _wish(members: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any] | str:
    """The members of `TaskWished`, or what is wrong."""
    wish: dict[str, Any] = {}
    for name in _NAMED:
        value = members.get(name)
        if not isinstance(value, str | None):
            return f"Its “{name}” is no text."
        wish[name] = (value or "" if name == "prompt" else (value or "").strip()) or given.get(name, "")
    if missing := [name for name in ("endpoint", "model") if not wish[name]]:
        return f"Neither it nor the command line names its {missing[0]}."
    values = given["values"] | {name: value for name, value in members.items() if name not in _NAMED}
    wish["values"] = {name: value for name, value in values.items() if value is not None}
    return wish


def _json_lines(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    for line, words in enumerate(text.split("\n"), 1):
        if not words.strip():
            continue
        try:
            found = parsed(words)
        except ValueError as error:
            yield line, f"It is no JSON: {error}."
        else:
            yield line, found if isinstance(found, dict) else "It is no JSON object."


def _table(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    """The first record names the columns."""
    separator, start = delimiter_of(text, lambda title: title if title.strip() in _NAMED else None)
    names: list[str] | None = None
    for number, cells in records_in(text[start:], separator, is_strict=True):
        line = number + (start > 0)
        if isinstance(cells, csv.Error):
            yield line, f"It cannot be read ({cells})."
        elif names is None:
            names = "\0".join(map(str.strip, cells)).rstrip("\0").split("\0")
            if len({*names} - {""}) < len(names):
                yield line, "A column has no name, or the name of another one."
        elif any(cell.strip() for cell in cells[len(names) :]):
            yield (
                line,
                "It has more cells than the table has columns. A cell with a separator in it needs quotation marks.",
            )
        elif any(cell.strip() for cell in cells):
            cells_by_name = zip(names, cells, strict=False)
            yield line, {name: _value(name, cell) for name, cell in cells_by_name if cell.strip()}


def _value(name: str, cell: str) -> Any:
    """A cell as JSON or else as text, as the command line reads a field."""
    if name in _NAMED:
        return cell
    try:
        return parsed(cell)
    except ValueError:
        return cell
