//! Holds what was last seen of each object and works out which runs changed. Pure but for the instants it is given.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Duration;

use k8s_openapi::api::core::v1::{Event, Pod, Service};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use tokio::time::Instant;

use super::feed::FeedSignal;
use super::{WatchSignal, is_bearable};
use crate::cluster::runs::{Owner, Readable, join, owner};
use crate::{Error, Main, RunObjects};

/// Events of objects that we do not know are kept so long: an event may come before its object.
const STRAY_EVENT: Duration = Duration::from_secs(60);
/// Below so many events nothing is thrown away.
const FEW_EVENTS: usize = 1000;

/// Kinds that are watched: Jobs, CronJobs, Deployments, pods, Services, events.
const KINDS: usize = 6;

#[derive(Default)]
pub(super) struct Table {
    /// Main objects of every kind.
    mains: HashMap<String, Main>,
    pods: HashMap<String, Pod>,
    services: HashMap<String, Service>,
    events: HashMap<String, (Event, Option<Instant>)>,
    /// Kinds of which the first list came, or never will.
    known: HashSet<&'static str>,
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
        self.known.len() == KINDS
    }

    /// Says what was gathered.
    pub(super) fn flush(&mut self) {
        if !self.is_complete() {
            return;
        }
        let dirty = std::mem::take(&mut self.dirty);
        if std::mem::take(&mut self.resync) {
            let mains = self.mains.values().cloned().collect();
            let pods = self.pods.values().cloned().collect();
            let services = self.services.values().cloned().collect();
            let events = self.events.values().map(|(event, _)| event.clone()).collect();
            let mut runs = join(mains, pods, services, events);
            let key = |run: &RunObjects| {
                let metadata = run.main.metadata();
                // A schedule may be as old as its first run, to the second.
                let is_started = !matches!(run.main, Main::CronJob(_));
                (metadata.creation_timestamp.clone().map(|time| time.0), is_started, metadata.name.clone())
            };
            runs.sort_by_key(key);
            self.out.push_back(WatchSignal::Resynced(runs));
            return;
        }
        for uid in dirty {
            self.tell(&uid);
        }
    }

    fn tell(&mut self, main: &str) {
        if let Some(run) = self.run(main) {
            self.out.push_back(WatchSignal::Changed(Box::new(run)));
        }
    }

    fn run(&self, uid: &str) -> Option<RunObjects> {
        let main = self.mains.get(uid)?.clone();
        let is_of = |metadata: &ObjectMeta| self.main_of(metadata).as_deref() == Some(uid);
        let pods: Vec<Pod> = self.pods.values().filter(|pod| is_of(&pod.metadata)).cloned().collect();
        let services: Vec<Service> =
            self.services.values().filter(|service| is_of(&service.metadata)).cloned().collect();
        let metadata = pods.iter().map(|pod| &pod.metadata).chain(services.iter().map(|service| &service.metadata));
        let uids: HashSet<&str> = metadata.filter_map(|metadata| metadata.uid.as_deref()).chain([uid]).collect();
        let is_about = |event: &&(Event, Option<Instant>)| {
            event.0.involved_object.uid.as_deref().is_some_and(|about| uids.contains(about))
        };
        let events = self.events.values().filter(is_about).map(|(event, _)| event.clone()).collect();
        join(vec![main], pods, services, events).pop()
    }

    /// The identity of the main object that an object belongs to, where it can be told.
    fn main_of(&self, metadata: &ObjectMeta) -> Option<String> {
        match owner(metadata)? {
            Owner::Uid(uid) => Some(uid.to_owned()),
            Owner::Deployment(name) => {
                let is_it =
                    |main: &&Main| matches!(main, Main::Deployment(_)) && main.metadata().name.as_deref() == Some(name);
                self.mains.values().find(is_it).and_then(|main| main.metadata().uid.clone())
            }
        }
    }

    pub(super) fn mains<T: Readable>(&mut self, signal: FeedSignal<T>, wrap: fn(T) -> Main) -> Option<WatchSignal> {
        let kind = T::RESOURCE.kind;
        match signal {
            FeedSignal::Listed(listed) => {
                self.mains.retain(|_, main| main.kind() != kind);
                self.mains.extend(keyed(listed.into_iter().map(wrap).collect(), Main::metadata));
                self.known.insert(kind);
                self.resync = true;
                Some(WatchSignal::Alive)
            }
            FeedSignal::Applied(object) => {
                let main = wrap(object);
                let uid = main.metadata().uid.clone()?;
                self.mains.insert(uid.clone(), main);
                self.dirty.insert(uid);
                None
            }
            FeedSignal::Deleted(object) => {
                let main = wrap(object);
                let uid = main.metadata().uid.clone()?;
                let run = main.run_id();
                self.mains.insert(uid.clone(), main);
                // What it was last may be an end that nobody has been told yet.
                if self.is_complete() && !self.resync {
                    self.tell(&uid);
                }
                self.mains.remove(&uid);
                self.dirty.remove(&uid);
                if let Some(run) = run {
                    self.out.push_back(WatchSignal::Gone(run, uid));
                }
                None
            }
            FeedSignal::Alive => Some(WatchSignal::Alive),
            FeedSignal::Trouble(error) => Some(self.trouble::<T>(error)),
        }
    }

    pub(super) fn pods(&mut self, signal: FeedSignal<Pod>) -> Option<WatchSignal> {
        match signal {
            FeedSignal::Listed(pods) => {
                self.pods = keyed(pods, |pod| &pod.metadata).collect();
                self.listed::<Pod>();
                Some(WatchSignal::Alive)
            }
            FeedSignal::Applied(pod) => {
                self.dirty.extend(self.main_of(&pod.metadata));
                self.pods.insert(pod.metadata.uid.clone()?, pod);
                None
            }
            FeedSignal::Deleted(pod) => {
                let uid = pod.metadata.uid.clone()?;
                let main = self.main_of(&pod.metadata);
                self.pods.insert(uid.clone(), pod);
                // Its last word (an exit code) comes with its deletion.
                if let Some(main) = main {
                    if self.is_complete() && !self.resync {
                        self.tell(&main);
                    }
                    self.dirty.insert(main);
                }
                self.pods.remove(&uid);
                None
            }
            FeedSignal::Alive => Some(WatchSignal::Alive),
            FeedSignal::Trouble(error) => Some(self.trouble::<Pod>(error)),
        }
    }

    pub(super) fn services(&mut self, signal: FeedSignal<Service>) -> Option<WatchSignal> {
        match signal {
            FeedSignal::Listed(services) => {
                self.services = keyed(services, |service| &service.metadata).collect();
                self.listed::<Service>();
                Some(WatchSignal::Alive)
            }
            FeedSignal::Applied(service) => {
                self.dirty.extend(self.main_of(&service.metadata));
                self.services.insert(service.metadata.uid.clone()?, service);
                None
            }
            FeedSignal::Deleted(service) => {
                self.dirty.extend(self.main_of(&service.metadata));
                self.services.remove(service.metadata.uid.as_deref()?);
                None
            }
            FeedSignal::Alive => Some(WatchSignal::Alive),
            FeedSignal::Trouble(error) => Some(self.trouble::<Service>(error)),
        }
    }

    /// All of a kind that runs are joined from came: every run may look otherwise.
    fn listed<T: Readable>(&mut self) {
        self.known.insert(T::RESOURCE.kind);
        self.dirty.extend(self.mains.keys().cloned());
    }

    /// A kind that may not be read and need not be counts as known.
    fn trouble<T: Readable>(&mut self, error: Error) -> WatchSignal {
        if is_bearable::<T>(&error) {
            self.known.insert(T::RESOURCE.kind);
        }
        WatchSignal::Trouble(error)
    }

    pub(super) fn events(&mut self, signal: FeedSignal<Event>, now: Instant) -> Option<WatchSignal> {
        match signal {
            FeedSignal::Listed(events) => {
                let known = keyed(events, |event| &event.metadata);
                self.events = known.map(|(uid, event)| (uid, (event, None))).collect();
                self.listed::<Event>();
                self.prune(now);
                Some(WatchSignal::Alive)
            }
            FeedSignal::Applied(event) => {
                let about = event.involved_object.uid.clone()?;
                let pod = self.pods.get(&about).map(|pod| &pod.metadata);
                let part = pod.or_else(|| self.services.get(&about).map(|service| &service.metadata));
                let main = match part {
                    Some(part) => self.main_of(part),
                    None => Some(about).filter(|about| self.mains.contains_key(about)),
                };
                let is_ours = main.is_some();
                self.dirty.extend(main);
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
            FeedSignal::Trouble(error) => Some(self.trouble::<Event>(error)),
        }
    }

    /// Throws away events of foreign objects, of which a busy namespace has many.
    fn prune(&mut self, now: Instant) {
        if self.events.len() < self.prune_at.max(FEW_EVENTS) {
            return;
        }
        let (mains, pods, services) = (&self.mains, &self.pods, &self.services);
        let is_complete = self.is_complete();
        self.events.retain(|_, (event, seen)| {
            let about = event.involved_object.uid.as_deref().unwrap_or_default();
            let is_young = seen.is_some_and(|seen| now.duration_since(seen) < STRAY_EVENT);
            let is_ours = mains.contains_key(about) || pods.contains_key(about) || services.contains_key(about);
            !is_complete || is_young || is_ours
        });
        self.prune_at = self.events.len() * 2;
    }
}

fn keyed<T>(objects: Vec<T>, metadata: impl Fn(&T) -> &ObjectMeta) -> impl Iterator<Item = (String, T)> {
    objects.into_iter().filter_map(move |object| Some((metadata(&object).uid.clone()?, object)))
}
