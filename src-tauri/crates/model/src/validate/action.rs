//! Decides which parameters an action can have.

use crate::{Action, Problem, TaskSpec};

/// Names every parameter that has no meaning for the action.
pub(super) fn check(task: &TaskSpec, action: Action, problems: &mut Vec<Problem>) {
    use Action::{Build, Deploy, Job, Serve};
    let rules: [(&str, bool, &[Action]); 12] = [
        ("schedule", task.schedule.is_some(), &[Job]),
        ("time_zone", task.time_zone.is_some(), &[Job]),
        ("concurrency_policy", task.concurrency_policy.is_some(), &[Job]),
        // No retries is what every action does, so only a real number of them is a mistake.
        ("backoff_limit", task.backoff_limit.is_some_and(|limit| limit > 0), &[Job, Build]),
        ("deadline", task.deadline.is_some(), &[Job, Build]),
        ("replicas", task.replicas.is_some(), &[Deploy, Serve]),
        ("service_ports", !task.service_ports.is_empty(), &[Serve]),
        ("service_type", task.service_type.is_some(), &[Serve]),
        ("service_name", task.service_name.is_some(), &[Serve]),
        ("readiness_probe", task.readiness_probe.is_some(), &[Deploy, Serve]),
        ("liveness_probe", task.liveness_probe.is_some(), &[Deploy, Serve]),
        ("instructions", !task.instructions.is_empty(), &[Build]),
    ];
    for (path, _, allowed) in rules.into_iter().filter(|(_, is_said, allowed)| *is_said && !allowed.contains(&action)) {
        let allowed: Vec<&str> = allowed.iter().map(|action| action.word()).collect();
        let message = format!(
            "\"{path}\" has no meaning for the action \"{}\", only for {}: remove it.",
            action.word(),
            allowed.join(" and ")
        );
        problems.push(Problem::new(path, "not_for_action", message));
    }
    // What builds is no program of the user's: it has a user and rights of its own, and cannot do with fewer.
    let confining = [
        ("security", task.security.is_some()),
        ("run_as_user", task.run_as_user.is_some()),
        ("run_as_group", task.run_as_group.is_some()),
        ("fs_group", task.fs_group.is_some()),
    ];
    for (path, _) in confining.into_iter().filter(|(_, is_said)| *is_said && action == Build) {
        let message = format!(
            "\"{path}\" has no meaning for a build, which runs as an ordinary user with the rights that building needs: remove it, and say USER in the instructions for the image's own."
        );
        problems.push(Problem::new(path, "not_for_action", message));
    }
}
