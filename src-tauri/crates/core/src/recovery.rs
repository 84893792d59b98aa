//! Makes history and cluster agree after a pause: runs that history does not know are imported, launches found half
//! done are carried on or left to a person. Never deletes, and never touches what another installation launched.

use std::collections::HashSet;

use berth_k8s::{Cluster, RunObjects};
use berth_model::{Fire, InstallationId, Phase, Run, RunId, RunState, RunStatus, ScheduleStatus, Submission, Target};
use jiff::Timestamp;

use crate::Error;
use crate::app::App;
use crate::delete::is_forgotten;
use crate::ports::{Notice, RunQuery, RunRow};
use crate::schedules::started;
use crate::transition::{change, edited};

/// Newest runs whose targets are looked through at the start for runs that history does not know.
const NEWEST: u32 = 500;

/// Leaves a half-done launch to a person: says so once, changes nothing in the cluster.
///
/// # Errors
/// As the history fails.
pub(crate) async fn offer(app: &App, run: &Run) -> Result<Option<RunRow>, Error> {
    change(&app.ports, run.id, |row, at| {
        let run = &row.run;
        let is_open = matches!(
            run.status.submission,
            Submission::Intent | Submission::Unknown | Submission::Created | Submission::Complete
        );
        if !is_open || run.status.wish.is_some() || run.status.phase == Phase::Held && run.status.message.is_some() {
            return None;
        }
        edited(&run.status, at, |status| {
            status.phase = Phase::Held;
            status.message = Some(format!(
                "This launch was left half done at {}. Release it to let it run now, or stop it to discard it.",
                run.created.strftime("%Y-%m-%d %H:%M UTC")
            ));
        })
    })
    .await
}

/// Says which objects history should know and does not, and writes those down. Returns the runs that were written.
///
/// # Errors
/// As the history fails; an object that cannot be read as a run is left out.
pub(crate) async fn import(
    app: &App,
    us: InstallationId,
    target: &Target,
    cluster: &Cluster,
    found: &[RunObjects],
) -> Result<Vec<RunRow>, Error> {
    let mut imported = Vec::new();
    for objects in found {
        let Some(id) = objects.run_id() else { continue };
        if app.ports.history.run(id).await?.is_some() || is_forgotten(&app.ports, id).await? {
            continue;
        }
        if let Some((schedule, fire)) = objects.fire() {
            imported.extend(import_start(app, id, schedule, fire, objects).await?);
            continue;
        }
        let frozen = match objects.frozen_run_beside() {
            Some(name) => match cluster.read("ConfigMap", name).await {
                Ok(object) => object.and_then(|object| objects.frozen_run_from(&object)),
                Err(error) => {
                    tracing::debug!(run_id = %id, %error, "unable to read a frozen run");
                    None
                }
            },
            None => objects.frozen_run(),
        };
        let Some(frozen) = frozen else {
            tracing::debug!(run_id = %id, "an object is marked as a run of Berth and does not hold one");
            continue;
        };
        let run = adopted(frozen, target, objects, us, app.now());
        tracing::info!(run_id = %run.id, ours = run.installation == us, "imported a run that history did not know");
        let row = app.ports.history.insert_run(&run).await?;
        app.ports.sink.announce(Notice::Runs(vec![row.clone()]));
        imported.push(row);
    }
    Ok(imported)
}

/// Takes in what a schedule started. A start of a schedule that history does not know is left alone: whoever deleted the
/// schedule from history wants to hear no more of it.
async fn import_start(
    app: &App,
    id: RunId,
    schedule: RunId,
    fire: Fire,
    objects: &RunObjects,
) -> Result<Option<RunRow>, Error> {
    let Some(schedule) = app.ports.history.run(schedule).await? else { return Ok(None) };
    let main = objects.main();
    let made = objects.main.metadata().creation_timestamp.as_ref().map(|time| time.0);
    let run = Run {
        manifests: objects.fire_manifest().into_iter().collect(),
        status: RunStatus {
            state: RunState::Pending,
            phase: Phase::Queued,
            submission: Submission::Released,
            objects: vec![main.clone()],
            ..RunStatus::created()
        },
        ..started(&schedule.run, id, fire, main.name, made.unwrap_or(fire.due))
    };
    let row = app.ports.history.insert_run(&run).await?;
    tracing::info!(run_id = %id, schedule = %schedule.run.id, due = %fire.due, "a schedule started a run");
    app.ports.sink.announce(Notice::Runs(vec![row.clone()]));
    Ok(Some(row))
}

/// Makes the history's run of one that was found in the cluster.
fn adopted(mut run: Run, target: &Target, objects: &RunObjects, us: InstallationId, now: Timestamp) -> Run {
    // A held object of ours that never ran is a launch left half done; all else was released by whoever launched it.
    let is_half_done = !objects.main.was_released() && run.installation == us;
    run.target = Target { namespace: run.target.namespace, ..target.clone() };
    run.status = RunStatus {
        state: if is_half_done { RunState::Ready } else { RunState::Pending },
        phase: if is_half_done { Phase::Held } else { Phase::Queued },
        submission: if is_half_done { Submission::Complete } else { Submission::Released },
        objects: vec![objects.main()],
        // What it started before is known as far as it is still there.
        schedule: run.spec.task.schedule.is_some().then(|| ScheduleStatus { counted: Some(now), ..Default::default() }),
        ..RunStatus::created()
    };
    run
}

/// Targets where runs of this data folder may be that history does not know: those of its newest runs, and the default
/// places of its projects. Other contexts are not asked: nobody named them.
///
/// # Errors
/// As the history fails.
pub(crate) async fn places(app: &App) -> Result<Vec<Target>, Error> {
    let query = RunQuery { archived: true, limit: NEWEST, ..RunQuery::default() };
    let page = app.ports.history.runs(&query).await?;
    let mut seen = HashSet::new();
    let mut all: Vec<Target> = Vec::new();
    for row in page.rows {
        let Target { kubeconfig, context, namespace, .. } = &row.run.target;
        if seen.insert((kubeconfig.clone(), context.clone(), namespace.clone())) {
            all.push(row.run.target);
        }
    }
    for project in app.ports.history.projects().await? {
        let Some(place) = &project.default_target else { continue };
        match app.clusters.resolve(Some(place), &project) {
            Ok(target) => {
                if seen.insert((target.kubeconfig.clone(), target.context.clone(), target.namespace.clone())) {
                    all.push(target);
                }
            }
            Err(error) => tracing::debug!(project = %project.name, %error, "the project's place cannot be used"),
        }
    }
    Ok(all)
}

/// Lists everything of Berth in one place and imports what history does not know.
///
/// # Errors
/// As the cluster or the history fails.
pub(crate) async fn sweep(app: &App, us: InstallationId, target: &Target) -> Result<Vec<RunRow>, Error> {
    let id = app.clusters.identify(&app.ports, target).await?;
    if target.cluster.is_some_and(|known| known != id) {
        return Ok(Vec::new());
    }
    let cluster = app.clusters.cluster(target).await?;
    let found = cluster.all_runs().await?;
    let target = Target { cluster: Some(id), ..target.clone() };
    import(app, us, &target, &cluster, &found).await
}
