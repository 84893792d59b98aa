//! Decides which objects a run becomes. Pure: a run in, objects out; the same run always gives the same objects.
//!
//! Sends nothing, knows no secret value, and drops nothing: a parameter that cannot be honoured is a problem at its
//! field. The main object is rendered *held* (a suspended Job or CronJob, a Deployment without copies), so that what belongs to it can be made with its
//! identity before anything runs.

mod build;
mod claim;
mod code;
mod cron_job;
mod deployment;
mod frozen;
mod hash;
mod job;
mod patch;
mod pod;
mod registry;
mod secret;
mod service;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use berth_model::{
    Action, BuildPlan, FunctionRef, HelperImages, InstallationId, ObjectRef, Origin, Problem, ProjectName, Registry,
    RunId, RunSpec, SecurityLevel, validate_run,
};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{PodSpec, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Map, Value, json};

use crate::labels;

pub use cron_job::{Asked, fire_now};
pub(crate) use frozen::read as read_frozen;
pub(crate) use pod::{FETCH, MAIN};
pub use registry::{wants_credentials, with_credentials};
pub use secret::{wants_values, with_values};

/// What a rendering needs beside the specification.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendering {
    /// The run.
    pub run: RunId,
    /// Its project.
    pub project: ProjectName,
    /// Its function.
    pub function: FunctionRef,
    /// The action.
    pub action: Action,
    /// Kubernetes namespace.
    pub namespace: String,
    /// Who launches.
    pub installation: InstallationId,
    /// The run that it repeats.
    pub parent: Option<RunId>,
    /// The merged specification.
    pub spec: RunSpec,
    /// How it builds; needed where that is the action.
    pub build: Option<BuildPlan>,
    /// The registry of the project, where it has one that this launch can sign in to.
    pub registry: Option<Registry>,
    /// Where each value of the specification came from; travels with the frozen run.
    pub origins: BTreeMap<String, Origin>,
    /// When the run was made, by the launching machine's clock; travels with the frozen run.
    pub created: Timestamp,
    /// What the namespace enforces, where known; the specification may ask for more, never for less.
    pub enforced: Option<SecurityLevel>,
    /// The images of Berth's helpers.
    pub helpers: HelperImages,
}

impl Rendering {
    /// How strictly the pod is confined: the stricter of what the run asks for and what the namespace enforces.
    #[must_use]
    pub fn security(&self) -> SecurityLevel {
        if [self.spec.task.security, self.enforced].contains(&Some(SecurityLevel::Restricted)) {
            SecurityLevel::Restricted
        } else {
            SecurityLevel::Baseline
        }
    }
}

/// The objects of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifests {
    /// Name that all objects carry or begin with.
    pub name: String,
    /// Main object first (held: suspended or 0 replicas); the others will be owned by it, and get its UID before
    /// they are created (see `owned_by`).
    pub objects: Vec<Value>,
    /// SHA-256 of the main object without our annotations, hexadecimal.
    pub spec_hash: String,
}

/// A specification that cannot be rendered: every reason, at its field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run cannot be launched as it is written")]
pub struct RenderError {
    /// All reasons.
    pub problems: Vec<Problem>,
}

/// Renders a run.
///
/// # Errors
/// Every parameter that cannot be honoured, named; none is ever dropped.
pub fn render(rendering: &Rendering) -> Result<Manifests, RenderError> {
    let mut problems = refusals(rendering);
    if !problems.is_empty() {
        return Err(RenderError { problems });
    }
    let name = labels::object_name(&rendering.function.name, rendering.run);
    let labels = labels::of(
        &rendering.project,
        &rendering.function.name,
        rendering.run,
        rendering.action,
        rendering.installation,
    );
    let code = code::read(rendering.spec.function.source.as_ref(), &mut problems);
    let mut pod = pod::render(rendering, &name, code.as_ref(), &mut problems);
    let plan = rendering.build.as_ref().filter(|_| rendering.action == Action::Build);
    if let Some(plan) = plan {
        build::into_builder(rendering, plan, &name, &mut pod);
    }
    registry::let_nodes_in(rendering, &name, &mut pod);
    let render_main = match &rendering.spec.task.schedule {
        Some(_) => cron_job::render,
        None if rendering.action.is_service() => deployment::render,
        None => job::render,
    };
    let mut main = render_main(rendering, &name, &labels, pod, &mut problems);
    if let Some(patch) = &rendering.spec.task.pod_patch {
        patch::apply(&mut main, patch, &mut problems);
    }
    let service =
        (rendering.action == Action::Serve).then(|| service::render(rendering, &name, &labels, &mut problems));
    let alias = service::alias(rendering, &labels, &mut problems);
    if !problems.is_empty() {
        return Err(RenderError { problems });
    }

    let spec_hash = hash::of(&main);
    let (frozen_annotation, frozen_object) = frozen::render(rendering, &name, &spec_hash, &labels)?;
    annotate(&mut main, labels::SPEC_HASH, &spec_hash);
    annotate(&mut main, frozen_annotation.0, &frozen_annotation.1);
    let code_object = code.map(|code| code.object(&name, &rendering.namespace, &labels));
    let secrets = secret::object(rendering, &name, &labels);
    let recipe = plan.map(|plan| build::object(rendering, plan, &name, &labels));
    let secrets = secrets.into_iter().chain(registry::object(rendering, &name, &labels));
    let objects =
        std::iter::once(main).chain(code_object).chain(secrets).chain(recipe).chain(frozen_object).chain(service);
    // Claims last: of these some outlive the run, also one that comes to nothing.
    let objects = objects.chain(claim::objects(rendering, &name, &labels)).chain(alias).collect();
    Ok(Manifests { name, objects, spec_hash })
}

/// What every main object says of itself.
fn metadata(rendering: &Rendering, name: &str, labels: &BTreeMap<String, String>) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some(rendering.namespace.clone()),
        labels: Some(labels.clone()),
        annotations: Some(names(rendering)),
        ..ObjectMeta::default()
    }
}

/// What its pods are made from; they carry its labels.
fn template(labels: &BTreeMap<String, String>, pod: PodSpec) -> PodTemplateSpec {
    PodTemplateSpec {
        metadata: Some(ObjectMeta { labels: Some(labels.clone()), ..ObjectMeta::default() }),
        spec: Some(pod),
    }
}

/// The exact names, which labels cannot hold.
fn names(rendering: &Rendering) -> BTreeMap<String, String> {
    [
        (labels::PROJECT_NAME, rendering.project.to_string()),
        (labels::FUNCTION_NAME, rendering.function.name.to_string()),
        (labels::FUNCTION_VERSION, rendering.function.version.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

/// Writes a typed object.
fn written(object: &impl serde::Serialize, problems: &mut Vec<Problem>) -> Value {
    serde_json::to_value(object).unwrap_or_else(|error| {
        problems.push(Problem::new("", "manifest", format!("The run cannot be written for Kubernetes: {error}.")));
        Value::Null
    })
}

/// What nothing can be written for, then what is wrong in itself; one problem a field.
fn refusals(rendering: &Rendering) -> Vec<Problem> {
    let mut problems = Vec::new();
    if rendering.action == Action::Build && rendering.build.is_none() {
        problems.push(Problem::new(
            "registry",
            "no_registry",
            "A build needs a registry to push its image to: choose one for the project.",
        ));
    }
    for problem in validate_run(&rendering.spec, rendering.action) {
        if !problems.iter().any(|known| known.path == problem.path) {
            problems.push(problem);
        }
    }
    problems
}

/// Returns an object with an owner reference to the main object: the cluster removes it with its owner.
///
/// The reference does not block the owner's deletion, which would need the right to change the owner's finalizers.
/// The owner must exist already: an object whose owner is unknown is collected within milliseconds. What is to outlive the
/// run comes back as it is.
#[must_use]
pub fn owned_by(object: &Value, main: &ObjectRef) -> Value {
    if outlives_run(object) {
        return object.clone();
    }
    let reference = json!([{
        "apiVersion": api_version(&main.kind),
        "kind": main.kind,
        "name": main.name,
        "uid": main.uid,
        "blockOwnerDeletion": false,
    }]);
    let mut owned = object.clone();
    entry(&mut owned, "metadata").insert("ownerReferences".to_owned(), reference);
    owned
}

/// Tells whether an object of a run is kept when the run goes.
#[must_use]
pub fn outlives_run(object: &Value) -> bool {
    object.pointer("/metadata/annotations").and_then(|all| all.get(labels::KEEP)).is_some()
}

/// Tells whether an object is a Service that leads to the run that claimed its name last.
#[must_use]
pub fn is_alias(object: &Value) -> bool {
    object.pointer("/metadata/annotations").and_then(|all| all.get(labels::ALIAS)).is_some()
}

/// The group and version of the kinds that Berth makes.
pub(crate) fn api_version(kind: &str) -> &'static str {
    match kind {
        "Job" | "CronJob" => "batch/v1",
        "Deployment" => "apps/v1",
        _ => "v1",
    }
}

fn annotate(object: &mut Value, key: &str, value: &str) {
    let metadata = entry(object, "metadata");
    let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
    if let Some(annotations) = annotations.as_object_mut() {
        annotations.insert(key.to_owned(), Value::from(value));
    }
}

/// Returns the map at a key of an object, made where it is missing or no map.
fn entry<'a>(object: &'a mut Value, key: &str) -> &'a mut Map<String, Value> {
    let value = map(object).entry(key).or_insert_with(|| json!({}));
    map(value)
}

fn map(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("it was made an object above"),
    }
}
