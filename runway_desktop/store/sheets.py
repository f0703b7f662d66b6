"""Stored sheets, and queries about earlier prompts. Functions of a connection, on its thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from runway_desktop.domain.library import KeptSheet, search_words
from runway_desktop.domain.task import BatchId
from runway_desktop.values import replace

from .records import failure_of, from_json, to_cell, to_text

_HEAD = "id, name, changed_at, rows, unsent, batch_id"
_LOOKED_AT = 20_000
"""Most tasks that a search in prompts reads, latest first."""
# Two indexes: tasks in the list, and removed ones. The caller stops reading once it has enough.
_PROMPTS = """
    SELECT prompt FROM (
        SELECT number AS latest, created_at AS at FROM (
            SELECT number, created_at FROM tasks INDEXED BY tasks_by_made
            WHERE removed_at IS NULL ORDER BY created_at DESC, number DESC LIMIT :most
        )
        UNION ALL SELECT number, created_at FROM tasks INDEXED BY tasks_removed WHERE removed_at IS NOT NULL
        ORDER BY at DESC, latest DESC LIMIT :most
    ) CROSS JOIN tasks ON number = latest
    WHERE prompt <> ''
"""


def put(connection: sqlite3.Connection, sheet: KeptSheet) -> None:
    connection.execute(
        "INSERT INTO sheets (id, name, changed_at, rows, unsent, batch_id, text) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name, changed_at = excluded.changed_at, rows = excluded.rows, "
        "unsent = excluded.unsent, batch_id = excluded.batch_id, text = excluded.text",
        (
            sheet.id,
            to_cell(sheet.name),
            sheet.changed_at,
            sheet.rows,
            sheet.unsent,
            sheet.batch_id,
            to_cell(sheet.text),
        ),
    )


def change(connection: sqlite3.Connection, sheet_id: str, edit: Callable[[str], str]) -> None:
    found = sheet(connection, sheet_id)
    if found is not None and (text := edit(found.text)) != found.text:
        put(connection, replace(found, text=text))


def delete(connection: sqlite3.Connection, sheet_id: str) -> None:
    connection.execute("DELETE FROM sheets WHERE id = ?", (sheet_id,))


def sheet(connection: sqlite3.Connection, sheet_id: str) -> KeptSheet | None:
    row = connection.execute(f"SELECT {_HEAD}, text FROM sheets WHERE id = ?", (sheet_id,)).fetchone()
    return None if row is None else _sheet(row)


def of_batch(connection: sqlite3.Connection, batch_id: BatchId) -> KeptSheet | None:
    row = connection.execute(f"SELECT {_HEAD}, text FROM sheets WHERE batch_id = ?", (batch_id,)).fetchone()
    return None if row is None else _sheet(row)


def recent(connection: sqlite3.Connection, limit: int) -> list[KeptSheet]:
    found = connection.execute(f"SELECT {_HEAD}, '' FROM sheets ORDER BY changed_at DESC, id LIMIT ?", (limit,))
    return [_sheet(row) for row in found]


def partly_sent(connection: sqlite3.Connection) -> list[KeptSheet]:
    found = connection.execute(f"SELECT {_HEAD}, '' FROM sheets WHERE unsent > 0 ORDER BY changed_at DESC, id")
    return [_sheet(row) for row in found]


def recent_prompts(connection: sqlite3.Connection, limit: int, text: str = "") -> list[str]:
    words = search_words(text)
    found: dict[str, None] = {}
    for (cell,) in connection.execute(_PROMPTS, {"most": _LOOKED_AT}):
        prompt = to_text(cell)
        if prompt not in found and (not words or all(word in prompt.casefold() for word in words)):
            found[prompt] = None
            if len(found) >= limit:
                break
    return list(found)


def refused_prompts(connection: sqlite3.Connection) -> frozenset[str]:
    found = connection.execute(
        "SELECT DISTINCT prompt, failure FROM tasks WHERE state = 'failed' AND prompt <> '' AND failure LIKE '%SAFETY%'"
    )
    return frozenset(to_text(prompt) for prompt, failure in found if failure_of(from_json(failure)).is_moderation)


def _sheet(row: tuple[Any, ...]) -> KeptSheet:
    sheet_id, name, changed_at, rows, unsent, batch_id, text = row
    return KeptSheet(
        id=sheet_id,
        name=to_text(name),
        changed_at=changed_at,
        rows=rows,
        unsent=unsent,
        batch_id=None if batch_id is None else BatchId(batch_id),
        text=to_text(text),
    )
