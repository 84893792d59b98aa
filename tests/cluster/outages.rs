//! What becomes of the connection, and of what history says, when the way to a real cluster breaks:
//!
//! | fault | injected by | connection | within | history |
//! | --- | --- | --- | --- | --- |
//! | F13 the machine sleeps | the program is stopped (SIGSTOP) while its connections are dropped | live again | 2 s | the run's true end, no false failure |
//! | F14 a black hole | a relay before the API server that moves nothing and closes nothing | stale, then live | 15 s, 2 s | the same |
//! | F17 the API server restarts | `cluster component kube-apiserver kill` and `start` | stale, then live | 15 s, 8 s | the same |
//!
//! The relay stands for `cluster cut`, which would cut every other test too; F17 is alone in breaking the cluster itself.

use std::time::{Duration, Instant};

use berth_core::ports::ConnectionState;
use berth_model::RunState;
use berth_testkit::Relay;

use crate::program::{Program, kubeconfig, server};
use crate::sandbox::Sandbox;

struct Scene {
    sandbox: Sandbox,
    relay: Relay,
    program: Program,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new(purpose: &str) -> Self {
        let sandbox = Sandbox::new(purpose).await;
        let folder = tempfile::tempdir().unwrap();
        let relay = Relay::to(server(&kubeconfig())).await;
        let through = folder.path().join("kubeconfig");
        relay.kubeconfig(&kubeconfig(), &through).unwrap();
        let program = Program::start(&folder.path().join("data"), &through);
        Self { sandbox, relay, program, _folder: folder }
    }

    async fn becomes(&self, state: ConnectionState, seconds: u64) -> Duration {
        self.program.connection(&self.sandbox.namespace, state, seconds).await
    }
}

/// Lines that tell whether any is missing, for so many seconds.
fn counting(seconds: u32) -> String {
    format!("i=0; while [ $i -lt {} ]; do echo line $i; i=$((i+1)); sleep 0.2; done; exit 3", seconds * 5)
}

fn counted(seconds: u32) -> String {
    (0..seconds * 5).map(|number| format!("line {number}\n")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_black_hole_is_shown_within_15_seconds_left_within_2_and_changes_no_run() {
    let scene = Scene::new("hole").await;
    let run = scene.program.shell(&scene.sandbox.namespace, &counting(20)).await;
    scene.becomes(ConnectionState::Live, 20).await;
    crate::program::until(30, "lines come", || async { scene.program.log(run).is_some_and(|log| log.lines > 0) }).await;
    scene.relay.silence(true);
    let noticed = scene.becomes(ConnectionState::Stale, 15).await;
    // Long enough for the run to end unseen.
    tokio::time::sleep(Duration::from_secs(25)).await;
    let unseen = scene.program.run(run).await.run.status;
    assert_eq!(unseen.state, RunState::Running, "losing contact changes no run: {unseen:?}");
    scene.relay.silence(false);
    let began = Instant::now();
    scene.becomes(ConnectionState::Live, 10).await;
    let back = began.elapsed();
    println!("noticed after {noticed:?}, back after {back:?}");
    assert!(back <= Duration::from_secs(2), "back after {back:?}");
    ends_truly(&scene, run, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_connections_are_shown_at_once_and_change_no_run() {
    let scene = Scene::new("refused").await;
    let run = scene.program.shell(&scene.sandbox.namespace, &counting(12)).await;
    scene.becomes(ConnectionState::Live, 20).await;
    crate::program::until(30, "lines come", || async { scene.program.log(run).is_some_and(|log| log.lines > 0) }).await;
    scene.relay.refuse(true);
    scene.relay.cut();
    let noticed = scene.becomes(ConnectionState::Stale, 5).await;
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(scene.program.run(run).await.run.status.state, RunState::Running);
    scene.relay.refuse(false);
    let back = scene.becomes(ConnectionState::Live, 5).await;
    println!("noticed after {noticed:?}, back after {back:?}");
    assert!(back <= Duration::from_millis(2_500), "back after {back:?}");
    ends_truly(&scene, run, 12).await;
}

/// The run's true end is in history, and its whole log.
async fn ends_truly(scene: &Scene, run: berth_model::RunId, seconds: u32) {
    let row = scene.program.ended(run, 60).await;
    assert_eq!((row.run.status.state, row.run.status.exit_code), (RunState::Error, Some(3)), "{:?}", row.run.status);
    scene.program.settled(run, 30).await;
    let log = scene.program.log(run).expect("a log");
    assert_eq!(String::from_utf8(scene.program.text(&log)).unwrap(), counted(seconds));
    assert_eq!((log.is_complete, log.gaps.len()), (true, 0), "{log:?}");
    let transitions = scene.program.app.transitions(run).await.unwrap();
    let failures = transitions.iter().filter(|row| row.transition.to.state == RunState::Error).count();
    assert_eq!(failures, 1, "no false end before the true one: {transitions:?}");
}
