//! Decides the end of a run, once the Job itself says that it is over.

use berth_model::{Outcome, Reason};
use jiff::Timestamp;
use k8s_openapi::api::batch::v1::{Job, JobCondition};
use k8s_openapi::api::core::v1::Event;

use super::attempt::ReadAttempt;
use super::exit::{self, Failure};
use super::quoted;

/// Returns the end where a condition `Complete` or `Failed` holds. Their forerunners (`SuccessCriteriaMet`,
/// `FailureTarget`) do not count: pods may still be ending. What a Job says of an end that its own removal brought about
/// does not count either: it is being deleted, no more.
pub fn outcome(job: &Job, attempts: &[ReadAttempt], events: &[Event]) -> Option<Outcome> {
    if is_of_removal(job, attempts) {
        return None;
    }
    if let Some(complete) = condition(job, "Complete") {
        return Some(Outcome {
            succeeded: true,
            reason: None,
            message: None,
            exit_code: Some(0),
            finished: finished(job, complete),
        });
    }
    let failed = condition(job, "Failed")?;
    let Failure { reason, message, exit_code } = failure(job, failed, attempts, events);
    Some(Outcome {
        succeeded: false,
        reason: Some(reason),
        message: Some(message),
        exit_code,
        finished: finished(job, failed),
    })
}

/// The condition of a type, where it holds.
pub fn condition<'a>(job: &'a Job, kind: &str) -> Option<&'a JobCondition> {
    let conditions = job.status.as_ref()?.conditions.as_deref()?;
    conditions.iter().find(|condition| condition.type_ == kind && condition.status == "True")
}

/// Whether the end of a Job that is being deleted came of that. Its controller counts the pods that the deletion ends, and
/// is sometimes quicker to call the Job failed than the cluster is to remove it (1 of 12 Jobs, Kubernetes 1.34).
fn is_of_removal(job: &Job, attempts: &[ReadAttempt]) -> bool {
    let Some(removed) = job.metadata.deletion_timestamp.as_ref().map(|time| time.0) else { return false };
    let decided =
        ["FailureTarget", "SuccessCriteriaMet", "Failed", "Complete"].iter().find_map(|kind| condition(job, kind));
    if decided.and_then(|condition| condition.last_transition_time.as_ref()).is_some_and(|time| time.0 < removed) {
        return false;
    }
    // Times have whole seconds. An end in the same one is more often one that was asked for.
    attempts.last().and_then(|read| read.attempt.finished).is_none_or(|finished| finished >= removed)
}

fn finished(job: &Job, condition: &JobCondition) -> Option<Timestamp> {
    let completion = job.status.as_ref().and_then(|status| status.completion_time.as_ref());
    completion.or(condition.last_transition_time.as_ref()).map(|time| time.0)
}

/// The attempt's own time limit, in seconds.
fn time_limit(job: &Job) -> Option<i64> {
    job.spec.as_ref()?.template.spec.as_ref()?.active_deadline_seconds
}

/// Retries after the first attempt.
pub fn retries(job: &Job) -> i32 {
    // Kubernetes' own default where the field is absent.
    job.spec.as_ref().and_then(|spec| spec.backoff_limit).unwrap_or(6)
}

fn failure(job: &Job, condition: &JobCondition, attempts: &[ReadAttempt], events: &[Event]) -> Failure {
    let last = attempts.last().and_then(|attempt| attempt.failure.clone());
    let said = condition.message.as_deref().unwrap_or_default();
    match condition.reason.as_deref().unwrap_or_default() {
        "DeadlineExceeded" => Failure {
            reason: Reason::DeadlineExceeded,
            message: format!(
                "The run took longer than it may take in all{}, so the cluster ended it and removed what ran.",
                job.spec
                    .as_ref()
                    .and_then(|spec| spec.active_deadline_seconds)
                    .map(|limit| format!(" ({limit} seconds)"))
                    .unwrap_or_default()
            ),
            exit_code: last.and_then(|failure| failure.exit_code),
        },
        "PodFailurePolicy" => last.unwrap_or_else(|| without_pod(job, said, events)),
        "BackoffLimitExceeded" => exhausted(job, last),
        word => {
            let word = if word.is_empty() { "Failed" } else { word };
            Failure {
                reason: Reason::Other(word.to_owned()),
                message: format!("The run failed ({word}): {}.", quoted(said)),
                exit_code: last.and_then(|failure| failure.exit_code),
            }
        }
    }
}

/// The pod is gone; what is left of its end is the condition's sentence, and what its events say was done to it.
fn without_pod(job: &Job, said: &str, events: &[Event]) -> Failure {
    let Some(code) = exit::code_in(said) else {
        let message = format!("The run failed: {}.", quoted(said));
        return Failure { reason: Reason::ExitCode, message, exit_code: None };
    };
    let is_told = |reason: &str| {
        events.iter().any(|event| {
            event.involved_object.kind.as_deref() == Some("Pod") && event.reason.as_deref() == Some(reason)
        })
    };
    if !matches!(code, exit::KILLED | exit::ENDED) {
        return exit::explain(code, time_limit(job));
    }
    if is_told("DeadlineExceeded") {
        return exit::out_of_time(time_limit(job), Some(code));
    }
    if is_told("Evicted") || is_told("Preempted") || is_told("TaintManagerEviction") {
        let message = "The cluster took the run away for the sake of others or of its node: run it again.".to_owned();
        return Failure { reason: Reason::Evicted, message, exit_code: Some(code) };
    }
    // The node tells of every container that it was made to end. It does not tell of one that met its memory limit.
    if is_told("Killing") { exit::deleted(Some(code)) } else { exit::explain(code, time_limit(job)) }
}

fn exhausted(job: &Job, last: Option<Failure>) -> Failure {
    let tried = job.status.as_ref().and_then(|status| status.failed).unwrap_or(0);
    match last {
        Some(last) if retries(job) == 0 => last,
        Some(last) => Failure {
            reason: Reason::RetriesExhausted,
            message: format!("All {tried} attempts failed. The last one: {}", last.message),
            exit_code: last.exit_code,
        },
        None => Failure {
            reason: Reason::RetriesExhausted,
            message: format!(
                "{} failed, and nothing is left in the cluster that says why.",
                if tried == 1 { "The only attempt".to_owned() } else { format!("All {tried} attempts") }
            ),
            exit_code: None,
        },
    }
}
