//! Decides how a document becomes a task, and how the specification of a task is read.

use serde_json::{Map, Value};

use super::affinity::read_affinity;
use super::fields::{At, Fields, Findings, loose_text, parsed, text};
use super::metadata::{OWN_KEY, finish_top, open_top, read_metadata};
use super::overlay::apply_overlay;
use super::probe::take_probe;
use super::reference::{DocumentKind, FunctionReference, document_kind};
use super::report::{ImportReport, Unknown};
use super::resources::read_resources;
use super::scheduling::{read_env, read_env_from, read_node_selector, read_port, read_toleration};
use super::volume::read_volume;
use crate::{Action, ConcurrencyPolicy, ExtraKeys, Problem, SecurityLevel, ServiceType, TaskSpec};

/// Fields of a task's specification.
pub(super) const TASK_FIELDS: [&str; 31] = [
    "node_selector",
    "volumes",
    "resources",
    "affinity",
    "tolerations",
    "envs",
    "secrets",
    "profile",
    "backoff_limit",
    "schedule",
    "time_zone",
    "concurrency_policy",
    "replicas",
    "service_ports",
    "service_type",
    "service_name",
    "readiness_probe",
    "liveness_probe",
    "instructions",
    "fs_group",
    "run_as_user",
    "run_as_group",
    "runtime_class",
    "priority_class",
    "deadline",
    "ttl",
    "security",
    "env_from",
    "image_pull_secrets",
    "service_account",
    "pod_patch",
];

/// A task as a file holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskDocument {
    /// The action that its kind names.
    pub action: Action,
    /// The function version that it is for, where it says so.
    pub function: Option<FunctionReference>,
    /// The saved defaults.
    pub spec: TaskSpec,
    /// Everything beside the specification: id, name, project, metadata, status and unknown keys.
    pub extra: ExtraKeys,
}

/// Reads a task document of either generation (`container+job` and so on).
///
/// # Errors
/// All problems, each with its path within the document.
pub fn read_task(document: &Value, unknown: Unknown) -> Result<(TaskDocument, ImportReport), Vec<Problem>> {
    let kind = document_kind(document).map_err(|problem| vec![problem])?;
    let DocumentKind::Task(action) = kind else {
        let message = "This is not a task: a task says \"kind: container+job\" (or +serve, +deploy, +build).";
        return Err(vec![Problem::new("kind", "kind", message)]);
    };
    let mut findings = Findings::new(unknown);
    let Some(mut top) = open_top(document, &mut findings) else { return Err(findings.problems) };
    let mut extra = ExtraKeys::new();
    for key in ["kind", "key"] {
        top.take(&[key], &mut findings);
    }
    for key in ["project", "name", "id"] {
        if let Some((_, value)) = top.take(&[key], &mut findings) {
            extra.insert(key.to_owned(), value.clone());
        }
    }
    let metadata = top.take(&["metadata"], &mut findings);
    let mut own = None;
    let mut kept = Map::new();
    if let Some((at, value)) = metadata {
        own = read_metadata(value, at, &mut findings).own;
        if let Value::Object(map) = value {
            kept = map.clone();
            kept.shift_remove(OWN_KEY);
        }
    }
    let (spec, function) = take_spec(&mut top, own.as_ref(), &mut findings);
    extra.extend(finish_top(top, kept, &mut findings));
    if findings.problems.is_empty() {
        Ok((TaskDocument { action, function, spec, extra }, findings.report))
    } else {
        Err(findings.problems)
    }
}

/// Reads the specification of a task's document as far as it can be read, with the function that it names: fields with a
/// problem are left out, so that the others can be judged.
#[must_use]
pub fn readable_task(document: &Value) -> (TaskSpec, Option<FunctionReference>) {
    let mut findings = Findings::new(Unknown::Keep);
    let Some(mut top) = open_top(document, &mut findings) else { return (TaskSpec::default(), None) };
    let own = document.pointer(&format!("/metadata/{OWN_KEY}"));
    take_spec(&mut top, own, &mut findings)
}

fn take_spec(
    top: &mut Fields<'_>,
    own: Option<&Value>,
    findings: &mut Findings,
) -> (TaskSpec, Option<FunctionReference>) {
    let (spec, function) = match top.take(&["spec"], findings) {
        Some((at, value)) => read_spec(value, at, findings),
        None => (TaskSpec::default(), None),
    };
    match own {
        Some(own) => (apply_overlay(spec, own, findings), function),
        None => (spec, function),
    }
}

/// Reads the specification of a task alone, as it stands under `spec` of a document.
///
/// The specification holds what could be read even where there are problems. Fields of other actions are read too: which
/// of them an action may have is a rule of `validate_run`.
#[must_use]
pub fn read_task_spec(value: &Value, _action: Action, unknown: Unknown) -> (TaskSpec, Vec<Problem>, ImportReport) {
    if value.is_null() {
        return (TaskSpec::default(), Vec::new(), ImportReport::default());
    }
    let mut findings = Findings::new(unknown);
    let (spec, _) = read_spec(value, At::default(), &mut findings);
    (spec, findings.problems, findings.report)
}

/// Reads a task's specification with the function that it names.
fn read_spec(value: &Value, at: At, findings: &mut Findings) -> (TaskSpec, Option<FunctionReference>) {
    let Some(mut fields) = Fields::open(value, at.as_root(), findings) else { return (TaskSpec::default(), None) };
    let mut spec = take_task_fields(&mut fields, findings);
    let function = fields.parsed(&["function"], findings);
    spec.extra.extend(fields.rest(findings));
    (spec, function)
}

/// Takes the fields of a task out of a mapping that may hold others too. Nested unknown keys go to `extra`.
pub(super) fn take_task_fields(fields: &mut Fields<'_>, findings: &mut Findings) -> TaskSpec {
    let outer = std::mem::take(&mut findings.nested);
    let mut spec = TaskSpec {
        node_selector: fields
            .take(&["node_selector"], findings)
            .map(|(at, value)| read_node_selector(value, &at, findings))
            .unwrap_or_default(),
        volumes: fields.list(&["volumes"], findings, read_volume).unwrap_or_default(),
        resources: fields
            .take(&["resources"], findings)
            .map(|(at, value)| read_resources(value, at, findings))
            .unwrap_or_default(),
        affinity: fields.take(&["affinity"], findings).map(|(at, value)| read_affinity(value, &at, findings)),
        tolerations: fields.list(&["tolerations"], findings, read_toleration).unwrap_or_default(),
        envs: read_envs(fields, findings),
        secrets: fields.list(&["secrets"], findings, parsed).unwrap_or_default(),
        profile: fields.parsed(&["profile"], findings),
        backoff_limit: fields.whole(&["backoff_limit"], findings),
        schedule: fields.parsed(&["schedule"], findings),
        time_zone: fields.text(&["time_zone", "timeZone"], findings),
        concurrency_policy: fields
            .take(&["concurrency_policy", "concurrencyPolicy"], findings)
            .and_then(|(at, value)| read_concurrency(value, &at, findings)),
        replicas: fields.whole(&["replicas"], findings),
        service_ports: fields.list(&["service_ports", "service_port"], findings, read_port).unwrap_or_default(),
        service_type: fields
            .take(&["service_type"], findings)
            .and_then(|(at, value)| read_service_type(value, &at, findings)),
        service_name: fields.text(&["service_name"], findings),
        readiness_probe: take_probe(fields, &["readiness_probe", "readinessProbe"], findings),
        liveness_probe: take_probe(fields, &["liveness_probe", "livenessProbe"], findings),
        instructions: fields.list(&["instructions"], findings, text).unwrap_or_default(),
        fs_group: fields.whole(&["fs_group"], findings),
        run_as_user: fields.whole(&["run_as_user"], findings),
        run_as_group: fields.whole(&["run_as_group"], findings),
        runtime_class: fields.text(&["runtime_class"], findings),
        priority_class: fields.text(&["priority_class"], findings),
        deadline: fields.whole(&["deadline"], findings),
        ttl: fields.whole(&["ttl"], findings),
        security: fields.take(&["security"], findings).and_then(|(at, value)| read_security(value, &at, findings)),
        env_from: fields.list(&["env_from"], findings, read_env_from).unwrap_or_default(),
        image_pull_secrets: fields.list(&["image_pull_secrets"], findings, text).unwrap_or_default(),
        service_account: fields.text(&["service_account"], findings),
        pod_patch: fields.take(&["pod_patch"], findings).and_then(|(at, value)| {
            if !value.is_object() {
                findings.wrong_type(&at, "a mapping of fields of a pod's template", value);
            }
            value.is_object().then(|| value.clone())
        }),
        extra: Map::new(),
    };
    spec.extra = std::mem::replace(&mut findings.nested, outer);
    spec
}

/// Reads the environment: a list of name and value, or a mapping of names to values.
fn read_envs(fields: &mut Fields<'_>, findings: &mut Findings) -> Vec<crate::Env> {
    let Some((at, value)) = fields.take(&["envs", "env"], findings) else { return Vec::new() };
    let Value::Object(map) = value else {
        return super::fields::list(value, &at, findings, read_env).unwrap_or_default();
    };
    findings.rewritten(&at, "Read as a list of name and value.");
    let mut envs = Vec::new();
    for (name, value) in map {
        let at = at.key(name);
        let name = parsed(&Value::String(name.clone()), &at, findings);
        let value = loose_text(value, &at, findings);
        envs.extend(name.zip(value).map(|(name, value)| crate::Env { name, value }));
    }
    envs
}

fn read_service_type(value: &Value, at: &At, findings: &mut Findings) -> Option<ServiceType> {
    match value.as_str() {
        Some("ClusterIP") => Some(ServiceType::ClusterIP),
        Some("NodePort") => Some(ServiceType::NodePort),
        Some("LoadBalancer") => Some(ServiceType::LoadBalancer),
        Some("ExternalName") => Some(ServiceType::ExternalName),
        _ => {
            let message = "The service type must be ClusterIP, NodePort, LoadBalancer or ExternalName.";
            findings.problem(at, "service_type", message);
            None
        }
    }
}

fn read_concurrency(value: &Value, at: &At, findings: &mut Findings) -> Option<ConcurrencyPolicy> {
    let found = ConcurrencyPolicy::ALL.into_iter().find(|policy| value.as_str() == Some(policy.word()));
    if found.is_none() {
        let message = "What happens to runs of a schedule that overlap must be Allow, Forbid or Replace.";
        findings.problem(at, "concurrency_policy", message);
    }
    found
}

fn read_security(value: &Value, at: &At, findings: &mut Findings) -> Option<SecurityLevel> {
    match value.as_str() {
        Some("baseline") => Some(SecurityLevel::Baseline),
        Some("restricted") => Some(SecurityLevel::Restricted),
        _ => {
            findings.problem(at, "security", "The security level must be baseline or restricted.");
            None
        }
    }
}
