//! Owns how one mapping of a document is read: which spellings are tried, which keys were left, what went wrong.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::nearest::nearest;
use super::report::{ImportReport, NoteKind, Unknown};
use crate::{Problem, Quantity, ValueError};

/// What reading has found so far, over all parts of a document.
pub(super) struct Findings {
    /// What to do with keys without meaning.
    pub unknown: Unknown,
    /// Everything wrong.
    pub problems: Vec<Problem>,
    /// Everything rewritten, kept or left out.
    pub report: ImportReport,
    /// Unknown keys below the first level of a specification, by JSON pointer within it.
    pub nested: Map<String, Value>,
}

impl Findings {
    pub(super) fn new(unknown: Unknown) -> Self {
        Self { unknown, problems: Vec::new(), report: ImportReport::default(), nested: Map::new() }
    }

    pub(super) fn problem(&mut self, at: &At, code: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(at.path.as_str(), code, message));
    }

    pub(super) fn rewritten(&mut self, at: &At, message: impl Into<String>) {
        self.report.add(NoteKind::Rewritten, at.path.as_str(), message);
    }

    pub(super) fn wrong_type(&mut self, at: &At, wanted: &str, value: &Value) {
        self.problem(at, "type", format!("\"{}\" must be {wanted}, not {}.", at.path, kind_of(value)));
    }
}

/// Names the kind of a value, never the value: it may be confidential.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// Where in a document: for people, and as a pointer for keeping unknown keys.
#[derive(Clone, Debug, Default)]
pub(super) struct At {
    /// Names joined by dots, indices in brackets.
    pub path: String,
    /// JSON pointer within the specification.
    pub pointer: String,
}

impl At {
    /// The beginning of a specification that stands at `path` of its document.
    pub(super) fn root(path: &str) -> Self {
        Self { path: path.to_owned(), pointer: String::new() }
    }

    /// The same place, as the beginning of a specification.
    pub(super) fn as_root(&self) -> Self {
        Self::root(&self.path)
    }

    pub(super) fn key(&self, key: &str) -> Self {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Self { path, pointer: format!("{}/{}", self.pointer, key.replace('~', "~0").replace('/', "~1")) }
    }

    pub(super) fn index(&self, index: usize) -> Self {
        Self { path: format!("{}[{index}]", self.path), pointer: format!("{}/{index}", self.pointer) }
    }
}

/// One mapping being read.
pub(super) struct Fields<'value> {
    map: &'value Map<String, Value>,
    at: At,
    known: Vec<&'static str>,
    spellings: Vec<&'static str>,
}

impl<'value> Fields<'value> {
    /// Opens a mapping; anything else is a problem.
    pub(super) fn open(value: &'value Value, at: At, findings: &mut Findings) -> Option<Self> {
        let Value::Object(map) = value else {
            findings.wrong_type(&at, "a mapping of names to values", value);
            return None;
        };
        Some(Self { map, at, known: Vec::new(), spellings: Vec::new() })
    }

    pub(super) const fn at(&self) -> &At {
        &self.at
    }

    /// Takes a field by its own name or another accepted spelling; `null` counts as not said.
    pub(super) fn take(&mut self, spellings: &[&'static str], findings: &mut Findings) -> Option<(At, &'value Value)> {
        self.known.extend(spellings.first());
        self.spellings.extend(spellings);
        let mut found: Option<(&str, &Value)> = None;
        for spelling in spellings {
            let Some(value) = self.map.get(*spelling).filter(|value| !value.is_null()) else { continue };
            if let Some((first, _)) = found {
                findings.problem(
                    &self.at.key(spelling),
                    "given_twice",
                    format!("\"{first}\" and \"{spelling}\" say the same thing: keep one of them."),
                );
                continue;
            }
            found = Some((spelling, value));
        }
        let (spelling, value) = found?;
        let at = self.at.key(spelling);
        if let Some(canonical) = spellings.first().filter(|canonical| **canonical != spelling) {
            findings.rewritten(&at, format!("Read as \"{canonical}\"."));
        }
        Some((at, value))
    }

    /// Takes a text.
    pub(super) fn text(&mut self, spellings: &[&'static str], findings: &mut Findings) -> Option<String> {
        let (at, value) = self.take(spellings, findings)?;
        text(value, &at, findings)
    }

    /// Takes a text that has a type of its own.
    pub(super) fn parsed<T: FromStr<Err = ValueError>>(
        &mut self,
        spellings: &[&'static str],
        findings: &mut Findings,
    ) -> Option<T> {
        let (at, value) = self.take(spellings, findings)?;
        parsed(value, &at, findings)
    }

    /// Takes a whole number within the bounds of its type.
    pub(super) fn whole<T: TryFrom<i64>>(&mut self, spellings: &[&'static str], findings: &mut Findings) -> Option<T> {
        let (at, value) = self.take(spellings, findings)?;
        whole(value, &at, findings)
    }

    /// Takes true or false.
    pub(super) fn truth(&mut self, spellings: &[&'static str], findings: &mut Findings) -> Option<bool> {
        let (at, value) = self.take(spellings, findings)?;
        if value.as_bool().is_none() {
            findings.wrong_type(&at, "true or false", value);
        }
        value.as_bool()
    }

    /// Takes an amount, written as text or as a number.
    pub(super) fn quantity(&mut self, spellings: &[&'static str], findings: &mut Findings) -> Option<Quantity> {
        let (at, value) = self.take(spellings, findings)?;
        quantity(value, &at, findings)
    }

    /// Takes a list and reads each item, leaving out those with problems.
    pub(super) fn list<T>(
        &mut self,
        spellings: &[&'static str],
        findings: &mut Findings,
        read: impl Fn(&Value, &At, &mut Findings) -> Option<T>,
    ) -> Option<Vec<T>> {
        let (at, value) = self.take(spellings, findings)?;
        list(value, &at, findings, read)
    }

    /// Returns the keys that nobody took, after judging them; nested mappings put theirs into the findings.
    pub(super) fn rest(self, findings: &mut Findings) -> Map<String, Value> {
        let mut rest = Map::new();
        for (key, value) in self.map.iter().filter(|(key, _)| !self.spellings.contains(&key.as_str())) {
            let at = self.at.key(key);
            match findings.unknown {
                Unknown::Keep => {
                    findings.report.add(NoteKind::Kept, at.path.as_str(), "Unknown here; kept as it is.");
                    rest.insert(key.clone(), value.clone());
                }
                Unknown::Refuse => {
                    findings.problem(&at, "unknown_key", unknown_key(key, &self.known));
                }
            }
        }
        rest
    }

    /// As `rest`, for a mapping below the first level.
    pub(super) fn close(self, findings: &mut Findings) {
        let at = self.at.clone();
        for (key, value) in self.rest(findings) {
            findings.nested.insert(at.key(&key).pointer, value);
        }
    }
}

/// The sentence for an unknown key.
pub(super) fn unknown_key(key: &str, known: &[&str]) -> String {
    nearest(key, known).map_or_else(
        || format!("\"{key}\" is not a known field here; known are {}.", known.join(", ")),
        |meant| format!("\"{key}\" is not a known field here: did you mean \"{meant}\"?"),
    )
}

/// Reads a text.
pub(super) fn text(value: &Value, at: &At, findings: &mut Findings) -> Option<String> {
    if let Value::String(text) = value {
        return Some(text.clone());
    }
    findings.wrong_type(at, "a text", value);
    None
}

/// Reads a text where files often hold a number or a truth value instead (environment values, arguments).
pub(super) fn loose_text(value: &Value, at: &At, findings: &mut Findings) -> Option<String> {
    let written = match value {
        Value::String(text) => return Some(text.clone()),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => {
            findings.wrong_type(at, "a text", value);
            return None;
        }
    };
    findings.rewritten(at, "Read as a text; quote it to be sure of its exact form.");
    Some(written)
}

/// Reads a text that has a type of its own.
pub(super) fn parsed<T: FromStr<Err = ValueError>>(value: &Value, at: &At, findings: &mut Findings) -> Option<T> {
    let text = text(value, at, findings)?;
    text.parse().map_err(|error: ValueError| findings.problem(at, error.code, error.sentence)).ok()
}

/// Reads a whole number within the bounds of its type.
pub(super) fn whole<T: TryFrom<i64>>(value: &Value, at: &At, findings: &mut Findings) -> Option<T> {
    let Some(number) = value.as_i64() else {
        findings.wrong_type(at, "a whole number", value);
        return None;
    };
    let fitting = T::try_from(number).ok();
    if fitting.is_none() {
        findings.problem(at, "range", format!("\"{}\" cannot be {number}: the number is out of range.", at.path));
    }
    fitting
}

/// Reads an amount, written as text or as a number.
pub(super) fn quantity(value: &Value, at: &At, findings: &mut Findings) -> Option<Quantity> {
    let written = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            findings.rewritten(at, "The number is kept and will be written as a text.");
            number.to_string()
        }
        _ => {
            findings.wrong_type(at, "an amount such as 500m or 2Gi", value);
            return None;
        }
    };
    Quantity::parse(&written).map_err(|error| findings.problem(at, error.code, error.sentence)).ok()
}

/// Reads a list and each of its items, leaving out those with problems.
pub(super) fn list<T>(
    value: &Value,
    at: &At,
    findings: &mut Findings,
    read: impl Fn(&Value, &At, &mut Findings) -> Option<T>,
) -> Option<Vec<T>> {
    let Value::Array(items) = value else {
        findings.wrong_type(at, "a list", value);
        return None;
    };
    Some(items.iter().enumerate().filter_map(|(index, item)| read(item, &at.index(index), findings)).collect())
}
