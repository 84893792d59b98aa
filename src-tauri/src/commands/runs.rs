//! Commands about runs.

use berth_core::{DeleteScope, LaunchRequest, LocalCode};
use berth_model::{Problem, RunId};
use serde_json::Value;
use tauri::State;

use crate::error::CommandResult;
use crate::form::RunForm;
use crate::shell::{Shell, blocking};
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

/// The launch that a form asks for, with the code of this machine that it names; and what is wrong with that.
async fn request_of(form: RunForm) -> CommandResult<(LaunchRequest, Option<Problem>)> {
    let (form, read) = read_code(form).await?;
    let (read, unread) = read.map_or_else(|problem| (None, Some(problem)), |read| (read, None));
    Ok((form.into_request(read.as_ref())?, unread))
}

/// Reads the code of this machine that a form names.
pub(crate) async fn read_code(form: RunForm) -> CommandResult<(RunForm, Result<Option<LocalCode>, Problem>)> {
    blocking(move || {
        let read = form.read_code(std::env::home_dir().as_deref());
        Ok((form, read))
    })
    .await
}

/// Works a launch out without doing it: problems at their fields, the words of the command, the objects as YAML.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_run(shell: State<'_, Shell>, form: RunForm) -> CommandResult<Preview> {
    let (request, unread) = request_of(form).await?;
    Ok(Preview::of(shell.app()?.prepare(&request).await)?.with(unread))
}

/// Asks the cluster whether it would take a launch (a dry run of every object and of the pod), and does nothing.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_run(shell: State<'_, Shell>, form: RunForm) -> CommandResult<Preview> {
    let (request, unread) = request_of(form).await?;
    let app = shell.app()?;
    match unread {
        None => Preview::of(app.check(&request).await),
        unread => Ok(Preview::of(app.prepare(&request).await)?.with(unread)),
    }
}

/// Fills the form from a run, to change something and run it again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_form(shell: State<'_, Shell>, run: RunId) -> CommandResult<RunForm> {
    let app = shell.app()?;
    let run = app.find_run(&run.to_string()).await?.run;
    let filled = RunForm::of(run.function.name.as_str(), run.action, &run.spec.function, &run.spec.task);
    let saved = app.history().function(&run.project, &run.function.name, Some(run.function.version)).await?;
    let filled = match saved {
        Some(function) => filled.about(&function),
        None => filled,
    };
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
    let (request, unread) = request_of(form).await?;
    let app = shell.app()?;
    if unread.is_some() {
        let found = Preview::of(app.prepare(&request).await)?.with(unread);
        return Err(berth_core::Error::invalid(found.problems).into());
    }
    Ok(RunView::from(app.launch(&request).await?))
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
