//! Commands about schedules. One is suspended by `stop_run` and goes on by `resume_service`.

use berth_core::ScheduleView;
use berth_model::{ProjectName, RunId};
use serde::{Deserialize, Serialize};
use tauri::State;

use crate::error::CommandResult;
use crate::shell::Shell;
use crate::views::RunView;

/// Runs of a schedule that its page shows, newest first.
const SHOWN: u32 = 50;

/// A schedule and what it started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct ScheduleDetails {
    /// The schedule.
    pub schedule: ScheduleView,
    /// What it started, newest first.
    pub starts: Vec<RunView>,
}

/// A schedule in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct ScheduleRow {
    /// Its run.
    pub run: RunView,
    /// The schedule.
    pub schedule: ScheduleView,
}

/// The next five times of a schedule that need not exist yet, RFC 3339 in UTC. An empty zone is UTC. What is wrong stands at
/// `schedule` and `time_zone`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn next_starts(
    shell: State<'_, Shell>,
    schedule: String,
    time_zone: Option<String>,
) -> CommandResult<Vec<String>> {
    let next = shell.app()?.next_starts(&schedule, time_zone.as_deref())?;
    Ok(next.iter().map(ToString::to_string).collect())
}

/// Shows a schedule with what it started; `null` for a run that is none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_schedule(shell: State<'_, Shell>, run: RunId) -> CommandResult<Option<ScheduleDetails>> {
    let app = shell.app()?;
    let Some(row) = app.history().run(run).await? else { return Ok(None) };
    let Some(schedule) = app.schedule_of(&row.run) else { return Ok(None) };
    let starts = app.starts_of(run, SHOWN).await?.into_iter().map(RunView::from).collect();
    Ok(Some(ScheduleDetails { schedule, starts }))
}

/// Lists the schedules of a project that are there, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_schedules(shell: State<'_, Shell>, project: ProjectName) -> CommandResult<Vec<ScheduleRow>> {
    let app = shell.app()?;
    let rows = app.schedules(&project).await?;
    let shown = rows.into_iter().filter_map(|row| {
        let schedule = app.schedule_of(&row.run)?;
        Some(ScheduleRow { run: RunView::from(row), schedule })
    });
    Ok(shown.collect())
}

/// Starts a run of a schedule now. The page makes the identity of the new run: the same again is the same start.
#[tauri::command]
#[specta::specta]
pub(crate) async fn trigger_schedule(shell: State<'_, Shell>, schedule: RunId, run: RunId) -> CommandResult<RunView> {
    Ok(RunView::from(shell.app()?.trigger(schedule, run).await?))
}
