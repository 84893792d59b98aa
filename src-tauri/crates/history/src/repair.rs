//! Decides whether a database file is sound, and replaces one that is not: moved aside, never deleted, with the newest
//! sound backup in its place.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use berth_core::ports::StoreError;
use jiff::{SignedDuration, Timestamp};

use crate::connection::{self, Access};
use crate::error;
use crate::folder::Folder;
use crate::{backup, folder};

/// Up to this size the whole file is checked at every open (about 50 ms); above it, once a day and after damage was met.
const ALWAYS_CHECKED: u64 = 16 * 1024 * 1024;

/// Says why a file is not sound; `None` where it is, or where it is not there.
///
/// # Errors
/// `Locked` and the like: nothing is known of the file then.
pub(crate) fn damage(
    path: &Path,
    is_small_enough_or_due: bool,
    access: Access,
    busy: Duration,
) -> Result<Option<String>, StoreError> {
    let Ok(data) = fs::metadata(path) else { return Ok(None) };
    if data.len() == 0 {
        // An empty file is what SQLite itself leaves when it is killed at the very first open.
        return Ok(None);
    }
    let checked = connection::open(path, access, busy).and_then(|connection| {
        // Reads the header and the schema, whatever the size.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
        if !is_small_enough_or_due {
            return Ok("ok".to_owned());
        }
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))
    });
    match checked {
        Ok(finding) if finding == "ok" => Ok(None),
        Ok(finding) => Ok(Some(finding)),
        Err(cause) if error::is_damage(&cause) => Ok(Some(cause.to_string())),
        Err(cause) => Err(connection::open_error(path, &cause)),
    }
}

/// Tells whether the whole history must be read at this open.
pub(crate) fn needs_whole_check(folder: &Folder, now: Timestamp) -> bool {
    let size = fs::metadata(folder.database()).map_or(0, |data| data.len());
    if size <= ALWAYS_CHECKED || folder.suspicion().exists() {
        return true;
    }
    let checked = fs::read_to_string(folder.checked()).ok().and_then(|text| text.trim().parse::<Timestamp>().ok());
    checked.is_none_or(|checked| now.duration_since(checked).abs() > SignedDuration::from_hours(24))
}

/// Notes that the whole history was found sound.
pub(crate) fn note_checked(folder: &Folder, now: Timestamp) {
    if let Err(cause) = folder::write_whole(&folder.checked(), now.to_string().as_bytes()) {
        tracing::warn!(%cause, "the history is checked again at the next start");
    }
}

/// Moves a database and its side files aside. Returns where the database went.
pub(crate) fn move_aside(path: &Path, now: Timestamp) -> Result<PathBuf, StoreError> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("database");
    let mut aside = path.with_file_name(format!("{stem}.damaged-{}", backup::stamp(now)));
    let mut count = 1;
    while aside.exists() {
        count += 1;
        aside = path.with_file_name(format!("{stem}.damaged-{}-{count}", backup::stamp(now)));
    }
    fs::rename(path, &aside).map_err(|cause| error::file("move aside", path, &cause))?;
    for side in ["-wal", "-shm"] {
        let from = with_suffix(path, side);
        if from.exists() {
            fs::rename(&from, with_suffix(&aside, side)).map_err(|cause| error::file("move aside", &from, &cause))?;
        }
    }
    Ok(aside)
}

/// Puts the newest sound backup in place. Returns which; `None` where there is none.
pub(crate) fn restore(folder: &Folder) -> Result<Option<PathBuf>, StoreError> {
    let database = folder.database();
    for copy in backup::all(folder) {
        if let Err(cause) = backup::verify(&copy) {
            tracing::warn!(%cause, "a backup is not sound");
            continue;
        }
        let bytes = fs::read(&copy).map_err(|cause| error::file("read", &copy, &cause))?;
        folder::write_whole(&database, &bytes).map_err(|cause| error::file("write", &database, &cause))?;
        return Ok(Some(copy));
    }
    Ok(None)
}

/// A path with something behind its last letter, as SQLite names its side files.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
