//! Schedules on the real cluster: what is admitted, what each start comes to, also while no Berth looks, and what becomes of
//! a schedule that is suspended, resumed or deleted.

use std::time::Duration;

use berth_core::ports::Clock as _;
use berth_core::{DeleteScope, ErrorCode};
use berth_model::{Action, Phase, Reason, RunId, RunState, RunStatus, StatusWord};
use serde_json::{Value, json};

use crate::program::{Program, SystemClock, kubeconfig, until};
use crate::sandbox::{Sandbox, image};

/// Longest time until a schedule for each minute starts something, in seconds, with what the controller takes.
const A_MINUTE: u64 = 90;

fn busybox(script: &str) -> Value {
    json!({"image": image("busybox"), "command": ["sh", "-c", script]})
}

/// Launches a schedule for each minute.
async fn each_minute(program: &Program, sandbox: &Sandbox, script: &str, values: Value) -> RunId {
    let mut request = Program::request(&sandbox.namespace, busybox(script));
    request.overrides = values;
    request.overrides["schedule"] = json!("* * * * *");
    program.app.launch(&request).await.unwrap_or_else(|error| panic!("{error:?}")).run.id
}

async fn status(program: &Program, run: RunId) -> RunStatus {
    program.run(run).await.run.status
}

async fn stands(program: &Program, run: RunId, state: RunState) -> RunStatus {
    until(30, &format!("the schedule is {state:?}"), || async { status(program, run).await.state == state }).await;
    status(program, run).await
}

/// The runs that the schedule itself started, newest first.
async fn fired(program: &Program, schedule: RunId) -> Vec<berth_model::Run> {
    let rows = program.app.starts_of(schedule, 100).await.unwrap();
    let by_itself = rows.into_iter().filter(|row| row.run.fire.is_some_and(|fire| !fire.is_manual));
    by_itself.map(|row| row.run).collect()
}

async fn printed(program: &Program, run: RunId) -> String {
    program.settled(run, 60).await;
    String::from_utf8(program.text(&program.log(run).expect("a log"))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
pub async fn each_start_of_a_schedule_is_a_run_with_its_log_and_the_schedule_can_be_suspended_resumed_and_deleted() {
    let sandbox = Sandbox::new("schedule").await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), &kubeconfig());
    let values = json!({"time_zone": "Asia/Kolkata", "concurrencyPolicy": "Forbid"});
    let schedule = each_minute(&program, &sandbox, "echo started $HOSTNAME", values).await;
    let row = program.ended(schedule, 30).await;
    assert_eq!((row.run.status.state, row.run.status.phase), (RunState::Running, Phase::Scheduled));
    assert_eq!(row.run.status.word(Action::Job), StatusWord::Scheduled);
    let name = row.run.object_name.clone();
    let admitted = sandbox.api.get(&sandbox.cron_jobs(&format!("/{name}"))).await.ok("the CronJob");
    let spec = &admitted["spec"];
    assert_eq!((&spec["timeZone"], &spec["concurrencyPolicy"]), (&json!("Asia/Kolkata"), &json!("Forbid")));
    assert_eq!((&spec["suspend"], &spec["startingDeadlineSeconds"]), (&json!(false), &json!(300)));
    let view = program.app.schedule_of(&row.run).unwrap();
    assert_eq!((view.cron.as_str(), view.time_zone.as_str(), view.next.len()), ("* * * * *", "Asia/Kolkata", 5));
    assert!(view.next.windows(2).all(|pair| pair[1].duration_since(pair[0]).as_secs() == 60), "{:?}", view.next);

    // Now, beside its times: asked for twice under one identity, it is one run.
    let asked = RunId::random();
    let (first, second) = tokio::join!(program.app.trigger(schedule, asked), program.app.trigger(schedule, asked));
    assert_eq!((first.unwrap().run.id, second.unwrap().run.id), (asked, asked));
    let ended = program.ended(asked, 60).await.run;
    assert_eq!((ended.status.state, ended.parent), (RunState::Completed, Some(schedule)), "{:?}", ended.status);
    assert!(ended.fire.is_some_and(|fire| fire.is_manual) && ended.spec.task.schedule.is_none());
    assert_eq!(printed(&program, asked).await, format!("started {}\n", ended.status.attempts[0].pod));
    let by_hand = sandbox.api.get(&sandbox.jobs(&format!("/{}", ended.object_name))).await.ok("the Job");
    assert_eq!(by_hand["metadata"]["ownerReferences"][0]["uid"], admitted["metadata"]["uid"]);

    // By itself, at its time.
    let has_fired = || async { !fired(&program, schedule).await.is_empty() };
    until(A_MINUTE, "it starts something by itself", has_fired).await;
    let run = fired(&program, schedule).await.pop().unwrap();
    let due = run.fire.unwrap().due;
    assert_eq!((due.as_second() % 60, run.parent), (0, Some(schedule)));
    assert_eq!(run.object_name, format!("{name}-{}", due.as_second() / 60));
    let ended = program.ended(run.id, 60).await.run;
    assert_eq!(ended.status.state, RunState::Completed, "{:?}", ended.status);
    assert!(printed(&program, run.id).await.starts_with("started "));
    let kept = sandbox.api.get(&sandbox.jobs(&format!("/{}", run.object_name))).await.ok("the Job");
    assert_eq!(kept["spec"]["ttlSecondsAfterFinished"], json!(86_400), "recorded, then released");
    let counted = || async {
        let known = status(&program, schedule).await.schedule.unwrap();
        known.last == Some(due) && known.counted >= known.last
    };
    until(20, "the start is counted", counted).await;

    program.app.stop(schedule).await.unwrap();
    let suspended = stands(&program, schedule, RunState::Stopped).await;
    assert_eq!((suspended.reason, suspended.wish), (Some(Reason::StoppedByUser), None));
    let held = sandbox.api.get(&sandbox.cron_jobs(&format!("/{name}"))).await.ok("the CronJob");
    assert_eq!(held["spec"]["suspend"], json!(true));
    let view = program.app.schedule_of(&program.run(schedule).await.run).unwrap();
    assert!(view.is_suspended && view.next.is_empty());
    // Also of a suspended one, a start can be asked for; it is stopped with the schedule's objects.
    let while_suspended = program.app.trigger(schedule, RunId::random()).await.unwrap().run.id;
    assert_eq!(program.ended(while_suspended, 60).await.run.status.state, RunState::Completed);
    program.settled(while_suspended, 60).await;
    program.app.resume(schedule).await.unwrap();
    stands(&program, schedule, RunState::Running).await;

    let scope = DeleteScope { history: false, objects: true };
    program.app.delete(schedule, scope).await.unwrap();
    let gone = stands(&program, schedule, RunState::Deleted).await;
    assert!(gone.only_in_history);
    let refused = program.app.trigger(schedule, RunId::random()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidInput, "{refused:?}");
    let jobs = sandbox.api.get(&sandbox.jobs("")).await.ok("Jobs");
    assert_eq!(jobs["items"].as_array().unwrap().len(), 0, "what it started goes with it");
    assert!(printed(&program, run.id).await.starts_with("started "), "its history stays");
    program.stop_engine().await;
}

#[tokio::test(flavor = "multi_thread")]
pub async fn starts_while_no_berth_looked_are_taken_in_and_those_that_are_gone_are_rows_that_say_so() {
    let sandbox = Sandbox::new("closed").await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::open(folder.path(), &kubeconfig());
    let kept = each_minute(&program, &sandbox, "echo by night", json!({})).await;
    let lost = each_minute(&program, &sandbox, "true", json!({})).await;
    let kept_name = program.run(kept).await.run.object_name;
    let lost_name = program.run(lost).await.run.object_name;
    let last = |name: &str| sandbox.cron_jobs(&format!("/{name}"));
    let has_started = || async {
        for name in [&kept_name, &lost_name] {
            if sandbox.api.get(&last(name)).await.body["status"]["lastScheduleTime"].is_null() {
                return false;
            }
        }
        true
    };
    until(A_MINUTE, "both start something", has_started).await;
    // Nothing more is to start, so that what is seen next is what was missed.
    for name in [&kept_name, &lost_name] {
        sandbox.api.patch(&last(name), &json!({"spec": {"suspend": true}})).await.ok("suspending");
    }
    let jobs = sandbox.api.get(&sandbox.jobs(&format!("?labelSelector=berth.dev/run={lost}"))).await.ok("Jobs");
    let jobs: Vec<&Value> = jobs["items"].as_array().unwrap().iter().collect();
    assert!(!jobs.is_empty());
    for job in &jobs {
        let name = job["metadata"]["name"].as_str().unwrap();
        sandbox.api.delete(&sandbox.jobs(&format!("/{name}")), "propagationPolicy=Background").await;
        until(20, "the Job is gone", || async {
            sandbox.api.get(&sandbox.jobs(&format!("/{name}"))).await.status == 404
        })
        .await;
    }

    program.start_engine();
    until(30, "what was missed is taken in", || async { !fired(&program, kept).await.is_empty() }).await;
    for run in fired(&program, kept).await {
        assert_eq!(program.ended(run.id, 60).await.run.status.state, RunState::Completed);
        assert_eq!(printed(&program, run.id).await, "by night\n");
    }
    until(30, "what is gone has a row", || async { fired(&program, lost).await.len() >= jobs.len() }).await;
    let rows = fired(&program, lost).await;
    let due: Vec<&str> = rows.iter().map(|run| run.object_name.as_str()).collect();
    for (run, job) in rows.iter().zip(jobs.iter().rev()) {
        assert!(due.contains(&job["metadata"]["name"].as_str().unwrap()), "{due:?}");
        assert_eq!(
            (run.status.reason.clone(), run.status.word(Action::Job)),
            (Some(Reason::Vanished), StatusWord::Lost)
        );
        assert!(run.status.message.as_deref().unwrap().contains("nothing of it was left"), "{:?}", run.status);
        assert_eq!(program.app.history().settled(run.id).await.unwrap(), (true, true));
    }
    let suspended = stands(&program, lost, RunState::Stopped).await;
    assert_eq!(suspended.reason, Some(Reason::Paused), "somebody else suspended it");

    // Deleted by someone: what goes on of it ends with it, and both are told.
    sandbox.api.delete(&last(&lost_name), "propagationPolicy=Background").await;
    let told = || async { status(&program, lost).await.only_in_history };
    until(30, "the deletion is told", told).await;
    let deleted = status(&program, lost).await;
    assert_eq!((deleted.state, deleted.reason), (RunState::Stopped, Some(Reason::DeletedOutside)));
    let error = program.app.resume(lost).await.unwrap_err();
    assert!(error.message.contains("not in the cluster any more"), "{error:?}");
    program.stop_engine().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deleted_schedule_has_running_is_stopped_and_a_clock_that_the_cluster_does_not_know_is_told() {
    let sandbox = Sandbox::new("running").await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), &kubeconfig());
    let mut request = Program::request(&sandbox.namespace, busybox("echo here; sleep 600"));
    request.overrides = json!({"schedule": "@yearly"});
    let schedule = program.app.launch(&request).await.unwrap().run.id;
    let run = program.app.trigger(schedule, RunId::random()).await.unwrap().run.id;
    until(60, "it runs", || async { status(&program, run).await.state == RunState::Running }).await;
    let said = || async { program.log(run).is_some_and(|log| log.lines == 1) };
    until(20, "it said so", said).await;
    program.app.delete(schedule, DeleteScope { history: true, objects: true }).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(60), program.app.wait(run, None)).await.unwrap().unwrap();
    assert_eq!(ended.run.status.reason, Some(Reason::StoppedByUser), "{:?}", ended.run.status);
    assert_eq!(printed(&program, run).await, "here\n");

    request.run = RunId::random();
    request.overrides = json!({"schedule": "@daily", "time_zone": "Europe/Atlantis"});
    let error = program.app.launch(&request).await.unwrap_err();
    assert!(error.fields.iter().any(|field| field.path == "time_zone"), "{error:?}");
    assert!(program.app.history().run(request.run).await.unwrap().is_none());
    program.stop_engine().await;
}

/// The clock cannot be turned, but a CronJob can be told that it started something last some minutes ago: then the newest of
/// its times since is due at once.
#[tokio::test(flavor = "multi_thread")]
pub async fn a_start_while_the_one_before_goes_on_is_left_out_or_takes_its_place_as_the_policy_says() {
    let sandbox = Sandbox::new("policies").await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), &kubeconfig());
    let now = SystemClock.now();
    let minute = now.as_second() / 60;
    let at = |back: i64| format!("{} * * * *", (minute - back) % 60);
    let script = "echo started; trap 'exit 0' TERM; sleep 600 & wait";
    let mut schedules = Vec::new();
    for policy in ["Forbid", "Replace"] {
        let mut request = Program::request(&sandbox.namespace, busybox(script));
        request.overrides = json!({"schedule": at(2), "concurrency_policy": policy});
        let run = program.app.launch(&request).await.unwrap_or_else(|error| panic!("{error:?}")).run.id;
        schedules.push((run, program.run(run).await.run.object_name));
    }
    let (forbid, replace) = (&schedules[0], &schedules[1]);
    let path = |name: &str, part: &str| sandbox.cron_jobs(&format!("/{name}{part}"));
    let long_ago = json!({"status": {"lastScheduleTime": (now - jiff::SignedDuration::from_secs(240)).to_string()}});
    let start = async |schedule: RunId, name: &str, minute: i64| {
        let name = format!("{name}-{minute}");
        let find = async || fired(&program, schedule).await.into_iter().find(|run| run.object_name == name);
        let runs = || async { find().await.is_some_and(|run| run.status.state == RunState::Running) };
        until(40, &format!("{name} runs"), runs).await;
        find().await.unwrap().id
    };
    let mut first = Vec::new();
    for (run, name) in &schedules {
        stands(&program, *run, RunState::Running).await;
        sandbox.api.patch(&path(name, "/status"), &long_ago).await.ok("turning back what it did");
        first.push(start(*run, name, minute - 2).await);
    }
    for (_, name) in &schedules {
        let next = json!({"spec": {"schedule": at(1)}});
        sandbox.api.patch(&path(name, ""), &next).await.ok("a time that has just passed");
        // It looks at what is due when anything but its times changes.
        let touched = json!({"metadata": {"annotations": {"example.com/touched": "yes"}}});
        sandbox.api.patch(&path(name, ""), &touched).await.ok("touching it");
    }

    let second = start(replace.0, &replace.1, minute - 1).await;
    let is_told = || async { status(&program, first[1]).await.state == RunState::Stopped };
    until(40, "the one before is over", is_told).await;
    let replaced = status(&program, first[1]).await;
    assert_eq!(replaced.reason, Some(Reason::DeletedOutside), "{replaced:?}");
    assert!(replaced.message.as_deref().is_some_and(|told| told.contains("took its place")), "{replaced:?}");
    assert_eq!(printed(&program, first[1]).await, "started\n", "what it said is kept");
    assert_eq!(status(&program, second).await.state, RunState::Running);

    let is_left_out = || async {
        let events = sandbox.api.get(&sandbox.core("/events")).await.body;
        let is_it =
            |event: &Value| event["reason"] == "JobAlreadyActive" && event["involvedObject"]["name"] == json!(forbid.1);
        events["items"].as_array().is_some_and(|all| all.iter().any(is_it))
    };
    until(20, "the cluster leaves the start out", is_left_out).await;
    assert_eq!(status(&program, first[0]).await.state, RunState::Running, "the one before goes on");
    let name = format!("{}-{}", forbid.1, minute - 1);
    assert_eq!(sandbox.api.get(&sandbox.jobs(&format!("/{name}"))).await.status, 404, "nothing was started");
    let rows = fired(&program, forbid.0).await;
    assert!(rows.iter().all(|run| run.object_name != name), "what is left out gets no row");
    program.stop_engine().await;
}
