//! The history's side of benchmark B13: fills a folder, times queries through the port, opens a folder once.
//!
//! `fill FOLDER COUNT`, `time FOLDER` (one JSON document on stdout), `open FOLDER`.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use berth_core::ports::{Clock, RunHistory, RunQuery};
use berth_history::SqliteHistory;
use berth_model::{
    Action, Attempt, AttemptState, Env, FunctionId, FunctionName, FunctionRef, InstallationId, ProjectName, Run, RunId,
    RunSpec, RunState, RunStatus, Target,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "this is the program's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["fill", folder, count] => fill(Path::new(folder), count.parse()?).await,
        ["time", folder] => time(Path::new(folder)).await,
        ["open", folder] => {
            let history = open(folder)?;
            let page = history.runs(&page()?).await?;
            println!("{}", page.rows.len());
            Ok(())
        }
        _ => Err("usage: bench_history fill FOLDER COUNT | time FOLDER | open FOLDER".into()),
    }
}

fn open(folder: impl AsRef<Path>) -> Result<Arc<SqliteHistory>, Box<dyn Error>> {
    let clock: Arc<dyn Clock> = Arc::new(MachineClock);
    Ok(SqliteHistory::open(folder.as_ref(), &clock)?.history)
}

fn page() -> Result<RunQuery, Box<dyn Error>> {
    Ok(RunQuery { project: Some(ProjectName::parse("default")?), ..RunQuery::default() })
}

/// What is timed: a name and a query.
fn queries() -> Result<Vec<(&'static str, RunQuery)>, Box<dyn Error>> {
    let page = page()?;
    Ok(vec![
        ("newest page", page.clone()),
        ("page from the middle", RunQuery { before: Some(50_000), ..page.clone() }),
        ("filter: state", RunQuery { states: vec![RunState::Error, RunState::Running], ..page.clone() }),
        ("filter: function", RunQuery { function: Some(FunctionName::parse("train-7")?), ..page.clone() }),
        ("filter: text in one run", RunQuery { text: Some("train-17-77777".to_owned()), ..page.clone() }),
        ("filter: text in every run", RunQuery { text: Some("learning_rate".to_owned()), ..page }),
    ])
}

async fn time(folder: &Path) -> Result<(), Box<dyn Error>> {
    /// So long each case is repeated, and at least so often: a start of the peer must weigh little beside it.
    const SPAN: Duration = Duration::from_millis(400);
    const LEAST: usize = 5;
    let history = open(folder)?;
    let mut cases = Vec::new();
    for (name, query) in queries()? {
        let statements = history.page_statements(&query)?;
        let mut milliseconds = Vec::new();
        // The peer's start is not counted either.
        history.runs(&query).await?;
        let begun = Instant::now();
        while milliseconds.len() < LEAST || begun.elapsed() < SPAN {
            let start = Instant::now();
            let page = history.runs(&query).await?;
            milliseconds.push(start.elapsed().as_secs_f64() * 1000.0);
            if page.rows.is_empty() {
                return Err(format!("\"{name}\" found nothing").into());
            }
        }
        cases.push(json!({"name": name, "statements": statements, "milliseconds": milliseconds, "is_bounded": true}));
    }
    cases.push(unseen(&history).await?);
    println!("{}", Value::Array(cases));
    Ok(())
}

/// Pages that this process has not read before, each once.
async fn unseen(history: &SqliteHistory) -> Result<Value, Box<dyn Error>> {
    let query = RunQuery { before: Some(60_000), ..page()? };
    let statements = history.page_statements(&query)?;
    let mut milliseconds = Vec::new();
    for number in 0..200_u64 {
        let query = RunQuery { before: Some(60_000 + number * 150), ..query.clone() };
        let start = Instant::now();
        history.runs(&query).await?;
        milliseconds.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(
        json!({"name": "pages not seen before", "statements": statements, "milliseconds": milliseconds, "is_bounded": false}),
    )
}

async fn fill(folder: &Path, count: u32) -> Result<(), Box<dyn Error>> {
    /// As many as the history's queue takes at once.
    const AT_ONCE: u32 = 256;
    let history = open(folder)?;
    for first in (0..count).step_by(AT_ONCE as usize) {
        let mut tasks = tokio::task::JoinSet::new();
        for number in first..count.min(first + AT_ONCE) {
            let run = run(number)?;
            let history = Arc::clone(&history);
            tasks.spawn(async move { history.insert_run(&run).await });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
    }
    Ok(())
}

/// A run as a data scientist makes them: a few environment variables, one attempt, a manifest of 1.5 KiB.
fn run(number: u32) -> Result<Run, Box<dyn Error>> {
    let function = number % 40;
    let name = format!("train-{function}-{number:05}");
    let mut spec = RunSpec::default();
    spec.function.image = Some("registry.example.org/team/train:2026.11".parse()?);
    spec.task.envs = ["LEARNING_RATE", "EPOCHS", "BATCH_SIZE"]
        .iter()
        .map(|name| Ok(Env { name: name.parse()?, value: number.to_string() }))
        .collect::<Result<_, berth_model::ValueError>>()?;
    let state = match number % 100 {
        0..=89 => RunState::Completed,
        90..=97 => RunState::Error,
        98 => RunState::Stopped,
        _ => RunState::Running,
    };
    let created = Timestamp::from_second(1_790_000_000 + i64::from(number) * 60)?;
    let mut status = RunStatus::created();
    status.state = state;
    status.started = Some(created);
    status.attempts = vec![Attempt {
        number: 1,
        pod: format!("{name}-abcde"),
        pod_uid: Uuid::from_u128(u128::from(number)).to_string(),
        node: Some("node-1".to_owned()),
        state: AttemptState::Succeeded,
        reason: None,
        exit_code: Some(0),
        started: Some(created),
        finished: Some(created),
        containers: Vec::new(),
    }];
    let container =
        json!({"name": "main", "image": "registry.example.org/team/train:2026.11", "args": ["x".repeat(1200)]});
    Ok(Run {
        // Spread as random ids are, and the same in every filling.
        id: RunId::derived(&name),
        project: ProjectName::parse("default")?,
        function: FunctionRef {
            name: FunctionName::parse(&format!("train-{function}"))?,
            version: 1,
            id: FunctionId::derived(&function.to_string()),
        },
        action: Action::Job,
        target: Target {
            kubeconfig: "/home/ada/.kube/config".to_owned(),
            context: "lab".to_owned(),
            namespace: "team".to_owned(),
            cluster: None,
        },
        parent: None,
        installation: InstallationId::derived("bench"),
        spec,
        origins: [("image".to_owned(), berth_model::Origin::Function)].into(),
        manifests: vec![
            json!({"kind": "Job", "metadata": {"name": name}, "spec": {"template": {"spec": {"containers": [container]}}}}),
        ],
        spec_hash: "0".repeat(64),
        object_name: name,
        created,
        status,
    })
}
