//! Records, then releases: a finished run's objects go back to the cluster's own clock only once its outcome and all
//! its logs are on disk. Never releases what another installation launched.
//!
//! Until then the objects carry the longest time to live (7 days): if this machine dies at any step, they stay, and
//! the next start does what is left.

use berth_k8s::{Class, Cluster};
use berth_model::{Action, InstallationId, Run};

use crate::Error;
use crate::ports::RunHistory;

/// How long a finished run's objects are kept where nothing was said: one day, in seconds.
pub const DEFAULT_KEPT: u32 = 86_400;

/// Places between two durable steps where a test may kill the program.
pub const FAILPOINTS: [&str; 4] =
    ["settle.after_outcome", "settle.after_logs", "settle.after_logs_marked", "settle.after_release"];

/// Marks that a place was reached.
pub(crate) fn reach(point: &'static str) {
    debug_assert!(FAILPOINTS.contains(&point), "{point} is not listed in FAILPOINTS");
    fail::fail_point!(point);
}

/// Settles a finished run whose logs are on disk as far as they can be had. `cluster` is `None` where its objects are
/// known to be gone. Safe to repeat.
///
/// # Errors
/// As the cluster or the history fails; what is done stays done.
pub(crate) async fn settle(
    history: &dyn RunHistory,
    run: &Run,
    us: InstallationId,
    cluster: Option<&Cluster>,
) -> Result<(), Error> {
    reach("settle.after_logs");
    history.mark_settled(run.id, true, false).await?;
    reach("settle.after_logs_marked");
    if let (Some(cluster), Some(seconds)) = (cluster, kept(run, us)) {
        for object in run.status.objects.iter().take(1) {
            match cluster.keep_for(object, seconds).await {
                Ok(()) => tracing::info!(run_id = %run.id, seconds, "released its objects to the cluster"),
                // Gone, or another under the name: there is nothing of ours to release.
                Err(error) if matches!(error.class, Class::NotFound | Class::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    reach("settle.after_release");
    Ok(history.mark_settled(run.id, true, true).await?)
}

/// For how long the cluster is to keep a finished run's objects, in seconds; `None` where that is not ours to say, or
/// the objects do not end by themselves.
fn kept(run: &Run, us: InstallationId) -> Option<u32> {
    let ends = matches!(run.action, Action::Job | Action::Build) && run.status.schedule.is_none();
    (ends && run.installation == us).then(|| run.spec.task.ttl.unwrap_or(DEFAULT_KEPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Run {
        serde_json::from_value(serde_json::json!({
            "id": "6b1d5a0e-93c4-4f0b-a2d7-51c76e0fb3a9", "project": "default",
            "function": { "name": "train", "version": 1, "id": "6b1d5a0e-93c4-4f0b-a2d7-51c76e0fb3a8" },
            "action": "job", "target": { "kubeconfig": "/k", "context": "lab", "namespace": "default" },
            "installation": "6b1d5a0e-93c4-4f0b-a2d7-51c76e0fb3a7", "spec": {}, "object_name": "train-abc",
            "created": "2026-11-24T06:00:00Z",
            "status": { "state": "COMPLETED", "phase": "finished", "submission": "released" },
        }))
        .unwrap()
    }

    #[test]
    fn only_our_own_jobs_are_released_and_for_as_long_as_was_said() {
        let us = InstallationId::derived("here");
        let mut run = sample();
        run.installation = us;
        assert_eq!(kept(&run, us), Some(DEFAULT_KEPT));
        run.spec.task.ttl = Some(60);
        assert_eq!(kept(&run, us), Some(60));
        run.action = Action::Deploy;
        assert_eq!(kept(&run, us), None);
        run.action = Action::Job;
        run.installation = InstallationId::derived("elsewhere");
        assert_eq!(kept(&run, us), None);
    }
}
