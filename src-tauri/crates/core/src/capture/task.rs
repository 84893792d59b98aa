//! Reads the log of one container instance to its end, whatever happens to the connection on the way.

use std::sync::Arc;
use std::time::Duration;

use berth_k8s::{Class, Cluster, LogSource, LogStream};
use berth_model::{Attempt, ObjectRef, RunId, Sight};
use futures::StreamExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::framer::Framer;
use super::instance::{After, Ending, Standing, after, standing};
use super::sink::{Growth, Sink};
use crate::ports::{Clock, LogArchive, LogKey, StoreError};

/// How long the answer to opening a log is waited for.
const OPENING: Duration = Duration::from_secs(15);
/// Silence after which a running container's stream is probed.
const SILENCE: Duration = Duration::from_secs(60);
/// Silence after the container is known to have ended; the stream's own end follows it by a second at most.
const SILENCE_AFTER_END: Duration = Duration::from_secs(5);
/// A connection made anew is a reason to probe a stream that was silent for this long.
const SILENCE_AFTER_OUTAGE: Duration = Duration::from_secs(2);
/// How long a probe may take.
const PROBE: Duration = Duration::from_secs(10);
/// Pauses between failed tries: from the first to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often the log of a container that may be restarted is read anew where it is empty, and how long is waited before.
const MOST_EMPTY: u32 = 3;
const AFTER_EMPTY: Duration = Duration::from_secs(1);
/// How often what was appended is made durable.
const SYNC: Duration = Duration::from_secs(1);
/// Pause before the log is tried again after local storage failed (disk full).
const STORAGE_PAUSE: Duration = Duration::from_secs(5);

/// What is known of a run's pods, for its captures.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunSight {
    /// Pods that are there.
    pub(crate) attempts: Arc<[Attempt]>,
}

/// The way to the cluster as it now is; a higher number means that the connection was made anew.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) cluster: Cluster,
    pub(crate) number: u64,
}

/// What to capture, and with what.
pub(crate) struct Capture {
    pub(crate) key: LogKey,
    pub(crate) pod: String,
    pub(crate) attempt: u32,
    pub(crate) main: ObjectRef,
    /// Whether containers of this run can be restarted in place.
    pub(crate) can_restart: bool,
    pub(crate) sight: watch::Receiver<RunSight>,
    pub(crate) way: watch::Receiver<Way>,
    pub(crate) archive: Arc<dyn LogArchive>,
    pub(crate) growth: Growth,
    pub(crate) clock: Arc<dyn Clock>,
    /// Bounds how many streams are open at once.
    pub(crate) streams: Arc<Semaphore>,
}

/// How a capture ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Captured {
    pub(crate) key: LogKey,
    /// Whether nothing more is to come: the end was read, or the rest cannot be had any more.
    pub(crate) is_over: bool,
}

/// What became of opening a log.
enum Opened {
    Stream(LogStream, OwnedSemaphorePermit),
    /// It did not come to a stream; `is_refused` where the node said that there is none.
    Not {
        is_refused: bool,
    },
    /// It is the log of another instance.
    Another,
    Stopped,
}

impl Capture {
    /// Captures until the log is complete or lost, or until `stop`. Failures of local storage are waited out.
    pub(crate) async fn run(mut self, stop: CancellationToken) -> Captured {
        loop {
            let done = self.capture(&stop).await;
            match done {
                Ok(is_over) => return Captured { key: self.key, is_over },
                Err(error) => {
                    tracing::error!(run_id = %self.key.run, pod = self.pod, container = self.key.container, %error,
                        "unable to store a log; reading will go on where it is stored");
                }
            }
            if pause(STORAGE_PAUSE, &stop).await.is_none() {
                return Captured { key: self.key, is_over: false };
            }
        }
    }

    async fn capture(&mut self, stop: &CancellationToken) -> Result<bool, StoreError> {
        let mut sink = Sink::open(
            Arc::clone(&self.archive),
            self.key.clone(),
            self.pod.clone(),
            self.attempt,
            self.growth.clone(),
        )
        .await?;
        let outcome = self.read_all(&mut sink, stop).await;
        match outcome {
            Ok(Some(After::Complete)) => sink.finish(true).await.map(|()| true),
            Ok(Some(_)) => sink.finish(false).await.map(|()| true),
            Ok(None) => sink.finish(false).await.map(|()| false),
            Err(error) => {
                // What was appended stays; the next try cuts off a torn line and reads on from there.
                if let Err(second) = sink.finish(false).await {
                    tracing::debug!(run_id = %self.key.run, error = %second, "unable to seal the log after a failure");
                }
                Err(error)
            }
        }
    }

    /// Reads stream after stream. `None` where it was stopped.
    async fn read_all(&mut self, sink: &mut Sink, stop: &CancellationToken) -> Result<Option<After>, StoreError> {
        let mut wait = FIRST_PAUSE;
        // How the last stream ended, where nothing can have been written unread since.
        let mut seam = None;
        let mut empty = 0;
        loop {
            let mut place = standing(&self.sight.borrow_and_update().attempts, &self.key);
            if place == Standing::Unreachable {
                // The news may be old, or of one list that missed it: the cluster is asked before a log is given up.
                place = match self.ask(stop).await {
                    Some(Standing::Unreachable) => return self.lost(sink, seam).map(Some),
                    Some(now) => now,
                    None => return Ok(None),
                };
            }
            if place == Standing::Waiting {
                if self.news(LONGEST_PAUSE, stop).await.is_none() {
                    return Ok(None);
                }
                continue;
            }
            match self.open(place, sink, stop).await {
                Opened::Stopped => return Ok(None),
                Opened::Another => {}
                Opened::Not { is_refused } => {
                    if !is_refused && place == Standing::Running {
                        seam = Some(Ending::Broken);
                    }
                    match self.ask(stop).await {
                        None => return Ok(None),
                        Some(Standing::Unreachable) => return self.lost(sink, seam).map(Some),
                        Some(_) => {}
                    }
                }
                Opened::Stream(stream, _permit) => {
                    let (ending, got) = self.read(stream, place, sink, stop).await?;
                    let Some(ending) = ending else { return Ok(None) };
                    if got {
                        wait = FIRST_PAUSE;
                    }
                    let now = if ending == Ending::Clean && matches!(place, Standing::Ended | Standing::Previous) {
                        place
                    } else {
                        let Some(now) = self.ask(stop).await else { return Ok(None) };
                        now
                    };
                    match after(ending, place, now) {
                        // The node may be an instance ahead of what the API server tells: the empty log was the next one's.
                        After::Complete
                            if self.can_restart
                                && place == Standing::Ended
                                && sink.last().is_none()
                                && empty < MOST_EMPTY =>
                        {
                            empty += 1;
                            wait = wait.max(AFTER_EMPTY);
                        }
                        After::Again => seam = Some(ending),
                        // The node had nothing to give but a word of its own: what the instance wrote is gone.
                        After::Complete if self.can_restart && sink.last().is_none() && sink.message.is_some() => {
                            return self.lost(sink, None).map(Some);
                        }
                        After::Complete => {
                            sink.ended(place == Standing::Running || seam == Some(Ending::Clean))?;
                            return Ok(Some(After::Complete));
                        }
                        After::Lost => return self.lost(sink, Some(ending)).map(Some),
                    }
                }
            }
            if self.news(wait, stop).await.is_none() {
                return Ok(None);
            }
            wait = (wait * 2).min(LONGEST_PAUSE);
        }
    }

    /// Opens the log where the instance stands, from the last stored line on.
    async fn open(&mut self, place: Standing, sink: &mut Sink, stop: &CancellationToken) -> Opened {
        let permit = tokio::select! {
            () = stop.cancelled() => return Opened::Stopped,
            permit = Arc::clone(&self.streams).acquire_owned() => permit,
        };
        let Ok(permit) = permit else { return Opened::Stopped };
        let source = self.source(place == Standing::Previous);
        let since = sink.reopen();
        let way = self.way.borrow_and_update().clone();
        let opening = way.cluster.open_log(&source, since, place == Standing::Running);
        let opened = tokio::select! {
            () = stop.cancelled() => return Opened::Stopped,
            opened = tokio::time::timeout(OPENING, opening) => opened,
        };
        let stream = match opened {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                tracing::debug!(run_id = %self.key.run, pod = self.pod, %error, "unable to open a log");
                return Opened::Not { is_refused: matches!(error.class, Class::NotFound | Class::Invalid) };
            }
            Err(_) => return Opened::Not { is_refused: false },
        };
        if self.can_restart {
            // A restart between the news and the request gives the log of another instance.
            match self.ask(stop).await {
                None => return Opened::Stopped,
                Some(now) if !is_same_log(place, now) => return Opened::Another,
                Some(_) => {}
            }
        }
        Opened::Stream(stream, permit)
    }

    fn source(&self, previous: bool) -> LogSource {
        LogSource { pod: self.pod.clone(), container: self.key.container.clone(), previous }
    }

    /// Reads one stream to its end (`None` where it was stopped). Says too whether anything came.
    async fn read(
        &mut self,
        mut stream: LogStream,
        place: Standing,
        sink: &mut Sink,
        stop: &CancellationToken,
    ) -> Result<(Option<Ending>, bool), StoreError> {
        let mut framer = Framer::default();
        let mut tick = tokio::time::interval(SYNC);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        let mut probed = heard;
        let mut probe: Option<BoxFuture<'static, bool>> = None;
        let mut got = false;
        let mut way_is_known = true;
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok((None, got)),
                chunk = stream.next(), if sink.has_room() => match chunk {
                    Some(Ok(bytes)) => {
                        heard = Instant::now();
                        got = true;
                        sink.arrived(self.clock.now(), stream.opened());
                        let mut stored = Ok(());
                        framer.push(&bytes, |line| {
                            if stored.is_ok() {
                                stored = sink.line(line);
                            }
                        });
                        stored?;
                        sink.flush()?;
                    }
                    Some(Err(error)) => {
                        tracing::debug!(run_id = %self.key.run, pod = self.pod, %error, "a log stream broke");
                        return Ok((Some(Ending::Broken), got));
                    }
                    None => {
                        // Of a running container it would come again, whole.
                        if matches!(place, Standing::Ended | Standing::Previous)
                            && let Some(rest) = framer.take_rest()
                        {
                            sink.line(&rest)?;
                            sink.flush()?;
                        }
                        return Ok((Some(Ending::Clean), got));
                    }
                },
                synced = sink.synced() => synced?,
                is_deaf = answer(&mut probe) => {
                    probe = None;
                    if is_deaf && heard < probed {
                        tracing::debug!(run_id = %self.key.run, pod = self.pod, "a log stream is dead");
                        return Ok((Some(Ending::Broken), got));
                    }
                }
                changed = self.way.changed(), if way_is_known => {
                    way_is_known = changed.is_ok();
                    if way_is_known && heard.elapsed() >= SILENCE_AFTER_OUTAGE {
                        probed = Instant::now();
                        probe = Some(self.probe(sink.last()));
                    }
                }
                _ = tick.tick() => {
                    sink.begin_sync();
                    let silence = heard.elapsed();
                    let has_ended = standing(&self.sight.borrow().attempts, &self.key) != Standing::Running;
                    if has_ended && silence >= SILENCE_AFTER_END {
                        return Ok((Some(Ending::Broken), got));
                    }
                    if silence >= SILENCE && probed.elapsed() >= SILENCE && probe.is_none() {
                        probed = Instant::now();
                        probe = Some(self.probe(sink.last()));
                    }
                }
            }
        }
    }

    /// Asks beside the open stream whether there are lines that it did not bring. Where that cannot be asked, the
    /// silent stream is given up too: a dead connection looks the same.
    fn probe(&self, last: Option<Timestamp>) -> BoxFuture<'static, bool> {
        let source = self.source(false);
        let way = self.way.borrow().clone();
        let asking = async move {
            let mut stream = way.cluster.open_log(&source, last, false).await?;
            let mut framer = Framer::default();
            let mut newest = last;
            while let Some(bytes) = stream.next().await {
                framer.push(&bytes?, |line| newest = newest.max(super::framer::stamp(line)));
            }
            Ok::<bool, berth_k8s::Error>(newest > last)
        };
        Box::pin(async move { matches!(tokio::time::timeout(PROBE, asking).await, Ok(Ok(true)) | Ok(Err(_)) | Err(_)) })
    }

    /// Asks the cluster where the instance stands now; the news where that fails. `None` where it was stopped.
    async fn ask(&mut self, stop: &CancellationToken) -> Option<Standing> {
        let known = standing(&self.sight.borrow().attempts, &self.key);
        if matches!(known, Standing::Ended) && !self.can_restart {
            return Some(known);
        }
        let way = self.way.borrow().clone();
        let asked = tokio::select! {
            () = stop.cancelled() => return None,
            asked = tokio::time::timeout(PROBE, way.cluster.run_objects(self.key.run, &self.main)) => asked,
        };
        Some(match asked {
            Ok(Ok(Some(objects))) => match objects.observe(self.clock.now()).sight {
                Sight::Present(present) => standing(&present.attempts, &self.key),
                Sight::Absent(_) => Standing::Unreachable,
            },
            Ok(Ok(None)) => Standing::Unreachable,
            // No answer is no news: the stream is tried again.
            Ok(Err(_)) | Err(_) if known == Standing::Unreachable => Standing::Waiting,
            Ok(Err(_)) | Err(_) => known,
        })
    }

    /// Waits for news of the pods or of the way there, at most so long. `None` where it was stopped.
    async fn news(&mut self, limit: Duration, stop: &CancellationToken) -> Option<()> {
        let number = self.way.borrow().number;
        let Self { way, sight, .. } = self;
        tokio::select! {
            () = stop.cancelled() => None,
            () = tokio::time::sleep(limit) => Some(()),
            Ok(_) = way.wait_for(|way| way.number != number) => Some(()),
            Ok(()) = sight.changed() => Some(()),
        }
    }

    /// Notes that the rest cannot be had any more; nothing is missing where the last stream came to a clean end.
    fn lost(&self, sink: &mut Sink, seam: Option<Ending>) -> Result<After, StoreError> {
        sink.ended(true)?;
        if seam == Some(Ending::Clean) {
            return Ok(After::Complete);
        }
        let mut why = "the pod was gone before its log was read to the end".to_owned();
        if let Some(message) = sink.message.take() {
            why = format!("{why} ({message})");
        }
        sink.gap(sink.last(), None, why)?;
        Ok(After::Lost)
    }
}

/// Whether two standings mean that a request gives the log of the same instance.
const fn is_same_log(asked: Standing, now: Standing) -> bool {
    matches!(
        (asked, now),
        (Standing::Previous, Standing::Previous)
            | (Standing::Running | Standing::Ended, Standing::Running | Standing::Ended)
    )
}

/// The answer of a probe; never ends where none is under way.
async fn answer(probe: &mut Option<BoxFuture<'static, bool>>) -> bool {
    match probe {
        Some(probe) => probe.await,
        None => std::future::pending().await,
    }
}

async fn pause(time: Duration, stop: &CancellationToken) -> Option<()> {
    tokio::select! {
        () = stop.cancelled() => None,
        () = tokio::time::sleep(time) => Some(()),
    }
}

/// Identities of the instances of a run that have, or had, a log.
pub(crate) fn instances(run: RunId, attempts: &[Attempt]) -> Vec<(LogKey, String, u32)> {
    let mut all = Vec::new();
    for attempt in attempts {
        for container in &attempt.containers {
            let newest =
                if container.has_started { Some(container.restarts) } else { container.restarts.checked_sub(1) };
            // Of the instances before it the node keeps one.
            let Some(newest) = newest else { continue };
            for restart in newest.saturating_sub(1)..=newest {
                let key = LogKey { run, pod_uid: attempt.pod_uid.clone(), container: container.name.clone(), restart };
                all.push((key, attempt.pod.clone(), attempt.number));
            }
        }
    }
    all
}
