//! Decides the pod of a run: one container, confined, with its environment, code and resources.

mod environment;
mod helper;
mod placement;
mod resources;
mod security;
mod service;
mod volumes;

use berth_model::{Action, ImagePullPolicy, Problem, SecurityLevel, TaskSpec};
use k8s_openapi::api::core::v1::{Container, LocalObjectReference, PodSpec};

use super::Rendering;
use super::code::{Code, SHARED};

pub use environment::literal;
pub use helper::FETCH;

/// Name of the container that runs the function.
pub const MAIN: &str = "main";

/// Renders the pod of the run's template.
pub fn render(rendering: &Rendering, name: &str, code: Option<&Code>, problems: &mut Vec<Problem>) -> PodSpec {
    let task = &rendering.spec.task;
    let security = rendering.security();
    // A container that is not root may write nowhere in its image, not even into its home.
    let wants_shared = code.is_some() || security == SecurityLevel::Restricted || rendering.action == Action::Build;
    let volumes = volumes::render(task, name, wants_shared, code);
    let environment = environment::render(rendering, name, volumes.has_shared);
    let helper = code.filter(|code| code.needs_helper());
    let helper = helper.map(|code| vec![helper::render(rendering, code, &environment, volumes.of_helper)]);
    PodSpec {
        restart_policy: Some(if rendering.action.is_service() { "Always" } else { "Never" }.to_owned()),
        active_deadline_seconds: task.deadline.map(i64::from),
        // Who names an account wants its rights; nobody else gets any.
        automount_service_account_token: Some(task.service_account.is_some()),
        service_account_name: task.service_account.clone(),
        image_pull_secrets: pull_secrets(task),
        enable_service_links: Some(false),
        security_context: Some(security::of_pod(task, security, problems)),
        node_selector: (!task.node_selector.is_empty()).then(|| task.node_selector.clone()),
        affinity: placement::affinity(task, problems),
        tolerations: placement::tolerations(task),
        runtime_class_name: task.runtime_class.clone(),
        priority_class_name: task.priority_class.clone(),
        init_containers: helper,
        containers: vec![Container {
            env: Some(environment),
            volume_mounts: volumes.mounts,
            ..container(rendering, code, problems)
        }],
        volumes: volumes.volumes,
        ..PodSpec::default()
    }
}

fn container(rendering: &Rendering, code: Option<&Code>, problems: &mut Vec<Problem>) -> Container {
    let function = &rendering.spec.function;
    let task = &rendering.spec.task;
    Container {
        name: MAIN.to_owned(),
        image: function.image.as_ref().map(ToString::to_string),
        image_pull_policy: function.image_pull_policy.map(|policy| pull_policy(policy).to_owned()),
        command: command(rendering, problems),
        args: function.args.clone().filter(|args| !args.is_empty()),
        ports: service::ports(task),
        readiness_probe: service::probe(task.readiness_probe.as_ref(), task),
        liveness_probe: service::probe(task.liveness_probe.as_ref(), task),
        resources: resources::render(&task.resources),
        security_context: Some(security::of_container(rendering.security())),
        termination_message_policy: Some("FallbackToLogsOnError".to_owned()),
        working_dir: code.map(|_| SHARED.to_owned()),
        ..Container::default()
    }
}

fn pull_secrets(task: &TaskSpec) -> Option<Vec<LocalObjectReference>> {
    let named = task.image_pull_secrets.iter().map(|name| LocalObjectReference { name: name.clone() });
    (!task.image_pull_secrets.is_empty()).then(|| named.collect())
}

const fn pull_policy(policy: ImagePullPolicy) -> &'static str {
    match policy {
        ImagePullPolicy::Always => "Always",
        ImagePullPolicy::IfNotPresent => "IfNotPresent",
        ImagePullPolicy::Never => "Never",
    }
}

fn command(rendering: &Rendering, problems: &mut Vec<Problem>) -> Option<Vec<String>> {
    match rendering.spec.function.command.as_ref()?.words() {
        Ok(words) => (!words.is_empty()).then_some(words),
        Err(error) => {
            problems.push(Problem::new("command", error.code, error.sentence));
            None
        }
    }
}
