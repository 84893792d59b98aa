//! Kubernetes objects as small as a test needs them.

use serde_json::{Value, json};

/// A held Job of Berth's for a run, with the labels that Berth gives.
#[must_use]
pub fn job(name: &str, run: &str) -> Value {
    job_running(name, run, "busybox", &["true"])
}

/// A held Job of Berth's that runs a command in an image. Its pod ends within a second when told to.
#[must_use]
pub fn job_running(name: &str, run: &str, image: &str, command: &[&str]) -> Value {
    let labels = json!({"app.kubernetes.io/managed-by": "berth", "berth.dev/run": run});
    json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "suspend": true, "backoffLimit": 0, "ttlSecondsAfterFinished": 600,
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
                    "containers": [{"name": "main", "image": image, "command": command}],
                },
            },
        },
    })
}

/// A ConfigMap of Berth's, owned by an object.
#[must_use]
pub fn owned_config_map(name: &str, owner: &berth_model::ObjectRef) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name, "ownerReferences": [{
            "apiVersion": "batch/v1", "kind": owner.kind, "name": owner.name, "uid": owner.uid,
        }]},
        "data": {"key": "value"},
    })
}
