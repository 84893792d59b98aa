//! Commands about projects.

use std::path::PathBuf;

use berth_core::{ExportPlan, FileReport, ProjectReport, files};
use berth_model::{Generation, ProjectName};
use serde::{Deserialize, Serialize};
use tauri::State;

use crate::error::{CommandError, CommandResult};
use crate::file_source::FileSource;
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

/// Tells which files an export into a file or folder writes, and writes none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_export(
    shell: State<'_, Shell>,
    project: ProjectName,
    path: String,
    generation: Generation,
) -> CommandResult<ExportPlan> {
    Ok(shell.app()?.plan_export(&project, generation, &target(&project, &path)?).await?)
}

/// Writes a project into a file or folder, and the functions that it only names beside it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_project(
    shell: State<'_, Shell>,
    project: ProjectName,
    path: String,
    generation: Generation,
    overwrite: bool,
) -> CommandResult<ExportPlan> {
    Ok(shell.app()?.write_export(&project, generation, &target(&project, &path)?, overwrite).await?)
}

/// Tells what the import of a project would come to, and saves nothing. `project` is where functions go that name none;
/// `into` is where all go, whatever the files say.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_project(
    shell: State<'_, Shell>,
    project: ProjectName,
    into: Option<String>,
    source: FileSource,
) -> CommandResult<ProjectReport> {
    let into = wished(into.as_deref())?;
    match source.project().await {
        Ok(documents) => Ok(shell.app()?.inspect_project(into.as_ref(), &project, &documents).await?),
        Err(error) if !error.fields.is_empty() => {
            let file = FileReport { problems: error.fields, ..FileReport::default() };
            Ok(ProjectReport { project: into.unwrap_or(project), is_new: false, file })
        }
        Err(error) => Err(error),
    }
}

/// What an import has saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct ImportedProject {
    /// The project.
    pub project: ProjectView,
    /// Whether it was made.
    pub is_new: bool,
    /// The functions that were saved.
    pub functions: Vec<String>,
}

/// Saves a project from its files.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_project(
    shell: State<'_, Shell>,
    project: ProjectName,
    into: Option<String>,
    source: FileSource,
) -> CommandResult<ImportedProject> {
    let into = wished(into.as_deref())?;
    let documents = source.project().await?;
    let import = shell.app()?.import_project(into.as_ref(), &project, &documents).await?;
    Ok(ImportedProject {
        project: ProjectView::from(import.project),
        is_new: import.is_new,
        functions: import.functions.into_iter().map(|function| function.name.to_string()).collect(),
    })
}

fn target(project: &ProjectName, path: &str) -> CommandResult<PathBuf> {
    Ok(files::absolute(path, std::env::home_dir().as_deref(), &format!("{project}.yaml"))?)
}

/// The project that was named, where one was.
fn wished(name: Option<&str>) -> CommandResult<Option<ProjectName>> {
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    let refuse =
        |error: berth_model::ValueError| berth_core::Error::new(berth_core::ErrorCode::InvalidInput, error.sentence);
    Ok(name.map(|name| ProjectName::parse(name).map_err(refuse)).transpose()?)
}

fn parse(name: &str) -> CommandResult<ProjectName> {
    ProjectName::parse(name).map_err(|error| CommandError::new(berth_core::ErrorCode::InvalidInput, error.sentence))
}
