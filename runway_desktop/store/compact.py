"""What version 4.0 made smaller, so that a library of 300,000 tasks takes half the room, and 4.1 quicker.

Each index is here, or in `schema`, for the question that is written beside it; a test asks each of them.
"""

from __future__ import annotations

_ORDERS = {
    "heading": "heading",
    "rank": "rank",
    "credits": "credits",
    "model": "model",
    "project_in_list": "project",
    "rating_in_list": "rating",
    "tags_in_list": "tags",
    "shot_in_list": "shot",
}

ORDERS = (
    *(f"DROP INDEX tasks_by_{name}" for name in (*_ORDERS, "lane", "project", "made")),
    # The list in its usual order, and all that filters and the other orders ask: what goes through the whole library
    # reads this one alone. What is judged stands first, as SQLite takes a row apart from its beginning.
    """
    CREATE INDEX tasks_by_made ON tasks (
        created_at, number DESC, rating, saved, attention, missing, changed, rank, credits, pick, project, shot, tags,
        model, state, seconds, asked_seconds, position, id, batch_id, prompt_key, endpoint, removed_at
    ) WHERE removed_at IS NULL
    """,
    # The first rows of each other order. They carry nothing else: of a few rows, the table is asked for the rest.
    *(
        f"""
        CREATE INDEX tasks_by_{name} ON tasks ({key}, created_at DESC, number, removed_at) WHERE removed_at IS NULL
        """
        for name, key in _ORDERS.items()
    ),
    "CREATE INDEX tasks_by_lane ON tasks (position, created_at, number, removed_at) WHERE removed_at IS NULL",
)

LEDGER = (
    # By the task's number, which is a tenth of its id.
    """
    CREATE TABLE entries (
        number INTEGER PRIMARY KEY,
        task INTEGER NOT NULL REFERENCES tasks (number),
        at REAL NOT NULL,
        kind TEXT NOT NULL,
        detail TEXT NOT NULL
    )
    """,
    """
    INSERT INTO entries SELECT ledger.number, tasks.number, at, kind, detail
    FROM ledger CROSS JOIN tasks ON id = task_id ORDER BY ledger.number
    """,
    "DROP TABLE ledger",
    "ALTER TABLE entries RENAME TO ledger",
    # What happened to a task.
    "CREATE INDEX ledger_by_task ON ledger (task)",
    "CREATE TRIGGER ledger_is_not_rewritten BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    "CREATE TRIGGER ledger_is_not_shortened BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END",
)

SEARCH = (
    # Which texts hold a piece of three letters, and not where: the places took two thirds of the index.
    """
    CREATE VIRTUAL TABLE found USING fts5 (words, tokenize = 'trigram case_sensitive 1', detail = none)
    """,
    "INSERT INTO found (rowid, words) SELECT id, c0 FROM searched_content ORDER BY id",
    "DROP TABLE searched",
    "ALTER TABLE found RENAME TO searched",
)

STARS = (
    "DROP INDEX tasks_by_rating_in_list",
    # The order of stars, and what else a person judges by: a search among what is judged goes through a sixth of what
    # `tasks_by_made` would be, and of five stars through those alone. None of it moves while a task runs.
    """
    CREATE INDEX tasks_by_rating_in_list ON tasks (
        rating, created_at DESC, number, pick, project, removed_at
    ) WHERE removed_at IS NULL
    """,
)
"""Added by version 4.1."""
