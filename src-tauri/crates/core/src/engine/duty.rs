//! Decides what is owed to one open run now, beside watching it. Pure.

use std::time::Duration;

use berth_model::{InstallationId, Phase, Reason, Run, Submission};
use jiff::Timestamp;

use crate::starts;

/// A launch that another process may be carrying out is left to it for this long after its last sign of life: its
/// own patience with a cluster is 15 s.
pub(crate) const HANDS_OFF: Duration = Duration::from_secs(20);

/// A launch found half done is finished if it is younger than this; an older one would surprise whoever made it.
pub(crate) const FRESH: Duration = Duration::from_secs(300);

/// What is owed to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duty {
    /// Carry its launch on, or clear up what is left of one that came to nothing.
    Drive,
    /// Leave its half-done launch to a person.
    Offer,
    /// Carry out the wish of a person.
    CarryOut,
    /// Ask by name whether its main object is really gone.
    Confirm,
    /// Read it whole once more: its end was told, its pods may not have been.
    Look,
    /// Read it anew: how long it has waited counts, and of what only waits the cluster says nothing new.
    Reconsider,
    /// Look for the starts of a schedule that history does not know.
    Count,
    /// Give the image that it built to its function.
    Pin,
    /// Give its objects back to the cluster's own clock: everything is on disk.
    Settle,
}

/// What is known beside the run itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Its main object was missing where it should have been seen.
    pub(crate) is_missing: bool,
    /// It was taken in a while ago, when the watch had told of everything there is, and nothing was heard of it since.
    pub(crate) is_unseen: bool,
    /// It is being deleted already.
    pub(crate) is_deleting: bool,
    /// It was read whole after its end was known, or there is nothing left to read.
    pub(crate) was_read_at_end: bool,
    /// Its logs are on disk as far as they can be had.
    pub(crate) has_logs: bool,
    /// When its status was last changed, where known; else when it was made.
    pub(crate) touched: Timestamp,
}

/// Decides. A run of another installation is looked at, never touched.
pub(crate) fn owed(run: &Run, us: InstallationId, facts: Facts, now: Timestamp) -> Option<Duty> {
    let is_ours = run.installation == us;
    let is_final = run.status.is_over(run.action);
    match run.status.submission {
        Submission::Draft => None,
        Submission::Released => {
            if facts.is_missing {
                Some(Duty::Confirm)
            } else if is_final && !facts.was_read_at_end {
                Some(Duty::Look)
            } else if is_ours && is_final && run.status.pinned.is_none() && run.built_image().is_some() {
                Some(Duty::Pin)
            } else if is_final {
                facts.has_logs.then_some(Duty::Settle)
            } else if is_ours && run.status.wish.is_some() && !facts.is_deleting {
                Some(Duty::CarryOut)
            } else if starts::are_uncounted(&run.status) {
                Some(Duty::Count)
            } else {
                (facts.is_unseen || has_waited(run, facts, now)).then_some(Duty::Reconsider)
            }
        }
        _ if !is_ours => None,
        Submission::Rejected | Submission::Conflict | Submission::Discarded => Some(Duty::Drive),
        // A wish ends a launch at any age.
        _ if run.status.wish.is_some() => is_left(facts, now).then_some(Duty::Drive),
        _ if age(run.created, now) >= FRESH => Some(Duty::Offer),
        // The one who launched has given up waiting for the reply.
        Submission::Unknown => Some(Duty::Drive),
        Submission::Intent | Submission::Created | Submission::Complete => is_left(facts, now).then_some(Duty::Drive),
    }
}

/// Whether a run that finds no node stood so long that it counts as blocked, were it looked at.
fn has_waited(run: &Run, facts: Facts, now: Timestamp) -> bool {
    let finds_no_node = run.status.phase == Phase::Scheduling && run.status.reason == Some(Reason::Unschedulable);
    finds_no_node && now.duration_since(facts.touched) >= berth_k8s::PLACING_PATIENCE
}

fn is_left(facts: Facts, now: Timestamp) -> bool {
    age(facts.touched, now) >= HANDS_OFF
}

fn age(since: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(since)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
