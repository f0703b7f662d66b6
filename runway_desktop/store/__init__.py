"""The store: one SQLite file per profile with its tasks, their inputs and outputs, the ledger and the settings.

`SqliteStore` is the door; it fits the port `Store` of the engine, as `snapshots.SqliteSnapshots`, which copies such
files, fits its own. Rows of a table become values of the domain in `records`, questions of the list become SQL in
`listing`, and every statement of the store runs on one of the threads of `lanes`.
"""

from .sqlite_store import SqliteStore

__all__ = ["SqliteStore"]
