//! Does what is owed to the runs of a place, and starts the captures of their logs.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use berth_k8s::{Class, Cluster, RunObjects, observe, sight};
use berth_model::{Absence, InstallationId, ObjectRef, Observation, Run, RunId, Sight, Wish};

use super::{Done, Work};
use crate::app::App;
use crate::capture::Capture;
use crate::engine::duty::Duty;
use crate::ports::RunRow;
use crate::supervisor::Input;
use crate::{Error, builds, recovery, settle, starts, stop, submission};

/// Duties under way at once in one place.
const DUTIES_AT_ONCE: usize = 16;

/// What a duty found out.
pub(super) enum Learned {
    Row(Box<RunRow>),
    Present(Box<RunObjects>),
    Absent(Absence),
    Settled,
    Nothing,
}

impl Work {
    /// Starts what is owed and not under way.
    pub(super) fn work(&mut self) {
        let now = self.place.app.ports.clock.now();
        let mut wanted: Vec<(RunId, Duty)> = self
            .runs
            .iter()
            .filter_map(|(id, tracked)| tracked.owed(self.place.us, now).map(|duty| (*id, duty)))
            .collect();
        wanted.sort_unstable_by_key(|(id, _)| *id);
        for (run, duty) in wanted {
            if self.duties >= DUTIES_AT_ONCE {
                break;
            }
            self.begin(run, duty);
        }
        self.capture();
    }

    fn begin(&mut self, run: RunId, duty: Duty) {
        // While another way is made, the connections of the one before may be dead and not know it.
        let way = self.way.as_ref().filter(|_| !self.is_connecting);
        let cluster = way.map(|way| way.borrow().cluster.clone());
        let Some(tracked) = self.runs.get_mut(&run) else { return };
        // What needs no cluster is done without one; the rest waits for the connection.
        if cluster.is_none() && !(matches!(duty, Duty::Offer | Duty::Pin) || duty == Duty::Settle && tracked.is_gone) {
            return;
        }
        tracked.is_busy = true;
        self.duties += 1;
        tracing::debug!(run_id = %run, ?duty, "owed");
        let app = Arc::clone(&self.place.app);
        let row = tracked.row.clone();
        let us = self.place.us;
        let cluster = cluster.filter(|_| !tracked.is_gone);
        self.tasks.spawn(async move {
            let learned = fulfil(&app, us, duty, row, cluster).await;
            Done::Duty(run, duty, learned)
        });
    }

    /// Starts the captures that are missing.
    fn capture(&mut self) {
        let Some(way) = &self.way else { return };
        for tracked in self.runs.values_mut() {
            let Some(main) = tracked.row.run.status.objects.first().cloned() else { continue };
            for (key, pod, attempt) in tracked.uncaptured() {
                let action = tracked.row.run.action;
                let capture = Capture {
                    key: key.clone(),
                    pod,
                    attempt,
                    main: main.clone(),
                    can_restart: !matches!(action, berth_model::Action::Job | berth_model::Action::Build),
                    sight: tracked.sight.subscribe(),
                    way: way.subscribe(),
                    archive: Arc::clone(&self.place.app.ports.archive),
                    growth: self.place.growth.clone(),
                    clock: Arc::clone(&self.place.app.ports.clock),
                    streams: Arc::clone(&self.place.streams),
                };
                tracing::debug!(run_id = %key.run, pod = key.pod_uid, container = key.container, "capturing a log");
                let stop = tracked.stop.clone();
                let handle = self.tasks.spawn(async move { Done::Captured(capture.run(stop).await) });
                self.of_captures.insert(handle.id(), key.clone());
                tracked.captures.insert(key, false);
                self.place.app.engine.captures.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(super) async fn learned(&mut self, run: RunId, duty: Duty, learned: Result<Learned, Error>) {
        self.duties = self.duties.saturating_sub(1);
        let now = self.place.app.ports.clock.now();
        let has_helped = match learned {
            Ok(Learned::Row(row)) => {
                let Some(tracked) = self.runs.get_mut(&run) else { return };
                let before = tracked.row.run.status.revision;
                tracked.update(*row, now);
                tracked.row.run.status.revision > before
            }
            Ok(Learned::Present(objects)) => {
                if let Some(tracked) = self.runs.get_mut(&run) {
                    tracked.is_missing = false;
                    tracked.was_read_at_end |= duty == Duty::Look;
                }
                let has_changed = self.apply(run, *objects).await;
                // By the cluster's clock it may not have waited long enough yet.
                has_changed || duty != Duty::Reconsider
            }
            Ok(Learned::Absent(absence)) => {
                if absence == Absence::NamespaceGone {
                    self.input(Input::NamespaceGone).await;
                }
                if let Some(tracked) = self.runs.get_mut(&run) {
                    tracked.is_missing = false;
                    tracked.is_gone = true;
                    tracked.is_known = true;
                    tracked.show(&[]);
                }
                let observation = Observation { at: now, sight: Sight::Absent(absence) };
                self.advance(run, &observation).await;
                true
            }
            Ok(Learned::Settled) => {
                self.place.app.engine.news.notify_one();
                self.drop_run(run);
                return;
            }
            Ok(Learned::Nothing) => false,
            Err(error) => {
                tracing::warn!(run_id = %run, ?duty, %error, "unable to do what is owed to a run; it will be tried again");
                false
            }
        };
        if let Some(tracked) = self.runs.get_mut(&run) {
            tracked.did(has_helped);
        }
    }
}

/// Does what is owed to one run.
async fn fulfil(
    app: &App,
    us: InstallationId,
    duty: Duty,
    row: RunRow,
    cluster: Option<Cluster>,
) -> Result<Learned, Error> {
    match duty {
        Duty::Drive => submission::drive(app, row).await.map(|row| Learned::Row(Box::new(row))),
        Duty::Offer => {
            let row = recovery::offer(app, &row.run).await?;
            Ok(row.map_or(Learned::Nothing, |row| Learned::Row(Box::new(row))))
        }
        Duty::CarryOut => stop::carry_out(app, row).await.map(|row| Learned::Row(Box::new(row))),
        // All ask by the name of the main object; what is there is told as it is.
        Duty::Confirm | Duty::Look | Duty::Reconsider => match (cluster, row.run.status.objects.first()) {
            (Some(cluster), Some(main)) => confirm(app, &cluster, &row.run, main).await,
            _ => Ok(Learned::Nothing),
        },
        Duty::Count => match cluster {
            Some(cluster) => {
                let row = starts::count(app, us, &cluster, &row).await?;
                Ok(row.map_or(Learned::Nothing, |row| Learned::Row(Box::new(row))))
            }
            None => Ok(Learned::Nothing),
        },
        Duty::Pin => {
            let row = builds::pin(app, &row.run).await?;
            Ok(row.map_or(Learned::Nothing, |row| Learned::Row(Box::new(row))))
        }
        Duty::Settle => {
            settle::settle(&*app.ports.history, &row.run, us, cluster.as_ref()).await?;
            Ok(Learned::Settled)
        }
    }
}

/// Asks by name whether a main object is really gone, and why as far as it shows.
async fn confirm(app: &App, cluster: &Cluster, run: &Run, main: &ObjectRef) -> Result<Learned, Error> {
    if let Some(objects) = cluster.run_objects(run.id, main).await? {
        return Ok(Learned::Present(Box::new(objects)));
    }
    let now_there = cluster.read(&main.kind, &main.name).await?.and_then(|object| sight::Sighting::of(&object));
    if now_there.is_some_and(|seen| seen.object.uid != main.uid) {
        return Ok(Learned::Absent(Absence::Replaced));
    }
    if run.status.wish == Some(Wish::Stop) || run.status.wish == Some(Wish::Delete) {
        return Ok(Learned::Absent(Absence::Gone));
    }
    if starts::is_superseded(app, cluster, run).await? {
        return Ok(Learned::Absent(Absence::Superseded));
    }
    match cluster.read_namespace().await {
        Ok(namespace) => Ok(Learned::Absent(observe::absence(namespace.as_ref()))),
        // Who may not read namespaces learns no more than that the object is gone.
        Err(error) if error.class == Class::Forbidden => Ok(Learned::Absent(Absence::Gone)),
        Err(error) => Err(error.into()),
    }
}
