//! Decides what objects of a cluster mean in the model's words. Pure: objects and the time in, an observation out.
//!
//! Reads every field as if a stranger had written it, since anyone with rights in the namespace may: nothing here
//! panics, and nothing is believed beyond its size. Words of the cluster that are not known are passed on verbatim.
//! Conditions are read by type *and* status: several stay behind with status `False`.

mod address;
mod attempt;
mod build;
mod container;
mod ending;
mod event;
mod exit;
mod refusal;
mod rollout;
mod schedule;
mod standing;
mod startup;
#[cfg(test)]
mod tests;
mod waiting;

use berth_model::{
    Absence, Fire, InstallationId, ObjectRef, Observation, Outcome, Phase, Present, Reason, Run, RunId, Sight,
};
use jiff::Timestamp;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{Event, Pod, Service};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

use crate::cluster::runs::{Owner, owner};
use crate::{labels, manifest};

pub use event::RunEvent;
pub use startup::{AttemptSpans, Span, Step, startup};
pub use waiting::PLACING_PATIENCE;

/// Everything of one run that was seen together.
#[derive(Clone, Debug, PartialEq)]
pub struct RunObjects {
    /// The main object.
    pub main: Main,
    /// Its pods.
    pub pods: Vec<Pod>,
    /// Its Services.
    pub services: Vec<Service>,
    /// Events of all of them.
    pub events: Vec<Event>,
}

/// The object that a run is, and that owns all others.
#[derive(Clone, Debug, PartialEq)]
pub enum Main {
    /// Of a job or a build.
    Job(Job),
    /// Of a schedule.
    CronJob(Box<CronJob>),
    /// Of a service.
    Deployment(Deployment),
}

impl Main {
    /// Wraps a schedule's.
    pub(crate) fn cron_job(cron_job: CronJob) -> Self {
        Self::CronJob(Box::new(cron_job))
    }

    /// Its metadata.
    #[must_use]
    pub const fn metadata(&self) -> &ObjectMeta {
        match self {
            Self::Job(job) => &job.metadata,
            Self::CronJob(schedule) => &schedule.metadata,
            Self::Deployment(deployment) => &deployment.metadata,
        }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Job(_) => "Job",
            Self::CronJob(_) => "CronJob",
            Self::Deployment(_) => "Deployment",
        }
    }

    /// The Job, where it is one.
    #[must_use]
    pub const fn job(&self) -> Option<&Job> {
        match self {
            Self::Job(job) => Some(job),
            Self::CronJob(_) | Self::Deployment(_) => None,
        }
    }

    /// Whether it is held back: a suspended Job or CronJob, a Deployment without copies.
    #[must_use]
    pub fn is_held(&self) -> bool {
        match self {
            Self::Job(job) => job.spec.as_ref().and_then(|spec| spec.suspend).unwrap_or(false),
            Self::CronJob(schedule) => schedule.spec.as_ref().and_then(|spec| spec.suspend).unwrap_or(false),
            Self::Deployment(deployment) => rollout::wanted(deployment) == 0,
        }
    }

    /// Whether it was released at least once: a Job keeps the time of its start, the others count their changes.
    #[must_use]
    pub fn was_released(&self) -> bool {
        match self {
            Self::Job(job) => !self.is_held() || job.status.as_ref().is_some_and(|status| status.start_time.is_some()),
            Self::CronJob(_) | Self::Deployment(_) => !self.is_held() || self.metadata().generation > Some(1),
        }
    }

    /// The run, from the label. The Jobs that a schedule makes carry its label; each is a run of its own.
    #[must_use]
    pub fn run_id(&self) -> Option<RunId> {
        let labelled: RunId = label(self.metadata(), labels::RUN)?.parse().ok()?;
        match self.metadata().uid.as_deref() {
            Some(uid) if self.is_fire() => Some(RunId::of_fire(labelled, uid)),
            _ => Some(labelled),
        }
    }

    /// Whether the cluster, or somebody with kubectl, made it of a schedule.
    fn is_fire(&self) -> bool {
        let (of, own) = (annotation(self.metadata(), labels::FIRE_OF), label(self.metadata(), labels::RUN));
        matches!(self, Self::Job(_)) && of.is_some() && of == own
    }
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
    /// A main object of which nothing else is known.
    #[must_use]
    pub const fn alone(main: Main) -> Self {
        Self { main, pods: Vec::new(), services: Vec::new(), events: Vec::new() }
    }

    /// The run, from the label.
    #[must_use]
    pub fn run_id(&self) -> Option<RunId> {
        self.main.run_id()
    }

    /// Whether the cluster, or somebody with kubectl, made it of a schedule.
    #[must_use]
    pub fn is_fire(&self) -> bool {
        self.main.is_fire()
    }

    /// The schedule that it was made of, and how; `None` for what no schedule made.
    #[must_use]
    pub fn fire(&self) -> Option<(RunId, Fire)> {
        let metadata = self.main.metadata();
        let schedule = annotation(metadata, labels::FIRE_OF).filter(|_| self.is_fire())?.parse().ok()?;
        Some((schedule, schedule::fire(metadata)))
    }

    /// The Job as the schedule made it, without what the cluster added.
    #[must_use]
    pub fn fire_manifest(&self) -> Option<Value> {
        schedule::manifest(self.main.job()?)
    }

    /// Who launched it, from the label.
    #[must_use]
    pub fn installation(&self) -> Option<InstallationId> {
        label(self.main.metadata(), labels::INSTALLATION)?.parse().ok()
    }

    /// The main object's identity.
    #[must_use]
    pub fn main(&self) -> ObjectRef {
        let metadata = self.main.metadata();
        ObjectRef {
            kind: self.main.kind().to_owned(),
            name: metadata.name.clone().unwrap_or_default(),
            uid: metadata.uid.clone().unwrap_or_default(),
        }
    }

    /// The spec hash, from the annotation.
    #[must_use]
    pub fn spec_hash(&self) -> Option<&str> {
        annotation(self.main.metadata(), labels::SPEC_HASH)
    }

    /// The frozen run, from the annotation, without code and manifests; `None` where it is absent, unreadable, or
    /// speaks of another run than the labels do. Name and namespace are those of the object itself; the context and the
    /// kubeconfig of the target are empty, for the one who imports to fill in.
    #[must_use]
    pub fn frozen_run(&self) -> Option<Run> {
        self.believed(manifest::read_frozen(annotation(self.main.metadata(), labels::RUN_SPEC)?)?)
    }

    /// Name of the configuration object that holds the frozen run, where it was too large for an annotation.
    #[must_use]
    pub fn frozen_run_beside(&self) -> Option<&str> {
        annotation(self.main.metadata(), labels::RUN_SPEC_IN)
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
        let metadata = self.main.metadata();
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
        let outcome = match &self.main {
            Main::Job(job) => ending::outcome(job, &attempts, &self.events),
            Main::CronJob(_) | Main::Deployment(_) => None,
        };
        let (standing, copies) = match (&self.main, &outcome) {
            (_, Some(outcome)) => {
                let Outcome { reason, message, .. } = outcome.clone();
                (Standing { phase: Phase::Finished, reason, message }, None)
            }
            (Main::Job(job), None) => (standing::of(job, &pods, &attempts, &self.events), None),
            (Main::CronJob(cron_job), None) => (schedule::of(cron_job, &self.events), None),
            (Main::Deployment(deployment), None) => {
                let (standing, copies) = rollout::of(deployment, &pods, &attempts);
                (address::pending(standing, &self.services), Some(copies))
            }
        };
        let image_digest = pods.iter().rev().find_map(|pod| container::image_digest(pod));
        let present = Present {
            version: self.version(&pods),
            is_held: self.main.is_held(),
            is_deleting: self.main.metadata().deletion_timestamp.is_some(),
            phase: standing.phase,
            reason: standing.reason,
            message: standing.message,
            outcome,
            urls: address::urls(&self.services, &pods),
            attempts: attempts.into_iter().map(|read| read.attempt).collect(),
            copies,
            starts: schedule::starts(&self.main),
            image_digest,
            built_digest: pods.iter().rev().find_map(|pod| build::digest(pod)),
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
        let metadata = self.main.metadata();
        let is_own = |pod: &&Pod| match (owner(&pod.metadata), &self.main) {
            (Some(Owner::Uid(uid)), _) => metadata.uid.as_deref() == Some(uid),
            (Some(Owner::Deployment(name)), Main::Deployment(_)) => metadata.name.as_deref() == Some(name),
            _ => false,
        };
        let mut pods: Vec<_> = self.pods.iter().filter(is_own).collect();
        pods.sort_by_key(|pod| {
            let created = pod.metadata.creation_timestamp.as_ref().map(|time| time.0);
            (created, pod.metadata.name.as_deref().unwrap_or_default().to_owned())
        });
        pods
    }

    /// The newest resourceVersion among the objects; 0 where none is a number.
    ///
    /// In etcd, every change of anything in the cluster takes the next number, so the numbers of different objects can
    /// be compared, and what was seen later has a higher maximum. Kubernetes promises that order since 1.35 and kept it
    /// long before; elsewhere 0 means "not comparable".
    fn version(&self, pods: &[&Pod]) -> u64 {
        let number = |metadata: &ObjectMeta| metadata.resource_version.as_deref().and_then(|text| text.parse().ok());
        let pods = pods.iter().filter_map(|pod| number(&pod.metadata));
        let services = self.services.iter().filter_map(|service| number(&service.metadata));
        number(self.main.metadata()).into_iter().chain(pods).chain(services).max().unwrap_or(0)
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
