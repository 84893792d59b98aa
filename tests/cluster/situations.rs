//! The situations that a run can get into, each made on the test cluster from the objects that Berth itself renders.

mod scene;
mod table;

pub use scene::{Recorded, play};
pub use table::SITUATIONS;

use berth_k8s::Rendering;
use serde_json::Value;

/// A situation, and how to get a run into it.
pub struct Situation {
    /// Name of its fixture.
    pub name: &'static str,
    /// What it is, in words.
    pub what: &'static str,
    /// Pod Security level that the namespace enforces.
    pub enforced: Option<&'static str>,
    /// Quota of the namespace, as `hard`.
    pub quota: Option<(&'static str, &'static str)>,
    /// What the run asks for, on top of a busybox that does nothing.
    pub run: fn(&mut Rendering),
    /// What Berth would not render.
    pub tampered: fn(&mut Value),
    /// What happens once the run is created, held; the last step ends in the moment to record.
    pub steps: &'static [Step],
    /// What may be so or otherwise by then, as the machine is fast or slow: words of events, or beginnings of lines of the
    /// shape.
    pub passing: &'static [&'static str],
    /// What the cluster itself may miss, rarely and by chance, so that all looks otherwise: it is played once more then.
    pub missed: Option<&'static str>,
}

/// Something that happens to a run.
pub enum Step {
    /// What belongs to the run is made, owned by it.
    Complete,
    /// The run is released.
    Release,
    /// The cluster gets there by itself.
    Until(fn(&Seen) -> bool),
    /// Someone suspends the run.
    Suspend,
    /// Someone deletes the run, pods first.
    Delete,
    /// Someone deletes the pods.
    DeletePods,
    /// Someone empties the node.
    EvictPods,
    /// Someone deletes the namespace.
    DeleteNamespace,
    /// Whoever held on to the pods lets go of them: their finalizers are taken off.
    LetGoOfPods,
}

/// A run's objects as they are at one moment.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The namespace; null where it is gone.
    pub namespace: Value,
    /// The Job; null where it is gone.
    pub job: Value,
    /// Its pods, in order of creation.
    pub pods: Vec<Value>,
    /// Events about them.
    pub events: Vec<Value>,
}

impl Seen {
    /// Whether a condition of the Job holds, for a reason (any where it is empty).
    pub fn job_is(&self, kind: &str, reason: &str) -> bool {
        holds(&self.job, kind, "True", reason)
    }

    /// Whether a final condition of the Job holds and its event, which comes a little later, has come.
    pub fn is_over(&self, kind: &str) -> bool {
        const ENDS: [&str; 4] = ["Completed", "PodFailurePolicy", "BackoffLimitExceeded", "DeadlineExceeded"];
        let is_end =
            |event: &Value| event["involvedObject"]["kind"] == "Job" && ENDS.iter().any(|end| event["reason"] == *end);
        self.job_is(kind, "") && self.events.iter().any(is_end)
    }

    /// Whether the newest pod has a condition of that status, for a reason (any where it is empty).
    pub fn pod_is(&self, kind: &str, status: &str, reason: &str) -> bool {
        self.pods.last().is_some_and(|pod| holds(pod, kind, status, reason))
    }

    /// The state of the newest pod's container.
    pub fn container(&self) -> &Value {
        self.pods.last().map_or(&Value::Null, |pod| &pod["status"]["containerStatuses"][0]["state"])
    }

    /// Whether the newest pod's container waits for that reason.
    pub fn waits(&self, reason: &str) -> bool {
        self.container()["waiting"]["reason"] == reason
    }

    /// Whether the newest pod's container runs.
    pub fn runs(&self) -> bool {
        self.container()["running"].is_object()
    }

    /// Whether an event with that reason is there.
    pub fn tells(&self, reason: &str) -> bool {
        self.events.iter().any(|event| event["reason"] == reason)
    }

    /// Whether the newest pod is being deleted and the Job has counted it as such.
    pub fn is_ending(&self) -> bool {
        let is_leaving = |pod: &Value| pod["metadata"]["deletionTimestamp"].is_string();
        self.pods.last().is_some_and(is_leaving) && self.job["status"]["terminating"] == 1 && self.active() == 0
    }

    /// How many pods the Job counts as active.
    pub fn active(&self) -> u64 {
        self.job["status"]["active"].as_u64().unwrap_or(0)
    }
}

fn holds(object: &Value, kind: &str, status: &str, reason: &str) -> bool {
    object["status"]["conditions"].as_array().into_iter().flatten().any(|condition| {
        condition["type"] == kind
            && condition["status"] == status
            && (reason.is_empty() || condition["reason"] == reason)
    })
}
