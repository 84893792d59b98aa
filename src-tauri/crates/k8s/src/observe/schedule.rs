//! Decides what a CronJob means, and what the Jobs that it made tell of their start.

use berth_model::{Fire, Phase, Reason, Starts};
use jiff::Timestamp;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::Event;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

use super::{Main, Standing, annotation, event, quoted, refusal};
use crate::labels;

/// Events of the controller that say that a schedule starts nothing, and those that say that it does again.
const REFUSALS: [&str; 4] = ["FailedCreate", "UnknownTimeZone", "UnparseableSchedule", "InvalidSchedule"];
const SUCCESSES: [&str; 1] = ["SuccessfulCreate"];

/// Says what the schedule is doing.
pub fn of(cron_job: &CronJob, events: &[Event]) -> Standing {
    if cron_job.metadata.deletion_timestamp.is_some() {
        let message = "The schedule is being deleted from the cluster, with the runs of it that go on.".to_owned();
        return Standing { phase: Phase::Stopping, reason: None, message: Some(message) };
    }
    if cron_job.spec.as_ref().and_then(|spec| spec.suspend) == Some(true) {
        return Standing::plain(Phase::Held);
    }
    let uid = cron_job.metadata.uid.as_deref().unwrap_or_default();
    let is_news = |word: &str| REFUSALS.contains(&word) || SUCCESSES.contains(&word);
    let newest = event::newest_about(events, uid, is_news);
    match newest.and_then(|event| Some((event, event.reason.as_deref()?))) {
        Some((event, word)) if REFUSALS.contains(&word) => refused(word, event.message.as_deref().unwrap_or_default()),
        _ => Standing::plain(Phase::Scheduled),
    }
}

fn refused(word: &str, said: &str) -> Standing {
    if word == "FailedCreate" {
        return refusal::told(said.strip_prefix("Error creating job: ").unwrap_or(said));
    }
    Standing::because(
        Phase::Blocked,
        Reason::Other(word.to_owned()),
        format!("The cluster does not understand when to start it, so nothing starts. It says: {}.", quoted(said)),
    )
}

/// When it started something last, and how many Jobs of it go on; `None` for what is no schedule.
pub fn starts(main: &Main) -> Option<Starts> {
    let Main::CronJob(cron_job) = main else { return None };
    let status = cron_job.status.as_ref();
    Some(Starts {
        last: status.and_then(|status| status.last_schedule_time.as_ref()).map(|time| time.0),
        active: status
            .and_then(|status| status.active.as_ref())
            .map_or(0, |active| u32::try_from(active.len()).unwrap_or(u32::MAX)),
    })
}

/// When a Job was due: what the controller wrote down, else when it was made.
pub fn fire(metadata: &ObjectMeta) -> Fire {
    let made = metadata.creation_timestamp.as_ref().map(|time| time.0);
    let due = annotation(metadata, labels::DUE).and_then(|text| text.parse::<Timestamp>().ok());
    Fire {
        due: due.or(made).unwrap_or(Timestamp::UNIX_EPOCH),
        is_manual: annotation(metadata, labels::INSTANTIATE).is_some(),
    }
}

/// What was asked for, of a Job that was made in the cluster.
pub fn manifest(job: &Job) -> Option<Value> {
    let ObjectMeta { name, namespace, labels, annotations, .. } = &job.metadata;
    Some(json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": namespace, "labels": labels, "annotations": annotations},
        "spec": serde_json::to_value(job.spec.as_ref()?).ok()?,
    }))
}

#[cfg(test)]
mod tests {
    use berth_model::{Present, RunId, Sight};

    use super::*;
    use crate::RunObjects;

    const RUN: &str = "6b1d5a0e-93c4-4f0b-a2d7-51c76e0fb3a9";

    fn cron_job(spec: Value, status: Value) -> Main {
        let metadata = json!({"name": "nightly", "uid": "c-1", "generation": 2, "labels": {labels::RUN: RUN}});
        let mut whole =
            json!({"metadata": metadata, "spec": {"schedule": "@daily", "jobTemplate": {}}, "status": status});
        for (key, value) in spec.as_object().unwrap() {
            whole["spec"][key] = value.clone();
        }
        Main::CronJob(Box::new(serde_json::from_value(whole).unwrap()))
    }

    fn told(number: u32, reason: &str, message: &str) -> Event {
        let at = format!("2026-11-24T06:00:0{number}Z");
        serde_json::from_value(json!({
            "metadata": {"name": format!("e{number}")}, "reason": reason, "message": message, "firstTimestamp": at,
            "lastTimestamp": at, "involvedObject": {"kind": "CronJob", "name": "nightly", "uid": "c-1"},
        }))
        .unwrap()
    }

    fn seen(main: Main, events: Vec<Event>) -> Present {
        let objects = RunObjects { events, ..RunObjects::alone(main) };
        match objects.observe("2026-11-24T06:00:00Z".parse().unwrap()).sight {
            Sight::Present(present) => present,
            Sight::Absent(absence) => panic!("it is there: {absence:?}"),
        }
    }

    #[test]
    fn a_schedule_tells_when_it_started_something_and_how_much_goes_on() {
        let status = json!({"lastScheduleTime": "2026-11-24T02:00:00Z", "active": [{"name": "nightly-29"}]});
        let present = seen(cron_job(json!({}), status), Vec::new());
        let last = Some("2026-11-24T02:00:00Z".parse().unwrap());
        assert_eq!((present.phase, present.starts), (Phase::Scheduled, Some(Starts { last, active: 1 })));
        let held = seen(cron_job(json!({"suspend": true}), json!({})), Vec::new());
        assert_eq!((held.phase, held.is_held), (Phase::Held, true));
    }

    #[test]
    fn a_schedule_that_cannot_start_anything_says_why_until_it_does() {
        let full = "Error creating job: jobs.batch \"nightly-1\" is forbidden: exceeded quota: q, requested: a";
        let refused = told(1, "FailedCreate", full);
        let blocked = seen(cron_job(json!({}), json!({})), vec![refused.clone()]);
        assert_eq!((blocked.phase, blocked.reason), (Phase::Blocked, Some(Reason::QuotaExceeded)));
        let again = vec![refused, told(2, "SuccessfulCreate", "Created job nightly-2")];
        assert_eq!(seen(cron_job(json!({}), json!({})), again).phase, Phase::Scheduled);
        let zone = seen(cron_job(json!({}), json!({})), vec![told(1, "UnknownTimeZone", "invalid timeZone")]);
        assert_eq!(zone.reason, Some(Reason::Other("UnknownTimeZone".to_owned())));
    }

    #[test]
    fn the_jobs_of_a_schedule_are_runs_of_their_own() {
        let job = |uid: &str, run: &str, annotations: Value| {
            let metadata = json!({"name": "nightly-29", "uid": uid, "labels": {labels::RUN: run}, "annotations": annotations,
                "creationTimestamp": "2026-11-24T02:00:01Z"});
            RunObjects::alone(Main::Job(
                serde_json::from_value(json!({"metadata": metadata, "spec": {"template": {}}})).unwrap(),
            ))
        };
        let schedule: RunId = RUN.parse().unwrap();
        let due = "2026-11-24T03:00:00+01:00";
        let fired = job("j-1", RUN, json!({labels::FIRE_OF: RUN, labels::DUE: due}));
        assert_eq!(fired.run_id(), Some(RunId::of_fire(schedule, "j-1")));
        let fire = Fire { due: "2026-11-24T02:00:00Z".parse().unwrap(), is_manual: false };
        assert_eq!(fired.fire(), Some((schedule, fire)));
        let by_kubectl = job("j-2", RUN, json!({labels::FIRE_OF: RUN, labels::INSTANTIATE: "manual"}));
        let made = Fire { due: "2026-11-24T02:00:01Z".parse().unwrap(), is_manual: true };
        assert_eq!(by_kubectl.fire(), Some((schedule, made)));
        assert_ne!(by_kubectl.run_id(), fired.run_id());
        // One that Berth was asked for carries its own id.
        let own = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let asked = job("j-3", own, json!({labels::FIRE_OF: RUN, labels::INSTANTIATE: "manual"}));
        assert_eq!((asked.run_id(), asked.fire()), (own.parse().ok(), None));
        assert_eq!(job("j-4", RUN, json!({})).run_id(), Some(schedule), "no schedule made it");
    }
}
