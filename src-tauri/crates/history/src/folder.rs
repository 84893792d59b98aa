//! Owns the data folder: where each file lies, who may read it, and the lock that tells open processes of each other.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use berth_core::ports::StoreError;

use crate::error;

/// The places in a data folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: PathBuf,
}

/// Says how far this process has the folder.
pub(crate) enum Tenancy {
    /// Nobody else has it open: it may be repaired and migrated.
    Alone(FolderLock),
    /// Others have it open.
    Shared(FolderLock),
    /// The folder cannot be written, so nothing can be locked either.
    Unlocked,
}

/// The lock on the folder, held as long as this lives; the kernel releases it at death.
pub(crate) struct FolderLock(File);

impl FolderLock {
    /// Lets others in, after repair and migration.
    ///
    /// # Errors
    /// Where the file system refuses.
    pub(crate) fn share(&self) -> io::Result<()> {
        self.0.lock_shared()
    }
}

impl Folder {
    /// Makes the folder where it is missing, for the owner alone.
    ///
    /// # Errors
    /// `ReadOnly`, `Full` or `Failed` where it can neither be made nor read.
    pub(crate) fn prepare(root: &Path) -> Result<Self, StoreError> {
        if !root.is_dir() {
            make_private_dir(root).map_err(|cause| error::file("make the data folder", root, &cause))?;
        }
        // A folder that cannot be changed is still good for reading.
        if let Err(cause) = close_to_others(root, 0o700) {
            tracing::warn!(folder = %root.display(), %cause, "data folder keeps its permissions");
        }
        Ok(Self { root: root.to_owned() })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("history.db")
    }

    pub(crate) fn log_index(&self) -> PathBuf {
        self.root.join("logs.db")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    pub(crate) fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    /// The identity is kept beside the database too: it outlives a damaged one, so that old runs stay our own.
    pub(crate) fn installation(&self) -> PathBuf {
        self.root.join("installation")
    }

    /// Written when damage is met while working, so that the next open looks closely.
    pub(crate) fn suspicion(&self) -> PathBuf {
        self.root.join("history.suspect")
    }

    /// Holds when the whole history was last checked and found sound.
    pub(crate) fn checked(&self) -> PathBuf {
        self.root.join("history.checked")
    }

    /// Locks the folder: alone where possible, else beside others, waiting for one that repairs or migrates.
    ///
    /// # Errors
    /// `Locked` where another process keeps it for itself longer than `patience`.
    pub(crate) fn enter(&self, patience: Duration) -> Result<Tenancy, StoreError> {
        let path = self.root.join("history.lock");
        let file = match private_file().read(true).write(true).create(true).truncate(false).open(&path) {
            Ok(file) => file,
            Err(cause) => {
                tracing::debug!(%cause, "no lock on the data folder");
                return Ok(Tenancy::Unlocked);
            }
        };
        let lock = FolderLock(file);
        if lock.0.try_lock().is_ok() {
            return Ok(Tenancy::Alone(lock));
        }
        let start = Instant::now();
        loop {
            match lock.0.try_lock_shared() {
                Ok(()) => return Ok(Tenancy::Shared(lock)),
                Err(TryLockError::WouldBlock) if start.elapsed() < patience => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Locked(format!(
                        "another program is repairing or upgrading \"{}\"; try again when it is done",
                        self.root.display()
                    )));
                }
                Err(TryLockError::Error(cause)) => return Err(error::file("lock", &path, &cause)),
            }
        }
    }
}

/// Options for a file that only its owner may read.
pub(crate) fn private_file() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "permissions by mode are a matter of Unix"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder and those above it, for the owner alone.
///
/// # Errors
/// As the file system's.
pub fn make_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Takes rights from everybody but the owner, where somebody else has any.
pub(crate) fn close_to_others(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let now = fs::metadata(path)?.permissions().mode();
        if now & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

/// Makes a rename or a new file durable: on Unix a folder has to be synced for that.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Writes a small file, which only its owner may read, durably: whole or not at all.
///
/// # Errors
/// As the file system's; the file is then as it was.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = private_file().write(true).create(true).truncate(true).open(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(cause) = written.and_then(|()| fs::rename(&temporary, path)) {
        // The temporary file is of no use to anybody; a failure to remove it changes nothing.
        let _ = fs::remove_file(&temporary);
        return Err(cause);
    }
    path.parent().map_or(Ok(()), sync_dir)
}

/// Names the kind of network drive that a folder lies on, where it does: SQLite's locks cannot be trusted there.
pub(crate) fn network_drive(path: &Path) -> Option<&'static str> {
    #[cfg(target_os = "linux")]
    {
        // Magic numbers of statfs(2), linux/magic.h.
        match rustix::fs::statfs(path).ok()?.f_type as u64 & 0xffff_ffff {
            0x6969 => Some("NFS"),
            0xff53_4d42 | 0xfe53_4d42 | 0x517b => Some("SMB"),
            0x5346_414f => Some("AFS"),
            _ => None,
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = path;
        None
    }
}
