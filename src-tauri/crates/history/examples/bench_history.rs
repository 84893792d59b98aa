//! The history's side of the benchmarks: fills a folder, times queries through the port (B13), opens a folder once.
//!
//! `fill FOLDER COUNT` (one run in a hundred still running), `fill-ended FOLDER COUNT`, `log FOLDER LINES` (a log for the
//! newest run, whose id goes to stdout), `time FOLDER` (one JSON document on stdout), `open FOLDER`.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use berth_core::ports::{
    Clock, LogArchive, LogKey, RunCursor, RunHistory, RunKey, RunOrder, RunQuery, RunSort, StoreError,
};
use berth_history::SqliteHistory;
use berth_model::{
    Action, Attempt, AttemptState, Env, FunctionId, FunctionName, FunctionRef, InstallationId, ProjectName, Run, RunId,
    RunSpec, RunState, RunStatus, Target,
};
use jiff::{SignedDuration, Timestamp};
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
        ["fill", folder, count] => fill(Path::new(folder), count.parse()?, RunState::Running).await,
        ["fill-ended", folder, count] => fill(Path::new(folder), count.parse()?, RunState::Completed).await,
        ["log", folder, lines] => log(Path::new(folder), lines.parse()?).await,
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

/// The place of the run with a number, by when it was made.
fn after(number: u32) -> Option<RunCursor> {
    let made = made(number).ok()?.as_microsecond();
    Some(RunCursor { key: RunKey::Number(made), made, seq: u64::from(number), now: Timestamp::default() })
}

fn made(number: u32) -> Result<Timestamp, jiff::Error> {
    Timestamp::from_second(1_790_000_000 + i64::from(number) * 60)
}

/// What is timed: a name and a query.
fn queries() -> Result<Vec<(&'static str, RunQuery)>, Box<dyn Error>> {
    let page = page()?;
    let longest = RunOrder { by: RunSort::Duration, is_ascending: false };
    Ok(vec![
        ("newest page", page.clone()),
        ("page from the middle", RunQuery { after: after(50_000), ..page.clone() }),
        ("filter: state", RunQuery { states: vec![RunState::Error, RunState::Running], ..page.clone() }),
        ("filter: function", RunQuery { function: Some(FunctionName::parse("train-7")?), ..page.clone() }),
        ("sorted by duration", RunQuery { order: longest, ..page.clone() }),
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
    let query = RunQuery { after: after(60_000), ..page()? };
    let statements = history.page_statements(&query)?;
    let mut milliseconds = Vec::new();
    for number in 0..200 {
        let query = RunQuery { after: after(60_000 + number * 150), ..query.clone() };
        let start = Instant::now();
        history.runs(&query).await?;
        milliseconds.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(
        json!({"name": "pages not seen before", "statements": statements, "milliseconds": milliseconds, "is_bounded": false}),
    )
}

/// Writes a whole log of lines of 100 bytes, each with its time before it, as the newest run's.
async fn log(folder: &Path, lines: u32) -> Result<(), Box<dyn Error>> {
    const AT_ONCE: u32 = 10_000;
    let clock: Arc<dyn Clock> = Arc::new(MachineClock);
    let opened = SqliteHistory::open(folder, &clock)?;
    let newest = opened.history.runs(&page()?).await?.rows.into_iter().next().ok_or("the history is empty")?.run;
    let attempt = newest.status.attempts.first().ok_or("the run has no attempt")?;
    let key = LogKey { run: newest.id, pod_uid: attempt.pod_uid.clone(), container: "main".to_owned(), restart: 0 };
    let mut writer = opened.archive.open(&key, &attempt.pod, attempt.number)?;
    for first in (0..lines).step_by(AT_ONCE as usize) {
        let mut piece = String::new();
        for number in first..lines.min(first + AT_ONCE) {
            let loss = f64::from(lines - number) / f64::from(lines);
            let text = format!("epoch {number:>8} step {:>10} loss {loss:.9} accuracy {:.9}", number * 64, 1.0 - loss);
            let at = Timestamp::from_nanosecond(1_790_000_000_000_000_000 + i128::from(number) * 1_000_007)?;
            writeln!(piece, "{at:.9} {text:<99}")?;
        }
        writer.append(piece.as_bytes())?;
    }
    writer.finish(true)?;
    println!("{}", newest.id);
    Ok(())
}

async fn fill(folder: &Path, count: u32, last: RunState) -> Result<(), Box<dyn Error>> {
    /// As many as the history's queue takes at once.
    const AT_ONCE: u32 = 256;
    let history = open(folder)?;
    for first in (0..count).step_by(AT_ONCE as usize) {
        let mut tasks = tokio::task::JoinSet::new();
        for number in first..count.min(first + AT_ONCE) {
            let run = run(number, last)?;
            let history = Arc::clone(&history);
            tasks.spawn(async move {
                history.insert_run(&run).await?;
                if run.status.is_over(run.action) {
                    // As the engine leaves a run behind: nothing is owed any more.
                    history.mark_settled(run.id, true, true).await?;
                }
                Ok::<(), StoreError>(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
    }
    Ok(())
}

/// A run as a data scientist makes them: a few environment variables, one attempt, a manifest of 1.5 KiB. One in a
/// hundred is in the state `last`.
fn run(number: u32, last: RunState) -> Result<Run, Box<dyn Error>> {
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
        _ => last,
    };
    let created = made(number)?;
    let mut status = RunStatus::created();
    status.state = state;
    status.started = Some(created);
    // Lengths of all kinds, as the list can be sorted by them.
    let ended = created.checked_add(SignedDuration::from_secs(i64::from(number.wrapping_mul(7919) % 7200)))?;
    status.finished = (state != RunState::Running).then_some(ended);
    status.attempts = vec![Attempt {
        number: 1,
        pod: format!("{name}-abcde"),
        pod_uid: Uuid::from_u128(u128::from(number)).to_string(),
        node: Some("node-1".to_owned()),
        state: AttemptState::Succeeded,
        reason: None,
        exit_code: Some(0),
        started: Some(created),
        finished: status.finished,
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
        fire: None,
        installation: InstallationId::derived("bench"),
        spec,
        build: None,
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
