//! Decides how the pod is confined: Pod Security's *baseline* with the image's own user, or *restricted*.

use berth_model::{Problem, SecurityLevel, TaskSpec};
use k8s_openapi::api::core::v1::{Capabilities, PodSecurityContext, SeccompProfile, SecurityContext};

/// User and group of a restricted pod where none is chosen: not root, and in most images nobody in particular.
const ORDINARY: i64 = 1000;

/// Confines the pod.
pub fn of_pod(task: &TaskSpec, level: SecurityLevel, problems: &mut Vec<Problem>) -> PodSecurityContext {
    let is_restricted = level == SecurityLevel::Restricted;
    if is_restricted && task.run_as_user == Some(0) {
        problems.push(Problem::new(
            "run_as_user",
            "root_refused",
            "User 0 is root, and this run is confined to ordinary users: choose another user, or leave it out to run as 1000.",
        ));
    }
    let chosen = |value: Option<i64>| value.or_else(|| is_restricted.then_some(ORDINARY));
    PodSecurityContext {
        run_as_non_root: is_restricted.then_some(true),
        run_as_user: chosen(task.run_as_user),
        run_as_group: chosen(task.run_as_group),
        fs_group: chosen(task.fs_group),
        seccomp_profile: Some(SeccompProfile { type_: "RuntimeDefault".to_owned(), localhost_profile: None }),
        ..PodSecurityContext::default()
    }
}

/// Confines the container: capabilities and escalation can only be set here.
pub fn of_container(level: SecurityLevel) -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: (level == SecurityLevel::Restricted)
            .then(|| Capabilities { add: None, drop: Some(vec!["ALL".to_owned()]) }),
        ..SecurityContext::default()
    }
}
