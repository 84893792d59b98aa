//! Decides what a run that is not over is doing.

use berth_model::{AttemptState, Phase, Reason};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Event, Pod};

use super::attempt::ReadAttempt;
use super::{Standing, attempt, container, ending, refusal};

/// Says what the run is doing; the newest attempt speaks for it.
pub fn of(job: &Job, pods: &[&Pod], attempts: &[ReadAttempt], events: &[Event]) -> Standing {
    if job.metadata.deletion_timestamp.is_some() {
        let message = "The run is being deleted from the cluster; its program is asked to end.".to_owned();
        return Standing { phase: Phase::Stopping, reason: None, message: Some(message) };
    }
    if job.spec.as_ref().and_then(|spec| spec.suspend) == Some(true) {
        return held(job);
    }
    let job_uid = job.metadata.uid.as_deref().unwrap_or_default();
    let newest_made = pods.last().and_then(|pod| pod.metadata.creation_timestamp.as_ref()).map(|time| time.0);
    let refused = || refusal::of(job_uid, events, newest_made);
    match (attempts.last(), pods.last()) {
        (Some(newest), Some(pod)) => match &newest.standing {
            Some(standing) => live(job, pod, standing),
            None => refused().unwrap_or_else(|| between(job, pod, newest, attempts.len())),
        },
        _ => refused().unwrap_or(Standing::plain(Phase::Queued)),
    }
}

/// A hold before anything ran is ours, a step of the launch. One that came later is somebody's wish: the start time
/// stays when a Job is suspended again.
fn held(job: &Job) -> Standing {
    if job.status.as_ref().is_some_and(|status| status.start_time.is_some()) {
        return Standing::because(
            Phase::Held,
            Reason::Paused,
            "The run is paused: someone suspended its job. Resume it to go on, from the beginning.".to_owned(),
        );
    }
    Standing::plain(Phase::Held)
}

/// A pod can be taken away while its Job stays.
fn live(job: &Job, pod: &Pod, standing: &Standing) -> Standing {
    let is_leaving = pod.metadata.deletion_timestamp.is_some() && ending::condition(job, "FailureTarget").is_none();
    if !is_leaving {
        return standing.clone();
    }
    let (reason, message) = match attempt::done_to(pod) {
        Some(done) => (done.reason, done.message),
        None => (
            Reason::DeletedOutside,
            "The pod of this attempt is being deleted, by someone or by the cluster; it counts as a failed attempt."
                .to_owned(),
        ),
    };
    Standing::because(standing.phase, reason, message)
}

/// The newest attempt is over and the Job is not.
fn between(job: &Job, pod: &Pod, newest: &ReadAttempt, tried: usize) -> Standing {
    if let Some(other) = container::beside(pod).find(|status| container::running(status)) {
        let how = newest.failure.as_ref().map_or("The program ended well.", |failure| failure.message.as_str());
        let name = &other.name;
        return Standing {
            phase: Phase::Running,
            reason: newest.failure.as_ref().map(|failure| failure.reason.clone()),
            message: Some(format!(
                "{how} The container \"{name}\" beside it still runs, and the run is over only when that is: let it end with the program, or stop the run."
            )),
        };
    }
    let retries = i64::from(ending::retries(job));
    let is_last = ending::condition(job, "FailureTarget").is_some() || tried as i64 > retries;
    match &newest.failure {
        Some(failure) if newest.attempt.state == AttemptState::Failed && !is_last => Standing {
            phase: Phase::Retrying,
            reason: Some(failure.reason.clone()),
            message: Some(format!(
                "Attempt {} of {} failed; the next one comes after a pause. {}",
                newest.attempt.number,
                retries + 1,
                failure.message
            )),
        },
        // The program is over; the cluster has yet to say so of the run.
        failure => Standing {
            phase: Phase::Running,
            reason: failure.as_ref().map(|failure| failure.reason.clone()),
            message: failure.as_ref().map(|failure| failure.message.clone()),
        },
    }
}
