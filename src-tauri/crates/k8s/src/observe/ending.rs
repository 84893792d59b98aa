//! Decides the end of a run, once the Job itself says that it is over.

use berth_model::{Outcome, Reason};
use jiff::Timestamp;
use k8s_openapi::api::batch::v1::{Job, JobCondition};

use super::attempt::ReadAttempt;
use super::exit::{self, Failure};
use super::quoted;

/// Returns the end where a condition `Complete` or `Failed` holds. Their forerunners (`SuccessCriteriaMet`,
/// `FailureTarget`) do not count: pods may still be ending.
pub fn outcome(job: &Job, attempts: &[ReadAttempt]) -> Option<Outcome> {
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
    let Failure { reason, message, exit_code } = failure(job, failed, attempts);
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

fn failure(job: &Job, condition: &JobCondition, attempts: &[ReadAttempt]) -> Failure {
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
        "PodFailurePolicy" => last.unwrap_or_else(|| from_sentence(job, said)),
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

/// The pod is gone; what is left of its end is the condition's sentence.
fn from_sentence(job: &Job, said: &str) -> Failure {
    match exit::code_in(said) {
        Some(code) => exit::explain(code, time_limit(job)),
        None => {
            Failure { reason: Reason::ExitCode, message: format!("The run failed: {}.", quoted(said)), exit_code: None }
        }
    }
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
