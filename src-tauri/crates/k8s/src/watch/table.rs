//! Holds what was last seen of each object and works out which runs changed. Pure but for the instants it is given.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Event, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use tokio::time::Instant;

use super::feed::FeedSignal;
use super::{WatchSignal, is_bearable};
use crate::RunObjects;
use crate::cluster::runs::{join, owner};
use crate::labels::RUN;

/// Events of objects that we do not know are kept so long: an event may come before its object.
const STRAY_EVENT: Duration = Duration::from_secs(60);
/// Below so many events nothing is thrown away.
const FEW_EVENTS: usize = 1000;

#[derive(Default)]
pub(super) struct Table {
    jobs: HashMap<String, Job>,
    pods: HashMap<String, Pod>,
    events: HashMap<String, (Event, Option<Instant>)>,
    has_jobs: bool,
    has_pods: bool,
    has_events: bool,
    prune_at: usize,
    resync: bool,
    dirty: BTreeSet<String>,
    out: VecDeque<WatchSignal>,
}

impl Table {
    /// What is to be said next.
    pub(super) fn take(&mut self) -> Option<WatchSignal> {
        self.out.pop_front()
    }

    /// Whether something waits to be gathered.
    pub(super) fn is_dirty(&self) -> bool {
        self.is_complete() && (self.resync || !self.dirty.is_empty())
    }

    fn is_complete(&self) -> bool {
        self.has_jobs && self.has_pods && self.has_events
    }

    /// Says what was gathered.
    pub(super) fn flush(&mut self) {
        if !self.is_complete() {
            return;
        }
        let dirty = std::mem::take(&mut self.dirty);
        if std::mem::take(&mut self.resync) {
            let jobs = self.jobs.values().cloned().collect();
            let pods = self.pods.values().cloned().collect();
            let mut runs = join(jobs, pods, self.events.values().map(|(event, _)| event.clone()).collect());
            let key = |run: &RunObjects| {
                (run.job.metadata.creation_timestamp.clone().map(|time| time.0), run.job.metadata.name.clone())
            };
            runs.sort_by_key(key);
            self.out.push_back(WatchSignal::Resynced(runs));
            return;
        }
        for uid in dirty {
            self.tell(&uid);
        }
    }

    fn tell(&mut self, job: &str) {
        if let Some(run) = self.run(job) {
            self.out.push_back(WatchSignal::Changed(Box::new(run)));
        }
    }

    fn run(&self, uid: &str) -> Option<RunObjects> {
        let job = self.jobs.get(uid)?.clone();
        let pods: Vec<Pod> = self.pods.values().filter(|pod| owner(&pod.metadata) == Some(uid)).cloned().collect();
        let is_about = |event: &&(Event, Option<Instant>)| {
            let about = event.0.involved_object.uid.as_deref();
            about == Some(uid) || pods.iter().any(|pod| pod.metadata.uid.as_deref() == about && about.is_some())
        };
        let events = self.events.values().filter(is_about).map(|(event, _)| event.clone()).collect();
        join(vec![job], pods, events).pop()
    }

    pub(super) fn jobs(&mut self, signal: FeedSignal<Job>) -> Option<WatchSignal> {
        match signal {
            FeedSignal::Listed(jobs) => {
                self.jobs = keyed(jobs, |job| &job.metadata);
                self.has_jobs = true;
                self.resync = true;
                Some(WatchSignal::Alive)
            }
            FeedSignal::Applied(job) => {
                let uid = job.metadata.uid.clone()?;
                self.jobs.insert(uid.clone(), job);
                self.dirty.insert(uid);
                None
            }
            FeedSignal::Deleted(job) => {
                let uid = job.metadata.uid.clone()?;
                let run = job.metadata.labels.as_ref().and_then(|labels| labels.get(RUN)?.parse().ok());
                self.jobs.insert(uid.clone(), job);
                // What it was last may be an end that nobody has been told yet.
                if self.is_complete() && !self.resync {
                    self.tell(&uid);
                }
                self.jobs.remove(&uid);
                self.dirty.remove(&uid);
                if let Some(run) = run {
                    self.out.push_back(WatchSignal::Gone(run, uid));
                }
                None
            }
            FeedSignal::Alive => Some(WatchSignal::Alive),
            FeedSignal::Trouble(error) => Some(WatchSignal::Trouble(error)),
        }
    }

    pub(super) fn pods(&mut self, signal: FeedSignal<Pod>) -> Option<WatchSignal> {
        match signal {
            FeedSignal::Listed(pods) => {
                self.pods = keyed(pods, |pod| &pod.metadata);
                self.has_pods = true;
                self.dirty.extend(self.jobs.keys().cloned());
                Some(WatchSignal::Alive)
            }
            FeedSignal::Applied(pod) => {
                self.dirty.extend(owner(&pod.metadata).map(str::to_owned));
                self.pods.insert(pod.metadata.uid.clone()?, pod);
                None
            }
            FeedSignal::Deleted(pod) => {
                let uid = pod.metadata.uid.clone()?;
                let owner = owner(&pod.metadata).map(str::to_owned);
                self.pods.insert(uid.clone(), pod);
                // Its last word (an exit code) comes with its deletion.
                if let Some(owner) = owner {
                    if self.is_complete() && !self.resync {
                        self.tell(&owner);
                    }
                    self.dirty.insert(owner);
                }
                self.pods.remove(&uid);
                None
            }
            FeedSignal::Alive => Some(WatchSignal::Alive),
            FeedSignal::Trouble(error) => {
                self.has_pods |= is_bearable::<Pod>(&error);
                Some(WatchSignal::Trouble(error))
            }
        }
    }

    pub(super) fn events(&mut self, signal: FeedSignal<Event>, now: Instant) -> Option<WatchSignal> {
        match signal {
            FeedSignal::Listed(events) => {
                let known = keyed(events, |event| &event.metadata);
                self.events = known.into_iter().map(|(uid, event)| (uid, (event, None))).collect();
                self.has_events = true;
                self.dirty.extend(self.jobs.keys().cloned());
                self.prune(now);
                Some(WatchSignal::Alive)
            }
            FeedSignal::Applied(event) => {
                let about = event.involved_object.uid.clone()?;
                let job = match self.pods.get(&about) {
                    Some(pod) => owner(&pod.metadata).map(str::to_owned),
                    None => Some(about).filter(|about| self.jobs.contains_key(about)),
                };
                let is_ours = job.is_some();
                self.dirty.extend(job);
                self.events.insert(event.metadata.uid.clone()?, (event, Some(now)));
                self.prune(now);
                (!is_ours).then_some(WatchSignal::Alive)
            }
            // Events expire by themselves; that one is gone tells nothing.
            FeedSignal::Deleted(event) => {
                self.events.remove(event.metadata.uid.as_deref()?);
                Some(WatchSignal::Alive)
            }
            FeedSignal::Alive => Some(WatchSignal::Alive),
            FeedSignal::Trouble(error) => {
                self.has_events |= is_bearable::<Event>(&error);
                Some(WatchSignal::Trouble(error))
            }
        }
    }

    /// Throws away events of foreign objects, of which a busy namespace has many.
    fn prune(&mut self, now: Instant) {
        if self.events.len() < self.prune_at.max(FEW_EVENTS) {
            return;
        }
        let (jobs, pods) = (&self.jobs, &self.pods);
        let is_complete = self.has_jobs && self.has_pods;
        self.events.retain(|_, (event, seen)| {
            let about = event.involved_object.uid.as_deref().unwrap_or_default();
            let is_young = seen.is_some_and(|seen| now.duration_since(seen) < STRAY_EVENT);
            !is_complete || is_young || jobs.contains_key(about) || pods.contains_key(about)
        });
        self.prune_at = self.events.len() * 2;
    }
}

fn keyed<T>(objects: Vec<T>, metadata: impl Fn(&T) -> &ObjectMeta) -> HashMap<String, T> {
    objects.into_iter().filter_map(|object| Some((metadata(&object).uid.clone()?, object))).collect()
}
