//! Decides what one pod means as an attempt of a run.

use berth_model::{Attempt, AttemptState, Phase, Reason};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus, Event, Pod};

use super::exit::{self, Failure};
use super::{Standing, build, container, quoted, rollout, waiting};
use crate::manifest::FETCH;

/// An attempt with what the run's own standing is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadAttempt {
    /// The attempt.
    pub attempt: Attempt,
    /// Why it failed, where it did.
    pub failure: Option<Failure>,
    /// What it is doing, where it is not over.
    pub standing: Option<Standing>,
}

/// Reads the pods of a run, in order of creation.
pub fn read(pods: &[&Pod], events: &[Event], now: Timestamp) -> Vec<ReadAttempt> {
    pods.iter().zip(1_u32..).map(|(pod, number)| read_one(pod, number, events, now)).collect()
}

fn read_one(pod: &Pod, number: u32, events: &[Event], now: Timestamp) -> ReadAttempt {
    let main = container::main(pod);
    let state = state(pod, main);
    let failure = (state == AttemptState::Failed).then(|| failure(pod, main));
    let standing = matches!(state, AttemptState::Pending | AttemptState::Running).then(|| {
        if state == AttemptState::Running { Standing::plain(Phase::Running) } else { waiting::of(pod, events, now) }
    });
    let (started, finished) = main.map(container::times).unwrap_or_default();
    // A pod that is being taken away may be gone before its end is seen: why is told as soon as it shows.
    let why = failure.clone().or_else(|| disruption(pod));
    let reason = why.map(|failure| failure.reason);
    ReadAttempt {
        attempt: Attempt {
            number,
            pod: pod.metadata.name.clone().unwrap_or_default(),
            pod_uid: pod.metadata.uid.clone().unwrap_or_default(),
            node: pod.spec.as_ref().and_then(|spec| spec.node_name.clone()),
            state,
            reason: reason.or_else(|| standing.as_ref().and_then(|standing| standing.reason.clone())),
            exit_code: main.and_then(container::exit_code),
            started,
            finished,
            containers: container::views(pod),
        },
        failure,
        standing,
    }
}

/// What a program that is to go on running is doing where it has ended: it waits to be started anew.
pub fn crashed(pod: &Pod, main: &ContainerStatus) -> Option<Standing> {
    if never_restarts(pod) {
        return None;
    }
    let state = main.state.as_ref()?;
    let is_looping =
        state.waiting.as_ref().is_some_and(|waiting| waiting.reason.as_deref() == Some("CrashLoopBackOff"));
    let last = main.last_state.as_ref().and_then(|state| state.terminated.as_ref());
    let ended = match &state.terminated {
        Some(ended) => ended,
        None if is_looping => last?,
        None => return None,
    };
    let how = of_end(pod, &main.name, ended);
    let phase = if is_looping { Phase::Blocked } else { Phase::Starting };
    Some(rollout::crash_loop(phase, main.restart_count, how.exit_code, &how.message))
}

/// The pod's own word for its end wins; a main container that is over says so first, since attempts never restart.
fn state(pod: &Pod, main: Option<&ContainerStatus>) -> AttemptState {
    match phase(pod) {
        "Succeeded" => AttemptState::Succeeded,
        "Failed" => AttemptState::Failed,
        _ => match main {
            Some(main) if container::running(main) => AttemptState::Running,
            Some(main) if never_restarts(pod) => match container::terminated(main).map(|ended| ended.exit_code) {
                Some(0) => AttemptState::Succeeded,
                Some(_) => AttemptState::Failed,
                None => AttemptState::Pending,
            },
            _ => AttemptState::Pending,
        },
    }
}

fn phase(pod: &Pod) -> &str {
    pod.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or_default()
}

fn never_restarts(pod: &Pod) -> bool {
    pod.spec.as_ref().and_then(|spec| spec.restart_policy.as_deref()) == Some("Never")
}

/// Says why a pod failed. What the cluster did to the pod comes before what the program made of it: a pod that met its
/// time limit shows exit code 137 as well.
fn failure(pod: &Pod, main: Option<&ContainerStatus>) -> Failure {
    let code = main.and_then(container::exit_code);
    if let Some(done) = done_to(pod) {
        return Failure { exit_code: code, ..done };
    }
    if pod.metadata.deletion_timestamp.is_some() && matches!(code, Some(exit::KILLED | exit::ENDED)) {
        return exit::deleted(code);
    }
    // The program's own end first: what ran before it ended well, or it would not have started.
    let has_failed =
        |status: &&ContainerStatus| container::terminated(status).is_some_and(|ended| ended.exit_code != 0);
    if let Some(status) = main.filter(has_failed) {
        return of_container(pod, status);
    }
    match container::inits(pod).iter().chain(container::beside(pod)).find(has_failed) {
        Some(status) if status.name == FETCH => of_container(pod, status),
        Some(status) => of_other(pod, status, code),
        None => Failure {
            reason: Reason::Other(status_reason(pod).unwrap_or("Failed").to_owned()),
            message: format!("The attempt failed without saying why{}.", said(status_message(pod))),
            exit_code: code,
        },
    }
}

/// Says that another container failed, one that a patch or a rule of the cluster put before the program or beside it.
fn of_other(pod: &Pod, status: &ContainerStatus, code: Option<i32>) -> Failure {
    let name = &status.name;
    let Failure { reason, exit_code, .. } = of_container(pod, status);
    let how = match (&reason, exit_code) {
        (Reason::OutOfMemory, _) => "it used more memory than its limit".to_owned(),
        (_, Some(code)) => format!("exit code {code}"),
        (_, None) => "nobody knows how".to_owned(),
    };
    let message = if container::inits(pod).iter().any(|init| init.name == *name) {
        format!(
            "The container \"{name}\", which runs before the program, failed ({how}), so the program never started: the log of \"{name}\" says why."
        )
    } else {
        format!(
            "The program ended well, and the container \"{name}\" beside it failed ({how}), so the cluster counts the run as failed: the log of \"{name}\" says why."
        )
    };
    Failure { reason, message, exit_code: code }
}

fn status_reason(pod: &Pod) -> Option<&str> {
    pod.status.as_ref()?.reason.as_deref()
}

fn status_message(pod: &Pod) -> Option<&str> {
    pod.status.as_ref()?.message.as_deref()
}

fn said(message: Option<&str>) -> String {
    message.map(|message| format!(": {}", quoted(message))).unwrap_or_default()
}

/// What the cluster did to a pod.
pub fn done_to(pod: &Pod) -> Option<Failure> {
    let failure = |reason, message| Some(Failure { reason, message, exit_code: None });
    match status_reason(pod) {
        Some("DeadlineExceeded") => Some(exit::out_of_time(time_limit(pod), None)),
        Some("Evicted") => failure(
            Reason::Evicted,
            format!(
                "The node was short of something and pushed the run out{}. Ask for what it really needs, and run it again.",
                said(status_message(pod))
            ),
        ),
        _ => disruption(pod),
    }
}

/// A pod that was taken away for the sake of others carries a condition of its own.
fn disruption(pod: &Pod) -> Option<Failure> {
    let conditions = pod.status.as_ref()?.conditions.as_deref()?;
    let condition =
        conditions.iter().find(|condition| condition.type_ == "DisruptionTarget" && condition.status == "True")?;
    let why = match condition.reason.as_deref().unwrap_or_default() {
        "PreemptionByScheduler" => "a run of higher priority needed its place".to_owned(),
        "DeletionByTaintManager" => "its node was closed to it".to_owned(),
        "EvictionByEvictionAPI" => "its node was being emptied".to_owned(),
        "DeletionByPodGC" => "its node is gone".to_owned(),
        "TerminationByKubelet" => "its node was short of something or shut down".to_owned(),
        other => other.to_owned(),
    };
    Some(Failure {
        reason: Reason::Evicted,
        message: format!("The cluster took the run away: {why}{}. Run it again.", said(condition.message.as_deref())),
        exit_code: None,
    })
}

/// The time limit of one attempt, in seconds.
pub fn time_limit(pod: &Pod) -> Option<i64> {
    pod.spec.as_ref()?.active_deadline_seconds
}

fn of_container(pod: &Pod, status: &ContainerStatus) -> Failure {
    match container::terminated(status) {
        Some(ended) => of_end(pod, &status.name, ended),
        None => exit::explain(1, None),
    }
}

fn of_end(pod: &Pod, container: &str, ended: &ContainerStateTerminated) -> Failure {
    if container == FETCH {
        return of_helper(pod, ended);
    }
    let code = Some(ended.exit_code);
    match ended.reason.as_deref() {
        _ if is_foreign(ended) => Failure {
            reason: Reason::CannotRun,
            message: "The program was made for another kind of machine than its node, or is no program at all (exec format error): use an image that was built for the node, such as one for linux/amd64.".to_owned(),
            exit_code: code,
        },
        Some("OOMKilled") => {
            let limit = memory_limit(pod, container).map(|limit| format!(" of {limit}")).unwrap_or_default();
            Failure {
                reason: Reason::OutOfMemory,
                message: format!(
                    "The program used more memory than its limit{limit} and was killed: allow it more memory, or let it read its data in smaller parts."
                ),
                exit_code: code,
            }
        }
        Some("StartError" | "ContainerCannotRun") => Failure {
            reason: Reason::CannotRun,
            message: format!(
                "The program could not be started{}. Check the command and the image.",
                said(ended.message.as_deref())
            ),
            exit_code: code,
        },
        Some(container::UNKNOWN) => Failure {
            reason: Reason::Other(container::UNKNOWN.to_owned()),
            message: "The node lost track of the program, so nobody knows how it ended: its log may say more."
                .to_owned(),
            exit_code: None,
        },
        _ => build::failure(pod, ended).unwrap_or_else(|| exit::explain(ended.exit_code, time_limit(pod))),
    }
}

/// Whether the last that is known of a program is that the machine could not execute it.
fn is_foreign(ended: &ContainerStateTerminated) -> bool {
    let last = ended.message.as_deref().and_then(|message| message.trim_end().lines().last()).unwrap_or_default();
    ended.exit_code != 0 && last.to_ascii_lowercase().contains("exec format error")
}

/// Says why the code is not there: the helper's own sentence, or why it could not even say one.
pub fn of_helper(pod: &Pod, ended: &ContainerStateTerminated) -> Failure {
    let said = quoted(ended.message.as_deref().unwrap_or_default());
    let image = helper_image(pod).unwrap_or_default();
    let (reason, message) = match (ended.reason.as_deref(), ended.exit_code) {
        (Some("OOMKilled"), _) => (
            Reason::OutOfMemory,
            "Fetching the code used more memory than the run is allowed: raise the memory limit, or fetch less."
                .to_owned(),
        ),
        (Some("StartError" | "ContainerCannotRun"), _) | (_, 126 | 127) => (
            Reason::CodeNotFetched,
            format!(
                "The helper image \"{image}\" cannot fetch the code, since it holds no python3 ({said}): choose one with Python and git, as the setting helper.fetch."
            ),
        ),
        _ if said.is_empty() => (
            Reason::CodeNotFetched,
            format!(
                "The code could not be fetched (exit code {}): the log of the container \"{FETCH}\" may say why.",
                ended.exit_code
            ),
        ),
        _ => (Reason::CodeNotFetched, format!("{said}.")),
    };
    // The exit code is the helper's; the program never ran.
    Failure { reason, message, exit_code: None }
}

fn helper_image(pod: &Pod) -> Option<&str> {
    let containers = pod.spec.as_ref()?.init_containers.as_deref()?;
    containers.iter().find(|container| container.name == FETCH)?.image.as_deref()
}

fn memory_limit(pod: &Pod, name: &str) -> Option<String> {
    let container = pod.spec.as_ref()?.containers.iter().find(|container| container.name == name)?;
    container.resources.as_ref()?.limits.as_ref()?.get("memory").map(|quantity| quantity.0.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn ended(name: &str, code: i32, reason: &str, message: &str) -> Value {
        let state = json!({"terminated": {"exitCode": code, "reason": reason, "message": message, "containerID": "c"}});
        json!({"name": name, "image": "i", "imageID": "", "ready": false, "restartCount": 0, "state": state})
    }

    fn waits(name: &str) -> Value {
        json!({"name": name, "image": "i", "imageID": "", "ready": false, "restartCount": 0,
            "state": {"waiting": {"reason": "PodInitializing"}}})
    }

    fn attempt(phase: &str, inits: Value, mains: Value, conditions: Value) -> ReadAttempt {
        let pod: Pod = serde_json::from_value(json!({
            "metadata": {"name": "train-7k3f-x2x9p", "uid": "p"},
            "spec": {"nodeName": "n", "restartPolicy": "Never", "containers": [{"name": "main"}]},
            "status": {"phase": phase, "initContainerStatuses": inits, "containerStatuses": mains, "conditions": conditions},
        }))
        .unwrap();
        read(&[&pod], &[], Timestamp::UNIX_EPOCH).remove(0)
    }

    /// F38: a pod that is preempted, drained, pushed off its node or lost with it is told by what was done to it, whatever
    /// exit code its program came to.
    #[test]
    fn a_pod_that_was_taken_away_is_told_by_who_took_it() {
        for (word, told) in [
            ("PreemptionByScheduler", "a run of higher priority needed its place"),
            ("DeletionByTaintManager", "its node was closed to it"),
            ("EvictionByEvictionAPI", "its node was being emptied"),
            ("DeletionByPodGC", "its node is gone"),
            ("TerminationByKubelet", "short of something or shut down"),
            ("NewIn2030", "NewIn2030"),
        ] {
            let condition =
                json!([{"type": "DisruptionTarget", "status": "True", "reason": word, "message": "so it is"}]);
            let read = attempt("Failed", json!([]), json!([ended("main", 143, "Error", "")]), condition);
            let failure = read.failure.unwrap();
            assert_eq!(
                (read.attempt.state, failure.reason, failure.exit_code),
                (AttemptState::Failed, Reason::Evicted, Some(143))
            );
            assert!(failure.message.contains(told) && failure.message.contains("so it is"), "{}", failure.message);
        }
    }

    /// F40: a program of another architecture.
    #[test]
    fn a_program_for_another_kind_of_machine_is_told_as_one() {
        for (code, reason, message) in [
            (255, "Error", "exec /shared/tool: exec format error\n"),
            (126, "Error", "sh: /shared/tool: Exec format error"),
            (128, "StartError", "failed to create containerd task: exec: \"/tool\": exec format error: unknown"),
        ] {
            let read = attempt("Failed", json!([]), json!([ended("main", code, reason, message)]), json!([]));
            let failure = read.failure.unwrap();
            assert_eq!((failure.reason, failure.exit_code), (Reason::CannotRun, Some(code)), "{message}");
            assert!(failure.message.contains("another kind of machine"), "{}", failure.message);
        }
        let said = "exec format error\nand then it went on";
        let other = attempt("Failed", json!([]), json!([ended("main", 1, "Error", said)]), json!([]));
        assert_eq!(other.failure.unwrap().reason, Reason::ExitCode, "not the last that it said");
    }

    /// F43: an init container that failed, and one beside the program, are named; neither hides what the program came to.
    #[test]
    fn another_container_that_failed_is_named_and_hides_nothing_of_the_program() {
        let inits = json!([ended("prepare", 3, "Error", "")]);
        let before = attempt("Failed", inits, json!([waits("main")]), json!([])).failure.unwrap();
        assert!(
            before.message.contains("\"prepare\", which runs before the program, failed (exit code 3)"),
            "{}",
            before.message
        );
        assert_eq!((before.reason, before.exit_code), (Reason::ExitCode, None), "the program never ran");
        let mains = json!([ended("main", 0, "Completed", ""), ended("proxy", 137, "OOMKilled", "")]);
        let beside = attempt("Failed", json!([]), mains, json!([])).failure.unwrap();
        assert!(beside.message.contains("\"proxy\" beside it failed (it used more memory"), "{}", beside.message);
        assert_eq!((beside.reason, beside.exit_code), (Reason::OutOfMemory, Some(0)));
        // A sidecar that was asked to end once the program was over.
        let inits = json!([ended("mesh", 143, "Error", "")]);
        let own = attempt("Failed", inits, json!([ended("main", 7, "Error", "")]), json!([])).failure.unwrap();
        assert!(own.message.contains("exit code 7"), "{}", own.message);
    }
}
