"""The tables of version 1, as SQLite sees them.

Text columns may hold a blob where a text is no valid Unicode (a file name on Linux can be such); see `records`.
What the list sorts by and filters by stands in plain columns, not in generated ones: SQLite reads the whole row for
those, while an index alone answers the list's questions with these. `records` fills them; `attention` and
`saved` depend on the outputs too, so triggers keep those true.
"""

from __future__ import annotations

FINAL = "('succeeded', 'failed', 'cancelled', 'gone')"
"""The stored words of `domain.task.FINAL`."""

TABLES = (
    """
    CREATE TABLE batches (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        created_at REAL NOT NULL
    )
    """,
    """
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
        sent_or_made REAL NOT NULL,
        credits REAL NOT NULL,
        rank INTEGER NOT NULL,
        attention INTEGER NOT NULL DEFAULT 0,
        saved INTEGER NOT NULL DEFAULT 0
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

SHEETS = (
    """
    CREATE TABLE sheets (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        changed_at REAL NOT NULL,
        rows INTEGER NOT NULL,
        batch_id TEXT REFERENCES batches (id),
        text TEXT NOT NULL
    )
    """,
    "CREATE INDEX sheets_by_batch ON sheets (batch_id) WHERE batch_id IS NOT NULL",
)
"""Added by version 1.1."""

UNSENT = ("ALTER TABLE sheets ADD COLUMN unsent INTEGER NOT NULL DEFAULT 0",)
"""Added by version 3.3."""

JUDGING = (
    "ALTER TABLE tasks ADD COLUMN rating INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE tasks ADD COLUMN pick TEXT NOT NULL DEFAULT ''",
    """
    CREATE INDEX tasks_by_spending ON tasks (coalesce(sent_at, remote_created_at))
    WHERE coalesce(sent_at, remote_created_at) IS NOT NULL
    """,
)
"""Added by version 1.2."""

_JUDGED = ("project", "rating", "tags")

FINDING = (
    "ALTER TABLE tasks ADD COLUMN tags TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN shot TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN note TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN prompt_key TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN asked_seconds REAL NOT NULL DEFAULT 0",
    # Of the longest result, true by the triggers below.
    "ALTER TABLE tasks ADD COLUMN seconds REAL NOT NULL DEFAULT 0",
    "CREATE TABLE task_tags (tag TEXT NOT NULL, task INTEGER NOT NULL, PRIMARY KEY (tag, task)) WITHOUT ROWID",
    "CREATE INDEX task_tags_by_task ON task_tags (task)",
    "UPDATE tasks SET seconds = coalesce((SELECT max(duration) FROM outputs WHERE task_id = tasks.id), 0)",
    *(
        f"""
        CREATE TRIGGER output_{name} AFTER {event} ON outputs BEGIN
            UPDATE tasks SET seconds = (SELECT max(duration) FROM outputs WHERE task_id = NEW.task_id)
            WHERE id = NEW.task_id AND NEW.duration <> 0;
        END
        """
        for name, event in (("timed_at_first", "INSERT"), ("timed", "UPDATE OF duration"))
    ),
    "DROP INDEX tasks_by_sent",
    """
    CREATE INDEX tasks_by_sent ON tasks (
        sent_or_made, position, number, id, batch_id, model, state, attention, saved, credits, endpoint, project,
        rating, pick, shot, prompt_key, asked_seconds, seconds, removed_at ) WHERE removed_at IS NULL
    """,
    *(
        f"""
        CREATE INDEX tasks_by_{key}_in_list ON tasks (
            {key}, sent_or_made DESC, position DESC, number DESC, id, batch_id, model, removed_at
        ) WHERE removed_at IS NULL
        """
        for key in _JUDGED
    ),
    "CREATE INDEX tasks_removed ON tasks (number) WHERE removed_at IS NOT NULL",
    "CREATE INDEX tasks_by_parent ON tasks (parent_id) WHERE parent_id IS NOT NULL",
)
"""Added by version 1.3."""

LINEAGE = (
    "CREATE INDEX outputs_by_bytes ON outputs (sha256) WHERE sha256 <> ''",
    "CREATE INDEX inputs_by_bytes ON inputs (sha256) WHERE sha256 <> ''",
    "CREATE INDEX inputs_by_path ON inputs (path) WHERE path <> ''",
)
"""Added by version 1.4."""

_ASTRAY = """
    UPDATE tasks SET
        missing = EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND {missing}),
        changed = EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND {changed})
    WHERE id = {task_id};
"""
_KEPT = "state = 'saved' AND path <> '' AND presence"

PRESENCE = (
    "ALTER TABLE outputs ADD COLUMN binned_from TEXT NOT NULL DEFAULT ''",
    # What the disk said last: `presence` is '' for a file that is there, so that most rows stay out of the index.
    "ALTER TABLE outputs ADD COLUMN presence TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE outputs ADD COLUMN looked_at REAL",
    "ALTER TABLE outputs ADD COLUMN seen_size INTEGER",
    "ALTER TABLE outputs ADD COLUMN seen_modified INTEGER",
    "CREATE INDEX outputs_astray ON outputs (presence) WHERE presence <> ''",
    # True by the triggers below.
    "ALTER TABLE tasks ADD COLUMN missing INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE tasks ADD COLUMN changed INTEGER NOT NULL DEFAULT 0",
    *(
        f"""
        CREATE TRIGGER output_{name} AFTER {event} ON outputs WHEN {when} BEGIN
            {_ASTRAY.format(missing=f"{_KEPT} = 'missing'", changed=f"{_KEPT} = 'changed'", task_id=task_id)}
        END
        """
        for name, event, when, task_id in (
            ("astray_at_first", "INSERT", "NEW.presence <> ''", "NEW.task_id"),
            ("astray", "UPDATE OF presence, state, path", "NEW.presence <> '' OR OLD.presence <> ''", "NEW.task_id"),
            ("astray_no_more", "DELETE", "OLD.presence <> ''", "OLD.task_id"),
        )
    ),
    "DROP INDEX tasks_by_sent",
    """
    CREATE INDEX tasks_by_sent ON tasks (
        sent_or_made, position, number, id, batch_id, model, state, attention, saved, credits, endpoint, project,
        rating, pick, shot, prompt_key, asked_seconds, seconds, missing, changed, removed_at ) WHERE removed_at IS NULL
    """,
)
"""Added by version 1.5."""

ENDINGS = (
    # With how a text ends it is told whether the index's pieces of three letters tell all places of a shorter word.
    "CREATE TABLE endings (ending TEXT PRIMARY KEY) WITHOUT ROWID",
    "INSERT INTO endings SELECT DISTINCT substr(words, -2) FROM searched",
)
"""Added by version 1.6."""

IN_ORDER = (
    *(
        f"DROP INDEX tasks_by_{name}"
        for name in ("sent", "heading", "rank", "credits", "model", "lane", *(f"{key}_in_list" for key in _JUDGED))
    ),
    "ALTER TABLE tasks DROP COLUMN sent_or_made",
    # One index carries everything that filters ask for, in the list's usual order: latest first, and what was made at
    # once in its own order. Read from its end it gives just that.
    """
    CREATE INDEX tasks_by_made ON tasks (
        created_at, number DESC, id, batch_id, model, state, attention, saved, credits, endpoint, project,
        rating, pick, shot, prompt_key, asked_seconds, seconds, missing, changed, removed_at ) WHERE removed_at IS NULL
    """,
    *(
        f"""
        CREATE INDEX tasks_by_{name} ON tasks ({key}, created_at DESC, number, id, batch_id, model, removed_at)
        WHERE removed_at IS NULL
        """
        for name, key in (
            ("heading", "heading"),
            ("rank", "rank"),
            ("credits", "credits"),
            *((f"{key}_in_list", key) for key in _JUDGED),
        )
    ),
    """
    CREATE INDEX tasks_by_model ON tasks (model, created_at DESC, number, id, batch_id, removed_at)
    WHERE removed_at IS NULL
    """,
    """
    CREATE INDEX tasks_by_lane ON tasks (position, created_at, number, id, batch_id, model, removed_at)
    WHERE removed_at IS NULL
    """,
)
"""Added by version 2.0."""

SHOTS_IN_ORDER = (
    """
    CREATE INDEX tasks_by_shot_in_list ON tasks (shot, created_at DESC, number, id, batch_id, model, removed_at)
    WHERE removed_at IS NULL
    """,
)
"""Added by version 2.1."""

KEYS = (
    "ALTER TABLE tasks ADD COLUMN key_used TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN hidden_from TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN not_found_at REAL",
    "ALTER TABLE inputs ADD COLUMN upload_key TEXT NOT NULL DEFAULT ''",
)
"""Added by version 2.2."""

HOLDS = (
    "ALTER TABLE tasks RENAME COLUMN hold_reason TO hold",
    "ALTER TABLE tasks ADD COLUMN hold_detail TEXT NOT NULL DEFAULT '{}'",
)
"""Added by version 3.0. `hold` is a code and `hold_detail` a JSON object; before, there was one sentence."""

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

_PLACE = """
    UPDATE tasks SET
        attention = state IN ('uncertain', 'failed')
            OR (state = 'gone' AND remote_id IS NOT NULL)
            OR EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state IN ('failed', 'expired')),
        saved = state = 'succeeded'
            AND EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id)
            AND NOT EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state <> 'saved')
    WHERE id = {task_id};
"""
"""What "needs attention" and "saved" mean, said once."""

_PLACES = (
    ("task_made", "INSERT ON tasks", "NEW.id"),
    ("task_moved", "UPDATE OF state, remote_id ON tasks", "NEW.id"),
    ("output_made", "INSERT ON outputs", "NEW.task_id"),
    ("output_moved", "UPDATE OF state ON outputs", "NEW.task_id"),
    ("output_dropped", "DELETE ON outputs", "OLD.task_id"),
)

TRIGGERS = (
    *(
        f"CREATE TRIGGER {name} AFTER {event} BEGIN {_PLACE.format(task_id=task_id)} END"
        for name, event, task_id in _PLACES
    ),
    "CREATE TRIGGER ledger_is_not_rewritten BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    "CREATE TRIGGER ledger_is_not_shortened BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END",
)

IMPORTED = (
    "ALTER TABLE tasks ADD COLUMN imported INTEGER NOT NULL DEFAULT 0",
    # Of a task that got no more than a result, the line does not say where it was found.
    """
    UPDATE tasks SET imported = 1 WHERE number IN (
        SELECT task FROM ledger WHERE kind = 'imported' AND CAST(detail AS TEXT) LIKE '%"from":%'
    )
    """,
)
"""Added by version 4.2."""

CLIENTS = (
    """
    CREATE TABLE clients (
        name TEXT PRIMARY KEY,
        permission TEXT NOT NULL,
        credits REAL NOT NULL,
        folders TEXT NOT NULL,
        list TEXT NOT NULL,
        seen_at REAL NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE client_requests (
        client TEXT NOT NULL,
        request_id TEXT NOT NULL,
        digest TEXT NOT NULL,
        task_id TEXT NOT NULL,
        credits REAL NOT NULL,
        at REAL NOT NULL,
        request TEXT NOT NULL,
        within INTEGER NOT NULL,
        reason TEXT NOT NULL,
        expired INTEGER NOT NULL,
        withdrawn INTEGER NOT NULL,
        PRIMARY KEY (client, request_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX client_requests_by_task ON client_requests (task_id)",
    "CREATE INDEX client_requests_by_digest ON client_requests (client, digest, at)",
    "CREATE INDEX client_requests_by_time ON client_requests (client, at, task_id)",
    """
    CREATE TABLE client_calls (
        number INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        client TEXT NOT NULL,
        call TEXT NOT NULL,
        about TEXT NOT NULL,
        answer TEXT NOT NULL
    )
    """,
)
"""Added by version 4.3. A wish has no row of `tasks` yet: it stands before its task. What a client may do holds in the
list of that identity alone."""
