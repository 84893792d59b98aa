//! Commands about secrets. Values come in and never go out.

use berth_core::ports::SecretValue;
use berth_core::{RegistryLogin, StoreLogin};
use berth_model::{Problem, ProjectName, SecretName};
use serde::Deserialize;
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

/// What signs in somewhere, in the parts that are typed.
#[derive(Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Login {
    /// To a registry of images.
    Registry {
        /// Name of the secret that holds it.
        secret: String,
        /// User.
        user: String,
        /// Password or token.
        password: String,
    },
    /// To a store that speaks S3.
    Store {
        /// Its address; AWS where empty.
        endpoint: String,
        /// Its region; the usual one where empty.
        region: String,
        /// Id of the key.
        key_id: String,
        /// The secret key.
        secret_key: String,
    },
}

/// Keeps what signs in somewhere, under the names that builds and the fetching of code look for; returns them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_login(
    shell: State<'_, Shell>,
    project: ProjectName,
    login: Login,
    for_session: bool,
) -> CommandResult<Vec<SecretName>> {
    let app = shell.app()?;
    match login {
        Login::Registry { secret, user, password } => {
            let password = SecretValue::new(password);
            let login = RegistryLogin { secret: parse(&secret)?, user, password };
            Ok(app.set_registry_login(&project, login, for_session).await?)
        }
        Login::Store { endpoint, region, key_id, secret_key } => {
            let login = StoreLogin { endpoint, region, key_id, secret_key: SecretValue::new(secret_key) };
            Ok(app.set_store_login(&project, login, for_session).await?)
        }
    }
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
