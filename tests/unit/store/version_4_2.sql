BEGIN TRANSACTION;
CREATE TABLE batches (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        created_at REAL NOT NULL
    );
INSERT INTO batches VALUES ('b1', 'shots.csv', 1750000000.0);
CREATE TABLE estimates (
        endpoint TEXT NOT NULL,
        model TEXT NOT NULL,
        shape TEXT NOT NULL,
        credits REAL NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (endpoint, model, shape)
    ) WITHOUT ROWID;
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
        uploaded_at REAL, upload_key TEXT NOT NULL DEFAULT '',
        UNIQUE (task_id, place)
    );
INSERT INTO inputs VALUES (1, '0f1e2d3c4b5a69788796a5b4c3d2e1f0', '["promptImage"]', 'file:///pictures/sea.png', 'image', '/pictures/sea.png', 'ab12', 1024, '', NULL, '');
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
        duration REAL NOT NULL, binned_from TEXT NOT NULL DEFAULT '', presence TEXT NOT NULL DEFAULT '', looked_at REAL, seen_size INTEGER, seen_modified INTEGER,
        PRIMARY KEY (task_id, "index")
    ) WITHOUT ROWID;
INSERT INTO outputs VALUES ('0f1e2d3c4b5a69788796a5b4c3d2e1f0', 0, 'https://out.example/lighthouse.mp4', 1750000070.0, 'saved', 'video', '/films/lighthouse.mp4', 4200000, 'cd34', 1750000075.0, '', '', 1280, 720, 5.0, '', '', NULL, NULL, NULL);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO settings VALUES ('theme', '"dark"');
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
        saved INTEGER NOT NULL DEFAULT 0
    , rating INTEGER NOT NULL DEFAULT 0, pick TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '', shot TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', prompt_key TEXT NOT NULL DEFAULT '', asked_seconds REAL NOT NULL DEFAULT 0, seconds REAL NOT NULL DEFAULT 0, missing INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0, key_used TEXT NOT NULL DEFAULT '', hidden_from TEXT NOT NULL DEFAULT '', not_found_at REAL, hold_detail TEXT NOT NULL DEFAULT '{}', imported INTEGER NOT NULL DEFAULT 0);
INSERT INTO tasks VALUES (1, '0f1e2d3c4b5a69788796a5b4c3d2e1f0', 'image_to_video', 'gen4.5', '{"promptText":"A lighthouse, 猫","duration":5,"ratio":"1280:720","promptImage":"file:///pictures/sea.png"}', 'A lighthouse, 猫', 'duration=5;ratio=1280:720', 'a lighthouse, 猫', 1750000000.25, 'succeeded', 'b1', 'Aurora', NULL, 0.0, '17f20503-6c24-4c16-946b-35dbbce2af2f', '', 1750000001.5, NULL, 1750000004.0, 1750000070.0, NULL, NULL, 60.0, 60.0, NULL, '[]', NULL, 0, 0, 0, '', NULL, '', 60.0, 7, 0, 1, 0, '', '', '', '', 'cbd92ca18b3330ae', 5.0, 5.0, 0, 0, '', '', NULL, '{}', 0);
CREATE TABLE sheets (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        changed_at REAL NOT NULL,
        rows INTEGER NOT NULL,
        batch_id TEXT REFERENCES batches (id),
        text TEXT NOT NULL
    , unsent INTEGER NOT NULL DEFAULT 0);
CREATE TABLE task_tags (tag TEXT NOT NULL, task INTEGER NOT NULL, PRIMARY KEY (tag, task)) WITHOUT ROWID;
CREATE TABLE endings (ending TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO endings VALUES ('ra');
CREATE TABLE "ledger" (
        number INTEGER PRIMARY KEY,
        task INTEGER NOT NULL REFERENCES tasks (number),
        at REAL NOT NULL,
        kind TEXT NOT NULL,
        detail TEXT NOT NULL
    );
INSERT INTO ledger VALUES (1, 1, 1750000000.25, 'made', '{}');
INSERT INTO ledger VALUES (2, 1, 1750000001.5, 'sent', '{"endpoint":"image_to_video"}');
CREATE VIRTUAL TABLE "searched" USING fts5 (words, tokenize = 'trigram case_sensitive 1', detail = none);
INSERT INTO searched (rowid, words) VALUES (1, 'a lighthouse, 猫
gen4.5
0f1e2d3c4b5a69788796a5b4c3d2e1f0
17f20503-6c24-4c16-946b-35dbbce2af2f
sea.png
lighthouse.mp4
aurora');
CREATE TABLE tally (kind TEXT NOT NULL, name NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
INSERT INTO tally VALUES ('all', '', 1);
INSERT INTO tally VALUES ('batch', 'b1', 1);
INSERT INTO tally VALUES ('endpoint', 'image_to_video', 1);
INSERT INTO tally VALUES ('model', 'gen4.5', 1);
INSERT INTO tally VALUES ('project', 'Aurora', 1);
INSERT INTO tally VALUES ('rank', 7, 1);
INSERT INTO tally VALUES ('rating', 0, 1);
INSERT INTO tally VALUES ('saved', '', 1);
CREATE INDEX tasks_by_batch ON tasks (batch_id, removed_at);
CREATE INDEX tasks_by_remote_id ON tasks (remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX tasks_unfinished ON tasks (position, created_at, number) WHERE state NOT IN ('succeeded', 'failed', 'cancelled', 'gone');
CREATE INDEX tasks_timed ON tasks (endpoint, model, ended_at, shape)
    WHERE state = 'succeeded' AND sent_at IS NOT NULL AND ended_at IS NOT NULL;
CREATE INDEX outputs_unsaved ON outputs (task_id) WHERE state NOT IN ('saved', 'expired');
CREATE INDEX inputs_uploaded ON inputs (sha256, uploaded_at) WHERE upload_uri <> '';
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
CREATE INDEX sheets_by_batch ON sheets (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX tasks_by_spending ON tasks (coalesce(sent_at, remote_created_at))
    WHERE coalesce(sent_at, remote_created_at) IS NOT NULL;
CREATE INDEX task_tags_by_task ON task_tags (task);
CREATE TRIGGER output_timed_at_first AFTER INSERT ON outputs BEGIN
            UPDATE tasks SET seconds = (SELECT max(duration) FROM outputs WHERE task_id = NEW.task_id)
            WHERE id = NEW.task_id AND NEW.duration <> 0;
        END;
CREATE TRIGGER output_timed AFTER UPDATE OF duration ON outputs BEGIN
            UPDATE tasks SET seconds = (SELECT max(duration) FROM outputs WHERE task_id = NEW.task_id)
            WHERE id = NEW.task_id AND NEW.duration <> 0;
        END;
CREATE INDEX tasks_removed ON tasks (number) WHERE removed_at IS NOT NULL;
CREATE INDEX tasks_by_parent ON tasks (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX outputs_by_bytes ON outputs (sha256) WHERE sha256 <> '';
CREATE INDEX inputs_by_bytes ON inputs (sha256) WHERE sha256 <> '';
CREATE INDEX inputs_by_path ON inputs (path) WHERE path <> '';
CREATE INDEX outputs_astray ON outputs (presence) WHERE presence <> '';
CREATE TRIGGER output_astray_at_first AFTER INSERT ON outputs WHEN NEW.presence <> '' BEGIN
            
    UPDATE tasks SET
        missing = EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state = 'saved' AND path <> '' AND presence = 'missing'),
        changed = EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state = 'saved' AND path <> '' AND presence = 'changed')
    WHERE id = NEW.task_id;

        END;
CREATE TRIGGER output_astray AFTER UPDATE OF presence, state, path ON outputs WHEN NEW.presence <> '' OR OLD.presence <> '' BEGIN
            
    UPDATE tasks SET
        missing = EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state = 'saved' AND path <> '' AND presence = 'missing'),
        changed = EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state = 'saved' AND path <> '' AND presence = 'changed')
    WHERE id = NEW.task_id;

        END;
CREATE TRIGGER output_astray_no_more AFTER DELETE ON outputs WHEN OLD.presence <> '' BEGIN
            
    UPDATE tasks SET
        missing = EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state = 'saved' AND path <> '' AND presence = 'missing'),
        changed = EXISTS (SELECT 1 FROM outputs WHERE task_id = tasks.id AND state = 'saved' AND path <> '' AND presence = 'changed')
    WHERE id = OLD.task_id;

        END;
CREATE INDEX tasks_by_made ON tasks (
        created_at, number DESC, rating, saved, attention, missing, changed, rank, credits, pick, project, shot, tags,
        model, state, seconds, asked_seconds, position, id, batch_id, prompt_key, endpoint, removed_at
    ) WHERE removed_at IS NULL;
CREATE INDEX tasks_by_heading ON tasks (heading, created_at DESC, number, removed_at) WHERE removed_at IS NULL;
CREATE INDEX tasks_by_rank ON tasks (rank, created_at DESC, number, removed_at) WHERE removed_at IS NULL;
CREATE INDEX tasks_by_credits ON tasks (credits, created_at DESC, number, removed_at) WHERE removed_at IS NULL;
CREATE INDEX tasks_by_model ON tasks (model, created_at DESC, number, removed_at) WHERE removed_at IS NULL;
CREATE INDEX tasks_by_project_in_list ON tasks (project, created_at DESC, number, removed_at) WHERE removed_at IS NULL;
CREATE INDEX tasks_by_tags_in_list ON tasks (tags, created_at DESC, number, removed_at) WHERE removed_at IS NULL;
CREATE INDEX tasks_by_shot_in_list ON tasks (shot, created_at DESC, number, removed_at) WHERE removed_at IS NULL;
CREATE INDEX tasks_by_lane ON tasks (position, created_at, number, removed_at) WHERE removed_at IS NULL;
CREATE INDEX ledger_by_task ON ledger (task);
CREATE TRIGGER ledger_is_not_rewritten BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER ledger_is_not_shortened BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER tally_made AFTER INSERT ON tasks BEGIN 
        INSERT INTO tally (kind, name, amount)
        SELECT column1, column2, sum(column3) FROM (VALUES ('all', '', (NEW.removed_at IS NULL AND 1)), ('endpoint', NEW.endpoint, (NEW.removed_at IS NULL AND 1)), ('model', NEW.model, (NEW.removed_at IS NULL AND 1)), ('project', NEW.project, (NEW.removed_at IS NULL AND NEW.project <> '')), ('rank', NEW.rank, (NEW.removed_at IS NULL AND 1)), ('rating', NEW.rating, (NEW.removed_at IS NULL AND 1)), ('shot', NEW.shot, (NEW.removed_at IS NULL AND NEW.shot <> '')), ('batch', NEW.batch_id, (NEW.removed_at IS NULL AND NEW.batch_id IS NOT NULL)), ('picks', '', (NEW.removed_at IS NULL AND NEW.pick = 'pick')), ('needs attention', '', (NEW.removed_at IS NULL AND NEW.attention)), ('saved', '', (NEW.removed_at IS NULL AND NEW.saved AND NOT NEW.missing)), ('missing files', '', (NEW.removed_at IS NULL AND NEW.missing)), ('changed files', '', (NEW.removed_at IS NULL AND NEW.changed))) GROUP BY 1, 2 HAVING sum(column3) <> 0 ON CONFLICT (kind, name) DO UPDATE SET amount = amount + excluded.amount;
     END;
CREATE TRIGGER tally_moved AFTER UPDATE OF endpoint, model, project, rank, rating, shot, batch_id, pick, attention, saved, missing, changed, removed_at ON tasks WHEN NOT (OLD.endpoint IS NEW.endpoint AND OLD.model IS NEW.model AND OLD.project IS NEW.project AND OLD.rank IS NEW.rank AND OLD.rating IS NEW.rating AND OLD.shot IS NEW.shot AND OLD.batch_id IS NEW.batch_id AND OLD.pick IS NEW.pick AND OLD.attention IS NEW.attention AND OLD.saved IS NEW.saved AND OLD.missing IS NEW.missing AND OLD.changed IS NEW.changed AND OLD.removed_at IS NEW.removed_at) BEGIN
        
        INSERT INTO tally (kind, name, amount)
        SELECT column1, column2, sum(column3) FROM (VALUES ('all', '', -(OLD.removed_at IS NULL AND 1)), ('endpoint', OLD.endpoint, -(OLD.removed_at IS NULL AND 1)), ('model', OLD.model, -(OLD.removed_at IS NULL AND 1)), ('project', OLD.project, -(OLD.removed_at IS NULL AND OLD.project <> '')), ('rank', OLD.rank, -(OLD.removed_at IS NULL AND 1)), ('rating', OLD.rating, -(OLD.removed_at IS NULL AND 1)), ('shot', OLD.shot, -(OLD.removed_at IS NULL AND OLD.shot <> '')), ('batch', OLD.batch_id, -(OLD.removed_at IS NULL AND OLD.batch_id IS NOT NULL)), ('picks', '', -(OLD.removed_at IS NULL AND OLD.pick = 'pick')), ('needs attention', '', -(OLD.removed_at IS NULL AND OLD.attention)), ('saved', '', -(OLD.removed_at IS NULL AND OLD.saved AND NOT OLD.missing)), ('missing files', '', -(OLD.removed_at IS NULL AND OLD.missing)), ('changed files', '', -(OLD.removed_at IS NULL AND OLD.changed)), ('all', '', (NEW.removed_at IS NULL AND 1)), ('endpoint', NEW.endpoint, (NEW.removed_at IS NULL AND 1)), ('model', NEW.model, (NEW.removed_at IS NULL AND 1)), ('project', NEW.project, (NEW.removed_at IS NULL AND NEW.project <> '')), ('rank', NEW.rank, (NEW.removed_at IS NULL AND 1)), ('rating', NEW.rating, (NEW.removed_at IS NULL AND 1)), ('shot', NEW.shot, (NEW.removed_at IS NULL AND NEW.shot <> '')), ('batch', NEW.batch_id, (NEW.removed_at IS NULL AND NEW.batch_id IS NOT NULL)), ('picks', '', (NEW.removed_at IS NULL AND NEW.pick = 'pick')), ('needs attention', '', (NEW.removed_at IS NULL AND NEW.attention)), ('saved', '', (NEW.removed_at IS NULL AND NEW.saved AND NOT NEW.missing)), ('missing files', '', (NEW.removed_at IS NULL AND NEW.missing)), ('changed files', '', (NEW.removed_at IS NULL AND NEW.changed))) GROUP BY 1, 2 HAVING sum(column3) <> 0 ON CONFLICT (kind, name) DO UPDATE SET amount = amount + excluded.amount;
    
    END;
CREATE TRIGGER tally_of_tags AFTER UPDATE OF removed_at ON tasks
    WHEN (OLD.removed_at IS NULL) <> (NEW.removed_at IS NULL) BEGIN
        INSERT INTO tally SELECT 'tag', tag, iif(NEW.removed_at IS NULL, 1, -1) FROM task_tags
        WHERE task = NEW.number ON CONFLICT (kind, name) DO UPDATE SET amount = amount + excluded.amount;
    END;
CREATE TRIGGER tally_tagged AFTER INSERT ON task_tags BEGIN
            INSERT INTO tally SELECT 'tag', NEW.tag, 1 FROM tasks
            WHERE number = NEW.task AND removed_at IS NULL ON CONFLICT (kind, name) DO UPDATE SET amount = amount + excluded.amount;
        END;
CREATE TRIGGER tally_untagged AFTER DELETE ON task_tags BEGIN
            INSERT INTO tally SELECT 'tag', OLD.tag, -1 FROM tasks
            WHERE number = OLD.task AND removed_at IS NULL ON CONFLICT (kind, name) DO UPDATE SET amount = amount + excluded.amount;
        END;
CREATE INDEX tasks_by_rating_in_list ON tasks (
        rating, created_at DESC, number, pick, project, removed_at
    ) WHERE removed_at IS NULL;
COMMIT;
PRAGMA application_id = 1381450836;
PRAGMA user_version = 4002;
