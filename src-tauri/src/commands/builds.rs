//! Commands about builds: where their images go, and taking one off its function again.

use std::time::Duration;

use berth_core::RegistryTry;
use berth_model::{Place, ProjectName, Registry, RegistryAddress, RunId, SecretName};
use tauri::State;

use crate::error::{CommandError, CommandResult};
use crate::shell::Shell;
use crate::views::{ProjectView, RegistryChoice};

/// How long a try of the registry may take: the builder's image may have to be pulled first.
const PATIENCE: Duration = Duration::from_secs(900);

/// Chooses where the builds of a project put their images; nowhere where nothing is said.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_registry(
    shell: State<'_, Shell>,
    project: String,
    registry: Option<RegistryChoice>,
) -> CommandResult<ProjectView> {
    let invalid = |sentence: String| CommandError::new(berth_core::ErrorCode::InvalidInput, sentence);
    let name = ProjectName::parse(&project).map_err(|error| invalid(error.sentence))?;
    let registry = match registry {
        Some(choice) => Some(Registry {
            address: RegistryAddress::parse(choice.address.trim()).map_err(|error| invalid(error.sentence))?,
            secret: match choice.secret.as_deref().map(str::trim).filter(|secret| !secret.is_empty()) {
                Some(secret) => Some(SecretName::parse(secret).map_err(|error| invalid(error.sentence))?),
                None => None,
            },
            plain_http: choice.plain_http,
            cache: choice.cache,
        }),
        None => None,
    };
    Ok(ProjectView::from(shell.app()?.set_registry(&name, registry).await?))
}

/// Tries the registry of a project: builds the smallest image there is and pushes it. The page makes the run's id.
#[tauri::command]
#[specta::specta]
pub(crate) async fn try_registry(
    shell: State<'_, Shell>,
    project: ProjectName,
    place: Option<Place>,
    run: RunId,
) -> CommandResult<RegistryTry> {
    let app = shell.app()?;
    let mut request = app.registry_check(&project, run);
    request.place = place;
    Ok(app.try_registry(&request, PATIENCE).await?)
}

/// Takes the image of a build off its function again; returns the number of the version that this makes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn undo_build(shell: State<'_, Shell>, run: RunId) -> CommandResult<u32> {
    Ok(shell.app()?.undo_build(run).await?.version)
}
