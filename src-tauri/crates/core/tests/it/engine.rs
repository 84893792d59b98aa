//! The engine on a scripted API server: what it looks after, what it stores, what it never touches.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use berth_core::ports::{ConnectionState, LogInfo, Notice};
use berth_core::{App, LaunchRequest};
use berth_model::{Action, Place, RunId, RunState};
use berth_testkit::program::open;
use berth_testkit::{FakeApi, RecordingSink, Relay, Served};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::world::request;

/// The namespace of the scripted server.
pub const NAMESPACE: &str = "lab";

/// A data folder, a scripted cluster that the test plays, and the core upon both.
pub struct Stage {
    pub folder: TempDir,
    pub api: FakeApi,
    pub served: Served,
    pub app: Arc<App>,
    pub announced: Arc<RecordingSink>,
    engine: Option<(CancellationToken, tokio::task::JoinHandle<Result<(), berth_core::Error>>)>,
}

impl Stage {
    pub async fn new() -> Self {
        let api = FakeApi::new();
        let served = api.serve().await;
        let folder = tempfile::tempdir().unwrap();
        // Children of this process find it there.
        std::fs::copy(served.kubeconfig(), crate::world::kubeconfig_in(folder.path())).unwrap();
        let announced = Arc::<RecordingSink>::default();
        let app = open(folder.path(), &Self::kubeconfig(&folder), Arc::clone(&announced), Arc::default());
        Self { folder, api, served, app, announced, engine: None }
    }

    /// With a relay before the server.
    pub async fn behind_a_relay() -> (Self, Relay) {
        let mut stage = Self::new().await;
        let relay = Relay::to(stage.served.address()).await;
        let kubeconfig = Self::kubeconfig(&stage.folder);
        let direct = std::fs::read_to_string(&kubeconfig).unwrap();
        let through = direct.replace(&stage.served.address().to_string(), &relay.address().to_string());
        std::fs::write(&kubeconfig, through).unwrap();
        stage.app = open(stage.folder.path(), &kubeconfig, Arc::clone(&stage.announced), Arc::default());
        (stage, relay)
    }

    fn kubeconfig(folder: &TempDir) -> PathBuf {
        crate::world::kubeconfig_in(folder.path())
    }

    pub fn start_engine(&mut self) {
        let stop = CancellationToken::new();
        let app = Arc::clone(&self.app);
        let token = stop.clone();
        self.engine = Some((stop, tokio::spawn(async move { app.run_engine(token).await })));
    }

    pub async fn stop_engine(&mut self) {
        let (stop, engine) = self.engine.take().expect("the engine runs");
        stop.cancel();
        engine.await.unwrap().unwrap();
    }

    pub async fn launch(&self) -> (RunId, String) {
        self.launch_as(Action::Job).await
    }

    pub async fn launch_as(&self, action: Action) -> (RunId, String) {
        let mut request = LaunchRequest { action, ..request(RunId::random()) };
        request.place = Some(Place { context: "fake".into(), namespace: Some(NAMESPACE.into()) });
        let row = self.app.launch(&request).await.unwrap_or_else(|error| panic!("{error:?}"));
        (row.run.id, row.run.object_name)
    }

    pub async fn state(&self, run: RunId) -> RunState {
        self.app.history().run(run).await.unwrap().expect("in history").run.status.state
    }

    pub async fn becomes(&self, run: RunId, state: RunState, seconds: u64) {
        until(seconds, &format!("the run is {state:?}"), || async { self.state(run).await == state }).await;
    }

    pub async fn settled(&self, run: RunId, seconds: u64) {
        let holds = || async { self.app.history().settled(run).await.unwrap() == (true, true) };
        until(seconds, "the run is settled", holds).await;
    }

    pub async fn connection(&self, state: ConnectionState, seconds: u64) -> Duration {
        let began = Instant::now();
        let holds = || async { self.app.engine().connections.iter().any(|one| one.state == state) };
        until(seconds, &format!("the connection is {state:?}"), holds).await;
        began.elapsed()
    }

    /// For how long the cluster keeps a finished Job, in seconds.
    pub fn kept(&self, job: &str) -> Option<u64> {
        self.api.object(NAMESPACE, "Job", job)?.pointer("/spec/ttlSecondsAfterFinished")?.as_u64()
    }

    pub fn logs(&self, run: RunId) -> Vec<LogInfo> {
        self.app.logs(run).unwrap()
    }

    /// The stored text of a log, without times.
    pub fn text(&self, log: &LogInfo) -> String {
        let piece = self.app.read_log(&log.key, 0, 1 << 20).unwrap();
        let raw = String::from_utf8(piece.raw).unwrap();
        raw.lines().map(|line| format!("{}\n", line.split_once(' ').expect("a time").1)).collect()
    }
}

pub async fn until<F: Future<Output = bool>>(seconds: u64, what: &str, mut holds: impl FnMut() -> F) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < Duration::from_secs(seconds), "not within {seconds} s: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_watched_captured_and_released_to_the_cluster() {
    let mut stage = Stage::new().await;
    stage.start_engine();
    let (run, job) = stage.launch().await;
    let pod = stage.api.start_pod(NAMESPACE, &job);
    pod.run();
    pod.write(at(1), b"first");
    stage.becomes(run, RunState::Running, 60).await;
    until(60, "the first line is stored", || async { stage.logs(run).first().is_some_and(|log| log.lines == 1) }).await;
    pod.write(at(2), b"last");
    pod.finish(0);
    stage.becomes(run, RunState::Completed, 60).await;
    stage.settled(run, 60).await;
    let logs = stage.logs(run);
    assert_eq!((logs.len(), logs[0].is_complete, logs[0].gaps.len()), (1, true, 0));
    assert_eq!(stage.text(&logs[0]), "first\nlast\n");
    assert_eq!(stage.kept(&job), Some(86_400));
    // Growth is announced at most ten times a second, so a little behind the storing.
    let grew = || async { stage.announced.notices().contains(&Notice::LogGrew(run)) };
    until(60, "the growth of the log is announced", grew).await;
    let notices = stage.announced.notices();
    let states: Vec<ConnectionState> = notices
        .iter()
        .filter_map(|notice| if let Notice::Connection(one) = notice { Some(one.state) } else { None })
        .collect();
    assert_eq!(states, [ConnectionState::CatchingUp, ConnectionState::Live]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ended_while_nothing_watched_gets_its_true_end_and_its_log() {
    let mut stage = Stage::new().await;
    let (run, job) = stage.launch().await;
    let pod = stage.api.start_pod(NAMESPACE, &job);
    pod.run();
    pod.write(at(1), b"all there was");
    pod.finish(3);
    stage.start_engine();
    stage.becomes(run, RunState::Error, 60).await;
    stage.settled(run, 60).await;
    assert_eq!(stage.app.history().run(run).await.unwrap().unwrap().run.status.exit_code, Some(3));
    assert_eq!(stage.text(&stage.logs(run)[0]), "all there was\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_vanished_unseen_is_told_as_that_and_a_pod_without_a_log_as_incomplete() {
    let mut stage = Stage::new().await;
    stage.start_engine();
    let (run, job) = stage.launch().await;
    let pod = stage.api.start_pod(NAMESPACE, &job);
    pod.run();
    pod.write(at(1), b"seen");
    until(60, "a line is stored", || async { stage.logs(run).first().is_some_and(|log| log.lines == 1) }).await;
    stage.stop_engine().await;
    pod.write(at(2), b"never seen");
    stage.api.remove(NAMESPACE, "Job", &job);
    stage.start_engine();
    stage.settled(run, 60).await;
    let row = stage.app.history().run(run).await.unwrap().unwrap();
    assert!(row.run.status.is_over(row.run.action) && row.run.status.only_in_history, "{:?}", row.run.status);
    assert_eq!(row.run.status.exit_code, None, "no end is made up");
    let log = &stage.logs(run)[0];
    assert_eq!(stage.text(log), "seen\n");
    assert_eq!((log.is_complete, log.gaps.len()), (false, 1), "it is told that the rest is missing: {log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_that_history_does_not_know_are_imported_and_those_of_others_are_never_touched() {
    let mut first = Stage::new().await;
    first.start_engine();
    let (known, _) = first.launch().await;
    let (lost, job) = first.launch().await;
    first.stop_engine().await;
    // Another laptop: the same cluster, a history that knows of nothing.
    let folder = tempfile::tempdir().unwrap();
    let other = open(folder.path(), &first.served.kubeconfig(), Arc::default(), Arc::default());
    let mut request = request(RunId::random());
    request.place = Some(Place { context: "fake".into(), namespace: Some(NAMESPACE.into()) });
    other.launch(&request).await.unwrap();
    let stop = CancellationToken::new();
    let engine = tokio::spawn({
        let (other, stop) = (Arc::clone(&other), stop.clone());
        async move { other.run_engine(stop).await }
    });
    for run in [known, lost] {
        until(60, "the run is imported", || async { other.history().run(run).await.unwrap().is_some() }).await;
    }
    let pod = first.api.start_pod(NAMESPACE, &job);
    pod.run();
    pod.write(at(1), b"theirs");
    pod.finish(0);
    until(60, "it is followed to its end", || async { other.history().settled(lost).await.unwrap() == (true, true) })
        .await;
    let row = other.history().run(lost).await.unwrap().unwrap();
    assert_eq!(row.run.status.state, RunState::Completed);
    assert_ne!(row.run.installation, other.history().installation().await.unwrap());
    assert_eq!(first.kept(&job), Some(604_800), "what another installation launched is not released by us");
    let touched = first.api.seen().into_iter().filter(|seen| {
        matches!(seen.method.as_str(), "PATCH" | "DELETE" | "PUT")
            && seen.path.contains(&job)
            && seen.body.contains("ttlSecondsAfterFinished")
    });
    assert_eq!(touched.count(), 0);
    stop.cancel();
    engine.await.unwrap().unwrap();
    // The one that launched it does its duty as soon as it runs again.
    first.start_engine();
    first.settled(lost, 60).await;
    assert_eq!(first.kept(&job), Some(86_400));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_busy_node_writes_after_it_told_of_the_end_is_stored() {
    let mut stage = Stage::new().await;
    let (run, deployment) = stage.launch_as(Action::Deploy).await;
    let pod = stage.api.start_copy(NAMESPACE, &deployment);
    pod.run();
    pod.crash(7);
    stage.start_engine();
    until(30, "a log is asked for", || async { stage.api.count("GET", "/log") > 0 }).await;
    pod.write(at(1), b"last words");
    let is_whole = |log: &LogInfo| log.is_complete && stage.text(log) == "last words\n";
    until(30, "they are stored", || async { stage.logs(run).first().is_some_and(is_whole) }).await;
}
