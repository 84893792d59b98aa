-- Runs are listed by when they were made, not by when they came into this history: one that was found in a cluster may
-- be older than those beside it. A list can be sorted by what it shows, so what it shows of times is kept narrow too.
ALTER TABLE runs ADD COLUMN began INTEGER NOT NULL DEFAULT 0;
-- NULL while it goes on, -1 where it ended without having started; microseconds, as all times here.
ALTER TABLE runs ADD COLUMN lasted INTEGER;
UPDATE runs SET
    began = coalesce(told.started, created),
    lasted = CASE
        WHEN told.started IS NULL THEN iif(
            state IN ('COMPLETED', 'ERROR', 'DELETED') OR (state = 'STOPPED' AND action IN ('job', 'build')), -1, NULL)
        WHEN told.finished IS NULL THEN NULL
        WHEN told.last >= told.started THEN min(told.last, told.finished) - told.started
        ELSE told.finished - told.started
    END
FROM (
    SELECT seq,
        CAST(round(unixepoch(status ->> '$.started', 'subsec') * 1000000) AS INTEGER) AS started,
        CAST(round(unixepoch(status ->> '$.finished', 'subsec') * 1000000) AS INTEGER) AS finished,
        (SELECT max(CAST(round(unixepoch(value ->> '$.finished', 'subsec') * 1000000) AS INTEGER))
         FROM json_each(status, '$.attempts')) AS last
    FROM run_heads
) AS told
WHERE told.seq = runs.seq;

-- Each with what filters ask for, so that a page is found in one index. The project does not lead: a list may be of all.
DROP INDEX runs_by_project;
DROP INDEX runs_by_state;
DROP INDEX runs_by_function;
DROP INDEX runs_by_object;
CREATE INDEX runs_by_time ON runs (created, project, archived, state);
CREATE INDEX runs_by_state ON runs (state, created, project, archived);
CREATE INDEX runs_by_function ON runs (function, created, project, archived, state);
CREATE INDEX runs_by_start ON runs (began, created, project, archived, state);
CREATE INDEX runs_by_length ON runs (lasted, created, project, archived, state, began);
CREATE INDEX runs_by_name ON runs (object_name, created, project, archived, state);
