//! The program as a process of its own: the test's binary, run again, doing one thing on a data folder and dying where
//! it is told to.
//!
//! A test binary that uses it has one test that calls `act_if_planned`, and names that test when it starts a process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use berth_core::ports::{Clock, EventSink, SecretValue, SecretVault};
use berth_core::{App, DeleteScope, LaunchRequest, Options, Ports};
use berth_history::SqliteHistory;
use berth_model::{RunId, SecretName};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{MemoryVault, RecordingSink};

/// Carries the plan to the process.
const PLAN: &str = "BERTH_TEST_PLAN";

/// The wall clock.
pub struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "processes that die are tested in real time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// What the process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// Launches the run.
    Launch,
    /// Stops it.
    Stop,
    /// Deletes it from history and cluster.
    Delete,
    /// Goes on with every run that is found open, as a start does.
    Recover,
    /// Is the engine until the run is settled.
    Engine,
}

/// What one process is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Holds the data folder, as `data`.
    pub folder: PathBuf,
    /// The kubeconfig to use.
    pub kubeconfig: PathBuf,
    /// What to do.
    pub deed: Deed,
    /// What to launch; its run is what the other deeds are about.
    pub request: LaunchRequest,
    /// Values of secrets that this process is given for its session.
    #[serde(default)]
    pub secrets: Vec<(SecretName, String)>,
    /// The fail point where the process kills itself.
    pub dies_at: Option<String>,
    /// A fail point where the process waits until this file exists.
    pub waits_at: Option<(String, PathBuf)>,
}

impl Plan {
    /// Starts the process: this binary, running its test of that name alone.
    ///
    /// # Panics
    /// Where it cannot be started.
    #[must_use]
    pub fn start(&self, test: &str) -> Child {
        let plan = serde_json::to_string(self).unwrap_or_else(|error| panic!("{error}"));
        let binary = std::env::current_exe().unwrap_or_else(|error| panic!("{error}"));
        let mut command = Command::new(binary);
        command.args(["--exact", test, "--nocapture"]).env(PLAN, plan).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs the process to its end.
    ///
    /// # Panics
    /// Where it cannot be started.
    #[must_use]
    pub fn run(&self, test: &str) -> ExitStatus {
        self.start(test).wait().unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Tells whether a process was ended by SIGKILL.
#[must_use]
pub fn was_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(9)
}

/// Opens the core on a data folder, as a program does at its start.
///
/// # Panics
/// Where the folder cannot be used.
#[must_use]
pub fn open(folder: &Path, kubeconfig: &Path, sink: Arc<RecordingSink>, vault: Arc<MemoryVault>) -> Arc<App> {
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let data_dir = folder.join("data");
    let opened = SqliteHistory::open(&data_dir, &clock).unwrap_or_else(|error| panic!("{error}"));
    let ports = Ports {
        history: opened.history,
        archive: opened.archive,
        vault: vault as Arc<dyn SecretVault>,
        sink: sink as Arc<dyn EventSink>,
        clock,
    };
    let kubeconfigs = vec![kubeconfig.to_owned()];
    App::new(ports, Options { data_dir, kubeconfigs, watch_window: Duration::from_secs(25) })
}

/// Is the process, where this one was started as one; `false` where it was not.
///
/// # Panics
/// Where the plan cannot be read or the fail points are not compiled in.
#[must_use]
pub fn act_if_planned() -> bool {
    let Ok(plan) = std::env::var(PLAN) else { return false };
    let plan: Plan = serde_json::from_str(&plan).unwrap_or_else(|error| panic!("{error}"));
    assert!(fail::has_failpoints(), "the fail points are compiled in");
    if let Some(point) = &plan.dies_at {
        fail::cfg_callback(point.clone(), die).unwrap_or_else(|error| panic!("{error}"));
    }
    if let Some((point, file)) = plan.waits_at.clone() {
        let wait = move || {
            while !file.exists() {
                std::thread::sleep(Duration::from_millis(10));
            }
        };
        fail::cfg_callback(point, wait).unwrap_or_else(|error| panic!("{error}"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap_or_else(|error| panic!("{error}")).block_on(act(plan));
    true
}

fn die() {
    let own = rustix::process::getpid();
    // Where it fails, the process ends well, and the test sees that it was not killed.
    let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
}

/// Does it. How it ends is read from history and cluster, not from here.
async fn act(plan: Plan) {
    let app = open(&plan.folder, &plan.kubeconfig, Arc::default(), Arc::default());
    let run: RunId = plan.request.run;
    for (name, value) in plan.secrets {
        let set = app.set_secret_for_session(&plan.request.project, &name, SecretValue::new(value)).await;
        set.unwrap_or_else(|error| panic!("{error}"));
    }
    match plan.deed {
        Deed::Launch => drop(app.launch(&plan.request).await),
        Deed::Stop => drop(app.stop(run).await),
        Deed::Delete => drop(app.delete(run, DeleteScope { history: true, objects: true }).await),
        Deed::Engine => {
            let stop = CancellationToken::new();
            let settled = async {
                while app.history().settled(run).await.unwrap_or_else(|error| panic!("{error}")) != (true, true) {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                stop.cancel();
            };
            tokio::join!(app.run_engine(stop.clone()), settled).0.unwrap_or_else(|error| panic!("{error}"));
        }
        Deed::Recover => {
            let open = app.history().open_runs().await.unwrap_or_else(|error| panic!("{error}"));
            for row in open {
                drop(match row.run.status.wish {
                    Some(_) => app.stop(row.run.id).await,
                    None => app.finish_launch(row.run.id).await,
                });
            }
        }
    }
}
