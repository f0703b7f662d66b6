"""Members of the cast, documents such as chains, and what was continued. Functions of a connection, on its thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from runway_desktop.domain.cast import Member, MemberFile, MemberKind
from runway_desktop.domain.library import Document
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import MemberId, Source, StepId, Task
from runway_desktop.values import as_json

from .reading import TASKS
from .records import from_json, source_cell, task_of, to_cell, to_json, to_text


def members(connection: sqlite3.Connection) -> list[Member]:
    """Removed ones too."""
    rows = connection.execute("SELECT id, name, removed_at, text FROM members ORDER BY id")
    return [_member(*row) for row in rows]


def put_member(connection: sqlite3.Connection, member: Member, at: float) -> None:
    """`at`: Unix seconds."""
    connection.execute(
        "INSERT OR REPLACE INTO members (id, name, changed_at, removed_at, text) VALUES (?, ?, ?, ?, ?)",
        (member.id, to_cell(member.name), at, member.removed_at, to_json(as_json(member))),
    )


def documents(connection: sqlite3.Connection, kind: Document, name: str | None = None) -> list[str]:
    rows = connection.execute(
        "SELECT text FROM documents WHERE kind = ?1 AND name = coalesce(?2, name) ORDER BY name, id",
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


def _member(member_id: str, name: str | bytes, removed_at: float | None, text: str | bytes) -> Member:
    def file(one: Any) -> MemberFile:
        return MemberFile(path=one["path"], media=Media(one["media"]), sha256=one["sha256"])

    kept = from_json(text)
    return Member(
        id=MemberId(member_id),
        kind=MemberKind(kept["kind"]),
        name=to_text(name),
        words=kept["words"],
        files=tuple(map(file, kept["files"])),
        voice=None if kept["voice"] is None else file(kept["voice"]),
        removed_at=removed_at,
    )
