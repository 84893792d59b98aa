//! Faults of the watch that a real cluster shows only with patience, injected by the scripted API server:
//!
//! | fault | injected by | connection | within | history |
//! | --- | --- | --- | --- | --- |
//! | F15 the network changes | open connections are dead and stay open, new ones are good | live in the end | 20 s | the run's true end |
//! | F16 a page of a hotel | connections break, then all is answered with a page for people | denied, then live | 10 s, 40 s | nothing, then the next change |
//! | F18 410 as an event of the watch | the past is forgotten (`compact`), the watch says 410 | stays live | 5 s | the next change |
//! | F19 410 or 504 as the answer to a watch, again and again | each start is refused | never stale | 15 s | the next change |
//! | F20 a cluster restored from a backup | versions go back, what is newer is lost | never stale | 20 s | what is lost is gone, the rest goes on |
//! | F21 a watch that says nothing and does not end | each watch is silent | stays live | 15 s | the next change |
//! | F23 a list expires between its pages | the second page is refused with 410 | live | 5 s | nothing is missing |
//! | F31 the node's clock is 5 minutes ahead | so are all its times, and the log's stream breaks | stays live | | the whole log, once |
//! | the right to watch is taken away | `deny` | denied, then live | 10 s, 40 s | the next change |
//!
//! F22, a first list by watch that never ends, cannot be: no such list is asked for.

use berth_core::LaunchRequest;
use berth_core::ports::ConnectionState;
use berth_model::{Place, Reason, RunId, RunState};
use berth_testkit::api_server::PodHandle;
use berth_testkit::{Fault, On};

use crate::engine::{NAMESPACE, Stage, at, until};
use crate::world::request;

async fn running() -> (Stage, RunId, PodHandle) {
    let stage = Stage::new().await;
    running_on(stage).await
}

async fn running_on(mut stage: Stage) -> (Stage, RunId, PodHandle) {
    stage.start_engine();
    let (run, job) = stage.launch().await;
    let pod = stage.api.start_pod(NAMESPACE, &job);
    pod.run();
    pod.write(at(1), b"line");
    stage.becomes(run, RunState::Running, 60).await;
    stage.connection(ConnectionState::Live, 60).await;
    (stage, run, pod)
}

/// The states of the connection that people were told.
fn told(stage: &Stage) -> Vec<ConnectionState> {
    let notices = stage.announced.notices();
    let of = |notice: &berth_core::ports::Notice| match notice {
        berth_core::ports::Notice::Connection(one) => Some(one.state),
        _ => None,
    };
    notices.iter().filter_map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_whose_version_expired_goes_on_with_a_new_list_unseen_by_anyone() {
    let (stage, run, pod) = running().await;
    for resource in ["jobs", "pods", "events"] {
        stage.api.fault(On::watch(resource), Fault::GoneEvent, 2);
    }
    stage.api.compact();
    pod.finish(0);
    stage.becomes(run, RunState::Completed, 60).await;
    stage.settled(run, 60).await;
    assert_eq!(told(&stage), [ConnectionState::CatchingUp, ConnectionState::Live], "no flash of anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_every_start_of_a_watch_is_listed_instead_and_loses_nothing() {
    for (code, reason) in [(410, "Expired"), (504, "Timeout")] {
        let mut stage = Stage::new().await;
        for resource in ["jobs", "pods", "events"] {
            stage.api.fault(On::watch(resource), Fault::Refuse(code, reason), 1000);
        }
        stage.start_engine();
        let (run, job) = stage.launch().await;
        let pod = stage.api.start_pod(NAMESPACE, &job);
        pod.run();
        stage.becomes(run, RunState::Running, 60).await;
        pod.finish(0);
        stage.becomes(run, RunState::Completed, 60).await;
        stage.settled(run, 60).await;
        assert!(!told(&stage).contains(&ConnectionState::Stale), "{code}: the server is there: {:?}", told(&stage));
        let lists = stage.api.seen().iter().filter(|seen| seen.path.ends_with("/jobs") && seen.method == "GET").count();
        assert!(lists < 200, "{code}: {lists} lists are a storm");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_says_nothing_is_found_out_by_asking() {
    let mut stage = Stage::new().await;
    for resource in ["jobs", "pods", "events"] {
        stage.api.fault(On::watch(resource), Fault::Silent, 1000);
    }
    stage.start_engine();
    let (run, job) = stage.launch().await;
    let pod = stage.api.start_pod(NAMESPACE, &job);
    pod.run();
    pod.write(at(1), b"line");
    stage.becomes(run, RunState::Running, 60).await;
    pod.finish(0);
    stage.becomes(run, RunState::Completed, 60).await;
    stage.settled(run, 60).await;
    assert!(!told(&stage).contains(&ConnectionState::Stale), "{:?}", told(&stage));
    let is_list_by_watch = |query: &str| query.contains("sendInitialEvents");
    assert!(!stage.api.seen().iter().any(|seen| is_list_by_watch(&seen.query)), "F22: its end might never come");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_changed_is_left_for_new_connections_and_the_true_end_is_told() {
    let (stage, relay) = Stage::behind_a_relay().await;
    let (stage, run, pod) = running_on(stage).await;
    until(30, "a line is stored", || async { stage.logs(run).first().is_some_and(|log| log.lines == 1) }).await;
    // Connections that lie idle in the pool are the first to be taken for the next request.
    let place = Some(Place { context: "fake".into(), namespace: Some(NAMESPACE.into()) });
    let check = LaunchRequest { place, ..request(RunId::random()) };
    let checks = futures::future::join_all((0..5).map(|_| stage.app.check(&check))).await;
    assert!(checks.iter().all(Result::is_ok));
    relay.strand();
    pod.write(at(2), b"unseen");
    pod.finish(3);
    stage.becomes(run, RunState::Error, 20).await;
    // With time to spare for a busy machine, but not for a request that waits on a dead connection.
    stage.settled(run, 8).await;
    assert_eq!(stage.text(&stage.logs(run)[0]), "line\nunseen\n");
    stage.connection(ConnectionState::Live, 10).await;
    let (next, _) = stage.launch().await;
    assert_eq!(stage.state(next).await, RunState::Pending, "no connection of before is in the way");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_hotel_is_told_as_no_cluster_and_changes_no_run() {
    let (stage, relay) = Stage::behind_a_relay().await;
    let (stage, run, pod) = running_on(stage).await;
    stage.api.fault(On::default(), Fault::Html(200), 100_000);
    relay.cut();
    stage.connection(ConnectionState::Denied, 20).await;
    let message = stage.app.engine().connections[0].message.clone().unwrap_or_default();
    assert!(message.contains("Kubernetes"), "{message}");
    assert_eq!(stage.state(run).await, RunState::Running);
    pod.finish(0);
    stage.api.heal();
    stage.connection(ConnectionState::Live, 60).await;
    stage.becomes(run, RunState::Completed, 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restored_backup_does_not_hold_is_told_as_gone_and_the_rest_goes_on() {
    let (stage, kept, pod) = running().await;
    let (lost, job) = stage.launch().await;
    let theirs = stage.api.start_pod(NAMESPACE, &job);
    theirs.run();
    stage.becomes(lost, RunState::Running, 60).await;
    stage.api.restore_backup(5, &[("Job", &job), ("Pod", &theirs.name)]);
    let is_over = || async {
        let row = stage.app.history().run(lost).await.unwrap().expect("in history");
        row.run.status.is_over(row.run.action)
    };
    until(40, "the lost run is told as gone", is_over).await;
    let status = stage.app.history().run(lost).await.unwrap().unwrap().run.status;
    assert!(status.only_in_history && status.exit_code.is_none(), "no end is made up: {status:?}");
    assert_eq!(status.reason, Some(Reason::Vanished), "{status:?}");
    assert_eq!(stage.state(kept).await, RunState::Running);
    pod.finish(0);
    stage.becomes(kept, RunState::Completed, 60).await;
    stage.settled(kept, 60).await;
    assert!(!told(&stage).contains(&ConnectionState::Stale), "{:?}", told(&stage));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_expires_between_its_pages_is_read_again_and_nothing_is_missing() {
    let mut stage = Stage::new().await;
    let (run, job) = stage.launch().await;
    let object = stage.api.object(NAMESPACE, "Job", &job).unwrap();
    for number in 0..600 {
        stage.api.event(NAMESPACE, &object, "Normal", &format!("Told{number}"), "something");
    }
    stage.api.fault(On::page_after_first("events"), Fault::Refuse(410, "Expired"), 1);
    stage.start_engine();
    stage.connection(ConnectionState::Live, 60).await;
    let pages = stage.api.seen().into_iter().filter(|seen| seen.query.contains("continue=")).count();
    assert!(pages >= 2, "a second page was asked for twice: {pages}");
    let pod = stage.api.start_pod(NAMESPACE, &job);
    pod.run();
    pod.finish(0);
    stage.becomes(run, RunState::Completed, 60).await;
    assert_eq!(told(&stage), [ConnectionState::CatchingUp, ConnectionState::Live]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_clock_is_ahead_loses_and_repeats_no_line_and_no_time_runs_back() {
    let mut stage = Stage::new().await;
    let ahead = stage.app.now() + jiff::SignedDuration::from_mins(5);
    let after = |milliseconds: i64| ahead + jiff::SignedDuration::from_millis(milliseconds);
    stage.api.set_time(ahead);
    stage.api.fault(On::log(), Fault::CutAfter(120), 3);
    stage.start_engine();
    let (run, job) = stage.launch().await;
    let pod = stage.api.start_pod(NAMESPACE, &job);
    pod.run();
    let lines: Vec<String> = (0..20).map(|number| format!("line {number}")).collect();
    for (number, line) in lines.iter().enumerate() {
        pod.write(after(i64::try_from(number).unwrap() * 100), line.as_bytes());
    }
    stage.becomes(run, RunState::Running, 60).await;
    stage.api.set_time(after(2000));
    pod.finish(0);
    stage.becomes(run, RunState::Completed, 60).await;
    stage.settled(run, 60).await;
    let log = &stage.logs(run)[0];
    assert_eq!(stage.text(log), lines.join("\n") + "\n");
    assert_eq!((log.is_complete, log.gaps.len()), (true, 0), "{log:?}");
    let row = stage.app.history().run(run).await.unwrap().unwrap();
    let attempt = &row.run.status.attempts[0];
    assert!(attempt.started.unwrap() <= attempt.finished.unwrap(), "{attempt:?}");
    let events = stage.app.events(run).await.unwrap();
    for steps in berth_core::startup(row.run.created, &row.run.status.attempts, &events, true) {
        assert!(steps.spans.iter().all(|span| span.to.is_none_or(|to| to >= span.from)), "{steps:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_missing_is_told_and_comes_back_by_itself() {
    let mut stage = Stage::new().await;
    let (run, job) = stage.launch().await;
    stage.api.deny("list", "jobs.batch");
    stage.api.deny("watch", "jobs.batch");
    stage.start_engine();
    stage.connection(ConnectionState::Denied, 60).await;
    let view = stage.app.engine();
    let message = view.connections[0].message.clone().unwrap_or_default();
    assert!(message.contains("jobs"), "the sentence names what is missing: {message}");
    let pod = stage.api.start_pod(NAMESPACE, &job);
    pod.run();
    pod.finish(0);
    stage.api.allow("list", "jobs.batch");
    stage.api.allow("watch", "jobs.batch");
    stage.connection(ConnectionState::Live, 60).await;
    stage.becomes(run, RunState::Completed, 60).await;
}
