//! Decides how a page of runs is asked for, so that 100,000 of them cost no more than a few.

use std::collections::BTreeMap;

use berth_core::ports::{RunCursor, RunKey, RunPage, RunQuery, RunRow, RunSort};
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
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = if has_more { found.last().map(|place| place.cursor(query)) } else { None };
    let keys: Vec<(i64, i64)> = found.iter().map(|place| (place.seq, place.revision)).collect();
    let rows = match seen.all(&keys) {
        Some(runs) => found.iter().zip(runs).map(|(place, run)| place.row(run)).collect(),
        None => bodies(connection, seen, query, &keys)?,
    };
    let mut page = RunPage { rows, next, counts: BTreeMap::new() };
    let counts_statement = counts(query);
    let mut statement = connection.prepare_cached(&counts_statement.sql)?;
    let mut found = statement.query(params_from_iter(counts_statement.values))?;
    while let Some(row) = found.next()? {
        let state: RunState = word(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        page.counts.insert(state, u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default());
    }
    Ok(page)
}

/// Where a run stands in the list.
struct Place {
    seq: i64,
    archived: bool,
    revision: i64,
    key: RunKey,
    made: i64,
}

impl Place {
    fn row(&self, run: Run) -> RunRow {
        RunRow { seq: u64::try_from(self.seq).unwrap_or_default(), archived: self.archived, run }
    }

    fn cursor(&self, query: &RunQuery) -> RunCursor {
        let seq = u64::try_from(self.seq).unwrap_or_default();
        RunCursor { key: self.key.clone(), made: self.made, seq, now: query.now }
    }
}

fn places(connection: &Connection, query: &RunQuery) -> Result<Vec<Place>, Fault> {
    let statement = rows(query, Columns::Places);
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let found = prepared.query_map(params_from_iter(statement.values), |row| {
        let key = match row.get::<_, Value>(3)? {
            Value::Text(text) => RunKey::Text(text),
            Value::Integer(number) => RunKey::Number(number),
            other => return Err(rusqlite::Error::InvalidColumnType(3, "key".to_owned(), other.data_type())),
        };
        Ok(Place { seq: row.get(0)?, archived: row.get(1)?, revision: row.get(2)?, key, made: row.get(4)? })
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

/// The rows of a page, and one more. One branch for each state that is asked for, each read along its index until it
/// has enough: a rare state costs no walk over all runs.
pub(crate) fn rows(query: &RunQuery, columns: Columns) -> Statement {
    let mut statement = Statement { sql: String::new(), values: Vec::new() };
    let conditions = conditions(query, &mut statement);
    let limit = statement.value(number(limit(query) as u64 + 1));
    let direction = if query.order.is_ascending { "ASC" } else { "DESC" };
    let mut branches = Vec::new();
    for part in parts(query, &mut statement) {
        let mut all = conditions.clone();
        all.extend(part.conditions);
        all.extend(after(query, &part.key, &mut statement));
        branches.push(format!(
            "SELECT * FROM (SELECT {key} AS key, created, seq FROM {tables}{filter}
             ORDER BY {order}created DESC, seq DESC LIMIT ?{limit})",
            key = part.key,
            order = if part.is_constant { String::new() } else { format!("{} {direction}, ", part.key) },
            tables = tables(query),
            filter = filter(&all),
        ));
    }
    let (columns, bodies) = match columns {
        Columns::Places => ("runs.revision, page.key, page.created", ""),
        Columns::Bodies => ("run_heads.head, run_heads.status", "CROSS JOIN run_heads ON run_heads.seq = page.seq"),
    };
    let order = |of: &str| format!("{of}key {direction}, {of}created DESC, {of}seq DESC");
    statement.sql = format!(
        "WITH page (key, created, seq) AS ({} ORDER BY {} LIMIT ?{limit})
         SELECT runs.seq, runs.archived, {columns}
         FROM page CROSS JOIN runs ON runs.seq = page.seq {bodies}
         ORDER BY {}",
        branches.join(" UNION ALL "),
        order(""),
        order("page."),
    );
    statement
}

/// Some of the runs that are asked for, and what they are ordered by.
struct Part {
    key: String,
    /// Whether all of them are equal in it; SQLite would take a number alone for the column to order by.
    is_constant: bool,
    conditions: Vec<String>,
}

/// All states, in the order of a run's life.
const STATES: [RunState; 11] = [
    RunState::Created,
    RunState::Built,
    RunState::Ready,
    RunState::Pending,
    RunState::Running,
    RunState::Completed,
    RunState::Error,
    RunState::Stop,
    RunState::Stopped,
    RunState::Deleting,
    RunState::Deleted,
];

/// Takes a question apart into such as one index answers in order.
fn parts(query: &RunQuery, statement: &mut Statement) -> Vec<Part> {
    let by_state = query.order.by == RunSort::State;
    let states: Vec<Option<RunState>> = if query.states.is_empty() && !by_state {
        vec![None]
    } else {
        let is_asked = |state: &RunState| query.states.is_empty() || query.states.contains(state);
        STATES.into_iter().filter(is_asked).map(Some).collect()
    };
    let mut parts = Vec::new();
    for state in states {
        let is_state = state.map(|state| format!("state = ?{}", statement.value(state.word().to_owned())));
        let mut add = |key: String, more: Option<&str>| {
            let conditions = is_state.iter().cloned().chain(more.map(str::to_owned)).collect();
            parts.push(Part { key, is_constant: by_state, conditions });
        };
        match query.order.by {
            RunSort::Made => add("created".to_owned(), None),
            RunSort::Started => add("began".to_owned(), None),
            RunSort::Function => add("function".to_owned(), None),
            RunSort::Name => add("object_name".to_owned(), None),
            RunSort::State => {
                let place = STATES.iter().position(|known| Some(*known) == state).unwrap_or_default();
                add(place.to_string(), None);
            }
            RunSort::Duration => {
                add("lasted".to_owned(), Some("lasted IS NOT NULL"));
                let now = statement.value(query.now.as_microsecond());
                add(format!("?{now} - began"), Some("lasted IS NULL"));
            }
        }
    }
    parts
}

/// What of the runs ordered by `key` comes after the page before.
fn after(query: &RunQuery, key: &str, statement: &mut Statement) -> Option<String> {
    let RunCursor { key: value, made, seq, .. } = query.after.as_ref()?;
    let value = statement.value(match value {
        RunKey::Number(number) => Value::Integer(*number),
        RunKey::Text(text) => Value::Text(text.clone()),
    });
    let (made, seq) = (statement.value(*made), statement.value(number(*seq)));
    let beyond = if query.order.is_ascending { ">" } else { "<" };
    // The first comparison says nothing new, but is one that an index can be entered by.
    Some(format!("{key} {beyond}= ?{value} AND ({key} {beyond} ?{value} OR (created, seq) < (?{made}, ?{seq}))"))
}

/// A text leads to its runs; left to itself SQLite may walk over all runs and ask for each whether it is among those
/// with the text.
fn tables(query: &RunQuery) -> &'static str {
    if text(query).is_some_and(|text| is_indexed(&text)) {
        "run_words CROSS JOIN runs ON runs.seq = run_words.rowid"
    } else {
        "runs"
    }
}

fn is_indexed(text: &str) -> bool {
    text.chars().count() >= TRIGRAM
}

/// How many there are per state, whatever states were asked for.
pub(crate) fn counts(query: &RunQuery) -> Statement {
    let mut statement = Statement { sql: String::new(), values: Vec::new() };
    let is_plain = query.function.is_none()
        && query.action.is_none()
        && query.parent.is_none()
        && query.context.is_none()
        && query.namespace.is_none()
        && query.since.is_none()
        && query.label.is_none()
        && text(query).is_none();
    let conditions = conditions(query, &mut statement);
    statement.sql = if is_plain {
        format!("SELECT state, sum(count) FROM run_counts{} GROUP BY state HAVING sum(count) > 0", filter(&conditions))
    } else {
        // The plus keeps SQLite from walking all runs in the order of their states, looking each up.
        format!("SELECT state, count(*) FROM {}{} GROUP BY +state", tables(query), filter(&conditions))
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
    let parent = query.parent.map(|parent| parent.to_string());
    let equal = [
        ("project", query.project.as_ref().map(|name| name.as_str())),
        ("function", query.function.as_ref().map(|name| name.as_str())),
        ("action", query.action.map(berth_model::Action::word)),
        ("parent", parent.as_deref()),
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
    if let Some(label) = &query.label {
        let label = statement.value(label.trim().to_owned());
        conditions.push(format!("(project, function) IN ({})", labelled(label)));
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

/// The functions whose latest version has a label, or any `label=…` where it is a key alone.
fn labelled(label: usize) -> String {
    format!(
        "SELECT one.project, one.name FROM functions AS one, json_each(one.body, '$.labels') AS label
         WHERE one.version = (SELECT max(version) FROM functions WHERE project = one.project AND name = one.name)
           AND (label.value = ?{label}
                OR (instr(?{label}, '=') = 0 AND substr(label.value, 1, length(?{label}) + 1) = ?{label} || '='))"
    )
}
