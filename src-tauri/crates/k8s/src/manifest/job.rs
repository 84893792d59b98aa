//! Decides the Job of a run: how often it tries, how long it may take, how its end survives.

use std::collections::BTreeMap;

use berth_model::Problem;
use k8s_openapi::api::batch::v1::{
    Job, JobSpec, PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule,
};
use k8s_openapi::api::core::v1::PodSpec;
use serde_json::Value;

use super::pod::MAIN;
use super::{Rendering, metadata, template, written};

/// How long the cluster keeps a finished Job before its end and its log are known to be on disk: 7 days, in seconds.
/// The wish of the user replaces it afterwards, so that a laptop that sleeps over a holiday loses nothing.
const KEPT_UNTIL_RECORDED: i32 = 604_800;

/// How long a run with a time limit may wait for nodes and images beside it: 7 days, in seconds.
const LONGEST_WAIT: i64 = 604_800;

/// The longest pause that the Job controller makes between two attempts, in seconds (10 s, doubled each time).
const LONGEST_PAUSE: i64 = 600;

/// Renders the Job, held.
pub fn render(
    rendering: &Rendering,
    name: &str,
    labels: &BTreeMap<String, String>,
    pod: PodSpec,
    problems: &mut Vec<Problem>,
) -> Value {
    let spec = JobSpec { suspend: Some(true), ..spec(rendering, labels, pod) };
    written(&Job { metadata: metadata(rendering, name, labels), spec: Some(spec), status: None }, problems)
}

/// How it tries, and how its end survives; not held.
pub fn spec(rendering: &Rendering, labels: &BTreeMap<String, String>, pod: PodSpec) -> JobSpec {
    let retries = rendering.spec.task.backoff_limit.unwrap_or(0);
    JobSpec {
        // More than Kubernetes can count was refused before.
        backoff_limit: Some(i32::try_from(retries).unwrap_or(i32::MAX)),
        active_deadline_seconds: rendering.spec.task.deadline.map(|deadline| guard(deadline, retries)),
        ttl_seconds_after_finished: Some(KEPT_UNTIL_RECORDED),
        // Two attempts must never write the same files at once.
        pod_replacement_policy: Some("Failed".to_owned()),
        pod_failure_policy: (retries == 0).then(fail_with_the_exit_code),
        template: template(labels, pod),
        ..JobSpec::default()
    }
}

/// The Job's own time limit, wider than any run that keeps to its limits: a Job that meets it loses its pod and its log,
/// so the run's limit is the pod's, and this one only ends what nobody looks after any more.
fn guard(deadline: u32, retries: u32) -> i64 {
    let attempts = i64::from(retries) + 1;
    attempts
        .saturating_mul(i64::from(deadline))
        .saturating_add(i64::from(retries).saturating_mul(LONGEST_PAUSE))
        .saturating_add(LONGEST_WAIT)
}

/// Without retries, the Job's condition then says `… failed with exit code 42 …`: the only place in which the code
/// survives the pod.
fn fail_with_the_exit_code() -> PodFailurePolicy {
    PodFailurePolicy {
        rules: vec![PodFailurePolicyRule {
            action: "FailJob".to_owned(),
            on_exit_codes: Some(PodFailurePolicyOnExitCodesRequirement {
                container_name: Some(MAIN.to_owned()),
                operator: "NotIn".to_owned(),
                values: vec![0],
            }),
            on_pod_conditions: None,
        }],
    }
}
