//! Decides everything that is wrong with a merged specification, whatever cluster it goes to.

use super::scheduling::is_subdomain;
use super::{action, resources, scheduling, service, source, volumes};
use crate::{Action, EnvObject, FunctionSpec, Problem, RunSpec, TTL_LIMIT_SECONDS, TaskSpec, recipe};

/// Returns *all* problems of a merged specification for an action; empty where it can be launched.
///
/// Values with a type of their own (names, images, amounts, schedules) were checked when they were read; here stand the
/// rules between values and those of the action. Paths begin at the fields themselves (`image`, `envs[2].name`).
#[must_use]
pub fn validate_run(spec: &RunSpec, action: Action) -> Vec<Problem> {
    let mut problems = Vec::new();
    check_function(&spec.function, action, &mut problems);
    if action == Action::Build {
        problems.extend(recipe(spec).err().unwrap_or_default());
    }
    if let Some(source) = &spec.function.source {
        problems.extend(source::check_source(source, "source"));
        problems.extend(source::check_reach(source, &spec.task.volumes));
    }
    action::check(&spec.task, action, &mut problems);
    service::check(&spec.task, action, &mut problems);
    resources::check(&spec.task.resources, &mut problems);
    scheduling::check(&spec.task, &mut problems);
    volumes::check(&spec.task.volumes, &mut problems);
    check_environment(&spec.task, &mut problems);
    check_named(&spec.task, &mut problems);
    check_times(&spec.task, &mut problems);
    problems
}

/// What a run, its profile or a build may still bring; without it nothing can be launched, and yet it can be saved.
const MAY_COME_LATER: [&str; 7] = [
    "image",
    "base_image",
    "service_ports",
    "readiness_probe.port",
    "liveness_probe.port",
    "time_zone",
    "concurrency_policy",
];

/// Returns the problems of a function and the saved values of an action, as they stand in files: those of `validate_run`,
/// but for what is only missing yet, and for code that lies where other programs alone can reach it.
#[must_use]
pub fn validate_saved(spec: &RunSpec, action: Action) -> Vec<Problem> {
    let may_come_later =
        |problem: &Problem| problem.code == "required" && MAY_COME_LATER.contains(&problem.path.as_str());
    let is_elsewhere = |problem: &Problem| problem.code == "source_reach";
    let found = validate_run(spec, action).into_iter();
    found.filter(|problem| !may_come_later(problem) && !is_elsewhere(problem)).collect()
}

fn check_function(function: &FunctionSpec, action: Action, problems: &mut Vec<Problem>) {
    match action {
        Action::Job | Action::Serve | Action::Deploy if function.image.is_none() => {
            let message = "An image is needed to run: name one, such as python:3.12-slim, or build one first.";
            problems.push(Problem::new("image", "required", message));
        }
        _ => {}
    }
    if let Some(command) = &function.command {
        match command.words() {
            Err(error) => problems.push(Problem::new("command", error.code, error.sentence)),
            Ok(words) if words.first().is_none_or(|program| program.trim().is_empty()) => {
                let message =
                    "The command is empty: name a program, or leave the command out to start the image's own.";
                problems.push(Problem::new("command", "command", message));
            }
            Ok(words) => check_no_nul(&words, "command", problems),
        }
    }
    check_no_nul(function.args.as_deref().unwrap_or_default(), "args", problems);
}

/// An operating system ends a program's arguments at a NUL byte.
fn check_no_nul(words: &[String], path: &str, problems: &mut Vec<Problem>) {
    for (index, _) in words.iter().enumerate().filter(|(_, word)| word.contains('\0')) {
        let message = "An argument cannot hold a NUL byte: no program could receive it.";
        problems.push(Problem::new(format!("{path}[{index}]"), "nul", message));
    }
}

fn check_environment(task: &TaskSpec, problems: &mut Vec<Problem>) {
    for (index, env) in task.envs.iter().enumerate() {
        if task.envs.iter().take(index).any(|earlier| earlier.name == env.name) {
            let message = format!("The environment variable \"{}\" is given twice: keep one of them.", env.name);
            problems.push(Problem::new(format!("envs[{index}].name"), "given_twice", message));
        }
        if env.value.contains('\0') {
            let message = format!("The value of \"{}\" holds a NUL byte, which no program could receive.", env.name);
            problems.push(Problem::new(format!("envs[{index}].value"), "nul", message));
        }
    }
    for (index, secret) in task.secrets.iter().enumerate() {
        if task.secrets.iter().take(index).any(|earlier| earlier == secret) {
            let message = format!("The secret \"{secret}\" is named twice: keep one of them.");
            problems.push(Problem::new(format!("secrets[{index}]"), "given_twice", message));
        }
        if task.envs.iter().any(|env| env.name.as_str() == secret.as_str()) {
            let message = format!(
                "\"{secret}\" is both a secret and an environment variable, and the container can see only one: rename or remove one of them."
            );
            problems.push(Problem::new(format!("secrets[{index}]"), "given_twice", message));
        }
    }
}

/// Objects of the namespace that are named: their names, and variables that are given twice.
fn check_named(task: &TaskSpec, problems: &mut Vec<Problem>) {
    let mut named: Vec<(String, &str)> = Vec::new();
    for (index, name) in task.image_pull_secrets.iter().enumerate() {
        named.push((format!("image_pull_secrets[{index}]"), name));
    }
    if let Some(name) = &task.service_account {
        named.push(("service_account".to_owned(), name));
    }
    for (index, variable) in task.env_from.iter().enumerate() {
        let (EnvObject::ConfigMap(object) | EnvObject::Secret(object)) = &variable.object;
        named.push((format!("env_from[{index}]"), object));
        if variable.key.is_empty() {
            let message = format!("Which key of \"{object}\" is meant? Name it.");
            problems.push(Problem::new(format!("env_from[{index}].key"), "required", message));
        }
        let name = variable.name.as_str();
        let is_known = task.envs.iter().any(|env| env.name.as_str() == name)
            || task.secrets.iter().any(|secret| secret.as_str() == name)
            || task.env_from.iter().take(index).any(|other| other.name == variable.name);
        if is_known {
            let message = format!("The variable \"{name}\" is given twice: keep one of them.");
            problems.push(Problem::new(format!("env_from[{index}].name"), "given_twice", message));
        }
    }
    for (path, name) in named.into_iter().filter(|(_, name)| !is_subdomain(name)) {
        let message =
            format!("\"{name}\" is not the name of an object: use lower-case letters, digits, dashes and dots.");
        problems.push(Problem::new(path, "object_name", message));
    }
}

fn check_times(task: &TaskSpec, problems: &mut Vec<Problem>) {
    if let Some(ttl) = task.ttl.filter(|ttl| *ttl > TTL_LIMIT_SECONDS) {
        let message = format!(
            "The objects cannot be kept for {ttl} seconds: at most {TTL_LIMIT_SECONDS} (7 days), because history keeps everything anyway."
        );
        problems.push(Problem::new("ttl", "ttl", message));
    }
    // Kubernetes counts the limit of a pod in 32 signed bits and wants at least one second.
    if let Some(deadline) = task.deadline.filter(|deadline| *deadline == 0 || *deadline > i32::MAX.unsigned_abs()) {
        let message = format!("A time limit of {deadline} seconds cannot be kept: use 1 to {} seconds.", i32::MAX);
        problems.push(Problem::new("deadline", "range", message));
    }
    // Kubernetes counts retries in 32 signed bits.
    if let Some(limit) = task.backoff_limit.filter(|limit| *limit > i32::MAX.unsigned_abs()) {
        let message = format!("{limit} retries are more than Kubernetes can count: use at most {}.", i32::MAX);
        problems.push(Problem::new("backoff_limit", "range", message));
    }
    for (path, value, least) in
        [("fs_group", task.fs_group, 0), ("run_as_user", task.run_as_user, 0), ("run_as_group", task.run_as_group, 0)]
    {
        // Kubernetes: 0 to 2147483647 for users and groups.
        if let Some(value) = value.filter(|value| !(least..=i64::from(i32::MAX)).contains(value)) {
            let message = format!("\"{path}\" cannot be {value}: use a number from {least} to {}.", i32::MAX);
            problems.push(Problem::new(path, "range", message));
        }
    }
}
