//! Launches whose replies are lost, late, or about something foreign: one object or none, and history says so.

use std::sync::Arc;
use std::time::Duration;

use berth_core::{ErrorCode, FAILPOINTS};
use berth_model::{Reason, RunId, RunState, Submission};
use berth_testkit::{Fault, On};
use serde_json::json;

use crate::child::{self, Deed, was_killed};
use crate::engine::until;
use crate::world::{NAMESPACE, World, request};

/// A launch with one mistreated request still ends with one released Job.
async fn survives(on: On, fault: Fault, times: usize) -> World {
    let world = World::new();
    let told = format!("{fault:?} at {on:?}");
    world.api.fault(on, fault, times);
    let run = RunId::random();
    let row = world.app.launch(&request(run)).await.unwrap_or_else(|error| panic!("{told}: {error:?}"));
    assert_eq!(row.run.status.submission, Submission::Released, "{told}");
    assert_eq!(world.job()["spec"]["suspend"], json!(false), "{told}");
    assert_eq!(world.api.objects("ConfigMap").len(), 1, "{told}");
    assert!(world.states(run).await.contains(&"Unknown".to_owned()), "{told}: history tells of the doubt");
    assert_eq!(row.run.status.message, None, "{told}: and the doubt is over");
    world
}

#[tokio::test]
async fn a_job_that_was_stored_behind_a_gateway_error_is_adopted_not_made_again() {
    for code in [500, 503, 504] {
        let world = survives(On::create("jobs"), Fault::StoreThen(code), 1).await;
        let posts = world.changes().iter().filter(|request| request.starts_with("POST /apis/batch")).count();
        assert_eq!(posts, 1, "after {code} nothing is repeated blindly");
    }
}

#[tokio::test]
async fn a_job_that_was_stored_before_the_connection_broke_is_adopted() {
    survives(On::create("jobs"), Fault::StoreThenReset, 1).await;
}

#[tokio::test]
async fn a_job_that_never_arrived_is_sent_again_under_the_same_name() {
    let world = survives(On::create("jobs"), Fault::Reset, 2).await;
    let posts = world.changes().iter().filter(|request| request.starts_with("POST /apis/batch")).count();
    assert_eq!(posts, 3);
}

#[tokio::test]
async fn lost_replies_to_what_belongs_to_the_job_and_to_its_release_are_made_good() {
    survives(On::create("configmaps"), Fault::StoreThenReset, 1).await;
    survives(On::create("configmaps"), Fault::Reset, 1).await;
    survives(On::method("PATCH").path("/jobs/"), Fault::StoreThen(504), 1).await;
    survives(On::method("PATCH").path("/jobs/"), Fault::Reset, 1).await;
}

#[tokio::test]
async fn a_cluster_that_gives_no_clear_answer_leaves_the_run_looked_after_and_findable() {
    let world = World::new();
    world.api.fault(On::create("jobs"), Fault::StoreThenReset, 1);
    world.api.fault(On::read("jobs/"), Fault::Reset, 100);
    let run = RunId::random();
    let began = tokio::time::Instant::now();
    let error = world.app.launch(&request(run)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::OutcomeUnknown, "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(15), "a verdict or \"unknown\" within 15 s");
    let status = world.run(run).await.run.status;
    assert_eq!((status.submission, status.reason), (Submission::Unknown, Some(Reason::OutcomeUnknown)));
    assert!(world.app.history().open_runs().await.unwrap().iter().any(|row| row.run.id == run));
    assert_eq!(world.api.objects("Job").len(), 1, "nothing is deleted because a reply was lost");
}

#[tokio::test]
async fn a_name_that_is_taken_is_told_before_anything_is_written() {
    let world = World::new();
    let prepared = world.app.prepare(&request(RunId::random())).await.unwrap();
    assert!(!prepared.manifests.is_empty());
    let run = RunId::random();
    world.api.fault(On::dry_run("jobs"), Fault::TakenFirst, 1);
    let error = world.app.launch(&request(run)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict, "{error:?}");
    assert!(world.app.history().run(run).await.unwrap().is_none());
    assert_eq!(world.job()["metadata"]["labels"]["app"], "somebody-else");
}

#[tokio::test]
async fn a_foreign_object_under_the_name_is_shown_never_adopted_and_never_deleted() {
    let world = World::new();
    world.api.fault(On::create("jobs"), Fault::TakenFirst, 1);
    let run = RunId::random();
    let error = world.app.launch(&request(run)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
    let foreign = world.job();
    let uid = foreign["metadata"]["uid"].as_str().unwrap();
    assert!(error.message.contains(uid), "{} names the object", error.message);
    assert_eq!(foreign["metadata"]["labels"]["app"], "somebody-else");
    let status = world.run(run).await.run.status;
    assert_eq!(status.submission, Submission::Conflict);
    assert_eq!((status.state, status.reason), (RunState::Error, Some(Reason::NameTaken)));
    let deletes = world.changes().iter().filter(|request| request.starts_with("DELETE")).count();
    assert_eq!(deletes, 0);
    assert_eq!(world.app.history().settled(run).await.unwrap(), (true, true), "nothing is owed to it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_made_again_by_someone_under_our_name_is_not_our_run() {
    assert!(FAILPOINTS.contains(&"submit.after_complete"));
    let world = World::new();
    let run = RunId::random();
    let died = child::run(world.folder.path(), Deed::Launch, run, Some("submit.after_complete"));
    assert!(was_killed(died));
    let name = world.run(run).await.run.object_name;
    world.api.change(NAMESPACE, "Job", &name, |job| job["metadata"]["uid"] = json!(uuid::Uuid::new_v4().to_string()));
    let error = world.app.finish_launch(run).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Refused, "{error:?}");
    let status = world.run(run).await.run.status;
    assert_eq!((status.state, status.reason), (RunState::Error, Some(Reason::Replaced)));
    assert_eq!(world.job()["spec"]["suspend"], json!(true), "the other's object was not touched");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_job_that_someone_deleted_is_not_made_again() {
    let world = World::new();
    let run = RunId::random();
    assert!(was_killed(child::run(world.folder.path(), Deed::Launch, run, Some("submit.after_created"))));
    world.api.remove(NAMESPACE, "Job", &world.run(run).await.run.object_name);
    let error = world.app.finish_launch(run).await.unwrap_err();
    assert!(error.message.contains("deleted by someone"), "{}", error.message);
    let status = world.run(run).await.run.status;
    assert_eq!((status.state, status.reason), (RunState::Error, Some(Reason::DeletedOutside)));
    assert!(status.only_in_history);
    assert!(world.api.objects("Job").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_launch_that_is_stopped_while_its_request_is_under_way_leaves_nothing_behind() {
    let world = World::new();
    world.api.fault(On::create("jobs"), Fault::StoreLate(Duration::from_millis(1500)), 1);
    let run = RunId::random();
    let app = Arc::clone(&world.app);
    let launching = tokio::spawn(async move { app.launch(&request(run)).await });
    until(60, "the request is under way", || async { world.api.count("POST", "/jobs") == 1 }).await;
    let other = world.other_program();
    let stopped = other.stop(run).await.unwrap();
    assert_eq!(stopped.run.status.state, RunState::Stopped);
    assert_eq!(other.history().settled(run).await.unwrap(), (true, false), "late arrivals are still looked for");
    until(60, "the Job is stored", || async { world.api.objects("Job").len() == 1 }).await;
    // What the engine does from time to time with a run that is not settled.
    other.stop(run).await.unwrap();
    assert!(world.api.objects("Job").is_empty(), "the late object is removed");
    let row = launching.await.unwrap().unwrap();
    assert_eq!(row.run.status.state, RunState::Stopped, "the launcher learns that it was stopped");
    assert!(world.api.objects("Job").is_empty());
    assert_eq!(row.run.status.reason, Some(Reason::StoppedByUser));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_killed_while_its_request_is_under_way_finds_its_job_again() {
    let world = World::new();
    world.api.fault(On::create("jobs"), Fault::AnswerLate(Duration::from_secs(600)), 1);
    let run = RunId::random();
    let mut program = child::start(world.folder.path(), Deed::Launch, run, None);
    until(60, "the Job is stored", || async { world.api.objects("Job").len() == 1 }).await;
    program.kill().unwrap();
    assert!(was_killed(program.wait().unwrap()));
    assert_eq!(world.run(run).await.run.status.submission, Submission::Intent);
    let row = world.app.finish_launch(run).await.unwrap();
    assert_eq!(row.run.status.submission, Submission::Released);
    assert_eq!(world.job()["spec"]["suspend"], json!(false));
}
