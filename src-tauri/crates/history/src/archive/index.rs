//! Owns the rows of the log index.

use berth_core::ports::{LogGap, LogKey, StoreError};
use berth_model::RunId;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::Fault;
use crate::projects::many;
use crate::rows::{json, number};

/// A log as the index knows it.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    pub(crate) id: i64,
    pub(crate) key: LogKey,
    pub(crate) pod: String,
    pub(crate) attempt: u32,
    pub(crate) is_complete: bool,
}

/// A sealed segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Offset of its first byte in the whole log.
    pub(crate) start: u64,
    /// Bytes, uncompressed.
    pub(crate) length: u64,
    /// Number of its first line.
    pub(crate) first_line: u64,
    /// Lines.
    pub(crate) lines: u64,
    /// Bytes of content of the log up to and with this segment.
    pub(crate) total_bytes: u64,
}

impl Segment {
    /// Offset behind its last byte.
    pub(crate) fn end(&self) -> u64 {
        self.start + self.length
    }

    /// Lines of the log up to and with this segment.
    pub(crate) fn total_lines(&self) -> u64 {
        self.first_line + self.lines
    }
}

const LOG: &str = "SELECT id, run, pod_uid, container, restart, pod, attempt, is_complete FROM logs";

fn log(row: &Row<'_>) -> Result<Log, Fault> {
    let run: String = row.get(1)?;
    let run = run.parse().map_err(|_| StoreError::Failed(format!("\"{run}\" is not a run's id")))?;
    Ok(Log {
        id: row.get(0)?,
        key: LogKey { run, pod_uid: row.get(2)?, container: row.get(3)?, restart: row.get(4)? },
        pod: row.get(5)?,
        attempt: row.get(6)?,
        is_complete: row.get(7)?,
    })
}

/// Finds a log.
pub(crate) fn find(connection: &Connection, key: &LogKey) -> Result<Option<Log>, Fault> {
    let mut statement = connection
        .prepare_cached(&format!("{LOG} WHERE run = ?1 AND pod_uid = ?2 AND container = ?3 AND restart = ?4"))?;
    let mut found = statement.query(params![key.run.bare(), key.pod_uid, key.container, key.restart])?;
    found.next()?.map(log).transpose()
}

/// Lists the logs of a run, by attempt, then as they came.
pub(crate) fn list(connection: &Connection, run: RunId) -> Result<Vec<Log>, Fault> {
    let mut statement = connection.prepare_cached(&format!("{LOG} WHERE run = ?1 ORDER BY attempt, id"))?;
    let mut found = statement.query([run.bare()])?;
    let mut logs = Vec::new();
    while let Some(row) = found.next()? {
        logs.push(log(row)?);
    }
    Ok(logs)
}

/// Makes a log where it is new.
pub(crate) fn make(connection: &Connection, key: &LogKey, pod: &str, attempt: u32) -> Result<i64, Fault> {
    Ok(connection.query_row(
        "INSERT INTO logs (run, pod_uid, container, restart, pod, attempt) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (run, pod_uid, container, restart) DO UPDATE SET pod = excluded.pod, attempt = excluded.attempt
         RETURNING id",
        params![key.run.bare(), key.pod_uid, key.container, key.restart, pod, attempt],
        |row| row.get(0),
    )?)
}

/// Says whether the end of a log is stored; once it is, it stays so.
pub(crate) fn set_complete(connection: &Connection, log: i64, is_complete: bool) -> Result<(), Fault> {
    connection
        .execute("UPDATE logs SET is_complete = max(is_complete, ?2) WHERE id = ?1", params![log, is_complete])?;
    Ok(())
}

const SEGMENT: &str = "SELECT start, length, first_line, lines, total_bytes FROM segments";

fn segment(row: &Row<'_>) -> rusqlite::Result<Segment> {
    let unsigned = |column: usize| row.get::<_, i64>(column).map(|value| u64::try_from(value).unwrap_or_default());
    Ok(Segment {
        start: unsigned(0)?,
        length: unsigned(1)?,
        first_line: unsigned(2)?,
        lines: unsigned(3)?,
        total_bytes: unsigned(4)?,
    })
}

/// The newest sealed segment; an empty one at 0 where there is none.
pub(crate) fn last(connection: &Connection, log: i64) -> Result<Segment, Fault> {
    let mut statement = connection.prepare_cached(&format!("{SEGMENT} WHERE log = ?1 ORDER BY start DESC LIMIT 1"))?;
    Ok(statement.query_row([log], segment).optional()?.unwrap_or_default())
}

/// The sealed segment that holds an offset.
pub(crate) fn holding(connection: &Connection, log: i64, offset: u64) -> Result<Option<Segment>, Fault> {
    let mut statement =
        connection.prepare_cached(&format!("{SEGMENT} WHERE log = ?1 AND start <= ?2 ORDER BY start DESC LIMIT 1"))?;
    let found = statement.query_row(params![log, number(offset)], segment).optional()?;
    Ok(found.filter(|segment| offset < segment.end()))
}

/// Adds a sealed segment.
pub(crate) fn add(
    connection: &Connection,
    log: i64,
    segment: &Segment,
    bytes: u64,
    times: (Option<Timestamp>, Option<Timestamp>),
) -> Result<(), Fault> {
    let nanoseconds = |time: Option<Timestamp>| time.and_then(|time| i64::try_from(time.as_nanosecond()).ok());
    connection
        .prepare_cached(
            "INSERT INTO segments (log, start, length, first_line, lines, bytes, total_bytes, first_time, last_time)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (log, start) DO NOTHING",
        )?
        .execute(params![
            log,
            number(segment.start),
            number(segment.length),
            number(segment.first_line),
            number(segment.lines),
            number(bytes),
            number(segment.total_bytes),
            nanoseconds(times.0),
            nanoseconds(times.1),
        ])?;
    Ok(())
}

/// Notes a gap.
pub(crate) fn add_gap(connection: &Connection, log: i64, gap: &LogGap) -> Result<(), Fault> {
    connection.execute("INSERT INTO gaps (log, body) VALUES (?1, ?2)", params![log, json(gap)?])?;
    Ok(())
}

/// Lists the gaps of a log.
pub(crate) fn gaps(connection: &Connection, log: i64) -> Result<Vec<LogGap>, Fault> {
    many(connection, "SELECT body FROM gaps WHERE log = ?1 ORDER BY id", [log])
}

/// Removes the logs of a run.
pub(crate) fn delete(connection: &Connection, run: RunId) -> Result<(), Fault> {
    connection.execute("DELETE FROM logs WHERE run = ?1", [run.bare()])?;
    Ok(())
}
