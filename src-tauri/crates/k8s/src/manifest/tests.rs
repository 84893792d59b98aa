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
        build: None,
        registry: None,
        origins: [("image".to_owned(), Origin::Function), ("resources.cpu.requests".to_owned(), Origin::Default)]
            .into(),
        created: "2026-01-02T03:04:05Z".parse().unwrap(),
        enforced: None,
        helpers: HelperImages::default(),
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
    for object in &mut objects {
        if let Some(script) = object.pointer_mut("/data/build.sh") {
            *script = Value::from("the script of builds");
        }
        if let Some(program) = object.pointer_mut("/data/fetch.py") {
            *program = Value::from("the helper's program");
        }
    }
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
fn a_schedule_is_a_held_cron_job_whose_jobs_know_where_they_come_from() {
    let objects = check(
        "schedule",
        &with(|rendering| {
            rendering.spec.function.source = source("print('night')", Some("python"), None);
            rendering.spec.task.schedule = Some("30 2 * * MON-FRI".parse().unwrap());
            rendering.spec.task.time_zone = Some("Europe/Rome".to_owned());
            rendering.spec.task.concurrency_policy = Some(berth_model::ConcurrencyPolicy::Forbid);
            rendering.spec.task.backoff_limit = Some(1);
        }),
    );
    let cron_job = &objects[0];
    assert_eq!((&cron_job["kind"], &cron_job["spec"]["suspend"]), (&json!("CronJob"), &json!(true)));
    let template = &cron_job["spec"]["jobTemplate"];
    assert_eq!(
        template["metadata"]["annotations"]["berth.dev/fire-of"],
        cron_job["metadata"]["labels"]["berth.dev/run"]
    );
    assert_eq!(template["spec"]["suspend"], Value::Null, "what it starts is not held");
    let plain = with(|rendering| rendering.spec.task.schedule = Some("@daily".parse().unwrap()));
    let spec = &render(&plain).unwrap().objects[0]["spec"];
    assert_eq!((&spec["timeZone"], &spec["concurrencyPolicy"]), (&json!("UTC"), &json!("Allow")));
}

#[test]
fn a_start_that_is_asked_for_is_a_held_job_and_a_run_of_its_own() {
    let parent = with(|rendering| rendering.spec.task.schedule = Some("@daily".parse().unwrap()));
    let cron_job = &render(&parent).unwrap().objects[0];
    let schedule = ObjectRef { kind: "CronJob".to_owned(), name: "train-x".to_owned(), uid: "u-1".to_owned() };
    let run: RunId = "0f8fad5b-d9cb-469f-a165-70867728950e".parse().unwrap();
    let asked = Asked { run, name: "train-y", schedule: &schedule };
    let job = fire_now(cron_job, asked).unwrap();
    assert_eq!(job, fire_now(cron_job, asked).unwrap());
    assert_eq!(
        (&job["kind"], &job["metadata"]["name"], &job["spec"]["suspend"]),
        (&json!("Job"), &json!("train-y"), &json!(true))
    );
    assert_eq!(job["metadata"]["ownerReferences"][0]["uid"], json!("u-1"));
    for labels in ["/metadata/labels", "/spec/template/metadata/labels"] {
        assert_eq!(job.pointer(labels).unwrap()["berth.dev/run"], json!(run.to_string()), "{labels}");
    }
    let annotations = &job["metadata"]["annotations"];
    assert_eq!(annotations["berth.dev/fire-of"], json!(parent.run.to_string()));
    assert_eq!(annotations["cronjob.kubernetes.io/instantiate"], json!("manual"));
    assert!(annotations["berth.dev/spec-hash"].is_string() && annotations["berth.dev/run-spec"].is_null());
    assert_eq!(fire_now(&json!({"kind": "Job"}), asked), None);
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
fn a_deployment_is_held_without_copies_and_knows_its_pods_by_the_run_alone() {
    let objects = check(
        "deploy",
        &with(|rendering| {
            rendering.action = Action::Deploy;
            rendering.spec.task.replicas = Some(3);
            rendering.spec.task.liveness_probe = Some(
                serde_json::from_value(json!({
                    "type": "exec", "command": ["test", "-e", "/tmp/alive"], "failure_threshold": 2
                }))
                .unwrap(),
            );
        }),
    );
    assert_eq!(objects.len(), 1, "no Service");
    assert_eq!(objects[0]["spec"]["replicas"], 0);
    assert_eq!(
        objects[0]["spec"]["selector"],
        json!({"matchLabels": {"berth.dev/run": "7d3f4b1a-52c6-4f0e-9a61-0c8e5b2d9f47"}})
    );
}

#[test]
fn a_service_publishes_its_ports_on_nodes_unless_told_otherwise() {
    let objects = check(
        "serve",
        &with(|rendering| {
            rendering.action = Action::Serve;
            rendering.spec.task.service_ports =
                serde_json::from_value(json!([{"port": 80, "target_port": 8080}])).unwrap();
        }),
    );
    let service = objects.last().unwrap();
    assert_eq!((&service["kind"], &service["spec"]["type"]), (&json!("Service"), &json!("NodePort")));
    assert_eq!(service["spec"]["selector"], objects[0]["spec"]["selector"]["matchLabels"]);
}

#[test]
fn a_service_with_everything() {
    check(
        "serve-full",
        &with(|rendering| {
            rendering.action = Action::Serve;
            rendering.spec.function.source = source("print('hello')\n", Some("python"), None);
            let task = &mut rendering.spec.task;
            task.replicas = Some(2);
            task.service_type = Some(berth_model::ServiceType::LoadBalancer);
            task.service_ports = serde_json::from_value(json!([
                {"port": 443, "target_port": 8443, "name": "https", "node_port": 30443},
                {"port": 53, "target_port": 5353, "protocol": "UDP"},
                {"port": 53, "target_port": 5353},
                {"port": 8080, "target_port": 8443}
            ]))
            .unwrap();
            task.readiness_probe =
                Some(serde_json::from_value(json!({"type": "http", "path": "/ready", "period_seconds": 2})).unwrap());
            task.liveness_probe = Some(
                serde_json::from_value(
                    json!({"type": "tcp", "port": 5353, "initial_delay_seconds": 0, "timeout_seconds": 1}),
                )
                .unwrap(),
            );
        }),
    );
}

#[test]
fn code_from_elsewhere_is_fetched_by_a_helper_that_sees_only_what_it_needs() {
    let uri = |uri: &str| {
        Some(Source { uri: Some(uri.to_owned()), handler: Some("train.py".to_owned()), ..Source::default() })
    };
    let objects = check(
        "code-fetched",
        &with(|rendering| {
            rendering.spec.function.source = uri("git+https://example.org/team/code.git#v1");
            let task = &mut rendering.spec.task;
            task.secrets = vec!["GIT_TOKEN".parse().unwrap(), "DB_PASSWORD".parse().unwrap()];
            task.envs = vec![env("HTTPS_PROXY", "http://proxy:3128"), env("LR", "0.1")];
            task.resources.mem = amount(Some("32Mi"), Some("64Mi"));
        }),
    );
    let names: Vec<_> = objects[0]["spec"]["template"]["spec"]["initContainers"][0]["env"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .filter(|name| !name.starts_with("BERTH_"))
        .collect();
    assert_eq!(names, ["HTTPS_PROXY", "GIT_TOKEN"]);
    check(
        "code-archive",
        &with(|rendering| {
            let packed = base64::engine::general_purpose::STANDARD.encode("PK");
            rendering.spec.function.source =
                Some(Source { base64: Some(packed), uri: Some("src/".to_owned()), ..Source::default() });
            rendering.spec.task.security = Some(SecurityLevel::Restricted);
            rendering.spec.task.resources.disk = Some(Quantity::parse("2Gi").unwrap());
        }),
    );
}

#[test]
fn an_alias_is_a_service_of_its_own_that_outlives_the_run() {
    let rendering = with(|rendering| {
        rendering.action = Action::Serve;
        rendering.spec.task.service_name = Some("predict".to_owned());
        rendering.spec.task.service_ports =
            vec![serde_json::from_value(json!({"port": 80, "target_port": 8080, "node_port": 30_080})).unwrap()];
    });
    let objects = render(&rendering).unwrap().objects;
    let alias = objects.last().unwrap();
    assert_eq!((&alias["kind"], &alias["metadata"]["name"]), (&json!("Service"), &json!("predict")));
    assert_eq!(alias["spec"]["selector"], json!({"berth.dev/run": rendering.run.to_string()}));
    assert_eq!(alias["spec"]["type"], json!("ClusterIP"));
    let port = json!([{"name": "port80", "port": 80, "protocol": "TCP", "targetPort": 8080}]);
    assert_eq!(alias["spec"]["ports"], port, "the port on the nodes is the run's own");
    assert!(is_alias(alias) && outlives_run(alias) && !is_alias(&objects[1]));
    let main = ObjectRef { kind: "Deployment".to_owned(), name: "x".to_owned(), uid: "u".to_owned() };
    assert_eq!(owned_by(alias, &main), *alias, "nobody owns it");
}

#[test]
fn a_build_without_registry_and_base_image_is_refused() {
    let refusals = refused(&with(|rendering| rendering.action = Action::Build));
    let paths: Vec<_> = refusals.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["registry", "base_image"], "{refusals:#?}");
}

fn plan() -> BuildPlan {
    serde_json::from_value(json!({
        "dockerfile": "FROM docker.io/library/python:3.12\nRUN pip install x\n",
        "image": "registry.example.org/team/train:pu7uwgsjmyju5",
        "registry": {"address": "registry.example.org/team"},
        "builder": "quay.io/buildah/stable:latest",
    }))
    .unwrap()
}

fn build(change: impl FnOnce(&mut Rendering)) -> Rendering {
    with(|rendering| {
        rendering.action = Action::Build;
        rendering.build = Some(plan());
        rendering.spec.function.base_image = ImageReference::parse("python:3.12").ok();
        rendering.spec.task.instructions = strings(&["pip install x"]);
        change(rendering);
    })
}

#[test]
fn a_build_is_a_job_of_an_ordinary_user_with_the_least_rights_that_do() {
    let objects = check("build", &build(|_| {}));
    assert_eq!(objects.len(), 2, "the job and its recipe");
    let pod = &objects[0]["spec"]["template"]["spec"];
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "Unconfined");
    assert_eq!(objects[1]["data"]["Dockerfile"], plan().dockerfile, "byte for byte");
    let enforced = render(&build(|rendering| rendering.enforced = Some(SecurityLevel::Baseline))).unwrap();
    let pod = &enforced.objects[0]["spec"]["template"]["spec"];
    assert_eq!(pod["securityContext"].get("seccompProfile"), None, "not said where it may not be");
}

#[test]
fn a_build_signs_in_keeps_layers_and_hands_values_on_by_name() {
    let objects = check(
        "build-full",
        &build(|rendering| {
            let plan = rendering.build.as_mut().unwrap();
            plan.registry.secret = "REGISTRY".parse().ok();
            plan.registry.plain_http = true;
            plan.registry.cache = true;
            rendering.registry = Some(plan.registry.clone());
            rendering.spec.function.source = source("print('hello')\n", Some("python"), None);
            let task = &mut rendering.spec.task;
            task.envs = vec![env("LR", "0.1")];
            task.secrets = vec!["TOKEN".parse().unwrap()];
            task.env_from = serde_json::from_value(json!([
                {"name": "MIRROR", "config_map": "settings", "key": "mirror"},
                {"name": "KEY", "secret": "team", "key": "key"}
            ]))
            .unwrap();
            task.resources.disk = Quantity::parse("5Gi").ok();
            task.backoff_limit = Some(1);
        }),
    );
    let credentials = objects.iter().find(|object| wants_credentials(object)).unwrap();
    assert_eq!(credentials["data"], json!({".dockerconfigjson": "e30="}), "no value before the launch");
    let filled = with_credentials(credentials, "{\"auths\"}");
    let expected = base64::engine::general_purpose::STANDARD.encode("{\"auths\"}");
    assert_eq!(filled["data"][".dockerconfigjson"], expected);
    let container = &objects[0]["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(
        container["args"],
        json!([
            "--build-arg",
            "LR",
            "--secret",
            "id=TOKEN,env=TOKEN",
            "--build-arg",
            "MIRROR",
            "--secret",
            "id=KEY,env=KEY"
        ])
    );
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

#[test]
fn a_secret_is_a_reference_to_an_object_that_is_rendered_empty() {
    let objects = check(
        "secrets",
        &with(|rendering| {
            let task = &mut rendering.spec.task;
            task.secrets = vec!["TOKEN".parse().unwrap(), "RUN_ID".parse().unwrap()];
        }),
    );
    assert!(wants_values(&objects[1]) && !wants_values(&objects[0]));
    let filled = with_values(&objects[1], [("TOKEN", "s3cret")]);
    assert_eq!(filled["data"], json!({"TOKEN": base64::engine::general_purpose::STANDARD.encode("s3cret")}));
    let environment = objects[0].pointer("/spec/template/spec/containers/0/env").unwrap().as_array().unwrap();
    let named = |name: &str| environment.iter().filter(|one| one["name"] == name).count();
    assert_eq!((named("TOKEN"), named("RUN_ID")), (1, 1), "a secret takes the place of a variable of ours");
}

#[test]
fn every_kind_of_volume_reaches_the_pod_and_only_claims_that_go_are_owned() {
    let objects = check(
        "volumes",
        &with(|rendering| {
            rendering.spec.function.source = source("print(1)", Some("python"), None);
            rendering.spec.task.resources.disk = Some(Quantity::parse("5Gi").unwrap());
            rendering.spec.task.volumes = serde_json::from_value(json!([
                {"name": "data", "mount_path": "/data", "type": "claim", "claim": "team-data", "sub_path": "a/b"},
                {"name": "model", "mount_path": "/model", "type": "new_claim", "size": "10Gi", "storage_class": "fast",
                 "access_mode": "ReadWriteMany"},
                {"name": "cache", "mount_path": "/cache", "type": "new_claim", "size": "1Gi", "keep": false},
                {"name": "shared", "mount_path": "/tmp/x", "type": "empty_dir", "size_limit": "64Mi", "medium": "Memory"},
                {"name": "code", "mount_path": "/scratch", "type": "ephemeral", "size": "2Gi"},
                {"name": "conf", "mount_path": "/etc/conf", "type": "config_map", "config": "settings", "read_only": true},
                {"name": "cert", "mount_path": "/etc/cert", "type": "secret", "secret": "tls"},
            ]))
            .unwrap();
        }),
    );
    let main = ObjectRef { kind: "Job".to_owned(), name: "train".to_owned(), uid: "u-1".to_owned() };
    let owned: Vec<(&str, bool)> = objects
        .iter()
        .skip(1)
        .map(|object| {
            let is_owned = owned_by(object, &main)["metadata"].get("ownerReferences").is_some();
            (object["kind"].as_str().unwrap(), is_owned)
        })
        .collect();
    let (config, claim) = ("ConfigMap", "PersistentVolumeClaim");
    assert_eq!(
        owned,
        [(config, true), (claim, true), (claim, false)],
        "a claim outlives its run unless that was chosen"
    );
}

#[test]
fn a_volume_of_the_users_under_shared_takes_the_place_of_ours() {
    let rendered = render(&with(|rendering| {
        rendering.spec.function.source = source("print(1)", Some("python"), None);
        rendering.spec.task.volumes = serde_json::from_value(json!([
            {"name": "work", "mount_path": "/shared/", "type": "claim", "claim": "work"}
        ]))
        .unwrap();
    }))
    .unwrap();
    let mounts = rendered.objects[0].pointer("/spec/template/spec/containers/0/volumeMounts").unwrap();
    let paths: Vec<_> = mounts.as_array().unwrap().iter().map(|mount| mount["mountPath"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/shared/", "/shared/main.py"]);
}

#[test]
fn an_image_volume_names_its_image() {
    let rendered = render(&with(|rendering| {
        rendering.spec.task.volumes = serde_json::from_value(json!([
            {"name": "weights", "mount_path": "/weights", "type": "image", "image": "registry.example.org/weights:1"}
        ]))
        .unwrap();
    }))
    .unwrap();
    let volume = rendered.objects[0].pointer("/spec/template/spec/volumes/0").unwrap();
    assert_eq!(volume["image"]["reference"], "registry.example.org/weights:1");
}

#[test]
fn a_node_signs_in_where_the_image_lies_in_the_projects_registry_alone() {
    let signing = |image: &str| {
        let rendering = with(|rendering| {
            rendering.registry =
                serde_json::from_value(json!({"address": "r.example.org/team", "secret": "REGISTRY"})).unwrap();
            rendering.spec.function.image = image.parse().ok();
            rendering.spec.task.image_pull_secrets = strings(&["mine"]);
        });
        let objects = render(&rendering).unwrap().objects;
        let pulling = objects[0].pointer("/spec/template/spec/imagePullSecrets").unwrap();
        let names: Vec<String> =
            pulling.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
        (names, objects.iter().filter(|object| wants_credentials(object)).count())
    };
    let ours = "train-pu7uwgssyzhq5-registry".to_owned();
    assert_eq!(signing("r.example.org/team/a:1"), (vec!["mine".to_owned(), ours], 1));
    assert_eq!(signing("r.example.org/others/a:1"), (vec!["mine".to_owned()], 0));
    assert_eq!(signing("python:3.12"), (vec!["mine".to_owned()], 0));
}
