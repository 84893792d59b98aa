//! Lists and watches one kind. Written by hand rather than on kube's watcher, which keeps an expired version for ever
//! when the refusal comes as an HTTP status, waits 295 s for a dead connection, and reads lines of any length.

use std::time::Duration;

use bytes::{Buf, BytesMut};
use futures::stream::{BoxStream, StreamExt};
use http_body_util::BodyExt;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::client::Body;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::{Instant, sleep, timeout};

use crate::cluster::answer::Attempt;
use crate::cluster::request::{HEAD_LIMIT, Plan};
use crate::cluster::runs::{Readable, decode};
use crate::{Class, Cluster, Error};

/// Above the server's own limit, so that its regular end comes first.
const GRACE: Duration = Duration::from_secs(5);
/// So often a watch may fail to start before the version is given up.
const MOST_FAILURES: u32 = 3;
/// Shortest and longest pause after a failure: a person is looking at the screen.
const PAUSES: (Duration, Duration) = (Duration::from_millis(800), Duration::from_secs(5));
/// After a refusal that only a person can change.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_secs(15);
/// Every so many renewals the server's version is compared with ours.
const CHECK_EVERY: u32 = 10;
/// Longest line of a watch: etcd stores at most 1.5 MB an object, JSON of it may be longer.
const MAX_LINE: usize = 4 * 1024 * 1024;

/// What a watch on one kind says.
pub(super) enum FeedSignal<T> {
    /// All that are there.
    Listed(Vec<T>),
    /// One is new or changed.
    Applied(T),
    /// One is gone; this is what it was last.
    Deleted(T),
    /// Nothing changed, but the server spoke.
    Alive,
    /// It failed and is retried.
    Trouble(Error),
}

enum State {
    List,
    Watch,
    Read { body: Body, buffer: BytesMut, idle: Duration, since: Instant },
}

pub(super) struct Feed<T> {
    cluster: Cluster,
    query: String,
    window: Duration,
    state: State,
    /// Where the next watch begins.
    version: String,
    failures: u32,
    renewals: u32,
    pause: Option<Duration>,
    kind: std::marker::PhantomData<fn() -> T>,
}

#[derive(Deserialize)]
struct Line<'a> {
    r#type: String,
    #[serde(borrow)]
    object: &'a RawValue,
}

#[derive(Deserialize)]
struct Versioned {
    metadata: VersionMetadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VersionMetadata {
    resource_version: String,
}

impl<T: Readable> Feed<T> {
    /// Starts with a list. Never ends.
    pub(super) fn open(cluster: &Cluster, query: String, window: Duration) -> BoxStream<'static, FeedSignal<T>> {
        let feed = Self {
            cluster: cluster.clone(),
            query,
            window,
            state: State::List,
            version: String::new(),
            failures: 0,
            renewals: 0,
            pause: None,
            kind: std::marker::PhantomData,
        };
        futures::stream::unfold(feed, |mut feed| async move {
            let signal = feed.step().await;
            Some((signal, feed))
        })
        .boxed()
    }

    async fn step(&mut self) -> FeedSignal<T> {
        if let Some(pause) = self.pause.take() {
            sleep(pause).await;
        }
        match std::mem::replace(&mut self.state, State::List) {
            State::List => self.list().await,
            State::Watch => self.start().await,
            State::Read { body, buffer, idle, since } => self.read(body, buffer, idle, since).await,
        }
    }

    async fn list(&mut self) -> FeedSignal<T> {
        match self.cluster.list::<T>(&self.query).await {
            Ok(listing) => {
                self.version = listing.version;
                self.failures = 0;
                self.state = State::Watch;
                FeedSignal::Listed(listing.items)
            }
            Err(error) => self.fail(error, State::List),
        }
    }

    async fn start(&mut self) -> FeedSignal<T> {
        self.renewals += 1;
        if self.renewals.is_multiple_of(CHECK_EVERY)
            && let Some(signal) = self.check().await
        {
            return signal;
        }
        let seconds = self.seconds();
        let attempt = Attempt::on("watch", &T::RESOURCE, self.cluster.namespace(), None);
        let separator = if self.query.is_empty() { "" } else { "&" };
        let mut plan = Plan::get(format!(
            "{}?watch=true&allowWatchBookmarks=true&resourceVersion={}&timeoutSeconds={seconds}{separator}{}",
            T::RESOURCE.all(self.cluster.namespace()),
            crate::cluster::resource::escaped(&self.version),
            self.query
        ));
        // Newer servers compress each event by itself, which the unpacking layer cannot follow.
        plan.is_compressible = false;
        match self.cluster.open(&plan, &attempt, Some(HEAD_LIMIT)).await {
            Ok(answer) => {
                let idle = Duration::from_secs(seconds) + GRACE;
                let (body, buffer) = (answer.into_body(), BytesMut::new());
                self.state = State::Read { body, buffer, idle, since: Instant::now() };
                FeedSignal::Alive
            }
            Err(error) if error.class == Class::Expired => FeedSignal::Alive,
            Err(error) => {
                let next = if self.failures + 1 >= MOST_FAILURES { State::List } else { State::Watch };
                self.fail(error, next)
            }
        }
    }

    /// Compares the server's version with ours: a cluster restored from a backup goes back in time without a word.
    async fn check(&mut self) -> Option<FeedSignal<T>> {
        let attempt = Attempt::on("list", &T::RESOURCE, self.cluster.namespace(), None);
        let plan = Plan::get(format!("{}?limit=1", T::RESOURCE.all(self.cluster.namespace())));
        match self.cluster.fetch::<Versioned>(&plan, &attempt).await {
            Ok(now) if is_older(&now.metadata.resource_version, &self.version) => Some(FeedSignal::Alive),
            Ok(_) => None,
            Err(error) => Some(self.fail(error, State::Watch)),
        }
    }

    async fn read(&mut self, mut body: Body, mut buffer: BytesMut, idle: Duration, since: Instant) -> FeedSignal<T> {
        loop {
            if let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
                let line = buffer.split_to(end);
                buffer.advance(1);
                self.state = State::Read { body, buffer, idle, since };
                return self.line(&line);
            }
            if buffer.len() > MAX_LINE {
                return self
                    .fail(self.error(Class::Configuration, "the cluster sent a line without an end"), State::Watch);
            }
            match timeout(idle, body.frame()).await {
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        buffer.extend_from_slice(&data);
                    }
                }
                Ok(Some(Err(error))) => {
                    let attempt = Attempt::on("watch", &T::RESOURCE, self.cluster.namespace(), None);
                    return self.fail(attempt.broken(self.cluster.server(), &error), State::Watch);
                }
                Ok(None) => {
                    self.state = State::Watch;
                    // A server that ends each watch at once must not be asked without a pause.
                    if since.elapsed() < Duration::from_secs(1) {
                        self.failures += 1;
                        self.pause = Some(self.delay());
                    } else {
                        self.failures = 0;
                    }
                    if self.failures >= MOST_FAILURES {
                        self.failures = 0;
                        self.state = State::List;
                    }
                    return FeedSignal::Alive;
                }
                Err(_) => {
                    let why = format!("the cluster said nothing for {} s", idle.as_secs());
                    return self.fail(self.error(Class::Unreachable, &why), State::Watch);
                }
            }
        }
    }

    /// Understands one line. The state is `Read` already; a line that ends the watch changes it.
    fn line(&mut self, line: &[u8]) -> FeedSignal<T> {
        let Ok(line) = serde_json::from_slice::<Line<'_>>(line) else {
            return self
                .fail(self.error(Class::Configuration, "the cluster sent a line that cannot be read"), State::List);
        };
        if line.r#type == "ERROR" {
            let status: Status = serde_json::from_str(line.object.get()).unwrap_or_default();
            if status.code == Some(410) {
                self.state = State::List;
                return FeedSignal::Alive;
            }
            let why = status.message.unwrap_or_else(|| "the cluster ended it without a reason".to_owned());
            return self.fail(self.error(Class::Unreachable, &why), State::List);
        }
        let version =
            serde_json::from_str::<Versioned>(line.object.get()).map(|object| object.metadata.resource_version);
        match version {
            Ok(version) if is_older(&version, &self.version) => {
                // Back in time: what is known is not to be trusted any more.
                self.state = State::List;
                return FeedSignal::Alive;
            }
            Ok(version) => self.version = version,
            Err(error) => tracing::warn!(%error, "a watched object has no version"),
        }
        self.failures = 0;
        match (line.r#type.as_str(), decode(line.object.get())) {
            ("ADDED" | "MODIFIED", Some(object)) => FeedSignal::Applied(object),
            ("DELETED", Some(object)) => FeedSignal::Deleted(object),
            _ => FeedSignal::Alive,
        }
    }

    fn fail(&mut self, error: Error, next: State) -> FeedSignal<T> {
        self.failures += 1;
        self.state = next;
        self.pause = Some(match error.class {
            Class::Forbidden | Class::Unauthenticated | Class::Configuration => PAUSE_AFTER_REFUSAL,
            _ => self.delay(),
        });
        FeedSignal::Trouble(error)
    }

    fn error(&self, class: Class, why: &str) -> Error {
        let namespace = self.cluster.namespace();
        Error::new(class, format!("the watch on {} in \"{namespace}\" broke: {why}", T::RESOURCE.plural))
    }

    /// The server's limit, up to a fifth shorter than the window, so that watches do not renew all at once.
    fn seconds(&self) -> u64 {
        let window = self.window.as_secs().max(1);
        window - random_below(window / 5 + 1)
    }

    fn delay(&self) -> Duration {
        let doubled = PAUSES.0.saturating_mul(1 << self.failures.clamp(1, 8).saturating_sub(1));
        let delay = doubled.min(PAUSES.1);
        delay - delay / 4 + delay.mul_f64(random_below(1000) as f64 / 4000.0)
    }
}

/// Versions are numbers in practice; the API now says so too. What is no number is not compared.
fn is_older(version: &str, known: &str) -> bool {
    matches!((version.parse::<u64>(), known.parse::<u64>()), (Ok(version), Ok(known)) if version < known)
}

fn random_below(bound: u64) -> u64 {
    let (high, _) = uuid::Uuid::new_v4().as_u64_pair();
    high.checked_rem(bound).unwrap_or_default()
}
