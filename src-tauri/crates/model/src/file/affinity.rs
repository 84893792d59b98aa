//! Owns the shape of Kubernetes' affinity object: checks it and writes its keys in camelCase.

use serde_json::{Map, Value};

use super::document::parse_as;
use super::fields::{At, Findings, kind_of, unknown_key};
use crate::Problem;

enum Shape {
    Object(&'static [(&'static str, Self, bool)]),
    List(&'static Self),
    Text,
    Word(&'static [&'static str]),
    Whole(i64, i64),
    Labels,
}

use Shape::{Labels, List, Object, Text, Whole, Word};

const TEXTS: Shape = List(&Text);
const LABEL_OPERATORS: Shape = Word(&["In", "NotIn", "Exists", "DoesNotExist"]);
const NODE_OPERATORS: Shape = Word(&["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]);
const NODE_REQUIREMENT: Shape =
    Object(&[("key", Text, true), ("operator", NODE_OPERATORS, true), ("values", TEXTS, false)]);
const NODE_TERM: Shape =
    Object(&[("matchExpressions", List(&NODE_REQUIREMENT), false), ("matchFields", List(&NODE_REQUIREMENT), false)]);
const PREFERRED_NODE: Shape = Object(&[("weight", Whole(1, 100), true), ("preference", NODE_TERM, true)]);
const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
const NODE_AFFINITY: Shape = Object(&[
    (REQUIRED, Object(&[("nodeSelectorTerms", List(&NODE_TERM), true)]), false),
    (PREFERRED, List(&PREFERRED_NODE), false),
]);
const LABEL_REQUIREMENT: Shape =
    Object(&[("key", Text, true), ("operator", LABEL_OPERATORS, true), ("values", TEXTS, false)]);
const LABEL_SELECTOR: Shape =
    Object(&[("matchLabels", Labels, false), ("matchExpressions", List(&LABEL_REQUIREMENT), false)]);
const POD_TERM: Shape = Object(&[
    ("labelSelector", LABEL_SELECTOR, false),
    ("topologyKey", Text, true),
    ("namespaces", TEXTS, false),
    ("namespaceSelector", LABEL_SELECTOR, false),
    ("matchLabelKeys", TEXTS, false),
    ("mismatchLabelKeys", TEXTS, false),
]);
const PREFERRED_POD: Shape = Object(&[("weight", Whole(1, 100), true), ("podAffinityTerm", POD_TERM, true)]);
const POD_AFFINITY: Shape = Object(&[(REQUIRED, List(&POD_TERM), false), (PREFERRED, List(&PREFERRED_POD), false)]);
const AFFINITY: Shape = Object(&[
    ("nodeAffinity", NODE_AFFINITY, false),
    ("podAffinity", POD_AFFINITY, false),
    ("podAntiAffinity", POD_AFFINITY, false),
]);

/// Checks an affinity object and writes its keys in camelCase; snake_case is accepted everywhere, labels stay as they are.
///
/// Returns the object as far as it was understood, with all problems; paths begin with `path`.
#[must_use]
pub fn normalise_affinity(value: &Value, path: &str) -> (Value, Vec<Problem>) {
    let mut problems = Vec::new();
    let affinity = walk(value, &AFFINITY, path, &mut problems);
    (affinity, problems)
}

/// Reads an affinity object: as it stands, or as a text that holds it as YAML or JSON, which is how it is typed.
pub(super) fn read_affinity(value: &Value, at: &At, findings: &mut Findings) -> Value {
    let typed = match value {
        Value::String(text) => match parse_text(text, &at.path) {
            Ok(typed) => Some(typed),
            Err(problem) => {
                findings.problems.push(problem);
                return value.clone();
            }
        },
        _ => None,
    };
    let (affinity, mut problems) = normalise_affinity(typed.as_ref().unwrap_or(value), &at.path);
    if typed.is_some() {
        findings.rewritten(at, "The text is read as the object that it holds.");
    } else if affinity != *value {
        findings.rewritten(at, "The keys are written in Kubernetes' own spelling.");
    }
    findings.problems.append(&mut problems);
    affinity
}

/// The one object of a text; with the key `affinity` around it too, as pods have it.
fn parse_text(text: &str, path: &str) -> Result<Value, Problem> {
    let mut documents =
        parse_as(text, "affinity").map_err(|problem| Problem::new(path, "affinity", problem.message))?;
    let (Some(document), true) = (documents.pop(), documents.is_empty()) else {
        let message = "The affinity must be one object, such as nodeAffinity with its rules.";
        return Err(Problem::new(path, "affinity", message));
    };
    Ok(match document.get("affinity") {
        Some(inner) if document.as_object().is_some_and(|object| object.len() == 1) => inner.clone(),
        _ => document,
    })
}

fn walk(value: &Value, shape: &Shape, path: &str, problems: &mut Vec<Problem>) -> Value {
    let wrong =
        |wanted: &str| Problem::new(path, "affinity", format!("\"{path}\" must be {wanted}, not {}.", kind_of(value)));
    match (shape, value) {
        (Object(fields), Value::Object(map)) => walk_object(map, fields, path, problems),
        (Object(_), _) => {
            problems.push(wrong("a mapping"));
            value.clone()
        }
        (List(item), Value::Array(items)) => Value::Array(
            items
                .iter()
                .enumerate()
                .map(|(index, value)| walk(value, item, &format!("{path}[{index}]"), problems))
                .collect(),
        ),
        (List(_), _) => {
            problems.push(wrong("a list"));
            value.clone()
        }
        (Text, Value::String(_)) => value.clone(),
        (Text, Value::Number(number)) => Value::String(number.to_string()),
        (Text, Value::Bool(truth)) => Value::String(truth.to_string()),
        (Text, _) => {
            problems.push(wrong("a text"));
            value.clone()
        }
        (Word(words), _) => {
            if value.as_str().is_none_or(|word| !words.contains(&word)) {
                let message = format!("\"{path}\" must be one of {}.", words.join(", "));
                problems.push(Problem::new(path, "affinity", message));
            }
            value.clone()
        }
        (Whole(least, most), _) => {
            if value.as_i64().is_none_or(|number| number < *least || number > *most) {
                let message = format!("\"{path}\" must be a whole number from {least} to {most}.");
                problems.push(Problem::new(path, "affinity", message));
            }
            value.clone()
        }
        (Labels, Value::Object(map)) => Value::Object(
            map.iter()
                .map(|(key, value)| (key.clone(), walk(value, &Text, &format!("{path}.{key}"), problems)))
                .collect(),
        ),
        (Labels, _) => {
            problems.push(wrong("a mapping of labels"));
            value.clone()
        }
    }
}

fn walk_object(
    map: &Map<String, Value>,
    fields: &[(&'static str, Shape, bool)],
    path: &str,
    problems: &mut Vec<Problem>,
) -> Value {
    let mut object = Map::new();
    let known: Vec<&str> = fields.iter().map(|(name, _, _)| *name).collect();
    for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
        let path = format!("{path}.{key}");
        let Some((name, shape, _)) = fields.iter().find(|(name, _, _)| *name == key || *name == camel_case(key)) else {
            problems.push(Problem::new(path, "unknown_key", unknown_key(key, &known)));
            continue;
        };
        let term = if *name == "preference" { sole_term(value) } else { None };
        let walked = walk(term.unwrap_or(value), shape, &path, problems);
        if object.insert((*name).to_owned(), walked).is_some() {
            problems.push(Problem::new(path, "given_twice", format!("\"{name}\" is given twice: keep one of them.")));
        }
    }
    for (name, _, _) in fields.iter().filter(|(name, _, is_required)| *is_required && !object.contains_key(*name)) {
        problems.push(Problem::new(format!("{path}.{name}"), "required", format!("\"{path}\" needs \"{name}\".")));
    }
    Value::Object(object)
}

/// The 0.7 packages wrap the term of a preference into a list of terms, which Kubernetes does not know.
fn sole_term(preference: &Value) -> Option<&Value> {
    let wrapped = preference.as_object().filter(|map| map.len() == 1)?;
    let terms = wrapped.get("node_selector_terms").or_else(|| wrapped.get("nodeSelectorTerms"))?;
    terms.as_array().filter(|terms| terms.len() == 1)?.first()
}

fn camel_case(key: &str) -> String {
    let mut words = key.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.extend(letters);
        name
    })
}

/// Writes a checked affinity object as the 0.7 packages want it: keys in snake_case, the term of a preference wrapped.
pub(super) fn snake_case_affinity(value: &Value) -> Value {
    snake(value, &AFFINITY)
}

fn snake(value: &Value, shape: &Shape) -> Value {
    match (shape, value) {
        (Object(fields), Value::Object(map)) => Value::Object(
            map.iter()
                .map(|(key, value)| match fields.iter().find(|(name, _, _)| *name == key) {
                    Some(("preference", shape, _)) => {
                        (snake_key(key), serde_json::json!({ "node_selector_terms": [snake(value, shape)] }))
                    }
                    Some((_, shape, _)) => (snake_key(key), snake(value, shape)),
                    None => (key.clone(), value.clone()),
                })
                .collect(),
        ),
        (List(item), Value::Array(items)) => Value::Array(items.iter().map(|value| snake(value, item)).collect()),
        _ => value.clone(),
    }
}

fn snake_key(key: &str) -> String {
    key.chars().fold(String::new(), |mut name, letter| {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
        name
    })
}
