//! Decides how attempts seen now join those known: nothing once known is lost.

use crate::{Attempt, AttemptState, ContainerView};

/// Joins the attempts seen now to the known ones.
///
/// A pod is known by its identity and keeps its number; a new one gets the next. An attempt that ended stays as it
/// ended; one that is no longer seen before its end was seen is lost, until it is seen again.
pub(super) fn join(known: &[Attempt], seen: &[Attempt]) -> Vec<Attempt> {
    let mut joined: Vec<Attempt> = known
        .iter()
        .map(|old| seen.iter().find(|new| new.pod_uid == old.pod_uid).map_or_else(|| lost(old), |new| newer(old, new)))
        .collect();
    let mut next = known.iter().map(|attempt| attempt.number).max().unwrap_or_default();
    for new in seen.iter().filter(|new| !known.iter().any(|old| old.pod_uid == new.pod_uid)) {
        // A pod's own number counts from 1 among those that still exist; ours counts all that ever were.
        next = next.saturating_add(1).max(if known.is_empty() { new.number } else { 0 });
        joined.push(Attempt { number: next, ..new.clone() });
    }
    joined
}

/// Instances of a service that are remembered: of one that lives for months, the last hundred tell its story.
const REMEMBERED: usize = 100;

/// Forgets the oldest instances of a service that are over, beyond those that are remembered.
pub(super) fn drop_oldest(instances: &mut Vec<Attempt>) {
    let mut surplus = instances.len().saturating_sub(REMEMBERED);
    instances.retain(|instance| {
        let goes = surplus > 0 && (has_ended(instance) || instance.state == AttemptState::Lost);
        surplus -= usize::from(goes);
        !goes
    });
}

/// The attempts when nothing of them exists any more.
pub(super) fn all_gone(known: &[Attempt]) -> Vec<Attempt> {
    known.iter().map(lost).collect()
}

const fn has_ended(attempt: &Attempt) -> bool {
    matches!(attempt.state, AttemptState::Succeeded | AttemptState::Failed)
}

fn lost(attempt: &Attempt) -> Attempt {
    if has_ended(attempt) {
        return attempt.clone();
    }
    let containers = attempt
        .containers
        .iter()
        .map(|view| ContainerView { is_running: false, is_ready: false, ..view.clone() })
        .collect();
    Attempt { state: AttemptState::Lost, containers, ..attempt.clone() }
}

fn newer(old: &Attempt, new: &Attempt) -> Attempt {
    let rank = |attempt: &Attempt| match attempt.state {
        AttemptState::Lost => 0,
        AttemptState::Pending => 1,
        AttemptState::Running => 2,
        AttemptState::Succeeded | AttemptState::Failed => 3,
    };
    let (later, other) = if rank(old) > rank(new) || has_ended(old) { (old, new) } else { (new, old) };
    Attempt {
        number: old.number,
        pod: old.pod.clone(),
        pod_uid: old.pod_uid.clone(),
        node: later.node.clone().or_else(|| other.node.clone()),
        state: later.state,
        reason: later
            .reason
            .clone()
            .or_else(|| if has_ended(later) { other.reason.clone().filter(|_| has_ended(other)) } else { None }),
        exit_code: later.exit_code.or(other.exit_code),
        started: later.started.or(other.started),
        finished: later.finished.or(other.finished),
        containers: join_containers(&old.containers, &new.containers, has_ended(later)),
    }
}

fn join_containers(old: &[ContainerView], new: &[ContainerView], is_over: bool) -> Vec<ContainerView> {
    let base = if new.is_empty() { old } else { new };
    base.iter()
        .map(|view| {
            let before = old.iter().find(|before| before.name == view.name);
            ContainerView {
                restarts: view.restarts.max(before.map_or(0, |before| before.restarts)),
                has_started: view.has_started || before.is_some_and(|before| before.has_started),
                is_running: view.is_running && !is_over,
                is_ready: view.is_ready && !is_over,
                ..view.clone()
            }
        })
        .collect()
}

/// Exit code of the last attempt, where it ended.
pub(super) fn last_exit_code(attempts: &[Attempt]) -> Option<i32> {
    attempts.last().filter(|attempt| has_ended(attempt)).and_then(|attempt| attempt.exit_code)
}

/// When the first attempt started.
pub(super) fn first_start(attempts: &[Attempt]) -> Option<jiff::Timestamp> {
    attempts.iter().filter_map(|attempt| attempt.started).min()
}

/// Tells whether any attempt ran.
pub(super) fn has_run(attempts: &[Attempt]) -> bool {
    attempts.iter().any(|attempt| {
        attempt.started.is_some() || matches!(attempt.state, AttemptState::Running) || has_ended(attempt)
    })
}
