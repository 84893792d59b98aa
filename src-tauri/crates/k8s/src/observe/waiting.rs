//! Decides why a pod does not run yet.

use berth_model::{Phase, Reason};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::{ContainerStateWaiting, ContainerStatus, Event, Pod, PodCondition};

use super::{Standing, attempt, container, event, quoted};
use crate::manifest::FETCH;

/// How long a run may find no node before it counts as blocked. A cluster that adds nodes by itself has begun to by then.
pub const PLACING_PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// Says what a pod that is neither running nor over waits for.
pub fn of(pod: &Pod, events: &[Event], now: Timestamp) -> Standing {
    let is_placed = pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some());
    if !is_placed {
        return placing(pod, now);
    }
    let statuses = pod.status.as_ref().and_then(|status| status.container_statuses.as_deref()).unwrap_or_default();
    let crashed = container::main(pod).and_then(|main| attempt::crashed(pod, main));
    let of_containers = crashed
        .or_else(|| container::inits(pod).iter().find_map(|status| not_fetched(pod, status)))
        .or_else(|| container::inits(pod).iter().chain(statuses).find_map(of_container));
    of_containers.unwrap_or_else(|| preparing(pod, events))
}

fn condition<'a>(pod: &'a Pod, kind: &str) -> Option<&'a PodCondition> {
    pod.status.as_ref()?.conditions.as_deref()?.iter().find(|condition| condition.type_ == kind)
}

fn placing(pod: &Pod, now: Timestamp) -> Standing {
    let Some(condition) = condition(pod, "PodScheduled").filter(|condition| condition.status == "False") else {
        return Standing::plain(Phase::Scheduling);
    };
    let said = quoted(condition.message.as_deref().unwrap_or_default());
    match condition.reason.as_deref() {
        Some("Unschedulable") => {
            let since = condition.last_transition_time.as_ref().map_or(now, |time| time.0);
            let phase = if now.duration_since(since) >= PLACING_PATIENCE { Phase::Blocked } else { Phase::Scheduling };
            let advice = placing_advice(&said);
            // What follows is about claims and preemption, which ours do not have; the event keeps it.
            let said = said.split(". ").next().unwrap_or_default();
            Standing::because(
                phase,
                Reason::Unschedulable,
                format!("No node of the cluster can take this run: {advice}. The cluster says: {said}."),
            )
        }
        Some(word) => Standing::because(
            Phase::Scheduling,
            Reason::Other(word.to_owned()),
            format!("The run waits for a node ({word}): {said}."),
        ),
        None => Standing::plain(Phase::Scheduling),
    }
}

/// Picks the advice only; the reason is the scheduler's own word whatever its sentence says.
fn placing_advice(said: &str) -> &'static str {
    if said.contains("Insufficient") {
        "ask for less, or wait until other runs are done"
    } else if said.contains("node affinity/selector") || said.contains("node(s) didn't match") {
        "none matches the node selector or the affinity; loosen them"
    } else if said.contains("untolerated taint") {
        "the nodes that are there are reserved; add a toleration, or choose other nodes"
    } else if said.contains("PersistentVolumeClaim") || said.contains("volume") {
        "its storage is not ready or lies elsewhere"
    } else {
        "loosen what it asks for, or wait"
    }
}

/// Why the code is not there, where the helper failed and will be started again, as it is in a service.
fn not_fetched(pod: &Pod, status: &ContainerStatus) -> Option<Standing> {
    let state = status.state.as_ref().filter(|_| status.name == FETCH)?;
    let last = status.last_state.as_ref().and_then(|last| last.terminated.as_ref());
    let ended = state.terminated.as_ref().or_else(|| last.filter(|_| state.running.is_none()))?;
    let failure = (ended.exit_code != 0).then(|| attempt::of_helper(pod, ended))?;
    Some(Standing::because(Phase::Blocked, failure.reason, failure.message))
}

/// What a container says about itself, where that is more than "not yet".
fn of_container(status: &ContainerStatus) -> Option<Standing> {
    let state = status.state.as_ref()?;
    if state.running.is_some() {
        return Some(Standing::plain(Phase::Fetching));
    }
    waiting(&status.image, state.waiting.as_ref()?)
}

fn waiting(image: &str, waiting: &ContainerStateWaiting) -> Option<Standing> {
    let said = quoted(waiting.message.as_deref().unwrap_or_default());
    let blocked = |reason, message| Some(Standing::because(Phase::Blocked, reason, message));
    match waiting.reason.as_deref().unwrap_or_default() {
        "" | "ContainerCreating" | "PodInitializing" => None,
        "ErrImagePull"
        | "ImagePullBackOff"
        | "RegistryUnavailable"
        | "ImageInspectError"
        | "SignatureValidationFailed" => blocked(
            Reason::ImagePull,
            format!("The image \"{image}\" cannot be pulled: {}. The cluster says: {said}.", pulling_advice(&said)),
        ),
        "ErrImageNeverPull" => blocked(
            Reason::ImagePull,
            format!(
                "The image \"{image}\" is not on the node, and the run forbids to pull it: change the pull policy, or bring the image there."
            ),
        ),
        "InvalidImageName" => blocked(
            Reason::InvalidImageName,
            format!(
                "\"{image}\" is not the name of an image: write it as registry/name:tag, such as python:3.12-slim."
            ),
        ),
        "CreateContainerConfigError" => blocked(Reason::Configuration, configuration(&said)),
        "CreateContainerError" | "RunContainerError" => {
            blocked(Reason::CannotRun, format!("The program cannot be started: {said}."))
        }
        word => Some(Standing::because(
            Phase::Starting,
            Reason::Other(word.to_owned()),
            format!(
                "The container waits ({word}){}.",
                if said.is_empty() { String::new() } else { format!(": {said}") }
            ),
        )),
    }
}

/// Picks the advice only.
fn pulling_advice(said: &str) -> &'static str {
    if said.contains("not found") || said.contains("manifest unknown") {
        "there is no such image or tag; check its spelling"
    } else if said.contains("unauthorized") || said.contains("401") || said.contains("denied") || said.contains("403") {
        "the registry wants credentials, or the image does not exist"
    } else if said.contains("no match for platform") {
        "it was not made for this kind of machine"
    } else {
        "its registry does not answer as it should; check the name, or wait"
    }
}

fn configuration(said: &str) -> String {
    if said.contains("runAsNonRoot") {
        return format!(
            "The image runs as root, which is not allowed here: choose a user for the run, or use an image with an ordinary user. The cluster says: {said}."
        );
    }
    format!("Something that the run refers to is missing or not allowed: {said}.")
}

/// The node has the pod and no container says anything yet: its events tell how far it is.
fn preparing(pod: &Pod, events: &[Event]) -> Standing {
    let is_ready = condition(pod, "PodReadyToStartContainers").is_some_and(|condition| condition.status == "True");
    let uid = pod.metadata.uid.as_deref().unwrap_or_default();
    let newest = event::newest_about(events, uid, |reason| STEPS.contains(&reason));
    let said = newest.and_then(|event| event.message.as_deref()).map(quoted).unwrap_or_default();
    match newest.and_then(|event| event.reason.as_deref()) {
        Some("FailedMount" | "FailedAttachVolume" | "FailedMapVolume") if !is_ready => Standing::because(
            Phase::Blocked,
            Reason::Mount,
            format!("A volume of the run cannot be mounted: {said}. The cluster keeps trying."),
        ),
        Some(word @ "FailedCreatePodSandBox") => Standing::because(
            Phase::Starting,
            Reason::Other(word.to_owned()),
            format!("The node cannot prepare the run yet: {said}. It keeps trying."),
        ),
        Some("Pulling") => Standing::plain(Phase::Pulling),
        _ if is_ready => Standing::plain(Phase::Starting),
        _ => Standing::plain(Phase::Mounting),
    }
}

/// Events that tell how far a pod is.
const STEPS: [&str; 9] = [
    "FailedMount",
    "FailedAttachVolume",
    "FailedMapVolume",
    "FailedCreatePodSandBox",
    "SuccessfulAttachVolume",
    "Pulling",
    "Pulled",
    "Created",
    "Started",
];
