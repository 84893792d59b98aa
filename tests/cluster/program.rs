//! Berth without a window, on the real cluster: its core, its history and its engine in a data folder of a test's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use berth_core::ports::{Clock, ConnectionState, LogInfo, RunRow};
use berth_core::{App, LaunchRequest, Launchable, Options, Ports};
use berth_model::{Action, Place, RunId};
use berth_testkit::{MemoryVault, RecordingSink};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The wall clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the real cluster has the real time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The kubeconfig of the test cluster.
pub fn kubeconfig() -> PathBuf {
    std::env::var_os("BERTH_TEST_KUBECONFIG").expect("BERTH_TEST_KUBECONFIG names the test cluster").into()
}

/// The context of the test cluster.
pub fn context() -> String {
    std::env::var("BERTH_TEST_CONTEXT").expect("BERTH_TEST_CONTEXT names the test cluster's context")
}

/// Where the API server of a kubeconfig listens.
pub fn server(kubeconfig: &Path) -> std::net::SocketAddr {
    let text = std::fs::read_to_string(kubeconfig).unwrap();
    let line = text.lines().find_map(|line| line.trim().strip_prefix("server: https://")).expect("a server in it");
    line.trim().trim_matches('"').parse().expect("an address and a port")
}

static BROKEN_STREAMS: AtomicUsize = AtomicUsize::new(0);

/// How many streams of logs broke since a moment, by what their capture itself notes of each.
pub struct BrokenStreams {
    before: usize,
}

impl BrokenStreams {
    /// Counts from now on.
    pub fn from_now() -> Self {
        Self { before: BROKEN_STREAMS.load(Ordering::SeqCst) }
    }

    /// How many broke since.
    pub fn count(&self) -> usize {
        BROKEN_STREAMS.load(Ordering::SeqCst) - self.before
    }

    fn noted<S: tracing::Subscriber + for<'span> LookupSpan<'span>>() -> impl Layer<S> {
        struct Notes;
        impl<S: tracing::Subscriber> Layer<S> for Notes {
            fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
                event.record(&mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                    let is_noted = field.name() == "message" && format!("{value:?}") == "a log stream broke";
                    BROKEN_STREAMS.fetch_add(usize::from(is_noted), Ordering::SeqCst);
                });
            }
        }
        Notes.with_filter(Targets::new().with_target("berth_core::capture", tracing::Level::DEBUG))
    }
}

/// One process's Berth.
pub struct Program {
    pub app: Arc<App>,
    engine: Option<(CancellationToken, tokio::task::JoinHandle<Result<(), berth_core::Error>>)>,
}

impl Program {
    /// Opens a data folder; no engine yet.
    pub fn open(folder: &Path, kubeconfig: &Path) -> Self {
        // BERTH_LOG=berth_core=debug shows what the engine does.
        let shown = EnvFilter::try_from_env("BERTH_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
        let _ = tracing_subscriber::registry()
            .with(tracing_subscriber::fmt::layer().with_test_writer().with_filter(shown))
            .with(BrokenStreams::noted())
            .try_init();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let opened = berth_history::SqliteHistory::open(folder, &clock).unwrap();
        let ports = Ports {
            history: opened.history,
            archive: opened.archive,
            vault: Arc::new(MemoryVault::default()),
            sink: Arc::new(RecordingSink::default()),
            clock,
        };
        let options = Options {
            data_dir: folder.to_owned(),
            kubeconfigs: vec![kubeconfig.to_owned()],
            watch_window: Duration::from_secs(30),
        };
        Self { app: App::new(ports, options), engine: None }
    }

    /// Opens a data folder and starts the engine.
    pub fn start(folder: &Path, kubeconfig: &Path) -> Self {
        let mut program = Self::open(folder, kubeconfig);
        program.start_engine();
        program
    }

    pub fn start_engine(&mut self) {
        let stop = CancellationToken::new();
        let app = Arc::clone(&self.app);
        let token = stop.clone();
        self.engine = Some((stop, tokio::spawn(async move { app.run_engine(token).await })));
    }

    /// Ends the engine as a program that is closed does.
    pub async fn stop_engine(&mut self) {
        if let Some((stop, engine)) = self.engine.take() {
            stop.cancel();
            engine.await.unwrap().unwrap();
        }
    }

    /// What to launch: a function with these fields of its specification.
    pub fn request(namespace: &str, spec: Value) -> LaunchRequest {
        LaunchRequest {
            run: RunId::from_uuid(uuid::Uuid::new_v4()),
            project: "default".parse().unwrap(),
            what: Launchable::Document(json!({"kind": "container", "name": "work", "spec": spec})),
            action: Action::Job,
            overrides: json!({}),
            task: None,
            place: Some(Place { context: context(), namespace: Some(namespace.to_owned()) }),
            parent: None,
        }
    }

    pub async fn launch(&self, namespace: &str, spec: Value) -> RunId {
        let request = Self::request(namespace, spec);
        self.app.launch(&request).await.unwrap_or_else(|error| panic!("{error:?}")).run.id
    }

    /// A shell script as a job.
    pub async fn shell(&self, namespace: &str, script: &str) -> RunId {
        let image = crate::sandbox::image("busybox");
        self.launch(namespace, json!({"image": image, "command": ["sh", "-c", script]})).await
    }

    pub async fn run(&self, run: RunId) -> RunRow {
        self.app.history().run(run).await.unwrap().expect("the run is in history")
    }

    /// Waits for the end of a run.
    pub async fn ended(&self, run: RunId, seconds: u64) -> RunRow {
        match self.app.wait(run, Some(Duration::from_secs(seconds))).await {
            Ok(row) => row,
            Err(error) => panic!("{error}: {:?}", self.run(run).await.run.status),
        }
    }

    /// Waits until logs and objects of a finished run are settled.
    pub async fn settled(&self, run: RunId, seconds: u64) {
        let what = || async { self.app.history().settled(run).await.unwrap() == (true, true) };
        until(seconds, "the run is settled", what).await;
    }

    /// Waits until the connection stands so; says how long that took.
    pub async fn connection(&self, namespace: &str, state: ConnectionState, seconds: u64) -> Duration {
        let began = Instant::now();
        let stands = || async {
            self.app.engine().connections.iter().any(|one| one.namespace == namespace && one.state == state)
        };
        until(seconds, &format!("the connection is {state:?}"), stands).await;
        began.elapsed()
    }

    /// The only log of a run, as far as it is stored.
    pub fn log(&self, run: RunId) -> Option<LogInfo> {
        let mut logs = self.app.logs(run).unwrap();
        assert!(logs.len() <= 1, "one container, one log: {logs:?}");
        logs.pop()
    }

    /// The stored text of a log, without times.
    pub fn text(&self, log: &LogInfo) -> Vec<u8> {
        let mut text = Vec::new();
        let mut cursor = 0;
        loop {
            let piece = self.app.read_log(&log.key, cursor, 256 * 1024).unwrap();
            if piece.raw.is_empty() {
                return text;
            }
            for line in piece.raw.split_inclusive(|byte| *byte == b'\n') {
                let space = line.iter().position(|byte| *byte == b' ').expect("a time before each line");
                text.extend_from_slice(&line[space + 1..]);
            }
            cursor = piece.next;
        }
    }
}

/// Waits until something holds.
pub async fn until<F: Future<Output = bool>>(seconds: u64, what: &str, mut holds: impl FnMut() -> F) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < Duration::from_secs(seconds), "not within {seconds} s: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
