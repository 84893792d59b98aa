//! Whatever a function or a task says comes back from either generation's shape.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    Action, Function, FunctionId, Generation, ProjectName, Task, TaskSpec, Unknown, parse_documents, print_documents,
    print_function, print_task, read_function, read_overrides, read_task, read_task_spec,
};

fn function(spec: &Value) -> Function {
    let document = json!({"kind": "container", "name": "a", "spec": spec});
    let project = ProjectName::parse("mine").unwrap();
    let now = "2020-01-01T00:00:00.5Z".parse().unwrap();
    read_function(&document, now, FunctionId::derived("new"), &project, Unknown::Keep).unwrap().0
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ -~]{0,12}", Just("1e3".to_owned()), Just("yes".to_owned())]
        .prop_filter("a NUL byte has no form in YAML", |text| !text.contains('\0'))
}

/// A value for each field, any of them left out.
fn function_specs() -> impl Strategy<Value = Value> {
    let command = prop_oneof![
        text().prop_map(|line| json!(line)),
        proptest::collection::vec(text(), 0..3).prop_map(|words| json!(words)),
        text().prop_map(|word| json!({"one_word": word})),
    ];
    let source = prop_oneof![
        (text(), proptest::option::of("[a-z]{1,5}/[a-z]{1,5}\\.py"))
            .prop_map(|(code, uri)| json!({"code": code, "source": uri, "lang": "python"})),
        Just(json!({"base64": "eA==", "handler": "main"})),
        Just(json!({"source": "git+https://example.org/a.git#main", "x": [1.5, null]})),
    ];
    (
        proptest::option::of(Just("registry:5000/a/b:1")),
        proptest::option::of(command),
        proptest::option::of(proptest::collection::vec(text(), 0..3)),
        proptest::option::of(source),
        proptest::option::of(Just("Never")),
        proptest::option::of(text()),
    )
        .prop_map(|(image, command, args, source, policy, extra)| {
            json!({"image": image, "command": command, "args": args, "source": source, "image_pull_policy": policy, "x-extra": extra})
        })
}

fn task_specs() -> impl Strategy<Value = Value> {
    let amount = prop_oneof![
        Just(json!("500m")),
        Just(json!({"limits": "2"})),
        Just(json!({"requests": "1", "limits": "1.50"})),
    ];
    let volume = prop_oneof![
        Just(
            json!({"volume_type": "persistent_volume_claim", "name": "v", "mount_path": "/v", "spec": {"claim_name": "c"}})
        ),
        Just(
            json!({"volume_type": "persistent_volume_claim", "name": "v", "mount_path": "/v", "spec": {"size": "1Gi", "storage_class": "s"}})
        ),
        Just(json!({"volume_type": "shared_volume", "name": "v", "mount_path": "/v", "spec": {}})),
        Just(json!({"volume_type": "secret", "name": "v", "mount_path": "/v", "spec": {"name": "s"}})),
        Just(json!({"type": "new_claim", "name": "v", "mount_path": "/v", "keep": false})),
        Just(json!({"type": "empty_dir", "name": "v", "mount_path": "/v", "read_only": true, "sub_path": "a/b"})),
        Just(json!({"type": "image", "name": "v", "mount_path": "/v", "image": "busybox"})),
    ];
    let port = prop_oneof![
        Just(json!({"port": 80, "target_port": 8080})),
        Just(json!({"port": 80, "name": "web", "protocol": "UDP", "node_port": 30_000})),
    ];
    (
        (
            proptest::option::of(amount.clone()),
            proptest::option::of(amount),
            proptest::option::of(Just("nvidia.com/gpu")),
        ),
        proptest::collection::vec(volume, 0..3),
        proptest::collection::vec(port, 0..2),
        proptest::collection::vec(text(), 0..3),
        proptest::option::of(Just(
            json!({"pod_affinity": {"required_during_scheduling_ignored_during_execution": [{"topology_key": "k"}]}}),
        )),
        (any::<bool>(), any::<bool>(), proptest::option::of(0_u32..9)),
    )
        .prop_map(|((cpu, mem, key), volumes, ports, values, affinity, (said, placed, number))| {
            let envs: Vec<Value> = values.iter().map(|value| json!({"name": "A", "value": value})).collect();
            let mut spec = json!({
                "resources": {"cpu": cpu, "mem": mem, "gpu_key": key, "disk": key.map(|_| "1Gi")},
                "volumes": volumes, "service_ports": ports, "envs": envs, "affinity": affinity, "x-extra": number,
                "backoff_limit": number, "replicas": number, "ttl": number, "deadline": number,
            });
            if said {
                spec["security"] = json!("baseline");
                spec["schedule"] = json!("@daily");
                spec["time_zone"] = json!("UTC");
                spec["concurrency_policy"] = json!("Forbid");
                spec["secrets"] = json!(["S"]);
                spec["instructions"] = json!(values);
            }
            if placed {
                spec["node_selector"] = json!([{"key": "k", "value": "v"}]);
                spec["tolerations"] = json!([{"operator": "Exists"}]);
                spec["runtime_class"] = json!("r");
                spec["run_as_user"] = json!(0);
            }
            spec
        })
}

fn task_spec(value: &Value) -> TaskSpec {
    let (spec, problems, _) = read_task_spec(value, Action::Job, Unknown::Keep);
    assert_eq!(problems, vec![]);
    spec
}

proptest! {
    #[test]
    fn a_function_comes_back_whole(spec in function_specs()) {
        let meant = function(&spec);
        for generation in [Generation::Seed, Generation::Current] {
            let text = print_documents(&[print_function(&meant, generation)]).unwrap();
            let document = parse_documents(&text).unwrap().remove(0);
            let project = ProjectName::parse("other").unwrap();
            let now = "2021-01-01T00:00:00Z".parse().unwrap();
            let (read, _) = read_function(&document, now, FunctionId::derived("x"), &project, Unknown::Keep).unwrap();
            let status = json!({"state": "CREATED"});
            let expected = Function { extra: [("status".to_owned(), status)].into_iter().collect(), ..meant.clone() };
            prop_assert_eq!(serde_json::to_value(read).unwrap(), serde_json::to_value(expected).unwrap(), "{:?}", generation);
        }
    }

    #[test]
    fn a_task_comes_back_whole(spec in task_specs()) {
        let meant = task_spec(&spec);
        let function = function(&json!({}));
        for generation in [Generation::Seed, Generation::Current] {
            let task = Task { function: function.id, action: Action::Job, spec: meant.clone(), extra: serde_json::Map::new() };
            let document = print_task(&task, &function, generation);
            let (read, _) = read_task(&document, Unknown::Keep).unwrap();
            prop_assert_eq!(serde_json::to_value(&read.spec).unwrap(), serde_json::to_value(&meant).unwrap(), "{:?}", generation);
            prop_assert_eq!(read.function.unwrap().id(), function.id);
        }
    }

    #[test]
    fn the_stored_form_comes_back_whole(function_spec in function_specs(), task in task_specs()) {
        let function = function(&function_spec);
        let stored = serde_json::to_string(&function).unwrap();
        prop_assert_eq!(serde_json::from_str::<Function>(&stored).unwrap(), function);
        let task = task_spec(&task);
        let stored = serde_json::to_string(&task).unwrap();
        prop_assert_eq!(serde_json::from_str::<TaskSpec>(&stored).unwrap(), task);
    }

    #[test]
    fn no_document_makes_reading_panic(text in r"((kind|name|spec|image|source|envs|volumes|resources|cpu|affinity|metadata|status|id|key): ?[-a-z0-9\[\]{}'\x22:., ]{0,12}\n? ?){0,8}") {
        let Ok(documents) = parse_documents(&text) else { return Ok(()) };
        for document in documents {
            let project = ProjectName::parse("other").unwrap();
            let now = "2021-01-01T00:00:00Z".parse().unwrap();
            let _ = read_function(&document, now, FunctionId::derived("x"), &project, Unknown::Refuse);
            let _ = read_overrides(&document, Action::Job);
            let _ = read_task(&document, Unknown::Keep);
        }
    }
}
