//! Decides which pods a forward may lead to, from what is known of the run. Pure.

use std::collections::HashSet;

use berth_model::{Attempt, AttemptState, RunState, RunStatus};

/// A pod that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) pod: String,
    pub(super) uid: String,
}

/// What a forward knows of its run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Targets {
    /// Pods that are ready, the newest first.
    pub(super) ready: Vec<Target>,
    /// Pods that are over, by identity: what is connected to them is over too.
    pub(super) gone: HashSet<String>,
    /// Why there is none, in one sentence.
    pub(super) why: Option<String>,
}

/// Reads the pods.
pub(super) fn targets(attempts: &[Attempt], status: &RunStatus) -> Targets {
    let runs = |attempt: &&Attempt| attempt.state == AttemptState::Running;
    let is_ready =
        |attempt: &&Attempt| attempt.containers.iter().any(|container| !container.init && container.is_ready);
    let ready: Vec<Target> = attempts
        .iter()
        .rev()
        .filter(runs)
        .filter(is_ready)
        .map(|attempt| Target { pod: attempt.pod.clone(), uid: attempt.pod_uid.clone() })
        .collect();
    let why = ready.is_empty().then(|| match (status.state, &status.message) {
        (RunState::Stopped | RunState::Stop, _) => "The service is stopped: let it go on first.".to_owned(),
        (_, Some(message)) => message.clone(),
        (_, None) => format!("No copy is ready yet: {}.", status.doing()),
    });
    let is_over = |attempt: &&Attempt| !matches!(attempt.state, AttemptState::Pending | AttemptState::Running);
    Targets { ready, gone: attempts.iter().filter(is_over).map(|attempt| attempt.pod_uid.clone()).collect(), why }
}

#[cfg(test)]
mod tests {
    use berth_model::ContainerView;

    use super::*;

    fn pod(name: &str, state: AttemptState, is_ready: bool) -> Attempt {
        let view = |name: &str, init, is_ready| ContainerView {
            name: name.to_owned(),
            init,
            restarts: 0,
            has_started: true,
            is_running: state == AttemptState::Running,
            is_ready,
        };
        Attempt {
            number: 1,
            pod: name.to_owned(),
            pod_uid: format!("uid-{name}"),
            node: None,
            state,
            reason: None,
            exit_code: None,
            started: None,
            finished: None,
            containers: vec![view("fetch", true, true), view("main", false, is_ready)],
        }
    }

    #[test]
    fn the_newest_ready_pod_comes_first_and_what_is_over_loses_its_connections() {
        let pods = [
            pod("old", AttemptState::Running, true),
            pod("slow", AttemptState::Running, false),
            pod("new", AttemptState::Running, true),
            pod("gone", AttemptState::Lost, true),
        ];
        let found = targets(&pods, &RunStatus::created());
        let names: Vec<&str> = found.ready.iter().map(|target| target.pod.as_str()).collect();
        assert_eq!(names, ["new", "old"]);
        assert_eq!(found.gone, HashSet::from(["uid-gone".to_owned()]));
        assert_eq!(found.why, None);
    }

    #[test]
    fn without_a_ready_pod_it_says_why() {
        let stopped = RunStatus { state: RunState::Stopped, ..RunStatus::created() };
        assert!(targets(&[], &stopped).why.is_some_and(|why| why.contains("stopped")));
        let told = RunStatus { message: Some("The image cannot be pulled.".to_owned()), ..RunStatus::created() };
        assert_eq!(targets(&[], &told).why.as_deref(), Some("The image cannot be pulled."));
    }
}
