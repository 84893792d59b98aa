//! Decides how project documents are read and written.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::fields::{At, Fields, Findings};
use super::metadata::{Metadata, finish_top, open_top, print_time, read_metadata};
use super::print::{Generation, take_map, take_status};
use super::reference::{DocumentKind, document_kind};
use super::report::{ImportReport, NoteKind, Unknown};
use crate::{Problem, Project, ProjectId, ProjectName};

/// A project as a file holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectDocument {
    /// The project; what its specification says beside functions is kept in `extra.spec`.
    pub project: Project,
    /// Its functions in order, each in full (embedded) or only named.
    pub functions: Vec<Value>,
}

impl ProjectDocument {
    /// Returns the functions that the file holds in full, to be read by `read_function`.
    pub fn embedded(&self) -> impl Iterator<Item = &Value> {
        self.functions.iter().filter(|function| function.get("spec").is_some())
    }

    /// Returns the functions that the file only names: their own files lie elsewhere (`metadata.ref` where it says so).
    pub fn named(&self) -> impl Iterator<Item = &Value> {
        self.functions.iter().filter(|function| function.get("spec").is_none())
    }
}

/// Reads a project document of either generation. A project's id is made here; in files it is its name.
///
/// # Errors
/// All problems, each with its path within the document.
pub fn read_project(
    document: &Value,
    now: Timestamp,
    new_id: ProjectId,
) -> Result<(ProjectDocument, ImportReport), Vec<Problem>> {
    let kind = document_kind(document).map_err(|problem| vec![problem])?;
    if kind != DocumentKind::Project {
        let message = "This is not a project: a project says \"kind: project\".";
        return Err(vec![Problem::new("kind", "kind", message)]);
    }
    let mut findings = Findings::new(Unknown::Keep);
    let project = read(document, now, new_id, &mut findings);
    match project {
        Some(project) if findings.problems.is_empty() => Ok((project, findings.report)),
        _ => Err(findings.problems),
    }
}

fn read(document: &Value, now: Timestamp, new_id: ProjectId, findings: &mut Findings) -> Option<ProjectDocument> {
    let mut top = open_top(document, findings)?;
    for key in ["kind", "key", "id"] {
        top.take(&[key], findings);
    }
    let metadata = top.take(&["metadata"], findings);
    let metadata = metadata.map_or_else(Metadata::default, |(at, value)| read_metadata(value, at, findings));
    if document.get("name").is_none_or(Value::is_null) {
        findings.problem(&At::root("name"), "required", "\"name\" is missing: give the project a name.");
    }
    let name: Option<ProjectName> = top.parsed(&["name"], findings);
    let (functions, spec) = match top.take(&["spec"], findings) {
        Some((at, value)) => read_spec(value, at, findings)?,
        None => (Vec::new(), Map::new()),
    };
    let mut kept = metadata.extra;
    if let Some(updated) = metadata.updated {
        kept.insert("updated".to_owned(), json!(print_time(updated)));
    }
    if !metadata.labels.is_empty() {
        kept.insert("labels".to_owned(), json!(metadata.labels));
    }
    let mut extra = finish_top(top, kept, findings);
    extra.insert("spec".to_owned(), Value::Object(spec));
    let project = Project {
        id: new_id,
        name: name?,
        description: metadata.description,
        default_target: None,
        registry: None,
        created: metadata.created.unwrap_or(now),
        extra,
    };
    Some(ProjectDocument { project, functions })
}

/// Reads the specification: the functions, and all else verbatim (DigitalHub's artifacts, workflows and the like).
fn read_spec(value: &Value, at: At, findings: &mut Findings) -> Option<(Vec<Value>, Map<String, Value>)> {
    let mut fields = Fields::open(value, at.as_root(), findings)?;
    let functions = fields.list(&["functions"], findings, |item, _, _| Some(item.clone())).unwrap_or_default();
    let mut rest = Map::new();
    for key in ["source", "context", "artifacts", "workflows", "dataitems", "models", "config"] {
        let Some((at, value)) = fields.take(&[key], findings) else { continue };
        if value.as_array().is_some_and(|items| !items.is_empty()) {
            let message = "Berth runs functions only; kept as it is.";
            findings.report.add(NoteKind::Kept, at.path, message);
        }
        rest.insert(key.to_owned(), value.clone());
    }
    rest.extend(fields.rest(findings));
    Some((functions, rest))
}

/// Writes a project with its functions, each as a whole document (embedded) or as one that only names it.
#[must_use]
pub fn print_project(project: &ProjectDocument, generation: Generation) -> Value {
    let ProjectDocument { project, functions } = project;
    let mut extra = project.extra.clone();
    let kept = take_map(&mut extra, "metadata");
    let mut metadata = Map::new();
    metadata.insert("project".to_owned(), json!(project.name));
    metadata.insert("name".to_owned(), json!(project.name));
    if let Some(description) = &project.description {
        metadata.insert("description".to_owned(), json!(description));
    }
    metadata.insert("created".to_owned(), json!(print_time(project.created)));
    metadata.insert("updated".to_owned(), json!(print_time(project.created)));
    metadata.extend(kept);
    let mut rest = take_map(&mut extra, "spec");
    let mut spec = Map::new();
    let (place, lists): (&str, &[&str]) = match generation {
        Generation::Seed => ("context", &["artifacts", "workflows"]),
        Generation::Current => ("source", &["artifacts", "workflows", "dataitems", "models"]),
    };
    spec.insert(place.to_owned(), rest.shift_remove(place).unwrap_or_else(|| json!("./")));
    spec.insert("functions".to_owned(), json!(functions));
    for list in lists {
        spec.insert((*list).to_owned(), rest.shift_remove(*list).unwrap_or_else(|| json!([])));
    }
    if generation == Generation::Current {
        spec.insert("config".to_owned(), rest.shift_remove("config").unwrap_or_else(|| json!({})));
    }
    spec.extend(rest);
    let mut document = Map::new();
    document.insert("kind".to_owned(), json!("project"));
    document.insert("metadata".to_owned(), Value::Object(metadata));
    document.insert("spec".to_owned(), Value::Object(spec));
    document.insert("status".to_owned(), take_status(&mut extra));
    if let Some(user) = extra.shift_remove("user") {
        document.insert("user".to_owned(), user);
    }
    document.insert("id".to_owned(), json!(project.name));
    document.insert("name".to_owned(), json!(project.name));
    document.insert("key".to_owned(), json!(format!("store://{}", project.name)));
    for (name, value) in extra {
        document.entry(name).or_insert(value);
    }
    Value::Object(document)
}
