//! Decides how a document becomes a function.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::fields::{At, Fields, Findings, list, loose_text};
use super::metadata::{Metadata, finish_top, open_top, read_labels, read_metadata};
use super::overlay::apply_overlay;
use super::reference::{DocumentKind, document_kind, function_id};
use super::report::{ImportReport, Unknown};
use super::task::TASK_FIELDS;
use crate::validate::check_source;
use crate::{Command, Function, FunctionId, FunctionName, FunctionSpec, ImagePullPolicy, Problem, ProjectName, Source};

/// Fields of a function's specification, flat spellings included.
pub(super) const FUNCTION_FIELDS: [&str; 11] = [
    "image",
    "base_image",
    "image_pull_policy",
    "command",
    "args",
    "source",
    "code_src",
    "code",
    "base64",
    "handler",
    "lang",
];

/// Reads a function document of either generation, or a hand-written one of `kind`, `name` and `spec`.
///
/// The version number is 0: it is given when the function is saved. Without an id the function gets `new_id`; an id
/// that is no UUID is kept in `extra` and stands for one derived from it.
///
/// # Errors
/// All problems, each with its path within the document.
pub fn read_function(
    document: &Value,
    now: Timestamp,
    new_id: FunctionId,
    default_project: &ProjectName,
    unknown: Unknown,
) -> Result<(Function, ImportReport), Vec<Problem>> {
    let kind = document_kind(document).map_err(|problem| vec![problem])?;
    if kind != DocumentKind::Function {
        let message = "This is not a function: a function says \"kind: container\".";
        return Err(vec![Problem::new("kind", "kind", message)]);
    }
    let mut findings = Findings::new(unknown);
    let function = read(document, now, new_id, default_project, &mut findings);
    match function {
        Some(function) if findings.problems.is_empty() => Ok((function, findings.report)),
        _ => Err(findings.problems),
    }
}

/// Reads the specification of a function's document as far as it can be read: fields with a problem are left out, so that
/// the others can be judged. `None` for a document that is no function.
#[must_use]
pub fn readable_function_spec(document: &Value) -> Option<FunctionSpec> {
    document_kind(document).ok().filter(|kind| *kind == DocumentKind::Function)?;
    let mut findings = Findings::new(Unknown::Keep);
    let mut top = open_top(document, &mut findings)?;
    let metadata = take_metadata(&mut top, &mut findings);
    Some(take_spec(&mut top, &metadata, &mut findings))
}

/// Whether the path of a problem begins with a field of a function's specification, not with one of a task's.
#[must_use]
pub fn is_function_field(path: &str) -> bool {
    path.split(['.', '[']).next().is_some_and(|field| FUNCTION_FIELDS.contains(&field))
}

fn take_metadata(top: &mut Fields<'_>, findings: &mut Findings) -> Metadata {
    let metadata = top.take(&["metadata"], findings);
    metadata.map_or_else(Metadata::default, |(at, value)| read_metadata(value, at, findings))
}

fn take_spec(top: &mut Fields<'_>, metadata: &Metadata, findings: &mut Findings) -> FunctionSpec {
    let spec = match top.take(&["spec"], findings) {
        Some((at, value)) => read_function_spec(value, at, findings),
        None => FunctionSpec::default(),
    };
    match &metadata.own {
        Some(own) => apply_overlay(spec, own, findings),
        None => spec,
    }
}

fn read(
    document: &Value,
    now: Timestamp,
    new_id: FunctionId,
    default_project: &ProjectName,
    findings: &mut Findings,
) -> Option<Function> {
    let mut top = open_top(document, findings)?;
    top.take(&["kind"], findings);
    let metadata = take_metadata(&mut top, findings);
    let project: Option<ProjectName> = match top.take(&["project"], findings) {
        Some((at, value)) => super::fields::parsed(value, &at, findings),
        None => Some(default_project.clone()),
    };
    if document.get("name").is_none_or(Value::is_null) {
        findings.problem(&At::root("name"), "required", "\"name\" is missing: give the function a name.");
    }
    let name: Option<FunctionName> = top.parsed(&["name"], findings);
    let written_id = top.text(&["id", "uuid"], findings);
    if let Some(written) = written_id.as_deref().filter(|written| !is_id(written)) {
        let message = format!(
            "\"{written}\" is not an id: use a UUID, or letters, digits, dots, underscores, plus signs and dashes."
        );
        findings.problem(&At::root("id"), "id", message);
    }
    let key = top.text(&["key"], findings);
    let description = top.text(&["description"], findings);
    let labels = top.take(&["labels"], findings).map(|(at, value)| read_labels(value, &at, findings));
    let embedded = top.truth(&["embedded"], findings);
    let spec = take_spec(&mut top, &metadata, findings);
    if let Some(source) = &spec.source {
        findings.problems.extend(check_source(source, "spec.source"));
    }
    let mut extra = finish_top(top, Map::new(), findings);
    report_misplaced(document, findings);

    let (project, name) = (project?, name?);
    let mut kept = metadata.extra;
    for (written, key, value) in
        [(metadata.project, "project", project.as_str()), (metadata.name, "name", name.as_str())]
    {
        if let Some(written) = written.filter(|written| written != value) {
            kept.insert(key.to_owned(), Value::String(written));
        }
    }
    let id = written_id.as_ref().map_or(new_id, |written| function_id(&project, &name, written));
    if !kept.is_empty() {
        extra.insert("metadata".to_owned(), Value::Object(kept));
    }
    if let Some(slug) = written_id.filter(|written| written.parse::<FunctionId>().is_err()) {
        extra.insert("id".to_owned(), Value::String(slug));
    }
    let expected = |id: &str| format!("store://{project}/function/container/{name}:{id}");
    if let Some(key) = key
        && key != expected(&id.bare())
        && key != expected(&id.to_string())
        && extra.get("id").and_then(Value::as_str).is_none_or(|slug| key != expected(slug))
    {
        findings
            .rewritten(&At::root("key"), "The key is worked out from project, name and id; the one given is not used.");
    }
    let created = metadata.created.unwrap_or(now);
    Some(Function {
        id,
        project,
        name,
        version: 0,
        description: description.or(metadata.description),
        labels: labels.unwrap_or(metadata.labels),
        embedded: embedded.or(metadata.embedded).unwrap_or_default(),
        created,
        updated: metadata.updated.unwrap_or(created),
        spec,
        extra,
    })
}

/// Gives fields that stand beside `spec`, and task fields inside it, a sentence of their own.
fn report_misplaced(document: &Value, findings: &mut Findings) {
    if findings.unknown == Unknown::Keep {
        return;
    }
    for problem in findings.problems.iter_mut().filter(|problem| problem.code == "unknown_key") {
        let key = problem.path.strip_prefix("spec.").unwrap_or(&problem.path);
        if problem.path != key && TASK_FIELDS.contains(&key) {
            problem.message = format!(
                "\"{key}\" belongs to a run or a task, not to a function: give it with the run or in a task file."
            );
        } else if problem.path == key && FUNCTION_FIELDS.contains(&key) && document.get(key).is_some() {
            problem.message = format!("\"{key}\" stands beside \"spec\": move it under \"spec\".");
        }
    }
}

/// Reads a function's specification, unknown keys included.
pub(super) fn read_function_spec(value: &Value, at: At, findings: &mut Findings) -> FunctionSpec {
    let Some(mut fields) = Fields::open(value, at.as_root(), findings) else { return FunctionSpec::default() };
    let outer = std::mem::take(&mut findings.nested);
    let mut spec = take_function_fields(&mut fields, findings);
    spec.extra = fields.rest(findings);
    spec.extra.extend(std::mem::replace(&mut findings.nested, outer));
    spec
}

/// Takes the fields of a function out of a mapping that may hold others too.
pub(super) fn take_function_fields(fields: &mut Fields<'_>, findings: &mut Findings) -> FunctionSpec {
    FunctionSpec {
        image: fields.parsed(&["image"], findings),
        base_image: fields.parsed(&["base_image"], findings),
        image_pull_policy: fields
            .take(&["image_pull_policy"], findings)
            .and_then(|(at, value)| pull_policy(value, &at, findings)),
        command: fields.take(&["command"], findings).and_then(|(at, value)| command(value, &at, findings)),
        args: fields.take(&["args"], findings).and_then(|(at, value)| list(value, &at, findings, loose_text)),
        source: take_source(fields, findings),
        extra: Map::new(),
    }
}

fn pull_policy(value: &Value, at: &At, findings: &mut Findings) -> Option<ImagePullPolicy> {
    match value.as_str() {
        Some("Always") => Some(ImagePullPolicy::Always),
        Some("IfNotPresent") => Some(ImagePullPolicy::IfNotPresent),
        Some("Never") => Some(ImagePullPolicy::Never),
        _ => {
            findings.problem(at, "image_pull_policy", "The pull policy must be Always, IfNotPresent or Never.");
            None
        }
    }
}

/// Reads a command: a line, a list of words, or one word marked as such.
fn command(value: &Value, at: &At, findings: &mut Findings) -> Option<Command> {
    match value {
        Value::String(line) => Some(Command::Line(line.clone())),
        Value::Array(_) => list(value, at, findings, loose_text).map(Command::Words),
        Value::Object(_) => {
            let mut fields = Fields::open(value, at.clone(), findings)?;
            let one_word = fields.text(&["one_word"], findings);
            fields.close(findings);
            one_word.map(|one_word| Command::OneWord { one_word })
        }
        _ => {
            findings.wrong_type(at, "a text or a list of texts", value);
            None
        }
    }
}

/// Takes the code, nested under `source` or spread over the specification.
fn take_source(fields: &mut Fields<'_>, findings: &mut Findings) -> Option<Source> {
    let mut source = Source::default();
    if let Some((at, value)) = fields.take(&["source"], findings) {
        if let Value::String(uri) = value {
            findings.rewritten(&at, "Read as the place of the code, \"source.source\".");
            source.uri = Some(uri.clone());
        } else if let Some(mut nested) = Fields::open(value, at, findings) {
            source = Source {
                uri: nested.text(&["source", "uri"], findings),
                code: nested.text(&["code"], findings),
                base64: nested.text(&["base64"], findings),
                handler: nested.text(&["handler"], findings),
                lang: nested.text(&["lang"], findings),
            };
            nested.close(findings);
        }
    }
    let flat: [(&'static str, &mut Option<String>); 5] = [
        ("code_src", &mut source.uri),
        ("code", &mut source.code),
        ("base64", &mut source.base64),
        ("handler", &mut source.handler),
        ("lang", &mut source.lang),
    ];
    for (key, field) in flat {
        let Some((at, value)) = fields.take(&[key], findings) else { continue };
        let Some(written) = super::fields::text(value, &at, findings) else { continue };
        if field.is_some() {
            let message = format!("\"{key}\" is also given under \"source\": keep one of them.");
            findings.problem(&at, "given_twice", message);
        } else {
            findings.rewritten(&at, "Read as part of \"source\".");
            *field = Some(written);
        }
    }
    (source != Source::default()).then_some(source)
}

/// DigitalHub's pattern for identities; a UUID is one of them.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "._+-".contains(letter))
}
