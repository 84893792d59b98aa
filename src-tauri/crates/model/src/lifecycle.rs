//! Decides every change of a run's state from what was observed; the only place that does.

mod absent;
mod attempts;
mod present;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Action, Attempt, Copies, Phase, Reason, RunState, RunStatus};

/// What was seen of a run's objects at one moment, in the model's words.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// When it was seen.
    pub at: Timestamp,
    /// What is there.
    pub sight: Sight,
}

/// What is there.
#[expect(clippy::large_enum_variant, reason = "made once for each look, read and dropped: a box would save nothing")]
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    /// The main object exists.
    Present(Present),
    /// The main object does not exist (a list or get by the right identity said so; never inferred from lost contact).
    Absent(Absence),
}

/// Why an object is not there, as far as known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// Gone, nobody said why.
    Gone,
    /// The name exists again with another identity.
    Replaced,
    /// Gone, and the next start of the schedule that it belongs to is there in its place.
    Superseded,
    /// The whole namespace is gone or going.
    NamespaceGone,
}

/// A main object that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Present {
    /// Its version (a resourceVersion as a number; 0 where it is not comparable): an older one is ignored.
    pub version: u64,
    /// Held back: created by us and not yet released, or suspended by someone.
    pub is_held: bool,
    /// Being deleted (a deletion timestamp is set).
    pub is_deleting: bool,
    /// What it is doing while it is not over.
    pub phase: Phase,
    /// Why it waits or fails, where there is a reason.
    pub reason: Option<Reason>,
    /// One sentence for people.
    pub message: Option<String>,
    /// The end, once the object itself says so.
    pub outcome: Option<Outcome>,
    /// Its pods in order of creation.
    pub attempts: Vec<Attempt>,
    /// Copies of a service.
    pub copies: Option<Copies>,
    /// When a schedule started something last, and how many runs of it go on.
    pub starts: Option<Starts>,
    /// Addresses of a service by themselves.
    pub urls: Vec<String>,
    /// The image that really ran, by digest.
    pub image_digest: Option<String>,
    /// Digest of the image that a build made.
    pub built_digest: Option<String>,
}

/// What a schedule in the cluster tells of its runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Starts {
    /// When it started something last.
    pub last: Option<Timestamp>,
    /// Runs of it that go on.
    pub active: u32,
}

/// The end of a run, as the cluster tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it ended well.
    pub succeeded: bool,
    /// Why it failed.
    pub reason: Option<Reason>,
    /// One sentence for people.
    pub message: Option<String>,
    /// Exit code, where known.
    pub exit_code: Option<i32>,
    /// When it ended.
    pub finished: Option<Timestamp>,
}

/// A change of a run's status, to be written in one transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// When it was decided.
    pub at: Timestamp,
    /// State before.
    pub from: RunState,
    /// The whole status after, with `revision` one higher.
    pub to: RunStatus,
}

/// Decides what an observation changes.
///
/// Returns `None` where nothing changes: the observation is older than what is known, the state is final, or the
/// status would be the same (a newer version of the object alone is no change).
///
/// The rules, beside the table in `present` and `absent`:
/// - A final state never changes. After it, only what completes the record is taken: attempts that were still being
///   watched, the exit code and reason of an end that was first seen without its pods, and that the objects are gone.
/// - An end that the object itself tells wins over a wish to stop: what ended before the stop ended by itself.
/// - A run that was seen running is not pending again: a further attempt changes the phase alone.
/// - A service that does not become ready in time has failed, and lives again when it becomes ready after all; one that
///   was ready before is running all the while, with the reason beside it.
/// - A schedule runs while it waits for its next time, and is stopped while it is suspended, by whomever. What it started
///   are runs of their own.
/// - A service that was asked to stop is stopped once it has no pods; the wish is fulfilled then, so that whoever scales
///   it up again is not fought.
/// - Absence decides nothing while a launch is not known to have reached the cluster: its verdict is the submission's.
/// - Losing contact is not an observation, so it changes nothing.
#[must_use]
pub fn advance(action: Action, status: &RunStatus, observation: &Observation) -> Option<Transition> {
    let to = match &observation.sight {
        Sight::Present(present) => present::after(action, status, present, observation.at)?,
        Sight::Absent(absence) => absent::after(action, status, *absence, observation.at)?,
    };
    let unchanged = RunStatus { seen_version: status.seen_version, ..to.clone() };
    if unchanged == *status {
        return None;
    }
    let to = RunStatus { revision: status.revision.saturating_add(1), ..to };
    Some(Transition { at: observation.at, from: status.state, to })
}

#[cfg(test)]
mod tests;
