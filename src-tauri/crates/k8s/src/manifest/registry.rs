//! Decides how a run signs in to the registry of its project: an owned Secret in Docker's form, with which a build pushes
//! and nodes pull. Knows no value: it is rendered empty, and filled in the moment before it is sent.

use std::collections::BTreeMap;

use berth_model::ImageReference;
use k8s_openapi::api::core::v1::{LocalObjectReference, PodSpec};
use serde_json::{Map, Value};

use super::{Rendering, secret};
use crate::labels;

/// The key that Kubernetes asks for in a Secret of this type.
pub const KEY: &str = ".dockerconfigjson";
/// `{}` in base64: Kubernetes takes no Secret of this type that holds no JSON.
const NOTHING: &str = "e30=";

/// Name of the object with which a run signs in.
pub fn object_name(name: &str) -> String {
    format!("{name}-registry")
}

/// Whether the run signs in to its project's registry: as a build, or because an image of it lies there.
fn signs_in(rendering: &Rendering) -> bool {
    let is_build = rendering.build.as_ref().is_some_and(|plan| plan.registry.secret.is_some());
    is_build || pulls(rendering)
}

/// Whether the image of the pod lies in a registry that asks for a sign-in.
fn pulls(rendering: &Rendering) -> bool {
    let image = match &rendering.build {
        Some(plan) => Some(&plan.builder),
        None => rendering.spec.function.image.as_ref(),
    };
    let registry = rendering.registry.as_ref().filter(|registry| registry.secret.is_some());
    registry.is_some_and(|registry| image.is_some_and(|image: &ImageReference| registry.holds(image)))
}

/// Lets the node sign in where the pod's image lies in the project's registry. `name` is that of the run's objects.
pub fn let_nodes_in(rendering: &Rendering, name: &str, pod: &mut PodSpec) {
    if pulls(rendering) {
        pod.image_pull_secrets.get_or_insert_default().push(LocalObjectReference { name: object_name(name) });
    }
}

/// Renders the object without its value; `None` where the run signs in nowhere.
pub fn object(rendering: &Rendering, name: &str, labels: &BTreeMap<String, String>) -> Option<Value> {
    let keys = Map::from_iter([(KEY.to_owned(), Value::from(NOTHING))]);
    signs_in(rendering).then(|| {
        let kind = "kubernetes.io/dockerconfigjson";
        secret::empty(rendering, &object_name(name), labels, labels::CREDENTIALS, kind, &keys)
    })
}

/// Tells whether an object is one that is filled with what signs in to a registry at launch.
#[must_use]
pub fn wants_credentials(object: &Value) -> bool {
    secret::is_filled(object, labels::CREDENTIALS)
}

/// Returns the object with what signs in. It is sent and dropped, never stored or shown.
#[must_use]
pub fn with_credentials(object: &Value, text: &str) -> Value {
    super::with_values(object, [(KEY, text)])
}
