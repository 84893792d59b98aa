//! Plays a situation on the test cluster and records the moment that it ends in.

use std::time::{Duration, Instant};

use berth_k8s::{Rendering, manifest};
use berth_model::{
    Action, Amount, FunctionName, FunctionRef, FunctionSpec, HelperImages, ObjectRef, ProjectName, Quantity, Resources,
    RunId, RunSpec, TaskSpec,
};
use serde_json::{Value, json};

use super::table::SLOW_IMAGE;
use super::{Seen, Situation, Step};
use crate::sandbox::{Sandbox, image};

/// How long the cluster may take for one step.
const PATIENCE: Duration = Duration::from_secs(150);

/// How long a moment is looked at: events come a little later than what they tell of.
const SETTLING: Duration = Duration::from_millis(1500);

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(60);

/// A situation as it was seen, with what is needed to see it again.
pub type Recorded = Value;

/// Plays a situation in a namespace of its own.
pub async fn play(situation: &Situation) -> Recorded {
    let sandbox = match situation.enforced {
        Some(level) => Sandbox::enforcing(situation.name, level).await,
        None => Sandbox::new(situation.name).await,
    };
    if let Some((resource, amount)) = situation.quota {
        set_quota(&sandbox, resource, amount).await;
    }
    let mut rendering = rendering(&sandbox);
    (situation.run)(&mut rendering);
    let rendered = manifest::render(&rendering).unwrap_or_else(|error| panic!("{}: {error:?}", situation.name));
    let mut job = rendered.objects[0].clone();
    (situation.tampered)(&mut job);
    let slow = job.pointer_mut("/spec/template/spec/containers/0/image").unwrap();
    if slow.as_str().unwrap().contains(SLOW_IMAGE) {
        *slow = Value::from(format!("{}:8000/{SLOW_IMAGE}:1", listener(&sandbox).await));
    }
    let made = sandbox.api.post(&sandbox.jobs("?fieldValidation=Strict"), &job).await.ok(situation.name);
    let main = ObjectRef {
        kind: "Job".to_owned(),
        name: rendered.name.clone(),
        uid: made["metadata"]["uid"].as_str().unwrap().to_owned(),
    };
    let mut seen = Seen::default();
    for step in situation.steps {
        if let Some(moment) = take(&sandbox, situation.name, &main, &rendered.objects[1..], step).await {
            seen = moment;
        }
    }
    record(&sandbox, situation, seen).await
}

fn rendering(sandbox: &Sandbox) -> Rendering {
    let amount = |text: &str| Amount { requests: Some(Quantity::parse(text).unwrap()), limits: None };
    Rendering {
        run: RunId::from_uuid(uuid::Uuid::new_v4()),
        project: ProjectName::parse("recorded").unwrap(),
        function: FunctionRef {
            name: FunctionName::parse("situation").unwrap(),
            version: 1,
            id: "1b0c6a58-0c5e-4ef3-8f6b-6f4f1f0a9d21".parse().unwrap(),
        },
        action: Action::Job,
        namespace: sandbox.namespace.clone(),
        installation: "c2a9d6c4-6a0e-4d0b-bb5d-2f6f5c1f7e10".parse().unwrap(),
        parent: None,
        spec: RunSpec {
            function: FunctionSpec { image: Some(image("busybox").parse().unwrap()), ..FunctionSpec::default() },
            task: TaskSpec {
                resources: Resources { cpu: amount("10m"), mem: amount("16Mi"), ..Resources::default() },
                ..TaskSpec::default()
            },
        },
        build: None,
        registry: None,
        origins: [].into(),
        created: "2026-01-02T03:04:05Z".parse().unwrap(),
        enforced: None,
        helpers: HelperImages::default(),
    }
}

async fn set_quota(sandbox: &Sandbox, resource: &str, amount: &str) {
    let quota = json!({"metadata": {"name": "small"}, "spec": {"hard": {resource: amount}}});
    sandbox.api.post(&sandbox.core("/resourcequotas"), &quota).await.ok("setting a quota");
    let is_counted = async || {
        let quota = sandbox.api.get(&sandbox.core("/resourcequotas/small")).await;
        quota.body["status"]["hard"].is_object()
    };
    // Before the quota controller has counted, everything would be refused, for another reason.
    eventually("the quota is counted", is_counted).await;
}

/// Starts a pod that takes connections and never answers; returns its address. A node that pulls from there waits 10 s.
async fn listener(sandbox: &Sandbox) -> String {
    let pod = json!({
        "metadata": {"name": "listener"},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "containers": [{
                "name": "main",
                "image": image("busybox"),
                "command": ["sh", "-c", "while true; do nc -l -p 8000 -e sleep 60; done"],
            }],
        },
    });
    sandbox.api.post(&sandbox.core("/pods"), &pod).await.ok("starting the listener");
    let is_running =
        async || sandbox.api.get(&sandbox.core("/pods/listener")).await.body["status"]["phase"] == "Running";
    eventually("the listener runs", is_running).await;
    let pod = sandbox.api.get(&sandbox.core("/pods/listener")).await.body;
    pod["status"]["podIP"].as_str().unwrap().to_owned()
}

async fn take(sandbox: &Sandbox, name: &str, main: &ObjectRef, owned: &[Value], step: &Step) -> Option<Seen> {
    let api = &sandbox.api;
    let job = sandbox.jobs(&format!("/{}", main.name));
    match step {
        Step::Complete => {
            for object in owned {
                api.post(&sandbox.core("/configmaps"), &manifest::owned_by(object, main)).await.ok(name);
            }
        }
        Step::Release => {
            // A Job that is released before its controller has looked at it never says that it was held.
            let is_held = async || look(sandbox, &main.name).await.job_is("Suspended", "JobSuspended");
            eventually(name, is_held).await;
            api.patch(&job, &json!({"spec": {"suspend": false}})).await.ok(name);
        }
        Step::Suspend => drop(api.patch(&job, &json!({"spec": {"suspend": true}})).await.ok(name)),
        Step::Until(is_there) => return Some(moment(sandbox, name, main, *is_there).await),
        Step::Delete => drop(api.delete(&job, "propagationPolicy=Foreground").await.ok(name)),
        Step::DeletePods => {
            for (_, path) in pods(sandbox, &main.name).await {
                api.delete(&path, "propagationPolicy=Background&gracePeriodSeconds=1").await;
            }
        }
        Step::EvictPods => {
            for (name, path) in pods(sandbox, &main.name).await {
                let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}});
                api.post(&format!("{path}/eviction"), &eviction).await.ok(&name);
            }
        }
        Step::LetGoOfPods => {
            for (_, path) in pods(sandbox, &main.name).await {
                api.patch(&path, &json!({"metadata": {"finalizers": null}})).await.ok(name);
            }
        }
        Step::DeleteNamespace => {
            api.delete(&sandbox.core(""), "propagationPolicy=Background").await.ok(name);
        }
    }
    None
}

/// Names of a run's pods, and their paths.
async fn pods(sandbox: &Sandbox, run: &str) -> Vec<(String, String)> {
    let of = |pod: &Value| {
        let name = pod["metadata"]["name"].as_str().unwrap();
        (name.to_owned(), sandbox.core(&format!("/pods/{name}")))
    };
    look(sandbox, run).await.pods.iter().map(of).collect()
}

/// Waits for a moment, and keeps the last look at it within [`SETTLING`]: the next may find the cluster a step further.
async fn moment(sandbox: &Sandbox, name: &str, main: &ObjectRef, is_there: fn(&Seen) -> bool) -> Seen {
    let mut seen = None;
    let look_once = async || {
        let look = look(sandbox, &main.name).await;
        let is_there = is_there(&look);
        seen = is_there.then_some(look);
        is_there
    };
    eventually(name, look_once).await;
    let mut seen = seen.unwrap_or_default();
    let started = Instant::now();
    while started.elapsed() < SETTLING {
        tokio::time::sleep(PAUSE).await;
        let next = look(sandbox, &main.name).await;
        if !is_there(&next) {
            break;
        }
        seen = next;
    }
    seen
}

async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !is_so().await {
        assert!(started.elapsed() < PATIENCE, "{what}: the cluster did not get there within {PATIENCE:?}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Reads a run's objects: the Job last, so that what is recorded of it is never older than its pods.
async fn look(sandbox: &Sandbox, name: &str) -> Seen {
    let api = &sandbox.api;
    let present = |answer: crate::api::Answer| if answer.status == 200 { answer.body } else { Value::Null };
    let is_about = |object: &Value| object.as_str().is_some_and(|about| about.starts_with(name));
    let mut events = items(api.get(&sandbox.core("/events")).await.body);
    events.retain(|event| is_about(&event["involvedObject"]["name"]));
    let mut pods = items(api.get(&sandbox.core("/pods")).await.body);
    pods.retain(|pod| is_about(&pod["metadata"]["name"]));
    pods.sort_by_key(|pod| pod["metadata"]["creationTimestamp"].as_str().unwrap_or_default().to_owned());
    let job = present(api.get(&sandbox.jobs(&format!("/{name}"))).await);
    let namespace = present(api.get(&sandbox.core("")).await);
    Seen { namespace, job, pods, events }
}

fn items(list: Value) -> Vec<Value> {
    list["items"].as_array().cloned().unwrap_or_default()
}

async fn record(sandbox: &Sandbox, situation: &Situation, seen: Seen) -> Recorded {
    let version = sandbox.api.get("/version").await.body["gitVersion"].clone();
    let mut recorded = json!({
        "situation": situation.name,
        "what": situation.what,
        "command": format!("cargo xtask record {}", situation.name),
        "kubernetes": version,
        "at": now().to_string(),
        "namespace": seen.namespace,
        "job": seen.job,
        "pods": seen.pods,
        "events": seen.events,
    });
    forget_fields_of_managers(&mut recorded);
    recorded
}

#[expect(clippy::disallowed_methods, reason = "a recording says when it was made")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// `managedFields` repeat the whole object for the API server's own use and mean nothing to a reader.
fn forget_fields_of_managers(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("managedFields");
            map.values_mut().for_each(forget_fields_of_managers);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_fields_of_managers),
        _ => {}
    }
}
