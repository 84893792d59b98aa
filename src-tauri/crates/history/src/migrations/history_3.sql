-- What a schedule started is listed by it.
ALTER TABLE runs ADD COLUMN parent TEXT;
UPDATE runs SET parent = (SELECT frozen ->> '$.parent' FROM run_frozen WHERE run_frozen.seq = runs.seq);
CREATE INDEX runs_by_parent ON runs (parent, created, project, archived, state) WHERE parent IS NOT NULL;
