//! Owns the shape of a run in JSON and YAML: an interface that scripts rely on.

use berth_core::ScheduleView;
use berth_core::ports::{LogInfo, RunRow};
use berth_model::ProjectName;
use serde_json::{Map, Value, json};

/// A run as scripts read it. Times are RFC 3339, sizes bytes.
pub(crate) fn run(row: &RunRow, log: &[LogInfo]) -> Value {
    let run = &row.run;
    let status = &run.status;
    let attempts: Vec<Value> = status
        .attempts
        .iter()
        .map(|attempt| {
            json!({
                "number": attempt.number, "pod": attempt.pod, "node": attempt.node, "state": attempt.state,
                "reason": attempt.reason, "exit_code": attempt.exit_code,
                "started": attempt.started, "finished": attempt.finished,
                "ready": attempt.containers.iter().any(|container| !container.init && container.is_ready),
            })
        })
        .collect();
    json!({
        "id": run.id,
        "key": run_key(&run.project, run.action.word(), &run.id.to_string()),
        "name": run.object_name,
        "project": run.project,
        "function": {"name": run.function.name, "version": run.function.version, "id": run.function.id},
        "action": run.action,
        "context": run.target.context,
        "namespace": run.target.namespace,
        "state": status.state,
        "phase": status.phase,
        "word": status.word(run.action),
        "reason": status.reason,
        "message": status.message,
        "submission": status.submission,
        "exit_code": status.exit_code,
        "created": run.created,
        "started": status.started,
        "finished": status.ended(),
        "attempts": attempts,
        "image": run.spec.function.image,
        "image_digest": status.image_digest,
        "build": run.build.as_ref().map(|plan| json!({
            "image": plan.image, "built": run.built_image(), "digest": status.built_digest,
            "dockerfile": plan.dockerfile, "pinned": status.pinned,
        })),
        "objects": status.objects,
        "only_in_history": status.only_in_history,
        "archived": row.archived,
        "copies": status.copies,
        "urls": status.urls,
        "log": {
            "lines": log.iter().map(|one| one.lines).sum::<u64>(),
            "bytes": log.iter().map(|one| one.bytes).sum::<u64>(),
            "gaps": log.iter().map(|one| one.gaps.len()).sum::<usize>(),
            "complete": !log.is_empty() && log.iter().all(|one| one.is_complete),
        },
        "parent": run.parent,
        "fire": run.fire,
        "schedule": status.schedule,
        "revision": status.revision,
        "origins": run.origins,
        "spec": flat(&run.spec),
    })
}

/// A schedule as scripts read it: its run, with what is known of its times.
pub(crate) fn schedule(row: &RunRow, view: &ScheduleView) -> Value {
    let mut whole = run(row, &[]);
    if let Some(fields) = whole.as_object_mut() {
        fields.insert("schedule".to_owned(), json!(view));
    }
    whole
}

/// DigitalHub's key of a run.
fn run_key(project: &ProjectName, action: &str, id: &str) -> String {
    format!("store://{project}/run/container+{action}:run/{id}")
}

/// A run's specification, function and task fields side by side, as DigitalHub writes it.
fn flat(spec: &berth_model::RunSpec) -> Value {
    let mut merged = Map::new();
    for part in [serde_json::to_value(&spec.function), serde_json::to_value(&spec.task)] {
        if let Ok(Value::Object(fields)) = part {
            merged.extend(fields);
        }
    }
    Value::Object(merged)
}
