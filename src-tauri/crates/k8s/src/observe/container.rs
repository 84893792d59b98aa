//! Reads single containers of a pod.

use berth_model::ContainerView;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Container, ContainerState, ContainerStatus, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use crate::manifest::MAIN;

/// The status of the container that runs the function; of the only one where none has our name.
pub fn main(pod: &Pod) -> Option<&ContainerStatus> {
    let statuses = pod.status.as_ref()?.container_statuses.as_deref()?;
    statuses.iter().find(|status| status.name == MAIN).or_else(|| statuses.first())
}

/// What was asked for the container that runs the function.
pub fn spec_of_main(pod: &Pod) -> Option<&Container> {
    let containers = &pod.spec.as_ref()?.containers;
    containers.iter().find(|container| container.name == MAIN).or_else(|| containers.first())
}

/// The statuses of init containers, in order.
pub fn inits(pod: &Pod) -> &[ContainerStatus] {
    pod.status.as_ref().and_then(|status| status.init_container_statuses.as_deref()).unwrap_or_default()
}

/// The statuses of containers that run beside the one of the function.
pub fn beside(pod: &Pod) -> impl Iterator<Item = &ContainerStatus> {
    let statuses = pod.status.as_ref().and_then(|status| status.container_statuses.as_deref()).unwrap_or_default();
    let own = main(pod).map(|main| main.name.as_str());
    statuses.iter().filter(move |status| Some(status.name.as_str()) != own)
}

/// All containers, init containers first, as far as logs need them.
pub fn views(pod: &Pod) -> Vec<ContainerView> {
    let mains = pod.status.as_ref().and_then(|status| status.container_statuses.as_deref()).unwrap_or_default();
    // Nothing new is sent to a pod that is being deleted.
    let stays = pod.metadata.deletion_timestamp.is_none();
    let inits = inits(pod).iter().map(|status| view(status, true, stays));
    inits.chain(mains.iter().map(|status| view(status, false, stays))).collect()
}

fn view(status: &ContainerStatus, init: bool, stays: bool) -> ContainerView {
    let is_running = running(status);
    // A container that was never made ends without an id, as when its node vanished: there is no log to ask for.
    let has_ended = terminated(status).is_some_and(|ended| ended.container_id.is_some());
    ContainerView {
        name: status.name.clone(),
        init,
        restarts: u32::try_from(status.restart_count).unwrap_or(0),
        has_started: is_running || has_ended,
        is_running,
        is_ready: is_running && status.ready && stays,
    }
}

/// Whether the container runs.
pub fn running(status: &ContainerStatus) -> bool {
    status.state.as_ref().is_some_and(|state| state.running.is_some())
}

/// The end of the container's present instance.
pub fn terminated(status: &ContainerStatus) -> Option<&k8s_openapi::api::core::v1::ContainerStateTerminated> {
    status.state.as_ref()?.terminated.as_ref()
}

/// Reason of a container whose end nobody saw; its exit code 137 is the node's invention.
pub const UNKNOWN: &str = "ContainerStatusUnknown";

/// The exit code of the container's present instance, where it was seen.
pub fn exit_code(status: &ContainerStatus) -> Option<i32> {
    terminated(status).filter(|ended| ended.reason.as_deref() != Some(UNKNOWN)).map(|ended| ended.exit_code)
}

/// When the container's present instance started and ended.
pub fn times(status: &ContainerStatus) -> (Option<Timestamp>, Option<Timestamp>) {
    let Some(ContainerState { running, terminated, .. }) = &status.state else {
        return (None, None);
    };
    if let Some(ended) = terminated {
        return (real(ended.started_at.as_ref()), real(ended.finished_at.as_ref()));
    }
    (real(running.as_ref().and_then(|running| running.started_at.as_ref())), None)
}

/// A container that never started has 1970 for its times.
fn real(time: Option<&Time>) -> Option<Timestamp> {
    time.map(|time| time.0).filter(|time| *time > Timestamp::UNIX_EPOCH)
}

/// The image that really ran, by digest, as the node tells it: `repository@sha256:…`.
pub fn image_digest(pod: &Pod) -> Option<String> {
    let id = &main(pod)?.image_id;
    let id = id.strip_prefix("docker-pullable://").unwrap_or(id);
    (!id.is_empty()).then(|| id.to_owned())
}
