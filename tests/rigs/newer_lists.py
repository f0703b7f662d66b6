"""Lists as later versions of the program write them."""

from __future__ import annotations

import sqlite3

from runway_desktop.store.migrations import MIGRATIONS, Migration, Version


def add_mood(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE tasks ADD COLUMN mood INTEGER NOT NULL DEFAULT 0")


NOW = MIGRATIONS[-1].to


MINOR, MAJOR = Version(NOW.major, 90), Version(NOW.major + 1, 0)


NEWER_MINOR = (*MIGRATIONS, Migration(MINOR, add_mood))
