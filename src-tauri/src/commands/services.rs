//! Commands about services that live: their copies, and ports of this machine that lead to them.

use berth_core::ForwardView;
use berth_model::RunId;
use tauri::State;

use crate::error::CommandResult;
use crate::shell::Shell;
use crate::views::RunView;

/// Sets how many copies of a service run; none stops it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn scale_service(shell: State<'_, Shell>, run: RunId, copies: u32) -> CommandResult<RunView> {
    Ok(RunView::from(shell.app()?.scale(run, copies).await?))
}

/// Lets a stopped service go on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_service(shell: State<'_, Shell>, run: RunId) -> CommandResult<RunView> {
    Ok(RunView::from(shell.app()?.resume(run).await?))
}

/// Starts all copies of a service anew, one after the other.
#[tauri::command]
#[specta::specta]
pub(crate) async fn restart_service(shell: State<'_, Shell>, run: RunId) -> CommandResult<RunView> {
    Ok(RunView::from(shell.app()?.restart(run).await?))
}

/// Opens a port of this machine that leads to a port of a service, or returns the one that is open. The first port of the
/// service, and the local port of the last time, where none is named.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_forward(
    shell: State<'_, Shell>,
    run: RunId,
    port: Option<u16>,
    local: Option<u16>,
) -> CommandResult<ForwardView> {
    let view = shell.app()?.forward(run, port, local).await?;
    let now = view.borrow().clone();
    Ok(now)
}

/// Lists the ports of this machine that lead to services.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_forwards(shell: State<'_, Shell>) -> CommandResult<Vec<ForwardView>> {
    Ok(shell.app()?.forwards())
}

/// Closes such a port, with its connections.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_forward(shell: State<'_, Shell>, run: RunId, port: u16) -> CommandResult<()> {
    shell.app()?.close_forward(run, port);
    Ok(())
}
