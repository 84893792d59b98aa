//! Decides what of a log survived a crash: what was sealed, then raw files that follow each other, cut to whole lines.

use std::fs;
use std::io;

use berth_core::ports::StoreError;
use rusqlite::Connection;

use super::index;
use super::line;
use super::place::Place;
use super::sealer::{follow, times, unseal};
use crate::error::{self, Fault};

/// Where writing goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resume {
    /// Offset of the raw file to write on.
    pub(crate) start: u64,
    /// Bytes in it.
    pub(crate) length: u64,
}

/// Heals one log before it is written on. Nobody else may be moving its files.
pub(crate) fn heal(connection: &Connection, log: i64, place: &Place) -> Result<Resume, Trouble> {
    remove_leftovers(place)?;
    adopt(connection, log, place)?;
    let mut end = index::last(connection, log).map_err(Trouble::Index)?.end();
    let raws = place.raws().map_err(|cause| Trouble::file("list", place, &cause))?;
    let mut resume = Resume { start: end, length: 0 };
    let mut is_torn = false;
    for raw in raws {
        // Sealed already, or behind a hole: later files were written but lost bytes before them were never synced, so
        // they are not promised to be here and are fetched again.
        if raw.start != end || is_torn {
            fs::remove_file(&raw.path).map_err(|cause| Trouble::file("remove a leftover of", place, &cause))?;
            continue;
        }
        let bytes = fs::read(&raw.path).map_err(|cause| Trouble::file("read", place, &cause))?;
        let whole = line::whole(&bytes).len() as u64;
        if whole < bytes.len() as u64 {
            is_torn = true;
            fs::OpenOptions::new()
                .write(true)
                .open(&raw.path)
                .and_then(|file| file.set_len(whole).and_then(|()| file.sync_all()))
                .map_err(|cause| Trouble::file("cut a torn line off", place, &cause))?;
        }
        resume = Resume { start: raw.start, length: whole };
        end = raw.start + whole;
        if whole == 0 {
            is_torn = true;
        }
    }
    Ok(resume)
}

/// Takes sealed segments into the index that were sealed but not indexed and have no raw file any more.
fn adopt(connection: &Connection, log: i64, place: &Place) -> Result<(), Trouble> {
    let mut last = index::last(connection, log).map_err(Trouble::Index)?;
    for start in place.sealed_starts().map_err(|cause| Trouble::file("list", place, &cause))? {
        if start < last.end() || place.raw(start).exists() {
            continue;
        }
        let path = place.sealed(start);
        let bytes = if start == last.end() { unseal(&path).ok() } else { None };
        match bytes {
            Some(bytes) if !bytes.is_empty() => {
                let segment = follow(&last, &bytes);
                let content = segment.total_bytes - last.total_bytes;
                index::add(connection, log, &segment, content, times(&bytes)).map_err(Trouble::Index)?;
                last = segment;
            }
            _ => fs::remove_file(&path).map_err(|cause| Trouble::file("remove a leftover of", place, &cause))?,
        }
    }
    Ok(())
}

fn remove_leftovers(place: &Place) -> Result<(), Trouble> {
    let entries = match fs::read_dir(place.folder()) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(Trouble::file("list", place, &cause)),
    };
    for entry in entries.filter_map(Result::ok) {
        if entry.path().extension().is_some_and(|extension| extension == "tmp") {
            fs::remove_file(entry.path()).map_err(|cause| Trouble::file("remove a leftover of", place, &cause))?;
        }
    }
    Ok(())
}

/// What healing can fail with.
pub(crate) enum Trouble {
    /// The index.
    Index(Fault),
    /// A file, in the port's words.
    File(StoreError),
}

impl Trouble {
    fn file(what: &str, place: &Place, cause: &io::Error) -> Self {
        Self::File(error::file(what, place.folder(), cause))
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Index(fault) => fault,
            Trouble::File(error) => Self::Store(error),
        }
    }
}
