//! Commands about logs: the page pulls pieces by cursor and is never pushed a line.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use berth_core::ErrorCode;
use berth_model::RunId;
use tauri::{AppHandle, Manager as _, State};

use crate::backwards::read_before;
use crate::error::{CommandError, CommandResult};
use crate::shell::{Shell, blocking};
use crate::views::{LogMatches, LogPage, LogRef, LogView, Whole};

/// Lists the stored logs of a run.
#[tauri::command]
#[specta::specta]
pub(crate) async fn log_streams(shell: State<'_, Shell>, run: RunId) -> CommandResult<Vec<LogView>> {
    let app = shell.app()?;
    let mask = app.mask(run).await?;
    let logs = blocking(move || app.logs(run)).await?;
    Ok(logs.into_iter().map(|log| LogView::of(log, &mask)).collect())
}

/// Reads whole lines of a log from a cursor, at most `limit` bytes of them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_log(shell: State<'_, Shell>, log: LogRef, from: Whole, limit: u32) -> CommandResult<LogPage> {
    let (app, key, cursor, limit) = (shell.app()?, log.into_key(), from.0, LogPage::bounded(limit));
    let mask = app.mask(key.run).await?;
    let piece = blocking(move || app.read_log(&key, cursor, limit)).await?;
    Ok(LogPage::of(&piece, &mask))
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
    let mask = app.mask(key.run).await?;
    let piece = blocking(move || read_before(|from, limit| app.read_log(&key, from, limit), before, limit)).await?;
    Ok(LogPage::of(&piece, &mask))
}

/// Finds lines of a log that contain a text, from a cursor on, within one step's worth of bytes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search_log(
    shell: State<'_, Shell>,
    log: LogRef,
    text: String,
    from: Whole,
) -> CommandResult<LogMatches> {
    let (app, key) = (shell.app()?, log.into_key());
    let mask = app.mask(key.run).await?;
    let (found, next) = blocking(move || app.search_log(&key, &mask, &text, from.0)).await?;
    let lines = found.into_iter().map(|(number, cursor)| (Whole(number), Whole(cursor))).collect();
    Ok(LogMatches { lines, next: next.map(Whole) })
}

/// Writes a whole log into the person's folder of downloads; returns the file's path.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_log(
    handle: AppHandle,
    shell: State<'_, Shell>,
    log: LogRef,
    name: String,
    with_times: bool,
) -> CommandResult<String> {
    let folder = handle.path().download_dir().or_else(|_| handle.path().home_dir()).map_err(|error| {
        CommandError::new(ErrorCode::Storage, format!("There is no folder to save the log in: {error}."))
    })?;
    let (app, key) = (shell.app()?, log.into_key());
    let mask = app.mask(key.run).await?;
    let file = blocking(move || {
        let failed = |error: std::io::Error| {
            berth_core::Error::new(
                ErrorCode::Storage,
                format!("unable to save the log in {}: {error}", folder.display()),
            )
        };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let (path, file) = new_file(&folder, &name).map_err(failed)?;
        app.export_log(&key, &mask, &mut BufWriter::new(file), with_times)?;
        Ok(path)
    });
    Ok(file.await?.display().to_string())
}

/// Makes a file that was not there: `name.log`, `name-2.log` … The name keeps no character that could leave the folder.
fn new_file(folder: &Path, name: &str) -> std::io::Result<(PathBuf, File)> {
    let safe: String =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '-' }).collect();
    let mut number = 1_u32;
    loop {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{safe}{suffix}.log"));
        match File::create_new(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 10_000 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_log_overwrites_nothing_and_stays_in_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["train-1", "train-1", "../../etc/passwd"].map(|name| {
            let (path, _) = new_file(folder.path(), name).unwrap();
            assert_eq!(path.parent(), Some(folder.path()));
            path.file_name().unwrap().to_str().unwrap().to_owned()
        });
        assert_eq!(names, ["train-1.log", "train-1-2.log", "------etc-passwd.log"]);
    }
}
