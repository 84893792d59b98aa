//! The program is killed at every fail point, started again, and must find one object or none, and history telling the
//! truth.

use berth_core::FAILPOINTS;
use berth_model::{RunId, RunState, Submission};
use berth_testkit::{Fault, On};
use serde_json::json;

use crate::child::{self, Deed, was_killed};
use crate::world::World;

/// How a fail point is reached.
#[derive(Clone, Copy, Debug)]
enum Road {
    /// A launch that meets no trouble.
    Plain,
    /// The reply to the Job is lost.
    LostReply,
    /// The Job is refused.
    Refused,
    /// What belongs to the Job is refused, so that the Job goes too.
    ChildRefused,
    /// A foreign object takes the name.
    Foreign,
    /// A launch that died held is given up.
    GivenUp,
    /// A released run is stopped.
    Stopped,
    /// A stopped run is deleted from everywhere.
    Deleted,
}

/// Where each point lies. The test fails when one is missing here or not reached.
const ROADS: [(&str, Road); 20] = [
    ("launch.before_intent", Road::Plain),
    ("launch.after_intent", Road::Plain),
    ("submit.after_send", Road::Plain),
    ("submit.after_look", Road::LostReply),
    ("submit.after_unknown", Road::LostReply),
    ("submit.after_created", Road::Plain),
    ("submit.after_child", Road::Plain),
    ("submit.after_children", Road::Plain),
    ("submit.after_complete", Road::Plain),
    ("submit.after_release", Road::Plain),
    ("submit.after_released", Road::Plain),
    ("submit.after_rejected", Road::Refused),
    ("submit.after_conflict", Road::Foreign),
    ("submit.after_discarded", Road::GivenUp),
    ("submit.after_remove", Road::ChildRefused),
    ("submit.after_removed", Road::ChildRefused),
    ("stop.after_wish", Road::Stopped),
    ("stop.after_delete", Road::Stopped),
    ("delete.after_objects", Road::Deleted),
    ("delete.after_logs", Road::Deleted),
];

fn walk(world: &World, road: Road, run: RunId, point: &str) {
    let folder = world.folder.path();
    let refusal = Fault::Refuse(422, "Invalid");
    let well =
        |deed: Deed| assert!(child::run(folder, deed, run, None).success(), "{point}: {deed:?} before the crash");
    let deed = match road {
        Road::Plain => Deed::Launch,
        Road::LostReply => {
            world.api.fault(On::create("jobs"), Fault::StoreThen(504), 1);
            Deed::Launch
        }
        Road::Refused => {
            world.api.fault(On::create("jobs"), refusal, 1);
            Deed::Launch
        }
        Road::ChildRefused => {
            world.api.fault(On::create("configmaps"), refusal, 1);
            Deed::Launch
        }
        Road::Foreign => {
            world.api.fault(On::create("jobs"), Fault::TakenFirst, 1);
            Deed::Launch
        }
        Road::GivenUp => {
            assert!(was_killed(child::run(folder, Deed::Launch, run, Some("submit.after_created"))));
            Deed::Stop
        }
        Road::Stopped => {
            well(Deed::Launch);
            Deed::Stop
        }
        Road::Deleted => {
            well(Deed::Launch);
            Deed::Delete
        }
    };
    let ended = child::run(folder, deed, run, Some(point));
    assert!(was_killed(ended), "{point}: not reached on the road {road:?} ({ended})");
}

/// What must hold after the next start, whatever the crash.
async fn look(world: &World, run: RunId, point: &str, road: Road) {
    let jobs = world.api.objects("Job");
    let Some(row) = world.app.history().run(run).await.unwrap() else {
        assert!(jobs.is_empty(), "{point}: what history does not know does not exist: {jobs:?}");
        return;
    };
    let run_status = &row.run.status;
    let is_foreign = matches!(road, Road::Foreign);
    match run_status.submission {
        Submission::Released if run_status.wish.is_none() => {
            let job = world.job();
            assert_eq!(job["spec"]["suspend"], json!(false), "{point}: released is released");
            assert_eq!(run_status.objects[0].uid, job["metadata"]["uid"].as_str().unwrap(), "{point}");
            assert_eq!(world.api.objects("ConfigMap").len(), 1, "{point}: and whole");
        }
        Submission::Released => {
            assert!(jobs.is_empty(), "{point}: a wish to end it is carried out");
            assert!(matches!(
                run_status.state,
                RunState::Stop | RunState::Stopped | RunState::Deleting | RunState::Deleted
            ));
        }
        Submission::Conflict if is_foreign => {
            assert_eq!(jobs.len(), 1, "{point}: the foreign object stays");
            assert!(run_status.objects.is_empty(), "{point}: and is not ours");
        }
        Submission::Rejected | Submission::Discarded => {
            assert!(jobs.is_empty(), "{point}: nothing is left of what came to nothing: {jobs:?}");
            assert!(run_status.objects.is_empty() || run_status.only_in_history, "{point}");
            assert!(run_status.is_over(row.run.action), "{point}");
        }
        other => panic!("{point}: the launch is still open ({other:?})"),
    }
    let all = world.app.transitions(run).await.unwrap();
    let revisions: Vec<u64> = all.iter().map(|row| row.revision).collect();
    assert_eq!(revisions, (1..=revisions.len() as u64).collect::<Vec<_>>(), "{point}: no change is lost or doubled");
}

#[test]
fn every_fail_point_has_a_road_that_leads_to_it() {
    let roads: Vec<&str> = ROADS.iter().map(|(point, _)| *point).collect();
    assert_eq!(roads, FAILPOINTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_any_two_effects_leaves_one_object_or_none_and_the_truth() {
    for (point, road) in ROADS {
        let world = World::new();
        let run = RunId::random();
        tokio::task::block_in_place(|| {
            walk(&world, road, run, point);
            let jobs = world.api.objects("Job").len();
            assert!(jobs <= 1, "{point}: {jobs} Jobs right after the crash");
            let recovered = child::run(world.folder.path(), Deed::Recover, run, None);
            assert!(recovered.success(), "{point}: the next start fails ({recovered})");
        });
        look(&world, run, point, road).await;
        let changes = world.changes().len();
        tokio::task::block_in_place(|| child::run(world.folder.path(), Deed::Recover, run, None));
        let after: Vec<String> = world.changes().split_off(changes);
        assert!(after.is_empty() || after.iter().all(|change| change.starts_with("DELETE")), "{point}: {after:?}");
        look(&world, run, point, road).await;
        println!("{point}: {road:?} survived");
    }
}
