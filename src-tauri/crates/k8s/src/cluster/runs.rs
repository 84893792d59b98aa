//! Reads objects in lists and joins them into whole runs. An object that cannot be read is kept as far as it can be.

use std::collections::HashSet;

use berth_model::{ObjectRef, RunId};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Event, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::Cluster;
use super::answer::Attempt;
use super::request::Plan;
use super::resource::{EVENT, JOB, POD, Resource, escaped};
use crate::labels::{MANAGED_BY, RUN};
use crate::{Class, Error, RunObjects};

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

    /// Reads everything of one run: the main object, its pods, their events. `None` where the main object is gone.
    ///
    /// Pods and events that may not be read are left out; the main object must be readable.
    ///
    /// # Errors
    /// As the requests fail.
    pub async fn run_objects(&self, run: RunId, main: &ObjectRef) -> Result<Option<RunObjects>, Error> {
        if main.kind != JOB.kind {
            return Err(Error::new(Class::Invalid, format!("runs of a {} cannot be read yet", main.kind)));
        }
        let attempt = Attempt::on("get", &JOB, self.namespace(), Some(&main.name));
        let selector = format!("labelSelector={}", escaped(&format!("{RUN}={run}")));
        let path = Plan::get(JOB.one(self.namespace(), &main.name));
        let (job, pods) = tokio::join!(self.ask(&path, &attempt), self.list::<Pod>(&selector));
        let job = match job {
            Ok(body) => std::str::from_utf8(&body).ok().and_then(decode::<Job>).ok_or_else(|| attempt.unreadable())?,
            Err(error) if error.class == Class::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if job.metadata.uid.as_deref() != Some(main.uid.as_str()) {
            return Ok(None);
        }
        let pods = or_without(pods)?;
        let mut objects = join(vec![job], pods, Vec::new());
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

    /// Lists everything that Berth ever made here, by label.
    ///
    /// Pods and events that may not be read are left out.
    ///
    /// # Errors
    /// As the requests fail.
    pub async fn all_runs(&self) -> Result<Vec<RunObjects>, Error> {
        let ours = ours();
        let (jobs, pods, events) =
            tokio::join!(self.list::<Job>(&ours), self.list::<Pod>(&ours), self.list::<Event>(""));
        Ok(join(jobs?.items, or_without(pods)?, or_without(events)?))
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

/// Identities of a run's main object and pods.
pub(crate) fn uids(objects: &RunObjects) -> HashSet<&str> {
    objects
        .pods
        .iter()
        .map(|pod| &pod.metadata)
        .chain([&objects.job.metadata])
        .filter_map(|meta| meta.uid.as_deref())
        .collect()
}

/// Gives each Job its pods (by owner) and events (by what they are about), in the order of creation.
pub(crate) fn join(jobs: Vec<Job>, pods: Vec<Pod>, events: Vec<Event>) -> Vec<RunObjects> {
    let mut runs: Vec<RunObjects> =
        jobs.into_iter().map(|job| RunObjects { job, pods: Vec::new(), events: Vec::new() }).collect();
    let mut by_uid: std::collections::HashMap<String, usize> = runs
        .iter()
        .enumerate()
        .filter_map(|(index, run)| run.job.metadata.uid.clone().map(|uid| (uid, index)))
        .collect();
    for pod in pods {
        let owner = owner(&pod.metadata).and_then(|uid| by_uid.get(uid).copied());
        if let Some(run) = owner.and_then(|index| runs.get_mut(index)) {
            if let (Some(uid), Some(index)) = (pod.metadata.uid.clone(), owner) {
                by_uid.insert(uid, index);
            }
            run.pods.push(pod);
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
        run.events.sort_by(|one, other| one.metadata.name.cmp(&other.metadata.name));
    }
    runs
}

/// The UID of the controller that owns an object.
pub(crate) fn owner(metadata: &ObjectMeta) -> Option<&str> {
    let owners = metadata.owner_references.as_ref()?;
    owners.iter().find(|owner| owner.controller == Some(true)).map(|owner| owner.uid.as_str())
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
        let runs = join(vec![job("a"), job("b")], pods, events);
        let names: Vec<_> = runs[0].pods.iter().filter_map(|pod| pod.metadata.name.as_deref()).collect();
        assert_eq!(names, ["early", "late"]);
        let names: Vec<_> = runs[0].events.iter().filter_map(|event| event.metadata.name.as_deref()).collect();
        assert_eq!(names, ["e1", "e2"]);
        assert_eq!((runs[1].pods.len(), runs[1].events.len()), (0, 1));
    }
}
