//! Makes the index anew from the bytes. Gaps and "its end is stored" are known to the index alone and are lost.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::index;
use super::place::{Label, Place};
use super::recovery;
use crate::error::Fault;

/// Reads every log folder. One that cannot be read is left alone and logged.
pub(crate) fn rebuild(connection: &mut Connection, root: &Path) -> Result<(), Fault> {
    for folder in folders(root).iter().flat_map(|run| folders(run)) {
        let place = Place::at(folder);
        let label = fs::read(place.label()).ok().and_then(|bytes| serde_json::from_slice::<Label>(&bytes).ok());
        let Some(label) = label else {
            tracing::warn!(folder = %place.folder().display(), "a folder of log bytes has no label; it stays as it is");
            continue;
        };
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let log = index::make(&transaction, &label.key, &label.pod, label.attempt)?;
        recovery::heal(&transaction, log, &place)?;
        transaction.commit()?;
    }
    Ok(())
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let mut folders: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}
