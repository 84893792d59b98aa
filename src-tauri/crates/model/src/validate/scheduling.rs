//! Decides what is wrong with where and when a run may go: node labels, tolerations, affinity, classes, time zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{LabelValue, Problem, TaskSpec, Toleration, normalise_affinity};

/// Checks everything that the scheduler reads.
pub(super) fn check(task: &TaskSpec, problems: &mut Vec<Problem>) {
    for (key, value) in &task.node_selector {
        let path = format!("node_selector.{key}");
        if !is_qualified_name(key) {
            let message = format!(
                "\"{key}\" is not a label: use at most 63 letters, digits, dots, underscores or dashes, with an optional domain before a slash, such as kubernetes.io/arch."
            );
            problems.push(Problem::new(path.as_str(), "label_key", message));
        }
        if let Err(error) = LabelValue::parse(value) {
            problems.push(Problem::new(path, error.code, error.sentence));
        }
    }
    for (index, toleration) in task.tolerations.iter().enumerate() {
        check_toleration(toleration, &format!("tolerations[{index}]"), problems);
    }
    if let Some(affinity) = &task.affinity {
        problems.extend(normalise_affinity(affinity, "affinity").1);
    }
    for (path, class) in [("runtime_class", &task.runtime_class), ("priority_class", &task.priority_class)] {
        if let Some(class) = class.as_deref().filter(|class| !is_subdomain(class)) {
            let message =
                format!("\"{class}\" is not the name of a class: use lower-case letters, digits, dashes and dots.");
            problems.push(Problem::new(path, "class_name", message));
        }
    }
    let is_service_name = |name: &&str| is_label(name) && name.starts_with(|first: char| first.is_ascii_lowercase());
    if let Some(name) = task.service_name.as_deref().filter(|name| !is_service_name(name)) {
        let message = format!(
            "\"{name}\" is not a service name: use at most 63 lower-case letters, digits and dashes, first a letter."
        );
        problems.push(Problem::new("service_name", "service_name", message));
    }
    check_time_zone(task, problems);
    check_schedule(task, problems);
}

fn check_toleration(toleration: &Toleration, path: &str, problems: &mut Vec<Problem>) {
    let operator = toleration.operator.as_deref().unwrap_or("Equal");
    let mut problem = |key: &str, message: String| {
        problems.push(Problem::new(format!("{path}.{key}"), "toleration", message));
    };
    if !["Exists", "Equal"].contains(&operator) {
        problem("operator", format!("\"{operator}\" is not an operator of tolerations: use Exists or Equal."));
    }
    match toleration.key.as_deref().filter(|key| !key.is_empty()) {
        Some(key) if !is_qualified_name(key) => {
            problem("key", format!("\"{key}\" is not the key of a taint: write it as domain/name or name."));
        }
        None if operator != "Exists" => {
            problem(
                "key",
                "A toleration without a key tolerates every taint: say so with the operator Exists, or name the key."
                    .to_owned(),
            );
        }
        _ => {}
    }
    let value = toleration.value.as_deref().unwrap_or_default();
    if operator == "Exists" && !value.is_empty() {
        problem("value", "With the operator Exists any value will do: remove the value, or use Equal.".to_owned());
    } else if let Err(error) = LabelValue::parse(value) {
        problem("value", error.sentence);
    }
    let effect = toleration.effect.as_deref().unwrap_or_default();
    if !["", "NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect) {
        problem(
            "effect",
            format!("\"{effect}\" is not an effect of taints: use NoSchedule, PreferNoSchedule or NoExecute."),
        );
    }
    if toleration.toleration_seconds.is_some() && effect != "NoExecute" {
        problem("toleration_seconds", "How long to stay can be said only for the effect NoExecute.".to_owned());
    }
}

/// The names of zones, as the time zone database writes them; whether a cluster knows one is its own matter.
fn check_time_zone(task: &TaskSpec, problems: &mut Vec<Problem>) {
    let Some(zone) = &task.time_zone else { return };
    let is_written_well = !zone.is_empty()
        && zone.len() <= 64
        && zone != "Local"
        && zone.split('/').all(|part| {
            !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "_+-".contains(letter))
        });
    if !is_written_well {
        let message = format!("\"{zone}\" is not a time zone: write it as Europe/Rome, or UTC.");
        problems.push(Problem::new("time_zone", "time_zone", message));
    }
    if task.schedule.is_none() {
        let message = "A time zone has no meaning without a schedule: remove it, or give a schedule.";
        problems.push(Problem::new("time_zone", "required", message));
    }
}

/// What only a schedule gives a meaning, and a schedule that never comes.
fn check_schedule(task: &TaskSpec, problems: &mut Vec<Problem>) {
    match &task.schedule {
        None if task.concurrency_policy.is_some() => {
            let message =
                "What happens to runs that overlap has no meaning without a schedule: remove it, or give a schedule.";
            problems.push(Problem::new("concurrency_policy", "required", message));
        }
        // Which days there are does not depend on the moment: of 29 February some day comes within five years, and of
        // 30 February none ever does.
        Some(cron) if cron.fires(&TimeZone::UTC, Timestamp::UNIX_EPOCH).next().is_none() => {
            let message = format!("\"{cron}\" never comes: no month that it names has such a day.");
            problems.push(Problem::new("schedule", "schedule", message));
        }
        _ => {}
    }
}

/// Kubernetes' grammar of label and taint keys: `[domain/]name`, the name with at most 63 characters, the domain with 253.
pub(super) fn is_qualified_name(key: &str) -> bool {
    let (domain, name) = key.rsplit_once('/').map_or((None, key), |(domain, name)| (Some(domain), name));
    !name.is_empty() && LabelValue::parse(name).is_ok() && domain.is_none_or(is_subdomain)
}

/// Kubernetes' grammar of object names: labels joined by dots, at most 253 characters.
pub(super) fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_label)
}

/// Kubernetes' grammar of one label of a name: lower case, digits and dashes, at most 63, no dash at either end.
pub(super) fn is_label(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}
