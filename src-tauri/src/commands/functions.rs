//! Commands about functions.

use berth_core::ports::RunQuery;
use berth_model::{Action, FunctionName, Problem, ProjectName, TaskSpec, parse_documents};
use tauri::State;

use crate::error::{CommandError, CommandResult};
use crate::form::RunForm;
use crate::shell::Shell;
use crate::views::{FunctionVersion, FunctionView, RunView};

/// Lists the latest version of each function of a project, by name, with the newest of its runs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_functions(shell: State<'_, Shell>, project: ProjectName) -> CommandResult<Vec<FunctionView>> {
    let app = shell.app()?;
    let mut views = Vec::new();
    for function in app.history().functions(&project).await? {
        let query = RunQuery {
            project: Some(project.clone()),
            function: Some(function.name.clone()),
            archived: true,
            limit: 1,
            ..RunQuery::default()
        };
        let newest = app.runs(&query).await?.rows.into_iter().next().map(RunView::from);
        views.push(FunctionView::of(function, newest));
    }
    Ok(views)
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

/// Fills the form from a version of a function and the saved defaults of its job.
#[tauri::command]
#[specta::specta]
pub(crate) async fn function_form(
    shell: State<'_, Shell>,
    project: ProjectName,
    name: String,
    version: Option<u32>,
) -> CommandResult<RunForm> {
    let app = shell.app()?;
    let found = app.history().function(&project, &parse(&name)?, version).await?;
    let function = found.ok_or_else(|| {
        CommandError::new(berth_core::ErrorCode::NotFound, format!("There is no function \"{name}\" any more."))
    })?;
    let task = app.history().task(function.id, Action::Job).await?.unwrap_or_else(TaskSpec::default);
    Ok(RunForm::of(function.name.as_str(), &function.spec, &task))
}

/// Saves what the form says as a function with its defaults for jobs; returns its version.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_function(shell: State<'_, Shell>, form: RunForm) -> CommandResult<u32> {
    let project = form.project()?;
    let saved = shell.app()?.save_documents(&project, &form.documents()).await?;
    Ok(saved.first().map_or(0, |function| function.version))
}

/// Removes a function with all its versions; its runs stay.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_function(shell: State<'_, Shell>, project: ProjectName, name: String) -> CommandResult<u32> {
    Ok(shell.app()?.history().delete_function(&project, &parse(&name)?, None).await?)
}

/// Checks the text of a function file and saves nothing; returns all problems.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_file(shell: State<'_, Shell>, text: String) -> CommandResult<Vec<Problem>> {
    Ok(match parse_documents(&text) {
        Ok(documents) => shell.app()?.validate_documents(&documents),
        Err(problem) => vec![problem],
    })
}

/// Saves the functions of a file; returns their names.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_file(
    shell: State<'_, Shell>,
    project: ProjectName,
    text: String,
) -> CommandResult<Vec<String>> {
    let documents = parse_documents(&text).map_err(|problem| berth_core::Error::invalid(vec![problem]))?;
    let saved = shell.app()?.save_documents(&project, &documents).await?;
    Ok(saved.into_iter().map(|function| function.name.to_string()).collect())
}

fn parse(name: &str) -> CommandResult<FunctionName> {
    name.parse().map_err(|error: berth_model::ValueError| {
        CommandError::new(berth_core::ErrorCode::InvalidInput, error.sentence)
    })
}
