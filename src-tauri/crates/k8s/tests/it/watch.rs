//! A watch through everything that can happen to one.

use std::time::Duration;

use berth_k8s::{Class, RunObjects, WatchSignal};
use berth_testkit::contract::until;
use berth_testkit::{FakeApi, Fault, On, builders};
use futures::stream::BoxStream;

const RUN: &str = "0b9e7a52-3f0d-4c4e-9a3e-1f2d3c4b5a69";
const WINDOW: Duration = Duration::from_secs(30);

async fn watched(api: &FakeApi) -> BoxStream<'static, WatchSignal> {
    let mut watch = api.cluster("lab").watch_runs(WINDOW);
    resynced(&mut watch).await;
    watch
}

async fn resynced(watch: &mut BoxStream<'static, WatchSignal>) -> Vec<RunObjects> {
    match until(watch, "a whole list", |signal| matches!(signal, WatchSignal::Resynced(_))).await {
        WatchSignal::Resynced(runs) => runs,
        other => panic!("{other:?}"),
    }
}

async fn changed(watch: &mut BoxStream<'static, WatchSignal>, fits: impl Fn(&RunObjects) -> bool) {
    until(watch, "the change", |signal| matches!(signal, WatchSignal::Changed(run) if fits(run))).await;
}

async fn trouble(watch: &mut BoxStream<'static, WatchSignal>) -> berth_k8s::Error {
    match until(watch, "trouble", |signal| matches!(signal, WatchSignal::Trouble(_))).await {
        WatchSignal::Trouble(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn changes_of_a_job_its_pod_and_their_events_come_as_one_run() {
    let api = FakeApi::new();
    api.put("lab", builders::job("x", RUN));
    let mut watch = api.cluster("lab").watch_runs(WINDOW);
    assert_eq!(resynced(&mut watch).await.len(), 1);
    let pod = api.start_pod("lab", "x");
    changed(&mut watch, |run| run.pods.len() == 1).await;
    let object = api.object("lab", "Pod", &pod.name).unwrap();
    api.event("lab", &object, "Normal", "Pulling", "pulling the image");
    changed(&mut watch, |run| run.events.len() == 1).await;
    pod.run();
    pod.finish(0);
    changed(&mut watch, |run| {
        run.main.job().and_then(|job| job.status.as_ref()).is_some_and(|status| status.succeeded == Some(1))
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_end_that_comes_with_the_deletion_is_told_before_the_going() {
    let api = FakeApi::new();
    api.put("lab", builders::job("x", RUN));
    let mut watch = watched(&api).await;
    let pod = api.start_pod("lab", "x");
    // All at once, as when a TTL of 0 removes a Job in the moment of its end.
    pod.finish(7);
    api.remove("lab", "Job", "x");
    changed(&mut watch, |run| {
        run.main.job().and_then(|job| job.status.as_ref()).is_some_and(|status| status.failed == Some(1))
    })
    .await;
    until(&mut watch, "the going", |signal| matches!(signal, WatchSignal::Gone(run, _) if run.to_string() == RUN))
        .await;
}

#[tokio::test(start_paused = true)]
async fn an_expired_version_leads_to_a_new_list_whichever_way_it_is_told() {
    for fault in [Fault::GoneEvent, Fault::Refuse(410, "Expired")] {
        let api = FakeApi::new();
        api.put("lab", builders::job("x", RUN));
        let mut watch = watched(&api).await;
        api.fault(On::watch("jobs"), fault.clone(), 1);
        let runs = resynced(&mut watch).await;
        assert_eq!(runs.len(), 1, "{fault:?}");
        api.change("lab", "Job", "x", |job| job["spec"]["suspend"] = false.into());
        changed(&mut watch, |run| {
            run.main.job().and_then(|job| job.spec.as_ref()).is_some_and(|spec| spec.suspend == Some(false))
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_cannot_be_started_three_times_is_given_up_for_a_new_list() {
    let api = FakeApi::new();
    let mut watch = watched(&api).await;
    api.fault(On::watch("jobs"), Fault::Refuse(400, "BadRequest"), 3);
    for _ in 0..3 {
        trouble(&mut watch).await;
    }
    resynced(&mut watch).await;
    api.put("lab", builders::job("x", RUN));
    changed(&mut watch, |run| run.main.metadata().name.as_deref() == Some("x")).await;
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_falls_silent_is_noticed_five_seconds_after_its_window() {
    let api = FakeApi::new();
    api.fault(On::watch("jobs"), Fault::Silent, 1);
    let mut watch = watched(&api).await;
    let began = tokio::time::Instant::now();
    let error = trouble(&mut watch).await;
    assert_eq!(error.class, Class::Unreachable);
    let waited = began.elapsed();
    assert!((Duration::from_secs(28)..=Duration::from_secs(36)).contains(&waited), "{waited:?}");
    api.put("lab", builders::job("x", RUN));
    changed(&mut watch, |run| run.main.metadata().name.as_deref() == Some("x")).await;
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_breaks_goes_on_where_it_was() {
    let api = FakeApi::new();
    api.fault(On::watch("jobs"), Fault::CutAfter(100), 1);
    let mut watch = watched(&api).await;
    api.put("lab", builders::job("x", RUN));
    trouble(&mut watch).await;
    changed(&mut watch, |run| run.main.metadata().name.as_deref() == Some("x")).await;
    let lists = api.seen().iter().filter(|seen| seen.path.ends_with("/jobs") && !seen.query.contains("watch")).count();
    assert_eq!(lists, 1, "nothing was lost, so nothing is listed again");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_went_back_in_time_is_read_anew() {
    let api = FakeApi::new();
    api.put("lab", builders::job("kept", RUN));
    for number in 0..50 {
        api.put("lab", builders::job(&format!("lost-{number}"), &uuid::Uuid::new_v4().to_string()));
    }
    let mut watch = api.cluster("lab").watch_runs(WINDOW);
    assert_eq!(resynced(&mut watch).await.len(), 51);
    let lost: Vec<String> = (0..50).map(|number| format!("lost-{number}")).collect();
    api.restore_backup(51, &lost.iter().map(|name| ("Job", name.as_str())).collect::<Vec<_>>());
    // Each kind is read anew when its own watch finds out; what the backup did not hold is gone then.
    let is_it = |signal: &WatchSignal| matches!(signal, WatchSignal::Resynced(runs) if runs.len() == 1);
    until(&mut watch, "the list of what the backup held", is_it).await;
}

#[tokio::test(start_paused = true)]
async fn without_the_right_to_pods_and_events_runs_come_without_them_and_the_right_is_named() {
    let api = FakeApi::new();
    api.deny("list", "pods");
    api.deny("list", "events");
    api.put("lab", builders::job("x", RUN));
    let mut watch = api.cluster("lab").watch_runs(WINDOW);
    let mut denied = vec![trouble(&mut watch).await.denied.unwrap(), trouble(&mut watch).await.denied.unwrap()];
    denied.sort();
    assert_eq!(denied, ["list events", "list pods"]);
    assert_eq!(resynced(&mut watch).await.len(), 1);
    api.allow("list", "pods");
    let pod = api.start_pod("lab", "x");
    until(&mut watch, "the pod, once it may be seen", |signal| match signal {
        WatchSignal::Changed(run) => run.pods.iter().any(|one| one.metadata.name.as_deref() == Some(&pod.name)),
        _ => false,
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_object_that_cannot_be_read_hides_no_other() {
    let api = FakeApi::new();
    let mut odd = builders::job("odd", RUN);
    odd["spec"]["backoffLimit"] = "many".into();
    api.put("lab", odd);
    api.put("lab", builders::job("plain", "1b9e7a52-3f0d-4c4e-9a3e-1f2d3c4b5a69"));
    let mut watch = api.cluster("lab").watch_runs(WINDOW);
    let runs = resynced(&mut watch).await;
    assert_eq!(runs.len(), 2, "the odd one is kept by its name, so that it does not count as gone");
}

#[tokio::test(start_paused = true)]
async fn a_quiet_watch_says_that_it_is_alive() {
    let api = FakeApi::new();
    let mut watch = watched(&api).await;
    let began = tokio::time::Instant::now();
    let mut signs = 0;
    while began.elapsed() < Duration::from_secs(300) {
        if matches!(futures::StreamExt::next(&mut watch).await, Some(WatchSignal::Alive)) {
            signs += 1;
        }
    }
    assert!((50..=200).contains(&signs), "five watches, each with a bookmark and a renewal every half minute: {signs}");
}
