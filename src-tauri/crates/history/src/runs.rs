//! Owns the rows of single runs: insertion, transitions, duties, events.

use berth_core::ports::{RunEvent, RunRow, StoreError, TransitionRow};
use berth_model::{Action, Run, RunId, RunStatus, Transition};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::error::Fault;
use crate::projects::{found, many, require};
use crate::rows::{self, document, json, run_row, take_apart};

/// Columns of a run in full, in the order that `run_row` reads.
const WHOLE: &str = "SELECT runs.seq, runs.archived, run_frozen.frozen, run_heads.status
    FROM runs JOIN run_heads USING (seq) JOIN run_frozen USING (seq)";

/// Runs that a text may mean; more are of no use to somebody who meant one.
const CANDIDATES: u32 = 20;

fn whole(connection: &Connection, condition: &str, keys: impl rusqlite::Params) -> Result<Vec<RunRow>, Fault> {
    let mut statement = connection.prepare_cached(&format!("{WHOLE} WHERE {condition}"))?;
    let mut found = statement.query(keys)?;
    let mut runs = Vec::new();
    while let Some(row) = found.next()? {
        runs.push(run_row(row)?);
    }
    Ok(runs)
}

fn missing(id: RunId) -> String {
    format!("there is no run {id} in the history")
}

fn seq(connection: &Connection, id: RunId) -> Result<i64, Fault> {
    connection
        .prepare_cached("SELECT seq FROM runs WHERE id = ?1")?
        .query_row([id.bare()], |row| row.get(0))
        .optional()?
        .ok_or_else(|| StoreError::NotFound(missing(id)).into())
}

/// Writes a run, or returns the one with its id that is there.
pub(crate) fn insert(connection: &Connection, run: &Run) -> Result<RunRow, Fault> {
    if let Some(row) = read(connection, run.id)? {
        return Ok(row);
    }
    require(connection, &run.project)?;
    let parts = take_apart(run)?;
    connection.execute(
        "INSERT INTO runs (id, project, function, action, state, context, namespace, created, object_name, words,
                           revision, is_open, began, lasted, parent)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1, coalesce(?12, ?8), ?13, ?14)",
        params![
            run.id.bare(),
            run.project.as_str(),
            run.function.name.as_str(),
            run.action.word(),
            run.status.state.word(),
            run.target.context,
            run.target.namespace,
            run.created.as_microsecond(),
            run.object_name,
            parts.words,
            rows::number(run.status.revision),
            rows::began(&run.status),
            rows::lasted(&run.status, run.action),
            run.parent.map(|parent| parent.to_string()),
        ],
    )?;
    let seq = connection.last_insert_rowid();
    connection.execute(
        "INSERT INTO run_heads (seq, head, status) VALUES (?1, ?2, ?3)",
        params![seq, parts.head, parts.status],
    )?;
    connection.execute("INSERT INTO run_frozen (seq, frozen) VALUES (?1, ?2)", params![seq, parts.frozen])?;
    connection.execute("INSERT INTO run_words (rowid, words) VALUES (?1, ?2)", params![seq, parts.words])?;
    Ok(RunRow { seq: u64::try_from(seq).unwrap_or_default(), archived: false, run: run.clone() })
}

pub(crate) fn read(connection: &Connection, id: RunId) -> Result<Option<RunRow>, Fault> {
    Ok(whole(connection, "runs.id = ?1", [id.bare()])?.pop())
}

/// Finds runs whose id begins with a text or whose object has it as its name.
pub(crate) fn find(connection: &Connection, text: &str) -> Result<Vec<RunRow>, Fault> {
    let text = text.trim();
    let digits: String = text.chars().filter(|letter| *letter != '-').collect::<String>().to_ascii_lowercase();
    let is_id = !digits.is_empty() && digits.len() <= 32 && digits.chars().all(|digit| digit.is_ascii_hexdigit());
    // `g` follows the last hexadecimal digit.
    let (from, to) = if is_id { (digits.clone(), format!("{digits}g")) } else { (String::new(), String::new()) };
    whole(
        connection,
        "runs.seq IN (SELECT seq FROM runs WHERE id >= ?1 AND id < ?2 UNION SELECT seq FROM runs WHERE object_name = ?3)
         ORDER BY runs.seq DESC LIMIT ?4",
        params![from, to, text, CANDIDATES],
    )
}

pub(crate) fn open(connection: &Connection) -> Result<Vec<RunRow>, Fault> {
    whole(connection, "runs.is_open ORDER BY runs.seq", [])
}

/// Writes a transition onto the status it was decided from.
pub(crate) fn transition(connection: &Connection, id: RunId, transition: &Transition) -> Result<(), Fault> {
    let seq = seq(connection, id)?;
    let (stored, action, logs, objects): (i64, String, bool, bool) = connection
        .prepare_cached("SELECT revision, action, logs_settled, objects_settled FROM runs WHERE seq = ?1")?
        .query_row([seq], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let revision = rows::number(transition.to.revision);
    if stored.checked_add(1) != Some(revision) {
        return Err(StoreError::StaleRevision.into());
    }
    let action = word(&action)?;
    let is_open = rows::is_open(action, &transition.to, logs, objects);
    connection
        .prepare_cached(
            "UPDATE runs SET state = ?2, revision = ?3, is_open = ?4, began = coalesce(?5, created), lasted = ?6
             WHERE seq = ?1",
        )?
        .execute(params![
            seq,
            transition.to.state.word(),
            revision,
            is_open,
            rows::began(&transition.to),
            rows::lasted(&transition.to, action),
        ])?;
    connection
        .prepare_cached("UPDATE run_heads SET status = ?2 WHERE seq = ?1")?
        .execute(params![seq, json(&transition.to)?])?;
    connection
        .prepare_cached("INSERT INTO transitions (run, revision, body) VALUES (?1, ?2, ?3)")?
        .execute(params![seq, revision, json(transition)?])?;
    Ok(())
}

/// Reads a stored word as the model's value.
pub(crate) fn word<T: serde::de::DeserializeOwned>(word: &str) -> Result<T, Fault> {
    Ok(serde_json::from_value(Value::String(word.to_owned()))?)
}

pub(crate) fn transitions(connection: &Connection, id: RunId) -> Result<Vec<TransitionRow>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT body, revision FROM transitions WHERE run = ?1 ORDER BY revision")?;
    let mut found = statement.query([seq(connection, id)?])?;
    let mut transitions = Vec::new();
    while let Some(row) = found.next()? {
        transitions.push(TransitionRow {
            revision: u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default(),
            transition: document(row, 0)?,
        });
    }
    Ok(transitions)
}

/// Marks duties as done; one that is done stays so.
pub(crate) fn settle(connection: &Connection, id: RunId, logs: bool, objects: bool) -> Result<(), Fault> {
    let seq = seq(connection, id)?;
    let action: String = connection.query_row(
        "UPDATE runs SET logs_settled = logs_settled OR ?2, objects_settled = objects_settled OR ?3 WHERE seq = ?1
         RETURNING action",
        params![seq, logs, objects],
        |row| row.get(0),
    )?;
    let status: String =
        connection.query_row("SELECT status FROM run_heads WHERE seq = ?1", [seq], |row| row.get(0))?;
    let is_over = serde_json::from_str::<RunStatus>(&status)?.is_over(word::<Action>(&action)?);
    connection.execute(
        "UPDATE runs SET is_open = NOT (?2 AND logs_settled AND objects_settled) WHERE seq = ?1",
        params![seq, is_over],
    )?;
    Ok(())
}

pub(crate) fn settled(connection: &Connection, id: RunId) -> Result<(bool, bool), Fault> {
    Ok(connection.query_row(
        "SELECT logs_settled, objects_settled FROM runs WHERE seq = ?1",
        [seq(connection, id)?],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

pub(crate) fn archive(connection: &Connection, id: RunId, archived: bool) -> Result<(), Fault> {
    let changed = connection.execute("UPDATE runs SET archived = ?2 WHERE id = ?1", params![id.bare(), archived])?;
    found(changed, || missing(id))
}

pub(crate) fn delete(connection: &Connection, id: RunId) -> Result<(), Fault> {
    let seq = seq(connection, id)?;
    connection.execute(
        "INSERT INTO run_words (run_words, rowid, words) SELECT 'delete', seq, words FROM runs WHERE seq = ?1",
        [seq],
    )?;
    connection.execute("DELETE FROM runs WHERE seq = ?1", [seq])?;
    Ok(())
}

/// Copies events; a later sight of the same event replaces the earlier, an older one changes nothing.
pub(crate) fn record_events(connection: &Connection, id: RunId, events: &[RunEvent]) -> Result<(), Fault> {
    let seq = seq(connection, id)?;
    for event in events {
        let known: Option<RunEvent> = crate::projects::one(
            connection,
            "SELECT body FROM events WHERE run = ?1 AND uid = ?2",
            params![seq, event.uid],
        )?;
        let newer = known.is_none_or(|known| (event.count, event.last) > (known.count, known.last));
        if newer {
            connection
                .prepare_cached(
                    "INSERT INTO events (run, uid, first, body) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (run, uid) DO UPDATE SET first = excluded.first, body = excluded.body",
                )?
                .execute(params![seq, event.uid, event.first.as_microsecond(), json(event)?])?;
        }
    }
    Ok(())
}

pub(crate) fn events(connection: &Connection, id: RunId) -> Result<Vec<RunEvent>, Fault> {
    many(connection, "SELECT body FROM events WHERE run = ?1 ORDER BY first, uid", [seq(connection, id)?])
}
