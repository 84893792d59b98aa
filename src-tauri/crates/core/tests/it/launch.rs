//! Launches that go well, once each.

use std::sync::Arc;
use std::time::Duration;

use berth_core::ports::{Notice, RunQuery};
use berth_core::{ErrorCode, LaunchRequest, Launchable};
use berth_model::{FunctionName, RunId, RunState, Submission};
use berth_testkit::{Fault, On};
use serde_json::{Value, json};

use crate::engine::until;
use crate::world::{World, request};

#[tokio::test]
async fn a_launch_is_written_down_made_held_completed_and_released() {
    let world = World::new();
    let run = RunId::random();
    let row = world.app.launch(&request(run)).await.unwrap();
    assert_eq!((row.run.status.submission, row.run.status.state), (Submission::Released, RunState::Pending));
    let job = world.job();
    assert_eq!(job["spec"]["suspend"], json!(false));
    assert_eq!(row.run.status.objects[0].uid, job["metadata"]["uid"].as_str().unwrap());
    let configs = world.api.objects("ConfigMap");
    assert_eq!(configs.len(), 1, "the code travels in an object of its own");
    assert_eq!(configs[0]["metadata"]["ownerReferences"][0]["uid"], job["metadata"]["uid"]);
    assert_eq!(world.states(run).await, ["Created", "Complete", "Released"]);
    let kinds: Vec<String> =
        world.changes().iter().map(|request| request.split('?').next().unwrap().to_owned()).collect();
    let name = &row.run.object_name;
    assert_eq!(
        kinds,
        [
            "POST /apis/batch/v1/namespaces/work/jobs".to_owned(),
            "POST /api/v1/namespaces/work/configmaps".to_owned(),
            format!("PATCH /apis/batch/v1/namespaces/work/jobs/{name}"),
        ],
        "one request for each object and one for the release"
    );
    assert_eq!(world.run(run).await.run, row.run, "what was returned is what is stored");
}

#[tokio::test]
async fn a_job_is_made_suspended_with_a_long_time_to_live() {
    let world = World::new();
    let prepared = world.app.prepare(&request(RunId::random())).await.unwrap();
    let job = &prepared.manifests[0];
    assert_eq!(job["spec"]["suspend"], json!(true));
    assert_eq!(job["spec"]["ttlSecondsAfterFinished"], json!(604_800));
    assert!(world.requests().is_empty(), "a preview asks no cluster");
}

#[tokio::test]
async fn every_change_is_announced_after_it_is_written() {
    let world = World::new();
    let run = RunId::random();
    world.app.launch(&request(run)).await.unwrap();
    let notices = world.announced.notices();
    let revisions: Vec<u64> = notices
        .iter()
        .filter_map(|notice| match notice {
            Notice::Runs(rows) => Some(rows[0].run.status.revision),
            _ => None,
        })
        .collect();
    assert_eq!(revisions, [0, 1, 2, 3]);
}

#[tokio::test]
async fn twenty_clicks_in_two_programs_are_one_run() {
    let world = World::new();
    let run = RunId::random();
    let other = world.other_program();
    let clicks = (0..20).map(|click| {
        let app = Arc::clone(if click % 2 == 0 { &world.app } else { &other });
        tokio::spawn(async move { app.launch(&request(run)).await })
    });
    for click in futures::future::join_all(clicks.collect::<Vec<_>>()).await {
        let row = click.unwrap().unwrap();
        assert_eq!((row.run.id, row.run.status.submission), (run, Submission::Released));
    }
    assert_eq!(world.job()["spec"]["suspend"], json!(false));
    let page = world.app.runs(&RunQuery::default()).await.unwrap();
    assert_eq!(page.rows.len(), 1);
    let saved = world.app.history().functions(&request(run).project).await.unwrap();
    assert_eq!(saved.len(), 1);
    assert_eq!(world.run(run).await.run.function.version, saved[0].version);
}

#[tokio::test]
async fn a_program_that_was_overtaken_while_it_asked_the_cluster_finds_the_run_of_the_other() {
    let world = World::new();
    let run = RunId::random();
    world.api.fault(On::dry_run("jobs"), Fault::Delay(Duration::from_millis(500)), 1);
    let other = world.other_program();
    let slow = tokio::spawn(async move { other.launch(&request(run)).await });
    let asks =
        || async { world.requests().iter().any(|request| request.contains("/jobs?") && request.contains("dryRun")) };
    until(10, "the other asks", asks).await;
    let first = world.app.launch(&request(run)).await.unwrap();
    assert!(!slow.is_finished(), "the other has not heard from the cluster yet");
    let second = slow.await.unwrap().unwrap();
    assert_eq!((first.run.id, second.run.status.submission), (second.run.id, Submission::Released));
    assert_eq!(world.changes().iter().filter(|request| request.starts_with("POST /apis/batch")).count(), 1);
}

#[tokio::test]
async fn the_same_id_is_the_same_launch_whatever_else_is_said() {
    let world = World::new();
    let run = RunId::random();
    let first = world.app.launch(&request(run)).await.unwrap();
    let other = LaunchRequest { overrides: json!({ "image": "busybox:1" }), ..request(run) };
    let again = world.app.launch(&other).await.unwrap();
    assert_eq!(again.run, first.run);
    assert_eq!(world.changes().len(), 3, "nothing was sent again");
}

#[tokio::test]
async fn a_file_launched_twice_is_one_version_and_a_changed_one_is_the_next() {
    let world = World::new();
    let first = world.app.launch(&request(RunId::random())).await.unwrap();
    let second = world.app.launch(&request(RunId::random())).await.unwrap();
    assert_eq!((first.run.function.version, second.run.function.version), (1, 1));
    assert_eq!(first.run.function.id, second.run.function.id);
    let mut changed = crate::world::function();
    changed["spec"]["image"] = json!("python:3.13");
    let request = LaunchRequest { what: Launchable::Document(changed), ..request(RunId::random()) };
    let third = world.app.launch(&request).await.unwrap();
    assert_eq!(third.run.function.version, 2);
    let annotations = &world.api.objects("Job");
    assert_eq!(annotations.len(), 3);
}

#[tokio::test]
async fn a_saved_function_runs_with_the_values_given_on_top() {
    let world = World::new();
    let project = request(RunId::random()).project;
    world.app.save_function(&project, &crate::world::function()).await.unwrap();
    let name = FunctionName::parse("train").unwrap();
    let request = LaunchRequest {
        what: Launchable::Saved { name, version: None },
        overrides: json!({ "image": "python:3.13", "envs": [{ "name": "EPOCHS", "value": "3" }] }),
        ..request(RunId::random())
    };
    let row = world.app.launch(&request).await.unwrap();
    let container = &world.job()["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["image"], json!("python:3.13"));
    assert!(container["env"].to_string().contains("EPOCHS"), "{container}");
    assert_eq!(row.run.function.version, 1, "values given with a run make no new version");
}

#[tokio::test]
async fn a_restricted_namespace_gets_a_restricted_pod_without_being_asked() {
    let world = World::new();
    world.api.enforce(Some("restricted"));
    world.app.launch(&request(RunId::random())).await.unwrap();
    let pod = world.job()["spec"]["template"]["spec"].clone();
    assert_eq!(pod["securityContext"]["runAsNonRoot"], json!(true), "{pod}");
}

#[tokio::test]
async fn a_run_is_repeated_with_what_it_was_made_of() {
    let world = World::new();
    let first = LaunchRequest {
        overrides: json!({ "image": "python:3.13", "handler": "main.py" }),
        task: Some(json!({
            "resources": { "mem": { "requests": "64Mi", "limits": "128Mi" } },
            "envs": [{ "name": "A", "value": "1" }], "backoff_limit": 2, "deadline": 600, "ttl": 60,
            "node_selector": [{ "key": "disk", "value": "ssd" }], "security": "restricted",
        })),
        ..request(RunId::random())
    };
    let first = world.app.launch(&first).await.unwrap().run;
    let again = world.app.rerun_request(first.id, Value::Null).await.unwrap();
    assert_ne!(again.run, first.id);
    let again = world.app.launch(&again).await.unwrap().run;
    assert_eq!(again.parent, Some(first.id));
    assert_eq!(again.spec, first.spec);
    assert_eq!(again.function, first.function, "repeating makes no new version");
    assert_eq!(again.target, first.target);

    let changed = world.app.rerun_request(first.id, json!({ "image": "busybox:1" })).await.unwrap();
    let changed = world.app.launch(&changed).await.unwrap().run;
    assert_eq!(changed.spec.function.image.unwrap().to_string(), "busybox:1");
    assert_eq!(changed.spec.task, first.spec.task);
}

#[tokio::test]
async fn a_run_whose_function_is_gone_is_repeated_from_its_frozen_copy() {
    let world = World::new();
    let first = world.app.launch(&request(RunId::random())).await.unwrap().run;
    world.app.history().delete_function(&first.project, &first.function.name, None).await.unwrap();
    let again = world.app.rerun_request(first.id, Value::Null).await.unwrap();
    let again = world.app.launch(&again).await.unwrap().run;
    assert_eq!(again.spec, first.spec);
}

#[tokio::test]
async fn a_run_that_nobody_made_cannot_be_repeated() {
    let world = World::new();
    let error = world.app.rerun_request(RunId::random(), Value::Null).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}
