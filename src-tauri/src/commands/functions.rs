//! Commands about functions.

use berth_model::ProjectName;
use tauri::State;

use crate::error::CommandResult;
use crate::shell::Shell;
use crate::views::FunctionView;

/// Lists the latest version of each function of a project, by name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_functions(shell: State<'_, Shell>, project: ProjectName) -> CommandResult<Vec<FunctionView>> {
    let functions = shell.app()?.history().functions(&project).await?;
    Ok(functions.into_iter().map(FunctionView::from).collect())
}
