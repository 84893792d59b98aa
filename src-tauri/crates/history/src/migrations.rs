//! Owns the schema versions of both databases. A released step is never edited.

use berth_core::ports::StoreError;
use rusqlite::{Connection, TransactionBehavior};

use crate::{connection, error};

/// Steps of `history.db`: step N leads from version N-1 to N.
pub(crate) const HISTORY: &[&str] = &[
    include_str!("migrations/history_1.sql"),
    include_str!("migrations/history_2.sql"),
    include_str!("migrations/history_3.sql"),
];

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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::backup;
    use crate::connection::Access;
    use crate::folder::Folder;

    const STEPS: &[&str] = &["CREATE TABLE one (x)", "CREATE TABLE two (x); INSERT INTO two VALUES (7);"];

    fn database(folder: &Folder) -> Connection {
        connection::open(&folder.database(), Access::Write, Duration::from_secs(1)).unwrap()
    }

    #[test]
    fn missing_steps_run_once_and_in_order() {
        let place = tempfile::tempdir().unwrap();
        let mut connection = database(&Folder::prepare(place.path()).unwrap());
        assert_eq!(standing(&connection, STEPS).unwrap(), Standing::Empty);
        run(&mut connection, STEPS.get(..1).unwrap()).unwrap();
        assert_eq!(standing(&connection, STEPS).unwrap(), Standing::Older);
        run(&mut connection, STEPS).unwrap();
        run(&mut connection, STEPS).unwrap();
        assert_eq!(standing(&connection, STEPS).unwrap(), Standing::Current);
        assert_eq!(standing(&connection, STEPS.get(..1).unwrap()).unwrap(), Standing::Newer(2));
        let rows: i64 = connection.query_row("SELECT count(*) FROM two", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 1);
    }

    #[test]
    fn a_step_that_fails_leaves_the_file_as_the_step_before_did() {
        let place = tempfile::tempdir().unwrap();
        let mut connection = database(&Folder::prepare(place.path()).unwrap());
        let error = run(&mut connection, &["CREATE TABLE one (x)", "CREATE TABLE two (x); nonsense;"]).unwrap_err();
        assert!(error.to_string().starts_with("unable to bring the schema to version 2"), "{error}");
        assert_eq!(connection::version(&connection).unwrap(), 1);
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
        assert_eq!(tables, 1, "nothing of the failed step is left");
    }

    #[test]
    fn the_copy_before_a_migration_is_sound_and_the_newest_three_are_kept() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::prepare(place.path()).unwrap();
        let mut connection = database(&folder);
        run(&mut connection, STEPS).unwrap();
        for hour in 1..=5 {
            let now = format!("2026-11-24T0{hour}:00:00Z").parse().unwrap();
            let copy = backup::before_migration(&connection, &folder, now).unwrap();
            backup::verify(&copy).unwrap();
            assert!(copy.ends_with(format!("before-version-0003-2026-11-24T0{hour}-00-00Z.db")), "{}", copy.display());
        }
        assert_eq!(backup::all(&folder).len(), 3);
    }
}
