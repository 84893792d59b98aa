//! Tests of files and values written by hand: what is accepted, and the sentences for what is not.

use serde_json::{Value, json};

use crate::{
    Action, CODE_LIMIT_BYTES, Command, Function, FunctionId, NoteKind, Problem, ProjectName, Unknown,
    normalise_affinity, read_function, read_overrides, read_run, read_task, read_task_spec,
};

fn read(document: &Value, unknown: Unknown) -> Result<Function, Vec<Problem>> {
    let project = ProjectName::parse("mine").unwrap();
    let now = "2020-01-01T00:00:00Z".parse().unwrap();
    read_function(document, now, FunctionId::derived("new"), &project, unknown).map(|(function, _)| function)
}

fn problems(document: &Value) -> Vec<(String, String, String)> {
    read(document, Unknown::Refuse)
        .expect_err("it has problems")
        .into_iter()
        .map(|problem| (problem.path, problem.code, problem.message))
        .collect()
}

#[test]
fn a_function_needs_a_kind_a_name_and_no_more() {
    let function = read(&json!({"kind": "container", "name": "hello"}), Unknown::Refuse).unwrap();
    assert_eq!((function.project.as_str(), function.name.as_str(), function.version), ("mine", "hello", 0));
    assert_eq!(function.id, FunctionId::derived("new"));
    assert_eq!(function.created.to_string(), "2020-01-01T00:00:00Z");

    let document = json!({
        "kind": "container", "name": "train", "project": "theirs", "uuid": "0b9f3c51-54a7-4a1c-8d2f-6f1f7f8a9b01",
        "description": "d", "labels": ["a"], "embedded": true,
        "spec": {"image": "python:3.12", "command": ["python", "-u"], "args": ["--epochs", 10, true], "code": "print(1)", "lang": "python"}
    });
    let function = read(&document, Unknown::Refuse).unwrap();
    assert_eq!(function.project.as_str(), "theirs");
    assert_eq!(function.id.to_string(), "0b9f3c51-54a7-4a1c-8d2f-6f1f7f8a9b01");
    assert_eq!((function.description.as_deref(), function.embedded), (Some("d"), true));
    assert_eq!(function.spec.command, Some(Command::Words(vec!["python".to_owned(), "-u".to_owned()])));
    assert_eq!(function.spec.args.unwrap(), ["--epochs", "10", "true"]);
    assert_eq!(function.spec.source.unwrap().file_name(), "main.py");
}

#[test]
fn flat_and_nested_code_mean_the_same() {
    let flat = json!({"kind": "container", "name": "a", "spec": {
        "code_src": "src/a.py", "base64": "eA==", "handler": "main", "lang": "python"}});
    let nested = json!({"kind": "container", "name": "a", "spec": {
        "source": {"source": "src/a.py", "base64": "eA==", "handler": "main", "lang": "python"}}});
    assert_eq!(read(&flat, Unknown::Refuse).unwrap(), read(&nested, Unknown::Refuse).unwrap());
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let document = json!({
        "kind": "container", "name": "bad name", "metdata": {}, "image": "x",
        "spec": {
            "imgae": "python", "image": "No Good", "command": 5, "args": "one", "envs": [],
            "image_pull_policy": "always", "source": {"code": "a", "base64": "???", "hadler": "x"}
        }
    });
    insta::assert_json_snapshot!(problems(&document));
}

#[test]
fn code_given_twice_undecodable_or_too_large_is_refused() {
    let spec = |spec: Value| json!({"kind": "container", "name": "a", "spec": spec});
    for (given, path, code, part) in [
        (json!({"code": "a", "base64": "YQ=="}), "spec.source.base64", "source_twice", "keep one of them"),
        (json!({"base64": "not base64!"}), "spec.source.base64", "base64", "cannot be decoded"),
        (json!({"code": "x".repeat(CODE_LIMIT_BYTES + 1)}), "spec.source.code", "code_too_large", "git"),
        (json!({"code": "a", "source": {"code": "b"}}), "spec.code", "given_twice", "keep one"),
    ] {
        let found = problems(&spec(given));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].0.as_str(), found[0].1.as_str()), (path, code));
        assert!(found[0].2.contains(part), "{}", found[0].2);
    }
    assert!(read(&spec(json!({"code": "x".repeat(CODE_LIMIT_BYTES)})), Unknown::Refuse).is_ok());
    assert!(
        read(&spec(json!({"base64": " YW\n Jj "})), Unknown::Refuse).is_ok(),
        "white space and padding do not matter"
    );
}

#[test]
fn what_is_no_function_says_so() {
    for (document, path) in [
        (json!("text"), ""),
        (json!({"name": "a"}), "kind"),
        (json!({"kind": 5}), "kind"),
        (json!({"kind": "python", "name": "a"}), "kind"),
        (json!({"kind": "container"}), "name"),
        (json!({"kind": "container", "name": "a", "spec": []}), "spec"),
        (json!({"kind": "container", "name": "a", "project": "Not Good"}), "project"),
    ] {
        let found = problems(&document);
        assert_eq!(found.first().map(|(found, _, _)| found.as_str()), Some(path), "{document}: {found:?}");
    }
}

#[test]
fn unknown_keys_of_an_import_are_kept_and_told() {
    let document = json!({
        "kind": "container", "name": "a", "x-top": 1, "metadata": {"team": "b", "version": "v"},
        "spec": {"image": "x", "gpu_driver": "z", "source": {"code": "a", "commit": "c"}}
    });
    let project = ProjectName::parse("mine").unwrap();
    let now = "2020-01-01T00:00:00Z".parse().unwrap();
    let (function, report) =
        read_function(&document, now, FunctionId::derived("new"), &project, Unknown::Keep).unwrap();
    let kept: Vec<_> =
        report.notes.iter().filter(|note| note.kind == NoteKind::Kept).map(|note| note.path.as_str()).collect();
    assert_eq!(kept, ["metadata.team", "spec.source.commit", "spec.gpu_driver", "x-top"]);
    assert_eq!(Value::Object(function.spec.extra), json!({"gpu_driver": "z", "/source/commit": "c"}));
    assert_eq!(Value::Object(function.extra), json!({"x-top": 1, "metadata": {"team": "b", "version": "v"}}));
}

#[test]
fn every_spelling_of_a_task_is_read() {
    let (spec, problems, _) = read_task_spec(
        &json!({
            "node_selector": {"key": "pool", "value": "gpu"},
            "service_port": [{"port": 80, "targetPort": 8080}],
            "tolerations": [{"key": "a", "tolerationSeconds": 5, "effect": "NoExecute"}],
            "resources": {"cpu": 1, "memory": "1Gi", "gpu": {"request": 1}},
            "env": {"A": 1, "B": "x"},
            "volumes": [
                {"volume_type": "persistent_volume_claim", "name": "a", "mount_path": "/a", "spec": {"claimName": "c", "subPath": "s"}},
                {"volume_type": "persistent_volume_claim", "name": "b", "mount_path": "/b", "spec": {"size": "1Gi", "storage_class": "fast"}},
                {"volume_type": "persistent_volume_claim", "name": "c", "mount_path": "/c"},
                {"volume_type": "config_map", "name": "d", "mount_path": "/d", "spec": {"name": "conf"}},
                {"volume_type": "empty_dir", "name": "e", "mount_path": "/e", "spec": {"sizeLimit": "1Gi"}},
                {"volume_type": "image", "name": "f", "mount_path": "/f", "spec": {"image": "busybox"}},
                {"type": "claim", "name": "g", "mount_path": "/g", "claim": "own", "read_only": true}
            ]
        }),
        Action::Serve,
        Unknown::Refuse,
    );
    assert_eq!(problems, vec![]);
    insta::assert_json_snapshot!(spec);
}

#[test]
fn wrong_values_of_a_task_are_named_at_their_field() {
    for (given, path, code) in [
        (json!({"resources": {"mem": "1.5Gb"}}), "resources.mem", "quantity"),
        (json!({"resources": {"cpu": {"requests": true}}}), "resources.cpu.requests", "type"),
        (json!({"resources": {"cpus": 1}}), "resources.cpus", "unknown_key"),
        (json!({"envs": [{"name": "1A", "value": "x"}]}), "envs[0].name", "env_name"),
        (json!({"envs": [{"value": "x"}]}), "envs[0]", "required"),
        (json!({"envs": [{"name": "A", "value": {}}]}), "envs[0].value", "type"),
        (json!({"envs": "A=1"}), "envs", "type"),
        (json!({"secrets": "A"}), "secrets", "type"),
        (json!({"backoff_limit": -1}), "backoff_limit", "range"),
        (json!({"backoff_limit": "two"}), "backoff_limit", "type"),
        (json!({"backoff_limit": 1.5}), "backoff_limit", "type"),
        (json!({"schedule": "every day"}), "schedule", "schedule"),
        (json!({"service_type": "nodeport"}), "service_type", "service_type"),
        (json!({"service_ports": [{"port": 70_000}]}), "service_ports[0].port", "range"),
        (json!({"service_ports": [{"target_port": 80}]}), "service_ports[0]", "required"),
        (json!({"service_ports": [], "service_port": []}), "service_port", "given_twice"),
        (json!({"security": "strict"}), "security", "security"),
        (
            json!({"volumes": [{"volume_type": "nfs", "name": "a", "mount_path": "/a"}]}),
            "volumes[0].volume_type",
            "volume_type",
        ),
        (json!({"volumes": [{"volume_type": "empty_dir", "name": "a"}]}), "volumes[0].mount_path", "required"),
        (
            json!({"volumes": [{"volume_type": "empty_dir", "name": "a", "mount_path": "a"}]}),
            "volumes[0].mount_path",
            "mount_path",
        ),
        (json!({"node_selector": [{"key": "a"}]}), "node_selector[0]", "node_selector"),
        (
            json!({"node_selector": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}),
            "node_selector[1]",
            "node_selector",
        ),
        (json!({"backofflimit": 1}), "backofflimit", "unknown_key"),
        (json!({"affinity": []}), "affinity", "affinity"),
    ] {
        let found = read_overrides(&given, Action::Job).expect_err("it has problems");
        let places: Vec<_> = found.iter().map(|problem| (problem.path.as_str(), problem.code.as_str())).collect();
        assert_eq!(places, [(path, code)], "{given}: {found:?}");
    }
}

#[test]
fn a_value_is_never_repeated_in_a_complaint_about_an_environment() {
    let found = read_overrides(&json!({"envs": [{"name": "TOKEN", "value": ["s3cr3t"]}]}), Action::Job).unwrap_err();
    assert!(!format!("{found:?}").contains("s3cr3t"));
}

#[test]
fn overrides_take_function_and_task_fields_side_by_side() {
    let given = json!({"image": "busybox", "args": ["a"], "cpu": "1"});
    let found = read_overrides(&given, Action::Job).unwrap_err();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].path.as_str(), found[0].code.as_str()), ("cpu", "unknown_key"));
    let given = json!({"image": "busybox", "code": "a", "resources": {"cpu": "1"}, "envs": [{"name": "A"}]});
    let overrides = read_overrides(&given, Action::Job).unwrap();
    assert_eq!(overrides.function.image.unwrap().as_str(), "busybox");
    assert_eq!(overrides.task.envs[0].value, "");
    assert_eq!(read_overrides(&Value::Null, Action::Job), Ok(crate::Overrides::default()));
    assert!(read_overrides(&json!([]), Action::Job).is_err());
    let typo = read_overrides(&json!({"comand": "x", "enviroment": []}), Action::Job).unwrap_err();
    assert!(typo[0].message.contains("did you mean \"command\"?"), "{}", typo[0].message);
}

#[test]
fn affinity_is_read_from_a_text_too() {
    let read = |text: &str| read_task_spec(&json!({"affinity": text}), Action::Job, Unknown::Refuse);
    let expected =
        json!({"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]}});
    let yaml = "podAntiAffinity:\n  required_during_scheduling_ignored_during_execution:\n  - topologyKey: zone\n";
    let around = format!("affinity:\n  {}", yaml.trim_end().replace('\n', "\n  "));
    for text in [yaml, &around, &expected.to_string()] {
        let (spec, problems, report) = read(text);
        assert_eq!((spec.affinity, problems), (Some(expected.clone()), vec![]), "{text}");
        assert_eq!(report.notes.iter().map(|note| note.kind).collect::<Vec<_>>(), [NoteKind::Rewritten], "{text}");
    }
    for (text, path, words) in [
        ("nodeAffinity: [", "affinity", "The affinity is not YAML or JSON"),
        ("- 1\n---\n- 2", "affinity", "must be one object"),
        ("# nothing", "affinity", "must be one object"),
        ("just words", "affinity", "must be a mapping"),
        ("nodeAfinity: {}", "affinity.nodeAfinity", "did you mean \"nodeAffinity\""),
    ] {
        let (_, problems, _) = read(text);
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert_eq!(problems[0].path, path, "{text}");
        assert!(problems[0].message.contains(words), "{text}: {}", problems[0].message);
    }
}

#[test]
fn affinity_is_checked_and_written_in_camel_case() {
    let snake = json!({"node_affinity": {"required_during_scheduling_ignored_during_execution": {"node_selector_terms": [
        {"match_expressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}]}}});
    let (camel, problems) = normalise_affinity(&snake, "affinity");
    assert_eq!(problems, vec![]);
    assert_eq!(
        camel,
        json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}]}}})
    );
    assert_eq!(normalise_affinity(&camel, "affinity"), (camel.clone(), vec![]), "camelCase stays as it is");
    for (affinity, path) in [
        (json!({"nodeAfinity": {}}), "affinity.nodeAfinity"),
        (
            json!({"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {}}}),
            "affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution",
        ),
        (
            json!({"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": {}}]}}),
            "affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey",
        ),
        (
            json!({"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 101, "preference": {}}]}}),
            "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight",
        ),
    ] {
        let (_, problems) = normalise_affinity(&affinity, "affinity");
        assert_eq!(problems.iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(), [path], "{affinity}");
    }
}

#[test]
fn tasks_and_runs_say_what_they_are_for() {
    let task = json!({"kind": "container+deploy", "spec": {"function": "container://demo/a:my-slug", "replicas": 2}});
    let (task, _) = read_task(&task, Unknown::Refuse).unwrap();
    assert_eq!((task.action, task.spec.replicas), (Action::Deploy, Some(2)));
    assert_eq!(task.function.unwrap().version, "my-slug");
    let older = json!({"kind": "container+run", "spec": {"task": "container+serve://demo/a:1", "env": [{"name": "A", "value": "1"}]}});
    let (run, _) = read_run(&older).unwrap();
    assert_eq!((run.action, run.spec.task.envs.len()), (Action::Serve, 1));
    let nameless = json!({"kind": "container+run", "spec": {}});
    assert_eq!(read_run(&nameless).unwrap_err()[0].path, "spec.task");
    let bad = json!({"kind": "container+job", "spec": {"function": "demo/a"}});
    assert_eq!(read_task(&bad, Unknown::Refuse).unwrap_err()[0].path, "spec.function");
}
