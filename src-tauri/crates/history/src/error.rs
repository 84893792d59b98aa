//! Decides which failure of a file or of SQLite is which word of the port. By code, never by text.

use std::io;
use std::path::Path;

use berth_core::ports::StoreError;
use rusqlite::ErrorCode;

/// What `SQLITE_IOERR_SHMSIZE` is numbered: the shared memory file could not grow, that is, the disk is full.
const SHARED_MEMORY_SIZE: i32 = 4874;

/// Says what an SQLite failure means; `what` completes "unable to …".
pub(crate) fn database(what: &str, error: &rusqlite::Error) -> StoreError {
    let text = format!("unable to {what}: {error}");
    if error.sqlite_error().is_some_and(|inner| inner.extended_code == SHARED_MEMORY_SIZE) {
        return StoreError::Full(text);
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked(text),
        Some(ErrorCode::DiskFull) => StoreError::Full(text),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly(text),
        _ => StoreError::Failed(text),
    }
}

/// Tells whether an SQLite failure means that the file itself is damaged.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Says what a file failure means; `what` completes "unable to … \"path\"".
pub(crate) fn file(what: &str, path: &Path, error: &io::Error) -> StoreError {
    let text = format!("unable to {what} \"{}\": {error}", path.display());
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full(text),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => StoreError::ReadOnly(text),
        _ => StoreError::Failed(text),
    }
}

/// What can go wrong inside one query or change; the boundary knows what was attempted and tells it.
pub(crate) enum Fault {
    /// Already in the port's words.
    Store(StoreError),
    /// SQLite's.
    Database(rusqlite::Error),
    /// A stored document that this version cannot read, or a value that cannot be written as one.
    Document(serde_json::Error),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Document(error)
    }
}

impl Fault {
    /// Tells it in the port's words. Damage leaves a mark, so that the next open checks the whole file.
    pub(crate) fn told(self, what: &str, suspicion: &Path) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Document(cause) => {
                StoreError::Failed(format!("unable to {what}: a stored document cannot be read or written: {cause}"))
            }
            Self::Database(cause) if is_damage(&cause) => {
                if let Err(trouble) = std::fs::write(suspicion, what) {
                    tracing::warn!(%trouble, mark = %suspicion.display(), "no mark was left about the damage");
                }
                StoreError::Failed(format!(
                    "unable to {what}: the database is damaged ({cause}); it is repaired at the next start"
                ))
            }
            Self::Database(cause) => database(what, &cause),
        }
    }
}
