//! Commands about profiles.

use berth_model::{Problem, ProfileName, ProjectName, parse_documents};
use tauri::State;

use crate::error::{CommandError, CommandResult};
use crate::shell::Shell;
use crate::views::ProfileView;

/// Lists the profiles of a project, by name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_profiles(shell: State<'_, Shell>, project: ProjectName) -> CommandResult<Vec<ProfileView>> {
    Ok(shell.app()?.history().profiles(&project).await?.into_iter().map(ProfileView::from).collect())
}

/// Saves the profiles of a text as a file would hold it; returns their names.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_profiles(
    shell: State<'_, Shell>,
    project: ProjectName,
    text: String,
) -> CommandResult<Vec<String>> {
    let documents = parse_documents(&text).map_err(|problem| berth_core::Error::invalid(vec![problem]))?;
    let saved = shell.app()?.save_profiles(&project, &documents).await?;
    Ok(saved.into_iter().map(|profile| profile.name.to_string()).collect())
}

/// Removes a profile; runs keep the values that they took from it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_profile(shell: State<'_, Shell>, project: ProjectName, name: String) -> CommandResult<()> {
    let name: ProfileName = name.parse().map_err(|error: berth_model::ValueError| {
        CommandError::from(berth_core::Error::invalid(vec![Problem::new("name", error.code, error.sentence)]))
    })?;
    Ok(shell.app()?.delete_profile(&project, &name).await?)
}
