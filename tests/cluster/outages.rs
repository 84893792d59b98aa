//! What becomes of the connection, and of what history says, when the way to a real cluster breaks:
//!
//! | fault | injected by | connection | within | history |
//! | --- | --- | --- | --- | --- |
//! | F13 the machine sleeps | the program stands still (SIGSTOP for 15 s) while its connections are dropped | live again | 2 s | the run's true end, no false failure |
//! | F14 a black hole | a relay before the API server that moves nothing and closes nothing | stale, then live | 15 s, 2 s | the same |
//! | F17 the API server restarts | `cluster component kube-apiserver kill`, 30 s, `start` | stale, then live | 15 s, 8 s after it is ready | the same |
//!
//! The relay stands for `cluster cut`, which would cut every other test too. F17 breaks the cluster itself, and so brings
//! up one of its own beside the others and takes it down again.

use std::time::{Duration, Instant};

use berth_core::ports::ConnectionState;
use berth_model::RunState;
use berth_testkit::Relay;

use crate::own::OwnCluster;
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
    // What was missing at the end may be filled in later; the end itself is one.
    let ends: Vec<_> = transitions.iter().filter(|row| row.transition.to.state == RunState::Error).collect();
    let is_one = ends.iter().filter(|row| row.transition.from != RunState::Error).count() == 1;
    let is_true = ends.iter().all(|row| row.transition.to.exit_code.is_none_or(|code| code == 3));
    assert!(is_one && is_true, "no false end before the true one: {transitions:?}");
}

/// Carries the plan to the process that is stopped.
const PLAN: &str = "BERTH_TEST_SLEEPER";

/// Is the program that sleeps where a plan is given; without one it is nothing but a name.
#[tokio::test(flavor = "multi_thread")]
async fn watches_as_the_program() {
    let Ok(plan) = std::env::var(PLAN) else { return };
    let (data, kubeconfig): (std::path::PathBuf, std::path::PathBuf) = serde_json::from_str(&plan).unwrap();
    let _program = Program::start(&data, &kubeconfig);
    std::future::pending::<()>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_sleep_history_is_fresh_within_two_seconds_and_no_run_failed_falsely() {
    let sandbox = Sandbox::new("sleep").await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let relay = Relay::to(server(&kubeconfig())).await;
    let through = folder.path().join("kubeconfig");
    relay.kubeconfig(&kubeconfig(), &through).unwrap();
    // Reads the same history; the one that sleeps is the engine.
    let program = Program::open(&data, &through);
    let run = program.shell(&sandbox.namespace, &counting(12)).await;
    let mut sleeper = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "outages::watches_as_the_program", "--nocapture"])
        .env(PLAN, serde_json::to_string(&(&data, &through)).unwrap())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let signal = |name: &str| {
        let status = std::process::Command::new("kill").args([name, &sleeper.id().to_string()]).status().unwrap();
        assert!(status.success(), "kill {name}");
    };
    crate::program::until(30, "lines come", || async { program.log(run).is_some_and(|log| log.lines > 0) }).await;
    signal("-STOP");
    relay.cut();
    relay.refuse(true);
    tokio::time::sleep(Duration::from_secs(18)).await;
    let asleep = program.run(run).await.run.status;
    assert_eq!(asleep.state, RunState::Running, "it ended unseen: {asleep:?}");
    relay.refuse(false);
    signal("-CONT");
    let woke = Instant::now();
    crate::program::until(10, "the end is known", || async {
        program.run(run).await.run.status.state == RunState::Error
    })
    .await;
    let took = woke.elapsed();
    println!("fresh {took:?} after waking");
    let scene = Scene { sandbox, relay, program, _folder: folder };
    ends_truly(&scene, run, 12).await;
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    assert!(took <= Duration::from_secs(2), "fresh only after {took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_server_that_restarts_is_found_again_and_no_run_failed_falsely() {
    let cluster = tokio::task::spawn_blocking(|| OwnCluster::up("faults")).await.unwrap();
    let file = cluster.kubeconfig();
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &file);
    let mut request = Program::request(
        "default",
        serde_json::json!({"image": crate::sandbox::image("busybox"), "command": ["sh", "-c", counting(15)]}),
    );
    request.place = Some(berth_model::Place { context: cluster.context(), namespace: None });
    let run = program.app.launch(&request).await.unwrap_or_else(|error| panic!("{error:?}")).run.id;
    program.connection("default", ConnectionState::Live, 20).await;
    crate::program::until(60, "lines come", || async { program.log(run).is_some_and(|log| log.lines > 0) }).await;
    cluster.xtask(&["component", "kube-apiserver", "kill"]);
    let noticed = program.connection("default", ConnectionState::Stale, 15).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    let unseen = program.run(run).await.run.status;
    assert_eq!(unseen.state, RunState::Running, "losing contact changes no run: {unseen:?}");
    cluster.xtask(&["component", "kube-apiserver", "start"]);
    let back = program.connection("default", ConnectionState::Live, 60).await;
    println!("noticed after {noticed:?}, live {back:?} after the server was started");
    assert!(back <= Duration::from_secs(8), "live only after {back:?}");
    // Kubelet and controllers come back to the server by their own pauses, up to a minute after it.
    let row = program.ended(run, 120).await;
    assert_eq!((row.run.status.state, row.run.status.exit_code), (RunState::Error, Some(3)), "{:?}", row.run.status);
    program.settled(run, 30).await;
    let log = program.log(run).expect("a log");
    assert_eq!(String::from_utf8(program.text(&log)).unwrap(), counted(15));
    assert_eq!((log.is_complete, log.gaps.len()), (true, 0), "{log:?}");
    drop(program);
    tokio::task::spawn_blocking(move || drop(cluster)).await.unwrap();
}
