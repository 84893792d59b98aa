//! What the page is told by itself: collected as it comes, sent ten times a second at most, the growth of logs four times.
//!
//! Every event can be missed without harm: the page's queries read the history anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use berth_core::ForwardView;
use berth_core::ports::{ConnectionNotice, EventSink, Notice, RunRow};
use berth_model::RunId;
use serde::{Deserialize, Serialize};
use tauri::AppHandle;
use tauri_specta::Event;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::views::RunView;

/// How long changes are collected before they are sent: ten repaints a second look live, and a storm of changes costs
/// ten messages.
const BATCH: Duration = Duration::from_millis(100);

/// How long the growth of logs is collected: whoever follows one that rushes by reads it no better when it is drawn anew
/// more often, and each time costs the page a read.
const LOG_BATCH: Duration = Duration::from_millis(250);

/// These runs changed; each is whole, with its revision.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type, Event)]
pub(crate) struct RunsChanged(pub Vec<RunView>);

/// These runs were removed from history.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type, Event)]
pub(crate) struct RunDeleted(pub Vec<RunId>);

/// The connection to some clusters and namespaces changed.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type, Event)]
pub(crate) struct ConnectionChanged(pub Vec<ConnectionNotice>);

/// More of these runs' logs is stored.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type, Event)]
pub(crate) struct LogGrew(pub Vec<RunId>);

/// These forwards changed.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type, Event)]
pub(crate) struct ForwardsChanged(pub Vec<ForwardView>);

/// What waits to be sent; bounded by what exists, since the newest of each thing replaces the older.
#[derive(Debug, Default, PartialEq)]
struct Pending {
    runs: BTreeMap<RunId, RunRow>,
    deleted: BTreeSet<RunId>,
    connections: BTreeMap<(String, String, String), ConnectionNotice>,
    grown: BTreeSet<RunId>,
    forwards: BTreeMap<(RunId, u16), ForwardView>,
}

impl Pending {
    fn add(&mut self, notice: Notice) {
        match notice {
            Notice::Runs(rows) => rows.into_iter().for_each(|row| self.add_run(row)),
            Notice::RunDeleted(run) => {
                self.runs.remove(&run);
                self.grown.remove(&run);
                self.deleted.insert(run);
            }
            Notice::Connection(notice) => {
                let key = (notice.kubeconfig.clone(), notice.context.clone(), notice.namespace.clone());
                self.connections.insert(key, notice);
            }
            Notice::LogGrew(run) => {
                self.grown.insert(run);
            }
            Notice::Forward(view) => {
                self.forwards.insert((view.run, view.port), view);
            }
            // No screen shows functions live yet; their query reads anew when it is shown.
            Notice::Project(_) => {}
        }
    }

    fn add_run(&mut self, row: RunRow) {
        let is_older =
            self.runs.get(&row.run.id).is_some_and(|known| known.run.status.revision > row.run.status.revision);
        if !is_older {
            self.runs.insert(row.run.id, row);
        }
    }
}

/// Collects changes; `announce` takes a lock for the length of an insertion and never waits for the page.
#[derive(Default)]
pub(crate) struct TauriSink {
    pending: Mutex<Pending>,
}

impl TauriSink {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes everything but the growth of logs.
    fn take(&self) -> Pending {
        let mut pending = self.pending();
        let grown = std::mem::take(&mut pending.grown);
        std::mem::replace(&mut pending, Pending { grown, ..Pending::default() })
    }

    /// Takes the growth of logs.
    fn take_logs(&self) -> Pending {
        Pending { grown: std::mem::take(&mut self.pending().grown), ..Pending::default() }
    }

    /// Sends what was collected until `stop` is cancelled.
    pub async fn pump(self: Arc<Self>, app: AppHandle, stop: CancellationToken) {
        let [mut tick, mut log_tick] = [BATCH, LOG_BATCH].map(|period| {
            let mut tick = tokio::time::interval(period);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            tick
        });
        loop {
            let pending = tokio::select! {
                () = stop.cancelled() => return,
                _ = tick.tick() => self.take(),
                _ = log_tick.tick() => self.take_logs(),
            };
            send(&app, pending);
        }
    }
}

impl EventSink for TauriSink {
    fn announce(&self, notice: Notice) {
        self.pending().add(notice);
    }
}

fn send(app: &AppHandle, pending: Pending) {
    let Pending { runs, deleted, connections, grown, forwards } = pending;
    let mut failed = Vec::new();
    if !runs.is_empty() {
        failed.extend(RunsChanged(runs.into_values().map(RunView::from).collect()).emit(app).err());
    }
    if !deleted.is_empty() {
        failed.extend(RunDeleted(deleted.into_iter().collect()).emit(app).err());
    }
    if !connections.is_empty() {
        failed.extend(ConnectionChanged(connections.into_values().collect()).emit(app).err());
    }
    if !grown.is_empty() {
        failed.extend(LogGrew(grown.into_iter().collect()).emit(app).err());
    }
    if !forwards.is_empty() {
        failed.extend(ForwardsChanged(forwards.into_values().collect()).emit(app).err());
    }
    for error in failed {
        tracing::warn!(%error, "an event was not sent; the page reads anew by itself");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_growth_of_logs_waits_for_its_own_turn() {
        let [grown, deleted] = [1, 2].map(|bits| RunId::from_uuid(uuid::Uuid::from_u128(bits)));
        let sink = TauriSink::default();
        sink.announce(Notice::LogGrew(grown));
        sink.announce(Notice::RunDeleted(deleted));
        assert_eq!(sink.take(), Pending { deleted: BTreeSet::from([deleted]), ..Pending::default() });
        assert_eq!(sink.take_logs(), Pending { grown: BTreeSet::from([grown]), ..Pending::default() });
        assert_eq!(sink.take_logs(), Pending::default());
    }
}
