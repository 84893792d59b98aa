//! Faults of the watch that a real cluster shows only with patience, injected by the scripted API server:
//!
//! | fault | injected by | connection | within | history |
//! | --- | --- | --- | --- | --- |
//! | F18 410 as an event of the watch | the past is forgotten (`compact`), the watch says 410 | stays live | 5 s | the next change |
//! | F19 410 or 504 as the answer to a watch, again and again | each start is refused | never stale | 15 s | the next change |
//! | F21 a watch that says nothing and does not end | each watch is silent | stays live | 15 s | the next change |
//! | the right to watch is taken away | `deny` | denied, then live | 10 s, 40 s | the next change |

use berth_core::ports::ConnectionState;
use berth_model::RunState;
use berth_testkit::{Fault, On};

use crate::engine::{NAMESPACE, Stage, at};

async fn running() -> (Stage, berth_model::RunId, berth_testkit::api_server::PodHandle) {
    let mut stage = Stage::new().await;
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
