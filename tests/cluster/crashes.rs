//! Fifty launches killed with SIGKILL at random moments, on the real cluster: afterwards there is one Job or none for
//! each, history tells the truth, and the database is whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use berth_model::{RunId, RunState, Submission};
use berth_testkit::Relay;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::program::{Program, kubeconfig, server, until};
use crate::sandbox::{Sandbox, image};

/// Carries the plan to the process that launches.
const PLAN: &str = "BERTH_TEST_LAUNCH";

const LAUNCHES: usize = 50;
/// Kills inside each step, at least.
const EACH: usize = 5;
/// More than this many launches mean that a step is too short to be met.
const MOST: usize = 200;

#[derive(Serialize, Deserialize)]
struct Plan {
    data: PathBuf,
    kubeconfig: PathBuf,
    namespace: String,
    run: RunId,
}

/// A function with code: the launch makes an object beside the Job, so that each of its steps is a request long.
fn spec() -> serde_json::Value {
    json!({
        "image": image("busybox"), "command": ["sh", "/shared/main.sh"],
        "source": { "source": "main.sh", "code": "echo once", "lang": "shell" },
    })
}

/// Is the process that launches where a plan is given; without one it is nothing but a name.
#[tokio::test(flavor = "multi_thread")]
async fn launches_as_the_program() {
    let Ok(plan) = std::env::var(PLAN) else { return };
    let plan: Plan = serde_json::from_str(&plan).unwrap();
    let program = Program::start(&plan.data, &plan.kubeconfig);
    let mut request = Program::request(&plan.namespace, spec());
    request.run = plan.run;
    let _ = program.app.launch(&request).await;
    std::future::pending::<()>().await;
}

fn start(data: &Path, kubeconfig: &Path, namespace: &str, run: RunId) -> Child {
    let plan = Plan { data: data.into(), kubeconfig: kubeconfig.into(), namespace: namespace.into(), run };
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crashes::launches_as_the_program", "--nocapture"])
        .env(PLAN, serde_json::to_string(&plan).unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_launches_killed_at_random_leave_one_job_or_none_and_a_history_that_tells_the_truth() {
    let sandbox = Sandbox::new("kills").await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // Slow enough that every step of a launch takes a while.
    let relay = Relay::to(server(&kubeconfig())).await;
    let through = folder.path().join("kubeconfig");
    relay.kubeconfig(&kubeconfig(), &through).unwrap();
    relay.limit(Some(30_000));
    let program = Program::open(&data, &kubeconfig());
    let mut random: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut whole = Duration::from_secs(4);
    let mut steps: BTreeMap<String, usize> = BTreeMap::new();
    let mut runs = Vec::new();
    let wanted = ["none", "Intent", "Created", "Complete", "Released"];
    while runs.len() < LAUNCHES || wanted.iter().any(|step| steps.get(*step).copied().unwrap_or(0) < EACH) {
        assert!(runs.len() < MOST, "{} launches, and still a step that was hardly met: {steps:?}", runs.len());
        let run = RunId::from_uuid(uuid::Uuid::new_v4());
        let began = Instant::now();
        let mut child = start(&data, &through, &sandbox.namespace, run);
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let rare = wanted.iter().min_by_key(|step| steps.get(**step).copied().unwrap_or(0)).copied().unwrap_or("none");
        if runs.len() < LAUNCHES / 2 || rare == "none" {
            tokio::time::sleep(whole.mul_f64((random % 1000) as f64 / 1000.0)).await;
        } else {
            // A random moment inside the step that was met least so far.
            let limit = Instant::now() + whole * 3;
            while step(&program, run).await != rare && Instant::now() < limit {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(Duration::from_millis(random % 40)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let met = step(&program, run).await;
        if met == "Released" && runs.len() < 10 {
            whole = whole.min(began.elapsed().mul_f64(1.3));
        }
        *steps.entry(met).or_default() += 1;
        runs.push(run);
    }
    println!("{} launches killed, by the step that each was in: {steps:?}", runs.len());
    drop(program);

    let program = Program::start(&data, &kubeconfig());
    let jobs = || async {
        let list = sandbox.api.get(&sandbox.jobs("")).await.ok("listing Jobs");
        list["items"].as_array().unwrap().clone()
    };
    let of = |jobs: &[serde_json::Value], run: RunId| {
        jobs.iter()
            .filter(|job| job["metadata"]["labels"]["berth.dev/run"] == run.to_string())
            .cloned()
            .collect::<Vec<_>>()
    };
    let seen = jobs().await;
    for run in &runs {
        let found = of(&seen, *run).len();
        assert!(found <= 1, "run {run} has {found} Jobs right after the crash");
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for run in &runs {
        let Some(row) = program.app.history().run(*run).await.unwrap() else {
            assert!(of(&seen, *run).is_empty(), "run {run} exists and history does not know it");
            *counts.entry("never written down".into()).or_default() += 1;
            continue;
        };
        if row.run.status.submission == Submission::Draft {
            assert!(of(&seen, *run).is_empty(), "run {run} was never to be sent");
            *counts.entry("never sent".into()).or_default() += 1;
            continue;
        }
        let row = program.ended(*run, 240).await;
        program.settled(*run, 60).await;
        assert_eq!(row.run.status.state, RunState::Completed, "run {run}: {:?}", row.run.status);
        let now = of(&jobs().await, *run);
        assert_eq!(now.len(), 1, "run {run} has {} Jobs", now.len());
        assert_eq!(now[0]["metadata"]["uid"], row.run.status.objects[0].uid.as_str(), "run {run} knows its own Job");
        assert_eq!(now[0]["status"]["succeeded"], 1, "run {run}");
        let log = program.log(*run).unwrap_or_else(|| panic!("run {run} has no log: {:?}", row.run.status));
        assert_eq!(
            String::from_utf8(program.text(&log)).unwrap(),
            "once\n",
            "run {run}: its program ran once: {log:?}"
        );
        assert!(log.is_complete, "run {run}: {log:?}");
        let revisions: Vec<u64> = program.app.transitions(*run).await.unwrap().iter().map(|row| row.revision).collect();
        assert_eq!(revisions, (1..=revisions.len() as u64).collect::<Vec<_>>(), "run {run}: none lost, none doubled");
        *counts.entry("completed".into()).or_default() += 1;
    }
    println!("what became of them: {counts:?}");
    let mut program = program;
    program.stop_engine().await;
    drop(program);
    // Opening checks the database; a notice is a finding.
    let clock: std::sync::Arc<dyn berth_core::ports::Clock> = std::sync::Arc::new(crate::program::SystemClock);
    let opened = berth_history::SqliteHistory::open(&data, &clock).unwrap();
    assert!(opened.notices.is_empty(), "{:?}", opened.notices);
    until(1, "nothing is open any more", || async {
        use berth_core::ports::RunHistory as _;
        let open = opened.history.open_runs().await.unwrap();
        open.iter().all(|row| row.run.status.submission == Submission::Draft)
    })
    .await;
}

/// The step of a launch that is written down.
async fn step(program: &Program, run: RunId) -> String {
    let row = program.app.history().run(run).await.unwrap();
    row.map_or_else(|| "none".to_owned(), |row| format!("{:?}", row.run.status.submission))
}
