CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('changes', 0);

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE clusters (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    system_uid TEXT,
    authority TEXT,
    server TEXT NOT NULL
) STRICT;
CREATE INDEX clusters_by_uid ON clusters (system_uid);
CREATE INDEX clusters_by_server ON clusters (server);

CREATE TABLE projects (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- The highest version number ever given is kept when versions are deleted: runs name versions, and a number must not
-- come to mean something else.
CREATE TABLE function_names (
    project TEXT NOT NULL REFERENCES projects (name) ON DELETE CASCADE,
    name TEXT NOT NULL,
    last_version INTEGER NOT NULL,
    PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE functions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (project, name, version),
    FOREIGN KEY (project, name) REFERENCES function_names (project, name) ON DELETE CASCADE
) STRICT;

CREATE TABLE tasks (
    function TEXT NOT NULL REFERENCES functions (id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (function, action)
) STRICT, WITHOUT ROWID;

CREATE TABLE profiles (
    project TEXT NOT NULL REFERENCES projects (name) ON DELETE CASCADE,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
    project TEXT NOT NULL REFERENCES projects (name) ON DELETE CASCADE,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;

-- Narrow on purpose: filters and counts over 100,000 runs read this table and its indexes, never the bodies.
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    project TEXT NOT NULL REFERENCES projects (name),
    function TEXT NOT NULL,
    action TEXT NOT NULL,
    state TEXT NOT NULL,
    context TEXT NOT NULL,
    namespace TEXT NOT NULL,
    created INTEGER NOT NULL,
    object_name TEXT NOT NULL,
    words TEXT NOT NULL,
    revision INTEGER NOT NULL,
    archived INTEGER NOT NULL DEFAULT 0,
    logs_settled INTEGER NOT NULL DEFAULT 0,
    objects_settled INTEGER NOT NULL DEFAULT 0,
    is_open INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_by_project ON runs (project, seq, archived, state);
CREATE INDEX runs_by_state ON runs (project, state, seq, archived);
CREATE INDEX runs_by_function ON runs (project, function, seq, archived, state);
CREATE INDEX runs_by_object ON runs (object_name);
CREATE INDEX runs_open ON runs (seq) WHERE is_open;

-- What a list shows (run without manifests, origins and inline code) apart from what only one run's page needs.
CREATE TABLE run_heads (
    seq INTEGER PRIMARY KEY REFERENCES runs (seq) ON DELETE CASCADE,
    head TEXT NOT NULL,
    status TEXT NOT NULL
) STRICT;
CREATE TABLE run_frozen (
    seq INTEGER PRIMARY KEY REFERENCES runs (seq) ON DELETE CASCADE,
    frozen TEXT NOT NULL
) STRICT;

CREATE TABLE run_counts (
    project TEXT NOT NULL,
    archived INTEGER NOT NULL,
    state TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (project, archived, state)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER run_counted AFTER INSERT ON runs BEGIN
    INSERT INTO run_counts VALUES (new.project, new.archived, new.state, 1)
        ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER run_recounted AFTER UPDATE OF state, archived ON runs
    WHEN old.state <> new.state OR old.archived <> new.archived
BEGIN
    UPDATE run_counts SET count = count - 1
        WHERE project = old.project AND archived = old.archived AND state = old.state;
    INSERT INTO run_counts VALUES (new.project, new.archived, new.state, 1)
        ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER run_uncounted AFTER DELETE ON runs BEGIN
    UPDATE run_counts SET count = count - 1
        WHERE project = old.project AND archived = old.archived AND state = old.state;
END;

-- Finds any part of a word of three letters or more without reading every run.
CREATE VIRTUAL TABLE run_words USING fts5 (words, content = 'runs', content_rowid = 'seq', tokenize = 'trigram');

CREATE TABLE transitions (
    run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
    uid TEXT NOT NULL,
    first INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run, uid)
) STRICT, WITHOUT ROWID;
