//! Tests of the merge: precedence, origins, defaults.

use serde_json::json;

use super::merge;
use crate::{Action, FunctionSpec, Origin, Overrides, TaskSpec, Unknown, read_overrides, read_task_spec};

fn task(value: &serde_json::Value) -> TaskSpec {
    let (spec, problems, _) = read_task_spec(value, Action::Job, Unknown::Refuse);
    assert_eq!(problems, vec![], "the test's own task must be right");
    spec
}

fn given(value: &serde_json::Value) -> Overrides {
    read_overrides(value, Action::Job).unwrap()
}

#[test]
fn nothing_said_gives_the_defaults_and_says_so() {
    let (spec, origins) = merge(&FunctionSpec::default(), &Overrides::default(), None, None);
    assert_eq!(spec.task.resources.cpu.requests.as_ref().unwrap().as_str(), "100m");
    assert_eq!(spec.task.resources.mem.requests.as_ref().unwrap().as_str(), "256Mi");
    assert_eq!(spec.task.resources.cpu.limits, None);
    assert_eq!((spec.task.backoff_limit, spec.task.ttl), (Some(0), Some(86_400)));
    let names: Vec<_> = origins.iter().map(|(path, origin)| (path.as_str(), *origin)).collect();
    assert_eq!(
        names,
        vec![
            ("backoff_limit", Origin::Default),
            ("resources.cpu.requests", Origin::Default),
            ("resources.mem.requests", Origin::Default),
            ("ttl", Origin::Default),
        ]
    );
}

#[test]
fn run_wins_over_function_and_task_over_profile() {
    let function = given(&json!({"image": "busybox", "args": ["a"], "command": "echo"})).function;
    let run = given(&json!({"args": [], "resources": {"cpu": {"limits": "2"}}, "backoff_limit": 3}));
    let task = task(&json!({"resources": {"cpu": "1"}, "backoff_limit": 1, "ttl": 60}));
    let profile =
        self::task(&json!({"resources": {"cpu": "4", "mem": "1Gi"}, "ttl": 1, "run_as_user": 7, "profile": "x"}));
    let (spec, origins) = merge(&function, &run, Some(&task), Some(&profile));
    assert_eq!(spec.function.args, Some(vec![]), "an empty list is said");
    assert_eq!(spec.task.resources.cpu.requests.as_ref().unwrap().as_str(), "1");
    assert_eq!(spec.task.resources.cpu.limits.as_ref().unwrap().as_str(), "2");
    assert_eq!(spec.task.resources.mem.requests.as_ref().unwrap().as_str(), "1Gi");
    assert_eq!((spec.task.backoff_limit, spec.task.ttl, spec.task.run_as_user), (Some(3), Some(60), Some(7)));
    assert_eq!(spec.task.profile, None, "a profile cannot name a profile");
    for (path, origin) in [
        ("image", Origin::Function),
        ("command", Origin::Function),
        ("args", Origin::Run),
        ("resources.cpu.requests", Origin::Task),
        ("resources.cpu.limits", Origin::Run),
        ("resources.mem.requests", Origin::Profile),
        ("backoff_limit", Origin::Run),
        ("ttl", Origin::Task),
        ("run_as_user", Origin::Profile),
    ] {
        assert_eq!(origins.get(path), Some(&origin), "{path}");
    }
}

#[test]
fn the_environment_is_merged_by_name() {
    let run = given(&json!({"envs": [{"name": "LR", "value": "0.5"}, {"name": "NEW", "value": ""}]}));
    let task = task(&json!({"envs": [{"name": "A", "value": "1"}, {"name": "LR", "value": "0.1"}]}));
    let profile = self::task(&json!({"envs": [{"name": "P", "value": "p"}, {"name": "A", "value": "0"}]}));
    let (spec, origins) = merge(&FunctionSpec::default(), &run, Some(&task), Some(&profile));
    let envs: Vec<_> = spec.task.envs.iter().map(|env| (env.name.as_str(), env.value.as_str())).collect();
    assert_eq!(envs, vec![("P", "p"), ("A", "1"), ("LR", "0.5"), ("NEW", "")]);
    assert_eq!(origins.get("envs.LR"), Some(&Origin::Run));
    assert_eq!(origins.get("envs.A"), Some(&Origin::Task));
    assert_eq!(origins.get("envs.P"), Some(&Origin::Profile));
}

#[test]
fn a_default_request_never_exceeds_a_limit() {
    let run = given(&json!({"resources": {"cpu": {"limits": "50m"}, "mem": {"limits": "1Gi"}}}));
    let (spec, _) = merge(&FunctionSpec::default(), &run, None, None);
    assert_eq!(spec.task.resources.cpu.requests.as_ref().unwrap().as_str(), "50m");
    assert_eq!(spec.task.resources.mem.requests.as_ref().unwrap().as_str(), "256Mi");
}

#[test]
fn code_of_the_run_replaces_the_functions_code_whole() {
    let function =
        given(&json!({"source": {"source": "a.py", "base64": "eA==", "lang": "python", "handler": "main"}})).function;
    let (spec, origins) = merge(&function, &given(&json!({"code": "print(1)"})), None, None);
    let source = spec.function.source.unwrap();
    assert_eq!((source.uri, source.base64, source.handler), (None, None, None));
    assert_eq!((source.code.as_deref(), source.lang.as_deref()), (Some("print(1)"), Some("python")));
    assert_eq!(origins.get("source.lang"), Some(&Origin::Function));

    let (spec, _) = merge(&function, &given(&json!({"handler": "other"})), None, None);
    let source = spec.function.source.unwrap();
    assert_eq!((source.base64.as_deref(), source.handler.as_deref()), (Some("eA=="), Some("other")));
}
