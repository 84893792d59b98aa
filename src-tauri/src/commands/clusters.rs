//! Commands about contexts and the way to the clusters.

use std::collections::BTreeMap;

use berth_core::{ContextList, ContextLook, EngineView};
use tauri::State;

use crate::error::CommandResult;
use crate::shell::{Shell, blocking};
use crate::views::ContextReport;

/// Lists the contexts of all kubeconfig files; asks no cluster.
#[tauri::command]
#[specta::specta]
pub(crate) async fn contexts(shell: State<'_, Shell>) -> CommandResult<ContextList> {
    let app = shell.app()?;
    blocking(move || Ok(app.contexts())).await
}

/// Asks a context for its version and namespaces.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_context(shell: State<'_, Shell>, context: String) -> CommandResult<ContextReport> {
    Ok(ContextReport::from(shell.app()?.check_context(&context).await?))
}

/// Reads how contexts look: names of one's own, colours, protection, by context.
#[tauri::command]
#[specta::specta]
pub(crate) async fn context_looks(shell: State<'_, Shell>) -> CommandResult<BTreeMap<String, ContextLook>> {
    Ok(shell.app()?.context_looks().await?)
}

/// Writes how a context looks.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_context_look(
    shell: State<'_, Shell>,
    context: String,
    look: ContextLook,
) -> CommandResult<()> {
    Ok(shell.app()?.save_context_look(&context, look).await?)
}

/// Tells how the engine stands.
#[tauri::command]
#[specta::specta]
pub(crate) async fn engine_status(shell: State<'_, Shell>) -> CommandResult<EngineView> {
    Ok(shell.app()?.engine())
}
