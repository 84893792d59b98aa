//! Decides which nodes the pod may go to.

use berth_model::{Problem, TaskSpec};
use k8s_openapi::api::core::v1::{Affinity, Toleration};
use serde_json::Value;

/// Renders the tolerations, word for word.
pub fn tolerations(task: &TaskSpec) -> Option<Vec<Toleration>> {
    let tolerations: Vec<_> = task
        .tolerations
        .iter()
        .map(|toleration| Toleration {
            key: toleration.key.clone(),
            operator: toleration.operator.clone(),
            value: toleration.value.clone(),
            effect: toleration.effect.clone(),
            toleration_seconds: toleration.toleration_seconds,
        })
        .collect();
    (!tolerations.is_empty()).then_some(tolerations)
}

/// Reads the affinity as Kubernetes will. A key that Kubernetes does not know is a problem, not a wish that vanishes.
pub fn affinity(task: &TaskSpec, problems: &mut Vec<Problem>) -> Option<Affinity> {
    let given = task.affinity.as_ref()?;
    let mut refuse = |path: String, reason: String| {
        problems.push(Problem::new(
            path,
            "affinity",
            format!("The affinity is not one that Kubernetes understands ({reason}): write it as in a pod, with nodeAffinity, podAffinity or podAntiAffinity."),
        ));
        None
    };
    let affinity: Affinity = match serde_json::from_value(given.clone()) {
        Ok(affinity) => affinity,
        Err(error) => return refuse("affinity".to_owned(), error.to_string()),
    };
    let understood = serde_json::to_value(&affinity).unwrap_or_default();
    match lost(given, &understood, "affinity") {
        Some(path) => refuse(path.clone(), format!("it knows no `{path}`")),
        None => Some(affinity),
    }
}

/// Returns the path of the first thing that was given and is not in what was understood.
fn lost(given: &Value, understood: &Value, path: &str) -> Option<String> {
    match (given, understood) {
        (Value::Object(given), _) => given.iter().find_map(|(key, value)| {
            let path = format!("{path}.{key}");
            match understood.get(key) {
                Some(understood) => lost(value, understood, &path),
                None => (!value.is_null()).then_some(path),
            }
        }),
        (Value::Array(given), _) => given.iter().enumerate().find_map(|(index, value)| {
            let path = format!("{path}[{index}]");
            match understood.get(index) {
                Some(understood) => lost(value, understood, &path),
                None => Some(path),
            }
        }),
        _ => None,
    }
}
