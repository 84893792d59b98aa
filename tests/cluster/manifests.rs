//! Every snapshot of a manifest is sent to the real API server, so that a snapshot cannot be wrong and green.

use std::path::{Path, PathBuf};

use berth_k8s::manifest;
use berth_model::ObjectRef;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// Where the snapshots lie.
fn snapshots() -> Vec<(String, Vec<Value>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/crates/k8s/src/manifest/snapshots");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().filter_map(|file| snapshot(file)).collect()
}

/// Reads one snapshot: its name and its objects.
fn snapshot(file: &Path) -> Option<(String, Vec<Value>)> {
    let name = file.file_stem()?.to_str()?.rsplit("__").next()?.to_owned();
    let text = std::fs::read_to_string(file).unwrap();
    let body = text.splitn(3, "---\n").nth(2).unwrap_or_else(|| panic!("{name} has no header"));
    let objects: Vec<Value> = serde_saphyr::from_str(body).unwrap_or_else(|error| panic!("{name}: {error}"));
    Some((name, objects))
}

#[tokio::test]
async fn every_snapshot_is_taken_by_the_api_server_and_so_is_its_pod() {
    let baseline = Sandbox::enforcing("manifests", "baseline").await;
    let restricted = Sandbox::enforcing("manifests", "restricted").await;
    // A build makes namespaces of its own, which a filter of system calls forbids: it says so where nothing is enforced.
    let free = Sandbox::new("manifests").await;
    make_classes(&baseline).await;
    let snapshots = snapshots();
    assert!(snapshots.len() >= 12, "only {} snapshots were found", snapshots.len());
    for (name, objects) in snapshots {
        let sandbox = match name.split('-').next() {
            Some("restricted") => &restricted,
            Some("build") => &free,
            _ => &baseline,
        };
        let main = objects.first().unwrap_or_else(|| panic!("{name} has no objects"));
        let kind = main["kind"].as_str().unwrap();
        assert!(
            ["Job", "Deployment", "CronJob"].contains(&kind),
            "{name}: the main object comes first, and not a {kind}"
        );
        for object in &objects {
            check(sandbox, &name, object).await;
        }
        check(sandbox, &name, &pod_of(main)).await;
    }
}

#[tokio::test]
async fn an_owned_object_is_taken_and_a_run_that_is_not_confined_is_refused_where_that_is_enforced() {
    let sandbox = Sandbox::enforcing("manifests", "restricted").await;
    let (_, objects) = snapshots().into_iter().find(|(name, _)| name == "code-by-language").unwrap();
    let owner = ObjectRef { kind: "Job".to_owned(), name: "train".to_owned(), uid: uuid::Uuid::new_v4().to_string() };
    check(&sandbox, "an owned object", &manifest::owned_by(&objects[1], &owner)).await;
    let answer = sandbox.api.post(&path(&sandbox, "Pod"), &moved(&pod_of(&objects[0]), &sandbox)).await;
    assert_eq!(answer.status, 403, "the pod is refused: {}", answer.body);
}

/// Sends an object as a strict dry run, and finds everything that was sent in what the server made of it.
async fn check(sandbox: &Sandbox, name: &str, object: &Value) {
    let sent = moved(object, sandbox);
    let kind = sent["kind"].as_str().unwrap();
    let answer = sandbox.api.post(&path(sandbox, kind), &sent).await;
    assert_eq!(answer.warnings, Vec::<String>::new(), "{name}: {kind}");
    let made = answer.ok(&format!("{name}: {kind}"));
    assert_eq!(lost(&sent, &made, kind), None, "{name}: what was sent is kept");
}

fn path(sandbox: &Sandbox, kind: &str) -> String {
    const STRICT: &str = "?dryRun=All&fieldValidation=Strict";
    match kind {
        "Job" => sandbox.jobs(STRICT),
        "Secret" => sandbox.core(&format!("/secrets{STRICT}")),
        "PersistentVolumeClaim" => sandbox.core(&format!("/persistentvolumeclaims{STRICT}")),
        "Deployment" => sandbox.deployments(STRICT),
        "CronJob" => sandbox.cron_jobs(STRICT),
        "Service" => sandbox.core(&format!("/services{STRICT}")),
        "ConfigMap" => sandbox.core(&format!("/configmaps{STRICT}")),
        "Pod" => sandbox.core(&format!("/pods{STRICT}")),
        other => panic!("no path for a {other}"),
    }
}

/// The object in the sandbox's namespace instead of the snapshot's.
fn moved(object: &Value, sandbox: &Sandbox) -> Value {
    let mut object = object.clone();
    object["metadata"]["namespace"] = Value::from(sandbox.namespace.as_str());
    object
}

/// The pod that a main object's template would make.
fn pod_of(main: &Value) -> Value {
    let spec = main["spec"].get("jobTemplate").map_or(&main["spec"], |job| &job["spec"]);
    let template = &spec["template"];
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "pod-", "labels": template["metadata"]["labels"]},
        "spec": template["spec"],
    })
}

/// Returns the path of the first thing that was sent and is not in what the server made. Amounts are written in the
/// server's own form (`1.5Gi` becomes `1536Mi`), so there only their names are compared.
fn lost(sent: &Value, made: &Value, path: &str) -> Option<String> {
    match (sent, made) {
        (Value::Object(sent), Value::Object(made)) => sent.iter().find_map(|(key, value)| {
            let path = format!("{path}.{key}");
            match made.get(key) {
                Some(made) => lost(value, made, &path),
                // The server leaves an empty text and a zero out, which means the same.
                None => (value != "" && *value != json!(0)).then_some(path),
            }
        }),
        (Value::Array(sent), Value::Array(made)) => sent.iter().enumerate().find_map(|(index, value)| {
            let path = format!("{path}[{index}]");
            made.get(index).map_or_else(|| Some(path.clone()), |made| lost(value, made, &path))
        }),
        _ => (sent != made && !path.contains(".resources.")).then(|| format!("{path}: {sent} became {made}")),
    }
}

/// Makes the classes that the fullest snapshot names. They belong to the cluster, not to a namespace, and stay: another
/// test run may be using them.
async fn make_classes(sandbox: &Sandbox) {
    let runtime = json!({"metadata": {"name": "berth-test"}, "handler": "runc"});
    let priority = json!({"metadata": {"name": "berth-test"}, "value": 1000});
    for (path, class) in
        [("/apis/node.k8s.io/v1/runtimeclasses", runtime), ("/apis/scheduling.k8s.io/v1/priorityclasses", priority)]
    {
        let answer = sandbox.api.post(path, &class).await;
        assert!([201, 409].contains(&answer.status), "{path}: {}", answer.body);
    }
}
