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
        .or_else(|| container::inits(pod).iter().chain(statuses).find_map(|status| of_container(pod, status)));
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
            let advice = placing_advice(pod, &said);
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
fn placing_advice(pod: &Pod, said: &str) -> String {
    let claims = || match claims(pod).as_slice() {
        [] => "a claim".to_owned(),
        [one] => format!("the claim \"{one}\""),
        several => format!("one of the claims \"{}\"", several.join("\", \"")),
    };
    let advice = if said.contains("Insufficient") {
        "ask for less, or wait until other runs are done"
    } else if LIES_ELSEWHERE.iter().any(|words| said.contains(words)) {
        return format!(
            "the volume of {} lies where the run may not go; loosen where it runs, or use another claim",
            claims()
        );
    } else if said.contains("ReadWriteOncePod") {
        return format!(
            "{} lets in one pod at a time, and another has it; stop what uses it, or wait until that is done",
            claims()
        );
    } else if said.contains("node affinity/selector") || said.contains("node(s) didn't match") {
        "none matches the node selector or the affinity; loosen them"
    } else if said.contains("untolerated taint") {
        "the nodes that are there are reserved; add a toleration, or choose other nodes"
    } else if said.contains("persistentvolumeclaim") && said.contains("not found") {
        return format!("{} is not there; make it, and the run goes on by itself", claims());
    } else if said.contains("PersistentVolumeClaim") || said.contains("volume") {
        return format!(
            "the storage of {} is not ready; see why with `kubectl describe pvc`, or use another",
            claims()
        );
    } else {
        "loosen what it asks for, or wait"
    };
    advice.to_owned()
}

/// The scheduler's words for a volume that is bound and cannot be reached from any node that is left.
const LIES_ELSEWHERE: [&str; 3] =
    ["didn't match PersistentVolume's node affinity", "volume node affinity conflict", "no available volume zone"];

/// The claims that a pod mounts.
fn claims(pod: &Pod) -> Vec<&str> {
    let volumes = pod.spec.as_ref().and_then(|spec| spec.volumes.as_deref()).unwrap_or_default();
    volumes.iter().filter_map(|volume| Some(volume.persistent_volume_claim.as_ref()?.claim_name.as_str())).collect()
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
fn of_container(pod: &Pod, status: &ContainerStatus) -> Option<Standing> {
    let state = status.state.as_ref()?;
    if state.running.is_some() {
        return Some(Standing::plain(Phase::Fetching));
    }
    waiting(pod, &status.image, state.waiting.as_ref()?)
}

fn waiting(pod: &Pod, image: &str, waiting: &ContainerStateWaiting) -> Option<Standing> {
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
        "CreateContainerConfigError" => blocked(Reason::Configuration, configuration(pod, &said)),
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

fn configuration(pod: &Pod, said: &str) -> String {
    if said.contains("runAsNonRoot") {
        return format!(
            "The image runs as root, which is not allowed here: choose a user for the run, or use an image with an ordinary user. The cluster says: {said}."
        );
    }
    match missing(pod, said) {
        Some(missing) => format!("{missing} The cluster says: {said}."),
        None => format!("Something that the run refers to is missing or not allowed: {said}."),
    }
}

/// Says what is not there and what to do about it; `None` where the words are about something else. Picks the advice
/// only, as everywhere.
fn missing(pod: &Pod, said: &str) -> Option<String> {
    let (word, rest) = [("Secret", "secret \""), ("ConfigMap", "configmap \"")]
        .into_iter()
        .find_map(|(word, before)| Some((word, said.split_once(before)?.1)))?;
    let (name, rest) = rest.split_once('"')?;
    if !rest.trim_start().starts_with("not found") {
        return None;
    }
    let pod = pod.metadata.name.as_deref().unwrap_or_default();
    // What a run owns is called after its main object, as its pods are.
    let is_own = name.rsplit_once('-').is_some_and(|(main, _)| pod.starts_with(&format!("{main}-")));
    Some(if is_own {
        format!(
            "The run's own {word} \"{name}\" is not in the cluster any more, so someone deleted it: stop the run and run it again, which makes it anew."
        )
    } else {
        format!("The {word} \"{name}\" is not in the namespace: make it there, and the run goes on by itself.")
    })
}

/// The node has the pod and no container says anything yet: its events tell how far it is.
fn preparing(pod: &Pod, events: &[Event]) -> Standing {
    let is_ready = condition(pod, "PodReadyToStartContainers").is_some_and(|condition| condition.status == "True");
    let uid = pod.metadata.uid.as_deref().unwrap_or_default();
    let newest = event::newest_about(events, uid, |reason| STEPS.contains(&reason));
    let said = newest.and_then(|event| event.message.as_deref()).map(quoted).unwrap_or_default();
    match newest.and_then(|event| event.reason.as_deref()) {
        Some("FailedMount" | "FailedAttachVolume" | "FailedMapVolume") if !is_ready => {
            Standing::because(Phase::Blocked, Reason::Mount, not_mounted(pod, &said))
        }
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

fn not_mounted(pod: &Pod, said: &str) -> String {
    let why = if said.contains("Multi-Attach error") {
        Some(", since it is in use at another node and can be at one only: stop what uses it there, or let the run go to that node.".to_owned())
    } else {
        missing(pod, said).map(|missing| format!(". {missing}"))
    };
    match why {
        Some(why) => format!("A volume of the run cannot be mounted{why} The cluster says: {said}. It keeps trying."),
        None => format!("A volume of the run cannot be mounted: {said}. The cluster keeps trying."),
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: &str = "2026-01-01T00:00:00Z";

    fn pod(status: &Value) -> Pod {
        let volumes = json!([{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}, {"name": "shared"}]);
        serde_json::from_value(json!({
            "metadata": {"name": "train-7k3f-x2x9p", "uid": "p"},
            "spec": {"nodeName": status["node"], "containers": [{"name": "main"}], "volumes": volumes},
            "status": {"conditions": status["conditions"], "containerStatuses": status["containers"]},
        }))
        .unwrap()
    }

    /// The sentence for a pod that the scheduler cannot place.
    fn unplaced(said: &str) -> String {
        let condition = json!({"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": said});
        let standing = of(&pod(&json!({"conditions": [condition]})), &[], NOW.parse().unwrap());
        assert_eq!(standing.reason, Some(Reason::Unschedulable));
        standing.message.unwrap()
    }

    /// A claim that is bound elsewhere (a volume of another node or zone, or one that only one pod may have).
    #[test]
    fn a_claim_that_is_bound_elsewhere_is_named_with_what_to_do() {
        for (said, told) in [
            (
                "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) had untolerated taint {a: b}. no new claims to deallocate",
                "volume of the claim \"data\" lies where the run may not go",
            ),
            ("0/1 nodes are available: 1 node(s) had volume node affinity conflict.", "lies where the run may not go"),
            ("0/1 nodes are available: 1 node(s) had no available volume zone.", "lies where the run may not go"),
            (
                "0/1 nodes are available: 1 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod.",
                "claim \"data\" lets in one pod at a time, and another has it",
            ),
            (
                "0/1 nodes are available: persistentvolumeclaim \"data\" not found.",
                "the claim \"data\" is not there; make it",
            ),
            (
                "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
                "storage of the claim \"data\" is not ready",
            ),
            ("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", "the node selector"),
        ] {
            let message = unplaced(said);
            assert!(message.contains(told), "{said}: {message}");
        }
    }

    #[test]
    fn what_a_node_lacks_is_named_with_what_to_do() {
        let blocked = |said: &str| {
            let waiting = json!({"reason": "CreateContainerConfigError", "message": said});
            let status = json!({"name": "main", "image": "i", "imageID": "", "ready": false, "restartCount": 0,
                "state": {"waiting": waiting}});
            of(&pod(&json!({"node": "n", "containers": [status]})), &[], NOW.parse().unwrap()).message.unwrap()
        };
        let own = blocked("secret \"train-7k3f-secrets\" not found");
        assert!(own.contains("run's own Secret \"train-7k3f-secrets\"") && own.contains("run it again"), "{own}");
        let other = blocked("secret \"certificate\" not found");
        assert!(other.contains("Secret \"certificate\" is not in the namespace: make it there"), "{other}");
        let config = blocked("configmap \"settings\" not found");
        assert!(config.contains("ConfigMap \"settings\" is not in the namespace"), "{config}");
        let key = blocked("couldn't find key word in Secret lab/certificate");
        assert!(key.contains("missing or not allowed: couldn't find key word"), "{key}");
    }

    #[test]
    fn a_volume_that_another_node_has_is_told_from_one_that_is_missing() {
        let told = |reason: &str, said: &str| {
            let event = json!({"metadata": {"name": "e"}, "reason": reason, "message": said,
                "involvedObject": {"kind": "Pod", "uid": "p"}, "lastTimestamp": NOW});
            let events = [serde_json::from_value(event).unwrap()];
            let standing = of(&pod(&json!({"node": "n"})), &events, NOW.parse().unwrap());
            assert_eq!(standing.reason, Some(Reason::Mount), "{said}");
            standing.message.unwrap()
        };
        let attached = told(
            "FailedAttachVolume",
            "Multi-Attach error for volume \"pvc-1\" Volume is already exclusively attached to one node and can't be attached to another",
        );
        assert!(attached.contains("in use at another node") && attached.contains("Multi-Attach"), "{attached}");
        let secret =
            told("FailedMount", "MountVolume.SetUp failed for volume \"cert\" : secret \"certificate\" not found");
        assert!(secret.contains("Secret \"certificate\" is not in the namespace"), "{secret}");
        assert!(told("FailedMount", "no such device").ends_with("no such device. The cluster keeps trying."));
    }
}
