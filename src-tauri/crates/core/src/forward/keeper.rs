//! Keeps one forward: listens, finds pods that answer, gives each connection one of them, and refuses at once what cannot
//! be answered.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use berth_k8s::PodConnection;
use berth_model::{Run, Sight};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::pipe::carry;
use super::target::{Target, Targets, targets};
use super::{ForwardState, ForwardView};
use crate::Error;
use crate::app::App;
use crate::ports::Notice;

/// Connections at once of one forward. A browser opens six for a page; a load test is told no rather than made to wait.
const CONNECTIONS: usize = 64;
/// How long opening a connection to a pod may take before another pod is tried, or the connection refused.
const OPENING: Duration = Duration::from_secs(3);
/// How long the node is given to say that nothing listens, where it says nothing.
const SILENCE_IS_CONSENT: Duration = Duration::from_millis(400);
/// How often history is looked at, the cluster asked whether it is there, and what failed tried again.
const LOOK: Duration = Duration::from_millis(250);
const ASK: Duration = Duration::from_secs(3);
const RETRY: Duration = Duration::from_secs(1);
/// So many reads without an answer mean that the cluster is away: one alone may have met a busy moment.
const MISSES: u32 = 2;

/// What the connections of a forward must know.
#[derive(Clone, Debug, Default)]
struct Standing {
    ready: Vec<Target>,
    gone: HashSet<String>,
    is_offline: bool,
}

/// What the forward's own tasks come to.
enum Done {
    Connection,
    /// The pods, read from the cluster itself.
    Read(Option<Targets>),
    /// A pod was tried: nothing, or why it does not answer.
    Probed(Target, Result<(), String>),
}

struct Keeper<'a> {
    app: &'a Arc<App>,
    run: Arc<Run>,
    port: u16,
    shown: watch::Sender<ForwardView>,
    standing: watch::Sender<Standing>,
    /// A connection failed: what is known of the pods may be old.
    doubt: Arc<Notify>,
    slots: Arc<Semaphore>,
    tasks: JoinSet<Done>,
    targets: Targets,
    probed: Option<Target>,
    /// Revision of the run when its pods were last taken over from history.
    revision: Option<u64>,
    is_reading: bool,
    is_probing: bool,
    /// Reads in a row that were not answered.
    misses: u32,
    read_at: Instant,
    probe_at: Instant,
    connections: u32,
}

/// Keeps a forward until `stop`, or until its run is over.
pub(super) async fn keep(
    app: &Arc<App>,
    run: Run,
    listener: TcpListener,
    shown: watch::Sender<ForwardView>,
    stop: CancellationToken,
) {
    let port = shown.borrow().target_port;
    let mut keeper = Keeper {
        app,
        run: Arc::new(run),
        port,
        shown,
        standing: watch::Sender::default(),
        doubt: Arc::default(),
        slots: Arc::new(Semaphore::new(CONNECTIONS)),
        tasks: JoinSet::new(),
        targets: Targets::default(),
        probed: None,
        revision: None,
        is_reading: false,
        is_probing: false,
        misses: 0,
        read_at: Instant::now(),
        probe_at: Instant::now(),
        connections: 0,
    };
    keeper.go(listener, stop).await;
    keeper.tasks.shutdown().await;
    keeper.connections = 0;
    keeper.show(ForwardState::Closed, None);
}

impl Keeper<'_> {
    async fn go(&mut self, listener: TcpListener, stop: CancellationToken) {
        let doubt = Arc::clone(&self.doubt);
        let mut tick = tokio::time::interval(LOOK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                accepted = listener.accept() => match accepted {
                    Ok((local, _)) => self.accept(local),
                    // Out of file handles: a moment later there may be some.
                    Err(error) => {
                        tracing::warn!(%error, "unable to take a connection");
                        tokio::time::sleep(LOOK).await;
                    }
                },
                Some(done) = self.tasks.join_next(), if !self.tasks.is_empty() => self.done(done),
                () = doubt.notified() => self.read_at = Instant::now(),
                _ = tick.tick() => {
                    if self.look().await {
                        return;
                    }
                }
            }
            self.work();
        }
    }

    /// Gives a connection to a pod, or ends it at once.
    fn accept(&mut self, local: TcpStream) {
        let standing = self.standing.borrow().clone();
        let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else {
            tracing::debug!(run_id = %self.run.id, "too many connections: one is refused");
            return;
        };
        if standing.is_offline || standing.ready.is_empty() {
            return;
        }
        let _ = local.set_nodelay(true);
        let (app, run) = (Arc::clone(self.app), Arc::clone(&self.run));
        let (port, doubt, seen) = (self.port, Arc::clone(&self.doubt), self.standing.subscribe());
        self.connections += 1;
        self.count();
        self.tasks.spawn(async move {
            let _slot = slot;
            connect(local, &app, &run, port, standing.ready, seen, &doubt).await;
            Done::Connection
        });
    }

    fn done(&mut self, done: Result<Done, tokio::task::JoinError>) {
        match done {
            Ok(Done::Connection) => {
                self.connections = self.connections.saturating_sub(1);
                self.count();
            }
            Ok(Done::Read(found)) => {
                self.is_reading = false;
                self.heard(found);
            }
            Ok(Done::Probed(target, answer)) => {
                self.is_probing = false;
                match answer {
                    Ok(()) => {
                        self.probed = Some(target);
                        self.judge();
                    }
                    Err(why) => {
                        self.probed = None;
                        self.probe_at = Instant::now() + RETRY;
                        self.read_at = self.read_at.min(Instant::now());
                        self.show(ForwardState::Connecting, Some(why));
                    }
                }
            }
            Err(failure) => {
                tracing::error!(%failure, "a task of a forward failed");
                (self.is_reading, self.is_probing) = (false, false);
            }
        }
    }

    /// Takes over what the cluster said of the pods, or that it said nothing.
    fn heard(&mut self, found: Option<Targets>) {
        let was_offline = self.standing.borrow().is_offline;
        let is_offline = match found {
            Some(found) => {
                self.targets = found;
                self.misses = 0;
                false
            }
            None => {
                self.misses += 1;
                was_offline || self.misses >= MISSES
            }
        };
        self.read_at = Instant::now() + if self.misses > 0 { RETRY } else { ASK };
        if is_offline != was_offline {
            self.probed = None;
            self.probe_at = Instant::now();
            self.standing.send_modify(|standing| standing.is_offline = is_offline);
        }
        self.judge();
    }

    /// Takes over what history knows of the pods. Says whether the run is over.
    async fn look(&mut self) -> bool {
        match self.app.ports.history.run(self.run.id).await {
            Ok(Some(row)) => {
                if row.run.status.is_over(row.run.action) {
                    return true;
                }
                if self.revision != Some(row.run.status.revision) {
                    self.revision = Some(row.run.status.revision);
                    self.targets = targets(&row.run.status.attempts, &row.run.status);
                    self.run = Arc::new(row.run);
                    self.judge();
                }
                false
            }
            Ok(None) => true,
            Err(error) => {
                tracing::debug!(%error, "unable to read the run of a forward");
                false
            }
        }
    }

    /// Starts what is due: a read of the pods, a try of the pod that is first.
    fn work(&mut self) {
        let now = Instant::now();
        let (app, run) = (Arc::clone(self.app), Arc::clone(&self.run));
        if !self.is_reading && self.read_at <= now {
            self.is_reading = true;
            let (app, run) = (Arc::clone(&app), Arc::clone(&run));
            self.tasks.spawn(async move { Done::Read(read(&app, &run).await) });
        }
        let is_due = !self.is_tried() && !self.is_probing && self.probe_at <= now;
        let Some(target) = self.targets.ready.first().filter(|_| is_due && !self.standing.borrow().is_offline) else {
            return;
        };
        self.is_probing = true;
        let (port, target) = (self.port, target.clone());
        self.tasks.spawn(async move {
            let answer = probe(&app, &run, &target, port).await;
            Done::Probed(target, answer)
        });
    }

    /// Whether a pod that was tried and answered is still ready.
    fn is_tried(&self) -> bool {
        self.probed.as_ref().is_some_and(|target| self.targets.ready.contains(target))
    }

    /// Says how the forward stands, and gives connections the pods that are ready now.
    fn judge(&mut self) {
        let Targets { ready, gone, why } = self.targets.clone();
        let is_offline = self.standing.borrow().is_offline;
        self.standing.send_modify(|standing| {
            standing.gone = gone;
            standing.ready.clone_from(&ready);
        });
        if is_offline {
            let message = "The cluster does not answer: connections are refused until it does.".to_owned();
            self.show(ForwardState::Offline, Some(message));
        } else if ready.is_empty() {
            self.probed = None;
            self.show(ForwardState::Waiting, why);
        } else if self.is_tried() {
            self.show(ForwardState::Ready, None);
        } else if self.shown.borrow().state != ForwardState::Connecting {
            self.probe_at = Instant::now();
            self.show(ForwardState::Connecting, None);
        }
    }

    fn count(&self) {
        let connections = self.connections;
        self.shown.send_modify(|view| view.connections = connections);
    }

    fn show(&self, state: ForwardState, message: Option<String>) {
        let pod = self.probed.as_ref().map(|target| target.pod.clone());
        let connections = self.connections;
        let changed = self.shown.send_if_modified(|view| {
            let next =
                ForwardView { state, message, pod: pod.or_else(|| view.pod.clone()), connections, ..view.clone() };
            let is_new = next != *view;
            *view = next;
            is_new
        });
        if changed {
            let view = self.shown.borrow().clone();
            tracing::debug!(run_id = %view.run, state = ?view.state, message = view.message, "forward");
            self.app.ports.sink.announce(Notice::Forward(view));
        }
    }
}

/// Reads the pods of a run from the cluster itself; `None` where it does not answer. Then the next request connects anew.
async fn read(app: &App, run: &Run) -> Option<Targets> {
    let asking = async {
        let cluster = app.clusters.cluster_of(&app.ports, run).await.ok()?;
        let main = run.status.objects.first()?;
        let objects = cluster.run_objects(run.id, main).await.ok()?;
        Some(objects.map_or_else(
            || targets(&[], &run.status),
            |objects| match objects.observe(app.ports.clock.now()).sight {
                Sight::Present(present) => targets(&present.attempts, &run.status),
                Sight::Absent(_) => Targets::default(),
            },
        ))
    };
    let found = timeout(OPENING, asking).await.ok().flatten();
    if found.is_none() {
        app.clusters.forget(&run.target).await;
    }
    found
}

/// Tries a pod: opens a connection and gives the node time to say that nothing listens. Sends nothing, since a program may
/// take any byte for a request.
async fn probe(app: &App, run: &Run, target: &Target, port: u16) -> Result<(), String> {
    let began = Instant::now();
    let connection = open(app, run, target, port, began + OPENING).await?;
    // Whoever is far away needs longer to say no.
    let patience = SILENCE_IS_CONSENT.max(began.elapsed() * 2);
    let answer = match timeout(patience, connection.refused()).await {
        Ok(words) => Err(format!("Nothing answers at port {port} of the pod {} yet: {}.", target.pod, tidy(&words))),
        Err(_) => Ok(()),
    };
    connection.finish().await;
    answer
}

async fn open(app: &App, run: &Run, target: &Target, port: u16, until: Instant) -> Result<PodConnection, String> {
    let opening = async {
        let cluster = app.clusters.cluster_of(&app.ports, run).await?;
        cluster.open_port(&target.pod, port).await.map_err(Error::from)
    };
    match timeout_at(until, opening).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(format!("{}.", error.message)),
        Err(_) => Err(format!("The cluster did not connect to the pod {} in time.", target.pod)),
    }
}

/// The node's words name identities that nobody knows; what matters comes last.
fn tidy(words: &str) -> String {
    let line: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    line.rsplit(": ").next().unwrap_or_default().trim_end_matches('.').to_owned()
}

/// Serves one connection with the first pod that takes it; ends it where none does in time, where its pod is gone, and
/// where the cluster does not answer any more.
async fn connect(
    local: TcpStream,
    app: &App,
    run: &Run,
    port: u16,
    ready: Vec<Target>,
    mut seen: watch::Receiver<Standing>,
    doubt: &Notify,
) {
    let until = Instant::now() + OPENING;
    for target in ready {
        if seen.borrow().is_offline {
            return;
        }
        match open(app, run, &target, port, until).await {
            Ok(connection) => {
                let is_over = |standing: &Standing| standing.is_offline || standing.gone.contains(&target.uid);
                tokio::select! {
                    () = carry(local, connection) => {}
                    _ = seen.wait_for(is_over) => {}
                }
                return;
            }
            Err(why) => {
                tracing::debug!(pod = target.pod, why, "a pod did not take a connection");
                doubt.notify_one();
            }
        }
    }
}
