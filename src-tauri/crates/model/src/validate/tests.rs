//! Tests of validation: every rule, at its path, with its code; all problems at once.

use serde_json::{Value, json};

use super::{not_live, validate_run};
use crate::{Action, Overrides, RunSpec, merge, read_overrides};

fn spec(mut given: Value) -> RunSpec {
    if given.get("image").is_none() {
        given["image"] = json!("busybox:1.36");
    }
    let Overrides { function, task } = read_overrides(&given, Action::Job).unwrap();
    merge(&function, &Overrides { task, ..Overrides::default() }, None, None).0
}

fn found(given: Value, action: Action) -> Vec<(String, String)> {
    validate_run(&spec(given), action).into_iter().map(|problem| (problem.path, problem.code)).collect()
}

#[test]
fn each_broken_rule_is_named_at_its_field() {
    for (given, path, code) in [
        (json!({"command": "echo 'open"}), "command", "command"),
        (json!({"command": ""}), "command", "command"),
        (json!({"command": []}), "command", "command"),
        (json!({"args": ["a\u{0}b"]}), "args[0]", "nul"),
        (
            json!({"resources": {"cpu": {"requests": "2", "limits": "1500m"}}}),
            "resources.cpu.limits",
            "limit_below_request",
        ),
        (
            json!({"resources": {"mem": {"requests": "1Gi", "limits": "1G"}}}),
            "resources.mem.limits",
            "limit_below_request",
        ),
        (json!({"resources": {"cpu": "-1"}}), "resources.cpu.requests", "negative"),
        (json!({"resources": {"mem": "100m"}}), "resources.mem.requests", "bytes"),
        (json!({"resources": {"gpu": "0.5"}}), "resources.gpu.requests", "gpu"),
        (json!({"resources": {"gpu": {"requests": 1, "limits": 2}}}), "resources.gpu.limits", "gpu"),
        (json!({"resources": {"gpu_key": "gpu"}}), "resources.gpu_key", "gpu_key"),
        (json!({"envs": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}), "envs[1].name", "given_twice"),
        (json!({"secrets": ["S", "S"]}), "secrets[1]", "given_twice"),
        (json!({"secrets": ["S"], "envs": [{"name": "S"}]}), "secrets[0]", "given_twice"),
        (json!({"tolerations": [{"key": "a", "operator": "equals"}]}), "tolerations[0].operator", "toleration"),
        (json!({"tolerations": [{"value": "x"}]}), "tolerations[0].key", "toleration"),
        (
            json!({"tolerations": [{"key": "a", "operator": "Exists", "value": "x"}]}),
            "tolerations[0].value",
            "toleration",
        ),
        (json!({"tolerations": [{"key": "a", "effect": "noschedule"}]}), "tolerations[0].effect", "toleration"),
        (
            json!({"tolerations": [{"key": "a", "toleration_seconds": 5}]}),
            "tolerations[0].toleration_seconds",
            "toleration",
        ),
        (json!({"tolerations": [{"key": "a b"}]}), "tolerations[0].key", "toleration"),
        (json!({"node_selector": {"bad key": "x"}}), "node_selector.bad key", "label_key"),
        (json!({"node_selector": {"disk": "not a value"}}), "node_selector.disk", "label_value"),
        (json!({"runtime_class": "Bad Class"}), "runtime_class", "class_name"),
        (json!({"priority_class": "High_Prio"}), "priority_class", "class_name"),
        (json!({"ttl": 604_801}), "ttl", "ttl"),
        (json!({"deadline": 0}), "deadline", "range"),
        (json!({"backoff_limit": 3_000_000_000_u32}), "backoff_limit", "range"),
        (json!({"run_as_user": -1}), "run_as_user", "range"),
        (json!({"time_zone": "Europe/Rome"}), "time_zone", "time_zone"),
        (json!({"schedule": "@daily", "time_zone": "Local"}), "time_zone", "time_zone"),
        (json!({"replicas": 2}), "replicas", "not_for_action"),
        (json!({"service_ports": [{"port": 80, "target_port": 8080}]}), "service_ports", "not_for_action"),
        (json!({"service_type": "NodePort"}), "service_type", "not_for_action"),
        (json!({"instructions": ["apt install git"]}), "instructions", "not_for_action"),
        (
            json!({"volumes": [{"volume_type": "empty_dir", "name": "Bad_Name", "mount_path": "/a"}]}),
            "volumes[0].name",
            "volume_name",
        ),
        (
            json!({"volumes": [
                {"volume_type": "empty_dir", "name": "a", "mount_path": "/a"},
                {"volume_type": "empty_dir", "name": "b", "mount_path": "/a/"}
            ]}),
            "volumes[1].mount_path",
            "given_twice",
        ),
        (
            json!({"volumes": [{"volume_type": "ephemeral", "name": "a", "mount_path": "/a", "spec": {"size": "-1Gi"}}]}),
            "volumes[0].size",
            "size",
        ),
    ] {
        assert_eq!(found(given.clone(), Action::Job), vec![(path.to_owned(), code.to_owned())], "{given}");
    }
}

#[test]
fn an_action_needs_its_image_and_its_ports() {
    let empty = merge(&crate::FunctionSpec::default(), &Overrides::default(), None, None).0;
    for (action, paths) in [
        (Action::Job, vec!["image"]),
        (Action::Deploy, vec!["image"]),
        (Action::Serve, vec!["image", "service_ports"]),
        (Action::Build, vec!["base_image"]),
    ] {
        let found: Vec<_> = validate_run(&empty, action).into_iter().map(|problem| problem.path).collect();
        assert_eq!(found, paths, "{action:?}");
    }
    let dockerfile = spec(json!({"code": "FROM scratch", "lang": "dockerfile"}));
    assert_eq!(validate_run(&dockerfile, Action::Build), vec![]);
    let ports = json!({"service_ports": [
        {"port": 80, "target_port": 8080, "name": "UPPER"}, {"port": 80, "target_port": 1, "protocol": "http"}, {"port": 0}
    ]});
    let paths: Vec<_> = found(ports, Action::Serve).into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        paths,
        ["service_ports[0].name", "service_ports[1].protocol", "service_ports[2].port", "service_ports[2].target_port"]
    );
}

#[test]
fn all_problems_come_at_once() {
    let given = json!({
        "command": "echo \"open",
        "resources": {"cpu": {"requests": "2", "limits": "1"}},
        "envs": [{"name": "A"}, {"name": "A"}],
        "tolerations": [{"operator": "Maybe"}],
        "ttl": 700_000,
        "replicas": 3,
    });
    let paths: Vec<_> = found(given, Action::Job).into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        paths,
        [
            "command",
            "replicas",
            "resources.cpu.limits",
            "tolerations[0].operator",
            "tolerations[0].key",
            "envs[1].name",
            "ttl"
        ]
    );
}

#[test]
fn a_right_specification_has_no_problems() {
    let given = json!({
        "image": "registry.local:5000/team/train:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "image_pull_policy": "IfNotPresent",
        "command": "python -u train.py",
        "args": ["--epochs", 10],
        "code": "print('hi')",
        "lang": "python",
        "resources": {"cpu": {"requests": "500m", "limits": "0.5"}, "mem": {"requests": "1Gi", "limits": "2Gi"}, "gpu": 1},
        "node_selector": [{"key": "kubernetes.io/arch", "value": "amd64"}],
        "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoExecute", "toleration_seconds": 60}, {"operator": "Exists"}],
        "affinity": {"node_affinity": {"required_during_scheduling_ignored_during_execution": {"node_selector_terms": [
            {"match_expressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}
        ]}}},
        "backoff_limit": 2, "deadline": 3600, "ttl": 604_800, "run_as_user": 0, "fs_group": 1000, "security": "restricted",
    });
    assert_eq!(validate_run(&spec(given.clone()), Action::Job), vec![]);
    assert_eq!(not_live(&spec(given), Action::Job), vec![]);
}

#[test]
fn what_cannot_be_launched_yet_is_refused_by_name() {
    let given = json!({
        "volumes": [{"volume_type": "empty_dir", "name": "a", "mount_path": "/a"}],
        "secrets": ["S"], "profile": "p", "schedule": "@daily", "time_zone": "UTC", "replicas": 1,
        "service_ports": [{"port": 1}], "service_type": "ClusterIP", "service_name": "x", "instructions": ["RUN x"],
        "resources": {"disk": "1Gi"}, "code_src": "git+https://example.org/a.git#main",
    });
    let found = not_live(&spec(given), Action::Serve);
    assert!(found.iter().all(|problem| problem.code == "not_live"));
    let paths: Vec<_> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "action",
            "volumes",
            "secrets",
            "profile",
            "schedule",
            "time_zone",
            "replicas",
            "service_ports",
            "service_type",
            "service_name",
            "instructions",
            "resources.disk",
            "source.uri"
        ]
    );
    assert_eq!(not_live(&spec(json!({"code_src": "folder/"})), Action::Job).len(), 1);
    assert_eq!(not_live(&spec(json!({"code_src": "a.py", "base64": "eA=="})), Action::Job), vec![]);
}
