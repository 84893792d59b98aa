//! Decides what it means that the main object does not exist.

use jiff::Timestamp;

use super::Absence;
use super::attempts::{all_gone, last_exit_code};
use crate::{Action, Phase, Reason, RunState, RunStatus, Submission, Wish};

/// Returns the status after the object was found absent; `None` where that decides nothing.
pub(super) fn after(action: Action, status: &RunStatus, absence: Absence, at: Timestamp) -> Option<RunStatus> {
    match status.submission {
        Submission::Draft | Submission::Intent | Submission::Unknown | Submission::Rejected | Submission::Conflict => {
            return None;
        }
        Submission::Created | Submission::Complete | Submission::Released | Submission::Discarded => {}
    }
    let mut next = status.clone();
    next.only_in_history = true;
    next.attempts = all_gone(&status.attempts);
    if let Some(copies) = &mut next.copies {
        copies.ready = 0;
    }
    next.urls.clear();
    let has_failed = status.state == RunState::Error && status.wish.is_none();
    if status.is_over(action) || has_failed {
        return Some(next);
    }
    let (state, reason) = match status.wish {
        Some(Wish::Delete) => (RunState::Deleted, None),
        Some(Wish::Stop) => (RunState::Stopped, Some(Reason::StoppedByUser)),
        None => (RunState::Stopped, Some(unwished(action, status, absence))),
    };
    next.state = state;
    next.phase = Phase::Finished;
    let told = match absence {
        Absence::Superseded if status.wish.is_none() => Some(SUPERSEDED),
        _ => reason.as_ref().map(sentence),
    };
    next.message = told.map(str::to_owned);
    next.reason = reason;
    next.exit_code = last_exit_code(&next.attempts).or(status.exit_code);
    next.finished = status.finished.or(Some(at));
    Some(next)
}

/// Why the object is gone though nobody here wished it.
fn unwished(action: Action, status: &RunStatus, absence: Absence) -> Reason {
    match absence {
        _ if status.submission == Submission::Discarded => Reason::Discarded,
        Absence::NamespaceGone => Reason::NamespaceDeleted,
        Absence::Replaced => Reason::Replaced,
        Absence::Superseded => Reason::DeletedOutside,
        // Its deletion was seen under way before it was gone.
        Absence::Gone if status.phase == Phase::Stopping => Reason::DeletedOutside,
        // What does not end by itself was ended by someone.
        Absence::Gone if status.is_lasting(action) => Reason::DeletedOutside,
        Absence::Gone => Reason::Vanished,
    }
}

const SUPERSEDED: &str =
    "The next start of its schedule took its place, as the schedule's concurrency policy (Replace) wants.";

const fn sentence(reason: &Reason) -> &'static str {
    match reason {
        Reason::StoppedByUser => "Stopped.",
        Reason::Discarded => "Given up before it was released.",
        Reason::NamespaceDeleted => "The whole namespace was deleted.",
        Reason::Replaced => "Its name now belongs to another object, so it was deleted by someone.",
        Reason::DeletedOutside => "Someone deleted it in the cluster.",
        _ => "It is gone from the cluster, and nobody saw how it ended.",
    }
}
