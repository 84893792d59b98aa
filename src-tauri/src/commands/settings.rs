//! Commands about the window itself: how it started, and what the person likes.

use tauri::State;

use crate::error::CommandResult;
use crate::preferences::Preferences;
use crate::shell::Shell;
use crate::views::Startup;

/// Tells where the data lies and what was noticed while starting.
#[tauri::command]
#[specta::specta]
pub(crate) async fn startup(shell: State<'_, Shell>) -> CommandResult<Startup> {
    Ok(shell.startup().await)
}

/// Reads the preferences.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preferences(shell: State<'_, Shell>) -> CommandResult<Preferences> {
    Ok(shell.preferences.read())
}

/// Writes the preferences.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_preferences(shell: State<'_, Shell>, preferences: Preferences) -> CommandResult<()> {
    shell.preferences.write(&preferences)
}
