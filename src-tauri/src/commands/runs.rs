//! Commands about runs.

use berth_core::DeleteScope;
use berth_model::RunId;
use serde_json::Value;
use tauri::State;

use crate::error::CommandResult;
use crate::form::RunForm;
use crate::shell::Shell;
use crate::views::{Preview, RunDetails, RunFilter, RunList, RunView, yaml_documents};

/// Lists runs, newest first, with counts per state.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_runs(shell: State<'_, Shell>, filter: RunFilter) -> CommandResult<RunList> {
    let page = shell.app()?.runs(&filter.into_query()?).await?;
    Ok(RunList::from(page))
}

/// Reads everything that is known of a run.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_details(shell: State<'_, Shell>, run: RunId) -> CommandResult<RunDetails> {
    let app = shell.app()?;
    let row = app.find_run(&run.to_string()).await?;
    let transitions = app.transitions(run).await?;
    let events = app.events(run).await?;
    Ok(RunDetails::of(row, transitions, events))
}

/// Reads the objects of a run as they are in the cluster now, as YAML; empty where they are gone.
#[tauri::command]
#[specta::specta]
pub(crate) async fn live_yaml(shell: State<'_, Shell>, run: RunId) -> CommandResult<String> {
    Ok(yaml_documents(&shell.app()?.live_objects(run).await?))
}

/// Works a launch out without doing it: problems at their fields, the words of the command, the objects as YAML.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_run(shell: State<'_, Shell>, form: RunForm) -> CommandResult<Preview> {
    Preview::of(shell.app()?.prepare(&form.into_request()?).await)
}

/// Asks the cluster whether it would take a launch (a dry run of every object and of the pod), and does nothing.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_run(shell: State<'_, Shell>, form: RunForm) -> CommandResult<Preview> {
    Preview::of(shell.app()?.check(&form.into_request()?).await)
}

/// Fills the form from a run, to change something and run it again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_form(shell: State<'_, Shell>, run: RunId) -> CommandResult<RunForm> {
    let run = shell.app()?.find_run(&run.to_string()).await?.run;
    let filled = RunForm::of(run.function.name.as_str(), run.action, &run.spec.function, &run.spec.task);
    Ok(RunForm {
        parent: Some(run.id),
        project: run.project.to_string(),
        context: run.target.context,
        namespace: run.target.namespace,
        ..filled
    })
}

/// Launches a run. The same id again is the same launch.
#[tauri::command]
#[specta::specta]
pub(crate) async fn launch_run(shell: State<'_, Shell>, form: RunForm) -> CommandResult<RunView> {
    let row = shell.app()?.launch(&form.into_request()?).await?;
    Ok(RunView::from(row))
}

/// Runs the same again, under an id made by the page.
#[tauri::command]
#[specta::specta]
pub(crate) async fn rerun_run(shell: State<'_, Shell>, run: RunId, id: RunId) -> CommandResult<RunView> {
    let app = shell.app()?;
    let mut request = app.rerun_request(run, Value::Object(serde_json::Map::new())).await?;
    request.run = id;
    Ok(RunView::from(app.launch(&request).await?))
}

/// Stops a run; its log and history stay.
#[tauri::command]
#[specta::specta]
pub(crate) async fn stop_run(shell: State<'_, Shell>, run: RunId) -> CommandResult<RunView> {
    Ok(RunView::from(shell.app()?.stop(run).await?))
}

/// Puts a run away or takes it back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn archive_run(shell: State<'_, Shell>, run: RunId, archived: bool) -> CommandResult<()> {
    Ok(shell.app()?.archive(run, archived).await?)
}

/// Deletes a run from history, its objects from the cluster, or both.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_run(shell: State<'_, Shell>, run: RunId, scope: DeleteScope) -> CommandResult<()> {
    Ok(shell.app()?.delete(run, scope).await?)
}
