use berth_model::{Action, FunctionId, FunctionRef, RunId, RunSpec, RunState, RunStatus, Target, Wish};

use super::*;

fn run(submission: Submission, state: RunState) -> Run {
    Run {
        id: RunId::derived("run"),
        project: "default".parse().unwrap(),
        function: FunctionRef { name: "train".parse().unwrap(), version: 1, id: FunctionId::derived("function") },
        action: Action::Job,
        target: Target { kubeconfig: "/k".into(), context: "lab".into(), namespace: "default".into(), cluster: None },
        parent: None,
        fire: None,
        installation: us(),
        spec: RunSpec::default(),
        build: None,
        origins: Default::default(),
        manifests: Vec::new(),
        spec_hash: String::new(),
        object_name: "train-abc".into(),
        created: at(0),
        status: RunStatus { submission, state, ..RunStatus::created() },
    }
}

fn us() -> InstallationId {
    InstallationId::derived("here")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn facts() -> Facts {
    Facts {
        is_missing: false,
        is_unseen: false,
        is_deleting: false,
        was_read_at_end: false,
        has_logs: false,
        touched: at(0),
    }
}

fn check(run: &Run, facts: Facts, second: i64, expected: Option<Duty>) {
    let found = owed(run, us(), facts, at(second));
    assert_eq!(found, expected, "{:?} {:?} after {second} s, {facts:?}", run.status.submission, run.status.state);
}

#[test]
fn a_half_done_launch_is_left_to_its_launcher_then_finished_then_left_to_a_person() {
    for submission in [Submission::Intent, Submission::Created, Submission::Complete] {
        let run = run(submission, RunState::Built);
        check(&run, facts(), 5, None);
        check(&run, facts(), 21, Some(Duty::Drive));
        check(&run, facts(), 299, Some(Duty::Drive));
        check(&run, facts(), 300, Some(Duty::Offer));
        check(&run, Facts { touched: at(290), ..facts() }, 295, None);
    }
    let unknown = run(Submission::Unknown, RunState::Built);
    check(&unknown, facts(), 1, Some(Duty::Drive));
    check(&unknown, facts(), 301, Some(Duty::Offer));
    check(&run(Submission::Draft, RunState::Created), facts(), 1000, None);
}

#[test]
fn a_wish_ends_a_launch_at_any_age() {
    let mut run = run(Submission::Created, RunState::Stop);
    run.status.wish = Some(Wish::Stop);
    check(&run, facts(), 10_000, Some(Duty::Drive));
    check(&run, facts(), 5, None);
}

#[test]
fn a_released_run_is_only_watched_until_something_is_owed() {
    let running = run(Submission::Released, RunState::Running);
    check(&running, facts(), 100_000, None);
    check(&running, Facts { is_missing: true, ..facts() }, 1, Some(Duty::Confirm));
    check(&running, Facts { is_unseen: true, ..facts() }, 1, Some(Duty::Reconsider));
    let mut stopping = running.clone();
    stopping.status.wish = Some(Wish::Stop);
    check(&stopping, facts(), 1, Some(Duty::CarryOut));
    check(&stopping, Facts { is_deleting: true, ..facts() }, 1, None);
    let mut waiting = run(Submission::Released, RunState::Pending);
    (waiting.status.phase, waiting.status.reason) = (Phase::Scheduling, Some(Reason::Unschedulable));
    check(&waiting, facts(), 59, None);
    check(&waiting, facts(), 60, Some(Duty::Reconsider));
    waiting.status.phase = Phase::Blocked;
    check(&waiting, facts(), 100_000, None);
    let ended = run(Submission::Released, RunState::Completed);
    let read = Facts { was_read_at_end: true, ..facts() };
    check(&ended, read, 1, None);
    check(&ended, Facts { has_logs: true, ..read }, 1, Some(Duty::Settle));
}

#[test]
fn an_end_is_looked_at_once_more_before_its_logs_count_as_known() {
    let ended = run(Submission::Released, RunState::Completed);
    check(&ended, facts(), 1, Some(Duty::Look));
    check(&ended, Facts { has_logs: true, ..facts() }, 1, Some(Duty::Look));
    check(&ended, Facts { is_missing: true, ..facts() }, 1, Some(Duty::Confirm));
}

#[test]
fn what_is_left_of_a_launch_that_came_to_nothing_is_cleared_up() {
    for submission in [Submission::Rejected, Submission::Conflict, Submission::Discarded] {
        check(&run(submission, RunState::Error), facts(), 1, Some(Duty::Drive));
    }
}

#[test]
fn runs_of_another_installation_are_looked_at_and_never_touched() {
    for submission in [
        Submission::Intent,
        Submission::Unknown,
        Submission::Created,
        Submission::Complete,
        Submission::Released,
        Submission::Rejected,
        Submission::Discarded,
    ] {
        let mut theirs = run(submission, RunState::Running);
        theirs.installation = InstallationId::derived("elsewhere");
        theirs.status.wish = Some(Wish::Stop);
        check(&theirs, facts(), 1_000, None);
    }
    let mut theirs = run(Submission::Released, RunState::Completed);
    theirs.installation = InstallationId::derived("elsewhere");
    check(&theirs, Facts { was_read_at_end: true, has_logs: true, ..facts() }, 1, Some(Duty::Settle));
}

#[test]
fn the_starts_of_a_schedule_are_counted_once() {
    let mut schedule = run(Submission::Released, RunState::Running);
    let known = |last: i64, counted: Option<i64>| {
        let second = |second| Timestamp::from_second(second).unwrap();
        Some(berth_model::ScheduleStatus { last: Some(second(last)), active: 0, counted: counted.map(second) })
    };
    schedule.status.schedule = known(100, None);
    check(&schedule, facts(), 1, Some(Duty::Count));
    schedule.status.schedule = known(100, Some(100));
    check(&schedule, facts(), 1, None);
    schedule.status.schedule = known(200, Some(100));
    check(&schedule, Facts { is_missing: true, ..facts() }, 1, Some(Duty::Confirm));
}

#[test]
fn an_image_that_was_built_is_given_to_its_function_once_and_before_the_objects_go() {
    let mut build = run(Submission::Released, RunState::Completed);
    build.action = Action::Build;
    build.build = serde_json::from_value(serde_json::json!({
        "dockerfile": "FROM a\n", "image": "r.example.org/a:t", "registry": {"address": "r.example.org"}, "builder": "b",
    }))
    .unwrap();
    let known = Facts { was_read_at_end: true, has_logs: true, ..facts() };
    check(&build, known, 1, Some(Duty::Settle));
    build.status.built_digest = Some(format!("sha256:{}", "a".repeat(64)));
    check(&build, facts(), 1, Some(Duty::Look));
    check(&build, known, 1, Some(Duty::Pin));
    let others = Run { installation: InstallationId::derived("elsewhere"), ..build.clone() };
    check(&others, known, 1, Some(Duty::Settle));
    build.status.pinned = serde_json::from_value(serde_json::json!({"version": 2})).unwrap();
    check(&build, known, 1, Some(Duty::Settle));
}
