"""The triggers, views and virtual tables that a task list may have: exactly those of this program.

The list in a backup may be manipulated; a foreign trigger would run with each of our writes. Any thread. Raises
StoreError, and SQLite's errors.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from runway_desktop.domain.errors import StoreError
from runway_desktop.texts import Text

from .migrations import MIGRATIONS, Version, bring_up_to_date

_RUNNING = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') OR sql LIKE 'CREATE VIRTUAL%'"


def distrust(connection: sqlite3.Connection) -> None:
    """Forbids functions with side effects in the schema: defaults, indexes, triggers."""
    connection.execute("PRAGMA trusted_schema = OFF")


def refuse_additions(connection: sqlite3.Connection, path: Path) -> None:
    """Raises StoreError for foreign objects. A newer program's list is not checked: its objects are unknown here."""
    if Version.of(connection) > MIGRATIONS[-1].to:
        return
    for kind, name, statement in connection.execute(_RUNNING):
        if (kind, name, _plain(statement)) not in _ours():
            raise StoreError(
                Text("“{file}” contains code that is not from this program.").with_(file=path.name),
                advice=Text("Restore only backups from people you trust. Nothing was changed."),
                detail=f"{path}: {kind} {name}",
            )


@cache
def _ours() -> frozenset[tuple[str, str, str]]:
    """Of every version, since an older list is checked before it is migrated."""
    found: set[tuple[str, str, str]] = set()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for number in range(1, len(MIGRATIONS) + 1):
            bring_up_to_date(connection, Path("a list in memory"), MIGRATIONS[:number], keeps=False)
            found |= {(kind, name, _plain(statement)) for kind, name, statement in connection.execute(_RUNNING)}
    return frozenset(found)


def _plain(statement: str) -> str:
    return " ".join(statement.split()).casefold()
