//! Keeps one task per place with open runs, as long as there are any, and the few that belong to none.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use berth_model::{InstallationId, Target};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::announce::{Announcer, POLL};
use super::place::Place;
use crate::app::App;
use crate::capture::Growth;
use crate::ports::{Notice, RunRow};
use crate::{recovery, sleep};

/// How long a place without open runs is kept: the next run often follows soon.
const GRACE: Duration = Duration::from_secs(15);

/// Log streams open at once; each is a connection of its own. More logs than that take turns, the oldest first.
const STREAMS: usize = 256;

/// How often a run's log is announced to have grown, at most.
const GROWTH: Duration = Duration::from_millis(100);

/// How long the end of the engine waits for its tasks.
const LAST_WAIT: Duration = Duration::from_secs(8);

struct Kept {
    runs: watch::Sender<Arc<Vec<RunRow>>>,
    stop: CancellationToken,
    empty_since: Option<Instant>,
    task: tokio::task::Id,
}

impl Kept {
    fn is_over(&self) -> bool {
        self.empty_since.is_some_and(|since| since.elapsed() >= GRACE)
    }
}

/// Leads until `stop`.
pub(super) async fn lead(app: &Arc<App>, mut announcer: Announcer, stop: &CancellationToken) {
    let Some(us) = installation(app, stop).await else { return };
    let growth = Growth::default();
    let streams = Arc::new(Semaphore::new(STREAMS));
    let (slept, _) = watch::channel(0u64);
    let mut kept: HashMap<Target, Kept> = HashMap::new();
    let mut tasks: JoinSet<()> = JoinSet::new();
    let (sweeper, swept) = (Arc::clone(app), stop.clone());
    tasks.spawn(async move {
        swept.run_until_cancelled(sweep(&sweeper, us)).await;
    });
    let mut poll = tokio::time::interval(POLL);
    poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut grown = tokio::time::interval(GROWTH);
    grown.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut clocks = tokio::time::interval(sleep::PERIOD);
    clocks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut reading = sleep::read(app.ports.clock.now());
    let mut is_due = true;
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = app.engine.news.notified() => is_due = true,
            _ = poll.tick() => {
                if announcer.has_news(app).await {
                    is_due = true;
                    if let Err(error) = announcer.announce(app).await {
                        tracing::debug!(%error, "unable to look for changes by other programs");
                    }
                }
                is_due |= kept.values().any(Kept::is_over);
            }
            _ = grown.tick() => {
                for run in growth.take() {
                    app.ports.sink.announce(Notice::LogGrew(run));
                }
            }
            _ = clocks.tick() => {
                let now = sleep::read(app.ports.clock.now());
                if let Some(pause) = sleep::interruption(reading, now) {
                    tracing::info!(seconds = pause.as_secs(), "nothing ran for a while: connecting anew");
                    slept.send_modify(|count| *count += 1);
                }
                reading = now;
            }
            Some(ended) = tasks.join_next_with_id(), if !tasks.is_empty() => {
                let id = match ended {
                    Ok((id, ())) => id,
                    Err(failure) => {
                        tracing::error!(%failure, "a task of the engine failed and is started again");
                        failure.id()
                    }
                };
                kept.retain(|_, kept| kept.task != id);
                is_due = true;
            }
        }
        if !is_due {
            continue;
        }
        match app.ports.history.open_runs().await {
            Ok(open) => {
                is_due = false;
                let make = |target: &Target, runs| Place {
                    app: Arc::clone(app),
                    target: target.clone(),
                    us,
                    runs,
                    slept: slept.subscribe(),
                    growth: growth.clone(),
                    streams: Arc::clone(&streams),
                };
                share_out(open, &mut kept, &mut tasks, stop, make);
            }
            Err(error) => tracing::error!(%error, "unable to read which runs are open"),
        }
    }
    let ended = tokio::time::timeout(LAST_WAIT, async { while tasks.join_next().await.is_some() {} }).await;
    if ended.is_err() {
        tracing::warn!("the engine's tasks did not end in time");
        tasks.shutdown().await;
    }
    for run in growth.take() {
        app.ports.sink.announce(Notice::LogGrew(run));
    }
}

/// Gives every place its open runs; starts the tasks of new places and ends those that were empty for a while.
fn share_out(
    open: Vec<RunRow>,
    kept: &mut HashMap<Target, Kept>,
    tasks: &mut JoinSet<()>,
    stop: &CancellationToken,
    make: impl Fn(&Target, watch::Receiver<Arc<Vec<RunRow>>>) -> Place,
) {
    let mut shares: HashMap<Target, Vec<RunRow>> = HashMap::new();
    for row in open {
        shares.entry(row.run.target.clone()).or_default().push(row);
    }
    for (target, kept) in kept.iter_mut() {
        let share = shares.remove(target).unwrap_or_default();
        kept.empty_since = match (share.is_empty(), kept.empty_since) {
            (true, since) => since.or_else(|| Some(Instant::now())),
            (false, _) => None,
        };
        kept.runs.send_replace(Arc::new(share));
    }
    kept.retain(|_, kept| {
        let is_over = kept.is_over();
        if is_over {
            kept.stop.cancel();
        }
        !is_over
    });
    for (target, share) in shares {
        let (runs, receiver) = watch::channel(Arc::new(share));
        let place = make(&target, receiver);
        let stop = stop.child_token();
        let task = tasks.spawn(place.run(stop.clone())).id();
        kept.insert(target, Kept { runs, stop, empty_since: None, task });
    }
}

/// Reads who we are; tries until it can be read, since nothing may be touched without knowing.
async fn installation(app: &App, stop: &CancellationToken) -> Option<InstallationId> {
    loop {
        match app.ports.history.installation().await {
            Ok(us) => return Some(us),
            Err(error) => tracing::error!(%error, "unable to read the identity of the data folder"),
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = tokio::time::sleep(Duration::from_secs(5)) => {}
        }
    }
}

/// Looks once through all places that history names for runs that it does not know.
async fn sweep(app: &App, us: InstallationId) {
    let places = match recovery::places(app).await {
        Ok(places) => places,
        Err(error) => {
            tracing::warn!(%error, "unable to read where runs may be");
            return;
        }
    };
    for target in places {
        if let Err(error) = recovery::sweep(app, us, &target).await {
            tracing::debug!(context = target.context, namespace = target.namespace, %error,
                "unable to look for runs that history does not know");
        }
    }
}
