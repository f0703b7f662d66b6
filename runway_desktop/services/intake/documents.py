"""JSON and JSON lines: sidecars, requests, prompts, ids. Pure, except that files named in requests are read.

Raises `Unreadable` for a document that is no JSON; invalid items are reported as sentences, and the others are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from runway_desktop.services.disk.disk_steps import parsed
from runway_desktop.services.results import sidecar
from runway_desktop.services.results.sidecar import with_files_beside
from runway_desktop.texts import Text
from runway_desktop.values import replace

from .parts import Parts, looks_like_id
from .reading import FileUnreadable
from .rows import NO_JSON, Cell, RowReader
from .vocabulary import Content, TableColumn, Vocabulary

_LISTS = ("prompts", "requests", "tasks", "items", "rows", "shots", "data")
_ID_NAMES = ("id", "taskId", "task_id", "runway_id", "runwayId")
LITERAL = "literal_prompt"
"""In an exported list: braces and names of the cast in the prompt are text."""
_OWN_NAMES = frozenset({"request", "values", "settings", "input", "body", "params"})


def parse(text: str, name: str) -> Any:
    """One JSON document."""
    try:
        return parsed(text, without_zeros=True)
    except json.JSONDecodeError as error:
        message = Text("“{file}” is not valid JSON (line {line}: {reason}).")
        raise FileUnreadable(message.with_(file=name, line=error.lineno, reason=error.msg)) from error
    except ValueError as error:
        raise FileUnreadable(
            Text("“{file}” is not valid JSON ({reason}).").with_(file=name, reason=str(error))
        ) from error


def read_document(document: Any, reader: RowReader) -> Parts:
    """A JSON document: one item or a list, at the top or under a name such as "prompts"."""
    parts = Parts()
    items = document
    if isinstance(document, Mapping) and sidecar.read(document) is None:
        items = next((document[name] for name in _LISTS if isinstance(document.get(name), list)), document)
    if not isinstance(items, list):
        _read_item(items, None, reader, parts)
        return parts
    if not items:
        parts.findings.append(reader.finding(Text("The list is empty.")))
    for number, item in enumerate(items, 1):
        if parts.is_full(reader, number):
            break
        _read_item(item, number, reader, parts)
    return parts


def read_json_lines(text: str, reader: RowReader) -> Parts:
    """One document per line. An invalid line is reported; the others are kept."""
    parts = Parts()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if parts.is_full(reader, number):
            break
        try:
            item = parsed(line, without_zeros=True)
        except ValueError:
            parts.findings.append(reader.finding(NO_JSON, number))
            continue
        _read_item(item, number, reader, parts)
    return parts


def _read_item(item: Any, number: int | None, reader: RowReader, parts: Parts) -> None:
    row = number if number is not None else 1
    if isinstance(item, str):
        if looks_like_id(item):
            parts.take_id(item, row, reader)
        else:
            parts.drafts.append(reader.draft([(TableColumn("prompt", Content.PROMPT), item)], row))
        return
    if not isinstance(item, Mapping):
        parts.findings.append(reader.finding(Text("This is neither a prompt nor a request."), number))
        return
    found = sidecar.read(item)
    if found is not None and reader.beside is not None:
        found = sidecar.read(with_files_beside(item, reader.beside))
    if found is not None:
        parts.sidecars.append(found)
        return
    remote = next((item[name] for name in _ID_NAMES if isinstance(item.get(name), str)), "")
    is_literal = item.get(LITERAL) is True
    item = {name: value for name, value in item.items() if name != LITERAL}
    cells, unknown = _cells(item, reader.words)
    if looks_like_id(remote) and not any(column.meaning is Content.PROMPT for column, _ in cells):
        parts.take_id(remote, row, reader)
        return
    if not any(column.meaning is not Content.PROJECT and column.meaning is not Content.SHOT for column, _ in cells):
        parts.findings.append(reader.finding(Text("It contains neither a prompt nor a setting."), number))
        return
    for name in unknown:
        parts.findings.append(
            reader.finding(Text("“{name}” is unknown and was left out.").with_(name=name), number, name)
        )
    draft = replace(reader.draft(cells, row), is_literal=is_literal)
    if unknown:
        unmatched = {name: value for name, value in _members(item) if name in unknown and isinstance(value, str)}
        draft = replace(draft, unmatched=unmatched)
    parts.drafts.append(draft)


def _cells(item: Mapping[str, Any], vocabulary: Vocabulary) -> tuple[list[Cell], list[str]]:
    """An object's members as cells, including those of nested requests."""
    cells: list[Cell] = []
    unknown: list[str] = []
    seen: set[tuple[str, ...]] = set()
    for name, value in _members(item):
        column = vocabulary.column(name)
        if column is None:
            unknown.append(name)
        elif column.key not in seen and column.meaning is not Content.REMOTE_ID:
            seen.add(column.key)
            cells.append((column, value))
    return cells, list(dict.fromkeys(unknown))


def _members(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in item.items():
        if name in _OWN_NAMES and isinstance(value, Mapping):
            yield from value.items()
        else:
            yield name, value
