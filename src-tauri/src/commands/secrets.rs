//! Commands about secrets. Values come in and never go out.

use berth_core::ports::SecretValue;
use berth_model::{Problem, ProjectName, SecretName};
use tauri::State;

use crate::error::{CommandError, CommandResult};
use crate::shell::Shell;
use crate::views::SecretView;

/// Lists the secrets of a project: names and where their values lie.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_secrets(shell: State<'_, Shell>, project: ProjectName) -> CommandResult<Vec<SecretView>> {
    Ok(shell.app()?.secrets(&project).await?.into_iter().map(SecretView::from).collect())
}

/// Sets the value of a secret, in the keyring or for this session only.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_secret(
    shell: State<'_, Shell>,
    project: ProjectName,
    name: String,
    value: String,
    for_session: bool,
) -> CommandResult<()> {
    let app = shell.app()?;
    // The first thing done with the value: from here on it cannot be printed, and is wiped when dropped.
    let value = SecretValue::new(value);
    let name = parse(&name)?;
    if for_session {
        app.set_secret_for_session(&project, &name, value).await?;
    } else {
        app.set_secret(&project, &name, &value).await?;
    }
    Ok(())
}

/// Removes a secret with its value.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_secret(shell: State<'_, Shell>, project: ProjectName, name: String) -> CommandResult<()> {
    Ok(shell.app()?.delete_secret(&project, &parse(&name)?).await?)
}

fn parse(name: &str) -> CommandResult<SecretName> {
    name.parse().map_err(|error: berth_model::ValueError| {
        CommandError::from(berth_core::Error::invalid(vec![Problem::new("name", error.code, error.sentence)]))
    })
}
