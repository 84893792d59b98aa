//! Decides the pod of a run: one container, confined, with its environment, code and resources.

mod environment;
mod placement;
mod resources;
mod security;

use berth_model::{ImagePullPolicy, Problem, SecurityLevel};
use k8s_openapi::api::core::v1::{ConfigMapVolumeSource, KeyToPath};
use k8s_openapi::api::core::v1::{Container, EmptyDirVolumeSource, PodSpec, Volume, VolumeMount};

use super::Rendering;
use super::code::{Code, SHARED};

/// Name of the container that runs the function.
pub const MAIN: &str = "main";

const SHARED_VOLUME: &str = "shared";
const CODE_VOLUME: &str = "code";

/// Files of code may be started directly (`./train.sh`), so they are executable for everybody.
const CODE_MODE: i32 = 0o755;

/// Renders the pod of the run's template.
pub fn render(rendering: &Rendering, name: &str, code: Option<&Code>, problems: &mut Vec<Problem>) -> PodSpec {
    let task = &rendering.spec.task;
    let security = rendering.security();
    // A container that is not root may write nowhere in its image, not even into its home.
    let has_shared = code.is_some() || security == SecurityLevel::Restricted;
    PodSpec {
        restart_policy: Some("Never".to_owned()),
        active_deadline_seconds: task.deadline.map(i64::from),
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        security_context: Some(security::of_pod(task, security, problems)),
        node_selector: (!task.node_selector.is_empty()).then(|| task.node_selector.clone()),
        affinity: placement::affinity(task, problems),
        tolerations: placement::tolerations(task),
        runtime_class_name: task.runtime_class.clone(),
        priority_class_name: task.priority_class.clone(),
        volumes: volumes(name, has_shared, code),
        containers: vec![container(rendering, has_shared, code, problems)],
        ..PodSpec::default()
    }
}

fn container(rendering: &Rendering, has_shared: bool, code: Option<&Code>, problems: &mut Vec<Problem>) -> Container {
    let function = &rendering.spec.function;
    Container {
        name: MAIN.to_owned(),
        image: function.image.as_ref().map(ToString::to_string),
        image_pull_policy: function.image_pull_policy.map(|policy| pull_policy(policy).to_owned()),
        command: command(rendering, problems),
        args: function.args.clone().filter(|args| !args.is_empty()),
        env: Some(environment::render(rendering, has_shared)),
        resources: resources::render(&rendering.spec.task.resources),
        security_context: Some(security::of_container(rendering.security())),
        termination_message_policy: Some("FallbackToLogsOnError".to_owned()),
        working_dir: code.map(|_| SHARED.to_owned()),
        volume_mounts: mounts(has_shared, code),
        ..Container::default()
    }
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

fn volumes(name: &str, has_shared: bool, code: Option<&Code>) -> Option<Vec<Volume>> {
    let shared = has_shared.then(|| Volume {
        name: SHARED_VOLUME.to_owned(),
        empty_dir: Some(EmptyDirVolumeSource::default()),
        ..Volume::default()
    });
    let code = code.map(|_| Volume {
        name: CODE_VOLUME.to_owned(),
        config_map: Some(ConfigMapVolumeSource {
            name: Code::object_name(name),
            default_mode: Some(CODE_MODE),
            items: Some(vec![KeyToPath { key: Code::key().to_owned(), path: Code::key().to_owned(), mode: None }]),
            optional: None,
        }),
        ..Volume::default()
    });
    let volumes: Vec<_> = shared.into_iter().chain(code).collect();
    (!volumes.is_empty()).then_some(volumes)
}

fn mounts(has_shared: bool, code: Option<&Code>) -> Option<Vec<VolumeMount>> {
    let shared = has_shared.then(|| VolumeMount {
        name: SHARED_VOLUME.to_owned(),
        mount_path: SHARED.to_owned(),
        ..VolumeMount::default()
    });
    let code = code.map(|code| VolumeMount {
        name: CODE_VOLUME.to_owned(),
        mount_path: format!("{SHARED}/{}", code.file),
        sub_path: Some(Code::key().to_owned()),
        read_only: Some(true),
        ..VolumeMount::default()
    });
    let mounts: Vec<_> = shared.into_iter().chain(code).collect();
    (!mounts.is_empty()).then_some(mounts)
}
