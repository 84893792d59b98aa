//! Owns log bytes on disk: plain files while they grow, compressed segments afterwards, and an index beside them.
//!
//! The bytes count; the index can be rebuilt from them. Appending touches one file and nothing else.

mod index;
mod line;
mod place;
mod reader;
mod rebuild;
mod recovery;
mod sealer;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use berth_core::ports::{Clock, LogArchive, LogCursor, LogInfo, LogKey, LogPiece, LogWriter, StoreError};
use berth_model::RunId;
use rusqlite::Connection;

use crate::connection::{self, Access};
use crate::error::{self, Fault};
use crate::folder::{self, Folder};
use crate::migrations::{self, Standing};
use crate::repair;
use place::Place;
use sealer::Sealer;

/// Size of a segment before compression. A line longer than that is a segment of its own.
const SEGMENT: u64 = 256 * 1024;
/// Decompressed segments that are kept: a page reads one after the other, each in several pieces.
const CACHED: usize = 8;

type CachedSegment = ((i64, u64), Arc<Vec<u8>>);

/// Log bytes in files, with their index in `logs.db`.
pub struct FileArchive {
    shared: Arc<Shared>,
    /// `Err` with the reason where nothing can be written.
    sealer: Result<Sealer, String>,
}

/// What readers, writers and the sealer have in common.
struct Shared {
    root: PathBuf,
    /// `None` where there is nothing to read.
    index: Mutex<Option<Connection>>,
    suspicion: PathBuf,
    cache: Mutex<VecDeque<CachedSegment>>,
    /// Held by whoever moves files of a log about: the sealer for a batch, recovery for one log.
    moving: Mutex<()>,
}

impl Shared {
    /// Runs something on the index.
    fn index<T>(
        &self,
        what: &str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault>,
    ) -> Result<Option<T>, StoreError> {
        let mut guard = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(connection) = guard.as_mut() else { return Ok(None) };
        work(connection).map(Some).map_err(|fault| fault.told(what, &self.suspicion))
    }

    fn place(&self, key: &LogKey) -> Place {
        Place::new(&self.root, key)
    }

    fn moving(&self) -> MutexGuard<'_, ()> {
        self.moving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cached(&self, log: i64, start: u64) -> Option<Arc<Vec<u8>>> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.iter().find(|(key, _)| *key == (log, start)).map(|(_, bytes)| Arc::clone(bytes))
    }

    fn cache(&self, log: i64, start: u64, bytes: &Arc<Vec<u8>>) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.push_front(((log, start), Arc::clone(bytes)));
        cache.truncate(CACHED);
    }

    fn forget(&self) {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl FileArchive {
    /// Checks, replaces, migrates and rebuilds the index; nobody else has the folder open.
    pub(crate) fn mend(
        folder: &Folder,
        whole: bool,
        clock: &dyn Clock,
        patience: Duration,
        notices: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        let path = folder.log_index();
        let damage = repair::damage(&path, whole, Access::Write, patience)?;
        if let Some(finding) = &damage {
            let aside = repair::move_aside(&path, clock.now())?;
            notices.push(format!(
                "The index of the stored logs was damaged ({finding}) and is made anew from the logs themselves; notes about gaps in them are lost. The damaged file is kept as \"{}\".",
                aside.display()
            ));
        }
        let is_new = !path.exists() || std::fs::metadata(&path).is_ok_and(|data| data.len() == 0);
        let mut connection =
            connection::open(&path, Access::Write, patience).map_err(|cause| connection::open_error(&path, &cause))?;
        if matches!(
            migrations::standing(&connection, migrations::LOGS)
                .map_err(|cause| error::database("read the log index's version", &cause))?,
            Standing::Newer(_)
        ) {
            return Err(StoreError::ReadOnly("the log index was written by a newer Berth".to_owned()));
        }
        migrations::run(&mut connection, migrations::LOGS)?;
        if is_new && folder.logs().is_dir() {
            rebuild::rebuild(&mut connection, &folder.logs())
                .map_err(|fault| fault.told("rebuild the log index", &folder.suspicion()))?;
        }
        Ok(())
    }

    /// Opens the archive for reading and writing.
    pub(crate) fn open(folder: &Folder, patience: Duration) -> Result<Self, StoreError> {
        let path = folder.log_index();
        let open =
            || connection::open(&path, Access::Write, patience).map_err(|cause| connection::open_error(&path, &cause));
        let root = folder.logs();
        folder::make_private_dir(&root).map_err(|cause| error::file("make the log folder", &root, &cause))?;
        let shared = Arc::new(Shared {
            root,
            index: Mutex::new(Some(open()?)),
            suspicion: folder.suspicion(),
            cache: Mutex::new(VecDeque::new()),
            moving: Mutex::new(()),
        });
        let sealer = Sealer::start(open()?, Arc::clone(&shared))?;
        Ok(Self { shared, sealer: Ok(sealer) })
    }

    /// Opens the archive for reading; nothing is there to read where the index cannot be opened.
    pub(crate) fn for_reading(folder: &Folder, access: Access, reason: &str, patience: Duration) -> Self {
        let path = folder.log_index();
        // A side file holds what the main file does not have yet, so it must be read too.
        let access = match access {
            Access::ReadImmutable if repair::with_suffix(&path, "-wal").exists() => Access::Read,
            other => other,
        };
        let connection = if path.exists() { connection::open(&path, access, patience).ok() } else { None };
        Self {
            shared: Arc::new(Shared {
                root: folder.logs(),
                index: Mutex::new(connection),
                suspicion: folder.suspicion(),
                cache: Mutex::new(VecDeque::new()),
                moving: Mutex::new(()),
            }),
            sealer: Err(reason.to_owned()),
        }
    }

    fn sealer(&self) -> Result<&Sealer, StoreError> {
        self.sealer.as_ref().map_err(|reason| StoreError::ReadOnly(reason.clone()))
    }
}

impl LogArchive for FileArchive {
    fn open(&self, key: &LogKey, pod: &str, attempt: u32) -> Result<Box<dyn LogWriter>, StoreError> {
        let queue = self.sealer()?.queue()?;
        Ok(Box::new(writer::FileLogWriter::open(&self.shared, queue, key, pod, attempt)?))
    }

    fn list(&self, run: RunId) -> Result<Vec<LogInfo>, StoreError> {
        let logs = self.shared.index("list the logs", |connection| index::list(connection, run))?.unwrap_or_default();
        logs.into_iter().map(|log| reader::info(&self.shared, log)).collect()
    }

    fn read(&self, key: &LogKey, from: LogCursor, limit: usize) -> Result<LogPiece, StoreError> {
        reader::read(&self.shared, key, from, limit)
    }

    fn search(
        &self,
        key: &LogKey,
        text: &str,
        from: LogCursor,
        budget: usize,
    ) -> Result<(Vec<(u64, LogCursor, Vec<u8>)>, Option<LogCursor>), StoreError> {
        reader::search(&self.shared, key, text, from, budget)
    }

    fn delete(&self, run: RunId) -> Result<(), StoreError> {
        self.sealer()?;
        let _moving = self.shared.moving();
        self.shared.index("delete the logs", |connection| index::delete(connection, run))?;
        self.shared.forget();
        let folder = place::run_folder(&self.shared.root, run);
        match std::fs::remove_dir_all(&folder) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                Err(error::file("delete the logs in", &folder, &cause))
            }
            _ => Ok(()),
        }
    }

    fn disk_bytes(&self) -> Result<u64, StoreError> {
        place::size(&self.shared.root).map_err(|cause| error::file("add up", &self.shared.root, &cause))
    }
}
