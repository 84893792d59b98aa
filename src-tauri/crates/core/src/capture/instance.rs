//! Decides where the log of one container instance is to be had, and what the end of a stream means. Pure.

use berth_model::{Attempt, AttemptState};

use crate::ports::LogKey;

/// Where one instance of a container stands, as far as its log goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It runs: its log can be followed.
    Running,
    /// It ended and no other took its place: its log is the current one.
    Ended,
    /// The next instance runs: its log is the previous one.
    Previous,
    /// It has not started: there is nothing to read yet.
    Waiting,
    /// Two instances came after it, or the pod is gone: nobody has its log any more.
    Unreachable,
}

/// Says where an instance stands, from the pods that are there.
#[must_use]
pub fn standing(attempts: &[Attempt], key: &LogKey) -> Standing {
    let attempt = attempts.iter().find(|attempt| attempt.pod_uid == key.pod_uid);
    let container =
        attempt.and_then(|attempt| attempt.containers.iter().find(|container| container.name == key.container));
    let (Some(attempt), Some(container)) = (attempt, container) else { return Standing::Unreachable };
    let is_over = !matches!(attempt.state, AttemptState::Pending | AttemptState::Running);
    match container.restarts.checked_sub(key.restart) {
        Some(0) if container.is_running => Standing::Running,
        Some(0) if container.has_started => Standing::Ended,
        // The node does not know its container any more (the node was lost), and nothing will start in this pod.
        Some(_) if is_over && !container.has_started => Standing::Unreachable,
        Some(0) | None => Standing::Waiting,
        // The next instance is about to start, or has ended already and waits for another start: the node's "current"
        // and "previous" may both mean that one, so nothing is read as this one's until it is clear.
        Some(1) if !container.has_started => Standing::Waiting,
        Some(1) => Standing::Previous,
        Some(_) => Standing::Unreachable,
    }
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The server said that this is the end.
    Clean,
    /// The connection broke, or was given up.
    Broken,
}

/// What to do after a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Open another: there may be more.
    Again,
    /// The end of the log was read.
    Complete,
    /// The rest cannot be had any more.
    Lost,
}

/// Decides what to do after a stream.
///
/// A clean end alone proves nothing: proxies end streams, and the kubelet ends each after four hours. A log is
/// complete when a stream that was opened *after* the instance ended came to a clean end. Where the pod went away with
/// the end of the stream (a stop, a deadline), the clean end has to do.
#[must_use]
pub const fn after(ending: Ending, opened: Standing, now: Standing) -> After {
    match (ending, opened, now) {
        (Ending::Clean, Standing::Ended | Standing::Previous, _) | (Ending::Clean, _, Standing::Unreachable) => {
            After::Complete
        }
        (Ending::Broken, _, Standing::Unreachable) => After::Lost,
        _ => After::Again,
    }
}

#[cfg(test)]
mod tests {
    use berth_model::{ContainerView, RunId};

    use super::*;

    fn key(restart: u32) -> LogKey {
        LogKey { run: RunId::derived("x"), pod_uid: "pod".into(), container: "main".into(), restart }
    }

    fn pods(restarts: u32, has_started: bool, is_running: bool) -> Vec<Attempt> {
        vec![Attempt {
            number: 1,
            pod: "name".into(),
            pod_uid: "pod".into(),
            node: None,
            state: AttemptState::Running,
            reason: None,
            exit_code: None,
            started: None,
            finished: None,
            containers: vec![ContainerView {
                name: "main".into(),
                init: false,
                restarts,
                has_started,
                is_running,
                is_ready: is_running,
            }],
        }]
    }

    #[test]
    fn the_place_of_a_log_follows_from_the_restarts() {
        let check = |restart: u32, pods: &[Attempt], expected: Standing| {
            assert_eq!(standing(pods, &key(restart)), expected, "instance {restart} of {pods:?}");
        };
        check(0, &pods(0, false, false), Standing::Waiting);
        check(0, &pods(0, true, true), Standing::Running);
        check(0, &pods(0, true, false), Standing::Ended);
        check(0, &pods(1, false, false), Standing::Waiting);
        check(0, &pods(1, true, true), Standing::Previous);
        check(1, &pods(1, true, false), Standing::Ended);
        check(0, &pods(2, true, true), Standing::Unreachable);
        check(1, &pods(0, true, true), Standing::Waiting);
        check(0, &[], Standing::Unreachable);
        let mut lost = pods(0, false, false);
        lost[0].state = AttemptState::Failed;
        check(0, &lost, Standing::Unreachable);
    }

    #[test]
    fn only_a_clean_end_of_a_stream_opened_after_the_instance_ended_completes_a_log() {
        use Ending::{Broken, Clean};
        use Standing::{Ended, Previous, Running, Unreachable};
        let check = |ending, opened, now, expected| {
            assert_eq!(after(ending, opened, now), expected, "{ending:?} {opened:?} {now:?}");
        };
        check(Clean, Running, Running, After::Again);
        check(Clean, Running, Ended, After::Again);
        check(Clean, Running, Previous, After::Again);
        check(Clean, Ended, Ended, After::Complete);
        check(Clean, Previous, Previous, After::Complete);
        check(Clean, Running, Unreachable, After::Complete);
        check(Broken, Running, Running, After::Again);
        check(Broken, Ended, Ended, After::Again);
        check(Broken, Running, Unreachable, After::Lost);
        check(Broken, Ended, Unreachable, After::Lost);
    }
}
