//! Decides how values of the model lie in rows and come back.

use std::fmt::Write as _;

use berth_core::ports::RunRow;
use berth_model::{Action, Run, RunStatus};
use jiff::Timestamp;
use rusqlite::Row;
use serde::Serialize;
use serde_json::Value;

use crate::error::Fault;

/// A run taken apart for its tables.
pub(crate) struct RunParts {
    /// The run without status, manifests, origins and inline code.
    pub(crate) head: String,
    /// The run without its status.
    pub(crate) frozen: String,
    /// The status.
    pub(crate) status: String,
    /// What a text search looks through: name, id, object name, image and environment names.
    pub(crate) words: String,
}

/// Takes a run apart.
pub(crate) fn take_apart(run: &Run) -> Result<RunParts, Fault> {
    let mut frozen = serde_json::to_value(run)?;
    remove(&mut frozen, &["status"]);
    let mut head = frozen.clone();
    remove(&mut head, &["manifests"]);
    remove(&mut head, &["origins"]);
    remove(&mut head, &["spec", "function", "source", "code"]);
    remove(&mut head, &["spec", "function", "source", "base64"]);
    Ok(RunParts { head: head.to_string(), frozen: frozen.to_string(), status: json(&run.status)?, words: words(run) })
}

fn remove(value: &mut Value, path: &[&str]) {
    match path {
        [] => {}
        [key] => {
            if let Value::Object(map) = value {
                map.shift_remove(*key);
            }
        }
        [key, rest @ ..] => {
            if let Some(inner) = value.get_mut(*key) {
                remove(inner, rest);
            }
        }
    }
}

fn words(run: &Run) -> String {
    let mut words = format!("{}\n{}\n{}\n{}", run.function.name, run.object_name, run.id, run.id.bare());
    for image in [&run.spec.function.image, &run.spec.function.base_image].into_iter().flatten() {
        // Writing to a string cannot fail.
        let _ = write!(words, "\n{image}");
    }
    for env in &run.spec.task.envs {
        let _ = write!(words, "\n{}", env.name);
    }
    words.to_lowercase()
}

/// Writes a value as its stored document.
pub(crate) fn json(value: &impl Serialize) -> Result<String, Fault> {
    Ok(serde_json::to_string(value)?)
}

/// Puts a run together from columns `seq, archived, document, status`, where the document is a head or a frozen run.
pub(crate) fn run_row(row: &Row<'_>) -> Result<RunRow, Fault> {
    let document = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
    let status = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
    let open = document.strip_suffix('}').unwrap_or(document);
    let mut whole = String::with_capacity(open.len() + status.len() + 12);
    whole.push_str(open);
    whole.push_str(",\"status\":");
    whole.push_str(status);
    whole.push('}');
    Ok(RunRow {
        seq: u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default(),
        archived: row.get(1)?,
        run: serde_json::from_str::<Run>(&whole)?,
    })
}

/// Reads a stored document from a column.
pub(crate) fn document<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, Fault> {
    let text = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    Ok(serde_json::from_str(text)?)
}

/// Tells whether somebody still has to look after a run.
pub(crate) fn is_open(action: Action, status: &RunStatus, logs: bool, objects: bool) -> bool {
    !(status.is_over(action) && logs && objects)
}

/// When a run started, if it did.
pub(crate) fn began(status: &RunStatus) -> Option<i64> {
    status.started.map(Timestamp::as_microsecond)
}

/// How long a run took, in microseconds: `None` while it goes on, -1 where it ended without having started.
pub(crate) fn lasted(status: &RunStatus, action: Action) -> Option<i64> {
    match (status.started, status.ended()) {
        (Some(started), ended) => ended.map(|ended| ended.as_microsecond() - started.as_microsecond()),
        (None, _) => status.is_over(action).then_some(-1),
    }
}

/// Whole numbers as SQLite holds them; what does not fit is clipped, which only a time beyond the year 292,000 does.
pub(crate) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
