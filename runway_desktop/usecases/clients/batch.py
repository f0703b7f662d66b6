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

from runway_desktop.services.disk.disk_steps import parsed, typed
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
    found = [(line, _wish(members, given)) for line, members in (_table if is_table else _json_lines)(text)]
    if not found:
        raise CallRefused("The batch has no row.", code=Code.INPUT)
    if len(found) > MOST_ROWS:
        said = f"A batch may have up to {MOST_ROWS:,} rows; this one has {len(found):,}."
        raise CallRefused(said, code=Code.INPUT, advice="Split it. Nothing was sent.")
    rows: list[BatchRow] = []
    problems: dict[int, str] = {}
    alike: Counter[str] = Counter()
    first: dict[str, tuple[int, str]] = {}
    for line, wish in found:
        if isinstance(wish, str):
            problems[line] = wish
            continue
        meant = json.dumps({**wish, "request_id": ""}, sort_keys=True)
        if not wish["request_id"]:
            alike[meant] += 1
            content = json.dumps([name, meant, alike[meant]])
            wish["request_id"] = f"batch-{hashlib.sha256(content.encode()).hexdigest()[:32]}"
        before, same = first.setdefault(wish["request_id"], (line, meant))
        if same != meant:
            problems[line] = f"It has the request_id of line {before}, and asks for something else."
        rows.append(BatchRow(line, wish))
    return Batch(tuple(rows), problems)


def _wish(members: Mapping[str, Any] | str, given: Mapping[str, Any]) -> dict[str, Any] | str:
    """The members of `TaskWished`, or what is wrong."""
    if isinstance(members, str):
        return members
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
        if words.strip():
            try:
                found, why = parsed(words), "It is no JSON object."
            except ValueError as error:
                found, why = None, f"It is no JSON: {error}."
            yield line, found if isinstance(found, dict) else why


def _table(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    """The first record names the columns."""
    separator, start = delimiter_of(text, lambda title: title if title.strip() in _NAMED else None)
    names: list[str] = []
    for number, cells in records_in(text[start:], separator, is_strict=True):
        line = number + (start > 0)
        if isinstance(cells, csv.Error):
            yield line, f"It cannot be read ({cells})."
        elif not names:
            names = "\0".join(map(str.strip, cells)).rstrip("\0").split("\0")
            if len({*names} - {""}) < len(names):
                yield line, "A column has no name, or the name of another one."
        elif any(cell.strip() for cell in cells[len(names) :]):
            yield line, "It has more cells than columns. A cell with a separator in it needs quotation marks."
        elif any(cell.strip() for cell in cells):
            named = zip(names, cells, strict=False)
            yield line, {name: cell if name in _NAMED else typed(cell) for name, cell in named if cell.strip()}
