//! Names every parameter that a launch cannot honour yet. Nothing is dropped in silence.

use crate::{Action, Problem, RunSpec, UriKind};

/// Returns a problem with the code `not_live` for the action and for each parameter that this version cannot honour.
#[must_use]
pub fn not_live(spec: &RunSpec, action: Action) -> Vec<Problem> {
    let mut problems = Vec::new();
    if action != Action::Job {
        let message = format!(
            "The action \"{}\" cannot be launched by this version of Berth: use the action \"job\".",
            action.word()
        );
        problems.push(Problem::new("action", "not_live", message));
    }
    let task = &spec.task;
    let said = [
        ("volumes", "Volumes", !task.volumes.is_empty()),
        ("secrets", "Secrets", !task.secrets.is_empty()),
        ("profile", "A profile", task.profile.is_some()),
        ("schedule", "A schedule", task.schedule.is_some()),
        ("time_zone", "A time zone", task.time_zone.is_some()),
        ("replicas", "A number of replicas", task.replicas.is_some()),
        ("service_ports", "Ports", !task.service_ports.is_empty()),
        ("service_type", "A service type", task.service_type.is_some()),
        ("service_name", "A service name", task.service_name.is_some()),
        ("instructions", "Build instructions", !task.instructions.is_empty()),
        ("resources.disk", "Scratch space of a given size", task.resources.disk.is_some()),
    ];
    problems.extend(said.into_iter().filter(|(_, _, is_said)| *is_said).map(|(path, what, _)| {
        let message = format!("{what} cannot be used by this version of Berth: remove \"{path}\" to launch the run.");
        Problem::new(path, "not_live", message)
    }));
    problems.extend(source_not_live(spec));
    problems
}

/// One file given inline is live; whatever has to be fetched or unpacked is not.
fn source_not_live(spec: &RunSpec) -> Option<Problem> {
    let source = spec.function.source.as_ref()?;
    let kind = source.uri_kind()?;
    let uri = source.uri.as_deref().unwrap_or_default();
    let message = match kind {
        UriKind::LocalPath if source.is_inline() => return None,
        UriKind::LocalPath => {
            format!(
                "The file \"{uri}\" was not read: a folder or archive cannot travel yet, and a file must be given where it lies."
            )
        }
        _ => format!(
            "Code from \"{uri}\" cannot be fetched by this version of Berth: give it as \"code\", \"base64\" or a local file."
        ),
    };
    Some(Problem::new("source.uri", "not_live", message))
}
