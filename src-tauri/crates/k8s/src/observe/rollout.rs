//! Decides what a service is doing: how many of its copies are ready, and what keeps the others.

use berth_model::{AttemptState, Copies, Phase, Reason};
use k8s_openapi::api::apps::v1::{Deployment, DeploymentCondition};
use k8s_openapi::api::core::v1::Pod;

use super::attempt::ReadAttempt;
use super::{Standing, container, quoted, refusal};

/// How many copies are wanted; Kubernetes' own default where the field is absent.
pub fn wanted(deployment: &Deployment) -> u32 {
    let replicas = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    u32::try_from(replicas).unwrap_or(0)
}

/// Says what the service is doing, and counts its copies.
pub fn of(deployment: &Deployment, pods: &[&Pod], attempts: &[ReadAttempt]) -> (Standing, Copies) {
    let wanted = wanted(deployment);
    let copies = Copies { ready: ready(deployment, pods).min(wanted), wanted };
    (standing(deployment, pods, attempts, copies), copies)
}

fn standing(deployment: &Deployment, pods: &[&Pod], attempts: &[ReadAttempt], copies: Copies) -> Standing {
    let stopping = |message: &str| Standing { phase: Phase::Stopping, reason: None, message: Some(message.to_owned()) };
    if deployment.metadata.deletion_timestamp.is_some() {
        return stopping("The service is being deleted from the cluster; its copies are asked to end.");
    }
    if copies.wanted == 0 {
        // By what they do: a sight without the pod that went last has no higher version than the one with it.
        let is_alive = |read: &ReadAttempt| matches!(read.attempt.state, AttemptState::Pending | AttemptState::Running);
        return if attempts.iter().any(is_alive) {
            stopping("The copies of the service are asked to end.")
        } else {
            Standing::plain(Phase::Held)
        };
    }
    let is_late = is_current(deployment)
        && condition(deployment, "Progressing", "False")
            .is_some_and(|condition| condition.reason.as_deref() == Some("ProgressDeadlineExceeded"));
    let cause = cause(deployment, pods, attempts);
    if copies.ready == 0 {
        let phase = if pods.is_empty() { Phase::Queued } else { Phase::Starting };
        let cause = cause.unwrap_or_else(|| Standing::plain(phase));
        return if is_late { late(deployment, &cause, "No copy became ready") } else { cause };
    }
    if is_late {
        let late = late(deployment, &cause.unwrap_or(Standing::plain(Phase::Starting)), "Not all copies became ready");
        let message = late.message.map(|message| format!("{copies}. {message}"));
        return Standing { phase: Phase::Running, reason: late.reason, message };
    }
    if copies.ready < copies.wanted {
        let told = cause.as_ref().and_then(|cause| cause.message.clone());
        let message = told.map_or_else(|| format!("{copies}."), |told| format!("{copies}. {told}"));
        return Standing {
            phase: Phase::Running,
            reason: cause.and_then(|cause| cause.reason),
            message: Some(message),
        };
    }
    Standing { phase: Phase::Running, reason: None, message: rolling_out(deployment, copies) }
}

/// Whether the cluster has looked at what was asked last; until then its status tells of what was asked before.
fn is_current(deployment: &Deployment) -> bool {
    let observed = deployment.status.as_ref().and_then(|status| status.observed_generation);
    observed >= deployment.metadata.generation
}

/// A new version is taking the place of the old, copy by copy.
fn rolling_out(deployment: &Deployment, copies: Copies) -> Option<String> {
    let status = deployment.status.as_ref()?;
    let number = |value: Option<i32>| value.and_then(|value| u32::try_from(value).ok()).unwrap_or(0);
    let (new, all) = (number(status.updated_replicas), number(status.replicas));
    let is_current = is_current(deployment);
    let is_done = is_current && new >= copies.wanted && all <= new;
    (!is_done).then(|| {
        let new = if is_current { new.min(copies.wanted) } else { 0 };
        format!("A new version is being rolled out: {new} of {} copies are of it.", copies.wanted)
    })
}

/// The version did not become ready within the time that it is given.
fn late(deployment: &Deployment, cause: &Standing, what: &str) -> Standing {
    let seconds = deployment.spec.as_ref().and_then(|spec| spec.progress_deadline_seconds).unwrap_or(600);
    let why = cause.message.as_deref().map(|message| format!(" {message}")).unwrap_or_default();
    Standing::because(
        Phase::Blocked,
        Reason::ProgressDeadline,
        format!("{what} within {seconds} seconds; the cluster keeps trying.{why}"),
    )
}

/// What keeps a copy from being ready: what nobody but a person can change first, of that the newest.
fn cause(deployment: &Deployment, pods: &[&Pod], attempts: &[ReadAttempt]) -> Option<Standing> {
    let waiting: Vec<Standing> = pods
        .iter()
        .zip(attempts)
        .filter(|(pod, read)| pod.metadata.deletion_timestamp.is_none() && !is_ready(pod) && read.standing.is_some())
        .filter_map(|(pod, read)| match read.attempt.state {
            AttemptState::Running => Some(not_ready(pod)),
            _ => read.standing.clone(),
        })
        .collect();
    let blocked = waiting.iter().rev().find(|standing| standing.phase == Phase::Blocked);
    blocked.cloned().or_else(|| refused(deployment)).or_else(|| waiting.last().cloned())
}

/// The cluster refuses to make pods: the condition says so, unlike with Jobs.
fn refused(deployment: &Deployment) -> Option<Standing> {
    let condition = condition(deployment, "ReplicaFailure", "True")?;
    Some(refusal::told(condition.message.as_deref().unwrap_or_default()))
}

/// The program runs and does not answer yet.
fn not_ready(pod: &Pod) -> Standing {
    let has_probe = container::spec_of_main(pod).is_some_and(|main| main.readiness_probe.is_some());
    if !has_probe {
        return Standing::plain(Phase::Starting);
    }
    Standing::because(
        Phase::Starting,
        Reason::NotReady,
        "The program runs, and its readiness probe says that it does not answer yet: wait, or look into its log."
            .to_owned(),
    )
}

/// Copies that are ready, and have been for as long as the Deployment wants: a program that ends at once is not.
fn ready(deployment: &Deployment, pods: &[&Pod]) -> u32 {
    let told = deployment.status.as_ref().and_then(|status| status.available_replicas).unwrap_or(0);
    let told = u32::try_from(told).unwrap_or(0);
    if pods.is_empty() {
        // Whoever may not read pods is told by the Deployment alone.
        return told;
    }
    // Pods are seen to go before the Deployment counts them.
    let seen = pods.iter().filter(|pod| pod.metadata.deletion_timestamp.is_none() && is_ready(pod)).count();
    told.min(u32::try_from(seen).unwrap_or(u32::MAX))
}

/// Whether the cluster sends requests to the pod.
fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

fn condition<'a>(deployment: &'a Deployment, kind: &str, status: &str) -> Option<&'a DeploymentCondition> {
    let conditions = deployment.status.as_ref()?.conditions.as_deref()?;
    conditions.iter().find(|condition| condition.type_ == kind && condition.status == status)
}

/// Says why a program that must go on running does not: how it ended last, and that it is started anew.
pub fn crash_loop(phase: Phase, restarts: i32, code: Option<i32>, how: &str) -> Standing {
    let how = match code {
        Some(0) => "It ended by itself without an error, but a service must go on: let it serve, or run it as a job.",
        _ => how,
    };
    let times = match restarts {
        ..=0 => String::new(),
        1 => " (1 restart so far)".to_owned(),
        more => format!(" ({more} restarts so far)"),
    };
    let message = format!("The program keeps ending and is started anew{times}. {}", quoted(how));
    Standing::because(phase, Reason::CrashLoop, format!("{message}."))
}

#[cfg(test)]
mod tests;
