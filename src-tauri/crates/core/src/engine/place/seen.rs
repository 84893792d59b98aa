//! Takes over what was seen of the runs of a place, and which of them are open. Asks the cluster nothing.

use std::collections::HashSet;
use std::sync::Arc;

use berth_k8s::RunObjects;
use berth_model::{Observation, RunId, Sight, advance};

use super::{Done, Work};
use crate::ErrorCode;
use crate::engine::tracked::Tracked;
use crate::ports::{ConnectionState, StoreError};
use crate::transition::change;
use crate::{recovery, settle};

/// Runs of others that were looked up and left alone are remembered up to this number.
const LEFT_ALONE: usize = 10_000;

impl Work {
    /// The first whole list since a watch was opened: every open run is compared with it once.
    pub(super) async fn resynced(&mut self, all: Vec<RunObjects>) {
        let there: HashSet<String> = all.iter().map(|objects| objects.main().uid).collect();
        for tracked in self.runs.values_mut() {
            tracked.hurry();
            let main = tracked.row.run.status.objects.first();
            if tracked.is_released() && main.is_some_and(|main| !there.contains(&main.uid)) {
                tracked.is_missing = true;
            }
        }
        let mut unknown = Vec::new();
        for objects in all {
            let Some(run) = objects.run_id() else { continue };
            if self.runs.contains_key(&run) {
                self.apply(run, objects).await;
            } else if !self.left_alone.contains(&run) {
                unknown.push(objects);
            }
        }
        self.import(unknown);
    }

    pub(super) async fn changed(&mut self, objects: RunObjects) {
        let Some(run) = objects.run_id() else { return };
        if self.runs.contains_key(&run) {
            self.apply(run, objects).await;
        } else if !self.left_alone.contains(&run) {
            self.import(vec![objects]);
        }
    }

    fn import(&mut self, found: Vec<RunObjects>) {
        let Some(way) = &self.way else { return };
        if found.is_empty() {
            return;
        }
        if self.left_alone.len() > LEFT_ALONE {
            self.left_alone.clear();
        }
        self.left_alone.extend(found.iter().filter_map(RunObjects::run_id));
        let cluster = way.borrow().cluster.clone();
        let app = Arc::clone(&self.place.app);
        let target = self.place.target.clone();
        let us = self.place.us;
        self.tasks.spawn(async move { Done::Imported(recovery::import(&app, us, &target, &cluster, &found).await) });
    }

    /// Advances a run by what was seen of it. Says whether that changed anything.
    pub(super) async fn apply(&mut self, run: RunId, objects: RunObjects) -> bool {
        let Some(tracked) = self.runs.get_mut(&run) else { return false };
        let main = tracked.row.run.status.objects.first();
        if main.is_some_and(|main| main.uid != objects.main().uid) {
            // Another object under the name, or a copy of our label: asked about by name.
            tracked.is_missing |= tracked.is_released();
            return false;
        }
        let observation = objects.observe(self.place.app.ports.clock.now());
        let Sight::Present(present) = &observation.sight else { return false };
        tracked.is_missing = false;
        tracked.is_deleting = present.is_deleting;
        tracked.show(&present.attempts);
        let events = objects.run_events();
        if events != tracked.events {
            match self.place.app.ports.history.record_events(run, &events).await {
                Ok(()) => tracked.events = events,
                Err(error) => tracing::error!(run_id = %run, %error, "unable to store events"),
            }
        }
        if !tracked.is_released() {
            return false;
        }
        tracked.is_known = true;
        self.advance(run, &observation).await
    }

    pub(super) async fn advance(&mut self, run: RunId, observation: &Observation) -> bool {
        let changed =
            change(&self.place.app.ports, run, |row, _| advance(row.run.action, &row.run.status, observation)).await;
        let Some(tracked) = self.runs.get_mut(&run) else { return false };
        match changed {
            Ok(Some(row)) => {
                let was_final = tracked.is_final();
                tracked.update(row, self.place.app.ports.clock.now());
                if tracked.is_final() && !was_final {
                    settle::reach("settle.after_outcome");
                }
                true
            }
            Ok(None) => false,
            Err(error) if error.code == ErrorCode::NotFound => {
                self.drop_run(run);
                false
            }
            Err(error) => {
                tracing::error!(run_id = %run, %error, "unable to store what became of a run");
                false
            }
        }
    }

    /// Takes over which runs are open here.
    pub(super) async fn take_runs(&mut self) {
        let rows = Arc::clone(&self.place.runs.borrow_and_update());
        let now = self.place.app.ports.clock.now();
        let open: HashSet<RunId> = rows.iter().map(|row| row.run.id).collect();
        let over: Vec<RunId> = self
            .runs
            .iter()
            .filter(|(id, tracked)| !open.contains(id) && !tracked.is_busy)
            .map(|(id, _)| *id)
            .collect();
        for run in over {
            self.drop_run(run);
        }
        for row in rows.iter() {
            if let Some(tracked) = self.runs.get_mut(&row.run.id) {
                tracked.update(row.clone(), now);
                continue;
            }
            let archive = Arc::clone(&self.place.app.ports.archive);
            let id = row.run.id;
            let listed = tokio::task::spawn_blocking(move || archive.list(id)).await;
            let logs = match listed.map_err(|cause| StoreError::Failed(cause.to_string())).and_then(|logs| logs) {
                Ok(logs) => logs,
                Err(error) => {
                    tracing::error!(run_id = %id, %error, "unable to list the logs of a run");
                    Vec::new()
                }
            };
            self.left_alone.remove(&id);
            let tracked = Tracked::new(row.clone(), &logs, now, self.stop.child_token());
            let is_live = self.link.state == ConnectionState::Live;
            self.runs.insert(id, if is_live { tracked.beside_a_live_watch() } else { tracked });
        }
    }

    pub(super) fn drop_run(&mut self, run: RunId) {
        if let Some(tracked) = self.runs.remove(&run) {
            tracked.stop.cancel();
        }
    }
}
