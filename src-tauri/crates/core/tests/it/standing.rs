//! What stands out across contexts is read from history alone.

use std::sync::Arc;

use berth_core::ports::{Clock, LogArchive, LogGap, LogKey};
use berth_history::SqliteHistory;
use berth_model::{Phase, RunId, RunState, RunStatus, Transition};
use berth_testkit::program::WallClock;
use jiff::SignedDuration;

use crate::world::{World, request};

/// Writes that a run is in a phase since a while.
async fn put(world: &World, run: RunId, state: RunState, phase: Phase, since: SignedDuration) {
    let row = world.run(run).await;
    let to = RunStatus { state, phase, revision: row.run.status.revision + 1, ..row.run.status.clone() };
    let transition = Transition { at: world.app.now() - since, from: row.run.status.state, to };
    world.app.history().write_transition(run, &transition).await.unwrap();
}

#[tokio::test]
async fn live_runs_are_counted_by_context_and_no_cluster_is_asked() {
    let world = World::new();
    let (one, two, ended) = (RunId::random(), RunId::random(), RunId::random());
    for run in [one, two, ended] {
        world.app.launch(&request(run)).await.unwrap();
    }
    put(&world, ended, RunState::Completed, Phase::Finished, SignedDuration::ZERO).await;
    let asked = world.requests().len();
    let standing = world.app.standing().await.unwrap();
    assert_eq!(standing.live.into_iter().collect::<Vec<_>>(), [("lab".to_owned(), 2)]);
    assert_eq!(standing.looks, []);
    assert_eq!(world.requests().len(), asked, "history alone was read");
}

#[tokio::test]
async fn who_is_blocked_for_long_needs_a_look_and_who_is_for_a_moment_does_not() {
    let world = World::new();
    let (long, moment) = (RunId::random(), RunId::random());
    for (run, since) in [(long, 120), (moment, 5)] {
        world.app.launch(&request(run)).await.unwrap();
        put(&world, run, RunState::Pending, Phase::Blocked, SignedDuration::from_secs(since)).await;
    }
    let looks = world.app.standing().await.unwrap().looks;
    assert_eq!(looks.len(), 1, "{looks:?}");
    assert_eq!((looks[0].run, looks[0].context.as_str()), (long, "lab"));
    assert_eq!(looks[0].why, "It is blocked.");
}

#[tokio::test]
async fn a_gap_in_a_log_needs_a_look_until_its_run_is_put_away() {
    let world = World::new();
    let run = RunId::random();
    world.app.launch(&request(run)).await.unwrap();
    put(&world, run, RunState::Completed, Phase::Finished, SignedDuration::ZERO).await;
    let key = LogKey { run, pod_uid: "pod".to_owned(), container: "main".to_owned(), restart: 0 };
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let beside = SqliteHistory::open(&world.folder.path().join("data"), &clock).unwrap();
    let mut log = beside.archive.open(&key, "pod", 1).unwrap();
    log.append(b"2026-03-10T12:00:00Z line\n").unwrap();
    log.gap(LogGap { after_line: 1, from: None, to: None, why: "the node rotated it".to_owned() }).unwrap();
    log.finish(true).unwrap();
    let looks = world.app.standing().await.unwrap().looks;
    assert_eq!(
        looks.iter().map(|look| look.why.as_str()).collect::<Vec<_>>(),
        ["Its log may miss lines at one place."]
    );
    assert!(world.app.log_bytes().await.unwrap() > 0);
    world.app.history().mark_settled(run, true, true).await.unwrap();
    world.app.archive(run, true).await.unwrap();
    assert_eq!(world.app.standing().await.unwrap().looks, []);
}
