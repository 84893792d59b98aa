//! Owns copies of the database: a verified one each day, the newest seven kept, and one before each migration.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use berth_core::ports::{Clock, StoreError};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, InterruptHandle};

use crate::connection::{self, Access};
use crate::error;
use crate::folder::{self, Folder};

/// Daily copies that are kept.
const KEPT: usize = 7;
/// Copies from before a migration that are kept.
const KEPT_BEFORE_MIGRATION: usize = 3;
/// Below this size a copy takes well under a second, so a program that ends soon waits for it.
const SOON_DONE: u64 = 32 * 1024 * 1024;
/// A copy that is that much overdue is waited for, however large: somebody who only ever runs short programs gets one too.
const OVERDUE: SignedDuration = SignedDuration::from_hours(72);
/// How often an open program looks whether a day has passed.
const LOOK: Duration = Duration::from_secs(15 * 60);

/// How a time is written in file names: sorts by time and is legal everywhere.
const STAMP: &str = "%Y-%m-%dT%H-%M-%SZ";

/// The thread that makes the daily copy; ends with its owner.
pub(crate) struct DailyBackup {
    stop: Option<mpsc::Sender<()>>,
    interrupt: InterruptHandle,
    thread: Option<JoinHandle<()>>,
    is_overdue: bool,
    database: PathBuf,
}

impl DailyBackup {
    /// Starts the thread.
    ///
    /// # Errors
    /// Where no connection or thread can be made.
    pub(crate) fn start(folder: Folder, clock: Arc<dyn Clock>, busy: Duration) -> Result<Self, StoreError> {
        let database = folder.database();
        let source = connection::open(&database, Access::Read, busy)
            .map_err(|cause| connection::open_error(&database, &cause))?;
        let interrupt = source.get_interrupt_handle();
        let is_overdue = age(&folder, clock.now()).is_none_or(|age| age > OVERDUE);
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("berth-backup".to_owned())
            .spawn(move || {
                loop {
                    let now = clock.now();
                    if is_due(&folder, now)
                        && let Err(cause) = daily(&source, &folder, now)
                    {
                        tracing::warn!(%cause, "no backup of the history was made");
                    }
                    match stopped.recv_timeout(LOOK) {
                        Err(RecvTimeoutError::Timeout) => {}
                        Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
                    }
                }
            })
            .map_err(|cause| StoreError::Failed(format!("unable to start the history's backup: {cause}")))?;
        Ok(Self { stop: Some(stop), interrupt, thread: Some(thread), is_overdue, database })
    }
}

impl Drop for DailyBackup {
    fn drop(&mut self) {
        drop(self.stop.take());
        if !self.is_overdue && fs::metadata(&self.database).map_or(0, |data| data.len()) > SOON_DONE {
            self.interrupt.interrupt();
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the history's backup ended badly");
        }
    }
}

/// Lists daily copies, newest first.
pub(crate) fn dailies(folder: &Folder) -> Vec<PathBuf> {
    named(folder, "history-")
}

/// Lists all copies, the daily ones newest first, then those from before a migration.
pub(crate) fn all(folder: &Folder) -> Vec<PathBuf> {
    let mut copies = dailies(folder);
    copies.extend(named(folder, "before-"));
    copies
}

fn named(folder: &Folder, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder.backups()) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "db")
                && path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(prefix))
        })
        .collect();
    found.sort();
    found.reverse();
    found
}

/// A time as part of a file name.
pub(crate) fn stamp(at: Timestamp) -> String {
    at.strftime(STAMP).to_string()
}

/// Tells how long ago the newest daily copy was made; `None` where there is none. A clock that was set back counts as
/// long ago as it was set.
pub(crate) fn age(folder: &Folder, now: Timestamp) -> Option<SignedDuration> {
    let newest = dailies(folder).into_iter().next()?;
    let stamp = newest.file_stem()?.to_str()?.strip_prefix("history-")?.to_owned();
    let made = jiff::civil::DateTime::strptime(STAMP, stamp).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(now.duration_since(made).abs())
}

fn is_due(folder: &Folder, now: Timestamp) -> bool {
    age(folder, now).is_none_or(|age| age >= SignedDuration::from_hours(24))
}

/// Makes today's copy and removes those beyond the newest seven.
fn daily(source: &Connection, folder: &Folder, now: Timestamp) -> Result<(), StoreError> {
    copy(source, folder, &format!("history-{}.db", stamp(now)))?;
    prune(dailies(folder), KEPT);
    Ok(())
}

/// Makes the copy that a migration starts from.
pub(crate) fn before_migration(source: &Connection, folder: &Folder, now: Timestamp) -> Result<PathBuf, StoreError> {
    let version = connection::version(source).map_err(|cause| error::database("read the schema version", &cause))?;
    let made = copy(source, folder, &format!("before-version-{:04}-{}.db", version + 1, stamp(now)))?;
    prune(named(folder, "before-"), KEPT_BEFORE_MIGRATION);
    Ok(made)
}

/// Copies the database as it stands, verifies the copy by reading all of it, and only then gives it its name.
fn copy(source: &Connection, folder: &Folder, name: &str) -> Result<PathBuf, StoreError> {
    let place = folder.backups();
    folder::make_private_dir(&place).map_err(|cause| error::file("make the backup folder", &place, &cause))?;
    let target = place.join(name);
    let temporary = place.join(format!("{name}.{}.tmp", std::process::id()));
    let made = (|| {
        // `VACUUM INTO` writes into an empty file: one that exists already keeps its rights, which are the owner's only.
        folder::private_file()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&temporary)
            .map_err(|cause| error::file("make", &temporary, &cause))?;
        let path = temporary.to_str().ok_or_else(|| {
            StoreError::Failed(format!("unable to back up to \"{}\": the path is not UTF-8", temporary.display()))
        })?;
        source.execute("VACUUM INTO ?1", [path]).map_err(|cause| error::database("back the history up", &cause))?;
        verify(&temporary)?;
        fs::File::open(&temporary)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&temporary, &target))
            .and_then(|()| folder::sync_dir(&place))
            .map_err(|cause| error::file("write", &target, &cause))
    })();
    if let Err(cause) = made {
        // What is left of the attempt helps nobody.
        let _ = fs::remove_file(&temporary);
        return Err(cause);
    }
    Ok(target)
}

/// Reads a copy from end to end.
///
/// # Errors
/// `Failed` with SQLite's first finding.
pub(crate) fn verify(path: &Path) -> Result<(), StoreError> {
    let connection = connection::open(path, Access::ReadImmutable, Duration::ZERO)
        .map_err(|cause| connection::open_error(path, &cause))?;
    let finding: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(|cause| error::database(&format!("check \"{}\"", path.display()), &cause))?;
    let version = connection::version(&connection).unwrap_or(0);
    if finding == "ok" && version > 0 {
        return Ok(());
    }
    Err(StoreError::Failed(format!("\"{}\" is not a sound copy: {finding}", path.display())))
}

fn prune(copies: Vec<PathBuf>, kept: usize) {
    for old in copies.into_iter().skip(kept) {
        if let Err(cause) = fs::remove_file(&old) {
            tracing::warn!(%cause, file = %old.display(), "an old backup stays");
        }
    }
}
