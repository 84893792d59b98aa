//! What stands out across all contexts and projects, from history alone: live runs by context, and what needs a look.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use berth_model::{Phase, RunId, RunState};
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::ports::{LogArchive, RunQuery, RunRow};
use crate::{Error, ErrorCode};

/// How long a run may stand blocked before someone should look: clusters get over most of what blocks by themselves.
const BLOCKED: SignedDuration = SignedDuration::from_secs(60);
/// How long a gap in the log of a run is news.
const NEWS: SignedDuration = SignedDuration::from_hours(24);
/// Runs whose logs are looked at for gaps, newest first.
const RECENT: u32 = 50;

/// How things stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Number of live runs by context; a context without any is left out.
    pub live: BTreeMap<String, u32>,
    /// What needs a look, newest run first.
    pub looks: Vec<NeedsLook>,
}

/// One run that someone should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeedsLook {
    /// The run.
    pub run: RunId,
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub context: String,
    /// One sentence: why.
    pub why: String,
}

impl App {
    /// Tells how things stand; asks no cluster.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn standing(&self) -> Result<Standing, Error> {
        let now = self.now();
        let open = self.ports.history.open_runs().await?;
        let mut standing = Standing::default();
        for row in open.iter().filter(|row| is_live(row)) {
            *standing.live.entry(row.run.target.context.clone()).or_default() += 1;
            if row.run.status.phase == Phase::Blocked && now.duration_since(self.changed(row).await?) >= BLOCKED {
                standing.looks.push(look(row, blocked(row)));
            }
        }
        let query = RunQuery { since: now.checked_sub(NEWS).ok(), limit: RECENT, ..RunQuery::default() };
        let recent = self.ports.history.runs(&query).await?.rows;
        let mut seen = HashSet::new();
        let rows: Vec<RunRow> = open.into_iter().chain(recent).filter(|row| seen.insert(row.run.id)).collect();
        let gaps = self.gaps_of(&rows).await?;
        standing.looks.extend(rows.iter().zip(gaps).filter(|(_, gaps)| *gaps > 0).map(|(row, gaps)| {
            let places = if gaps == 1 { "at one place".to_owned() } else { format!("at {gaps} places") };
            look(row, format!("Its log may miss lines {places}."))
        }));
        Ok(standing)
    }

    /// When a run last changed.
    async fn changed(&self, row: &RunRow) -> Result<Timestamp, Error> {
        let transitions = self.ports.history.transitions(row.run.id).await?;
        Ok(transitions.last().map_or(row.run.created, |last| last.transition.at))
    }

    /// Number of gaps in the logs of each run.
    async fn gaps_of(&self, rows: &[RunRow]) -> Result<Vec<usize>, Error> {
        let runs: Vec<RunId> = rows.iter().map(|row| row.run.id).collect();
        self.in_archive(move |archive| {
            // A log that cannot be read says so where it is shown.
            let gaps = |run| archive.list(run).map_or(0, |logs| logs.iter().map(|log| log.gaps.len()).sum());
            runs.into_iter().map(gaps).collect()
        })
        .await
    }

    /// Adds up what all logs take on disk, in bytes.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn log_bytes(&self) -> Result<u64, Error> {
        Ok(self.in_archive(|archive| archive.disk_bytes()).await??)
    }

    async fn in_archive<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn LogArchive) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let archive = Arc::clone(&self.ports.archive);
        let reading = tokio::task::spawn_blocking(move || read(&*archive));
        reading
            .await
            .map_err(|error| Error::new(ErrorCode::Internal, format!("unable to look through the logs: {error}")))
    }
}

/// A service that failed or was stopped may come back, but nothing of it is alive now.
fn is_live(row: &RunRow) -> bool {
    let ends = [RunState::Completed, RunState::Error, RunState::Stopped, RunState::Deleted];
    !ends.contains(&row.run.status.state)
}

fn look(row: &RunRow, why: String) -> NeedsLook {
    let run = &row.run;
    NeedsLook { run: run.id, name: run.object_name.clone(), context: run.target.context.clone(), why }
}

fn blocked(row: &RunRow) -> String {
    let status = &row.run.status;
    status.message.clone().unwrap_or_else(|| match &status.reason {
        Some(reason) => format!("It is blocked: {reason}."),
        None => "It is blocked.".to_owned(),
    })
}
