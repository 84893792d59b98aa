//! What forms suggest, on a scripted cluster.

use std::time::{Duration, Instant};

use berth_core::{ErrorCode, Listed, SuggestionKind, Suggestions};
use berth_model::{Place, ProjectName};
use berth_testkit::{Fault, On};
use serde_json::json;

use crate::engine::{NAMESPACE, Stage};

async fn ask(stage: &Stage, kind: SuggestionKind) -> Suggestions {
    let place = Place { context: "fake".to_owned(), namespace: Some(NAMESPACE.to_owned()) };
    stage.app.suggestions(&ProjectName::default_project(), Some(&place), kind).await.unwrap()
}

fn names(found: &Suggestions) -> Vec<&str> {
    found.items.iter().map(|one| one.name.as_str()).collect()
}

#[tokio::test]
async fn one_list_of_nodes_tells_labels_taints_and_accelerators() {
    let stage = Stage::new().await;
    stage.api.put(
        "",
        json!({
            "kind": "Node", "metadata": {"name": "a", "labels": {"disk": "ssd"}},
            "spec": {"taints": [{"key": "gpu", "effect": "NoSchedule"}]},
            "status": {"allocatable": {"amd.com/gpu": "2"}},
        }),
    );
    let labels = ask(&stage, SuggestionKind::Listed(Listed::NodeLabels)).await;
    assert_eq!((names(&labels), labels.items[0].values.as_slice()), (vec!["disk"], &["ssd".to_owned()][..]));
    assert_eq!(names(&ask(&stage, SuggestionKind::Listed(Listed::Taints)).await), ["gpu"]);
    assert_eq!(names(&ask(&stage, SuggestionKind::Listed(Listed::Accelerators)).await), ["amd.com/gpu"]);
    assert_eq!(stage.api.count("GET", "/nodes"), 1, "what is known is not asked for again");
}

#[tokio::test]
async fn what_lies_in_the_namespace_is_listed_there_and_what_berth_made_is_left_out() {
    let stage = Stage::new().await;
    let ours = json!({"app.kubernetes.io/managed-by": "berth"});
    for (namespace, object) in [
        (NAMESPACE, json!({"kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a.ini": "x"}})),
        (NAMESPACE, json!({"kind": "ConfigMap", "metadata": {"name": "code", "labels": ours}, "data": {}})),
        ("default", json!({"kind": "ConfigMap", "metadata": {"name": "elsewhere"}, "data": {}})),
        (
            NAMESPACE,
            json!({"kind": "Secret", "metadata": {"name": "s3"}, "type": "Opaque", "data": {"KEY": "Y2FuYXJ5"}}),
        ),
        (NAMESPACE, json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "data"}})),
        (NAMESPACE, json!({"kind": "ServiceAccount", "metadata": {"name": "trainer"}})),
        ("", json!({"kind": "StorageClass", "metadata": {"name": "fast"}, "provisioner": "csi.example/disk"})),
        ("", json!({"kind": "PriorityClass", "metadata": {"name": "urgent"}, "value": 1000})),
        ("", json!({"kind": "RuntimeClass", "metadata": {"name": "gvisor"}, "handler": "runsc"})),
    ] {
        stage.api.put(namespace, object);
    }
    for (kind, expected) in [
        (SuggestionKind::Listed(Listed::ConfigMaps), "settings"),
        (SuggestionKind::Listed(Listed::Secrets), "s3"),
        (SuggestionKind::Listed(Listed::Claims), "data"),
        (SuggestionKind::Listed(Listed::ServiceAccounts), "trainer"),
        (SuggestionKind::Listed(Listed::StorageClasses), "fast"),
        (SuggestionKind::Listed(Listed::PriorityClasses), "urgent"),
        (SuggestionKind::Listed(Listed::RuntimeClasses), "gvisor"),
    ] {
        let found = ask(&stage, kind).await;
        assert_eq!((names(&found), &found.notice), (vec![expected], &None), "{kind:?}");
        assert!(!format!("{found:?}").contains("Y2FuYXJ5"), "{kind:?} tells no value of a secret");
    }
}

#[tokio::test]
async fn a_missing_right_is_a_sentence_and_no_error() {
    let stage = Stage::new().await;
    stage.api.deny("list", "nodes");
    let found = ask(&stage, SuggestionKind::Listed(Listed::NodeLabels)).await;
    assert!(found.items.is_empty());
    assert_eq!(
        found.notice.as_deref(),
        Some("You may not list the nodes of this cluster, so nothing is suggested; any text can be typed.")
    );
}

#[tokio::test]
async fn a_cluster_that_does_not_answer_is_not_waited_for_longer_than_a_person_would() {
    let stage = Stage::new().await;
    stage.api.fault(On::method("GET").path("/nodes"), Fault::Delay(Duration::from_secs(20)), 1);
    let began = Instant::now();
    let found = ask(&stage, SuggestionKind::Listed(Listed::Taints)).await;
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    let notice = found.notice.unwrap_or_default();
    assert!(notice.contains("did not tell its nodes within 3 s, so nothing is suggested"), "{notice}");
}

#[tokio::test]
async fn images_are_those_of_earlier_runs_the_most_used_first() {
    let stage = Stage::new().await;
    assert_eq!(ask(&stage, SuggestionKind::Images).await, Suggestions::default());
    for _ in 0..2 {
        stage.launch().await;
    }
    let found = ask(&stage, SuggestionKind::Images).await;
    assert_eq!((names(&found), found.items[0].note.as_str()), (vec!["python:3.12"], "2 runs"));
}

#[tokio::test]
async fn a_context_that_is_none_is_an_error() {
    let stage = Stage::new().await;
    let place = Place { context: "nothing".to_owned(), namespace: None };
    let asked = stage
        .app
        .suggestions(&ProjectName::default_project(), Some(&place), SuggestionKind::Listed(Listed::Claims))
        .await;
    assert_eq!(asked.unwrap_err().code, ErrorCode::Kubeconfig);
}
