"""The SQL schema: tables of the first form, and what later versions added.

Text columns may hold a blob if a text is no valid Unicode (possible for file names on Linux); see `records`.

The columns that the list sorts and filters by are plain columns, not generated ones: for generated columns SQLite reads
the whole row, while plain ones can be read from an index alone. `records` fills them; `attention`, `saved`, `seconds`,
`missing` and `changed` also depend on the outputs, so triggers update them.

Each index is for the query stated next to it; a test checks each of them.
"""

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
    # `hold` is a code and `hold_detail` a JSON object.
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
        hold TEXT NOT NULL,
        removed_at REAL,
        title TEXT NOT NULL,
        credits REAL NOT NULL,
        rank INTEGER NOT NULL,
        attention INTEGER NOT NULL DEFAULT 0,
        saved INTEGER NOT NULL DEFAULT 0,
        rating INTEGER NOT NULL DEFAULT 0,
        pick TEXT NOT NULL DEFAULT '',
        tags TEXT NOT NULL DEFAULT '',
        shot TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        prompt_key TEXT NOT NULL DEFAULT '',
        asked_seconds REAL NOT NULL DEFAULT 0,
        seconds REAL NOT NULL DEFAULT 0,
        missing INTEGER NOT NULL DEFAULT 0,
        changed INTEGER NOT NULL DEFAULT 0,
        key_used TEXT NOT NULL DEFAULT '',
        hidden_from TEXT NOT NULL DEFAULT '',
        not_found_at REAL,
        hold_detail TEXT NOT NULL DEFAULT '{}',
        imported INTEGER NOT NULL DEFAULT 0
    )
    """,
    # Result of the last file check: `presence` is '' for a present file, so most rows are not in the partial index.
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
        binned_from TEXT NOT NULL DEFAULT '',
        presence TEXT NOT NULL DEFAULT '',
        looked_at REAL,
        seen_size INTEGER,
        seen_modified INTEGER,
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
        upload_key TEXT NOT NULL DEFAULT '',
        UNIQUE (task_id, place)
    )
    """,
    # Refers to the task's number, which takes a tenth of the space of its id.
    """
    CREATE TABLE ledger (
        number INTEGER PRIMARY KEY,
        task INTEGER NOT NULL REFERENCES tasks (number),
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
    """
    CREATE TABLE sheets (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        changed_at REAL NOT NULL,
        rows INTEGER NOT NULL,
        batch_id TEXT REFERENCES batches (id),
        text TEXT NOT NULL,
        unsent INTEGER NOT NULL DEFAULT 0
    )
    """,
    "CREATE TABLE task_tags (tag TEXT NOT NULL, task INTEGER NOT NULL, PRIMARY KEY (tag, task)) WITHOUT ROWID",
    # Trigrams, so that parts of words and languages without blanks are found too; without positions. Texts are
    # case-folded before they are inserted; SQLite must not fold them differently.
    """
    CREATE VIRTUAL TABLE "searched" USING fts5 (words, tokenize = 'trigram case_sensitive 1', detail = none)
    """,
    # The last two characters of all texts: shows whether trigrams find all occurrences of a shorter word.
    "CREATE TABLE endings (ending TEXT PRIMARY KEY) WITHOUT ROWID",
)

INDEXES = (
    # Covers the usual order, latest first, and the columns of all filters and other orders: a scan of the library reads
    # only this index. Frequently filtered columns come first, since SQLite decodes a row from its start.
    """
    CREATE INDEX tasks_by_made ON tasks (
        created_at, number DESC, rating, saved, attention, missing, changed, rank, credits, pick, project, shot, tags,
        model, state, seconds, asked_seconds, position, id, batch_id, prompt_key, endpoint, removed_at
    ) WHERE removed_at IS NULL
    """,
    # For the first rows of each other order; other columns are read from the table.
    *(
        f"""
        CREATE INDEX tasks_by_{name} ON tasks ({key}, created_at DESC, number, removed_at) WHERE removed_at IS NULL
        """
        for name, key in (
            ("heading", "heading"),
            ("rank", "rank"),
            ("credits", "credits"),
            ("model", "model"),
            ("project_in_list", "project"),
            ("tags_in_list", "tags"),
            ("shot_in_list", "shot"),
        )
    ),
    # Order by stars, with the other columns of people's judgments: a sixth of the size of `tasks_by_made`, and a search
    # for five stars reads only those. No column changes while a task runs.
    """
    CREATE INDEX tasks_by_rating_in_list ON tasks (
        rating, created_at DESC, number, pick, project, removed_at
    ) WHERE removed_at IS NULL
    """,
    "CREATE INDEX tasks_by_lane ON tasks (position, created_at, number, removed_at) WHERE removed_at IS NULL",
    "CREATE INDEX tasks_by_batch ON tasks (batch_id, removed_at)",
    "CREATE INDEX tasks_by_remote_id ON tasks (remote_id) WHERE remote_id IS NOT NULL",
    "CREATE INDEX tasks_by_parent ON tasks (parent_id) WHERE parent_id IS NOT NULL",
    "CREATE INDEX tasks_removed ON tasks (number) WHERE removed_at IS NOT NULL",
    f"CREATE INDEX tasks_unfinished ON tasks (position, created_at, number) WHERE state NOT IN {FINAL}",
    """
    CREATE INDEX tasks_timed ON tasks (endpoint, model, ended_at, shape)
    WHERE state = 'succeeded' AND sent_at IS NOT NULL AND ended_at IS NOT NULL
    """,
    """
    CREATE INDEX tasks_by_spending ON tasks (coalesce(sent_at, remote_created_at))
    WHERE coalesce(sent_at, remote_created_at) IS NOT NULL
    """,
    "CREATE INDEX task_tags_by_task ON task_tags (task)",
    "CREATE INDEX outputs_unsaved ON outputs (task_id) WHERE state NOT IN ('saved', 'expired')",
    "CREATE INDEX outputs_by_bytes ON outputs (sha256) WHERE sha256 <> ''",
    "CREATE INDEX outputs_astray ON outputs (presence) WHERE presence <> ''",
    "CREATE INDEX inputs_uploaded ON inputs (sha256, uploaded_at) WHERE upload_uri <> ''",
    "CREATE INDEX inputs_by_bytes ON inputs (sha256) WHERE sha256 <> ''",
    "CREATE INDEX inputs_by_path ON inputs (path) WHERE path <> ''",
    "CREATE INDEX sheets_by_batch ON sheets (batch_id) WHERE batch_id IS NOT NULL",
    # The history of a task.
    "CREATE INDEX ledger_by_task ON ledger (task)",
)

_PAGE = """
    UPDATE tasks SET
        attention = state IN ('uncertain', 'failed')
            OR (state = 'gone' AND remote_id IS NOT NULL)
            OR EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state IN ('failed', 'expired')),
        saved = state = 'succeeded'
            AND EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id)
            AND NOT EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state <> 'saved')
    WHERE id = {task_id};
"""
"""The one definition of "needs attention" and "saved"."""

_PAGE_TRIGGERS = (
    ("task_made", "INSERT ON tasks", "NEW.id"),
    ("task_moved", "UPDATE OF state, remote_id ON tasks", "NEW.id"),
    ("output_made", "INSERT ON outputs", "NEW.task_id"),
    ("output_moved", "UPDATE OF state ON outputs", "NEW.task_id"),
    ("output_dropped", "DELETE ON outputs", "OLD.task_id"),
)

_ASTRAY = """
    UPDATE tasks SET
        missing = EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND {missing}),
        changed = EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND {changed})
    WHERE id = {task_id};
"""
_KEPT = "state = 'saved' AND path <> '' AND presence"

TRIGGERS = (
    *(
        f"CREATE TRIGGER {name} AFTER {event} BEGIN {_PAGE.format(task_id=task_id)} END"
        for name, event, task_id in _PAGE_TRIGGERS
    ),
    *(
        f"""
        CREATE TRIGGER output_{name} AFTER {event} ON outputs BEGIN
            UPDATE tasks SET seconds = (SELECT max(duration) FROM outputs WHERE task_id = NEW.task_id)
            WHERE id = NEW.task_id AND NEW.duration <> 0;
        END
        """
        for name, event in (("timed_at_first", "INSERT"), ("timed", "UPDATE OF duration"))
    ),
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
    "CREATE TRIGGER ledger_is_not_rewritten BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    "CREATE TRIGGER ledger_is_not_shortened BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END",
)

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
"""Added by version 4.3. A request is stored before its task. A permission is valid only in the list of that
identity."""

SUGGESTIONS = (
    """
    CREATE TABLE suggestions (
        task_id TEXT NOT NULL,
        client TEXT NOT NULL,
        reason TEXT NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (task_id, client)
    ) WITHOUT ROWID
    """,
)
"""Added by version 4.4."""

CAST_AND_STEPS = (
    "ALTER TABLE tasks ADD COLUMN picked_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN picked_at REAL",
    "ALTER TABLE tasks ADD COLUMN cast_members TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN step TEXT",
    "ALTER TABLE tasks ADD COLUMN made_of TEXT",
    "ALTER TABLE tasks ADD COLUMN trims TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE tasks ADD COLUMN marks TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE tasks ADD COLUMN run TEXT",
    "CREATE INDEX tasks_runs ON tasks (ended_at) WHERE run IS NOT NULL",
    "ALTER TABLE tasks ADD COLUMN routing TEXT",
    "ALTER TABLE clients ADD COLUMN may_use_cast INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE task_cast (member TEXT NOT NULL, task INTEGER NOT NULL, PRIMARY KEY (member, task)) WITHOUT ROWID",
    "CREATE INDEX tasks_continued ON tasks (made_of, step) WHERE made_of IS NOT NULL",
    "CREATE INDEX task_cast_by_task ON task_cast (task)",
    """
    CREATE TABLE members (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        changed_at REAL NOT NULL,
        removed_at REAL,
        text TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE documents (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        id TEXT NOT NULL,
        changed_at REAL NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (kind, id)
    ) WITHOUT ROWID
    """,
)
"""Added by version 4.5. `trims`, `marks`, `run` and `routing` are JSON, `text` the whole member or document. A removed
member keeps its name for the tasks that it was in."""
