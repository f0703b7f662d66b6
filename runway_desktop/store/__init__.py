"""The store: one SQLite file per profile with tasks, inputs, outputs, ledger and settings.

`SqliteStore` implements the engine's port `Store`; `snapshots.SqliteSnapshots`, which copies such files, implements
`Snapshots`. `records` converts between rows and domain values, `listing` turns the list's queries into SQL, and every
statement of the store runs on one of the threads of `lanes`.
"""

from .sqlite_store import SqliteStore

__all__ = ["SqliteStore"]
