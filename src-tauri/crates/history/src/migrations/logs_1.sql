CREATE TABLE logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL,
    pod_uid TEXT NOT NULL,
    container TEXT NOT NULL,
    restart INTEGER NOT NULL,
    pod TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    is_complete INTEGER NOT NULL DEFAULT 0,
    UNIQUE (run, pod_uid, container, restart)
) STRICT;

CREATE TABLE segments (
    log INTEGER NOT NULL REFERENCES logs (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    length INTEGER NOT NULL,
    first_line INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    total_bytes INTEGER NOT NULL,
    first_time INTEGER,
    last_time INTEGER,
    PRIMARY KEY (log, start)
) STRICT, WITHOUT ROWID;

CREATE TABLE gaps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    log INTEGER NOT NULL REFERENCES logs (id) ON DELETE CASCADE,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX gaps_by_log ON gaps (log);
