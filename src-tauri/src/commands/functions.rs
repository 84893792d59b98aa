//! Commands about functions.

use berth_core::FileReport;
use berth_core::ports::FunctionNames;
use berth_model::{Action, FunctionName, ProjectName, TaskSpec};
use tauri::State;

use crate::error::{CommandError, CommandResult};
use crate::file_source::FileSource;
use crate::form::RunForm;
use crate::shell::Shell;
use crate::views::{FunctionVersion, FunctionView, RunView};

/// Lists the latest version of each function of a project, by name, with the newest of its runs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_functions(shell: State<'_, Shell>, project: ProjectName) -> CommandResult<Vec<FunctionView>> {
    let found = shell.app()?.history().functions_with_runs(&project).await?;
    Ok(found.into_iter().map(|(function, newest)| FunctionView::of(function, newest.map(RunView::from))).collect())
}

/// Lists the names and labels of a project's functions: what a list of runs can be narrowed to.
#[tauri::command]
#[specta::specta]
pub(crate) async fn function_names(shell: State<'_, Shell>, project: ProjectName) -> CommandResult<FunctionNames> {
    Ok(shell.app()?.history().function_names(&project).await?)
}

/// Lists all versions of a function, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn function_versions(
    shell: State<'_, Shell>,
    project: ProjectName,
    name: String,
) -> CommandResult<Vec<FunctionVersion>> {
    let versions = shell.app()?.history().function_versions(&project, &parse(&name)?).await?;
    Ok(versions.into_iter().map(FunctionVersion::from).collect())
}

/// Fills the form from a version of a function and the saved defaults of an action; where none is said, of the first that
/// has any.
#[tauri::command]
#[specta::specta]
pub(crate) async fn function_form(
    shell: State<'_, Shell>,
    project: ProjectName,
    name: String,
    version: Option<u32>,
    action: Option<Action>,
) -> CommandResult<RunForm> {
    let app = shell.app()?;
    let found = app.history().function(&project, &parse(&name)?, version).await?;
    let function = found.ok_or_else(|| {
        CommandError::new(berth_core::ErrorCode::NotFound, format!("There is no function \"{name}\" any more."))
    })?;
    let wanted = action.map_or_else(|| Action::ALL.to_vec(), |action| vec![action]);
    for action in wanted {
        if let Some(task) = app.history().task(function.id, action).await? {
            return Ok(RunForm::of(function.name.as_str(), action, &function.spec, &task).about(&function));
        }
    }
    let nothing = TaskSpec::default();
    Ok(RunForm::of(function.name.as_str(), action.unwrap_or_default(), &function.spec, &nothing).about(&function))
}

/// Saves what the form says as a function with its defaults for the action; returns its version.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_function(shell: State<'_, Shell>, form: RunForm) -> CommandResult<u32> {
    let project = form.project()?;
    let (form, read) = super::runs::read_code(form).await?;
    let read = read.map_err(|problem| berth_core::Error::invalid(vec![problem]))?;
    let saved = shell.app()?.save_documents(&project, &form.documents(read.as_ref())).await?;
    Ok(saved.first().map_or(0, |function| function.version))
}

/// Removes a function with all its versions; its runs stay.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_function(shell: State<'_, Shell>, project: ProjectName, name: String) -> CommandResult<u32> {
    Ok(shell.app()?.history().delete_function(&project, &parse(&name)?, None).await?)
}

/// Tells what a function file would come to, and saves nothing.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_file(
    shell: State<'_, Shell>,
    project: ProjectName,
    source: FileSource,
) -> CommandResult<FileReport> {
    match source.file().await {
        Ok(file) => Ok(shell.app()?.inspect_file(&project, &file).await?),
        Err(error) if !error.fields.is_empty() => Ok(FileReport { problems: error.fields, ..FileReport::default() }),
        Err(error) => Err(error),
    }
}

/// Saves the functions of a file; returns their names.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_file(
    shell: State<'_, Shell>,
    project: ProjectName,
    source: FileSource,
) -> CommandResult<Vec<String>> {
    let documents = source.documents().await?;
    let saved = shell.app()?.save_documents(&project, &documents).await?;
    Ok(saved.into_iter().map(|function| function.name.to_string()).collect())
}

fn parse(name: &str) -> CommandResult<FunctionName> {
    name.parse().map_err(|error: berth_model::ValueError| {
        CommandError::new(berth_core::ErrorCode::InvalidInput, error.sentence)
    })
}
