//! The real API server keeps what Berth relies on: the cases that the scripted one is held to as well, and what only a
//! real one can refuse.

use std::path::{Path, PathBuf};
use std::time::Duration;

use berth_k8s::{Class, Cluster, LogSource, context};
use berth_testkit::contract::{Stage, read_log};
use berth_testkit::{Relay, builders};
use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, image};

fn kubeconfig() -> PathBuf {
    std::env::var_os("BERTH_TEST_KUBECONFIG").expect("BERTH_TEST_KUBECONFIG names the test cluster").into()
}

async fn connect(kubeconfig: &Path, namespace: &str) -> Cluster {
    let contexts = context::read(&[kubeconfig.to_path_buf()]);
    let name = std::env::var("BERTH_TEST_CONTEXT").expect("BERTH_TEST_CONTEXT names the test cluster's context");
    Cluster::connect(contexts.find(&name, None).unwrap(), Some(namespace)).await.unwrap()
}

/// A copy of the kubeconfig that acts as another user.
fn acting_as(user: &str, folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(kubeconfig()).unwrap();
    let marker = text.lines().find(|line| line.trim_start().starts_with("client-certificate")).unwrap();
    let indent: String = marker.chars().take_while(|letter| letter.is_whitespace() || *letter == '-').collect();
    let indent = indent.replace('-', " ");
    let copy = folder.join("kubeconfig");
    std::fs::write(&copy, text.replacen(marker, &format!("{marker}\n{indent}as: {user}"), 1)).unwrap();
    copy
}

/// The real controllers play themselves.
struct Real {
    image: String,
    _sandbox: Sandbox,
}

impl Stage for Real {
    fn image(&self) -> &str {
        &self.image
    }

    async fn stuck_pod(&self, cluster: &Cluster, job: &str) -> String {
        pod(cluster, job, |pod| pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some())).await
    }

    async fn run_pod(&self, cluster: &Cluster, job: &str, _: i32) -> String {
        pod(cluster, job, |_| true).await
    }
}

/// Waits for a pod of a Job.
async fn pod(cluster: &Cluster, job: &str, fits: impl Fn(&Pod) -> bool) -> String {
    for _ in 0..300 {
        let runs = cluster.all_runs().await.unwrap();
        let run = runs.iter().find(|run| run.main.metadata().name.as_deref() == Some(job));
        if let Some(pod) = run.and_then(|run| run.pods.iter().find(|pod| fits(pod))) {
            return pod.metadata.name.clone().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no pod of {job} within 30 s");
}

async fn open() -> (Cluster, Real) {
    let sandbox = Sandbox::new("contract").await;
    let cluster = connect(&kubeconfig(), &sandbox.namespace).await;
    (cluster, Real { image: image("busybox"), _sandbox: sandbox })
}

berth_testkit::contract_tests!(open());

fn asking(cpu: &str) -> Value {
    let mut job = builders::job_running("x", &uuid::Uuid::new_v4().to_string(), &image("busybox"), &["true"]);
    job["spec"]["template"]["spec"]["containers"][0]["resources"] =
        json!({"requests": {"cpu": cpu}, "limits": {"cpu": cpu}});
    job
}

async fn refused(cluster: &Cluster, job: &Value) -> berth_k8s::Error {
    let error = cluster.preflight(std::slice::from_ref(job)).await.unwrap_err();
    assert_eq!(cluster.read("Job", "x").await.unwrap(), None, "nothing was made");
    error
}

#[tokio::test]
async fn a_quota_and_a_limit_range_are_found_before_anything_is_made() {
    let sandbox = Sandbox::new("quota").await;
    let cluster = connect(&kubeconfig(), &sandbox.namespace).await;
    let quota = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small"}, "spec": {"hard": {"requests.cpu": "1"}}});
    sandbox.api.post(&sandbox.core("/resourcequotas"), &quota).await.ok("making the quota");
    // The quota counts once its controller has filled in its status.
    for _ in 0..100 {
        let quota = sandbox.api.get(&sandbox.core("/resourcequotas/small")).await.body;
        if quota["status"]["used"].is_object() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let error = refused(&cluster, &asking("2")).await;
    assert_eq!((error.class, error.status), (Class::Invalid, Some(403)), "{error}");
    assert!(
        error.message.contains("the quota \"small\"") && error.message.contains("requests.cpu: 2 more asked"),
        "{error}"
    );
    assert_eq!(error.fields[0].path, "resources.cpu.requests");
    let mut bare = asking("1");
    bare["spec"]["template"]["spec"]["containers"][0]["resources"] = json!({});
    let error = refused(&cluster, &bare).await;
    assert!(error.message.contains("demands values"), "{error}");
    assert_eq!(error.fields[0].path, "resources.cpu.requests");
    cluster.preflight(&[asking("500m")]).await.unwrap();
    let range = json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "range"}, "spec": {"limits": [{"type": "Container", "max": {"cpu": "100m"}}]}});
    sandbox.api.post(&sandbox.core("/limitranges"), &range).await.ok("making the limit range");
    let mut error = None;
    for _ in 0..50 {
        error = cluster.preflight(&[asking("500m")]).await.err();
        if error.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let error = error.expect("the limit range refuses it");
    assert_eq!(error.class, Class::Invalid, "{error}");
    assert!(error.message.contains("the limits of the namespace refuse it"), "{error}");
}

#[tokio::test]
async fn pod_security_is_found_before_anything_is_made_and_the_level_is_read() {
    let sandbox = Sandbox::enforcing("restricted", "restricted").await;
    let cluster = connect(&kubeconfig(), &sandbox.namespace).await;
    assert_eq!(cluster.enforced_security().await.unwrap().as_deref(), Some("restricted"));
    let error = refused(&cluster, &asking("100m")).await;
    assert_eq!((error.class, error.status), (Class::Invalid, Some(403)), "{error}");
    assert!(error.message.contains("enforces Pod Security \"restricted\""), "{error}");
    assert_eq!(error.fields[0].path, "security");
}

#[tokio::test]
async fn a_missing_right_is_named_and_rights_in_one_namespace_are_enough() {
    let sandbox = Sandbox::new("rights").await;
    let folder = tempfile::tempdir().unwrap();
    let user = format!("tester-{}", sandbox.namespace);
    let cluster = connect(&acting_as(&user, folder.path()), &sandbox.namespace).await;
    let error = refused_blindly(&cluster).await;
    assert_eq!((error.class, error.denied.as_deref()), (Class::Forbidden, Some("create jobs.batch")), "{error}");
    assert!(!cluster.may("create", "jobs.batch").await.unwrap());
    let rbac = format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{}", sandbox.namespace);
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "jobs"}, "rules": [
        {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["*"]}]});
    sandbox.api.post(&format!("{rbac}/roles"), &role).await.ok("making the role");
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "jobs"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "jobs"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}]});
    sandbox.api.post(&format!("{rbac}/rolebindings"), &binding).await.ok("making the binding");
    for _ in 0..100 {
        if cluster.may("create", "jobs.batch").await.unwrap() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Pods may not be tried, so the run is let through; pods and events may not be listed, so runs come without.
    cluster.preflight(&[asking("100m")]).await.unwrap();
    let made = cluster.create(&asking("100m"), false).await.unwrap();
    assert_eq!(cluster.all_runs().await.unwrap().len(), 1);
    assert_eq!(cluster.identity().await.unwrap().system_uid, None);
    assert_eq!(cluster.namespaces().await.unwrap_err().denied.as_deref(), Some("list namespaces"));
    let source = LogSource { pod: "x".to_owned(), container: "main".to_owned(), previous: false };
    let error = cluster.open_log(&source, None, true).await.map(|_| ()).unwrap_err();
    assert_eq!((error.class, error.denied.as_deref()), (Class::Forbidden, Some("get pods/log")));
    assert!(cluster.delete(&made.object).await.unwrap());
}

/// As `refused`, for someone who may not even look whether something was made.
async fn refused_blindly(cluster: &Cluster) -> berth_k8s::Error {
    cluster.preflight(&[asking("100m")]).await.unwrap_err()
}

#[tokio::test]
async fn a_token_that_is_none_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(kubeconfig()).unwrap();
    let kept: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("client-certificate")).collect();
    let key = kept.iter().position(|line| line.trim_start().starts_with("client-key")).unwrap();
    let indent: String = kept[key].chars().take_while(|letter| letter.is_whitespace()).collect();
    let mut kept: Vec<String> = kept.into_iter().map(str::to_owned).collect();
    kept[key] = format!("{indent}token: canary-token");
    let copy = folder.path().join("kubeconfig");
    std::fs::write(&copy, kept.join("\n")).unwrap();
    let error = connect(&copy, "default").await.namespaces().await.unwrap_err();
    assert_eq!((error.class, error.status), (Class::Unauthenticated, Some(401)), "{error}");
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}

#[tokio::test]
async fn a_log_stream_through_tls_that_is_cut_at_any_byte_breaks_and_never_ends_well() {
    let sandbox = Sandbox::new("cut").await;
    let direct = connect(&kubeconfig(), &sandbox.namespace).await;
    let server: http::Uri = direct.server().parse().unwrap();
    let upstream = format!("{}:{}", server.host().unwrap(), server.port_u16().unwrap()).parse().unwrap();
    let relay = Relay::to(upstream).await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("kubeconfig");
    relay.kubeconfig(&kubeconfig(), &copy).unwrap();
    let script = "i=0; while [ $i -lt 300 ]; do echo \"line $i of a text that is long enough to be cut\"; i=$((i+1)); done; sleep 20";
    let job = builders::job_running("x", &uuid::Uuid::new_v4().to_string(), &image("busybox"), &["sh", "-c", script]);
    let made = direct.create(&job, false).await.unwrap();
    direct.release(&made.object, 1).await.unwrap();
    let name =
        pod(&direct, "x", |pod| pod.status.as_ref().is_some_and(|status| status.phase.as_deref() == Some("Running")))
            .await;
    let source = LogSource { pod: name, container: "main".to_owned(), previous: false };
    let mut whole = String::new();
    for _ in 0..50 {
        whole = read_log(&direct, &source, None, false).await;
        if whole.lines().count() == 300 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(whole.lines().count(), 300);
    for bytes in [3_000_u64, 5_001, 7_777, 12_345] {
        // Each connection breaks so many bytes after it began, whatever of TLS and HTTP they are.
        relay.cut_after(Some(bytes..=bytes));
        let cluster = connect(&copy, &sandbox.namespace).await;
        let Ok(mut stream) = cluster.open_log(&source, None, true).await else { continue };
        let mut got = Vec::new();
        let end = loop {
            match stream.next().await {
                Some(Ok(piece)) => got.extend_from_slice(&piece),
                Some(Err(error)) => break Some(error),
                None => break None,
            }
        };
        assert_eq!(end.map(|error| error.class), Some(Class::Unreachable), "a cut is no end");
        assert!(whole.as_bytes().starts_with(&got), "what came before the cut is right");
    }
    assert!(relay.cuts() >= 4);
    direct.delete(&made.object).await.unwrap();
}
