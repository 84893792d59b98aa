//! Owns the right to be the engine of a data folder: one process at a time, given back by the kernel at its death.
//! Decides nothing about what the engine does.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{Error, ErrorCode};

/// Name of the lock file in the data folder.
pub const FILE_NAME: &str = "engine.lock";

/// How often a waiting process tries: half of the second that a take-over has left of its two, so that two tries fall
/// into it.
pub const POLL: Duration = Duration::from_millis(500);

/// The right to be the engine, held until dropped. The kernel takes it back when the process dies, however it dies.
#[derive(Debug)]
pub struct EngineLock {
    file: File,
    path: PathBuf,
}

impl EngineLock {
    /// Tries once; `None` where another process holds it.
    ///
    /// # Errors
    /// `Storage` where the folder or the file cannot be used.
    pub fn try_take(data_dir: &Path) -> Result<Option<Self>, Error> {
        let path = data_dir.join(FILE_NAME);
        std::fs::create_dir_all(data_dir).map_err(|cause| failure("failed to make data folder", data_dir, &cause))?;
        // Not truncated on opening: the holder's process number stays readable for the others.
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|cause| failure("failed to open engine lock", &path, &cause))?;
        match file.try_lock() {
            Ok(()) => {
                let mut lock = Self { file, path };
                lock.sign();
                Ok(Some(lock))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(cause)) => Err(failure("failed to lock", &path, &cause)),
        }
    }

    /// Waits for its turn; `None` where `stop` came first.
    ///
    /// # Errors
    /// As `try_take`.
    pub async fn wait(data_dir: &Path, stop: &CancellationToken) -> Result<Option<Self>, Error> {
        loop {
            if let Some(lock) = Self::try_take(data_dir)? {
                return Ok(Some(lock));
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// The lock file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes who holds it, for people; the lock is the kernel's, not this text.
    fn sign(&mut self) {
        let signed = self
            .file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .and_then(|()| writeln!(self.file, "{}", std::process::id()));
        if let Err(cause) = signed {
            tracing::debug!(%cause, "the engine lock is held but not signed");
        }
    }
}

fn failure(what: &str, path: &Path, cause: &std::io::Error) -> Error {
    Error::new(ErrorCode::Storage, format!("{what} \"{}\": {cause}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_folder_has_one_engine_and_another_folder_its_own() {
        let one = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let held = EngineLock::try_take(one.path()).unwrap().expect("the first try gets it");
        assert!(EngineLock::try_take(one.path()).unwrap().is_none(), "a second engine must not start");
        assert!(EngineLock::try_take(other.path()).unwrap().is_some(), "folders do not hinder one another");
        assert_eq!(std::fs::read_to_string(held.path()).unwrap().trim(), std::process::id().to_string());
        drop(held);
        assert!(EngineLock::try_take(one.path()).unwrap().is_some(), "a lock given back can be taken");
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiting_process_gets_it_within_a_second() {
        let folder = tempfile::tempdir().unwrap();
        let held = EngineLock::try_take(folder.path()).unwrap().unwrap();
        let path = folder.path().to_owned();
        let waiting = tokio::spawn(async move { EngineLock::wait(&path, &CancellationToken::new()).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let freed = tokio::time::Instant::now();
        drop(held);
        assert!(waiting.await.unwrap().unwrap().is_some());
        assert!(freed.elapsed() < Duration::from_secs(1), "took {:?}", freed.elapsed());
    }

    #[tokio::test]
    async fn a_waiting_process_can_be_told_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let _held = EngineLock::try_take(folder.path()).unwrap().unwrap();
        let stop = CancellationToken::new();
        stop.cancel();
        assert!(EngineLock::wait(folder.path(), &stop).await.unwrap().is_none());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_a_storage_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let error = EngineLock::try_take(&file.join("data")).unwrap_err();
        assert_eq!(error.code, ErrorCode::Storage);
    }
}
