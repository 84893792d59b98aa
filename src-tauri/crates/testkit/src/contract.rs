//! What Berth relies on of an API server, as cases that run against the scripted server and against a real one.
//!
//! A case that holds on the real server and not on the scripted one is a fault of the script, and the other way round
//! a belief about Kubernetes that is wrong.

use std::future::Future;
use std::time::Duration;

use berth_k8s::{Class, Cluster, LogSource, WatchSignal};
use berth_model::{ObjectRef, RunId};
use futures::StreamExt;
use serde_json::{Value, json};

use crate::builders;

/// What a server cannot do by itself when nobody plays its controllers.
pub trait Stage: Sync {
    /// An image that the server's nodes have, with a shell.
    fn image(&self) -> &str;
    /// Brings the pod of a released Job about whose container never starts; its name.
    fn stuck_pod(&self, cluster: &Cluster, job: &str) -> impl Future<Output = String> + Send;
    /// Lets the pod of a released Job run that writes `one`, `two`, and ends with an exit code.
    fn run_pod(&self, cluster: &Cluster, job: &str, exit_code: i32) -> impl Future<Output = String> + Send;
}

fn held(name: &str, run: RunId, image: &str) -> Value {
    builders::job_running(name, &run.to_string(), image, &["sh", "-c", "echo one; sleep 1; echo two; exit 3"])
}

fn new_run() -> RunId {
    RunId::from_uuid(uuid::Uuid::new_v4())
}

fn other_identity(object: &ObjectRef) -> ObjectRef {
    ObjectRef { uid: uuid::Uuid::new_v4().to_string(), ..object.clone() }
}

/// A name is taken once; a dry run takes none; what was made can be read.
pub async fn a_name_is_taken_once(cluster: &Cluster, stage: &impl Stage) {
    let job = held("taken", new_run(), stage.image());
    let dry = cluster.create(&job, true).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(dry.object.name, "taken");
    assert_eq!(cluster.read("Job", "taken").await.ok(), Some(None), "a dry run stores nothing");
    let made = cluster.create(&job, false).await.unwrap_or_else(|error| panic!("{error}"));
    for dry_run in [false, true] {
        let error = cluster.create(&job, dry_run).await.map(|_| ()).expect_err("the name is taken");
        assert_eq!((error.class, error.status), (Class::AlreadyExists, Some(409)), "{error}");
    }
    let read = cluster.read("Job", "taken").await.ok().flatten().unwrap_or_default();
    assert_eq!(read["metadata"]["uid"], json!(made.object.uid));
    assert_eq!(read["spec"]["suspend"], json!(true));
    assert_eq!(read["metadata"]["labels"], job["metadata"]["labels"]);
    assert_eq!(cluster.delete(&made.object).await.ok(), Some(true));
}

/// A field that the API does not know is an error, not a warning.
pub async fn an_unknown_field_is_refused(cluster: &Cluster, stage: &impl Stage) {
    let mut job = held("bogus", new_run(), stage.image());
    job["spec"]["bogus"] = json!(1);
    let error = cluster.create(&job, true).await.map(|_| ()).expect_err("the field is unknown");
    assert_eq!((error.class, error.status), (Class::Invalid, Some(400)), "{error}");
    assert!(error.message.contains("spec.bogus"), "{error}");
}

/// A namespace that does not exist is told as such, and reading in it finds nothing.
pub async fn a_missing_namespace_is_named(cluster: &Cluster, stage: &impl Stage) {
    let nowhere = cluster.in_namespace("no-such-namespace");
    let error =
        nowhere.preflight(&[held("x", new_run(), stage.image())]).await.expect_err("there is no such namespace");
    assert_eq!(error.class, Class::NotFound, "{error}");
    assert!(error.message.contains("\"no-such-namespace\" does not exist"), "{error}");
    assert_eq!(nowhere.read("Job", "x").await.ok(), Some(None));
}

/// Release and keep hit the object of that identity or none.
pub async fn a_release_is_for_one_identity(cluster: &Cluster, stage: &impl Stage) {
    let made =
        cluster.create(&held("held", new_run(), stage.image()), false).await.unwrap_or_else(|error| panic!("{error}"));
    let error = cluster.release(&other_identity(&made.object), 1).await.map(|_| ()).expect_err("another identity");
    assert_eq!(error.class, Class::Conflict, "{error}");
    let error = cluster.keep_for(&other_identity(&made.object), 5).await.expect_err("another identity");
    assert_eq!(error.class, Class::Conflict, "{error}");
    for _ in 0..2 {
        let released = cluster.release(&made.object, 1).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(released["spec"]["suspend"], json!(false), "releasing twice is the same as once");
    }
    cluster.keep_for(&made.object, 1234).await.unwrap_or_else(|error| panic!("{error}"));
    let read = cluster.read("Job", "held").await.ok().flatten().unwrap_or_default();
    assert_eq!(read["spec"]["ttlSecondsAfterFinished"], json!(1234));
    assert_eq!(cluster.delete(&made.object).await.ok(), Some(true));
    gone(cluster, "Job", "held").await;
    let error = cluster.release(&made.object, 1).await.map(|_| ()).expect_err("it is gone");
    assert_eq!(error.class, Class::NotFound, "{error}");
}

/// A delete hits the object of that identity or none, and takes what it owns with it.
pub async fn a_delete_is_for_one_identity_and_takes_what_is_owned(cluster: &Cluster, stage: &impl Stage) {
    let made =
        cluster.create(&held("owner", new_run(), stage.image()), false).await.unwrap_or_else(|error| panic!("{error}"));
    let child = builders::owned_config_map("owned", &made.object);
    cluster.create(&child, false).await.unwrap_or_else(|error| panic!("{error}"));
    let error = cluster.delete(&other_identity(&made.object)).await.expect_err("another identity");
    assert_eq!(error.class, Class::Conflict, "{error}");
    assert_eq!(cluster.delete(&made.object).await.ok(), Some(true));
    gone(cluster, "Job", "owner").await;
    gone(cluster, "ConfigMap", "owned").await;
    assert_eq!(cluster.delete(&made.object).await.ok(), Some(false), "gone already is no error");
}

/// An object whose owner does not exist is made and collected at once.
pub async fn a_child_of_nobody_is_collected(cluster: &Cluster, _: &impl Stage) {
    let nobody = ObjectRef { kind: "Job".to_owned(), name: "nobody".to_owned(), uid: uuid::Uuid::new_v4().to_string() };
    cluster
        .create(&builders::owned_config_map("stray", &nobody), false)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    gone(cluster, "ConfigMap", "stray").await;
}

/// Rights can be asked for, and who answers says who it is.
pub async fn rights_and_identity_are_told(cluster: &Cluster, _: &impl Stage) {
    assert_eq!(cluster.may("create", "jobs.batch").await.ok(), Some(true));
    assert_eq!(cluster.may("get", "pods/log").await.ok(), Some(true));
    let identity = cluster.identity().await.unwrap_or_else(|error| panic!("{error}"));
    assert!(identity.version.is_some_and(|version| version.starts_with("v1.")));
    assert!(identity.system_uid.is_some_and(|uid| uid.len() == 36));
    let namespaces = cluster.namespaces().await.unwrap_or_else(|error| panic!("{error}"));
    assert!(namespaces.iter().any(|name| name == cluster.namespace()), "{namespaces:?}");
}

/// A log of a container that has not started is a refusal, of a pod that is not there an absence.
pub async fn a_log_needs_a_container_that_has_started(cluster: &Cluster, stage: &impl Stage) {
    let job = held("stuck", new_run(), "no.such.registry.invalid/image:1");
    let made = cluster.create(&job, false).await.unwrap_or_else(|error| panic!("{error}"));
    cluster.release(&made.object, 1).await.map(|_| ()).unwrap_or_else(|error| panic!("{error}"));
    let pod = stage.stuck_pod(cluster, "stuck").await;
    let source = |pod: &str| LogSource { pod: pod.to_owned(), container: "main".to_owned(), previous: false };
    for follow in [false, true] {
        let error = cluster.open_log(&source(&pod), None, follow).await.map(|_| ()).expect_err("it has not started");
        assert_eq!((error.class, error.status), (Class::Invalid, Some(400)), "{error}");
    }
    let error = cluster.open_log(&source("no-such-pod"), None, true).await.map(|_| ()).expect_err("no such pod");
    assert_eq!(error.class, Class::NotFound, "{error}");
    assert_eq!(cluster.delete(&made.object).await.ok(), Some(true));
}

/// A run is told from its making over its end to its going, with its log complete and stamped.
pub async fn a_run_is_watched_from_first_to_last(cluster: &Cluster, stage: &impl Stage) {
    let run = new_run();
    let mut watch = cluster.watch_runs(Duration::from_secs(30));
    until(&mut watch, "the first list", |signal| matches!(signal, WatchSignal::Resynced(_))).await;
    let made =
        cluster.create(&held("watched", run, stage.image()), false).await.unwrap_or_else(|error| panic!("{error}"));
    let is_it = |signal: &WatchSignal| match signal {
        WatchSignal::Changed(objects) if objects.run_id() == Some(run) => Some(objects.clone()),
        _ => None,
    };
    until(&mut watch, "the held Job", |signal| is_it(signal).is_some()).await;
    cluster.release(&made.object, 1).await.map(|_| ()).unwrap_or_else(|error| panic!("{error}"));
    let pod = stage.run_pod(cluster, "watched", 3).await;
    until(&mut watch, "the end", |signal| {
        is_it(signal).is_some_and(|objects| {
            let status = objects.main.job().and_then(|job| job.status.clone()).unwrap_or_default();
            let failed =
                status.conditions.unwrap_or_default().iter().any(|one| one.type_ == "Failed" && one.status == "True");
            failed && objects.pods.iter().any(|found| found.metadata.name.as_deref() == Some(&pod))
        })
    })
    .await;
    let read =
        cluster.run_objects(run, &made.object).await.ok().flatten().unwrap_or_else(|| panic!("the run is there"));
    assert_eq!(read.pods.len(), 1);
    let all = cluster.all_runs().await.unwrap_or_else(|error| panic!("{error}"));
    assert!(all.iter().any(|objects| objects.run_id() == Some(run) && objects.pods.len() == 1));
    let another = cluster.run_objects(run, &other_identity(&made.object)).await;
    assert!(matches!(another, Ok(None)), "another identity is another object");
    log_is_whole_and_stamped(cluster, &pod).await;
    assert_eq!(cluster.delete(&made.object).await.ok(), Some(true));
    until(
        &mut watch,
        "the going",
        |signal| matches!(signal, WatchSignal::Gone(gone, uid) if *gone == run && *uid == made.object.uid),
    )
    .await;
}

async fn log_is_whole_and_stamped(cluster: &Cluster, pod: &str) {
    let source = LogSource { pod: pod.to_owned(), container: "main".to_owned(), previous: false };
    let whole = read_log(cluster, &source, None, true).await;
    let lines: Vec<(&str, &str)> = whole.lines().filter_map(|line| line.split_once(' ')).collect();
    assert_eq!(lines.iter().map(|(_, text)| *text).collect::<Vec<_>>(), ["one", "two"], "{whole}");
    let Some(((first, _), (second, _))) = lines.first().zip(lines.get(1)) else { panic!("two lines") };
    assert_eq!(first.len(), "2026-01-01T00:00:00.000000000Z".len(), "nine digits: {first}");
    // Asked from within the second of the last line, all of that second comes: the API knows no less than seconds.
    let since = second.parse().unwrap_or_else(|error| panic!("{error}"));
    let again = read_log(cluster, &source, Some(since), false).await;
    assert!(again.ends_with(&format!("{second} two\n")), "{again}");
    let previous = LogSource { previous: true, ..source };
    let error = cluster.open_log(&previous, None, false).await.map(|_| ()).expect_err("it never restarted");
    assert_eq!(error.class, Class::Invalid, "{error}");
}

/// Reads a log to its end as text.
///
/// # Panics
/// Where it cannot be read.
pub async fn read_log(cluster: &Cluster, source: &LogSource, since: Option<jiff::Timestamp>, follow: bool) -> String {
    let mut stream = cluster.open_log(source, since, follow).await.unwrap_or_else(|error| panic!("{error}"));
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece.unwrap_or_else(|error| panic!("{error}")));
    }
    String::from_utf8(bytes).unwrap_or_else(|error| panic!("{error}"))
}

/// Waits for a signal that fits.
///
/// # Panics
/// Where none comes within 60 s.
pub async fn until(
    watch: &mut futures::stream::BoxStream<'static, WatchSignal>,
    what: &str,
    fits: impl Fn(&WatchSignal) -> bool,
) -> WatchSignal {
    let mut seen = Vec::new();
    let waiting = async {
        while let Some(signal) = watch.next().await {
            if fits(&signal) {
                return Some(signal);
            }
            seen.push(signal);
        }
        None
    };
    match tokio::time::timeout(Duration::from_secs(60), waiting).await {
        Ok(Some(signal)) => signal,
        _ => panic!("{what} was not told; what was told: {seen:?}"),
    }
}

async fn gone(cluster: &Cluster, kind: &str, name: &str) {
    for _ in 0..200 {
        if cluster.read(kind, name).await.ok() == Some(None) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the {kind} \"{name}\" is still there");
}

/// Runs one case per test: `contract_tests!(opening expression that gives (cluster, stage))`.
#[macro_export]
macro_rules! contract_tests {
    ($open:expr) => {
        $crate::contract_tests!(@each $open;
            a_name_is_taken_once
            an_unknown_field_is_refused
            a_missing_namespace_is_named
            a_release_is_for_one_identity
            a_delete_is_for_one_identity_and_takes_what_is_owned
            a_child_of_nobody_is_collected
            rights_and_identity_are_told
            a_log_needs_a_container_that_has_started
            a_run_is_watched_from_first_to_last
        );
    };
    (@each $open:expr; $($case:ident)+) => {$(
        #[tokio::test]
        async fn $case() {
            let (cluster, stage) = $open.await;
            $crate::contract::$case(&cluster, &stage).await;
        }
    )+};
}
