//! Prints stored log lines, and those to come. Reads history alone: whoever is the engine writes there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use berth_core::ports::{LogCursor, LogInfo, LogKey};
use berth_core::{Error, ErrorCode, Mask};
use berth_model::RunId;
use serde_json::json;
use tokio::time::{Instant, timeout as limit};

use super::wait;
use crate::exit::Exit;
use crate::session::Session;

/// The most that is read at once, in bytes.
const PIECE: usize = 256 * 1024;
/// How long to wait for a local notice before looking again.
const LOOK: Duration = Duration::from_millis(100);
/// How long after a run's end its log may still come.
const TRAILING: Duration = Duration::from_secs(30);

/// Which logs of a run, and how to print them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) attempt: Option<u32>,
    pub(crate) container: Option<String>,
    pub(crate) timestamps: bool,
}

impl Selection {
    fn takes(&self, log: &LogInfo) -> bool {
        self.attempt.is_none_or(|attempt| attempt == log.attempt)
            && self.container.as_ref().is_none_or(|container| *container == log.key.container)
    }
}

/// Prints a run's log until the run is over and its log complete; then how it ended.
pub(crate) async fn follow_run(
    session: &Session,
    run: RunId,
    selection: &Selection,
    timeout: Option<Duration>,
) -> Result<Exit, Error> {
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    let deadline = timeout.map(|span| Instant::now() + span);
    let mut printer = Printer::new(session, run, selection).await?;
    let mut over_since = None;
    loop {
        let changed = session.changes.notified();
        let row = session
            .app
            .history()
            .run(run)
            .await?
            .ok_or_else(|| Error::new(ErrorCode::NotFound, "The run was deleted from history meanwhile."))?;
        let printed = printer.print(run)?;
        if row.run.status.is_over(row.run.action) {
            let over = *over_since.get_or_insert_with(Instant::now);
            let (logs, _) = session.app.history().settled(run).await?;
            if (logs && !printed) || over.elapsed() > TRAILING {
                wait::print_end(session, &row)?;
                return Ok(Exit::of_run(&row.run));
            }
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(Error::new(ErrorCode::TimedOut, "The time to wait is over; the run goes on.")
                .hint(format!("Look again with: berth logs {run} -f")));
        }
        tokio::select! {
            _ = &mut interrupted => return Ok(wait::left_alone(session, run)),
            _ = limit(LOOK, changed) => {}
        }
    }
}

/// Prints what is stored now. Returns the logs that were chosen.
pub(crate) async fn print_stored(session: &Session, run: RunId, selection: &Selection) -> Result<usize, Error> {
    let mut printer = Printer::new(session, run, selection).await?;
    while printer.print(run)? {}
    Ok(printer.places.len())
}

struct Printer<'a> {
    session: &'a Session,
    selection: &'a Selection,
    mask: Arc<Mask>,
    places: BTreeMap<LogKey, LogCursor>,
}

impl<'a> Printer<'a> {
    async fn new(session: &'a Session, run: RunId, selection: &'a Selection) -> Result<Self, Error> {
        let mask = session.app.mask(run).await?;
        if let Some(told) = mask.told() {
            session.output.note(&told);
        }
        Ok(Self { session, selection, mask, places: BTreeMap::new() })
    }

    /// Prints what is new in every chosen log. Tells whether anything was.
    fn print(&mut self, run: RunId) -> Result<bool, Error> {
        let logs: Vec<LogInfo> =
            self.session.app.logs(run)?.into_iter().filter(|log| self.selection.takes(log)).collect();
        let several = logs.len() > 1;
        let mut printed = false;
        for log in &logs {
            let place = self.places.entry(log.key.clone()).or_default();
            let piece = self.session.app.read_log(&log.key, *place, PIECE)?;
            if piece.raw.is_empty() {
                continue;
            }
            *place = piece.next;
            printed = true;
            self.emit(log, &piece.raw, several);
        }
        Ok(printed)
    }

    fn emit(&self, log: &LogInfo, raw: &[u8], several: bool) {
        let mut text = Vec::with_capacity(raw.len());
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            let (time, content) = self.mask.shown(line);
            if self.session.output.is_text() {
                if several {
                    text.extend_from_slice(format!("[{}/{}] ", log.attempt, log.key.container).as_bytes());
                }
                if self.selection.timestamps {
                    text.extend_from_slice(time);
                }
                text.extend_from_slice(&content);
            } else {
                self.session.output.json_line(&json!({
                    "attempt": log.attempt, "pod": log.pod, "container": log.key.container,
                    "time": String::from_utf8_lossy(time).trim_end(),
                    "text": String::from_utf8_lossy(&content).trim_end_matches('\n'),
                }));
            }
        }
        if !text.is_empty() {
            self.session.output.raw(&text);
        }
    }
}
