//! Names every parameter that a launch cannot honour yet. Nothing is dropped in silence.

use berth_model::{Action, Problem, TaskSpec};

use super::Rendering;

/// Returns a problem for each parameter that is not live.
pub fn of(rendering: &Rendering) -> Vec<Problem> {
    let task = &rendering.spec.task;
    let mut problems = Vec::new();
    if rendering.action != Action::Job {
        let action = rendering.action.word();
        problems.push(Problem::new(
            "action",
            "not_live",
            format!("The action \"{action}\" cannot be launched by this version of Berth: use the action \"job\"."),
        ));
    }
    problems.extend(said(task).into_iter().filter(|(_, _, said)| *said).map(|(path, what, _)| {
        Problem::new(
            path,
            "not_live",
            format!("{what} cannot be used in a job by this version of Berth: remove `{path}` to launch the run."),
        )
    }));
    problems
}

fn said(task: &TaskSpec) -> [(&'static str, &'static str, bool); 11] {
    [
        ("volumes", "Volumes", !task.volumes.is_empty()),
        ("secrets", "Secrets", !task.secrets.is_empty()),
        ("profile", "A profile", task.profile.is_some()),
        ("schedule", "A schedule", task.schedule.is_some()),
        ("time_zone", "A time zone", task.time_zone.is_some()),
        ("replicas", "A number of replicas", task.replicas.is_some()),
        ("service_port", "Ports", !task.service_ports.is_empty()),
        ("service_type", "A service type", task.service_type.is_some()),
        ("service_name", "A service name", task.service_name.is_some()),
        ("instructions", "Build instructions", !task.instructions.is_empty()),
        ("resources.disk", "Scratch space of a given size", task.resources.disk.is_some()),
    ]
}
