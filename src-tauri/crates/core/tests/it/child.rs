//! The program as a process of its own: this test binary, run again, doing one thing and dying where it is told to.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;

use berth_core::{DeleteScope, FAILPOINTS};
use berth_model::RunId;
use serde::{Deserialize, Serialize};

use crate::world::{Announced, MemoryVault, kubeconfig_in, open, request};

/// Carries the plan to the process.
const PLAN: &str = "BERTH_TEST_PLAN";

/// What the process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    Launch,
    Stop,
    Delete,
    /// What the next start does with what it finds open.
    Recover,
    /// Is the engine until the run is settled.
    Engine,
}

#[derive(Debug, Serialize, Deserialize)]
struct Plan {
    folder: std::path::PathBuf,
    deed: Deed,
    run: RunId,
    /// Where the process kills itself.
    dies_at: Option<String>,
}

/// Starts the process.
pub fn start(folder: &Path, deed: Deed, run: RunId, dies_at: Option<&str>) -> Child {
    let plan = Plan { folder: folder.to_owned(), deed, run, dies_at: dies_at.map(str::to_owned) };
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child::acts_as_the_program", "--nocapture"])
        .env(PLAN, serde_json::to_string(&plan).unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Runs the process to its end.
pub fn run(folder: &Path, deed: Deed, run: RunId, dies_at: Option<&str>) -> ExitStatus {
    start(folder, deed, run, dies_at).wait().unwrap()
}

/// Whether a process was ended by SIGKILL.
pub fn was_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(9)
}

/// Is the process where a plan is given. Without one it is a test of its own: the fail points can be told apart.
#[test]
fn acts_as_the_program() {
    let Ok(plan) = std::env::var(PLAN) else {
        let mut names = FAILPOINTS.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FAILPOINTS.len(), "no fail point is listed twice");
        return;
    };
    let plan: Plan = serde_json::from_str(&plan).unwrap();
    if let Some(point) = &plan.dies_at {
        assert!(fail::has_failpoints(), "the fail points are compiled in");
        fail::cfg_callback(point.clone(), die).unwrap();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(act(plan));
}

fn die() {
    let own = rustix::process::getpid();
    rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
    // Until the signal arrives.
    loop {
        std::thread::park();
    }
}

async fn act(plan: Plan) {
    let kubeconfig = kubeconfig_in(&plan.folder);
    let app = open(&plan.folder, &kubeconfig, &Arc::<Announced>::default(), &Arc::<MemoryVault>::default());
    // How it ends is read from history and cluster, not from here.
    match plan.deed {
        Deed::Launch => drop(app.launch(&request(plan.run)).await),
        Deed::Stop => drop(app.stop(plan.run).await),
        Deed::Delete => drop(app.delete(plan.run, DeleteScope { history: true, objects: true }).await),
        Deed::Engine => {
            let stop = tokio_util::sync::CancellationToken::new();
            let settled = async {
                while app.history().settled(plan.run).await.unwrap() != (true, true) {
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
                stop.cancel();
            };
            tokio::join!(app.run_engine(stop.clone()), settled).0.unwrap();
        }
        Deed::Recover => {
            for row in app.history().open_runs().await.unwrap() {
                drop(match row.run.status.wish {
                    Some(_) => app.stop(row.run.id).await,
                    None => app.finish_launch(row.run.id).await,
                });
            }
        }
    }
}
