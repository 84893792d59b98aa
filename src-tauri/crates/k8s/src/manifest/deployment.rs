//! Decides the Deployment of a service: how many copies, how a new version takes the place of the old.

use std::collections::BTreeMap;

use berth_model::Problem;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec};
use k8s_openapi::api::core::v1::PodSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde_json::Value;

use super::{Rendering, metadata, template, written};
use crate::labels;

/// How long a version may take until all its copies are ready, in seconds: Kubernetes' own default, said so that it shows.
const PROGRESS_DEADLINE: i32 = 600;

/// How long a program without a readiness probe must run until it counts as ready, in seconds: one that ends at once, again
/// and again, would be ready each time.
const SETTLED: i32 = 3;

/// Renders the Deployment, held: without copies.
pub fn render(
    rendering: &Rendering,
    name: &str,
    labels: &BTreeMap<String, String>,
    pod: PodSpec,
    problems: &mut Vec<Problem>,
) -> Value {
    let deployment = Deployment {
        metadata: metadata(rendering, name, labels),
        spec: Some(DeploymentSpec {
            replicas: Some(0),
            selector: LabelSelector { match_labels: Some(selector(rendering)), ..LabelSelector::default() },
            progress_deadline_seconds: Some(PROGRESS_DEADLINE),
            min_ready_seconds: rendering.spec.task.readiness_probe.is_none().then_some(SETTLED),
            template: template(labels, pod),
            ..DeploymentSpec::default()
        }),
        status: None,
    };
    written(&deployment, problems)
}

/// By what the pods of a run are told from all others: its id alone, since other labels may repeat or change.
pub fn selector(rendering: &Rendering) -> BTreeMap<String, String> {
    [(labels::RUN.to_owned(), rendering.run.to_string())].into()
}
