//! Commands about logs: the page pulls pieces by cursor and is never pushed a line.

use berth_model::RunId;
use tauri::State;

use crate::backwards::read_before;
use crate::error::CommandResult;
use crate::shell::{Shell, blocking};
use crate::views::{LogPage, LogRef, LogView, Whole};

/// Lists the stored logs of a run.
#[tauri::command]
#[specta::specta]
pub(crate) async fn log_streams(shell: State<'_, Shell>, run: RunId) -> CommandResult<Vec<LogView>> {
    let app = shell.app()?;
    let logs = blocking(move || app.logs(run)).await?;
    Ok(logs.into_iter().map(LogView::from).collect())
}

/// Reads whole lines of a log from a cursor, at most `limit` bytes of them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_log(shell: State<'_, Shell>, log: LogRef, from: Whole, limit: u32) -> CommandResult<LogPage> {
    let (app, key, cursor, limit) = (shell.app()?, log.into_key(), from.0, LogPage::bounded(limit));
    let piece = blocking(move || app.read_log(&key, cursor, limit)).await?;
    Ok(LogPage::of(&piece))
}

/// Reads the whole lines that end at a cursor, or at the end of the log, at most `limit` bytes of them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_log_before(
    shell: State<'_, Shell>,
    log: LogRef,
    before: Option<Whole>,
    limit: u32,
) -> CommandResult<LogPage> {
    let (app, key, before, limit) =
        (shell.app()?, log.into_key(), before.map(|before| before.0), LogPage::bounded(limit));
    let piece = blocking(move || read_before(|from, limit| app.read_log(&key, from, limit), before, limit)).await?;
    Ok(LogPage::of(&piece))
}
