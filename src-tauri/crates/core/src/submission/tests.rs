//! The machine as a table: what is written and what was learned decide the next step.

use berth_model::{
    Action, FunctionId, FunctionRef, InstallationId, ObjectRef, Phase, Reason, Run, RunId, RunSpec, RunState,
    RunStatus, Submission, Target, Wish,
};
use jiff::Timestamp;

use super::step::{Evidence, Found, Mark, Refusal, Step, next_step};
use super::{apply, is_past, refusal};

fn run(submission: Submission) -> Run {
    Run {
        id: RunId::derived("run"),
        project: "default".parse().expect("a project name"),
        function: FunctionRef {
            name: "train".parse().expect("a function name"),
            version: 1,
            id: FunctionId::derived("function"),
        },
        action: Action::Job,
        target: Target {
            kubeconfig: "/kube/config".into(),
            context: "lab".into(),
            namespace: "default".into(),
            cluster: None,
        },
        parent: None,
        fire: None,
        installation: InstallationId::derived("here"),
        spec: RunSpec::default(),
        build: None,
        origins: Default::default(),
        manifests: vec![serde_json::json!({ "kind": "Job" }), serde_json::json!({ "kind": "ConfigMap" })],
        spec_hash: "ab12".into(),
        object_name: "train-abc".into(),
        created: Timestamp::UNIX_EPOCH,
        status: RunStatus { submission, ..RunStatus::created() },
    }
}

fn job(uid: &str) -> ObjectRef {
    ObjectRef { kind: "Job".into(), name: "train-abc".into(), uid: uid.into() }
}

fn with(mut run: Run, objects: &[ObjectRef], wish: Option<Wish>) -> Run {
    run.status.objects = objects.to_vec();
    run.status.wish = wish;
    run
}

fn ours(uid: &str) -> Found {
    Found { object: job(uid), is_same_run: true, is_same_spec: true, version: 9, is_deleting: false, is_held: true }
}

fn no_right() -> Refusal {
    Refusal { reason: Reason::Rejected, message: "may not".into() }
}

#[test]
fn a_straight_launch_makes_holds_completes_and_releases() {
    let intent = run(Submission::Intent);
    assert_eq!(next_step(&intent, &Evidence::Fresh), Step::Send);
    assert_eq!(next_step(&intent, &Evidence::Made(job("a"))), Step::Record(Mark::Created(job("a"))));
    let created = with(run(Submission::Created), &[job("a")], None);
    assert_eq!(next_step(&created, &Evidence::Recorded), Step::MakeChildren(job("a")));
    let all = Evidence::ChildrenMade(vec![job("a")]);
    assert_eq!(next_step(&created, &all), Step::Record(Mark::Complete(vec![job("a")])));
    let complete = with(run(Submission::Complete), &[job("a")], None);
    assert_eq!(next_step(&complete, &Evidence::Recorded), Step::Release(job("a")));
    assert_eq!(next_step(&complete, &Evidence::Released(12)), Step::Record(Mark::Released(job("a"), 12)));
    assert_eq!(next_step(&run(Submission::Released), &Evidence::Recorded), Step::Done);
}

#[test]
fn a_job_that_owns_nothing_is_released_as_soon_as_it_is_written_down() {
    let mut created = with(run(Submission::Created), &[job("a")], None);
    created.manifests.truncate(1);
    assert_eq!(next_step(&created, &Evidence::Recorded), Step::Release(job("a")));
    assert_eq!(next_step(&created, &Evidence::Found(ours("a"))), Step::Release(job("a")));
    assert_eq!(next_step(&created, &Evidence::Released(3)), Step::Record(Mark::Released(job("a"), 3)));
}

#[test]
fn a_row_that_was_left_behind_asks_before_it_sends() {
    for submission in [Submission::Intent, Submission::Unknown, Submission::Created, Submission::Complete] {
        assert_eq!(next_step(&run(submission), &Evidence::Nothing), Step::Look, "{submission:?}");
    }
}

#[test]
fn what_is_found_under_the_name_is_adopted_only_if_it_is_this_very_launch() {
    let foreign = Found { is_same_run: false, ..ours("a") };
    let other_spec = Found { is_same_spec: false, ..ours("a") };
    let going = Found { is_deleting: true, ..ours("a") };
    let released = Found { is_held: false, ..ours("a") };
    for submission in [Submission::Intent, Submission::Unknown] {
        let row = run(submission);
        let step = |found: &Found| next_step(&row, &Evidence::Found(found.clone()));
        assert_eq!(step(&ours("a")), Step::Record(Mark::Created(job("a"))));
        assert!(matches!(step(&foreign), Step::Record(Mark::Conflict(_))));
        assert!(matches!(step(&other_spec), Step::Record(Mark::Conflict(_))));
        assert!(matches!(step(&going), Step::Record(Mark::Lost(Reason::DeletedOutside, _))));
        assert_eq!(step(&released), Step::Record(Mark::Released(job("a"), 9)));
    }
}

#[test]
fn a_lost_reply_is_no_verdict() {
    for submission in [Submission::Intent, Submission::Created, Submission::Complete, Submission::Unknown] {
        let step = next_step(&run(submission), &Evidence::Lost("reset".into()));
        assert_eq!(step, Step::Record(Mark::Unknown("reset".into())), "{submission:?}");
    }
    assert_eq!(next_step(&run(Submission::Unknown), &Evidence::Recorded), Step::Look);
    assert_eq!(next_step(&run(Submission::Unknown), &Evidence::Absent), Step::Send);
}

#[test]
fn a_refusal_counts_only_when_nothing_is_there() {
    let intent = run(Submission::Intent);
    assert_eq!(next_step(&intent, &Evidence::Refused(no_right())), Step::Look);
    assert_eq!(next_step(&intent, &Evidence::RefusedAndAbsent(no_right())), Step::Record(Mark::Rejected(no_right())));
    assert_eq!(next_step(&intent, &Evidence::Found(ours("a"))), Step::Record(Mark::Created(job("a"))));
}

#[test]
fn an_object_of_another_identity_is_not_this_run() {
    let complete = with(run(Submission::Complete), &[job("a")], None);
    let step = next_step(&complete, &Evidence::Found(ours("b")));
    assert!(matches!(step, Step::Record(Mark::Lost(Reason::Replaced, _))), "{step:?}");
}

#[test]
fn an_object_that_went_away_before_its_release_is_not_made_again() {
    for submission in [Submission::Created, Submission::Complete, Submission::Unknown] {
        let row = with(run(submission), &[job("a")], None);
        let step = next_step(&row, &Evidence::Absent);
        assert!(matches!(step, Step::Record(Mark::Lost(Reason::DeletedOutside, _))), "{submission:?}: {step:?}");
    }
}

#[test]
fn a_wish_ends_a_launch_wherever_it_is_and_removes_what_exists() {
    let stop = Some(Wish::Stop);
    let intent = with(run(Submission::Intent), &[], stop);
    assert_eq!(next_step(&intent, &Evidence::Fresh), Step::Record(Mark::Discarded(None)));
    assert_eq!(next_step(&intent, &Evidence::Nothing), Step::Look);
    assert_eq!(next_step(&intent, &Evidence::Absent), Step::Record(Mark::Discarded(None)));
    assert_eq!(next_step(&intent, &Evidence::Made(job("a"))), Step::Record(Mark::Discarded(Some(job("a")))));
    let created = with(run(Submission::Created), &[job("a")], stop);
    assert_eq!(next_step(&created, &Evidence::Recorded), Step::Record(Mark::Discarded(None)));
    let discarded = with(run(Submission::Discarded), &[job("a")], stop);
    assert_eq!(next_step(&discarded, &Evidence::Recorded), Step::Remove(job("a")));
    assert_eq!(next_step(&discarded, &Evidence::Removed), Step::Record(Mark::Removed));
}

#[test]
fn a_request_that_lands_after_the_launch_was_given_up_is_removed() {
    let mut discarded = with(run(Submission::Discarded), &[], Some(Wish::Stop));
    discarded.status.only_in_history = true;
    assert_eq!(next_step(&discarded, &Evidence::Made(job("late"))), Step::Remove(job("late")));
    assert_eq!(next_step(&discarded, &Evidence::Nothing), Step::Look);
    assert_eq!(next_step(&discarded, &Evidence::Found(ours("late"))), Step::Remove(job("late")));
    assert_eq!(next_step(&discarded, &Evidence::Absent), Step::Done);
    let foreign = Found { is_same_run: false, ..ours("x") };
    assert_eq!(next_step(&discarded, &Evidence::Found(foreign)), Step::Done);
}

#[test]
fn a_foreign_object_is_never_removed() {
    let conflict = run(Submission::Conflict);
    let foreign = Found { is_same_run: false, ..ours("x") };
    for evidence in [Evidence::Nothing, Evidence::Recorded] {
        assert_eq!(next_step(&conflict, &evidence), Step::Done, "{evidence:?}");
    }
    assert!(!matches!(next_step(&conflict, &Evidence::Found(foreign)), Step::Remove(_)));
}

#[test]
fn a_refused_child_ends_the_launch_and_takes_the_held_object_along() {
    let created = with(run(Submission::Created), &[job("a")], None);
    assert_eq!(next_step(&created, &Evidence::StepRefused(no_right())), Step::Record(Mark::Rejected(no_right())));
    let rejected = with(run(Submission::Rejected), &[job("a")], None);
    for evidence in [Evidence::Recorded, Evidence::Nothing] {
        assert_eq!(next_step(&rejected, &evidence), Step::Remove(job("a")), "{evidence:?}");
    }
    assert_eq!(next_step(&rejected, &Evidence::Lost("reset".into())), Step::Done, "the removal stays owed");
}

#[test]
fn every_written_mark_leads_on_and_none_leads_in_a_circle() {
    let marks = [
        Mark::Unknown("reset".into()),
        Mark::Created(job("a")),
        Mark::Complete(vec![job("a")]),
        Mark::Released(job("a"), 12),
        Mark::Rejected(no_right()),
        Mark::Conflict("taken".into()),
        Mark::Lost(Reason::Replaced, "replaced".into()),
        Mark::Discarded(Some(job("a"))),
    ];
    for mark in marks {
        let mut row = run(Submission::Intent);
        apply(&mark, Action::Job, &mut row.status, Timestamp::UNIX_EPOCH);
        let next = next_step(&row, &Evidence::Recorded);
        assert_ne!(next, Step::Record(mark.clone()), "{mark:?} is written once");
        let is_over = row.status.is_over(row.action);
        assert_eq!(is_over, row.status.finished.is_some(), "{mark:?}: an end has its time");
    }
}

#[test]
fn a_given_up_run_is_stopped_or_deleted_as_was_wished() {
    for (wish, state) in [(Wish::Stop, RunState::Stopped), (Wish::Delete, RunState::Deleted)] {
        let mut status = with(run(Submission::Intent), &[], Some(wish)).status;
        apply(&Mark::Discarded(None), Action::Job, &mut status, Timestamp::UNIX_EPOCH);
        assert_eq!((status.state, status.only_in_history), (state, true));
    }
}

#[test]
fn what_was_seen_meanwhile_is_not_taken_back() {
    let running = RunStatus {
        state: RunState::Running,
        phase: Phase::Running,
        submission: Submission::Complete,
        objects: vec![job("a")],
        seen_version: 20,
        ..RunStatus::created()
    };
    let completed = RunStatus { state: RunState::Completed, phase: Phase::Finished, ..running.clone() };
    let marks = [
        Mark::Unknown("reset".into()),
        Mark::Created(job("a")),
        Mark::Complete(vec![job("a")]),
        Mark::Released(job("a"), 12),
    ];
    for mark in &marks {
        for before in [&running, &completed] {
            let mut after = before.clone();
            apply(mark, Action::Job, &mut after, Timestamp::UNIX_EPOCH);
            assert_eq!((after.state, after.phase), (before.state, before.phase), "{mark:?}");
            assert_eq!(after.seen_version, 20, "{mark:?}");
        }
    }
    for mark in [Mark::Rejected(no_right()), Mark::Lost(Reason::Replaced, "x".into()), Mark::Discarded(None)] {
        let mut after = completed.clone();
        apply(&mark, Action::Job, &mut after, Timestamp::UNIX_EPOCH);
        assert_eq!((after.state, after.reason), (RunState::Completed, None), "{mark:?}: an end stays what it was");
    }
}

#[test]
fn sights_from_before_the_release_are_older_than_it() {
    let mut status = with(run(Submission::Complete), &[job("a")], None).status;
    status.state = RunState::Ready;
    apply(&Mark::Released(job("a"), 12), Action::Job, &mut status, Timestamp::UNIX_EPOCH);
    assert_eq!((status.state, status.seen_version), (RunState::Pending, 12));
}

#[test]
fn only_an_answer_that_proves_nothing_was_stored_is_a_refusal() {
    let check = |status: Option<u16>, expected: bool| {
        let error = berth_k8s::Error { status, ..berth_k8s::Error::new(berth_k8s::Class::Unclear, "answer") };
        assert_eq!(refusal(&error).is_some(), expected, "{status:?}");
    };
    for status in [400, 401, 403, 404, 413, 422] {
        check(Some(status), true);
    }
    for status in [200, 302, 408, 409, 429, 500, 503, 504] {
        check(Some(status), false);
    }
    check(None, false);
}

#[test]
fn late_arrivals_are_looked_for_during_two_minutes() {
    let at = |second: i64| Timestamp::from_second(second).expect("a time");
    let limit = super::LATE_ARRIVAL;
    assert!(!is_past(Some(at(100)), at(219), limit));
    assert!(is_past(Some(at(100)), at(221), limit));
    assert!(is_past(None, at(0), limit), "a run without an end has nothing to wait for");
}
