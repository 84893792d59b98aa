//! What is found out before anything is made: rights, rules, namespaces.

use berth_k8s::Class;
use berth_testkit::{FakeApi, builders};
use serde_json::json;

async fn refused(api: &FakeApi) -> berth_k8s::Error {
    let error = api.cluster("lab").preflight(&[builders::job("x", "r")]).await.unwrap_err();
    assert!(api.objects("Job").is_empty() && api.objects("Pod").is_empty(), "nothing was made");
    error
}

#[tokio::test]
async fn a_run_that_is_welcome_is_tried_with_its_pod_and_leaves_nothing() {
    let api = FakeApi::new();
    let main = builders::job("x", "r");
    let child = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "ownerReferences": [
        {"apiVersion": "batch/v1", "kind": "Job", "name": "x", "uid": "unknown"}]}, "data": {}});
    api.cluster("lab").preflight(&[main, child]).await.unwrap();
    assert!(api.objects("Job").is_empty() && api.objects("ConfigMap").is_empty() && api.objects("Pod").is_empty());
    let seen = api.seen();
    assert!(seen.iter().all(|one| one.query.contains("dryRun=All") && one.query.contains("fieldValidation=Strict")));
    let pod = seen.iter().find(|one| one.path.ends_with("/pods")).unwrap();
    assert!(pod.body.contains(r#""kind":"Pod""#) && pod.body.contains("busybox"), "{}", pod.body);
    assert!(!seen.iter().any(|one| one.body.contains("ownerReferences")), "the owner does not exist yet");
}

#[tokio::test]
async fn a_missing_right_is_named_with_verb_and_resource() {
    let api = FakeApi::new();
    api.deny("create", "jobs.batch");
    let error = refused(&api).await;
    assert_eq!((error.class, error.denied.as_deref()), (Class::Forbidden, Some("create jobs.batch")));
    assert!(error.message.contains("\"create jobs.batch\" in the namespace \"lab\""), "{error}");
}

#[tokio::test]
async fn a_rule_of_the_namespace_is_told_from_a_missing_right_although_the_code_is_the_same() {
    let api = FakeApi::new();
    api.refuse_pods(Some(
        "exceeded quota: small, requested: requests.cpu=2, used: requests.cpu=0, limited: requests.cpu=1",
    ));
    let error = refused(&api).await;
    assert_eq!((error.class, error.status), (Class::Invalid, Some(403)), "{error}");
    assert!(error.message.contains("quota \"small\""), "{error}");
    assert_eq!(error.fields[0].path, "resources.cpu.requests");
    api.refuse_pods(Some(
        "violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"main\")",
    ));
    let error = refused(&api).await;
    assert_eq!(error.class, Class::Invalid, "{error}");
    assert_eq!(error.fields[0].path, "security");
}

#[tokio::test]
async fn where_pods_may_not_be_tried_the_run_is_let_through_unless_a_quota_is_known_to_be_full() {
    let api = FakeApi::new();
    api.deny("create", "pods");
    api.cluster("lab").preflight(&[builders::job("x", "r")]).await.unwrap();
    api.put("lab", json!({"kind": "ResourceQuota", "metadata": {"name": "few"}, "status": {"hard": {"pods": "2"}, "used": {"pods": "2"}}}));
    let error = refused(&api).await;
    assert_eq!(error.class, Class::Invalid);
    assert!(error.message.contains("\"few\"") && error.message.contains("2 of 2"), "{error}");
    api.deny("list", "resourcequotas");
    api.cluster("lab").preflight(&[builders::job("x", "r")]).await.unwrap();
}

#[tokio::test]
async fn a_namespace_that_is_missing_or_ending_is_told() {
    let api = FakeApi::new();
    let error = api.cluster("nowhere").preflight(&[builders::job("x", "r")]).await.unwrap_err();
    assert_eq!(error.class, Class::NotFound);
    assert!(error.message.contains("\"nowhere\" does not exist"), "{error}");
    api.end_namespace("lab");
    let error = refused(&api).await;
    assert_eq!(error.class, Class::Invalid);
    assert!(error.message.contains("is being deleted"), "{error}");
}

#[tokio::test]
async fn the_level_that_a_namespace_enforces_is_read_where_that_is_allowed() {
    let api = FakeApi::new();
    let cluster = api.cluster("lab");
    assert_eq!(cluster.enforced_security().await.unwrap(), None);
    api.enforce(Some("restricted"));
    assert_eq!(cluster.enforced_security().await.unwrap().as_deref(), Some("restricted"));
    api.deny("get", "namespaces");
    assert_eq!(cluster.enforced_security().await.unwrap(), None);
    assert!(cluster.identity().await.unwrap().system_uid.is_none(), "rights in one namespace are enough");
}
