//! Owns every setting of a SQLite connection, in one place, for both databases.

use std::path::Path;
use std::time::{Duration, Instant};

use berth_core::ports::StoreError;
use rusqlite::{Connection, OpenFlags};

use crate::{error, folder};

/// The oldest SQLite that may touch the file: older ones can corrupt a WAL database that two connections checkpoint at
/// once (fixed in 3.51.3).
pub(crate) const OLDEST_SQLITE: i32 = 3_051_003;

/// Says how a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Reading and writing; the file is made where it is missing.
    Write,
    /// Reading what other connections write.
    Read,
    /// Reading from a place where not even SQLite's own side files can be made.
    ReadImmutable,
}

/// Opens a connection with all its settings.
///
/// # Errors
/// SQLite's own; damage shows here or at the first statement.
pub(crate) fn open(path: &Path, access: Access, busy: Duration) -> rusqlite::Result<Connection> {
    if access == Access::Write {
        // Made by us first, so that it and the side files that copy its rights are the owner's alone.
        if let Err(cause) = folder::private_file()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .and_then(|_| folder::close_to_others(path, 0o600))
        {
            tracing::debug!(%cause, "database file keeps its permissions");
        }
    }
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
        | match access {
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Access::ReadImmutable => OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
        };
    let mut connection = match access {
        Access::ReadImmutable => Connection::open_with_flags(immutable_uri(path), flags)?,
        _ => Connection::open_with_flags(path, flags)?,
    };
    wait_when_busy(&mut connection, busy)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    if access == Access::Write {
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        // Without it macOS only hands the bytes to the drive; elsewhere it means nothing.
        connection.pragma_update(None, "fullfsync", true)?;
    }
    Ok(connection)
}

/// Waits for a busy database in short even steps: SQLite's own waits grow to 100 ms, and of two busy writers the one
/// that waits longer would starve.
pub(crate) fn wait_when_busy(connection: &mut Connection, patience: Duration) -> rusqlite::Result<()> {
    let mut start = Instant::now();
    connection.busy_handler(Some(move |count: i32| {
        if count == 0 {
            start = Instant::now();
        }
        let step = Duration::from_millis(1 + u64::from(count.unsigned_abs() % 4));
        std::thread::sleep(step);
        start.elapsed() < patience
    }))
}

/// Reads the schema version.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Says in words why the linked SQLite may not be used, if so.
///
/// # Errors
/// `Failed` below 3.51.3.
pub(crate) fn require_sound_sqlite() -> Result<(), StoreError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StoreError::Failed(format!(
            "this program was built with SQLite {}, which can damage the history; it needs 3.51.3 or newer",
            rusqlite::version()
        )));
    }
    Ok(())
}

/// Maps a failed open to the port's words.
pub(crate) fn open_error(path: &Path, cause: &rusqlite::Error) -> StoreError {
    error::database(&format!("open \"{}\"", path.display()), cause)
}

fn immutable_uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_sqlite_is_new_enough_for_two_processes_on_one_file() {
        assert!(rusqlite::version_number() >= OLDEST_SQLITE, "linked SQLite is {}", rusqlite::version());
        require_sound_sqlite().unwrap();
    }

    #[test]
    fn every_setting_holds_on_a_writing_connection() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder.path().join("x y%.db"), Access::Write, Duration::from_secs(1)).unwrap();
        let text = |name: &str| -> String {
            connection
                .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
                .map(|value| match value {
                    rusqlite::types::Value::Text(text) => text,
                    rusqlite::types::Value::Integer(number) => number.to_string(),
                    other => format!("{other:?}"),
                })
                .unwrap()
        };
        for (name, expected) in [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("foreign_keys", "1"),
            ("trusted_schema", "0"),
            ("cell_size_check", "1"),
            ("fullfsync", "1"),
            ("mmap_size", "0"),
        ] {
            assert_eq!(text(name), expected, "{name}");
        }
    }
}
