BEGIN TRANSACTION;
CREATE TABLE batches (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        created_at REAL NOT NULL
    );
INSERT INTO "batches" VALUES('b1','shots.csv',1750000000.0);
CREATE TABLE estimates (
        endpoint TEXT NOT NULL,
        model TEXT NOT NULL,
        shape TEXT NOT NULL,
        credits REAL NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (endpoint, model, shape)
    ) WITHOUT ROWID
    ;
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
    );
INSERT INTO "inputs" VALUES(1,'0f1e2d3c4b5a69788796a5b4c3d2e1f0','["promptImage"]','file:///pictures/sea.png','image','/pictures/sea.png','ab12',1024,'',NULL);
CREATE TABLE ledger (
        number INTEGER PRIMARY KEY,
        task_id TEXT NOT NULL REFERENCES tasks (id),
        at REAL NOT NULL,
        kind TEXT NOT NULL,
        detail TEXT NOT NULL
    );
INSERT INTO "ledger" VALUES(1,'0f1e2d3c4b5a69788796a5b4c3d2e1f0',1750000000.25,'made','{}');
INSERT INTO "ledger" VALUES(2,'0f1e2d3c4b5a69788796a5b4c3d2e1f0',1750000001.5,'sent','{"endpoint":"image_to_video"}');
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
    ;
INSERT INTO "outputs" VALUES('0f1e2d3c4b5a69788796a5b4c3d2e1f0',0,'https://out.example/lighthouse.mp4',1750000070.0,'saved','video','/films/lighthouse.mp4',4200000,'cd34',1750000075.0,'','',1280,720,5.0);
CREATE VIRTUAL TABLE searched USING fts5 (words, tokenize = 'trigram case_sensitive 1');
INSERT INTO searched (rowid, words) VALUES (1, 'a lighthouse, 猫
gen4.5
0f1e2d3c4b5a69788796a5b4c3d2e1f0
17f20503-6c24-4c16-946b-35dbbce2af2f
sea.png
lighthouse.mp4');
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "settings" VALUES('theme','"dark"');
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
    );
INSERT INTO "tasks" VALUES(1,'0f1e2d3c4b5a69788796a5b4c3d2e1f0','image_to_video','gen4.5','{"promptText":"A lighthouse, 猫","duration":5,"ratio":"1280:720","promptImage":"file:///pictures/sea.png"}','A lighthouse, 猫','duration=5;ratio=1280:720','a lighthouse, 猫',1750000000.25,'succeeded','b1','Aurora',NULL,0.0,'17f20503-6c24-4c16-946b-35dbbce2af2f','',1750000001.5,NULL,1750000004.0,1750000070.0,NULL,NULL,60.0,60.0,NULL,'[]',NULL,0,0,0,'',NULL,'',1750000001.5,60.0,7,0,1);
CREATE INDEX tasks_by_sent ON tasks (
        sent_or_made, position, number, id, batch_id, model, state, attention, saved, credits, endpoint, project,
        removed_at ) WHERE removed_at IS NULL
    ;
CREATE INDEX tasks_by_heading ON tasks (
            heading, sent_or_made DESC, position DESC, number DESC, id, batch_id, model, removed_at
        ) WHERE removed_at IS NULL
        ;
CREATE INDEX tasks_by_rank ON tasks (
            rank, sent_or_made DESC, position DESC, number DESC, id, batch_id, model, removed_at
        ) WHERE removed_at IS NULL
        ;
CREATE INDEX tasks_by_credits ON tasks (
            credits, sent_or_made DESC, position DESC, number DESC, id, batch_id, model, removed_at
        ) WHERE removed_at IS NULL
        ;
CREATE INDEX tasks_by_model ON tasks (
        model, sent_or_made DESC, position DESC, number DESC, id, batch_id, removed_at
    ) WHERE removed_at IS NULL
    ;
CREATE INDEX tasks_by_lane ON tasks (position, sent_or_made, number, id, batch_id, model, removed_at)
    WHERE removed_at IS NULL
    ;
CREATE INDEX tasks_by_batch ON tasks (batch_id, removed_at);
CREATE INDEX tasks_by_project ON tasks (project, removed_at) WHERE removed_at IS NULL;
CREATE INDEX tasks_by_remote_id ON tasks (remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX tasks_unfinished ON tasks (position, created_at, number) WHERE state NOT IN ('succeeded', 'failed', 'cancelled', 'gone');
CREATE INDEX tasks_timed ON tasks (endpoint, model, ended_at, shape)
    WHERE state = 'succeeded' AND sent_at IS NOT NULL AND ended_at IS NOT NULL
    ;
CREATE INDEX tasks_spent ON tasks (sent_at, credits) WHERE sent_at IS NOT NULL;
CREATE INDEX outputs_unsaved ON outputs (task_id) WHERE state NOT IN ('saved', 'expired');
CREATE INDEX inputs_uploaded ON inputs (sha256, uploaded_at) WHERE upload_uri <> '';
CREATE INDEX ledger_by_task ON ledger (task_id);
CREATE TRIGGER task_made AFTER INSERT ON tasks BEGIN 
    UPDATE tasks SET
        attention = state IN ('uncertain', 'failed')
            OR (state = 'gone' AND remote_id IS NOT NULL)
            OR EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state IN ('failed', 'expired')),
        saved = state = 'succeeded'
            AND EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id)
            AND NOT EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state <> 'saved')
    WHERE id = NEW.id;
 END;
CREATE TRIGGER task_moved AFTER UPDATE OF state, remote_id ON tasks BEGIN 
    UPDATE tasks SET
        attention = state IN ('uncertain', 'failed')
            OR (state = 'gone' AND remote_id IS NOT NULL)
            OR EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state IN ('failed', 'expired')),
        saved = state = 'succeeded'
            AND EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id)
            AND NOT EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state <> 'saved')
    WHERE id = NEW.id;
 END;
CREATE TRIGGER output_made AFTER INSERT ON outputs BEGIN 
    UPDATE tasks SET
        attention = state IN ('uncertain', 'failed')
            OR (state = 'gone' AND remote_id IS NOT NULL)
            OR EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state IN ('failed', 'expired')),
        saved = state = 'succeeded'
            AND EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id)
            AND NOT EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state <> 'saved')
    WHERE id = NEW.task_id;
 END;
CREATE TRIGGER output_moved AFTER UPDATE OF state ON outputs BEGIN 
    UPDATE tasks SET
        attention = state IN ('uncertain', 'failed')
            OR (state = 'gone' AND remote_id IS NOT NULL)
            OR EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state IN ('failed', 'expired')),
        saved = state = 'succeeded'
            AND EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id)
            AND NOT EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state <> 'saved')
    WHERE id = NEW.task_id;
 END;
CREATE TRIGGER output_dropped AFTER DELETE ON outputs BEGIN 
    UPDATE tasks SET
        attention = state IN ('uncertain', 'failed')
            OR (state = 'gone' AND remote_id IS NOT NULL)
            OR EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state IN ('failed', 'expired')),
        saved = state = 'succeeded'
            AND EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id)
            AND NOT EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state <> 'saved')
    WHERE id = OLD.task_id;
 END;
CREATE TRIGGER ledger_is_not_rewritten BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER ledger_is_not_shortened BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END;
COMMIT;
PRAGMA application_id = 1381450836;
PRAGMA user_version = 1000;
