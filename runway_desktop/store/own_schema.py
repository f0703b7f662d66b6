"""What a list of tasks may have that runs by itself: triggers, views and virtual tables, as this program made them.

A list that came with a backup was written by whoever made that; a trigger of theirs would run with each of our writes.
Any thread. Raises StoreError, and what SQLite raises.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from runway_desktop.domain.errors import StoreError

from .migrations import MIGRATIONS, Version, bring_up_to_date

_RUNNING = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') OR sql LIKE 'CREATE VIRTUAL%'"


def distrust(connection: sqlite3.Connection) -> None:
    """What the schema itself calls, in a default, an index or a trigger, may be nothing that has effects outside."""
    connection.execute("PRAGMA trusted_schema = OFF")


def refuse_additions(connection: sqlite3.Connection, path: Path) -> None:
    """A newer program's list is not judged: nobody here knows what it has."""
    if Version.of(connection) > MIGRATIONS[-1].to:
        return
    for kind, name, statement in connection.execute(_RUNNING):
        if (kind, name, _plain(statement)) not in _ours():
            raise StoreError(
                f"“{path.name}” holds a {'virtual table' if kind == 'table' else kind} that is not of this program.",
                advice="Restore only backups of people whom you trust. Nothing was changed.",
                detail=f"{path}: {kind} {name}",
            )


@cache
def _ours() -> frozenset[tuple[str, str, str]]:
    """Of every version: an older list is looked at before it is brought up to date."""
    found: set[tuple[str, str, str]] = set()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for number in range(1, len(MIGRATIONS) + 1):
            bring_up_to_date(connection, Path("a list in memory"), MIGRATIONS[:number], keeps=False)
            found |= {(kind, name, _plain(statement)) for kind, name, statement in connection.execute(_RUNNING)}
    return frozenset(found)


def _plain(statement: str) -> str:
    return " ".join(statement.split()).casefold()
