//! Announces what other processes changed: compares revisions in history with those last announced.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use berth_model::RunId;

use crate::app::App;
use crate::ports::{Notice, RunQuery, RunRow, StoreError};

/// How often history is asked whether anything changed.
pub(super) const POLL: Duration = Duration::from_millis(250);

/// Newest runs that are compared. An older run is announced by the page's own next query.
const NEWEST: u32 = 500;

/// Open runs whose stored log is looked at while another process captures it.
const LOGS: usize = 100;

/// What was last announced.
#[derive(Debug, Default)]
pub(super) struct Announcer {
    counter: Option<u64>,
    known: HashMap<RunId, (u64, bool)>,
    has_looked: bool,
    stored: HashMap<RunId, u64>,
}

impl Announcer {
    /// Whether history changed since the last call, by any process. Failures count as a change: asking will tell.
    pub(super) async fn has_news(&mut self, app: &App) -> bool {
        match app.ports.history.change_counter().await {
            Ok(counter) => self.counter.replace(counter) != Some(counter),
            Err(error) => {
                tracing::debug!(%error, "unable to ask whether history changed");
                true
            }
        }
    }

    /// Announces runs that differ from what was last announced; the first call only looks.
    pub(super) async fn announce(&mut self, app: &App) -> Result<(), StoreError> {
        let query = RunQuery { archived: true, limit: NEWEST, ..RunQuery::default() };
        let page = app.ports.history.runs(&query).await?;
        let place = |row: &RunRow| (row.run.created, row.seq);
        let oldest = page.rows.last().map(place);
        let is_whole = page.next.is_none();
        let mut changed: Vec<RunRow> = Vec::new();
        let mut now: HashMap<RunId, (u64, bool)> = HashMap::with_capacity(page.rows.len());
        for row in page.rows {
            let mark = (row.run.status.revision, row.archived);
            now.insert(row.run.id, mark);
            if self.known.get(&row.run.id) != Some(&mark) {
                changed.push(row);
            }
        }
        if self.has_looked {
            if !changed.is_empty() {
                app.ports.sink.announce(Notice::Runs(changed));
            }
            for run in self.known.keys().filter(|run| !now.contains_key(run)) {
                // Absent from the newest: deleted, or pushed out by newer ones.
                if is_whole || app.ports.history.run(*run).await?.is_none_or(|row| Some(place(&row)) >= oldest) {
                    app.ports.sink.announce(Notice::RunDeleted(*run));
                }
            }
        }
        self.known = now;
        self.has_looked = true;
        Ok(())
    }

    /// Announces logs that grew in the archive while another process captures them.
    async fn announce_logs(&mut self, app: &App) -> Result<(), StoreError> {
        let open = app.ports.history.open_runs().await?;
        let runs: Vec<RunId> = open.iter().rev().take(LOGS).map(|row| row.run.id).collect();
        let archive = std::sync::Arc::clone(&app.ports.archive);
        let asked = tokio::task::spawn_blocking(move || {
            let bytes = |run: &RunId| Ok((*run, archive.list(*run)?.iter().map(|log| log.bytes + log.lines).sum()));
            runs.iter().map(bytes).collect::<Result<HashMap<RunId, u64>, StoreError>>()
        });
        let stored = asked.await.map_err(|cause| StoreError::Failed(cause.to_string()))??;
        for (run, bytes) in &stored {
            if self.stored.get(run).is_some_and(|known| known != bytes)
                || (*bytes > 0 && !self.stored.contains_key(run))
            {
                app.ports.sink.announce(Notice::LogGrew(*run));
            }
        }
        self.stored = stored;
        Ok(())
    }

    /// Announces for as long as another process is the engine.
    pub(super) async fn follow(&mut self, app: &App) -> Infallible {
        let mut tick = tokio::time::interval(POLL);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let announced = if self.has_news(app).await { self.announce(app).await } else { Ok(()) };
            let logs = self.announce_logs(app).await;
            if let Err(error) = announced.and(logs) {
                tracing::debug!(%error, "unable to look for changes by other programs");
            }
        }
    }
}
