//! The engine is killed between recording an end and releasing the objects: the Job is still there after a crash at
//! each place, and the next start does what is left. The lock passes on when its holder is killed.

use std::time::{Duration, Instant};

use berth_core::settle::FAILPOINTS;
use berth_model::RunState;

use crate::child::{self, Deed, was_killed};
use crate::engine::{NAMESPACE, Stage, at, until};

/// Longest time that the cluster keeps a Job that nobody released, in seconds: 7 days.
const UNRELEASED: Option<u64> = Some(604_800);

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_between_outcome_log_and_release_the_job_still_exists_and_the_next_start_releases_it() {
    for point in FAILPOINTS {
        let mut stage = Stage::new().await;
        let (run, job) = stage.launch().await;
        let pod = stage.api.start_pod(NAMESPACE, &job);
        pod.run();
        pod.write(at(1), b"one");
        pod.write(at(2), b"two");
        pod.finish(0);
        let folder = stage.folder.path().to_owned();
        let ended = tokio::task::spawn_blocking(move || child::run(&folder, Deed::Engine, run, Some(point)));
        let ended = tokio::time::timeout(Duration::from_secs(60), ended).await.expect("the point is reached").unwrap();
        assert!(was_killed(ended), "{point}: the engine went on ({ended})");
        let kept = stage.kept(&job);
        assert!(kept.is_some(), "{point}: the Job is gone");
        if point != "settle.after_release" {
            assert_eq!(kept, UNRELEASED, "{point}: released before everything was on disk");
        }
        assert_eq!(stage.state(run).await, RunState::Completed, "{point}: the outcome was recorded first");
        assert_ne!(stage.app.history().settled(run).await.unwrap(), (true, true), "{point}");
        stage.start_engine();
        stage.settled(run, 60).await;
        assert_eq!(stage.kept(&job), Some(86_400), "{point}: the next start releases it");
        let logs = stage.logs(run);
        assert_eq!((logs.len(), logs[0].is_complete, logs[0].gaps.len()), (1, true, 0), "{point}: {logs:?}");
        assert_eq!(stage.text(&logs[0]), "one\ntwo\n", "{point}: stored once");
        println!("{point}: survived");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_passes_on_within_two_seconds_when_its_holder_is_killed() {
    let mut stage = Stage::new().await;
    let (run, job) = stage.launch().await;
    let mut holder = child::start(stage.folder.path(), Deed::Engine, run, None);
    let pod = stage.api.start_pod(NAMESPACE, &job);
    pod.run();
    pod.write(at(1), b"for the first");
    // Seen by the other process, announced by this one.
    until(60, "the holder stores a line", || async { stage.logs(run).first().is_some_and(|log| log.lines == 1) }).await;
    stage.start_engine();
    until(60, "this process announces what the holder stores", || async {
        let notices = stage.announced.notices();
        notices.iter().any(|notice| *notice == berth_core::ports::Notice::LogGrew(run))
    })
    .await;
    assert!(!stage.app.engine().is_ours, "there is one engine at a time");
    holder.kill().unwrap();
    let killed = Instant::now();
    holder.wait().unwrap();
    until(60, "this process is the engine", || async { stage.app.engine().is_ours }).await;
    let took = killed.elapsed();
    println!("passed on after {took:?}");
    assert!(took <= Duration::from_secs(2), "passed on after {took:?}");
    pod.write(at(2), b"for the second");
    pod.finish(0);
    stage.settled(run, 60).await;
    assert_eq!(stage.text(&stage.logs(run)[0]), "for the first\nfor the second\n");
}
