//! Decides how secret values reach the container: an owned Secret, read variable by variable. Knows names, no values:
//! the object is rendered, previewed and stored empty, and filled in the moment before it is sent.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::Rendering;
use crate::labels;

/// Tells who reads a preview why the values are empty.
const WHERE_FROM: &str = "filled in from the keyring at launch";

/// Name of the object that holds the secrets of a run.
pub fn object_name(name: &str) -> String {
    format!("{name}-secrets")
}

/// Renders the object with its keys and without values; `None` where the run names no secret.
pub fn object(rendering: &Rendering, name: &str, labels: &BTreeMap<String, String>) -> Option<Value> {
    let secrets = &rendering.spec.task.secrets;
    let keys: Map<String, Value> = secrets.iter().map(|secret| (secret.to_string(), Value::from(""))).collect();
    (!secrets.is_empty()).then(|| empty(rendering, &object_name(name), labels, labels::VALUES, "Opaque", &keys))
}

/// A Secret without its values. The annotation tells what it is filled with at launch.
pub(super) fn empty(
    rendering: &Rendering,
    name: &str,
    labels: &BTreeMap<String, String>,
    annotation: &str,
    kind: &str,
    keys: &Map<String, Value>,
) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name, "namespace": rendering.namespace, "labels": labels,
            "annotations": { annotation: WHERE_FROM },
        },
        "type": kind,
        "immutable": true,
        "data": keys,
    })
}

/// Whether an object is a Secret with such an annotation.
pub(super) fn is_filled(object: &Value, annotation: &str) -> bool {
    object.get("kind").and_then(Value::as_str) == Some("Secret")
        && object.pointer("/metadata/annotations").and_then(|all| all.get(annotation)).is_some()
}

/// Tells whether an object is one whose values are filled in at launch.
#[must_use]
pub fn wants_values(object: &Value) -> bool {
    is_filled(object, labels::VALUES)
}

/// Returns the object with its values. What comes out holds them: it is sent and dropped, never stored or shown.
#[must_use]
pub fn with_values<'value>(object: &Value, values: impl IntoIterator<Item = (&'value str, &'value str)>) -> Value {
    let mut filled = object.clone();
    let data: Map<String, Value> =
        values.into_iter().map(|(name, value)| (name.to_owned(), Value::from(STANDARD.encode(value)))).collect();
    if let Some(object) = filled.as_object_mut() {
        object.insert("data".to_owned(), Value::Object(data));
    }
    filled
}
