//! Decides how the outside of a document is read: what stands beside `spec`.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::fields::{At, Fields, Findings, loose_text};
use super::report::NoteKind;
use crate::ExtraKeys;

/// Key of `metadata` under which Berth writes what the shape of the file cannot say.
pub(super) const OWN_KEY: &str = "berth";

/// What `metadata` says that has a meaning here.
#[derive(Default)]
pub(super) struct Metadata {
    pub project: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub labels: Vec<String>,
    pub embedded: Option<bool>,
    pub created: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    /// What Berth wrote beside the shape's own fields.
    pub own: Option<Value>,
    /// Everything else, verbatim.
    pub extra: Map<String, Value>,
}

/// Reads `metadata`. Unknown keys are kept even in hand-written files: DigitalHub keeps them too.
pub(super) fn read_metadata(value: &Value, at: At, findings: &mut Findings) -> Metadata {
    let mut metadata = Metadata::default();
    let Value::Object(map) = value else {
        findings.wrong_type(&at, "a mapping of names to values", value);
        return metadata;
    };
    for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
        let at = at.key(key);
        match (key.as_str(), value) {
            ("project", Value::String(text)) => metadata.project = Some(text.clone()),
            ("name", Value::String(text)) => metadata.name = Some(text.clone()),
            ("description", Value::String(text)) => metadata.description = Some(text.clone()),
            ("labels", value) => metadata.labels = read_labels(value, &at, findings),
            ("embedded", Value::Bool(truth)) => metadata.embedded = Some(*truth),
            ("created", Value::String(text)) if text.parse::<Timestamp>().is_ok() => {
                metadata.created = text.parse().ok();
                note_rewritten_time(text, metadata.created, &at, findings);
            }
            ("updated", Value::String(text)) if text.parse::<Timestamp>().is_ok() => {
                metadata.updated = text.parse().ok();
                note_rewritten_time(text, metadata.updated, &at, findings);
            }
            (OWN_KEY, value) => metadata.own = Some(value.clone()),
            ("project" | "name" | "description", _) => findings.wrong_type(&at, "a text", value),
            ("embedded", _) => findings.wrong_type(&at, "true or false", value),
            (_, value) => {
                if !matches!(key.as_str(), "version" | "created_by" | "updated_by" | "ref") {
                    findings.report.add(NoteKind::Kept, at.path, "Unknown here; kept as it is.");
                }
                metadata.extra.insert(key.clone(), value.clone());
            }
        }
    }
    metadata
}

fn note_rewritten_time(text: &str, time: Option<Timestamp>, at: &At, findings: &mut Findings) {
    if time.is_some_and(|time| print_time(time) != text) {
        findings.rewritten(at, "The moment is kept and will be written in universal time.");
    }
}

/// Reads a list of words for people.
pub(super) fn read_labels(value: &Value, at: &At, findings: &mut Findings) -> Vec<String> {
    super::fields::list(value, at, findings, loose_text).unwrap_or_default()
}

/// Writes a moment as Python's `isoformat` does: six digits of a second or none, offset `+00:00`.
pub(super) fn print_time(time: Timestamp) -> String {
    if time.subsec_nanosecond() == 0 {
        time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
    } else if time.subsec_nanosecond() % 1_000 == 0 {
        time.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
    } else {
        time.strftime("%Y-%m-%dT%H:%M:%S.%9f+00:00").to_string()
    }
}

/// Opens the outside of a document and keeps what is not asked for later: call `finish_top` with what is left.
pub(super) fn open_top<'value>(document: &'value Value, findings: &mut Findings) -> Option<Fields<'value>> {
    Fields::open(document, At::root(""), findings)
}

/// Gathers the keys beside `spec` that are kept verbatim: status, user, extensions and all unknown ones.
pub(super) fn finish_top(mut top: Fields<'_>, metadata: Map<String, Value>, findings: &mut Findings) -> ExtraKeys {
    let mut extra = ExtraKeys::new();
    for key in ["status", "user", "extensions"] {
        if let Some((_, value)) = top.take(&[key], findings) {
            extra.insert(key.to_owned(), value.clone());
        }
    }
    extra.extend(top.rest(findings));
    if !metadata.is_empty() {
        extra.insert("metadata".to_owned(), Value::Object(metadata));
    }
    extra
}
