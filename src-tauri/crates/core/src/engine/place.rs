//! Looks after the open runs of one namespace of one cluster: acts on what `supervisor` decides about the connection,
//! `lifecycle` about runs and `duty` about what is owed. Owns every task that it starts.

mod duties;
mod seen;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use berth_k8s::{Class, Cluster, RunObjects, WatchSignal, sight};
use berth_model::{InstallationId, Run, RunId, Target};
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::duties::Learned;
use super::duty::Duty;
use super::tracked::Tracked;
use crate::app::App;
use crate::capture::{Captured, Growth, Way};
use crate::ports::{ConnectionNotice, ConnectionState, LogKey, Notice, RunRow};
use crate::supervisor::{Action, Input, Link, Trouble, next};
use crate::{Error, ErrorCode};

/// How often time itself is an input.
const TICK: Duration = Duration::from_secs(1);

/// How long the end of the engine waits for runs that are over and not yet settled: their last lines are on the way.
const LINGER: Duration = Duration::from_secs(4);

/// What a place is given.
pub(super) struct Place {
    pub(super) app: Arc<App>,
    pub(super) target: Target,
    pub(super) us: InstallationId,
    /// The open runs here, as history has them.
    pub(super) runs: watch::Receiver<Arc<Vec<RunRow>>>,
    /// Grows with each sleep of the machine.
    pub(super) slept: watch::Receiver<u64>,
    pub(super) growth: Growth,
    pub(super) streams: Arc<Semaphore>,
}

/// What a task of a place came to.
enum Done {
    Connected(Result<Cluster, Error>),
    Probed(RunId, Result<Option<Box<RunObjects>>, Trouble>),
    /// A duty, with what was found where it looked.
    Duty(RunId, Duty, Result<Learned, Error>),
    Captured(Captured),
    Imported(Result<Vec<RunRow>, Error>),
}

/// The working state of a place.
struct Work {
    place: Place,
    began: Instant,
    link: Link,
    shown: Option<ConnectionNotice>,
    way: Option<watch::Sender<Way>>,
    watch: Option<BoxStream<'static, WatchSignal>>,
    is_connecting: bool,
    tasks: JoinSet<Done>,
    of_captures: HashMap<tokio::task::Id, LogKey>,
    runs: HashMap<RunId, Tracked>,
    duties: usize,
    probed_last: Option<RunId>,
    left_alone: HashSet<RunId>,
    stop: CancellationToken,
}

impl Place {
    /// Looks after the place until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        let began = Instant::now();
        let link = Link::new(self.app.options.watch_window, Duration::ZERO);
        let mut work = Work {
            place: self,
            began,
            link,
            shown: None,
            way: None,
            watch: None,
            is_connecting: false,
            tasks: JoinSet::new(),
            of_captures: HashMap::new(),
            runs: HashMap::new(),
            duties: 0,
            probed_last: None,
            left_alone: HashSet::new(),
            // Not a child of `stop`: what is nearly done is done before the end.
            stop: CancellationToken::new(),
        };
        work.take_runs().await;
        work.connect(false).await;
        work.show();
        work.go(&stop).await;
        work.end().await;
    }
}

impl Work {
    async fn go(&mut self, stop: &CancellationToken) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut leave_at = None;
        loop {
            if leave_at.is_some_and(|time| time <= Instant::now() || !self.is_settling()) {
                return;
            }
            tokio::select! {
                () = stop.cancelled(), if leave_at.is_none() => leave_at = Some(Instant::now() + LINGER),
                () = tokio::time::sleep_until(leave_at.unwrap_or_else(Instant::now)), if leave_at.is_some() => return,
                signal = heard(&mut self.watch) => self.signal(signal).await,
                Some(done) = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => self.done(done).await,
                changed = self.place.runs.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    self.take_runs().await;
                }
                Ok(()) = self.place.slept.changed() => self.input(Input::Slept).await,
                _ = tick.tick() => self.input(Input::Tick).await,
            }
            self.work();
            self.show();
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Whether the last of a run that is over is being written down, and may be soon.
    fn is_settling(&self) -> bool {
        self.link.state == ConnectionState::Live
            && self.runs.values().any(|tracked| tracked.is_known && tracked.is_released() && tracked.is_final())
    }

    async fn input(&mut self, input: Input) {
        let (link, actions) = next(self.link.clone(), input, self.now());
        self.link = link;
        for action in actions {
            tracing::debug!(context = self.place.target.context, namespace = self.place.target.namespace, ?action,
                state = ?self.link.state, "connection");
            match action {
                Action::Probe(limit) => self.probe(limit),
                Action::Reopen => self.connect(false).await,
                Action::Reconnect => {
                    self.watch = None;
                    self.connect(true).await;
                }
                Action::Forget => self.place.app.clusters.forget(&self.place.target).await,
            }
        }
    }

    /// Makes a client and asks which cluster it leads to; the watch is opened when it is there.
    async fn connect(&mut self, forget: bool) {
        if self.is_connecting {
            return;
        }
        if forget {
            self.place.app.clusters.forget(&self.place.target).await;
        }
        self.is_connecting = true;
        let app = Arc::clone(&self.place.app);
        let target = self.place.target.clone();
        self.tasks.spawn(async move { Done::Connected(connect(&app, &target).await) });
    }

    /// Reads one of the runs, in turn: the smallest thing that is useful anyway.
    fn probe(&mut self, limit: Duration) {
        let mut ids: Vec<RunId> = self.runs.keys().copied().collect();
        ids.sort_unstable();
        let next = ids.iter().find(|id| self.probed_last.is_none_or(|last| **id > last)).or_else(|| ids.first());
        let Some(tracked) = next.and_then(|id| self.runs.get(id)) else { return };
        self.probed_last = Some(tracked.row.run.id);
        let app = Arc::clone(&self.place.app);
        let run = tracked.row.run.clone();
        let target = self.place.target.clone();
        self.tasks.spawn(async move {
            let asked = tokio::time::timeout(limit, probe(&app, &target, &run)).await;
            let late = Trouble {
                class: Class::Unreachable,
                answered: false,
                message: format!("the cluster did not answer within {} s", limit.as_secs()),
            };
            Done::Probed(run.id, asked.unwrap_or(Err(late)))
        });
    }

    async fn signal(&mut self, signal: WatchSignal) {
        match signal {
            WatchSignal::Resynced(all) => {
                self.input(Input::Listed).await;
                self.resynced(all).await;
            }
            WatchSignal::Changed(objects) => {
                self.input(Input::Heard).await;
                self.changed(*objects).await;
            }
            WatchSignal::Gone(run, uid) => {
                self.input(Input::Heard).await;
                if let Some(tracked) = self.runs.get_mut(&run)
                    && tracked.row.run.status.objects.first().is_some_and(|main| main.uid == uid)
                {
                    tracked.is_missing = true;
                    tracked.hurry();
                }
            }
            WatchSignal::Alive => self.input(Input::Heard).await,
            WatchSignal::Trouble(error) => {
                tracing::debug!(context = self.place.target.context, %error, "a watch is broken");
                self.input(Input::Broken(Trouble::from(&error))).await;
            }
        }
    }

    async fn done(&mut self, done: Result<(tokio::task::Id, Done), tokio::task::JoinError>) {
        let (id, done) = match done {
            Ok(done) => done,
            Err(failure) => {
                tracing::error!(%failure, "a task of the engine failed");
                self.failed(failure.id());
                return;
            }
        };
        match done {
            Done::Connected(Ok(cluster)) => {
                self.is_connecting = false;
                self.connected(cluster).await;
            }
            Done::Connected(Err(error)) => {
                self.is_connecting = false;
                self.input(Input::NotOpened(trouble(&error))).await;
            }
            Done::Probed(run, Ok(seen)) => {
                let taught = match seen {
                    Some(objects) => self.apply(run, *objects).await,
                    None => {
                        let tracked = self.runs.get_mut(&run);
                        tracked.is_some_and(|tracked| {
                            let is_news = tracked.is_released() && !tracked.is_gone && !tracked.is_missing;
                            tracked.is_missing |= is_news;
                            is_news
                        })
                    }
                };
                self.input(Input::Answered { taught }).await;
            }
            Done::Probed(_, Err(trouble)) => self.input(Input::Unanswered(trouble)).await,
            Done::Duty(run, duty, learned) => self.learned(run, duty, learned).await,
            Done::Captured(captured) => {
                self.of_captures.remove(&id);
                self.place.app.engine.captures.fetch_sub(1, Ordering::Relaxed);
                if let Some(tracked) = self.runs.get_mut(&captured.key.run) {
                    if captured.is_over {
                        tracked.captures.insert(captured.key, true);
                    } else {
                        tracked.captures.remove(&captured.key);
                    }
                }
            }
            Done::Imported(Ok(_)) => {}
            Done::Imported(Err(error)) => {
                tracing::warn!(%error, "unable to import runs that history does not know");
                self.left_alone.clear();
            }
        }
    }

    /// A task panicked: whatever it was, it is not under way any more.
    fn failed(&mut self, id: tokio::task::Id) {
        if let Some(key) = self.of_captures.remove(&id) {
            self.place.app.engine.captures.fetch_sub(1, Ordering::Relaxed);
            if let Some(tracked) = self.runs.get_mut(&key.run) {
                tracked.captures.remove(&key);
            }
            return;
        }
        // Which duty it was is not known any more; all of them are safe to repeat.
        self.is_connecting = false;
        self.duties = 0;
        for tracked in self.runs.values_mut().filter(|tracked| tracked.is_busy) {
            tracked.did(false);
        }
    }

    async fn connected(&mut self, cluster: Cluster) {
        self.watch = Some(cluster.watch_runs(self.place.app.options.watch_window));
        match &self.way {
            Some(way) => way.send_modify(|way| {
                way.cluster = cluster;
                way.number += 1;
            }),
            None => self.way = Some(watch::Sender::new(Way { cluster, number: 0 })),
        }
        self.input(Input::Opened).await;
    }

    /// Announces how the connection stands, where that changed.
    fn show(&mut self) {
        let now = self.place.app.ports.clock.now();
        let since = match self.link.state {
            ConnectionState::Stale => now - (self.now().saturating_sub(self.link.heard)),
            _ => now,
        };
        let is_same = self
            .shown
            .as_ref()
            .is_some_and(|shown| shown.state == self.link.state && shown.message == self.link.message);
        if is_same {
            return;
        }
        let since = match &self.shown {
            Some(shown) if shown.state == self.link.state => shown.since,
            _ => since,
        };
        let notice = ConnectionNotice {
            context: self.place.target.context.clone(),
            kubeconfig: self.place.target.kubeconfig.clone(),
            namespace: self.place.target.namespace.clone(),
            state: self.link.state,
            since,
            message: self.link.message.clone(),
        };
        tracing::info!(context = notice.context, namespace = notice.namespace, state = ?notice.state,
            message = notice.message, "connection");
        self.place.app.engine.connected(&notice);
        self.place.app.ports.sink.announce(Notice::Connection(notice.clone()));
        self.shown = Some(notice);
    }

    /// Ends everything that was started here: captures seal what they have.
    async fn end(mut self) {
        self.stop.cancel();
        self.watch = None;
        let captures = self.of_captures.len();
        let wait = async {
            let mut left = captures;
            while left > 0 {
                match self.tasks.join_next_with_id().await {
                    Some(Ok((id, _))) if self.of_captures.remove(&id).is_some() => left -= 1,
                    Some(Err(failure)) if self.of_captures.remove(&failure.id()).is_some() => left -= 1,
                    Some(_) => {}
                    None => break,
                }
            }
        };
        if tokio::time::timeout(Duration::from_secs(5), wait).await.is_err() {
            tracing::warn!("captures did not end in time; what they stored is safe");
        }
        self.place.app.engine.captures.fetch_sub(u32::try_from(captures).unwrap_or(0), Ordering::Relaxed);
        // Duties may be cut anywhere: every one is safe to repeat.
        self.tasks.shutdown().await;
        if let Some(shown) = &self.shown {
            self.place.app.engine.disconnected(shown);
        }
    }
}

async fn heard(watch: &mut Option<BoxStream<'static, WatchSignal>>) -> WatchSignal {
    if let Some(stream) = watch {
        if let Some(signal) = stream.next().await {
            return signal;
        }
        *watch = None;
    }
    std::future::pending().await
}

/// Makes a client for the place, sure that its context leads to the cluster that its runs went to.
async fn connect(app: &App, target: &Target) -> Result<Cluster, Error> {
    let id = app.clusters.identify(&app.ports, target).await?;
    if target.cluster.is_some_and(|known| known != id) {
        return Err(Error::new(
            ErrorCode::Kubeconfig,
            format!("context \"{}\" now leads to another cluster than the one that its runs went to", target.context),
        )
        .hint("Point the context back to its cluster; nothing was asked or changed there."));
    }
    app.clusters.cluster(target).await
}

async fn probe(app: &App, target: &Target, run: &Run) -> Result<Option<Box<RunObjects>>, Trouble> {
    let cluster = app.clusters.cluster(target).await.map_err(|error| trouble(&error))?;
    let asked = match run.status.objects.first() {
        Some(main) => cluster.run_objects(run.id, main).await,
        None => match run.manifests.first().and_then(sight::kind_and_name) {
            Some((kind, name)) => cluster.read(kind, name).await.map(|_| None),
            None => cluster.identity().await.map(|_| None),
        },
    };
    asked.map(|seen| seen.map(Box::new)).map_err(|error| Trouble::from(&error))
}

fn trouble(error: &Error) -> Trouble {
    let class = match error.code {
        ErrorCode::Unauthenticated => Class::Unauthenticated,
        ErrorCode::Forbidden => Class::Forbidden,
        ErrorCode::Kubeconfig => Class::Configuration,
        _ => Class::Unreachable,
    };
    Trouble { class, answered: false, message: error.message.clone() }
}
