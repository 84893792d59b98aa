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
        installation: us(),
        spec: RunSpec::default(),
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
    Facts { is_missing: false, is_deleting: false, was_read_at_end: false, has_logs: false, touched: at(0) }
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
    let mut stopping = running.clone();
    stopping.status.wish = Some(Wish::Stop);
    check(&stopping, facts(), 1, Some(Duty::CarryOut));
    check(&stopping, Facts { is_deleting: true, ..facts() }, 1, None);
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
