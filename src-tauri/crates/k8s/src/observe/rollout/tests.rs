//! What a Deployment, its pods and its Service mean together.

use berth_model::{Copies, Phase, Present, Reason, Sight};
use serde_json::{Value, json};

use crate::{Main, RunObjects};

const NOW: &str = "2026-01-01T00:10:00Z";

/// A Deployment of so many copies with conditions of its status.
fn deployment(replicas: u32, conditions: &Value) -> Value {
    json!({
        "metadata": {"name": "api-x", "uid": "d", "generation": 2, "resourceVersion": "50"},
        "spec": {
            "replicas": replicas, "progressDeadlineSeconds": 600, "selector": {},
            "template": {"metadata": {}, "spec": {"containers": []}},
        },
        "status": {"observedGeneration": 2, "replicas": replicas, "updatedReplicas": replicas, "availableReplicas": replicas, "conditions": conditions},
    })
}

fn pod(name: &str, is_ready: bool, container: &Value) -> Value {
    let owner =
        json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "api-x-5d", "uid": "r", "controller": true}]);
    let mut status = json!({"name": "main", "image": "busybox", "imageID": "", "ready": is_ready, "restartCount": 0});
    if let (Some(status), Some(container)) = (status.as_object_mut(), container.as_object()) {
        status.extend(container.clone());
    }
    let ready = if is_ready { "True" } else { "False" };
    json!({
        "metadata": {
            "name": name, "uid": name, "resourceVersion": "60", "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {"pod-template-hash": "5d"}, "ownerReferences": owner,
        },
        "spec": {
            "nodeName": "node", "restartPolicy": "Always",
            "containers": [{"name": "main", "readinessProbe": {"tcpSocket": {"port": 80}}}],
        },
        "status": {
            "phase": "Running", "hostIP": "10.0.0.7", "containerStatuses": [status],
            "conditions": [{"type": "Ready", "status": ready}],
        },
    })
}

fn running() -> Value {
    json!({"state": {"running": {"startedAt": "2026-01-01T00:00:01Z"}}})
}

fn crashing() -> Value {
    json!({
        "restartCount": 3,
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
        "lastState": {"terminated": {"exitCode": 3, "containerID": "c"}},
    })
}

fn seen(mut deployment: Value, pods: Vec<Value>, services: Vec<Value>) -> Present {
    if pods.is_empty() {
        deployment["status"]["availableReplicas"] = json!(0);
    }
    let objects = RunObjects {
        main: Main::Deployment(serde_json::from_value(deployment).unwrap()),
        pods: pods.into_iter().map(|pod| serde_json::from_value(pod).unwrap()).collect(),
        services: services.into_iter().map(|service| serde_json::from_value(service).unwrap()).collect(),
        events: Vec::new(),
    };
    match objects.observe(NOW.parse().unwrap()).sight {
        Sight::Present(present) => present,
        Sight::Absent(absence) => panic!("{absence:?}"),
    }
}

#[track_caller]
fn check(present: &Present, phase: Phase, reason: Option<Reason>, copies: (u32, u32), words: &[&str]) {
    let message = present.message.clone().unwrap_or_default();
    assert_eq!((present.phase, &present.reason), (phase, &reason), "{message}");
    assert_eq!(present.copies, Some(Copies { ready: copies.0, wanted: copies.1 }));
    for word in words {
        assert!(message.contains(word), "\"{message}\" should say \"{word}\"");
    }
}

#[test]
fn a_service_is_as_ready_as_its_copies_are() {
    let none = json!([]);
    let ready = |name| pod(name, true, &running());
    check(&seen(deployment(0, &none), vec![], vec![]), Phase::Held, None, (0, 0), &[]);
    check(&seen(deployment(2, &none), vec![], vec![]), Phase::Queued, None, (0, 2), &[]);
    check(&seen(deployment(2, &none), vec![ready("a"), ready("b")], vec![]), Phase::Running, None, (2, 2), &[]);
    let waiting = pod("b", false, &running());
    let one = seen(deployment(2, &none), vec![ready("a"), waiting.clone()], vec![]);
    check(&one, Phase::Running, Some(Reason::NotReady), (1, 2), &["1 of 2 ready", "readiness probe"]);
    check(&seen(deployment(1, &none), vec![waiting], vec![]), Phase::Starting, Some(Reason::NotReady), (0, 1), &[]);
    let mut young = deployment(1, &none);
    young["status"]["availableReplicas"] = json!(0);
    check(&seen(young, vec![ready("a")], vec![]), Phase::Starting, None, (0, 1), &[]);
    let last = seen(deployment(0, &none), vec![ready("a")], vec![]);
    check(&last, Phase::Stopping, None, (0, 0), &["asked to end"]);
    assert!(last.is_held && last.attempts.len() == 1, "it is held, and its pod is still known");
}

#[test]
fn a_program_that_keeps_ending_is_told_with_how_it_ended() {
    let none = json!([]);
    let crash = seen(deployment(1, &none), vec![pod("a", false, &crashing())], vec![]);
    check(&crash, Phase::Blocked, Some(Reason::CrashLoop), (0, 1), &["3 restarts so far", "exit code 3"]);
    let mut ended = crashing();
    ended["lastState"]["terminated"]["exitCode"] = json!(0);
    let well = seen(deployment(1, &none), vec![pod("a", false, &ended)], vec![]);
    check(&well, Phase::Blocked, Some(Reason::CrashLoop), (0, 1), &["a service must go on"]);
}

#[test]
fn a_version_that_is_late_says_why_and_whether_others_answer() {
    let late = json!([{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]);
    let image = json!({"state": {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}});
    let broken = pod("b", false, &image);
    let never = seen(deployment(1, &late), vec![broken.clone()], vec![]);
    let reason = Some(Reason::ProgressDeadline);
    check(
        &never,
        Phase::Blocked,
        reason.clone(),
        (0, 1),
        &["No copy became ready within 600 seconds", "no such image"],
    );
    let partly = seen(deployment(2, &late), vec![pod("a", true, &running()), broken], vec![]);
    check(&partly, Phase::Running, reason, (1, 2), &["1 of 2 ready", "no such image"]);
    // Asked anew (a restart, a resume): the verdict was about what was asked before.
    let mut anew = deployment(1, &late);
    anew["metadata"]["generation"] = json!(3);
    check(&seen(anew, vec![], vec![]), Phase::Queued, None, (0, 1), &[]);
}

#[test]
fn a_refusal_and_a_rollout_are_told_from_the_deployment_itself() {
    let quota = "pods \"x\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1";
    let refused = json!([{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": quota}]);
    check(
        &seen(deployment(1, &refused), vec![], vec![]),
        Phase::Blocked,
        Some(Reason::QuotaExceeded),
        (0, 1),
        &["quota leaves no room"],
    );
    let mut rolling = deployment(1, &json!([]));
    rolling["status"]["updatedReplicas"] = json!(0);
    let present = seen(rolling, vec![pod("a", true, &running())], vec![]);
    check(&present, Phase::Running, None, (1, 1), &["being rolled out: 0 of 1"]);
}

#[test]
fn addresses_are_listed_from_outside_in_and_a_missing_one_is_told() {
    let service = |status: Value| {
        json!({
            "metadata": {"name": "api-x", "namespace": "lab", "ownerReferences": [{"kind": "Deployment", "name": "api-x", "uid": "d", "apiVersion": "apps/v1"}]},
            "spec": {"type": "LoadBalancer", "ports": [{"port": 80, "nodePort": 30080}, {"port": 53, "protocol": "UDP"}]},
            "status": status,
        })
    };
    let ready = || vec![pod("a", true, &running())];
    let pending = seen(deployment(1, &json!([])), ready(), vec![service(json!({"loadBalancer": {}}))]);
    check(&pending, Phase::Running, Some(Reason::AddressPending), (1, 1), &["no", "address yet"]);
    assert_eq!(pending.urls, ["http://10.0.0.7:30080", "http://api-x.lab.svc:80", "api-x.lab.svc:53/udp"]);
    let given = service(json!({"loadBalancer": {"ingress": [{"ip": "fd00::1"}]}}));
    let present = seen(deployment(1, &json!([])), ready(), vec![given]);
    check(&present, Phase::Running, None, (1, 1), &[]);
    assert_eq!(present.urls.first().map(String::as_str), Some("http://[fd00::1]:80"));
}

#[test]
fn a_pod_of_another_deployment_is_not_counted() {
    let mut other = pod("a", true, &running());
    other["metadata"]["ownerReferences"][0]["name"] = json!("api-y-5d");
    assert!(seen(deployment(1, &json!([])), vec![other], vec![]).attempts.is_empty());
}
