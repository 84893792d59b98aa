//! Reads objects in lists and joins them into whole runs. An object that cannot be read is kept as far as it can be.

use std::collections::{HashMap, HashSet};

use berth_model::{ObjectRef, RunId};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{Event, Pod, Service};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::Cluster;
use super::answer::Attempt;
use super::request::Plan;
use super::resource::{CRON_JOB, DEPLOYMENT, EVENT, JOB, POD, Resource, SERVICE, escaped};
use crate::labels::{MANAGED_BY, RUN};
use crate::{Class, Error, Main, RunObjects};

/// Objects asked for at once: kube's and kubectl's own number.
const PAGE: u32 = 500;
/// Above so many objects, one list of all events is cheaper than one for each object.
const EVENT_LISTS: usize = 8;

/// All of a list.
pub(crate) struct Listing<T> {
    pub(crate) items: Vec<T>,
    /// From where a watch goes on.
    pub(crate) version: String,
}

#[derive(Deserialize)]
struct Page {
    metadata: PageMetadata,
    items: Option<Vec<Box<RawValue>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageMetadata {
    #[serde(default)]
    resource_version: String,
    #[serde(default, rename = "continue")]
    more: Option<String>,
}

/// What is read of objects: whole, or in the worst case only who it is.
pub(crate) trait Readable: DeserializeOwned + Send + 'static {
    /// Where the API keeps them.
    const RESOURCE: Resource;
    /// An object of which only the metadata could be read.
    fn bare(metadata: ObjectMeta) -> Self;
}

macro_rules! readable {
    ($kind:ident, $resource:expr) => {
        impl Readable for $kind {
            const RESOURCE: Resource = $resource;
            fn bare(metadata: ObjectMeta) -> Self {
                Self { metadata, ..Self::default() }
            }
        }
    };
}

readable!(Job, JOB);
readable!(CronJob, CRON_JOB);
readable!(Deployment, DEPLOYMENT);
readable!(Service, SERVICE);
readable!(Pod, POD);
readable!(Event, EVENT);

/// Reads an object; one that does not fit its type (a newer API, a broken controller) is kept by its metadata, since
/// an absent object would mean that the run is gone.
pub(crate) fn decode<T: Readable>(text: &str) -> Option<T> {
    #[derive(Deserialize)]
    struct Bare {
        metadata: ObjectMeta,
    }
    match serde_json::from_str(text) {
        Ok(object) => Some(object),
        Err(error) => match serde_json::from_str::<Bare>(text) {
            Ok(Bare { metadata }) => {
                let kind = T::RESOURCE.kind;
                tracing::warn!(kind, name = metadata.name, %error, "an object cannot be read in full");
                Some(T::bare(metadata))
            }
            Err(_) => {
                tracing::warn!(kind = T::RESOURCE.kind, %error, "an object cannot be read and is left out");
                None
            }
        },
    }
}

impl Cluster {
    /// Lists all pages, decoded leniently. `query` is `a=b&c=d`, escaped.
    pub(crate) async fn list<T: Readable>(&self, query: &str) -> Result<Listing<T>, Error> {
        let attempt = Attempt::on("list", &T::RESOURCE, self.namespace(), None);
        let listing = self.pages(&T::RESOURCE.all(self.namespace()), query, &attempt).await?;
        let items = listing.items.iter().filter_map(|raw| decode(raw.get())).collect();
        Ok(Listing { items, version: listing.version })
    }

    /// Lists all pages as they are. Where a later page has expired meanwhile, the list is read once more from the start.
    pub(crate) async fn pages(
        &self,
        path: &str,
        query: &str,
        attempt: &Attempt,
    ) -> Result<Listing<Box<RawValue>>, Error> {
        match self.pages_once(path, query, attempt).await {
            Err(error) if error.class == Class::Expired => self.pages_once(path, query, attempt).await,
            other => other,
        }
    }

    async fn pages_once(&self, path: &str, query: &str, attempt: &Attempt) -> Result<Listing<Box<RawValue>>, Error> {
        let mut items = Vec::new();
        let mut more: Option<String> = None;
        loop {
            let token = more.as_deref().map(|token| format!("&continue={}", escaped(token))).unwrap_or_default();
            let page: Page = self
                .fetch(&Plan::get(format!("{path}?limit={PAGE}{}{query}{token}", separator(query))), attempt)
                .await?;
            items.extend(page.items.into_iter().flatten());
            more = page.metadata.more.filter(|token| !token.is_empty());
            if more.is_none() {
                return Ok(Listing { items, version: page.metadata.resource_version });
            }
        }
    }

    /// Reads everything of one run: the main object, its pods, its Service, their events. `None` where the main object
    /// is gone.
    ///
    /// What may not be read is left out, but for the main object, which must be readable.
    ///
    /// # Errors
    /// As the requests fail.
    pub async fn run_objects(&self, run: RunId, main: &ObjectRef) -> Result<Option<RunObjects>, Error> {
        let resource = Resource::of(&main.kind)?;
        let read: fn(&str) -> Option<Main> = match main.kind.as_str() {
            "Job" => |text| decode(text).map(Main::Job),
            "CronJob" => |text| decode(text).map(Main::cron_job),
            "Deployment" => |text| decode(text).map(Main::Deployment),
            kind => return Err(Error::new(Class::Invalid, format!("runs of a {kind} cannot be read yet"))),
        };
        let attempt = Attempt::on("get", &resource, self.namespace(), Some(&main.name));
        let selector = format!("labelSelector={}", escaped(&format!("{RUN}={run}")));
        // The Jobs of a schedule all carry its label: their own pods carry the name of their Job too.
        let of_job = format!("labelSelector={}", escaped(&format!("job-name={}", main.name)));
        let pods = async {
            match main.kind.as_str() {
                "CronJob" => Ok(Vec::new()),
                "Job" => or_without(self.list::<Pod>(&of_job).await),
                _ => or_without(self.list::<Pod>(&selector).await),
            }
        };
        let path = Plan::get(resource.one(self.namespace(), &main.name));
        let services = async {
            if main.kind == DEPLOYMENT.kind {
                or_without(self.list::<Service>(&selector).await)
            } else {
                Ok(Vec::new())
            }
        };
        let (found, pods, services) = tokio::join!(self.ask(&path, &attempt), pods, services);
        let found = match found {
            Ok(body) => std::str::from_utf8(&body).ok().and_then(read).ok_or_else(|| attempt.unreadable())?,
            Err(error) if error.class == Class::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if found.metadata().uid.as_deref() != Some(main.uid.as_str()) {
            return Ok(None);
        }
        let mut objects = join(vec![found], pods?, services?, Vec::new());
        let Some(mut found) = objects.pop() else { return Ok(None) };
        found.events = or_without(self.events_of(&found).await)?;
        Ok(Some(found))
    }

    async fn events_of(&self, objects: &RunObjects) -> Result<Listing<Event>, Error> {
        let uids = uids(objects);
        if uids.len() > EVENT_LISTS {
            let mut all = self.list::<Event>("").await?;
            all.items.retain(|event| event.involved_object.uid.as_deref().is_some_and(|uid| uids.contains(uid)));
            return Ok(all);
        }
        let selectors: Vec<String> =
            uids.iter().map(|uid| format!("fieldSelector={}", escaped(&format!("involvedObject.uid={uid}")))).collect();
        let lists = selectors.iter().map(|selector| self.list::<Event>(selector));
        let mut all = Listing { items: Vec::new(), version: String::new() };
        for listing in futures::future::try_join_all(lists).await? {
            all.items.extend(listing.items);
        }
        Ok(all)
    }

    /// Lists the Jobs that a schedule made, without their pods and events.
    ///
    /// # Errors
    /// As the request fails.
    pub async fn fires(&self, schedule: RunId) -> Result<Vec<RunObjects>, Error> {
        let selector = format!("labelSelector={}", escaped(&format!("{RUN}={schedule}")));
        let jobs = self.list::<Job>(&selector).await?.items;
        Ok(jobs.into_iter().map(|job| RunObjects::alone(Main::Job(job))).filter(RunObjects::is_fire).collect())
    }

    /// Lists everything that Berth ever made here, by label.
    ///
    /// What may not be read is left out, but for Jobs.
    ///
    /// # Errors
    /// As the requests fail.
    pub async fn all_runs(&self) -> Result<Vec<RunObjects>, Error> {
        let ours = ours();
        let (jobs, schedules, deployments, pods, services, events) = tokio::join!(
            self.list::<Job>(&ours),
            self.list::<CronJob>(&ours),
            self.list::<Deployment>(&ours),
            self.list::<Pod>(&ours),
            self.list::<Service>(&ours),
            self.list::<Event>("")
        );
        let deployments = or_without(deployments)?.into_iter().map(Main::Deployment);
        let schedules = or_without(schedules)?.into_iter().map(Main::cron_job);
        // Schedules before the runs that they started.
        let mains = schedules.chain(jobs?.items.into_iter().map(Main::Job)).chain(deployments).collect();
        Ok(join(mains, or_without(pods)?, or_without(services)?, or_without(events)?))
    }
}

/// The query that selects what Berth made.
pub(crate) fn ours() -> String {
    format!("labelSelector={}", escaped(&format!("{MANAGED_BY}=berth")))
}

const fn separator(query: &str) -> &'static str {
    if query.is_empty() { "" } else { "&" }
}

/// Rights may end at the main object: then the run is shown without what may not be read.
fn or_without<T>(listing: Result<Listing<T>, Error>) -> Result<Vec<T>, Error> {
    match listing {
        Ok(listing) => Ok(listing.items),
        Err(error) if error.class == Class::Forbidden => {
            tracing::info!(right = error.denied, "a right is missing; going on without it");
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

/// Identities of a run's objects.
pub(crate) fn uids(objects: &RunObjects) -> HashSet<&str> {
    let pods = objects.pods.iter().map(|pod| &pod.metadata);
    let services = objects.services.iter().map(|service| &service.metadata);
    pods.chain(services).chain([objects.main.metadata()]).filter_map(|meta| meta.uid.as_deref()).collect()
}

/// Gives each main object its pods and Services (by owner) and events (by what they are about), in the order of creation.
pub(crate) fn join(mains: Vec<Main>, pods: Vec<Pod>, services: Vec<Service>, events: Vec<Event>) -> Vec<RunObjects> {
    let mut runs: Vec<RunObjects> = mains.into_iter().map(RunObjects::alone).collect();
    let mut by_uid: HashMap<String, usize> = HashMap::new();
    let mut deployments: HashMap<String, usize> = HashMap::new();
    for (index, run) in runs.iter().enumerate() {
        by_uid.extend(run.main.metadata().uid.clone().map(|uid| (uid, index)));
        if let Main::Deployment(deployment) = &run.main {
            deployments.extend(deployment.metadata.name.clone().map(|name| (name, index)));
        }
    }
    let index_of = |metadata: &ObjectMeta, by_uid: &HashMap<String, usize>| match owner(metadata)? {
        Owner::Uid(uid) => by_uid.get(uid).copied(),
        Owner::Deployment(name) => deployments.get(name).copied(),
    };
    for pod in pods {
        let index = index_of(&pod.metadata, &by_uid);
        if let Some((index, run)) = index.and_then(|index| Some((index, runs.get_mut(index)?))) {
            by_uid.extend(pod.metadata.uid.clone().map(|uid| (uid, index)));
            run.pods.push(pod);
        }
    }
    for service in services {
        let index = index_of(&service.metadata, &by_uid);
        if let Some((index, run)) = index.and_then(|index| Some((index, runs.get_mut(index)?))) {
            by_uid.extend(service.metadata.uid.clone().map(|uid| (uid, index)));
            run.services.push(service);
        }
    }
    for event in events {
        let about = event.involved_object.uid.as_deref().and_then(|uid| by_uid.get(uid).copied());
        if let Some(run) = about.and_then(|index| runs.get_mut(index)) {
            run.events.push(event);
        }
    }
    for run in &mut runs {
        run.pods.sort_by(|one, other| {
            let key =
                |pod: &Pod| (pod.metadata.creation_timestamp.clone().map(|time| time.0), pod.metadata.name.clone());
            key(one).cmp(&key(other))
        });
        // Names are unique in a namespace; the order of a map must not show.
        run.services.sort_by(|one, other| one.metadata.name.cmp(&other.metadata.name));
        run.events.sort_by(|one, other| one.metadata.name.cmp(&other.metadata.name));
    }
    runs
}

/// By what an object is known to belong to a main object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner<'a> {
    /// The identity of its owner.
    Uid(&'a str),
    /// The name of the Deployment whose ReplicaSet made it. A Deployment names its ReplicaSets after itself and the hash
    /// that their pods carry as a label, so that the ReplicaSets themselves need not be read.
    Deployment(&'a str),
}

/// The owner of an object: its controller, or the only owner that it has.
pub(crate) fn owner(metadata: &ObjectMeta) -> Option<Owner<'_>> {
    let owners = metadata.owner_references.as_ref()?;
    let owner = owners.iter().find(|owner| owner.controller == Some(true)).or_else(|| owners.first())?;
    if owner.kind != "ReplicaSet" {
        return Some(Owner::Uid(&owner.uid));
    }
    let hash = metadata.labels.as_ref()?.get("pod-template-hash")?;
    owner.name.strip_suffix(hash.as_str())?.strip_suffix('-').map(Owner::Deployment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_of_an_unknown_shape_is_kept_by_its_name() {
        let odd = r#"{"metadata":{"name":"x","uid":"u"},"spec":{"suspend":"perhaps"}}"#;
        let job: Job = decode(odd).unwrap();
        assert_eq!((job.metadata.name.as_deref(), job.spec), (Some("x"), None));
        assert!(decode::<Job>(r#"{"metadata":[]}"#).is_none());
    }

    #[test]
    fn pods_go_to_their_owner_and_events_to_what_they_are_about() {
        let read = |text: &str| decode::<Pod>(text).unwrap();
        let job = |uid: &str| decode::<Job>(&format!(r#"{{"metadata":{{"name":"{uid}","uid":"{uid}"}}}}"#)).unwrap();
        let pod = |uid: &str, owner: &str, created: &str| {
            read(&format!(
                r#"{{"metadata":{{"name":"{uid}","uid":"{uid}","creationTimestamp":"{created}","ownerReferences":[{{
                "apiVersion":"batch/v1","kind":"Job","name":"j","uid":"{owner}","controller":true}}]}}}}"#
            ))
        };
        let event = |name: &str, uid: &str| {
            decode::<Event>(&format!(r#"{{"metadata":{{"name":"{name}"}},"involvedObject":{{"uid":"{uid}"}}}}"#))
                .unwrap()
        };
        let pods = vec![
            pod("late", "a", "2026-01-01T00:00:02Z"),
            pod("early", "a", "2026-01-01T00:00:01Z"),
            pod("stray", "nobody", "2026-01-01T00:00:01Z"),
        ];
        let events = vec![event("e2", "late"), event("e1", "a"), event("e3", "stray"), event("e4", "b")];
        let runs = join(vec![job("a"), job("b")].into_iter().map(Main::Job).collect(), pods, Vec::new(), events);
        let names: Vec<_> = runs[0].pods.iter().filter_map(|pod| pod.metadata.name.as_deref()).collect();
        assert_eq!(names, ["early", "late"]);
        let names: Vec<_> = runs[0].events.iter().filter_map(|event| event.metadata.name.as_deref()).collect();
        assert_eq!(names, ["e1", "e2"]);
        assert_eq!((runs[1].pods.len(), runs[1].events.len()), (0, 1));
    }
}
