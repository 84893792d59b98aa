//! Decides why a run has no pod: the cluster refuses pods, not Jobs, and says so only in the Job's events (of a Deployment,
//! in a condition).

use berth_model::{Phase, Reason};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Event;

use super::{Standing, event, quoted};

/// Says why the newest try to make a pod failed, where nothing came after it. `since` is when the newest pod was made.
pub fn of(job_uid: &str, events: &[Event], since: Option<Timestamp>) -> Option<Standing> {
    let newest = event::newest_about(events, job_uid, |reason| matches!(reason, "FailedCreate" | "SuccessfulCreate"))?;
    let is_refusal = newest.reason.as_deref() == Some("FailedCreate");
    if !is_refusal || since.is_some_and(|since| event::last(newest) <= since) {
        return None;
    }
    Some(told(newest.message.as_deref().unwrap_or_default()))
}

/// Puts the cluster's refusal to make a pod into words.
pub fn told(message: &str) -> Standing {
    let (reason, what) = classify(message);
    let said = quoted(message.strip_prefix("Error creating: ").unwrap_or(message));
    Standing::because(Phase::Blocked, reason, format!("{what} The cluster says: {said}."))
}

/// The event carries no code, only the API server's sentence, whose beginnings these are: in the admission plugins'
/// own words, unchanged since they exist. Anything else is a refusal without a name.
fn classify(message: &str) -> (Reason, &'static str) {
    if message.contains("exceeded quota:") {
        (
            Reason::QuotaExceeded,
            "The namespace's quota leaves no room for this run, so nothing runs yet: ask for less, or wait until other runs are done.",
        )
    } else if message.contains("failed quota:") {
        (
            Reason::QuotaExceeded,
            "The namespace has a quota, so every run must state what it needs, and this one does not: set the requests or limits that are missing.",
        )
    } else if message.contains("violates PodSecurity") {
        (
            Reason::PodSecurity,
            "The namespace allows only confined programs and refuses this run as it is: launch it with the security level \"restricted\".",
        )
    } else {
        (
            Reason::AdmissionRefused,
            "The cluster refuses to start this run's program, and keeps trying: change what it says, or ask who looks after the cluster.",
        )
    }
}
