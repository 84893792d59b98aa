//! Plays the controllers and the kubelet: pods of a Job or a Deployment come, run, write and end as the test says.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::FakeApi;
use super::logs::Log;
use super::store::{entry, text};

/// A pod that the test plays. The container is called `main`.
pub struct PodHandle {
    api: FakeApi,
    namespace: String,
    owner: String,
    /// Name of the pod.
    pub name: String,
    /// Identity of the pod.
    pub uid: String,
}

impl FakeApi {
    /// Makes the next pod of a Job, pending.
    ///
    /// # Panics
    /// Where there is no such Job.
    pub fn start_pod(&self, namespace: &str, job: &str) -> PodHandle {
        let owner = self.object(namespace, "Job", job).unwrap_or_else(|| panic!("no Job \"{job}\""));
        let reference = json!({
            "apiVersion": "batch/v1", "kind": "Job", "name": job, "uid": text(&owner, "/metadata/uid"),
            "controller": true, "blockOwnerDeletion": true,
        });
        let pod = self.make_pod(namespace, &owner, ("job-name", job), reference);
        let now = self.time().to_string();
        self.change(namespace, "Job", job, |job| {
            let status = entry(job, "status");
            status.insert("active".to_owned(), json!(1));
            status.entry("startTime").or_insert_with(|| json!(now));
        });
        pod
    }

    /// Makes the next pod of a Deployment, pending.
    ///
    /// # Panics
    /// Where there is no such Deployment.
    pub fn start_copy(&self, namespace: &str, deployment: &str) -> PodHandle {
        const HASH: &str = "5d";
        let owner = self.object(namespace, "Deployment", deployment);
        let owner = owner.unwrap_or_else(|| panic!("no Deployment \"{deployment}\""));
        let reference = json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("{deployment}-{HASH}"),
            "uid": format!("{deployment}-{HASH}"), "controller": true, "blockOwnerDeletion": true,
        });
        self.make_pod(namespace, &owner, ("pod-template-hash", HASH), reference)
    }

    fn make_pod(&self, namespace: &str, owner: &Value, (label, value): (&str, &str), reference: Value) -> PodHandle {
        let owner_name = text(owner, "/metadata/name");
        let name = format!("{owner_name}-{:05}", self.objects("Pod").len());
        let template = owner.pointer("/spec/template").cloned().unwrap_or_default();
        let mut metadata = template.get("metadata").cloned().unwrap_or_else(|| json!({}));
        metadata["name"] = json!(name);
        entry(&mut metadata, "labels").insert(label.to_owned(), json!(value));
        metadata["ownerReferences"] = json!([reference]);
        let pod = self.put(
            namespace,
            json!({"kind": "Pod", "metadata": metadata, "spec": template.get("spec"), "status": {"phase": "Pending"}}),
        );
        PodHandle {
            api: self.clone(),
            namespace: namespace.to_owned(),
            owner: owner_name,
            name,
            uid: text(&pod, "/metadata/uid"),
        }
    }

    /// Adds an event about an object.
    pub fn event(&self, namespace: &str, about: &Value, kind: &str, reason: &str, message: &str) {
        let count = self.objects("Event").len();
        let now = self.time().to_string();
        self.put(
            namespace,
            json!({
                "kind": "Event", "metadata": {"name": format!("event-{count}")}, "type": kind, "reason": reason,
                "message": message, "count": 1, "firstTimestamp": now, "lastTimestamp": now,
                "involvedObject": {"kind": about["kind"], "name": about["metadata"]["name"], "uid": about["metadata"]["uid"]},
            }),
        );
    }

    /// Appends a line (without LF) to a container's log.
    pub fn write_log(&self, namespace: &str, pod: &str, container: &str, time: Timestamp, line: &[u8]) {
        let key = (namespace.to_owned(), pod.to_owned(), container.to_owned(), false);
        self.shared.state().logs.entry(key).or_default().lines.push((time, line.to_vec()));
        self.shared.ring();
    }

    /// Ends a container's log: streams that follow end.
    pub fn end_log(&self, namespace: &str, pod: &str, container: &str) {
        let key = (namespace.to_owned(), pod.to_owned(), container.to_owned(), false);
        self.shared.state().logs.entry(key).or_default().has_ended = true;
        self.shared.ring();
    }

    /// Forgets the first lines of a log, as a rotation does.
    pub fn rotate_log(&self, namespace: &str, pod: &str, container: &str, lines: usize) {
        let key = (namespace.to_owned(), pod.to_owned(), container.to_owned(), false);
        if let Some(log) = self.shared.state().logs.get_mut(&key) {
            log.lines.drain(..lines.min(log.lines.len()));
        }
    }
}

impl PodHandle {
    /// The container runs; its log exists from now on.
    pub fn run(&self) {
        let now = self.api.time().to_string();
        self.open_log();
        self.api.change(&self.namespace, "Pod", &self.name, |pod| {
            pod["status"] = json!({
                "phase": "Running", "startTime": now,
                "containerStatuses": [container(0, json!({"running": {"startedAt": now}}), true)],
            });
        });
    }

    /// Writes a line (without LF) with a time.
    pub fn write(&self, time: Timestamp, line: &[u8]) {
        self.api.write_log(&self.namespace, &self.name, "main", time, line);
    }

    /// The container starts again: what it wrote is the log of the previous instance.
    pub fn restart(&self, exit_code: i32) {
        self.api.end_log(&self.namespace, &self.name, "main");
        let key = |previous| (self.namespace.clone(), self.name.clone(), "main".to_owned(), previous);
        let mut state = self.api.shared.state();
        if let Some(log) = state.logs.remove(&key(false)) {
            state.logs.insert(key(true), log);
        }
        state.logs.insert(key(false), Log::default());
        drop(state);
        self.api.shared.ring();
        let now = self.api.time().to_string();
        self.api.change(&self.namespace, "Pod", &self.name, |pod| {
            let restarts = pod["status"]["containerStatuses"][0]["restartCount"].as_u64().unwrap_or(0) + 1;
            let mut status = container(restarts, json!({"running": {"startedAt": now}}), true);
            status["lastState"] = json!({"terminated": {"exitCode": exit_code, "finishedAt": now, "reason": "Error"}});
            pod["status"]["containerStatuses"] = json!([status]);
        });
    }

    /// The container ends in a pod that will start it again.
    pub fn crash(&self, exit_code: i32) {
        self.end_container(exit_code, "Error", "Running");
    }

    /// The container ends, the log with it, and the Job says so.
    pub fn finish(&self, exit_code: i32) {
        self.end(exit_code, if exit_code == 0 { "Completed" } else { "Error" });
        let now = self.api.time().to_string();
        let (kind, reason) =
            if exit_code == 0 { ("Complete", "CompletionsReached") } else { ("Failed", "BackoffLimitExceeded") };
        self.api.change(&self.namespace, "Job", &self.owner, |job| {
            let status = entry(job, "status");
            status.remove("active");
            status.insert(if exit_code == 0 { "succeeded" } else { "failed" }.to_owned(), json!(1));
            if exit_code == 0 {
                status.insert("completionTime".to_owned(), json!(now));
            }
            status.insert(
                "conditions".to_owned(),
                json!([{"type": kind, "status": "True", "reason": reason, "lastTransitionTime": now}]),
            );
        });
    }

    /// The container ends, but the Job does not know yet.
    pub fn end(&self, exit_code: i32, reason: &str) {
        self.end_container(exit_code, reason, if exit_code == 0 { "Succeeded" } else { "Failed" });
    }

    fn end_container(&self, exit_code: i32, reason: &str, phase: &str) {
        let now = self.api.time().to_string();
        self.open_log();
        self.api.end_log(&self.namespace, &self.name, "main");
        self.api.change(&self.namespace, "Pod", &self.name, |pod| {
            let restarts = pod["status"]["containerStatuses"][0]["restartCount"].as_u64().unwrap_or(0);
            let state =
                json!({"terminated": {"exitCode": exit_code, "reason": reason, "startedAt": now, "finishedAt": now}});
            pod["status"] = json!({
                "phase": phase, "startTime": now, "containerStatuses": [container(restarts, state, false)],
            });
        });
    }

    fn open_log(&self) {
        let key = (self.namespace.clone(), self.name.clone(), "main".to_owned(), false);
        self.api.shared.state().logs.entry(key).or_default();
    }
}

/// A status as the kubelet writes it: what ran has an identity, also where it has ended.
fn container(restarts: u64, mut state: Value, running: bool) -> Value {
    let id = format!("containerd://{restarts:064x}");
    if let Some(ended) = state.get_mut("terminated").and_then(Value::as_object_mut) {
        ended.insert("containerID".to_owned(), json!(id));
    }
    json!({
        "containerID": id, "name": "main", "image": "busybox", "imageID": "busybox@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "ready": running, "started": running, "restartCount": restarts, "state": state, "lastState": {},
    })
}
