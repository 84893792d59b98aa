//! Joins the watches on our Jobs, CronJobs and Deployments, their pods, Services and events into one stream of whole runs. Decides nothing about
//! states; how one kind is watched is `feed`'s.

mod feed;
mod table;

use std::time::Duration;

use berth_model::RunId;
use futures::stream::{BoxStream, StreamExt};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{Event, Pod, Service};
use tokio::time::{Instant, sleep_until};

use self::feed::{Feed, FeedSignal};
use self::table::Table;
use crate::cluster::runs::{Readable, ours};
use crate::{Class, Cluster, Error, Main, RunObjects};

/// Changes of a run that come together are told together: a Job, its pod and their events change within milliseconds.
const GATHER: Duration = Duration::from_millis(20);

/// What a watch says.
#[derive(Clone, Debug)]
pub enum WatchSignal {
    /// Everything that is there now; what is absent is gone.
    Resynced(Vec<RunObjects>),
    /// One run changed.
    Changed(Box<RunObjects>),
    /// The main object of a run is gone (its identity beside it). What it was last comes before, as a `Changed`.
    Gone(RunId, String),
    /// The server said something that changes no run (a bookmark, a watch renewed): the way there is alive.
    Alive,
    /// A watch is broken, or a right is missing; it is being retried.
    Trouble(Error),
}

impl Cluster {
    /// Watches our Jobs, CronJobs and Deployments, their pods, Services and events. Never ends by itself; dropping it ends it.
    ///
    /// `window` is the server-side time limit of each watch request: how long a dead connection can stay unnoticed
    /// (the limit here is 5 s above it). A watch that cannot be started three times, whose version has expired or
    /// went backwards, is given up for a new list. Where anything but Jobs may not be watched, runs come without it,
    /// and `Trouble` names the right that is missing.
    #[must_use]
    pub fn watch_runs(&self, window: Duration) -> BoxStream<'static, WatchSignal> {
        let joined = Joined {
            jobs: Feed::open(self, ours(), window),
            schedules: Feed::open(self, ours(), window),
            deployments: Feed::open(self, ours(), window),
            pods: Feed::open(self, ours(), window),
            services: Feed::open(self, ours(), window),
            // Events carry no labels of ours.
            events: Feed::open(self, String::new(), window),
            table: Table::default(),
            flush_at: None,
        };
        futures::stream::unfold(joined, |mut joined| async move {
            let signal = joined.next().await;
            Some((signal, joined))
        })
        .boxed()
    }
}

struct Joined {
    jobs: BoxStream<'static, FeedSignal<Job>>,
    schedules: BoxStream<'static, FeedSignal<CronJob>>,
    deployments: BoxStream<'static, FeedSignal<Deployment>>,
    pods: BoxStream<'static, FeedSignal<Pod>>,
    services: BoxStream<'static, FeedSignal<Service>>,
    events: BoxStream<'static, FeedSignal<Event>>,
    table: Table,
    flush_at: Option<Instant>,
}

impl Joined {
    async fn next(&mut self) -> WatchSignal {
        loop {
            if let Some(signal) = self.table.take() {
                return signal;
            }
            let flush = self.flush_at;
            let told = tokio::select! {
                Some(signal) = self.jobs.next() => self.table.mains(signal, Main::Job),
                Some(signal) = self.schedules.next() => self.table.mains(signal, Main::cron_job),
                Some(signal) = self.deployments.next() => self.table.mains(signal, Main::Deployment),
                Some(signal) = self.pods.next() => self.table.pods(signal),
                Some(signal) = self.services.next() => self.table.services(signal),
                Some(signal) = self.events.next() => self.table.events(signal, Instant::now()),
                () = sleep_until(flush.unwrap_or_else(Instant::now)), if flush.is_some() => {
                    self.flush_at = None;
                    self.table.flush();
                    None
                }
            };
            if self.table.is_dirty() && self.flush_at.is_none() {
                self.flush_at = Some(Instant::now() + GATHER);
            }
            if let Some(signal) = told {
                return signal;
            }
        }
    }
}

/// What becomes of trouble with a kind that a run can be shown without.
fn is_bearable<T: Readable>(error: &Error) -> bool {
    error.class == Class::Forbidden && T::RESOURCE.kind != "Job"
}
