//! What a run becomes, as snapshots that the cluster tests send to a real API server.

use base64::Engine;
use berth_model::{
    Amount, Command, Env, FunctionId, FunctionName, FunctionSpec, ImagePullPolicy, ImageReference, Quantity, Resources,
    Source, TaskSpec, Toleration,
};

use super::*;

fn base() -> Rendering {
    Rendering {
        run: "7d3f4b1a-52c6-4f0e-9a61-0c8e5b2d9f47".parse().unwrap(),
        project: ProjectName::parse("iris").unwrap(),
        function: FunctionRef {
            name: FunctionName::parse("train").unwrap(),
            version: 3,
            id: "1b0c6a58-0c5e-4ef3-8f6b-6f4f1f0a9d21".parse::<FunctionId>().unwrap(),
        },
        action: Action::Job,
        namespace: "team-a".to_owned(),
        installation: "c2a9d6c4-6a0e-4d0b-bb5d-2f6f5c1f7e10".parse().unwrap(),
        parent: None,
        spec: RunSpec {
            function: FunctionSpec {
                image: Some(ImageReference::parse("python:3.12-slim").unwrap()),
                ..FunctionSpec::default()
            },
            task: TaskSpec {
                resources: Resources {
                    cpu: amount(Some("100m"), None),
                    mem: amount(Some("256Mi"), None),
                    ..Resources::default()
                },
                ..TaskSpec::default()
            },
        },
        origins: [("image".to_owned(), Origin::Function), ("resources.cpu.requests".to_owned(), Origin::Default)]
            .into(),
        created: "2026-01-02T03:04:05Z".parse().unwrap(),
        enforced: None,
    }
}

fn with(change: impl FnOnce(&mut Rendering)) -> Rendering {
    let mut rendering = base();
    change(&mut rendering);
    rendering
}

fn amount(requests: Option<&str>, limits: Option<&str>) -> Amount {
    let quantity = |text: Option<&str>| text.map(|text| Quantity::parse(text).unwrap());
    Amount { requests: quantity(requests), limits: quantity(limits) }
}

fn env(name: &str, value: &str) -> Env {
    Env { name: name.parse().unwrap(), value: value.to_owned() }
}

fn source(code: &str, lang: Option<&str>, handler: Option<&str>) -> Option<Source> {
    Some(Source {
        code: Some(code.to_owned()),
        lang: lang.map(str::to_owned),
        handler: handler.map(str::to_owned),
        ..Source::default()
    })
}

fn words(words: &[&str]) -> Option<Command> {
    Some(Command::Words(words.iter().map(|word| (*word).to_owned()).collect()))
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Renders, checks what holds for every run, and fixes the result as a snapshot. The frozen run stands in the snapshot
/// as a word, since its bytes belong to the compression library; that it reads back is checked here.
fn check(name: &str, rendering: &Rendering) -> Vec<Value> {
    let manifests = render(rendering).unwrap_or_else(|error| panic!("{name}: {:#?}", error.problems));
    assert_eq!(render(rendering).unwrap(), manifests, "{name}: the same run gives the same objects");
    let mut objects = manifests.objects.clone();
    for object in &objects {
        let object_name = object["metadata"]["name"].as_str().unwrap();
        assert!(object_name.starts_with(&manifests.name), "{name}: {object_name} begins with {}", manifests.name);
        assert_eq!(object["metadata"]["labels"]["berth.dev/run"], rendering.run.to_string(), "{name}");
    }
    let annotations = objects[0]["metadata"]["annotations"].as_object_mut().unwrap();
    assert_eq!(annotations["berth.dev/spec-hash"], manifests.spec_hash, "{name}");
    let frozen = read_frozen(annotations["berth.dev/run-spec"].as_str().unwrap()).unwrap();
    assert_eq!((frozen.id, frozen.installation), (rendering.run, rendering.installation), "{name}");
    assert_eq!((&frozen.spec.task, &frozen.origins), (&rendering.spec.task, &rendering.origins), "{name}");
    assert_eq!(frozen.spec.function.source.and_then(|source| source.code), None, "{name}: code does not travel twice");
    annotations["berth.dev/run-spec"] = Value::from("frozen");
    insta::assert_yaml_snapshot!(name, objects);
    manifests.objects
}

fn refused(rendering: &Rendering) -> Vec<(String, String)> {
    let problems = render(rendering).expect_err("it is refused").problems;
    problems.into_iter().map(|problem| (problem.path, problem.message)).collect()
}

#[test]
fn a_minimal_run_is_one_held_job() {
    let objects = check("minimal", &base());
    assert_eq!(objects.len(), 1, "nothing beside the job");
    assert_eq!(objects[0]["spec"]["suspend"], true);
    assert_eq!(objects[0]["spec"]["ttlSecondsAfterFinished"], 604_800);
}

#[test]
fn everything_that_is_live_reaches_the_job() {
    check(
        "full",
        &with(|rendering| {
            rendering.parent = Some("0f8fad5b-d9cb-469f-a165-70867728950e".parse().unwrap());
            rendering.spec.function = FunctionSpec {
                image: Some(ImageReference::parse("registry.example.org:5000/team/train:1.4").unwrap()),
                image_pull_policy: Some(ImagePullPolicy::Always),
                command: Some(Command::Line("python -u train.py --name 'two words'".to_owned())),
                args: Some(strings(&["--epochs", "20"])),
                source: source("print('hello')\n", Some("python"), Some("train.py")),
                ..FunctionSpec::default()
            };
            rendering.spec.task = TaskSpec {
                node_selector: [("disk".to_owned(), "ssd".to_owned())].into(),
                resources: Resources {
                    cpu: amount(Some("500m"), Some("2")),
                    mem: amount(Some("1Gi"), Some("1.5Gi")),
                    gpu: amount(Some("1"), None),
                    gpu_key: Some("amd.com/gpu".to_owned()),
                    disk: None,
                },
                tolerations: vec![Toleration {
                    key: Some("gpu".to_owned()),
                    operator: Some("Exists".to_owned()),
                    effect: Some("NoSchedule".to_owned()),
                    ..Toleration::default()
                }],
                envs: vec![
                    env("SEED", "1"),
                    env("EMPTY", ""),
                    env("LITERAL", "$(RUN_ID)"),
                    env("PROJECT_NAME", "mine"),
                ],
                backoff_limit: Some(2),
                deadline: Some(3600),
                ttl: Some(60),
                fs_group: Some(2000),
                run_as_user: Some(2001),
                run_as_group: Some(2002),
                runtime_class: Some("berth-test".to_owned()),
                priority_class: Some("berth-test".to_owned()),
                ..TaskSpec::default()
            };
        }),
    );
}

#[test]
fn inline_code_gets_a_name_from_its_language() {
    let objects = check(
        "code-by-language",
        &with(|rendering| {
            rendering.spec.function.source = source("echo hello from berth\n", Some("sh"), None);
            rendering.spec.function.command = words(&["sh", "main.sh"]);
        }),
    );
    assert_eq!(objects[1]["data"]["code"], "echo hello from berth\n");
}

#[test]
fn a_binary_file_travels_as_it_is() {
    let bytes = [0_u8, 159, 146, 150, 255];
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    let objects = check(
        "code-binary",
        &with(|rendering| {
            rendering.spec.function.source = Some(Source {
                uri: Some("model/weights.bin".to_owned()),
                base64: Some(text.clone()),
                ..Source::default()
            });
        }),
    );
    assert_eq!(objects[1]["binaryData"]["code"], text);
    assert_eq!(objects[1].get("data"), None);
}

#[test]
fn a_restricted_run_is_nobody_in_particular_and_has_a_home() {
    check("restricted", &with(|rendering| rendering.spec.task.security = Some(SecurityLevel::Restricted)));
}

#[test]
fn a_namespace_may_ask_for_more_and_the_users_numbers_stand() {
    check(
        "restricted-by-namespace",
        &with(|rendering| {
            rendering.spec.task.security = Some(SecurityLevel::Baseline);
            rendering.enforced = Some(SecurityLevel::Restricted);
            rendering.spec.task.run_as_user = Some(8877);
            rendering.spec.task.envs = vec![env("HOME", "/tmp")];
        }),
    );
}

#[test]
fn retries_go_without_a_failure_policy() {
    let objects = check("retries", &with(|rendering| rendering.spec.task.backoff_limit = Some(4)));
    assert_eq!(objects[0]["spec"].get("podFailurePolicy"), None, "it would end the run at the first failure");
}

#[test]
fn a_time_limit_is_the_pods_and_the_jobs_is_wider() {
    let objects = check(
        "deadline",
        &with(|rendering| {
            rendering.spec.task.deadline = Some(90);
            rendering.spec.task.backoff_limit = Some(1);
        }),
    );
    assert_eq!(objects[0]["spec"]["template"]["spec"]["activeDeadlineSeconds"], 90);
    assert_eq!(objects[0]["spec"]["activeDeadlineSeconds"], 2 * 90 + 600 + 604_800);
}

#[test]
fn placement_is_kept_word_for_word() {
    let affinity = json!({
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [{"key": "gpu", "operator": "In", "values": ["a100", "h100"]}]}]
            }
        },
        "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [{
                "weight": 50,
                "podAffinityTerm": {
                    "labelSelector": {"matchLabels": {"app.kubernetes.io/managed-by": "berth"}},
                    "topologyKey": "kubernetes.io/hostname"
                }
            }]
        }
    });
    let objects = check(
        "placement",
        &with(|rendering| {
            rendering.spec.task.affinity = Some(affinity.clone());
            rendering.spec.task.node_selector =
                [("kubernetes.io/arch", "amd64"), ("zone", "b")].map(|(key, value)| (key.into(), value.into())).into();
            rendering.spec.task.tolerations = vec![
                Toleration { operator: Some("Exists".to_owned()), ..Toleration::default() },
                Toleration {
                    key: Some("spot".to_owned()),
                    operator: Some("Equal".to_owned()),
                    value: Some("yes".to_owned()),
                    effect: Some("NoExecute".to_owned()),
                    toleration_seconds: Some(300),
                },
            ];
        }),
    );
    assert_eq!(objects[0]["spec"]["template"]["spec"]["affinity"], affinity);
}

#[test]
fn limits_and_accelerators() {
    check(
        "limits",
        &with(|rendering| {
            rendering.spec.task.resources = Resources {
                cpu: amount(Some("0.5"), Some("1.5")),
                mem: amount(None, Some("2Gi")),
                gpu: amount(None, Some("2")),
                gpu_key: None,
                disk: None,
            };
        }),
    );
}

#[test]
fn arguments_alone_go_to_the_images_own_program() {
    let objects =
        check("args-only", &with(|rendering| rendering.spec.function.args = Some(strings(&["--fast", "two words"]))));
    let container = &objects[0]["spec"]["template"]["spec"]["containers"][0];
    assert_eq!((container.get("command"), &container["args"]), (None, &json!(["--fast", "two words"])));
}

#[test]
fn one_word_stays_one_word() {
    let objects = check(
        "one-word",
        &with(|rendering| {
            rendering.spec.function.command = Some(Command::OneWord { one_word: "/opt/my tool".to_owned() });
        }),
    );
    assert_eq!(objects[0]["spec"]["template"]["spec"]["containers"][0]["command"], json!(["/opt/my tool"]));
}

#[test]
fn a_long_name_is_cut_and_kept_in_full_beside() {
    let name = "7.Very_Long+Name.".repeat(15);
    let objects = check(
        "long-name",
        &with(|rendering| {
            rendering.function.name = FunctionName::parse(&name).unwrap();
            rendering.project = ProjectName::parse("--9-projects--").unwrap();
        }),
    );
    assert_eq!(objects[0]["metadata"]["annotations"]["berth.dev/function-name"], name);
    assert!(objects[0]["metadata"]["name"].as_str().unwrap().len() <= 46);
}

#[test]
fn a_frozen_run_too_large_for_an_annotation_travels_beside() {
    let mut state = 1_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{state:016x}")
    };
    let value: String = (0..20_000).map(|_| noise()).collect();
    let rendering = with(|rendering| rendering.spec.task.envs = vec![env("NOISE", &value)]);
    let manifests = render(&rendering).unwrap();
    let annotations = &manifests.objects[0]["metadata"]["annotations"];
    assert_eq!(annotations.get("berth.dev/run-spec"), None);
    assert_eq!(annotations["berth.dev/run-spec-in"], manifests.objects[1]["metadata"]["name"]);
    let frozen = read_frozen(manifests.objects[1]["data"]["run-spec"].as_str().unwrap()).unwrap();
    assert_eq!(frozen.spec.task, rendering.spec.task);
}

#[test]
fn what_is_not_live_is_refused_by_name() {
    let refusals = refused(&with(|rendering| {
        let task = &mut rendering.spec.task;
        task.secrets = vec!["TOKEN".parse().unwrap()];
        task.profile = Some("big".parse().unwrap());
        task.schedule = Some(serde_json::from_value(json!("0 * * * *")).unwrap());
        task.replicas = Some(2);
        task.instructions = strings(&["pip install x"]);
        task.resources.disk = Some(Quantity::parse("1Gi").unwrap());
        task.volumes = serde_json::from_value(json!([
            {"name": "data", "mount_path": "/data", "type": "claim", "claim": "data"}
        ]))
        .unwrap();
        rendering.spec.function.source =
            Some(Source { uri: Some("git+https://example.org/a.git#main".to_owned()), ..Source::default() });
    }));
    let mut paths: Vec<_> = refusals.iter().map(|(path, _)| path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        ["instructions", "profile", "replicas", "resources.disk", "schedule", "secrets", "source.uri", "volumes"],
        "{refusals:#?}"
    );
    for action in [Action::Serve, Action::Deploy, Action::Build] {
        let refusals = refused(&with(|rendering| rendering.action = action));
        assert!(refusals.iter().any(|(path, _)| path == "action"), "{action:?}: {refusals:#?}");
    }
}

#[test]
fn values_that_cannot_work_are_refused_at_their_field() {
    let check = |path: &str, change: fn(&mut Rendering)| {
        let refusals = refused(&with(change));
        assert!(refusals.iter().any(|(known, _)| known == path), "{path}: {refusals:#?}");
    };
    check("image", |rendering| rendering.spec.function.image = None);
    check("command", |rendering| rendering.spec.function.command = Some(Command::Line("echo 'open".to_owned())));
    check("deadline", |rendering| rendering.spec.task.deadline = Some(0));
    check("ttl", |rendering| rendering.spec.task.ttl = Some(604_801));
    check("backoff_limit", |rendering| rendering.spec.task.backoff_limit = Some(u32::MAX));
    check("resources.gpu.limits", |rendering| rendering.spec.task.resources.gpu = amount(Some("1"), Some("2")));
    check("run_as_user", |rendering| {
        rendering.spec.task.security = Some(SecurityLevel::Restricted);
        rendering.spec.task.run_as_user = Some(0);
    });
    check("affinity", |rendering| rendering.spec.task.affinity = Some(json!("everywhere")));
    check("affinity.nodeAffinity.required", |rendering| {
        rendering.spec.task.affinity = Some(json!({"nodeAffinity": {"required": {}}}));
    });
    check("affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight", |rendering| {
        rendering.spec.task.affinity = Some(json!({
            "podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{
                "weight": "heavy",
                "podAffinityTerm": {"topologyKey": "zone"}
            }]}
        }));
    });
    check("source.base64", |rendering| {
        rendering.spec.function.source = Some(Source { base64: Some("no!".to_owned()), ..Source::default() });
    });
    check("source.base64", |rendering| {
        rendering.spec.function.source =
            Some(Source { base64: Some(String::new()), code: Some(String::new()), ..Source::default() });
    });
    check("source.code", |rendering| rendering.spec.function.source = source(&"x".repeat(900 * 1024 + 1), None, None));
}

#[test]
fn code_up_to_the_limit_travels() {
    let rendering = with(|rendering| rendering.spec.function.source = source(&"x".repeat(900 * 1024), None, None));
    assert_eq!(render(&rendering).unwrap().objects[1]["data"]["code"].as_str().map(str::len), Some(900 * 1024));
}

#[test]
fn the_file_of_code_is_named_as_its_owner_would() {
    let named = |uri: Option<&str>, handler: Option<&str>, lang: Option<&str>| {
        let rendering = with(|rendering| {
            rendering.spec.function.source =
                Some(Source { uri: uri.map(str::to_owned), ..source("x", lang, handler).unwrap() });
        });
        let objects = render(&rendering).unwrap().objects;
        objects[0]["spec"]["template"]["spec"]["containers"][0]["volumeMounts"][1]["mountPath"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(named(None, None, None), "/shared/main");
    assert_eq!(named(None, None, Some("python")), "/shared/main.py");
    assert_eq!(named(None, Some("train.py:main"), None), "/shared/train.py");
    assert_eq!(named(None, Some("train.main"), Some("python")), "/shared/train.py");
    assert_eq!(named(Some("/home/me/my script.py"), Some("other.py"), None), "/shared/my script.py");
    assert_eq!(named(Some("src/train.py"), None, None), "/shared/src/train.py", "as DigitalHub places it");
    assert_eq!(named(Some("../../etc/passwd"), None, None), "/shared/passwd", "never outside");
}

#[test]
fn an_owned_object_names_its_owner_and_does_not_block_it() {
    let main = ObjectRef { kind: "Job".to_owned(), name: "train-x".to_owned(), uid: "u-1".to_owned() };
    let owned = owned_by(&json!({"kind": "ConfigMap", "metadata": {"name": "train-x-code"}}), &main);
    assert_eq!(
        owned["metadata"]["ownerReferences"],
        json!([{"apiVersion": "batch/v1", "kind": "Job", "name": "train-x", "uid": "u-1", "blockOwnerDeletion": false}])
    );
    assert_eq!(owned["metadata"]["name"], "train-x-code", "the rest stays");
    assert_eq!(owned_by(&json!(7), &main)["metadata"]["ownerReferences"][0]["uid"], "u-1", "no panic");
}
