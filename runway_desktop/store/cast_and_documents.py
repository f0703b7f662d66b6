"""Members of the cast, documents such as chains, and what was continued. Functions of a connection, on its thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from runway_desktop.domain.cast import Member
from runway_desktop.domain.library import Document
from runway_desktop.domain.task import Source, StepId, Task
from runway_desktop.values import as_json, convert

from .reading import TASKS
from .records import from_json, source_cell, task_of, to_cell, to_json, to_text


def members(connection: sqlite3.Connection) -> list[Member]:
    """Removed ones too."""
    rows = connection.execute("SELECT text FROM members ORDER BY id")
    return [convert(from_json(text), Member) for (text,) in rows]


def put_member(connection: sqlite3.Connection, member: Member, at: float) -> None:
    """`at`: Unix seconds."""
    connection.execute(
        "INSERT OR REPLACE INTO members (id, name, changed_at, removed_at, text) VALUES (?, ?, ?, ?, ?)",
        (member.id, to_cell(member.name), at, member.removed_at, to_json(as_json(member))),
    )


def documents(connection: sqlite3.Connection, kind: Document, name: str | None = None) -> list[str]:
    rows = connection.execute(
        "SELECT text FROM documents WHERE kind = ? AND name = coalesce(?, name) ORDER BY name, id",
        (kind.value, None if name is None else to_cell(name)),
    )
    return [to_text(text) for (text,) in rows]


def put_document(
    connection: sqlite3.Connection, kind: Document, document_id: str, name: str, at: float, text: str
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO documents (kind, id, name, changed_at, text) VALUES (?, ?, ?, ?, ?)",
        (kind.value, to_cell(document_id), to_cell(name), at, to_cell(text)),
    )


def delete_document(connection: sqlite3.Connection, kind: Document, document_id: str) -> None:
    connection.execute("DELETE FROM documents WHERE kind = ? AND id = ?", (kind.value, to_cell(document_id)))


def continued(connection: sqlite3.Connection, sources: Sequence[Source], steps: Sequence[StepId]) -> list[Task]:
    found = connection.execute(
        f"{TASKS} WHERE made_of IN (SELECT value FROM json_each(?)) AND step IN (SELECT value FROM json_each(?))",
        (to_json(list(map(source_cell, sources))), to_json(list(steps))),
    )
    return list(map(task_of, found))
