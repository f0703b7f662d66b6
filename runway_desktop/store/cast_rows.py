"""The members of the cast. Functions of a connection, on its thread."""

from __future__ import annotations

import sqlite3
from typing import Any

from runway_desktop.domain.cast import Member, MemberFile, MemberKind
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import MemberId
from runway_desktop.values import as_json

from .records import from_json, to_cell, to_json, to_text


def members(connection: sqlite3.Connection) -> list[Member]:
    """Removed ones too."""
    rows = connection.execute("SELECT id, name, removed_at, text FROM members ORDER BY id")
    return [_member(*row) for row in rows]


def put(connection: sqlite3.Connection, member: Member, at: float) -> None:
    """`at`: Unix seconds."""
    connection.execute(
        "INSERT OR REPLACE INTO members (id, name, changed_at, removed_at, text) VALUES (?, ?, ?, ?, ?)",
        (member.id, to_cell(member.name), at, member.removed_at, to_json(as_json(member))),
    )


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
