//! Owns where the bytes of a log lie. Names come from ids and hashes, never from words of the cluster.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use berth_core::ports::LogKey;
use berth_model::RunId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Namespace of log folders: pod, container and restart always give the same name. A random UUIDv4, fixed for ever.
const NAMESPACE: Uuid = Uuid::from_u128(0x3d0c_97f6_41aa_4a5e_b7c1_0f2d_68e4_9c13);

/// The folder of one log.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    folder: PathBuf,
}

/// What lies beside the bytes, so that they can be read without the index.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Label {
    pub(crate) key: LogKey,
    pub(crate) pod: String,
    pub(crate) attempt: u32,
}

/// A file of raw lines that is not sealed yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RawFile {
    /// Offset of its first byte in the whole log.
    pub(crate) start: u64,
    pub(crate) path: PathBuf,
}

/// The folder of a run's logs.
pub(crate) fn run_folder(root: &Path, run: RunId) -> PathBuf {
    root.join(run.bare())
}

impl Place {
    pub(crate) fn new(root: &Path, key: &LogKey) -> Self {
        let origin = format!("{}\n{}\n{}", key.pod_uid, key.container, key.restart);
        let name = Uuid::new_v5(&NAMESPACE, origin.as_bytes()).simple().to_string();
        Self { folder: run_folder(root, key.run).join(name) }
    }

    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where raw files lie, apart from the sealed ones, which may be thousands.
    pub(crate) fn open_folder(&self) -> PathBuf {
        self.folder.join("open")
    }

    pub(crate) fn label(&self) -> PathBuf {
        self.folder.join("log.json")
    }

    pub(crate) fn raw(&self, start: u64) -> PathBuf {
        self.open_folder().join(format!("{start:016x}.log"))
    }

    pub(crate) fn sealed(&self, start: u64) -> PathBuf {
        self.folder.join(format!("{start:016x}.zst"))
    }

    /// Lists the raw files by offset.
    pub(crate) fn raws(&self) -> io::Result<Vec<RawFile>> {
        let mut raws: Vec<RawFile> =
            starts(&self.open_folder(), "log")?.into_iter().map(|(start, path)| RawFile { start, path }).collect();
        raws.sort();
        Ok(raws)
    }

    /// Lists the offsets of sealed segments.
    pub(crate) fn sealed_starts(&self) -> io::Result<Vec<u64>> {
        let mut found: Vec<u64> = starts(&self.folder, "zst")?.into_iter().map(|(start, _)| start).collect();
        found.sort_unstable();
        Ok(found)
    }
}

fn starts(folder: &Path, extension: &str) -> io::Result<Vec<(u64, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(cause),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|other| other != extension) {
            continue;
        }
        let start = path.file_stem().and_then(|stem| u64::from_str_radix(stem.to_str()?, 16).ok());
        if let Some(start) = start {
            found.push((start, path));
        }
    }
    Ok(found)
}

/// Adds up the sizes of all files below a folder.
pub(crate) fn size(folder: &Path) -> io::Result<u64> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(cause) => return Err(cause),
    };
    let mut sum = 0;
    for entry in entries {
        let entry = entry?;
        // A file that is sealed or deleted meanwhile counts nothing.
        match entry.metadata() {
            Ok(data) if data.is_dir() => sum += size(&entry.path())?,
            Ok(data) => sum += data.len(),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(sum)
}
