//! Decides how a page of runs is asked for, so that 100,000 of them cost no more than a few.

use std::collections::BTreeMap;

use berth_core::ports::{RunPage, RunQuery, RunRow};
use berth_model::{Run, RunState};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::error::Fault;
use crate::rows::{number, run_row};
use crate::runs::word;
use crate::seen::Seen;

/// Rows of a page where nothing is said.
const USUAL: u32 = 100;
/// Bytes of a run beyond which it is parsed each time rather than kept.
const LARGE: usize = 64 * 1024;
/// The shortest text that the trigram index can find.
const TRIGRAM: usize = 3;

/// A statement with its values.
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl Statement {
    fn value(&mut self, value: impl Into<Value>) -> usize {
        self.values.push(value.into());
        self.values.len()
    }
}

/// Reads a page. Rows that were seen at their revision are not read and parsed again.
pub(crate) fn page(connection: &Connection, seen: &Seen, query: &RunQuery) -> Result<RunPage, Fault> {
    let limit = limit(query);
    let mut found = places(connection, query)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let keys: Vec<(i64, i64)> = found.iter().map(|place| (place.seq, place.revision)).collect();
    let rows = match seen.all(&keys) {
        Some(runs) => found.iter().zip(runs).map(|(place, run)| place.row(run)).collect(),
        None => bodies(connection, seen, query, &keys)?,
    };
    let mut page = RunPage { rows, more, counts: BTreeMap::new() };
    let counts_statement = counts(query);
    let mut statement = connection.prepare_cached(&counts_statement.sql)?;
    let mut found = statement.query(params_from_iter(counts_statement.values))?;
    while let Some(row) = found.next()? {
        let state: RunState = word(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        page.counts.insert(state, u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default());
    }
    Ok(page)
}

/// Where a run stands in the history.
struct Place {
    seq: i64,
    archived: bool,
    revision: i64,
}

impl Place {
    fn row(&self, run: Run) -> RunRow {
        RunRow { seq: u64::try_from(self.seq).unwrap_or_default(), archived: self.archived, run }
    }
}

fn places(connection: &Connection, query: &RunQuery) -> Result<Vec<Place>, Fault> {
    let statement = rows(query, Columns::Places);
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let found = prepared.query_map(params_from_iter(statement.values), |row| {
        Ok(Place { seq: row.get(0)?, archived: row.get(1)?, revision: row.get(2)? })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn bodies(connection: &Connection, seen: &Seen, query: &RunQuery, keys: &[(i64, i64)]) -> Result<Vec<RunRow>, Fault> {
    let statement = rows(query, Columns::Bodies);
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let mut found = prepared.query(params_from_iter(statement.values))?;
    let mut rows = Vec::with_capacity(keys.len());
    for (seq, revision) in keys {
        // One reading transaction: the same rows in the same order as their places.
        let Some(row) = found.next()? else { break };
        let is_small = row.get_ref(2)?.as_bytes().map_err(rusqlite::Error::from)?.len() <= LARGE;
        let row = run_row(row)?;
        if is_small {
            seen.keep(*seq, *revision, row.run.clone());
        }
        rows.push(row);
    }
    Ok(rows)
}

/// What is read of the rows of a page.
#[derive(Clone, Copy)]
pub(crate) enum Columns {
    /// Where they stand.
    Places,
    /// All that a list shows.
    Bodies,
}

/// The statements of a page as texts with their values in them.
pub(crate) fn texts(connection: &Connection, query: &RunQuery) -> Result<Vec<String>, Fault> {
    [rows(query, Columns::Bodies), counts(query)].iter().map(|statement| text_of(connection, statement)).collect()
}

fn text_of(connection: &Connection, statement: &Statement) -> Result<String, Fault> {
    let mut prepared = connection.prepare(&statement.sql)?;
    for (value, at) in statement.values.iter().zip(1..) {
        prepared.raw_bind_parameter(at, value)?;
    }
    Ok(prepared.expanded_sql().unwrap_or_default())
}

fn limit(query: &RunQuery) -> usize {
    usize::try_from(if query.limit == 0 { USUAL } else { query.limit }).unwrap_or(usize::MAX)
}

/// The rows of a page, and one more. One branch for each state, each read backwards along its index until it has
/// enough: a rare state costs no walk over all runs.
pub(crate) fn rows(query: &RunQuery, columns: Columns) -> Statement {
    let mut statement = Statement { sql: String::new(), values: Vec::new() };
    let mut conditions = conditions(query, &mut statement);
    if let Some(before) = query.before {
        conditions.push(format!("{} < ?{}", source(query).seq, statement.value(number(before))));
    }
    let limit = statement.value(number(limit(query) as u64 + 1));
    let mut states: Vec<RunState> = query.states.clone();
    states.sort_unstable();
    states.dedup();
    let branches: Vec<String> = if states.is_empty() {
        vec![branch(&source(query), &conditions, limit)]
    } else {
        states
            .iter()
            .map(|state| {
                let mut with_state = conditions.clone();
                with_state.push(format!("state = ?{}", statement.value(state.word().to_owned())));
                branch(&source(query), &with_state, limit)
            })
            .collect()
    };
    let (columns, bodies) = match columns {
        Columns::Places => ("runs.revision", ""),
        Columns::Bodies => ("run_heads.head, run_heads.status", "CROSS JOIN run_heads ON run_heads.seq = page.seq"),
    };
    statement.sql = format!(
        "WITH page (seq) AS ({} ORDER BY 1 DESC LIMIT ?{limit})
         SELECT runs.seq, runs.archived, {columns}
         FROM page CROSS JOIN runs ON runs.seq = page.seq {bodies}
         ORDER BY page.seq DESC",
        branches.join(" UNION ALL ")
    );
    statement
}

fn branch(source: &Source, conditions: &[String], limit: usize) -> String {
    let Source { tables, seq } = source;
    format!("SELECT * FROM (SELECT {seq} FROM {tables}{} ORDER BY {seq} DESC LIMIT ?{limit})", filter(conditions))
}

/// Where runs are read from, and what their order is called there.
struct Source {
    tables: &'static str,
    seq: &'static str,
}

/// A text leads to its runs, newest first; left to itself SQLite may walk over all runs and ask for each whether it is
/// among those with the text.
fn source(query: &RunQuery) -> Source {
    if text(query).is_some_and(|text| is_indexed(&text)) {
        return Source { tables: "run_words CROSS JOIN runs ON runs.seq = run_words.rowid", seq: "run_words.rowid" };
    }
    Source { tables: "runs", seq: "seq" }
}

fn is_indexed(text: &str) -> bool {
    text.chars().count() >= TRIGRAM
}

/// How many there are per state, whatever states were asked for.
pub(crate) fn counts(query: &RunQuery) -> Statement {
    let mut statement = Statement { sql: String::new(), values: Vec::new() };
    let is_plain = query.function.is_none()
        && query.action.is_none()
        && query.context.is_none()
        && query.namespace.is_none()
        && query.since.is_none()
        && text(query).is_none();
    let conditions = conditions(query, &mut statement);
    statement.sql = if is_plain {
        format!("SELECT state, sum(count) FROM run_counts{} GROUP BY state HAVING sum(count) > 0", filter(&conditions))
    } else {
        // The plus keeps SQLite from walking all runs in the order of their states, looking each up.
        format!("SELECT state, count(*) FROM {}{} GROUP BY +state", source(query).tables, filter(&conditions))
    };
    statement
}

fn filter(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
}

fn text(query: &RunQuery) -> Option<String> {
    query.text.as_deref().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty())
}

fn conditions(query: &RunQuery, statement: &mut Statement) -> Vec<String> {
    let mut conditions = Vec::new();
    let equal = [
        ("project", query.project.as_ref().map(|name| name.as_str())),
        ("function", query.function.as_ref().map(|name| name.as_str())),
        ("action", query.action.map(berth_model::Action::word)),
        ("context", query.context.as_deref()),
        ("namespace", query.namespace.as_deref()),
    ];
    for (column, wanted) in equal {
        if let Some(wanted) = wanted {
            conditions.push(format!("{column} = ?{}", statement.value(wanted.to_owned())));
        }
    }
    if !query.archived {
        conditions.push("archived = 0".to_owned());
    }
    if let Some(since) = query.since {
        conditions.push(format!("created >= ?{}", statement.value(since.as_microsecond())));
    }
    if let Some(text) = text(query) {
        if is_indexed(&text) {
            let phrase = format!("\"{}\"", text.replace('"', "\"\""));
            conditions.push(format!("run_words MATCH ?{}", statement.value(phrase)));
        } else {
            conditions.push(format!("instr(words, ?{}) > 0", statement.value(text)));
        }
    }
    conditions
}
