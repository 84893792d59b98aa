//! Commands about projects.

use berth_model::ProjectName;
use tauri::State;

use crate::error::{CommandError, CommandResult};
use crate::shell::Shell;
use crate::views::ProjectView;

/// Lists the projects by name; `default` is always among them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn projects(shell: State<'_, Shell>) -> CommandResult<Vec<ProjectView>> {
    Ok(shell.app()?.projects().await?.into_iter().map(ProjectView::from).collect())
}

/// Makes a project.
#[tauri::command]
#[specta::specta]
pub(crate) async fn create_project(shell: State<'_, Shell>, name: String) -> CommandResult<ProjectView> {
    let project = shell.app()?.create_project(&parse(name.trim())?, None).await?;
    Ok(ProjectView::from(project))
}

/// Says what a project is for.
#[tauri::command]
#[specta::specta]
pub(crate) async fn describe_project(
    shell: State<'_, Shell>,
    name: String,
    description: String,
) -> CommandResult<ProjectView> {
    let project = shell.app()?.describe_project(&parse(&name)?, &description).await?;
    Ok(ProjectView::from(project))
}

/// Deletes a project without runs, with its functions.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_project(shell: State<'_, Shell>, name: String) -> CommandResult<()> {
    Ok(shell.app()?.delete_project(&parse(&name)?).await?)
}

fn parse(name: &str) -> CommandResult<ProjectName> {
    ProjectName::parse(name).map_err(|error| CommandError::new(berth_core::ErrorCode::InvalidInput, error.sentence))
}
