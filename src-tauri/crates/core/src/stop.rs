//! Carries out what a person wants to become of a live run: the wish is durable first, then the cluster is asked.
//!
//! Never deletes by name alone: what goes is the object whose identity is written down, or one that carries the run's
//! id and was never released.

use berth_k8s::Class;
use berth_model::{Absence, Observation, Phase, RunId, RunState, Sight, Submission, Wish, advance};

use crate::Error;
use crate::app::App;
use crate::failpoint::reach;
use crate::failure;
use crate::ports::RunRow;
use crate::submission;
use crate::transition::{change, edited, unknown_run};

/// Writes the wish down, durably. A run that is over keeps none, and a wish to delete is not weakened to a stop.
pub(crate) async fn wish(app: &App, run: RunId, wish: Wish) -> Result<RunRow, Error> {
    let written = change(&app.ports, run, |row, at| {
        let run = &row.run;
        let is_stopped = wish == Wish::Stop && run.status.state == RunState::Stopped;
        if run.status.is_over(run.action) || run.status.wish == Some(Wish::Delete) || is_stopped {
            return None;
        }
        edited(&run.status, at, |status| {
            status.wish = Some(wish);
            status.state = match wish {
                Wish::Stop => RunState::Stop,
                Wish::Delete => RunState::Deleting,
            };
            status.phase = Phase::Stopping;
        })
    })
    .await?;
    match written {
        Some(row) => {
            reach("stop.after_wish");
            Ok(row)
        }
        None => app.ports.history.run(run).await?.ok_or_else(|| unknown_run(run)),
    }
}

/// Carries the wish of a run out: removes its main object by identity, in the foreground; a service that is to stop gets
/// no copies any more, a schedule is suspended, and their objects stay. A launch that is not
/// released yet is given up; requests of it that arrive late are removed while the run is not settled.
///
/// Safe to repeat, and to call on a run without a wish, which comes back as it is.
///
/// # Errors
/// As the cluster or the history fails; the wish stays and can be carried out later.
pub(crate) async fn carry_out(app: &App, row: RunRow) -> Result<RunRow, Error> {
    if row.run.status.wish.is_none() {
        return Ok(row);
    }
    match row.run.status.submission {
        Submission::Released
            if row.run.status.is_lasting(row.run.action) && row.run.status.wish == Some(Wish::Stop) =>
        {
            hold(app, row).await
        }
        Submission::Released => remove_released(app, row).await,
        _ => submission::drive_now(app, row).await,
    }
}

/// Stops a service or a schedule so that it can go on: its Deployment stays without copies, its CronJob suspended.
async fn hold(app: &App, row: RunRow) -> Result<RunRow, Error> {
    let run = &row.run;
    let Some(main) = run.status.objects.first().filter(|_| !run.status.only_in_history) else { return Ok(row) };
    let cluster = app.clusters.cluster_of(&app.ports, run).await?;
    let began = tokio::time::Instant::now();
    let held = cluster.hold(main).await;
    reach("stop.after_delete");
    match held {
        Ok(_) => {
            tracing::info!(run_id = %run.id, kind = main.kind, name = main.name, "held");
            Ok(row)
        }
        Err(error) if error.class == Class::NotFound => absent(app, run.id, Absence::Gone).await,
        Err(error) if error.class == Class::Conflict => absent(app, run.id, Absence::Replaced).await,
        Err(error) => Err(failure::of_contact(error, &run.target, began.elapsed())),
    }
}

async fn remove_released(app: &App, row: RunRow) -> Result<RunRow, Error> {
    let run = &row.run;
    let Some(main) = run.status.objects.first().filter(|_| !run.status.only_in_history) else { return Ok(row) };
    let cluster = app.clusters.cluster_of(&app.ports, run).await?;
    let began = tokio::time::Instant::now();
    let absence = match cluster.delete(main).await {
        Ok(true) => None,
        Ok(false) => Some(Absence::Gone),
        Err(error) if error.class == Class::NotFound => Some(Absence::Gone),
        Err(error) if error.class == Class::Conflict => Some(Absence::Replaced),
        Err(error) => return Err(failure::of_contact(error, &run.target, began.elapsed())),
    };
    reach("stop.after_delete");
    tracing::info!(run_id = %run.id, kind = main.kind, name = main.name, "asked for removal");
    match absence {
        Some(absence) => absent(app, run.id, absence).await,
        None => Ok(row),
    }
}

/// Writes down that the main object is not there any more.
async fn absent(app: &App, id: RunId, absence: Absence) -> Result<RunRow, Error> {
    let now = change(&app.ports, id, |stored, at| {
        let observation = Observation { at, sight: Sight::Absent(absence) };
        advance(stored.run.action, &stored.run.status, &observation)
    })
    .await?;
    match now {
        Some(now) => Ok(now),
        None => app.ports.history.run(id).await?.ok_or_else(|| unknown_run(id)),
    }
}
