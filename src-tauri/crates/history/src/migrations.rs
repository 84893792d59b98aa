//! Owns the schema versions of both databases. A released step is never edited.

use berth_core::ports::StoreError;
use rusqlite::{Connection, TransactionBehavior};

use crate::{connection, error};

/// Steps of `history.db`: step N leads from version N-1 to N.
pub(crate) const HISTORY: &[&str] = &[include_str!("migrations/history_1.sql")];

/// Steps of `logs.db`.
pub(crate) const LOGS: &[&str] = &[include_str!("migrations/logs_1.sql")];

/// Says how a file's version stands to ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing is in it yet.
    Empty,
    /// Steps are missing.
    Older,
    /// As we write it.
    Current,
    /// Written by a newer Berth.
    Newer(i32),
}

/// Compares a file's version with ours.
pub(crate) fn standing(connection: &Connection, steps: &[&str]) -> rusqlite::Result<Standing> {
    let version = connection::version(connection)?;
    let known = i32::try_from(steps.len()).unwrap_or(i32::MAX);
    Ok(match version {
        0 => Standing::Empty,
        version if version > known => Standing::Newer(version),
        version if version == known => Standing::Current,
        _ => Standing::Older,
    })
}

/// Runs the missing steps, each in one transaction with its version number.
///
/// # Errors
/// SQLite's own; the file is then as the last whole step left it.
pub(crate) fn run(connection: &mut Connection, steps: &[&str]) -> Result<(), StoreError> {
    for (step, number) in steps.iter().zip(1_i32..) {
        let failed = |cause: rusqlite::Error| error::database(&format!("bring the schema to version {number}"), &cause);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        // Read within the transaction: another process may have done this step just now.
        if connection::version(&transaction).map_err(failed)? >= number {
            continue;
        }
        transaction.execute_batch(step).map_err(failed)?;
        transaction.pragma_update(None, "user_version", number).map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
    Ok(())
}
