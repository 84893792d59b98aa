//! Tests of the life cycle: the table of single steps, and the histories that a cluster can produce.

mod histories;

use jiff::Timestamp;

use super::{Absence, Observation, Outcome, Present, Sight, Starts, advance};
use crate::{
    Action, Attempt, AttemptState, Copies, Phase, Reason, RunState, RunStatus, ScheduleStatus, StatusWord, Submission,
    Wish,
};

pub(super) fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

pub(super) fn present(version: u64, phase: Phase) -> Present {
    Present {
        version,
        is_held: false,
        is_deleting: false,
        phase,
        reason: None,
        message: None,
        outcome: None,
        attempts: Vec::new(),
        copies: None,
        starts: None,
        urls: Vec::new(),
        image_digest: None,
        built_digest: None,
    }
}

pub(super) fn attempt(number: u32, state: AttemptState, exit_code: Option<i32>) -> Attempt {
    Attempt {
        number,
        pod: format!("pod-{number}"),
        pod_uid: format!("uid-{number}"),
        node: None,
        state,
        reason: None,
        exit_code,
        started: (state != AttemptState::Pending).then(|| time(i64::from(number))),
        finished: exit_code.map(|_| time(i64::from(number) + 1)),
        containers: Vec::new(),
    }
}

pub(super) fn released() -> RunStatus {
    RunStatus { submission: Submission::Released, state: RunState::Ready, phase: Phase::Held, ..RunStatus::created() }
}

fn seen(present: Present) -> Observation {
    Observation { at: time(50), sight: Sight::Present(present) }
}

fn absent(absence: Absence) -> Observation {
    Observation { at: time(60), sight: Sight::Absent(absence) }
}

fn outcome(succeeded: bool, reason: Option<Reason>, exit_code: Option<i32>) -> Option<Outcome> {
    Some(Outcome { succeeded, reason, message: None, exit_code, finished: Some(time(40)) })
}

fn after(action: Action, status: &RunStatus, observation: &Observation) -> RunStatus {
    advance(action, status, observation).map_or_else(|| status.clone(), |transition| transition.to)
}

#[test]
fn each_sight_of_a_live_job_has_its_state_and_phase() {
    let held = Present { is_held: true, ..present(1, Phase::Held) };
    let deleting = Present { is_deleting: true, ..present(1, Phase::Running) };
    let running = RunStatus { state: RunState::Running, phase: Phase::Running, ..released() };
    let created = RunStatus { submission: Submission::Created, ..RunStatus::created() };
    let blocked = Present { reason: Some(Reason::ImagePull), ..present(1, Phase::Blocked) };
    let stopping = RunStatus { wish: Some(Wish::Stop), ..running.clone() };
    let removing = RunStatus { wish: Some(Wish::Delete), ..running.clone() };
    for (name, before, sight, state, phase, reason) in [
        ("held before release", created, held.clone(), RunState::Ready, Phase::Held, None),
        ("suspended after release", released(), held.clone(), RunState::Pending, Phase::Blocked, Some(Reason::Paused)),
        ("suspended while running", running.clone(), held, RunState::Running, Phase::Blocked, Some(Reason::Paused)),
        ("no pod yet", released(), present(1, Phase::Queued), RunState::Pending, Phase::Queued, None),
        ("waiting for a node", released(), present(1, Phase::Scheduling), RunState::Pending, Phase::Scheduling, None),
        ("pulling", released(), present(1, Phase::Pulling), RunState::Pending, Phase::Pulling, None),
        ("blocked", released(), blocked, RunState::Pending, Phase::Blocked, Some(Reason::ImagePull)),
        ("running", released(), present(1, Phase::Running), RunState::Running, Phase::Running, None),
        ("next attempt pulls", running.clone(), present(1, Phase::Pulling), RunState::Running, Phase::Pulling, None),
        ("between attempts", running.clone(), present(1, Phase::Retrying), RunState::Running, Phase::Retrying, None),
        ("deleted by someone", running, deleting, RunState::Stop, Phase::Stopping, Some(Reason::DeletedOutside)),
        (
            "being stopped",
            stopping,
            present(1, Phase::Running),
            RunState::Stop,
            Phase::Stopping,
            Some(Reason::StoppedByUser),
        ),
        ("being deleted", removing, present(1, Phase::Running), RunState::Deleting, Phase::Stopping, None),
    ] {
        let next = after(Action::Job, &before, &seen(sight));
        assert_eq!((next.state, next.phase, next.reason), (state, phase, reason), "{name}");
    }
}

#[test]
fn each_absence_has_its_end() {
    let running = RunStatus { state: RunState::Running, phase: Phase::Running, ..released() };
    let deleted_outside =
        after(Action::Job, &running, &seen(Present { is_deleting: true, ..present(1, Phase::Running) }));
    let with = |wish| RunStatus { wish: Some(wish), ..running.clone() };
    let discarded = RunStatus { submission: Submission::Discarded, ..RunStatus::created() };
    for (name, before, absence, state, reason) in [
        ("gone", running.clone(), Absence::Gone, RunState::Stopped, Some(Reason::Vanished)),
        (
            "gone after a deletion was seen",
            deleted_outside,
            Absence::Gone,
            RunState::Stopped,
            Some(Reason::DeletedOutside),
        ),
        ("namespace gone", running.clone(), Absence::NamespaceGone, RunState::Stopped, Some(Reason::NamespaceDeleted)),
        ("replaced", running.clone(), Absence::Replaced, RunState::Stopped, Some(Reason::Replaced)),
        ("superseded", running.clone(), Absence::Superseded, RunState::Stopped, Some(Reason::DeletedOutside)),
        ("stopped by us", with(Wish::Stop), Absence::Gone, RunState::Stopped, Some(Reason::StoppedByUser)),
        ("deleted by us", with(Wish::Delete), Absence::Gone, RunState::Deleted, None),
        ("given up", discarded, Absence::Gone, RunState::Stopped, Some(Reason::Discarded)),
    ] {
        let next = after(Action::Job, &before, &absent(absence));
        assert_eq!((next.state, next.reason.clone()), (state, reason), "{name}");
        assert!(next.only_in_history && next.phase == Phase::Finished, "{name}");
        assert_eq!(next.finished, Some(time(60)), "{name}");
        assert_eq!(advance(Action::Job, &next, &absent(absence)), None, "{name}: told once");
    }
}

#[test]
fn absence_decides_nothing_before_the_launch_is_known_to_have_arrived() {
    for submission in
        [Submission::Draft, Submission::Intent, Submission::Unknown, Submission::Rejected, Submission::Conflict]
    {
        let status = RunStatus { submission, ..RunStatus::created() };
        assert_eq!(advance(Action::Job, &status, &absent(Absence::Gone)), None, "{submission:?}");
    }
}

#[test]
fn an_end_is_kept_when_the_objects_go() {
    let ended = Present { outcome: outcome(false, Some(Reason::ExitCode), Some(3)), ..present(9, Phase::Finished) };
    let status = after(Action::Job, &RunStatus { wish: Some(Wish::Delete), ..released() }, &seen(ended));
    assert_eq!((status.state, status.exit_code, status.only_in_history), (RunState::Error, Some(3), false));
    let transition = advance(Action::Job, &status, &absent(Absence::Gone)).unwrap();
    assert_eq!((transition.from, transition.to.state), (RunState::Error, RunState::Error));
    assert_eq!(transition.to, RunStatus { only_in_history: true, revision: status.revision + 1, ..status });
}

#[test]
fn an_end_seen_before_its_pod_gets_its_exit_code_later() {
    let early = Present {
        outcome: outcome(false, Some(Reason::RetriesExhausted), None),
        attempts: vec![attempt(1, AttemptState::Running, None)],
        ..present(9, Phase::Finished)
    };
    let whole = Present {
        outcome: outcome(false, Some(Reason::OutOfMemory), Some(137)),
        attempts: vec![attempt(1, AttemptState::Failed, Some(137))],
        ..present(9, Phase::Finished)
    };
    let first = after(Action::Job, &released(), &seen(early.clone()));
    assert_eq!((first.state, first.exit_code), (RunState::Error, None));
    let second = after(Action::Job, &first, &seen(whole));
    assert_eq!(
        (second.state, second.exit_code, second.reason.clone()),
        (RunState::Error, Some(137), Some(Reason::OutOfMemory))
    );
    assert_eq!(advance(Action::Job, &second, &seen(early)), None, "the poorer sight changes nothing");
}

#[test]
fn an_end_seen_before_its_last_pod_is_known_takes_that_pods_exit_code() {
    let first = attempt(1, AttemptState::Failed, Some(1));
    let early = Present {
        outcome: outcome(false, Some(Reason::RetriesExhausted), None),
        attempts: vec![first.clone()],
        ..present(9, Phase::Finished)
    };
    let whole = Present {
        outcome: outcome(false, Some(Reason::OutOfMemory), Some(137)),
        attempts: vec![first, attempt(2, AttemptState::Failed, Some(137))],
        ..present(9, Phase::Finished)
    };
    let status = after(Action::Job, &released(), &seen(early));
    let status = after(Action::Job, &status, &seen(whole));
    assert_eq!((status.exit_code, status.reason), (Some(137), Some(Reason::OutOfMemory)));
}

#[test]
fn a_final_state_never_changes() {
    for (succeeded, state) in [(true, RunState::Completed), (false, RunState::Error)] {
        let ended = Present { outcome: outcome(succeeded, None, None), ..present(5, Phase::Finished) };
        let status = after(Action::Job, &released(), &seen(ended));
        for sight in [
            present(6, Phase::Running),
            Present { outcome: outcome(!succeeded, None, Some(1)), ..present(7, Phase::Finished) },
            Present { is_deleting: true, ..present(8, Phase::Running) },
        ] {
            assert_eq!(after(Action::Job, &status, &seen(sight)).state, state);
        }
        for absence in [Absence::Gone, Absence::Replaced, Absence::NamespaceGone] {
            assert_eq!(after(Action::Job, &status, &absent(absence)).state, state);
        }
    }
    let stopped = after(Action::Job, &released(), &absent(Absence::Gone));
    assert_eq!(advance(Action::Job, &stopped, &seen(present(99, Phase::Running))), None);
}

#[test]
fn an_older_version_is_ignored_and_a_newer_one_alone_is_no_change() {
    let status = after(Action::Job, &released(), &seen(present(7, Phase::Running)));
    assert_eq!((status.seen_version, status.revision), (7, 1));
    assert_eq!(advance(Action::Job, &status, &seen(present(6, Phase::Pulling))), None);
    assert_eq!(advance(Action::Job, &status, &seen(present(8, Phase::Running))), None);
    let uncountable = after(Action::Job, &status, &seen(present(0, Phase::Retrying)));
    assert_eq!((uncountable.phase, uncountable.seen_version), (Phase::Retrying, 7));
}

/// A sight of a service: so many copies ready of so many wanted.
fn copies(phase: Phase, ready: u32, wanted: u32) -> Present {
    Present { copies: Some(Copies { ready, wanted }), is_held: wanted == 0, ..present(0, phase) }
}

#[test]
fn a_stopped_service_can_go_on_and_is_not_fought_over() {
    let running = after(Action::Serve, &released(), &seen(copies(Phase::Running, 2, 2)));
    assert_eq!((running.state, running.word(Action::Serve)), (RunState::Running, StatusWord::Ready));
    let paused = after(Action::Serve, &running, &seen(copies(Phase::Held, 0, 0)));
    assert_eq!((paused.state, paused.reason.clone()), (RunState::Stopped, Some(Reason::Paused)));
    assert_eq!(paused.copies, Some(Copies { ready: 0, wanted: 2 }), "with how many it goes on");
    assert!(!paused.is_over(Action::Serve) && paused.is_over(Action::Job));
    let resumed = after(Action::Serve, &paused, &seen(copies(Phase::Scheduling, 0, 2)));
    assert_eq!(resumed.state, RunState::Pending);

    let stopping = RunStatus { wish: Some(Wish::Stop), ..running };
    let ending = after(Action::Deploy, &stopping, &seen(copies(Phase::Stopping, 0, 0)));
    assert_eq!((ending.state, ending.wish), (RunState::Stop, Some(Wish::Stop)), "its last pods are not gone yet");
    let stopped = after(Action::Deploy, &ending, &seen(copies(Phase::Held, 0, 0)));
    assert_eq!((stopped.state, stopped.reason.clone()), (RunState::Stopped, Some(Reason::StoppedByUser)));
    assert_eq!(stopped.wish, None, "the wish is fulfilled");
    assert_eq!(advance(Action::Deploy, &stopped, &seen(copies(Phase::Held, 0, 0))), None);
    let scaled = after(Action::Deploy, &stopped, &seen(copies(Phase::Running, 1, 1)));
    assert_eq!(scaled.state, RunState::Running, "whoever scales it up again is believed");
    let gone = after(Action::Deploy, &stopped, &absent(Absence::Gone));
    assert!(gone.is_over(Action::Deploy) && gone.only_in_history);
}

/// A sight of a schedule: whether it is suspended, and when it started something last.
fn schedule(phase: Phase, last: Option<i64>) -> Present {
    let starts = Some(Starts { last: last.map(time), active: 1 });
    Present { starts, is_held: phase == Phase::Held, ..present(0, phase) }
}

#[test]
fn a_schedule_runs_while_it_waits_and_can_go_on_after_it_was_suspended() {
    let made = RunStatus { schedule: Some(ScheduleStatus::default()), ..released() };
    let unseen = RunStatus { state: RunState::Pending, phase: Phase::Queued, ..made.clone() };
    let waits = (StatusWord::Scheduled, "waiting for its next time");
    assert_eq!((unseen.word(Action::Job), unseen.doing()), waits, "it never has a pod of its own");
    let waiting = after(Action::Job, &made, &seen(schedule(Phase::Scheduled, None)));
    assert_eq!((waiting.state, waiting.word(Action::Job)), (RunState::Running, StatusWord::Scheduled));
    let fired = after(Action::Job, &waiting, &seen(schedule(Phase::Scheduled, Some(30))));
    assert_eq!(fired.schedule, Some(ScheduleStatus { last: Some(time(30)), active: 1, counted: None }));
    assert!(fired.attempts.is_empty(), "what it starts are runs of their own");
    let older = after(Action::Job, &fired, &seen(schedule(Phase::Scheduled, None)));
    assert_eq!(older.schedule.and_then(|known| known.last), Some(time(30)), "what was known is not unlearned");

    let paused = after(Action::Job, &fired, &seen(schedule(Phase::Held, Some(30))));
    assert_eq!((paused.state, paused.reason.clone()), (RunState::Stopped, Some(Reason::Paused)));
    assert!(!paused.is_over(Action::Job));
    let stopping = RunStatus { wish: Some(Wish::Stop), ..fired.clone() };
    let stopped = after(Action::Job, &stopping, &seen(schedule(Phase::Held, Some(30))));
    assert_eq!((stopped.state, stopped.wish), (RunState::Stopped, None));
    assert_eq!(stopped.reason, Some(Reason::StoppedByUser));
    let resumed = after(Action::Job, &stopped, &seen(schedule(Phase::Scheduled, Some(30))));
    assert_eq!(resumed.state, RunState::Running);
    assert_eq!(resumed.schedule.and_then(|known| known.counted), Some(time(50)), "it kept no times while suspended");

    let blocked = Present { reason: Some(Reason::QuotaExceeded), ..schedule(Phase::Blocked, Some(30)) };
    let blocked = after(Action::Job, &fired, &seen(blocked));
    assert_eq!((blocked.state, blocked.word(Action::Job)), (RunState::Running, StatusWord::Pending));
    for known in [&fired, &stopped] {
        let gone = after(Action::Job, known, &absent(Absence::Gone));
        assert!(gone.is_over(Action::Job) && gone.only_in_history);
    }
    let gone = after(Action::Job, &fired, &absent(Absence::Gone));
    assert_eq!(gone.reason, Some(Reason::DeletedOutside), "it does not end by itself");
}

#[test]
fn a_service_that_is_late_has_failed_until_it_is_ready() {
    let late = Present { reason: Some(Reason::ProgressDeadline), ..copies(Phase::Blocked, 0, 1) };
    let failed = after(Action::Serve, &released(), &seen(late.clone()));
    assert_eq!((failed.state, failed.word(Action::Serve)), (RunState::Error, StatusWord::Failed));
    assert!(!failed.is_over(Action::Serve), "it can be stopped, restarted, and may come to life");
    let alive = after(Action::Serve, &failed, &seen(copies(Phase::Running, 1, 1)));
    assert_eq!(alive.state, RunState::Running);
    let again = after(Action::Serve, &alive, &seen(late));
    assert_eq!((again.state, again.reason), (RunState::Running, Some(Reason::ProgressDeadline)), "it was ready once");
    assert_eq!(again.phase, Phase::Blocked);
    let gone = after(Action::Serve, &failed, &absent(Absence::Gone));
    assert_eq!((gone.state, gone.is_over(Action::Serve)), (RunState::Error, true));
    let rejected = RunStatus { submission: Submission::Rejected, state: RunState::Error, ..RunStatus::created() };
    assert!(rejected.is_over(Action::Serve), "nothing of it exists");
}

#[test]
fn of_a_service_that_lives_long_the_last_instances_are_remembered() {
    let mut status = released();
    for number in 1..=150 {
        let instance = Attempt { pod_uid: format!("uid-{number}"), ..attempt(1, AttemptState::Running, None) };
        let sight = Present { attempts: vec![instance], ..copies(Phase::Running, 1, 1) };
        status = after(Action::Serve, &status, &seen(sight));
    }
    let numbers: Vec<u32> = status.attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, (51..=150).collect::<Vec<u32>>());
}

#[test]
fn attempts_are_never_lost_nor_unlearned() {
    let with = |attempts| seen(Present { attempts, ..present(0, Phase::Running) });
    let one = after(Action::Job, &released(), &with(vec![attempt(1, AttemptState::Running, None)]));
    assert_eq!(one.started, Some(time(1)));
    let failed = after(Action::Job, &one, &with(vec![attempt(1, AttemptState::Failed, Some(2))]));
    let mut second = attempt(2, AttemptState::Running, None);
    second.number = 1;
    let renumbered = after(Action::Job, &failed, &with(vec![second]));
    let states: Vec<_> = renumbered.attempts.iter().map(|attempt| (attempt.number, attempt.state)).collect();
    assert_eq!(states, vec![(1, AttemptState::Failed), (2, AttemptState::Running)], "a pod keeps its place");
    let gone = after(Action::Job, &renumbered, &with(vec![]));
    assert_eq!(gone.attempts[1].state, AttemptState::Lost);
    let back = after(Action::Job, &gone, &with(vec![attempt(2, AttemptState::Succeeded, Some(0))]));
    assert_eq!(back.attempts[1].state, AttemptState::Succeeded);
    let stale = after(Action::Job, &back, &with(vec![attempt(2, AttemptState::Pending, None)]));
    assert_eq!(stale.attempts, back.attempts, "an end is not unlearned");
}
