//! What recorded objects mean, and that no object makes the reading stumble.

use std::path::Path;

use berth_model::AttemptState;

use super::*;

/// A fixture, recorded by `cargo xtask record`.
struct Recorded {
    namespace: Value,
    objects: Option<RunObjects>,
    at: Timestamp,
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/observed")
}

fn recorded(name: &str) -> Recorded {
    let file = folder().join(format!("{name}.json"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut value: Value = serde_json::from_str(&text).unwrap();
    let mut take = |key: &str| value[key].take();
    let (job, pods, events) = (take("job"), take("pods"), take("events"));
    let objects = (!job.is_null()).then(|| RunObjects {
        main: Main::Job(serde_json::from_value(job).unwrap()),
        pods: serde_json::from_value(pods).unwrap(),
        services: Vec::new(),
        events: serde_json::from_value(events).unwrap(),
    });
    Recorded { namespace: take("namespace"), objects, at: take("at").as_str().unwrap().parse().unwrap() }
}

/// The main object of a recording.
fn job(objects: &mut RunObjects) -> &mut Job {
    match &mut objects.main {
        Main::Job(job) => job,
        Main::CronJob(_) | Main::Deployment(_) => panic!("recordings are of jobs"),
    }
}

fn present(name: &str) -> Present {
    let recorded = recorded(name);
    let objects = recorded.objects.unwrap_or_else(|| panic!("{name} has no job"));
    seen(&objects, recorded.at)
}

fn seen(objects: &RunObjects, at: Timestamp) -> Present {
    match objects.observe(at).sight {
        Sight::Present(present) => present,
        Sight::Absent(absence) => panic!("a job that is there is not absent: {absence:?}"),
    }
}

/// What is expected of a fixture: phase, reason, exit code of the outcome where there is one, attempts, and words that
/// the sentence must contain.
struct Expected {
    phase: Phase,
    reason: Option<Reason>,
    ended: Option<(bool, Option<i32>)>,
    attempts: &'static [AttemptState],
    words: &'static [&'static str],
}

fn waiting(phase: Phase, reason: Reason, words: &'static [&'static str]) -> Expected {
    Expected { phase, reason: Some(reason), ended: None, attempts: &[AttemptState::Pending], words }
}

fn failed(reason: Reason, code: Option<i32>, words: &'static [&'static str]) -> Expected {
    let attempts = &[AttemptState::Failed];
    Expected { phase: Phase::Finished, reason: Some(reason), ended: Some((false, code)), attempts, words }
}

fn plain(phase: Phase, attempts: &'static [AttemptState]) -> Expected {
    Expected { phase, reason: None, ended: None, attempts, words: &[] }
}

fn refused(reason: Reason, words: &'static [&'static str]) -> Expected {
    Expected { attempts: &[], ..waiting(Phase::Blocked, reason, words) }
}

/// What each fixture means.
fn expectations() -> Vec<(&'static str, Expected)> {
    use AttemptState::{Failed, Pending, Running, Succeeded};
    vec![
        ("held", plain(Phase::Held, &[])),
        (
            "unschedulable-selector",
            waiting(Phase::Scheduling, Reason::Unschedulable, &["node selector", "0/1 nodes are available"]),
        ),
        ("unschedulable-memory", waiting(Phase::Scheduling, Reason::Unschedulable, &["ask for less", "memory"])),
        ("pulling", plain(Phase::Pulling, &[Pending])),
        ("err-image-pull", waiting(Phase::Blocked, Reason::ImagePull, &["no such image", "nobody-made-this"])),
        ("image-pull-back-off", waiting(Phase::Blocked, Reason::ImagePull, &["no such image", "nobody-made-this"])),
        ("image-never-pull", waiting(Phase::Blocked, Reason::ImagePull, &["pull policy"])),
        (
            "invalid-image-name",
            waiting(Phase::Blocked, Reason::InvalidImageName, &["Not/An/Image", "registry/name:tag"]),
        ),
        ("missing-secret", waiting(Phase::Blocked, Reason::Configuration, &["secret \"nobody-made-this\" not found"])),
        ("root-image", waiting(Phase::Blocked, Reason::Configuration, &["runs as root", "choose a user"])),
        ("failed-mount", waiting(Phase::Blocked, Reason::Mount, &["cannot be mounted", "not found"])),
        ("running", plain(Phase::Running, &[Running])),
        ("paused", Expected { attempts: &[], ..waiting(Phase::Held, Reason::Paused, &["suspended"]) }),
        (
            "retrying",
            Expected {
                attempts: &[Failed],
                ..waiting(Phase::Retrying, Reason::ExitCode, &["Attempt 1 of 3 failed", "exit code 3"])
            },
        ),
        ("complete", Expected { ended: Some((true, Some(0))), ..plain(Phase::Finished, &[Succeeded]) }),
        ("exit-code", failed(Reason::ExitCode, Some(42), &["exit code 42"])),
        ("exit-code-pod-gone", Expected { attempts: &[], ..failed(Reason::ExitCode, Some(42), &["exit code 42"]) }),
        (
            "backoff-limit-exceeded",
            Expected {
                attempts: &[Failed, Failed],
                ..failed(Reason::RetriesExhausted, Some(3), &["All 2 attempts failed", "exit code 3"])
            },
        ),
        ("command-not-found", failed(Reason::CannotRun, Some(127), &["not found in the image"])),
        ("command-not-executable", failed(Reason::CannotRun, Some(126), &["could not be started"])),
        ("start-error", failed(Reason::CannotRun, Some(128), &["/nowhere/train", "Check the command"])),
        ("out-of-memory", failed(Reason::OutOfMemory, Some(137), &["limit of 30Mi"])),
        ("killed", failed(Reason::ExitCode, Some(137), &["most often", "memory"])),
        ("deadline-of-attempt", failed(Reason::DeadlineExceeded, Some(137), &["time limit of 4 seconds"])),
        (
            "deadline-of-job",
            Expected { attempts: &[], ..failed(Reason::DeadlineExceeded, None, &["in all (4 seconds)"]) },
        ),
        ("evicted-by-node", failed(Reason::Evicted, Some(137), &["pushed the run out", "exceeds the limit"])),
        (
            "evicted-by-someone",
            Expected {
                attempts: &[Running],
                ..waiting(Phase::Running, Reason::Evicted, &["its node was being emptied"])
            },
        ),
        ("pod-deleted", Expected { attempts: &[], ..failed(Reason::DeletedOutside, Some(137), &["pod was deleted"]) }),
        ("being-deleted", Expected { words: &["being deleted"], ..plain(Phase::Stopping, &[Running]) }),
        ("ended-by-deletion", Expected { words: &["being deleted"], ..plain(Phase::Stopping, &[Failed]) }),
        (
            "namespace-going",
            Expected { attempts: &[Running], ..waiting(Phase::Running, Reason::DeletedOutside, &["being deleted"]) },
        ),
        ("quota-exceeded", refused(Reason::QuotaExceeded, &["leaves no room", "requested: requests.cpu=10m"])),
        ("quota-wants-limits", refused(Reason::QuotaExceeded, &["must state", "limits.memory"])),
        ("pod-security", refused(Reason::PodSecurity, &["security level \"restricted\"", "runAsNonRoot"])),
        ("no-service-account", refused(Reason::AdmissionRefused, &["nobody-made-this"])),
    ]
}

/// Fixtures of a run whose job is gone.
const ABSENT: [(&str, Absence); 2] = [("deleted", Absence::Gone), ("namespace-gone", Absence::NamespaceGone)];

/// F38, F39, F40, F41, F42, F44: what `tests/cluster/recorded.rs` records of each.
#[test]
fn every_recorded_situation_is_told_as_it_was() {
    for (name, expected) in expectations() {
        let present = present(name);
        let message = present.message.clone().unwrap_or_default();
        assert_eq!((present.phase, &present.reason), (expected.phase, &expected.reason), "{name}: {message}");
        let ended = present.outcome.as_ref().map(|outcome| (outcome.succeeded, outcome.exit_code));
        assert_eq!(ended, expected.ended, "{name}: {:?}", present.outcome);
        let attempts: Vec<_> = present.attempts.iter().map(|attempt| attempt.state).collect();
        assert_eq!(attempts, expected.attempts, "{name}");
        for words in expected.words {
            assert!(message.contains(words), "{name}: {words:?} is not in {message:?}");
        }
        assert_eq!(message.is_empty(), expected.words.is_empty(), "{name}: {message}");
        assert!(message.is_empty() || message.ends_with('.'), "{name}: {message}");
    }
}

#[test]
fn a_run_that_is_gone_is_gone_alone_or_with_its_namespace() {
    for (name, expected) in ABSENT {
        let recorded = recorded(name);
        assert_eq!(recorded.objects, None, "{name}");
        assert_eq!(absence(Some(&recorded.namespace).filter(|namespace| !namespace.is_null())), expected, "{name}");
    }
    assert_eq!(absence(Some(&recorded("namespace-going").namespace)), Absence::NamespaceGone);
}

#[test]
fn every_fixture_is_in_the_table() {
    let mut files: Vec<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let mut known: Vec<_> = expectations().iter().map(|(name, _)| (*name).to_owned()).collect();
    known.extend(ABSENT.map(|(name, _)| name.to_owned()));
    files.sort();
    known.sort();
    assert_eq!(files, known);
}

#[test]
fn what_a_job_says_of_itself_is_read() {
    let held = present("held");
    assert!(held.is_held && !held.is_deleting, "a hold is no deletion");
    assert!(present("paused").is_held, "a pause is a hold");
    assert!(present("being-deleted").is_deleting, "a deletion is one");
    let complete = present("complete");
    assert!(!complete.is_held, "`Suspended` stays as a condition with status False");
    let [attempt] = complete.attempts.as_slice() else { panic!("one attempt: {:?}", complete.attempts) };
    assert_eq!((attempt.number, attempt.exit_code, attempt.node.as_deref()), (1, Some(0), Some("node0")));
    assert!(attempt.started <= attempt.finished && attempt.finished.is_some(), "{attempt:?}");
    let [container] = attempt.containers.as_slice() else { panic!("one container: {:?}", attempt.containers) };
    assert_eq!((container.name.as_str(), container.has_started, container.is_running), ("main", true, false));
    assert!(complete.image_digest.unwrap().contains("/busybox@sha256:"), "the image that ran is known by digest");
    assert_eq!(present("start-error").attempts[0].started, None, "1970 is no time");
    assert!(!present("err-image-pull").attempts[0].containers[0].has_started, "there is no log to ask for");
}

/// F41: the scheduler's own words, and no guess about when it ends.
#[test]
fn a_run_without_a_node_is_blocked_once_waiting_has_not_helped() {
    let recorded = recorded("unschedulable-memory");
    let objects = recorded.objects.unwrap();
    let later = recorded.at + jiff::SignedDuration::from_secs(61);
    assert_eq!(seen(&objects, recorded.at).phase, Phase::Scheduling);
    assert_eq!(seen(&objects, later).phase, Phase::Blocked);
}

#[test]
fn the_version_is_the_newest_of_the_job_and_its_own_pods() {
    let mut objects = recorded("running").objects.unwrap();
    job(&mut objects).metadata.resource_version = Some("7".to_owned());
    objects.pods[0].metadata.resource_version = Some("9".to_owned());
    assert_eq!(seen(&objects, Timestamp::UNIX_EPOCH).version, 9);
    objects.pods[0].metadata.resource_version = Some("opaque".to_owned());
    assert_eq!(seen(&objects, Timestamp::UNIX_EPOCH).version, 7);
    job(&mut objects).metadata.resource_version = None;
    assert_eq!(seen(&objects, Timestamp::UNIX_EPOCH).version, 0);
}

#[test]
fn a_pod_that_only_carries_the_label_is_not_an_attempt() {
    let mut objects = recorded("running").objects.unwrap();
    let mut stranger = objects.pods[0].clone();
    stranger.metadata.owner_references = None;
    objects.pods.push(stranger);
    let mut older = objects.pods[0].clone();
    older.metadata.owner_references.as_mut().unwrap()[0].uid = "of a job of the same name before".to_owned();
    objects.pods.push(older);
    assert_eq!(seen(&objects, Timestamp::UNIX_EPOCH).attempts.len(), 1);
}

#[test]
fn a_condition_that_does_not_hold_says_nothing() {
    let mut objects = recorded("exit-code").objects.unwrap();
    for condition in job(&mut objects).status.as_mut().unwrap().conditions.as_mut().unwrap() {
        condition.status = "False".to_owned();
    }
    assert_eq!(seen(&objects, Timestamp::UNIX_EPOCH).outcome, None);
}

/// What ended by itself stays an end, however soon the Job was deleted after it; what its removal ended is none.
#[test]
fn an_end_that_came_of_the_deletion_is_no_end() {
    let recorded = |name: &str| recorded(name).objects.unwrap();
    let code_when_deleted = |mut objects: RunObjects, seconds: i64| {
        let finished = seen(&objects, Timestamp::UNIX_EPOCH).attempts[0].finished.unwrap();
        let deleted = finished + jiff::SignedDuration::from_secs(seconds);
        job(&mut objects).metadata.deletion_timestamp =
            Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(deleted));
        let present = seen(&objects, Timestamp::UNIX_EPOCH);
        assert_eq!(present.phase == Phase::Stopping, present.outcome.is_none());
        present.outcome.and_then(|outcome| outcome.exit_code)
    };
    for (name, code) in [("exit-code", 42), ("complete", 0), ("killed", 137)] {
        assert_eq!(code_when_deleted(recorded(name), 1), Some(code), "{name}: over before the deletion");
    }
    for (name, seconds) in [("exit-code", 0), ("exit-code", -1), ("complete", -1), ("killed", -9)] {
        assert_eq!(code_when_deleted(recorded(name), seconds), None, "{name}: {seconds} s");
    }
}

#[test]
fn an_old_refusal_does_not_outlive_a_pod() {
    let mut objects = recorded("quota-exceeded").objects.unwrap();
    let refusal = objects.events.iter().find(|event| event.reason.as_deref() == Some("FailedCreate")).unwrap();
    let mut success = refusal.clone();
    success.reason = Some("SuccessfulCreate".to_owned());
    success.metadata.resource_version = Some(u64::MAX.to_string());
    objects.events.push(success);
    let present = seen(&objects, Timestamp::UNIX_EPOCH);
    assert_eq!((present.phase, present.reason), (Phase::Queued, None));
}

#[test]
fn words_that_nobody_knows_are_passed_on() {
    let mut objects = recorded("err-image-pull").objects.unwrap();
    let status = objects.pods[0].status.as_mut().unwrap();
    let state = status.container_statuses.as_mut().unwrap()[0].state.as_mut().unwrap();
    state.waiting.as_mut().unwrap().reason = Some("WaitingForGodot".to_owned());
    let present = seen(&objects, Timestamp::UNIX_EPOCH);
    assert_eq!(present.reason, Some(Reason::Other("WaitingForGodot".to_owned())));
    assert!(present.message.unwrap().contains("WaitingForGodot"), "the word is shown");

    let mut objects = recorded("exit-code").objects.unwrap();
    let conditions = job(&mut objects).status.as_mut().unwrap().conditions.as_mut().unwrap();
    conditions.iter_mut().find(|condition| condition.type_ == "Failed").unwrap().reason = Some("NewIn2030".to_owned());
    assert_eq!(seen(&objects, Timestamp::UNIX_EPOCH).reason, Some(Reason::Other("NewIn2030".to_owned())));
}

#[test]
fn an_exit_code_that_nobody_saw_is_not_told() {
    let mut objects = recorded("evicted-by-node").objects.unwrap();
    let status = objects.pods[0].status.as_mut().unwrap();
    let state = status.container_statuses.as_mut().unwrap()[0].state.as_mut().unwrap();
    state.terminated.as_mut().unwrap().reason = Some("ContainerStatusUnknown".to_owned());
    let present = seen(&objects, Timestamp::UNIX_EPOCH);
    assert_eq!((present.attempts[0].exit_code, present.outcome.unwrap().exit_code), (None, None));
}

#[test]
fn events_are_one_row_each_oldest_first() {
    let mut objects = recorded("image-pull-back-off").objects.unwrap();
    let rows = objects.run_events();
    assert_eq!(rows.len(), objects.events.len(), "every event is a row");
    assert!(rows.is_sorted_by_key(|row| row.first), "oldest first");
    let pulling = rows.iter().find(|row| row.reason == "Pulling").unwrap();
    assert!(pulling.about.starts_with("Pod/situation-") && pulling.kind == "Normal", "{pulling:?}");
    let mut again = objects.events.iter().find(|event| event.reason.as_deref() == Some("Pulling")).unwrap().clone();
    again.count = Some(41);
    objects.events.push(again);
    let folded = objects.run_events();
    assert_eq!(folded.len(), rows.len(), "a repeated event is the same row");
    assert_eq!(folded.iter().find(|row| row.uid == pulling.uid).unwrap().count, 41);
}

#[test]
fn a_run_is_read_back_from_its_job() {
    let objects = recorded("complete").objects.unwrap();
    let run = objects.frozen_run().unwrap();
    assert_eq!((Some(run.id), Some(run.installation)), (objects.run_id(), objects.installation()));
    assert_eq!(run.object_name, objects.main().name);
    assert_eq!(Some(run.target.namespace.as_str()), objects.main.metadata().namespace.as_deref());
    assert_eq!(run.function.name.as_str(), "situation");
    assert_eq!(Some(run.spec_hash.as_str()), objects.spec_hash());

    let mut other = objects.clone();
    let labels = job(&mut other).metadata.labels.as_mut().unwrap();
    labels.insert(labels::RUN.to_owned(), uuid::Uuid::nil().to_string());
    assert_eq!(other.frozen_run(), None, "an annotation that speaks of another run is not believed");
}

mod poison {
    use proptest::prelude::*;

    use super::*;

    fn cases() -> impl Strategy<Value = &'static str> {
        proptest::sample::select(expectations().iter().map(|(name, _)| *name).collect::<Vec<_>>())
    }

    fn anything() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<String>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
            Just(Value::from("9999-12-31T23:59:59Z")),
            Just(Value::from("-009998-01-01T00:00:00Z")),
            Just(serde_json::json!({})),
            Just(serde_json::json!([])),
        ]
    }

    /// Paths of everything in a value.
    fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
        found.push(path.to_owned());
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                paths(value, &format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, value)| paths(value, &format!("{path}/{index}"), found));
            }
            _ => {}
        }
    }

    /// Everything that Berth reads of a run.
    fn read(objects: &RunObjects, at: Timestamp) {
        let _ = (objects.run_id(), objects.installation(), objects.main(), objects.spec_hash());
        let _ = (objects.frozen_run(), objects.frozen_run_beside(), objects.run_events());
        let _ = objects.observe(at);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn no_tampered_object_makes_the_reading_stumble(
            name in cases(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..4),
        ) {
            let objects = recorded(name).objects.unwrap();
            let mut value = serde_json::json!({"job": objects.main.job(), "pods": objects.pods, "events": objects.events});
            for (place, new) in changes {
                let mut all = Vec::new();
                paths(&value, "", &mut all);
                all.retain(|path| !path.is_empty());
                let path = place.get(&all).clone();
                *value.pointer_mut(&path).unwrap() = new;
            }
            let (job, pods, events) = (value["job"].take(), value["pods"].take(), value["events"].take());
            // What the client's own types refuse never gets here.
            if let (Ok(job), Ok(pods), Ok(events)) =
                (serde_json::from_value(job), serde_json::from_value(pods), serde_json::from_value(events))
            {
                read(&RunObjects { main: Main::Job(job), pods, services: Vec::new(), events }, Timestamp::UNIX_EPOCH);
            }
        }

        #[test]
        fn no_annotation_or_label_makes_the_reading_stumble(
            annotation in any::<String>(),
            packed in prop::collection::vec(any::<u8>(), 0..512),
            label in any::<String>(),
        ) {
            use base64::Engine;
            let mut objects = recorded("held").objects.unwrap();
            let framed = zstd::stream::encode_all(packed.as_slice(), 1).unwrap();
            for text in [
                annotation,
                base64::engine::general_purpose::STANDARD.encode(&packed),
                base64::engine::general_purpose::STANDARD.encode(framed),
            ] {
                let annotations = job(&mut objects).metadata.annotations.as_mut().unwrap();
                annotations.insert(labels::RUN_SPEC.to_owned(), text);
                prop_assert_eq!(objects.frozen_run(), None);
            }
            for key in [labels::RUN, labels::INSTALLATION] {
                job(&mut objects).metadata.labels.as_mut().unwrap().insert(key.to_owned(), label.clone());
            }
            read(&objects, Timestamp::UNIX_EPOCH);
        }
    }
}
