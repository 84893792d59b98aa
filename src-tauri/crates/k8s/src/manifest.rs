//! Decides which objects a run becomes. Pure: a run in, objects out.

use std::collections::BTreeMap;

use berth_model::{Action, FunctionRef, InstallationId, Origin, Problem, ProjectName, RunId, RunSpec, SecurityLevel};
use jiff::Timestamp;
use serde_json::Value;

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
    /// Where each value of the specification came from; travels with the frozen run.
    pub origins: BTreeMap<String, Origin>,
    /// When the run was made, by the launching machine's clock; travels with the frozen run.
    pub created: Timestamp,
    /// What the namespace enforces, where known; the specification may ask for more, never for less.
    pub enforced: Option<SecurityLevel>,
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
    let _ = rendering;
    unimplemented!()
}

/// Returns an object with an owner reference to the main object.
#[must_use]
pub fn owned_by(object: &Value, main: &berth_model::ObjectRef) -> Value {
    let _ = main;
    object.clone()
}
