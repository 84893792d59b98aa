//! `berth wait`, and waiting after a launch.

use std::time::Duration;

use berth_core::ports::RunRow;
use berth_core::{Error, ErrorCode};
use berth_model::{RunId, RunState};
use tokio::time::{Instant, interval};

use crate::exit::Exit;
use crate::session::Session;
use crate::{document, words};

/// How long the program stays after a run's end without another line of its log, or its release, being stored.
const SETTLING: Duration = Duration::from_secs(20);
/// How often progress is redrawn.
const TICK: Duration = Duration::from_millis(250);

pub(crate) async fn run(session: &Session, run: &str, timeout: Option<Duration>) -> Result<Exit, Error> {
    let row = session.app.find_run(run).await?;
    let work = async {
        let exit = until_over(session, row.run.id, timeout).await;
        let_history_settle(session, row.run.id).await;
        exit
    };
    session.start_engine().beside(work).await
}

/// Waits until a run is over, drawing what it is doing; prints the run then.
pub(crate) async fn until_over(session: &Session, run: RunId, timeout: Option<Duration>) -> Result<Exit, Error> {
    let waiting = session.app.wait(run, timeout);
    tokio::pin!(waiting);
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    let mut tick = interval(TICK);
    let mut last = String::new();
    let row = loop {
        tokio::select! {
            row = &mut waiting => break row,
            _ = &mut interrupted => return Ok(left_alone(session, run)),
            _ = tick.tick() => draw(session, run, &mut last).await?,
        }
    };
    session.output.clear_progress();
    match row {
        Ok(row) => {
            print_end(session, &row)?;
            Ok(Exit::of_run(&row.run))
        }
        Err(error) if error.code == ErrorCode::TimedOut => {
            Err(error.hint(format!("The run goes on: berth wait {run}")))
        }
        Err(error) => Err(error),
    }
}

/// Says that looking has ended and the run has not.
pub(crate) fn left_alone(session: &Session, run: RunId) -> Exit {
    session.output.note(&format!("Interrupted: the run goes on. Look again with: berth logs {run} -f"));
    Exit::Interrupted
}

/// Prints how a run that was waited for ended.
pub(crate) fn print_end(session: &Session, row: &RunRow) -> Result<(), Error> {
    let log = session.app.logs(row.run.id)?;
    session.output.document(&document::run(row, &log), String::new);
    if session.output.is_text() {
        let run = &row.run;
        let word = run.status.word(run.action).text();
        let why = words::reason(run);
        let took = words::duration(run, session.app.now());
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        let told = if run.status.is_lasting(run.action) {
            format!("{} {}{why}", run.object_name, word.to_lowercase())
        } else {
            format!("{} {} after {took}{why}", run.object_name, word.to_lowercase())
        };
        session.output.note(&told);
    }
    Ok(())
}

/// Stays until the log of a run that is over is stored to its end and its objects are released, as long as that goes on:
/// a large log takes the node minutes to hand over. Interrupting leaves the rest to the next engine.
pub(crate) async fn let_history_settle(session: &Session, run: RunId) {
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    let mut tick = interval(Duration::from_millis(50));
    let (mut stored, mut since) = (None, Instant::now());
    while since.elapsed() < SETTLING {
        let Ok(Some(row)) = session.app.history().run(run).await else { break };
        // A stopped service has no duties left but its logs.
        let has_all = row.run.status.is_lasting(row.run.action)
            && row.run.status.state == RunState::Stopped
            && session.app.logs(run).is_ok_and(|logs| logs.iter().all(|log| log.is_complete));
        let goes_on = !row.run.status.is_over(row.run.action) && row.run.status.state != RunState::Stopped;
        if has_all || goes_on || matches!(session.app.history().settled(run).await, Ok((true, true)) | Err(_)) {
            break;
        }
        let lines: u64 = session.app.logs(run).map_or(0, |logs| logs.iter().map(|log| log.lines).sum());
        if stored != Some(lines) {
            (stored, since) = (Some(lines), Instant::now());
        }
        if session.output.draws_progress() {
            session.output.progress(&format!("Storing its log: {lines} lines so far"));
        }
        tokio::select! {
            _ = tick.tick() => {}
            _ = &mut interrupted => {
                session.output.note("Interrupted: the rest of the log is stored when Berth runs again.");
                break;
            }
        }
    }
    session.output.clear_progress();
}

/// On a terminal, draws the phase over the one before; elsewhere, says each new phase once.
async fn draw(session: &Session, run: RunId, last: &mut String) -> Result<(), Error> {
    let Some(row) = session.app.history().run(run).await? else { return Ok(()) };
    let status = &row.run.status;
    let word = status.word(row.run.action).text();
    let why = status.why().unwrap_or_else(|| status.doing());
    let why = why
        .get(..word.len())
        .filter(|start| start.eq_ignore_ascii_case(word))
        .map_or(why, |start| why.get(start.len()..).unwrap_or_default().trim_start_matches(':').trim_start());
    let told = if why.is_empty() { word.to_owned() } else { format!("{word}: {why}") };
    if session.output.draws_progress() {
        let since = words::span(row.run.created, session.app.now());
        session.output.progress(&format!("{told} ({since})"));
    } else if *last != told {
        session.output.note(&told);
    }
    *last = told;
    Ok(())
}
