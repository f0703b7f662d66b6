"""The tables of version 1, as SQLite sees them. What a place of the list means is said here once, in generated columns.

`text` columns may hold a blob where a text is no valid Unicode (a file name on Linux can be such); see `records`.
Generated columns that indexes use are STORED, so that an index alone answers the list's questions on every SQLite.
"""

from __future__ import annotations

from runway_desktop.domain.task import State

_RANKS = " ".join(f"WHEN '{state.value}' THEN {rank}" for rank, state in enumerate(State))

FINAL = "('succeeded', 'failed', 'cancelled', 'gone')"

TABLES = (
    """
    CREATE TABLE batches (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        created_at REAL NOT NULL
    )
    """,
    f"""
    CREATE TABLE tasks (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        endpoint TEXT NOT NULL,
        model TEXT NOT NULL,
        request_values TEXT NOT NULL,
        prompt TEXT NOT NULL,
        shape TEXT NOT NULL,
        heading TEXT NOT NULL,
        created_at REAL NOT NULL,
        state TEXT NOT NULL,
        batch_id TEXT REFERENCES batches (id),
        project TEXT NOT NULL,
        parent_id TEXT,
        position REAL NOT NULL,
        remote_id TEXT,
        remote_status TEXT NOT NULL,
        sent_at REAL,
        remote_created_at REAL,
        running_since REAL,
        ended_at REAL,
        asked_at REAL,
        progress REAL,
        estimated_credits REAL,
        cost_credits REAL,
        failure TEXT,
        refusals TEXT NOT NULL,
        evidence TEXT,
        cancel_asked INTEGER NOT NULL,
        adopted INTEGER NOT NULL,
        deleted_remotely INTEGER NOT NULL,
        hold_reason TEXT NOT NULL,
        removed_at REAL,
        title TEXT NOT NULL,
        outputs_total INTEGER NOT NULL DEFAULT 0,
        outputs_saved INTEGER NOT NULL DEFAULT 0,
        outputs_troubled INTEGER NOT NULL DEFAULT 0,
        sent_or_made REAL NOT NULL GENERATED ALWAYS AS (coalesce(sent_at, created_at)) STORED,
        credits REAL NOT NULL GENERATED ALWAYS AS (coalesce(cost_credits, estimated_credits, -1.0)) STORED,
        rank INTEGER NOT NULL GENERATED ALWAYS AS (CASE state {_RANKS} ELSE 99 END) STORED,
        attention INTEGER NOT NULL GENERATED ALWAYS AS (
            state IN ('uncertain', 'failed') OR (state = 'gone' AND remote_id IS NOT NULL) OR outputs_troubled > 0
        ) STORED,
        saved INTEGER NOT NULL GENERATED ALWAYS AS (
            state = 'succeeded' AND outputs_total > 0 AND outputs_saved = outputs_total
        ) STORED
    )
    """,
    """
    CREATE TABLE outputs (
        task_id TEXT NOT NULL REFERENCES tasks (id),
        "index" INTEGER NOT NULL,
        url TEXT NOT NULL,
        url_fetched_at REAL NOT NULL,
        state TEXT NOT NULL,
        media TEXT NOT NULL,
        path TEXT NOT NULL,
        size INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        saved_at REAL,
        problem TEXT NOT NULL,
        poster TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        duration REAL NOT NULL,
        PRIMARY KEY (task_id, "index")
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE inputs (
        number INTEGER PRIMARY KEY,
        task_id TEXT NOT NULL REFERENCES tasks (id),
        place TEXT NOT NULL,
        uri TEXT NOT NULL,
        media TEXT NOT NULL,
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        size INTEGER NOT NULL,
        upload_uri TEXT NOT NULL,
        uploaded_at REAL,
        UNIQUE (task_id, place)
    )
    """,
    """
    CREATE TABLE ledger (
        number INTEGER PRIMARY KEY,
        task_id TEXT NOT NULL REFERENCES tasks (id),
        at REAL NOT NULL,
        kind TEXT NOT NULL,
        detail TEXT NOT NULL
    )
    """,
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE estimates (
        endpoint TEXT NOT NULL,
        model TEXT NOT NULL,
        shape TEXT NOT NULL,
        credits REAL NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (endpoint, model, shape)
    ) WITHOUT ROWID
    """,
    # Three letters in a row are the unit, so that parts of words and languages without blanks are found as well. What
    # is put in is folded already; SQLite must not fold it in its own way.
    "CREATE VIRTUAL TABLE searched USING fts5 (words, tokenize = 'trigram case_sensitive 1')",
)

INDEXES = (
    # One index carries everything that filters ask for, in the list's usual order: most lists read this and nothing
    # else.
    """
    CREATE INDEX tasks_by_sent ON tasks (
        sent_or_made, position, number, id, batch_id, model, state, attention, saved, credits, endpoint, project,
        removed_at ) WHERE removed_at IS NULL
    """,
    *(
        f"""
        CREATE INDEX tasks_by_{name} ON tasks (
            {key}, sent_or_made DESC, position DESC, number DESC, id, batch_id, model, removed_at
        ) WHERE removed_at IS NULL
        """
        for name, key in (("heading", "heading"), ("rank", "rank"), ("credits", "credits"))
    ),
    """
    CREATE INDEX tasks_by_model ON tasks (
        model, sent_or_made DESC, position DESC, number DESC, id, batch_id, removed_at
    ) WHERE removed_at IS NULL
    """,
    """
    CREATE INDEX tasks_by_lane ON tasks (position, sent_or_made, number, id, batch_id, model, removed_at)
    WHERE removed_at IS NULL
    """,
    "CREATE INDEX tasks_by_batch ON tasks (batch_id, removed_at)",
    "CREATE INDEX tasks_by_project ON tasks (project, removed_at) WHERE removed_at IS NULL",
    "CREATE INDEX tasks_by_remote_id ON tasks (remote_id) WHERE remote_id IS NOT NULL",
    f"CREATE INDEX tasks_unfinished ON tasks (position, created_at, number) WHERE state NOT IN {FINAL}",
    """
    CREATE INDEX tasks_timed ON tasks (endpoint, model, ended_at, shape)
    WHERE state = 'succeeded' AND sent_at IS NOT NULL AND ended_at IS NOT NULL
    """,
    "CREATE INDEX tasks_spent ON tasks (sent_at, credits) WHERE sent_at IS NOT NULL",
    "CREATE INDEX outputs_unsaved ON outputs (task_id) WHERE state NOT IN ('saved', 'expired')",
    "CREATE INDEX inputs_uploaded ON inputs (sha256, uploaded_at) WHERE upload_uri <> ''",
    "CREATE INDEX ledger_by_task ON ledger (task_id)",
)

_COUNT_OUTPUTS = """
    UPDATE tasks SET (outputs_total, outputs_saved, outputs_troubled) = (
        SELECT count(*), total(state = 'saved'), total(state IN ('failed', 'expired'))
        FROM outputs WHERE task_id = {row}.task_id
    ) WHERE id = {row}.task_id;
"""

TRIGGERS = (
    f"CREATE TRIGGER outputs_added AFTER INSERT ON outputs BEGIN {_COUNT_OUTPUTS.format(row='NEW')} END",
    f"CREATE TRIGGER outputs_moved AFTER UPDATE OF state ON outputs BEGIN {_COUNT_OUTPUTS.format(row='NEW')} END",
    f"CREATE TRIGGER outputs_dropped AFTER DELETE ON outputs BEGIN {_COUNT_OUTPUTS.format(row='OLD')} END",
    "CREATE TRIGGER ledger_is_not_rewritten BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    "CREATE TRIGGER ledger_is_not_shortened BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END",
)
