//! Decides how run documents are read and written.

use serde_json::{Map, Value, json};

use super::fields::{At, Fields, Findings};
use super::function::take_function_fields;
use super::metadata::{OWN_KEY, finish_top, open_top};
use super::overlay::restore_extra;
use super::print::{Generation, print_common, take_map, take_status};
use super::print_task::print_task_spec;
use super::reference::{DocumentKind, FunctionReference, document_kind};
use super::report::{ImportReport, Unknown};
use super::task::take_task_fields;
use crate::{Action, ExtraKeys, Problem, RunSpec, RunState};

/// A run as a file holds it: what ran, merged, and how it stood.
#[derive(Clone, Debug, PartialEq)]
pub struct RunDocument {
    /// The action, from the kind or, in the older shape, from the task's name.
    pub action: Action,
    /// Id as written: a UUID with or without dashes, or a slug.
    pub id: Option<String>,
    /// The function version that ran.
    pub function: Option<FunctionReference>,
    /// The task, as written: `container+job://<project>/<id>`.
    pub task: Option<String>,
    /// State, where it is one that Berth has too.
    pub state: Option<RunState>,
    /// The merged specification.
    pub spec: RunSpec,
    /// Everything else: name, project, metadata, status, extensions and unknown keys.
    pub extra: ExtraKeys,
}

/// Reads a run document of either generation (`container+run`, `container+job:run` and so on).
///
/// # Errors
/// All problems, each with its path within the document.
pub fn read_run(document: &Value) -> Result<(RunDocument, ImportReport), Vec<Problem>> {
    let kind = document_kind(document).map_err(|problem| vec![problem])?;
    let DocumentKind::Run(action) = kind else {
        let message = "This is not a run: a run says \"kind: container+job:run\" (or +serve, +deploy, +build).";
        return Err(vec![Problem::new("kind", "kind", message)]);
    };
    let mut findings = Findings::new(Unknown::Keep);
    let run = read(document, action, &mut findings);
    match run {
        Some(run) if findings.problems.is_empty() => Ok((run, findings.report)),
        _ => Err(findings.problems),
    }
}

fn read(document: &Value, action: Option<Action>, findings: &mut Findings) -> Option<RunDocument> {
    let mut top = open_top(document, findings)?;
    let mut extra = ExtraKeys::new();
    for key in ["kind", "key"] {
        top.take(&[key], findings);
    }
    for key in ["project", "name"] {
        if let Some((_, value)) = top.take(&[key], findings) {
            extra.insert(key.to_owned(), value.clone());
        }
    }
    let id = top.text(&["id"], findings);
    let metadata = match top.take(&["metadata"], findings) {
        Some((_, Value::Object(map))) => map.clone(),
        _ => Map::new(),
    };
    let (task, function, spec) = match top.take(&["spec"], findings) {
        Some((at, value)) => read_spec(value, at, findings)?,
        None => (None, None, RunSpec::default()),
    };
    let action = action.or_else(|| task.as_deref().and_then(action_of_task));
    if action.is_none() {
        let message =
            "The action is not told: the older kind \"container+run\" needs a task such as container+job://project/id.";
        findings.problem(&At::root("spec").key("task"), "required", message);
    }
    let state =
        document.pointer("/status/state").and_then(|state| serde_json::from_value::<RunState>(state.clone()).ok());
    extra.extend(finish_top(top, metadata, findings));
    Some(RunDocument { action: action?, id, function, task, state, spec, extra })
}

type Parts = (Option<String>, Option<FunctionReference>, RunSpec);

fn read_spec(value: &Value, at: At, findings: &mut Findings) -> Option<Parts> {
    let mut fields = Fields::open(value, at.as_root(), findings)?;
    let task = fields.text(&["task"], findings);
    let function = fields.parsed(&["function"], findings);
    let function_spec = take_function_fields(&mut fields, findings);
    let mut task_spec = take_task_fields(&mut fields, findings);
    task_spec.extra.extend(std::mem::take(&mut findings.nested));
    task_spec.extra.extend(fields.rest(findings));
    Some((task, function, RunSpec { function: function_spec, task: task_spec }))
}

fn action_of_task(reference: &str) -> Option<Action> {
    let (kind, _) = reference.split_once("://")?;
    match DocumentKind::from_word(kind) {
        DocumentKind::Task(action) => Some(action),
        _ => None,
    }
}

/// Writes a run as a document.
#[must_use]
pub fn print_run(run: &RunDocument, generation: Generation) -> Value {
    let mut extra = run.extra.clone();
    let kind = match generation {
        Generation::Seed => "container+run".to_owned(),
        Generation::Current => format!("container+{}:run", run.action.word()),
    };
    let mut spec = Map::new();
    if let Some(task) = &run.task {
        spec.insert("task".to_owned(), json!(task));
    }
    if let Some(function) = &run.function {
        spec.insert("function".to_owned(), json!(function));
    }
    print_common(&run.spec.function, &mut spec);
    if let Some(args) = &run.spec.function.args {
        spec.insert("args".to_owned(), json!(args));
    }
    let (task, own) = print_task_spec(&run.spec.task, generation);
    if let Value::Object(mut task) = task {
        // The run of 0.7 spells its environment without the "s" that its task has.
        if generation == Generation::Seed
            && let Some(envs) = task.shift_remove("envs")
        {
            task.insert("env".to_owned(), envs);
        }
        spec.extend(task);
    }
    let mut spec = Value::Object(spec);
    restore_extra(&mut spec, &run.spec.function.extra);
    restore_extra(&mut spec, &run.spec.task.extra);
    let mut metadata = take_map(&mut extra, "metadata");
    if !own.is_empty() {
        metadata.insert(OWN_KEY.to_owned(), json!({ "spec": own }));
    }
    let mut document = Map::new();
    document.insert("kind".to_owned(), json!(kind));
    document.insert("metadata".to_owned(), Value::Object(metadata));
    document.insert("spec".to_owned(), spec);
    document.insert("status".to_owned(), take_status(&mut extra));
    let project = extra.get("project").and_then(Value::as_str).unwrap_or_default().to_owned();
    for name in ["user", "project", "name"] {
        if let Some(value) = extra.shift_remove(name) {
            document.insert(name.to_owned(), value);
        }
    }
    if let Some(id) = &run.id {
        document.insert("id".to_owned(), json!(id));
        document.insert("key".to_owned(), json!(format!("store://{project}/run/{kind}/{id}")));
    }
    for (name, value) in extra {
        document.entry(name).or_insert(value);
    }
    Value::Object(document)
}
