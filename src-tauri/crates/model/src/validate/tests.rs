//! Tests of validation: every rule, at its path, with its code; all problems at once.

use serde_json::{Value, json};

use super::{validate_run, validate_saved};
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
        (json!({"time_zone": "Europe/Rome"}), "time_zone", "required"),
        (json!({"schedule": "@daily", "time_zone": "Local"}), "time_zone", "time_zone"),
        (json!({"concurrency_policy": "Forbid"}), "concurrency_policy", "required"),
        (json!({"schedule": "0 0 31 2,4 *"}), "schedule", "schedule"),
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
fn what_only_services_have_is_checked_at_its_field() {
    let with = |more: Value| {
        let mut given = json!({"service_ports": [{"port": 80}]});
        given.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        given
    };
    for (given, path, code) in [
        (json!({"replicas": 0}), "replicas", "range"),
        (json!({"replicas": 3_000_000_000_u32}), "replicas", "range"),
        (json!({"service_type": "ExternalName"}), "service_type", "service_type"),
        (
            json!({"service_type": "ClusterIP", "service_ports": [{"port": 80, "node_port": 30080}]}),
            "service_ports[0].node_port",
            "service_type",
        ),
        (json!({"service_ports": [{"port": 80, "nodePort": 0}]}), "service_ports[0].node_port", "range"),
        (
            json!({"service_ports": [{"port": 80, "node_port": 30080}, {"port": 81, "node_port": 30080}]}),
            "service_ports[1].node_port",
            "given_twice",
        ),
        (
            json!({"service_ports": [{"port": 80, "name": "web"}, {"port": 81, "name": "web"}]}),
            "service_ports[1].name",
            "given_twice",
        ),
        (json!({"backoff_limit": 2}), "backoff_limit", "not_for_action"),
        (json!({"deadline": 2}), "deadline", "not_for_action"),
        (json!({"readiness_probe": {"path": "ready"}}), "readiness_probe.path", "path"),
        (json!({"liveness_probe": {"command": [" "]}}), "liveness_probe.command", "required"),
        (json!({"liveness_probe": {"port": 80, "period_seconds": 0}}), "liveness_probe.period_seconds", "range"),
    ] {
        assert_eq!(found(with(given.clone()), Action::Serve), vec![(path.to_owned(), code.to_owned())], "{given}");
    }
    assert_eq!(
        found(json!({"readiness_probe": {"path": "/"}}), Action::Deploy),
        [("readiness_probe.port".to_owned(), "required".to_owned())],
        "a deployment has no port to take"
    );
    assert_eq!(found(json!({"liveness_probe": {"port": 1}}), Action::Job)[0].1, "not_for_action");
}

#[test]
fn a_probe_is_read_in_both_spellings_and_asks_one_thing() {
    let read = |probe: Value| read_overrides(&json!({"readiness_probe": probe}), Action::Serve).map(|read| read.task);
    let ours = read(json!({"path": "/up", "port": 80, "period_seconds": 3})).unwrap();
    for other in [
        json!({"httpGet": {"path": "/up", "port": 80}, "periodSeconds": 3}),
        json!({"http_get": {"path": "/up", "port": 80}, "period_seconds": 3}),
        json!({"type": "http", "path": "/up", "port": 80, "period_seconds": 3}),
    ] {
        assert_eq!(read(other.clone()).unwrap(), ours, "{other}");
    }
    assert_eq!(read(json!({"tcpSocket": {"port": 5}})).unwrap(), read(json!({"port": 5})).unwrap());
    assert_eq!(read(json!({"exec": {"command": ["a"]}})).unwrap(), read(json!({"command": ["a"]})).unwrap());
    for wrong in [json!({}), json!({"path": "/", "command": ["a"]}), json!({"type": "exec", "port": 1})] {
        let problems = read(wrong.clone()).unwrap_err();
        assert_eq!((problems[0].path.as_str(), problems[0].code.as_str()), ("readiness_probe", "probe"), "{wrong}");
    }
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
        "secrets": ["S"], "profile": "p",
        "volumes": [{"volume_type": "empty_dir", "name": "a", "mount_path": "/a"}],
    });
    assert_eq!(validate_run(&spec(given), Action::Job), vec![]);
}

#[test]
fn code_that_no_run_could_get_is_refused_at_its_address() {
    let found = |values: Value| -> Vec<(String, String)> {
        let problems = validate_run(&spec(values), Action::Job);
        problems.into_iter().map(|problem| (problem.path, problem.code)).collect()
    };
    let at = |path: &str, code: &str| vec![(path.to_owned(), code.to_owned())];
    for good in [
        json!({"image": "x", "code_src": "a.py", "base64": "eA=="}),
        json!({"image": "x", "code_src": "folder/", "base64": "UEsDBA=="}),
        json!({"image": "x", "code_src": "git+https://example.org/a.git#main"}),
        json!({"image": "x", "code_src": "zip+s3://bucket/a.zip"}),
    ] {
        assert_eq!(found(good.clone()), vec![], "{good}");
    }
    for uri in ["folder/", "store://p/artifact/x", "git+ssh://git@example.org/a", "git://example.org/a"] {
        assert_eq!(found(json!({"image": "x", "code_src": uri})), at("source.uri", "source_reach"), "{uri}");
    }
    let twice = crate::Source {
        uri: Some("https://example.org/a.py".to_owned()),
        code: Some("1".to_owned()),
        ..crate::Source::default()
    };
    assert_eq!(crate::check_source(&twice, "source")[0].code, "source_twice");
    assert_eq!(
        found(json!({
            "image": "x", "code_src": "git+https://example.org/a",
            "volumes": [{"type": "claim", "name": "a", "mount_path": "/shared/", "claim": "a", "read_only": true}],
        })),
        at("volumes[0].mount_path", "read_only")
    );
}

#[test]
fn a_secrets_value_must_fit_into_an_environment_variable_and_is_never_repeated() {
    use super::check_secret_value;
    let name = crate::SecretName::parse("TOKEN").unwrap();
    let code = |value: &str| check_secret_value(&name, value).map(|problem| problem.code);
    assert_eq!(code("s3cret=\n$(x) ü"), None);
    assert_eq!(code(&"x".repeat(131_065)), None);
    assert_eq!(code("").as_deref(), Some("empty"));
    for (value, code) in [("canary\0", "nul"), (&*"canary".repeat(30_000), "too_long")] {
        let problem = check_secret_value(&name, value).unwrap();
        assert_eq!(problem.code, code);
        assert!(!problem.message.contains("canary"), "{problem:?}");
    }
}

#[test]
fn what_may_still_come_with_a_run_is_no_problem_of_what_is_saved() {
    let saved = |given: Value, action: Action| -> Vec<String> {
        let Overrides { function, task } = read_overrides(&given, Action::Job).unwrap();
        validate_saved(&RunSpec { function, task }, action).into_iter().map(|problem| problem.path).collect()
    };
    let probe = json!({"readiness_probe": {"path": "/"}});
    for (given, action) in [
        (json!({"command": "echo"}), Action::Job),
        (json!({"time_zone": "UTC", "concurrency_policy": "Forbid"}), Action::Job),
        (json!({"code_src": "store://p/artifact/artifact/f:1"}), Action::Job),
        (probe, Action::Serve),
        (json!({"instructions": ["apt install git"]}), Action::Build),
    ] {
        let Overrides { function, task } = read_overrides(&given, Action::Job).unwrap();
        assert!(!validate_run(&RunSpec { function, task }, action).is_empty(), "{given} cannot be launched");
        assert_eq!(saved(given.clone(), action), Vec::<String>::new(), "{given}");
    }
    assert_eq!(saved(json!({"command": "echo 'open"}), Action::Job), ["command"]);
    assert_eq!(
        saved(json!({"volumes": [{"volume_type": "ephemeral", "name": "d", "mount_path": "/d"}]}), Action::Job),
        ["volumes[0].size"]
    );
}
