//! Decides the CronJob of a schedule, and the Job that a person asks for beside it.

use std::collections::BTreeMap;

use berth_model::{ConcurrencyPolicy, ObjectRef, Problem, RunId};
use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, JobTemplateSpec};
use k8s_openapi::api::core::v1::PodSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

use super::{Rendering, annotate, api_version, entry, job, metadata, names, written};
use crate::labels;

/// The zone of a schedule that names none. Said, since a cluster would take that of its own machine, which nobody knows.
const ZONE: &str = "UTC";

/// How late a run may be started, in seconds: a control plane that restarts keeps its times, and what was suspended for
/// hours does not start something by being resumed.
const LATEST_START: i64 = 300;

/// Finished Jobs that the cluster keeps, of each kind of end: as many as may end while no Berth looks. What is recorded
/// goes sooner, by its own time to live.
const KEPT: i32 = 100;

/// Renders the CronJob, held.
pub fn render(
    rendering: &Rendering,
    name: &str,
    labels: &BTreeMap<String, String>,
    pod: PodSpec,
    problems: &mut Vec<Problem>,
) -> Value {
    let task = &rendering.spec.task;
    let mut annotations = names(rendering);
    annotations.insert(labels::FIRE_OF.to_owned(), rendering.run.to_string());
    let cron_job = CronJob {
        metadata: metadata(rendering, name, labels),
        spec: Some(CronJobSpec {
            schedule: task.schedule.as_ref().map(ToString::to_string).unwrap_or_default(),
            time_zone: Some(task.time_zone.clone().unwrap_or_else(|| ZONE.to_owned())),
            concurrency_policy: Some(task.concurrency_policy.unwrap_or(ConcurrencyPolicy::Allow).word().to_owned()),
            suspend: Some(true),
            starting_deadline_seconds: Some(LATEST_START),
            successful_jobs_history_limit: Some(KEPT),
            failed_jobs_history_limit: Some(KEPT),
            job_template: JobTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(labels.clone()),
                    annotations: Some(annotations),
                    ..ObjectMeta::default()
                }),
                spec: Some(job::spec(rendering, labels, pod)),
            },
        }),
        status: None,
    };
    written(&cron_job, problems)
}

/// A start that a person asks for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The run that it becomes.
    pub run: RunId,
    /// Name of its Job.
    pub name: &'a str,
    /// The schedule's object.
    pub schedule: &'a ObjectRef,
}

/// Renders the Job of a start that a person asks for, held: what the schedule as it is in the cluster would make now, as a
/// run of its own. It goes with the schedule. `None` where the object is no schedule.
#[must_use]
pub fn fire_now(cron_job: &Value, asked: Asked<'_>) -> Option<Value> {
    let template = cron_job.pointer("/spec/jobTemplate")?;
    let of = template.pointer("/metadata/annotations").and_then(|all| all.get(labels::FIRE_OF)).cloned();
    let mut job = json!({
        "apiVersion": api_version("Job"),
        "kind": "Job",
        "metadata": {
            "name": asked.name,
            "namespace": cron_job.pointer("/metadata/namespace")?,
            "labels": template.pointer("/metadata/labels")?,
            "annotations": template.pointer("/metadata/annotations").cloned().unwrap_or_else(|| json!({})),
            "ownerReferences": [{
                "apiVersion": api_version(&asked.schedule.kind),
                "kind": asked.schedule.kind,
                "name": asked.schedule.name,
                "uid": asked.schedule.uid,
                "controller": true,
                "blockOwnerDeletion": false,
            }],
        },
        "spec": template.get("spec")?,
    });
    let own = asked.run.to_string();
    for metadata in ["/metadata", "/spec/template/metadata"] {
        entry(job.pointer_mut(metadata)?, "labels").insert(labels::RUN.to_owned(), Value::from(own.as_str()));
    }
    entry(&mut job, "spec").insert("suspend".to_owned(), Value::from(true));
    annotate(&mut job, labels::INSTANTIATE, "manual");
    if let Some(Value::String(of)) = of {
        annotate(&mut job, labels::FIRE_OF, &of);
    }
    let hash = super::hash::of(&job);
    annotate(&mut job, labels::SPEC_HASH, &hash);
    Some(job)
}
