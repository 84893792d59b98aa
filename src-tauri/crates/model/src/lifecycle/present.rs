//! Decides what it means that the main object exists.

use jiff::Timestamp;

use super::attempts::{drop_oldest, first_start, has_run, join, last_exit_code};
use super::{Outcome, Present};
use crate::{Action, Copies, Phase, Reason, RunState, RunStatus, Submission, Wish};

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
    if action.is_service() {
        drop_oldest(&mut next.attempts);
        next.urls.clone_from(&present.urls);
        next.copies = present.copies.map(|seen| match (seen.wanted, status.copies) {
            // Stopped: with how many it goes on is what was wanted before.
            (0, Some(known)) => Copies { ready: 0, wanted: known.wanted },
            _ => seen,
        });
    }
    if let (Some(schedule), Some(starts)) = (&mut next.schedule, present.starts) {
        schedule.last = schedule.last.max(starts.last);
        schedule.active = starts.active;
        // What was suspended had no times to keep meanwhile.
        if status.state == RunState::Stopped && !present.is_held {
            schedule.counted = schedule.counted.max(Some(at));
        }
    }
    next.started = status.started.or_else(|| first_start(&next.attempts));
    next.built_digest = present.built_digest.clone().or_else(|| status.built_digest.clone());
    next.image_digest = present.image_digest.clone().or_else(|| status.image_digest.clone());

    if status.is_over(action) {
        complete_record(&mut next, present);
    } else if let Some(outcome) = &present.outcome {
        end(action, &mut next, present, outcome, at);
    } else {
        go_on(action, &mut next, present);
    }
    Some(next)
}

/// The end that the object tells. Only what this sight says counts, so that it is the same whatever was missed before; but
/// for a pod that was taken away.
fn end(action: Action, next: &mut RunStatus, present: &Present, outcome: &Outcome, at: Timestamp) {
    next.state = final_state(outcome);
    next.phase = Phase::Finished;
    next.exit_code = exit_code(outcome, present).or_else(|| (outcome.succeeded && !action.is_service()).then_some(0));
    next.reason.clone_from(&outcome.reason);
    next.message.clone_from(&outcome.message);
    if !outcome.succeeded && present.attempts.is_empty() && was_taken_away(next) {
        next.reason = Some(Reason::Evicted);
        next.message = None;
    }
    let last_finish = next.attempts.last().and_then(|attempt| attempt.finished);
    next.finished = outcome.finished.or(last_finish).or(Some(at));
}

/// Whether the last pod was seen being taken away. Such a pod may be gone before the object tells the end, which then
/// knows no more than an exit code that anything could have.
fn was_taken_away(status: &RunStatus) -> bool {
    status.attempts.last().is_some_and(|attempt| attempt.reason == Some(Reason::Evicted))
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
    let is_service = action.is_service();
    let is_lasting = next.is_lasting(action);
    let is_released = next.submission == Submission::Released;

    if present.is_deleting || next.wish.is_some() {
        let has_stopped = present.is_held && present.phase != Phase::Stopping;
        if next.wish == Some(Wish::Stop) && is_lasting && has_stopped && !present.is_deleting && is_released {
            next.wish = None;
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
        return hold(is_lasting, next, present);
    }
    let was_running = next.state == RunState::Running || (!is_service && has_run(&next.attempts));
    let (state, phase) = match present.phase {
        Phase::Running | Phase::Retrying | Phase::Scheduled => (RunState::Running, present.phase),
        // Over, says the pod; the object itself has not said so yet.
        Phase::Finished | Phase::Stopping => (RunState::Running, Phase::Running),
        Phase::Preparing | Phase::Held | Phase::Checking => (pending(was_running), Phase::Queued),
        phase if is_service && !was_running && present.reason == Some(Reason::ProgressDeadline) => {
            (RunState::Error, phase)
        }
        phase => (pending(was_running), phase),
    };
    set(next, state, phase, present.reason.clone(), present);
}

/// Paused after the release. A service without copies and a suspended schedule are stopped and can go on; a suspended job
/// only waits, because a job that is stopped is over for good.
fn hold(is_lasting: bool, next: &mut RunStatus, present: &Present) {
    if !is_lasting {
        let state = if next.state == RunState::Running { RunState::Running } else { RunState::Pending };
        return set(next, state, Phase::Blocked, Some(Reason::Paused), present);
    }
    if present.phase == Phase::Stopping {
        return set(next, RunState::Stop, Phase::Stopping, Some(Reason::Paused), present);
    }
    // Whose wish it was stays known after it was fulfilled.
    let is_ours = next.state == RunState::Stopped && next.reason == Some(Reason::StoppedByUser);
    let reason = if is_ours { Reason::StoppedByUser } else { Reason::Paused };
    set(next, RunState::Stopped, Phase::Blocked, Some(reason), present);
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
