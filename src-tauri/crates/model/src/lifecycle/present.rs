//! Decides what it means that the main object exists.

use jiff::Timestamp;

use super::attempts::{first_start, has_run, join, last_exit_code};
use super::{Outcome, Present};
use crate::{Action, Phase, Reason, RunState, RunStatus, Submission, Wish};

/// Returns the status after the object was seen; `None` where the sight is stale.
pub(super) fn after(action: Action, status: &RunStatus, present: &Present, at: Timestamp) -> Option<RunStatus> {
    // An object that is known to be gone does not come back: its identity was its own.
    let is_older = present.version != 0 && present.version < status.seen_version;
    if is_older || status.only_in_history {
        return None;
    }
    let mut next = status.clone();
    next.seen_version = status.seen_version.max(present.version);
    next.attempts = join(&status.attempts, &present.attempts);
    next.started = status.started.or_else(|| first_start(&next.attempts));
    next.image_digest = present.image_digest.clone().or_else(|| status.image_digest.clone());

    if status.state.is_final(action) {
        complete_record(&mut next, present);
    } else if let Some(outcome) = &present.outcome {
        end(action, &mut next, present, outcome, at);
    } else {
        go_on(action, &mut next, present);
    }
    Some(next)
}

/// The end that the object tells. Only what this sight says counts, so that it is the same whatever was missed before.
fn end(action: Action, next: &mut RunStatus, present: &Present, outcome: &Outcome, at: Timestamp) {
    next.state = final_state(outcome);
    next.phase = Phase::Finished;
    let runs_once = matches!(action, Action::Job | Action::Build);
    next.exit_code = exit_code(outcome, present).or_else(|| (outcome.succeeded && runs_once).then_some(0));
    next.reason.clone_from(&outcome.reason);
    next.message.clone_from(&outcome.message);
    let last_finish = next.attempts.last().and_then(|attempt| attempt.finished);
    next.finished = outcome.finished.or(last_finish).or(Some(at));
}

const fn final_state(outcome: &Outcome) -> RunState {
    if outcome.succeeded { RunState::Completed } else { RunState::Error }
}

fn exit_code(outcome: &Outcome, present: &Present) -> Option<i32> {
    outcome.exit_code.or_else(|| last_exit_code(&present.attempts))
}

/// After the end: the object and its pods are watched apart, so an end may first be seen while its last pod still lags
/// behind. Once the last pod is seen at its end too, the exit code and the reason are those of that sight.
fn complete_record(next: &mut RunStatus, present: &Present) {
    let Some(outcome) = &present.outcome else { return };
    let code = exit_code(outcome, present);
    let sees_the_last = present.attempts.last().map(|attempt| &attempt.pod_uid)
        == next.attempts.last().map(|attempt| &attempt.pod_uid)
        && last_exit_code(&present.attempts).is_some();
    let knows_more = sees_the_last || (next.exit_code.is_none() && code.is_some());
    if next.state == final_state(outcome) && knows_more {
        next.exit_code = code;
        next.reason.clone_from(&outcome.reason);
        next.message.clone_from(&outcome.message);
        next.finished = outcome.finished.or(next.finished);
    }
}

/// Not over yet.
fn go_on(action: Action, next: &mut RunStatus, present: &Present) {
    let is_long_lived = matches!(action, Action::Serve | Action::Deploy);
    let is_released = next.submission == Submission::Released;

    if present.is_deleting || next.wish.is_some() {
        if next.wish == Some(Wish::Stop) && is_long_lived && present.is_held && !present.is_deleting && is_released {
            return set(next, RunState::Stopped, Phase::Blocked, Some(Reason::StoppedByUser), present);
        }
        let state = if next.wish == Some(Wish::Delete) { RunState::Deleting } else { RunState::Stop };
        let reason = match next.wish {
            Some(_) => Some(Reason::StoppedByUser).filter(|_| next.wish == Some(Wish::Stop)),
            None => Some(Reason::DeletedOutside),
        };
        return set(next, state, Phase::Stopping, reason, present);
    }
    if present.is_held {
        if !is_released {
            return set(next, RunState::Ready, Phase::Held, None, present);
        }
        // Paused after the release. A service with no copies is stopped and can go on; a suspended job only waits,
        // because a job that is stopped is over for good.
        let state = if is_long_lived {
            RunState::Stopped
        } else if matches!(next.state, RunState::Running) {
            RunState::Running
        } else {
            RunState::Pending
        };
        return set(next, state, Phase::Blocked, Some(Reason::Paused), present);
    }
    let was_running = next.state == RunState::Running || (!is_long_lived && has_run(&next.attempts));
    let (state, phase) = match present.phase {
        Phase::Running | Phase::Retrying => (RunState::Running, present.phase),
        // Over, says the pod; the object itself has not said so yet.
        Phase::Finished | Phase::Stopping => (RunState::Running, Phase::Running),
        Phase::Preparing | Phase::Held | Phase::Checking => (pending(was_running), Phase::Queued),
        phase => (pending(was_running), phase),
    };
    set(next, state, phase, present.reason.clone(), present);
}

const fn pending(was_running: bool) -> RunState {
    if was_running { RunState::Running } else { RunState::Pending }
}

fn set(next: &mut RunStatus, state: RunState, phase: Phase, reason: Option<Reason>, present: &Present) {
    next.state = state;
    next.phase = phase;
    next.reason = reason;
    next.message.clone_from(&present.message);
}
