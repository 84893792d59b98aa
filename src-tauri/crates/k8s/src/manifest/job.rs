//! Decides the Job of a run: how often it tries, how long it may take, how its end survives.

use std::collections::BTreeMap;

use berth_model::Problem;
use k8s_openapi::api::batch::v1::{
    Job, JobSpec, PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule,
};
use k8s_openapi::api::core::v1::{PodSpec, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

use super::Rendering;
use super::pod::MAIN;
use crate::labels;

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
    let retries = rendering.spec.task.backoff_limit.unwrap_or(0);
    let job = Job {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(rendering.namespace.clone()),
            labels: Some(labels.clone()),
            annotations: Some(names(rendering)),
            ..ObjectMeta::default()
        },
        spec: Some(JobSpec {
            suspend: Some(true),
            // More than Kubernetes can count was refused before.
            backoff_limit: Some(i32::try_from(retries).unwrap_or(i32::MAX)),
            active_deadline_seconds: rendering.spec.task.deadline.map(|deadline| guard(deadline, retries)),
            ttl_seconds_after_finished: Some(KEPT_UNTIL_RECORDED),
            // Two attempts must never write the same files at once.
            pod_replacement_policy: Some("Failed".to_owned()),
            pod_failure_policy: (retries == 0).then(fail_with_the_exit_code),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta { labels: Some(labels.clone()), ..ObjectMeta::default() }),
                spec: Some(pod),
            },
            ..JobSpec::default()
        }),
        status: None,
    };
    serde_json::to_value(job).unwrap_or_else(|error| {
        problems.push(Problem::new("", "manifest", format!("The run cannot be written for Kubernetes: {error}.")));
        Value::Null
    })
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

fn names(rendering: &Rendering) -> BTreeMap<String, String> {
    [
        (labels::PROJECT_NAME, rendering.project.to_string()),
        (labels::FUNCTION_NAME, rendering.function.name.to_string()),
        (labels::FUNCTION_VERSION, rendering.function.version.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}
