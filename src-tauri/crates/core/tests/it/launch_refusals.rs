//! Launches that cannot be: the exact sentence, and nothing created, written or lost.

use std::time::Duration;

use berth_core::ports::RunQuery;
use berth_core::{Error, ErrorCode, LaunchRequest, Launchable};
use berth_model::{Place, RunId};
use serde_json::{Value, json};

use crate::world::{World, function, kubeconfig, kubeconfig_in, request};

/// Launches, and makes sure that nothing came of it anywhere.
async fn refused(world: &World, request: &LaunchRequest) -> Error {
    let error = world.app.launch(request).await.unwrap_err();
    assert_eq!(world.changes(), Vec::<String>::new(), "nothing was asked of the cluster but questions");
    assert!(world.api.objects("Job").is_empty() && world.api.objects("ConfigMap").is_empty());
    assert!(world.app.runs(&RunQuery::default()).await.unwrap().rows.is_empty(), "no run was written");
    assert!(world.app.history().functions(&request.project).await.unwrap().is_empty(), "no function was saved");
    assert!(world.announced.notices().is_empty(), "nothing was announced");
    error
}

#[tokio::test]
async fn no_right_to_create_jobs_names_the_verb_and_the_resource() {
    let world = World::new();
    world.api.deny("create", "jobs.batch");
    let error = refused(&world, &request(RunId::random())).await;
    assert_eq!(error.code, ErrorCode::Forbidden);
    assert_eq!(error.message, "you may not create jobs.batch in namespace \"work\"");
    assert_eq!(error.hint.unwrap(), "Ask whoever runs the cluster for a role that allows: create jobs.batch.");
}

#[tokio::test]
async fn a_missing_namespace_is_named_with_its_context() {
    let world = World::new();
    let place = Some(Place { context: "lab".into(), namespace: Some("nowhere".into()) });
    let error = refused(&world, &LaunchRequest { place, ..request(RunId::random()) }).await;
    assert_eq!(error.code, ErrorCode::NotFound);
    assert_eq!(error.message, "namespace \"nowhere\" does not exist in context \"lab\"");
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_found_by_the_pods_dry_run() {
    let world = World::new();
    world.api.refuse_pods(Some("exceeded quota: small, requested: cpu=100m, used: cpu=950m, limited: cpu=1"));
    let error = refused(&world, &request(RunId::random())).await;
    assert_eq!(error.code, ErrorCode::Refused, "{error:?}");
    assert!(error.message.contains("quota") && error.message.contains("small"), "{}", error.message);
}

#[tokio::test]
async fn a_pod_security_refusal_is_found_by_the_pods_dry_run() {
    let world = World::new();
    let told = "violates PodSecurity \"restricted:latest\": unrestricted capabilities (container \"main\" must set securityContext.capabilities.drop=[\"ALL\"])";
    world.api.refuse_pods(Some(told));
    let error = refused(&world, &request(RunId::random())).await;
    assert_eq!(error.code, ErrorCode::Refused, "{error:?}");
    assert!(error.message.contains("capabilities"), "{}", error.message);
}

#[tokio::test]
async fn no_kubeconfig_says_where_was_looked_and_what_to_do() {
    let world = World::new();
    let file = kubeconfig_in(world.folder.path());
    std::fs::remove_file(&file).unwrap();
    let error = refused(&world, &request(RunId::random())).await;
    assert_eq!(error.code, ErrorCode::Kubeconfig);
    assert_eq!(error.message, format!("there is no kubeconfig: looked for \"{}\"", file.display()));
    assert!(error.hint.unwrap().contains("KUBECONFIG"));
}

#[tokio::test]
async fn an_unknown_context_is_no_place_to_go() {
    let world = World::new();
    let place = Some(Place { context: "elsewhere".into(), namespace: None });
    let error = refused(&world, &LaunchRequest { place, ..request(RunId::random()) }).await;
    assert_eq!(error.code, ErrorCode::Kubeconfig);
    assert!(error.message.contains("elsewhere"), "{}", error.message);
}

#[tokio::test]
async fn a_context_that_does_not_answer_says_how_long_was_waited() {
    let world = World::new();
    // Accepts connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    std::fs::write(kubeconfig_in(world.folder.path()), kubeconfig(&format!("http://{address}"))).unwrap();
    let began = std::time::Instant::now();
    let error = refused(&world, &request(RunId::random())).await;
    assert!(began.elapsed() < Duration::from_secs(15));
    assert_eq!(error.code, ErrorCode::Unreachable);
    let seconds = error.message.strip_prefix("context \"lab\" did not answer: gave up after ").unwrap();
    let seconds: f64 = seconds.strip_suffix(" s").unwrap().parse().unwrap();
    assert!((5.0..15.0).contains(&seconds), "{}", error.message);
}

#[tokio::test]
async fn a_context_where_nothing_listens_is_told_at_once() {
    let world = World::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    std::fs::write(kubeconfig_in(world.folder.path()), kubeconfig(&format!("http://{free}"))).unwrap();
    let error = refused(&world, &request(RunId::random())).await;
    assert_eq!(error.code, ErrorCode::Unreachable);
    assert!(error.message.starts_with("context \"lab\" cannot be reached"), "{}", error.message);
}

#[tokio::test]
async fn all_problems_of_a_request_are_told_at_once_and_at_their_fields() {
    let world = World::new();
    let mut document = function();
    document["spec"]["imagee"] = json!("x");
    let wrong = LaunchRequest {
        what: Launchable::Document(document),
        overrides: json!({ "backof_limit": 1 }),
        ..request(RunId::random())
    };
    let error = refused(&world, &wrong).await;
    assert_eq!(error.code, ErrorCode::InvalidInput);
    let all: Vec<&str> = error.fields.iter().map(|problem| problem.message.as_str()).collect();
    assert!(all.iter().any(|message| message.contains("imagee")), "{all:?}");
    assert!(all.iter().any(|message| message.contains("backof_limit") && message.contains("backoff_limit")), "{all:?}");
    assert!(world.requests().is_empty(), "no cluster is asked about a request that is wrong");
    let checked = world.app.validate(&wrong);
    assert_eq!(checked, error.fields, "the form is told the same");
}

#[tokio::test]
async fn what_cannot_be_read_hides_nothing_else_that_is_wrong() {
    let world = World::new();
    let mut document = function();
    document["spec"]["image"] = json!("Not An Image");
    document["spec"]["command"] = json!("echo 'open");
    let wrong = LaunchRequest {
        what: Launchable::Document(document),
        task: Some(json!({ "resources": { "mem": { "limits": "1.5Gb" } }, "backoff_limit": "many" })),
        ..request(RunId::random())
    };
    let error = refused(&world, &wrong).await;
    let paths: Vec<&str> = error.fields.iter().map(|problem| problem.path.as_str()).collect();
    for path in ["image", "command", "resources.mem.limits", "backoff_limit"] {
        let found = paths.iter().filter(|known| known.ends_with(path)).count();
        assert_eq!(found, 1, "{path} is told once: {:?}", error.fields);
    }
    assert_eq!(world.app.validate(&wrong), error.fields, "the form is told the same");
}

#[tokio::test]
async fn code_that_was_not_read_is_refused_with_what_to_do() {
    let world = World::new();
    let mut document = function();
    document["spec"]["source"] = json!({ "source": "./main.py" });
    let request = LaunchRequest { what: Launchable::Document(document), ..request(RunId::random()) };
    let error = refused(&world, &request).await;
    assert_eq!(error.code, ErrorCode::InvalidInput);
    assert!(error.message.contains("main.py") && error.message.contains("was not read"), "{}", error.message);
}

#[tokio::test]
async fn a_profile_and_a_secret_that_nobody_made_stop_the_launch() {
    let world = World::new();
    for (overrides, part) in
        [(json!({ "profile": "big" }), "no profile \"big\""), (json!({ "secrets": ["TOKEN"] }), "no secret \"TOKEN\"")]
    {
        let error = refused(&world, &LaunchRequest { overrides, ..request(RunId::random()) }).await;
        assert_eq!(error.code, ErrorCode::InvalidInput);
        assert!(error.fields.iter().any(|problem| problem.message.contains(part)), "{error:?}");
    }
}

#[tokio::test]
async fn an_unknown_function_or_project_is_named() {
    let world = World::new();
    let what = Launchable::Saved { name: "nothing".parse().unwrap(), version: Some(3) };
    let error = refused(&world, &LaunchRequest { what, ..request(RunId::random()) }).await;
    assert_eq!(error.code, ErrorCode::NotFound);
    assert_eq!(error.message, "there is no function \"nothing\" version 3 in project \"default\"");
    let elsewhere = LaunchRequest { project: "lost".parse().unwrap(), ..request(RunId::random()) };
    let error = world.app.launch(&elsewhere).await.unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::NotFound, "there is no project \"lost\""));
}

#[tokio::test]
async fn a_check_asks_everything_and_makes_nothing() {
    let world = World::new();
    let request = request(RunId::random());
    let prepared = world.app.check(&request).await.unwrap();
    assert!(prepared.target.cluster.is_some(), "the cluster is known by now");
    assert_eq!(world.changes(), Vec::<String>::new());
    assert!(world.requests().iter().any(|request| request.contains("/pods?") && request.contains("dryRun=All")));
    world.api.deny("create", "jobs.batch");
    let error = world.app.check(&request).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
    assert_eq!(error.fields, Vec::new());
    assert!(error.detail.unwrap().contains("cannot create resource"), "the cluster's own words stand beside ours");
    let _: Value = prepared.manifests[0].clone();
}
