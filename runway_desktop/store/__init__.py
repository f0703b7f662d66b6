"""The store: one SQLite file per profile with tasks, inputs, outputs, ledger and settings.

`SqliteStore` implements the engine's port `Store`; `snapshots.SqliteSnapshots`, which copies such files, implements
`Snapshots`. `records` converts between rows and domain values, `listing` turns the list's queries into SQL, and every
statement of the store runs on one of the threads of `connections`.

To add
- a change of the database: a numbered migration in `migrations`, with a test on old data;
- a table or an index: a tuple of its own in `schema`, run by a new migration (`TABLES` and `INDEXES` are those of 4.2
  and do not change), and the query that needs it in `tests/unit/store/test_indexes.py`;
- a count in the left pane: a trait in `tally`, filled by a migration;
- a sort order of the list: `_SORT_COLUMNS` and `_ALIKE` or `_INDEXES` in `listing`; an index for its first rows;
  `tasks_by_made`, made anew, has to contain its column.
"""

from .sqlite_store import SqliteStore

__all__ = ["SqliteStore"]
