//! Things that are made once and kept in the cache outside the clone: a folder each, named by a hash of what it was
//! made from. It appears by renaming, so a folder that exists is whole; a lock file keeps two from making the same.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};

use crate::{output, paths};

/// Hashes the files below some folders: names, modes are not part of it, contents and relative paths are.
///
/// # Errors
/// When a file cannot be read.
pub fn hash(sources: &[PathBuf], extra: &str) -> Result<String> {
    let mut files = Vec::new();
    for source in sources {
        collect(source, &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    hasher.update(extra.as_bytes());
    let root = paths::repository();
    for file in files {
        let name = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().into_owned();
        let content = fs::read(&file).with_context(|| format!("failed to read \"{}\"", file.display()))?;
        hasher.update(name.as_bytes());
        hasher.update(content.len().to_le_bytes());
        hasher.update(content);
    }
    Ok(hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(|| format!("failed to list \"{}\"", path.display()))? {
        collect(&entry.with_context(|| format!("failed to list \"{}\"", path.display()))?.path(), files)?;
    }
    Ok(())
}

/// Returns the folder `kind/name-key` of the cache, made by `make` (which gets an empty folder to fill) unless it is there.
///
/// # Errors
/// When making it fails; the unfinished folder is removed.
pub fn kept(name: &str, key: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let folder = path(name, key)?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let _lock = lock(&folder.with_extension("lock"), &format!("another xtask makes the {name}, waiting for it"))?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let unfinished = folder.with_extension("unfinished");
    remove(&unfinished)?;
    fs::create_dir_all(&unfinished).with_context(|| format!("failed to make \"{}\"", unfinished.display()))?;
    if let Err(error) = make(&unfinished) {
        remove(&unfinished)?;
        return Err(error);
    }
    fs::rename(&unfinished, &folder).with_context(|| format!("failed to name \"{}\"", folder.display()))?;
    fs::remove_file(folder.with_extension("lock")).context("failed to remove a lock file")?;
    Ok(folder)
}

/// The folder that [`kept`] would return, whether or not it is there yet.
pub fn path(name: &str, key: &str) -> Result<PathBuf> {
    Ok(paths::cache()?.join("made").join(format!("{name}-{key}")))
}

/// Takes a lock that ends with the process or with the returned file, telling `waiting` when someone else holds it.
///
/// # Errors
/// When the lock file cannot be made.
pub fn lock(file: &Path, waiting: &str) -> Result<File> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("failed to make \"{}\"", folder.display()))?;
    }
    loop {
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(file)
            .with_context(|| format!("failed to open the lock file \"{}\"", file.display()))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            output::note(waiting);
            flock(&lock, FlockOperation::LockExclusive)
                .with_context(|| format!("failed to lock \"{}\"", file.display()))?;
        }
        // Whoever held it may have removed the file with what it protected: then this lock keeps nobody out.
        let (ours, there) = (lock.metadata().ok(), fs::metadata(file).ok());
        if ours.zip(there).is_some_and(|(ours, there)| ours.ino() == there.ino()) {
            return Ok(lock);
        }
    }
}

/// Removes a folder with all that is in it, if it is there.
pub fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("failed to remove \"{}\"", folder.display()))
        }
        _ => Ok(()),
    }
}
