//! Decides what objects of a cluster mean in the model's words. Pure: objects and the time in, an observation out.
//!
//! Reads every field as if a stranger had written it, since anyone with rights in the namespace may: nothing here
//! panics, and nothing is believed beyond its size. Words of the cluster that are not known are passed on verbatim.
//! Conditions are read by type *and* status: several stay behind with status `False`.

mod attempt;
mod container;
mod ending;
mod event;
mod exit;
mod refusal;
mod standing;
mod startup;
#[cfg(test)]
mod tests;
mod waiting;

use berth_model::{Absence, InstallationId, ObjectRef, Observation, Phase, Present, Reason, Run, RunId, Sight};
use jiff::Timestamp;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Event, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

use crate::{labels, manifest};

pub use event::RunEvent;
pub use startup::{AttemptSpans, Span, Step, startup};

/// Everything of one run that was seen together.
#[derive(Clone, Debug, PartialEq)]
pub struct RunObjects {
    /// The main object.
    pub job: Job,
    /// Its pods.
    pub pods: Vec<Pod>,
    /// Events of the main object and its pods.
    pub events: Vec<Event>,
}

/// How something stands that is not over: what it does, why it waits, and the sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Standing {
    phase: Phase,
    reason: Option<Reason>,
    message: Option<String>,
}

impl Standing {
    const fn plain(phase: Phase) -> Self {
        Self { phase, reason: None, message: None }
    }

    const fn because(phase: Phase, reason: Reason, message: String) -> Self {
        Self { phase, reason: Some(reason), message: Some(message) }
    }
}

impl RunObjects {
    /// The run, from the label.
    #[must_use]
    pub fn run_id(&self) -> Option<RunId> {
        label(&self.job.metadata, labels::RUN)?.parse().ok()
    }

    /// Who launched it, from the label.
    #[must_use]
    pub fn installation(&self) -> Option<InstallationId> {
        label(&self.job.metadata, labels::INSTALLATION)?.parse().ok()
    }

    /// The main object's identity.
    #[must_use]
    pub fn main(&self) -> ObjectRef {
        let metadata = &self.job.metadata;
        ObjectRef {
            kind: "Job".to_owned(),
            name: metadata.name.clone().unwrap_or_default(),
            uid: metadata.uid.clone().unwrap_or_default(),
        }
    }

    /// The spec hash, from the annotation.
    #[must_use]
    pub fn spec_hash(&self) -> Option<&str> {
        annotation(&self.job.metadata, labels::SPEC_HASH)
    }

    /// The frozen run, from the annotation, without code and manifests; `None` where it is absent, unreadable, or
    /// speaks of another run than the labels do. Name and namespace are those of the object itself; the context and the
    /// kubeconfig of the target are empty, for the one who imports to fill in.
    #[must_use]
    pub fn frozen_run(&self) -> Option<Run> {
        self.believed(manifest::read_frozen(annotation(&self.job.metadata, labels::RUN_SPEC)?)?)
    }

    /// Name of the configuration object that holds the frozen run, where it was too large for an annotation.
    #[must_use]
    pub fn frozen_run_beside(&self) -> Option<&str> {
        annotation(&self.job.metadata, labels::RUN_SPEC_IN)
    }

    /// The frozen run, from the configuration object that `frozen_run_beside` names; `None` as for `frozen_run`.
    #[must_use]
    pub fn frozen_run_from(&self, object: &Value) -> Option<Run> {
        self.believed(manifest::read_frozen(object.pointer("/data/run-spec")?.as_str()?)?)
    }

    fn believed(&self, mut run: Run) -> Option<Run> {
        if Some(run.id) != self.run_id() || Some(run.installation) != self.installation() {
            return None;
        }
        let metadata = &self.job.metadata;
        run.object_name = metadata.name.clone()?;
        run.target.namespace = metadata.namespace.clone()?;
        run.spec_hash = self.spec_hash().unwrap_or_default().to_owned();
        Some(run)
    }

    /// What they mean now.
    #[must_use]
    pub fn observe(&self, now: Timestamp) -> Observation {
        let pods = self.own_pods();
        let attempts = attempt::read(&pods, &self.events, now);
        let outcome = ending::outcome(&self.job, &attempts, &self.events);
        let standing = match &outcome {
            Some(outcome) => {
                Standing { phase: Phase::Finished, reason: outcome.reason.clone(), message: outcome.message.clone() }
            }
            None => standing::of(&self.job, &pods, &attempts, &self.events),
        };
        let image_digest = pods.iter().rev().find_map(|pod| container::image_digest(pod));
        let present = Present {
            version: self.version(&pods),
            is_held: self.job.spec.as_ref().and_then(|spec| spec.suspend).unwrap_or(false),
            is_deleting: self.job.metadata.deletion_timestamp.is_some(),
            phase: standing.phase,
            reason: standing.reason,
            message: standing.message,
            outcome,
            attempts: attempts.into_iter().map(|read| read.attempt).collect(),
            image_digest,
        };
        Observation { at: now, sight: Sight::Present(present) }
    }

    /// Their events, folded, oldest first.
    #[must_use]
    pub fn run_events(&self) -> Vec<RunEvent> {
        event::fold(&self.events)
    }

    /// The pods that the main object made, in order of creation. A pod that merely carries the label is not one: labels
    /// can be copied, and a Job of the same name may have been there before.
    fn own_pods(&self) -> Vec<&Pod> {
        let owner = self.job.metadata.uid.as_deref();
        let is_own = |pod: &&Pod| {
            let mut owners = pod.metadata.owner_references.iter().flatten();
            owners.any(|reference| Some(reference.uid.as_str()) == owner)
        };
        let mut pods: Vec<_> = self.pods.iter().filter(is_own).collect();
        pods.sort_by_key(|pod| {
            let created = pod.metadata.creation_timestamp.as_ref().map(|time| time.0);
            (created, pod.metadata.name.as_deref().unwrap_or_default().to_owned())
        });
        pods
    }

    /// The newest resourceVersion among the Job and its pods; 0 where none is a number.
    ///
    /// In etcd, every change of anything in the cluster takes the next number, so the numbers of different objects can
    /// be compared, and what was seen later has a higher maximum. Kubernetes promises that order since 1.35 and kept it
    /// long before; elsewhere 0 means "not comparable".
    fn version(&self, pods: &[&Pod]) -> u64 {
        let number = |metadata: &ObjectMeta| metadata.resource_version.as_deref().and_then(|text| text.parse().ok());
        let newest = pods.iter().filter_map(|pod| number(&pod.metadata)).max();
        number(&self.job.metadata).into_iter().chain(newest).max().unwrap_or(0)
    }
}

/// Decides why a main object is not there, from its namespace as it was read (`None`: there is no such namespace).
#[must_use]
pub fn absence(namespace: Option<&Value>) -> Absence {
    let is_going = |namespace: &Value| {
        namespace.pointer("/metadata/deletionTimestamp").is_some_and(|time| !time.is_null())
            || namespace.pointer("/status/phase").and_then(Value::as_str) == Some("Terminating")
    };
    if namespace.is_none_or(is_going) { Absence::NamespaceGone } else { Absence::Gone }
}

fn label<'a>(metadata: &'a ObjectMeta, key: &str) -> Option<&'a str> {
    metadata.labels.as_ref()?.get(key).map(String::as_str)
}

fn annotation<'a>(metadata: &'a ObjectMeta, key: &str) -> Option<&'a str> {
    metadata.annotations.as_ref()?.get(key).map(String::as_str)
}

/// Makes the cluster's words the end of a sentence of ours: one line, no more than fits a page, no doubled full stop.
fn quoted(words: &str) -> String {
    const MOST: usize = 600;
    let line: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = line.chars().take(MOST).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short.trim_end_matches('.').to_owned()
}
