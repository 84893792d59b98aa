//! Commands about contexts and the way to the clusters.

use std::collections::BTreeMap;
use std::path::Path;

use berth_core::{ContextList, ContextLook, EngineView};
use tauri::State;

use crate::error::CommandResult;
use crate::local_tools::{self, LocalTool};
use crate::shell::{Shell, blocking};
use crate::views::{ContextReport, StandingView, Whole};

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

/// Tells what stands out across all contexts: live runs, what needs a look; asks no cluster.
#[tauri::command]
#[specta::specta]
pub(crate) async fn standing(shell: State<'_, Shell>) -> CommandResult<StandingView> {
    Ok(StandingView::from(shell.app()?.standing().await?))
}

/// Adds up what all logs take on disk, in bytes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn log_bytes(shell: State<'_, Shell>) -> CommandResult<Whole> {
    Ok(Whole(shell.app()?.log_bytes().await?))
}

/// Lists the kubeconfig files that the person chose, beside those that kubectl would read.
#[tauri::command]
#[specta::specta]
pub(crate) async fn chosen_kubeconfigs(shell: State<'_, Shell>) -> CommandResult<Vec<String>> {
    let files = shell.app()?.chosen_kubeconfigs().await?;
    Ok(files.into_iter().map(|file| file.display().to_string()).collect())
}

/// Reads one more kubeconfig file from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_kubeconfig(shell: State<'_, Shell>, path: String) -> CommandResult<()> {
    Ok(shell.app()?.add_kubeconfig(&path, std::env::home_dir().as_deref()).await?)
}

/// Reads a chosen kubeconfig file no more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_kubeconfig(shell: State<'_, Shell>, path: String) -> CommandResult<()> {
    Ok(shell.app()?.remove_kubeconfig(Path::new(&path)).await?)
}

/// Lists the programs that make a local cluster, each with where it was found; runs none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn local_tools() -> CommandResult<Vec<LocalTool>> {
    blocking(|| Ok(local_tools::find(std::env::var_os("PATH").as_deref()))).await
}
