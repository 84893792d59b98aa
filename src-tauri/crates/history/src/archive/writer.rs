//! Owns one log being written: a raw file, and a fresh one every 256 KiB.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use berth_core::ports::{LogGap, LogKey, LogWriter, StoreError};

use super::place::{Label, Place};
use super::recovery;
use super::sealer::{Order, Queue};
use super::{SEGMENT, Shared, index, line, reader};
use crate::error;
use crate::folder;

/// One log being written.
pub(crate) struct FileLogWriter {
    shared: Arc<Shared>,
    queue: Queue,
    key: LogKey,
    log: i64,
    place: Place,
    current: File,
    /// Offset of the current file in the whole log.
    start: u64,
    /// Bytes in the current file.
    length: u64,
    is_dirty: bool,
    /// Files that were left behind since the last sync.
    unsynced: Vec<File>,
    has_new_files: bool,
}

/// How far an append has come, to undo it.
struct Undo {
    start: u64,
    length: u64,
    made: Vec<PathBuf>,
}

impl FileLogWriter {
    pub(crate) fn open(
        shared: &Arc<Shared>,
        queue: Queue,
        key: &LogKey,
        pod: &str,
        attempt: u32,
    ) -> Result<Self, StoreError> {
        let place = shared.place(key);
        let _moving = shared.moving();
        let folder = place.open_folder();
        folder::make_private_dir(&folder).map_err(|cause| error::file("make", &folder, &cause))?;
        if !place.label().exists() {
            let label = Label { key: key.clone(), pod: pod.to_owned(), attempt };
            let bytes = serde_json::to_vec(&label)
                .map_err(|cause| StoreError::Failed(format!("unable to label a log: {cause}")))?;
            let path = place.label();
            folder::write_whole(&path, &bytes).map_err(|cause| error::file("write", &path, &cause))?;
        }
        let opened = shared.index("open a log", |connection| {
            let log = index::make(connection, key, pod, attempt)?;
            Ok((log, recovery::heal(connection, log, &place)?))
        })?;
        let (log, resume) =
            opened.ok_or_else(|| StoreError::ReadOnly("the log index is not open for writing".to_owned()))?;
        let path = place.raw(resume.start);
        let current = open_raw(&path, resume.length).map_err(|cause| error::file("open", &path, &cause))?;
        queue.hint(Order::Seal { log, place: place.clone(), before: resume.start });
        Ok(Self {
            shared: Arc::clone(shared),
            queue,
            key: key.clone(),
            log,
            place,
            current,
            start: resume.start,
            length: resume.length,
            is_dirty: false,
            unsynced: Vec::new(),
            has_new_files: true,
        })
    }

    fn write(&mut self, lines: &[u8], undo: &mut Undo) -> Result<(), StoreError> {
        let mut rest = lines;
        while !rest.is_empty() {
            if self.length >= SEGMENT {
                self.roll(undo)?;
            }
            let room = usize::try_from(SEGMENT - self.length).unwrap_or(usize::MAX);
            let piece = line::fitting(rest, room);
            if piece.len() > room && self.length > 0 {
                self.roll(undo)?;
                continue;
            }
            self.current
                .write_all(piece)
                .map_err(|cause| error::file("append to", &self.place.raw(self.start), &cause))?;
            self.is_dirty = true;
            self.length += piece.len() as u64;
            rest = rest.get(piece.len()..).unwrap_or_default();
        }
        Ok(())
    }

    /// Goes on in a fresh file. The one left behind is synced with the next sync.
    fn roll(&mut self, undo: &mut Undo) -> Result<(), StoreError> {
        let start = self.start + self.length;
        let path = self.place.raw(start);
        let fresh = open_raw(&path, 0).map_err(|cause| error::file("make", &path, &cause))?;
        undo.made.push(path);
        self.unsynced.push(std::mem::replace(&mut self.current, fresh));
        self.start = start;
        self.length = 0;
        self.has_new_files = true;
        Ok(())
    }

    /// Takes back what a failed append wrote, so that the same lines can be appended again.
    fn take_back(&mut self, undo: Undo) -> Result<(), StoreError> {
        for path in undo.made.iter().rev() {
            fs::remove_file(path).map_err(|cause| error::file("take back", path, &cause))?;
        }
        let path = self.place.raw(undo.start);
        self.current = open_raw(&path, undo.length).map_err(|cause| error::file("take back", &path, &cause))?;
        self.start = undo.start;
        self.length = undo.length;
        Ok(())
    }
}

/// Opens a raw file for appending behind its first `length` bytes; what follows them is cut off.
fn open_raw(path: &std::path::Path, length: u64) -> std::io::Result<File> {
    let mut file = folder::private_file().write(true).create(true).truncate(false).open(path)?;
    file.set_len(length)?;
    file.seek(SeekFrom::Start(length))?;
    Ok(file)
}

impl LogWriter for FileLogWriter {
    fn tail(&self) -> Vec<Vec<u8>> {
        reader::tail(&self.shared, &self.key).unwrap_or_else(|cause| {
            tracing::error!(%cause, run = %self.key.run, "the end of a stored log cannot be read; lines may repeat");
            Vec::new()
        })
    }

    fn append(&mut self, lines: &[u8]) -> Result<(), StoreError> {
        if line::whole(lines).len() != lines.len() {
            return Err(StoreError::Failed("unable to append to a log: not whole lines".to_owned()));
        }
        let begun = (self.start, self.length);
        let mut undo = Undo { start: begun.0, length: begun.1, made: Vec::new() };
        match self.write(lines, &mut undo) {
            Ok(()) => {
                if self.start != begun.0 {
                    let order = Order::Seal { log: self.log, place: self.place.clone(), before: self.start };
                    self.queue.hint(order);
                }
                Ok(())
            }
            Err(cause) => {
                self.take_back(undo)?;
                Err(cause)
            }
        }
    }

    fn gap(&mut self, gap: LogGap) -> Result<(), StoreError> {
        self.shared.index("note a gap in a log", |connection| index::add_gap(connection, self.log, &gap))?;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        let failed = |cause: std::io::Error| error::file("sync", self.place.folder(), &cause);
        while let Some(file) = self.unsynced.first() {
            file.sync_data().map_err(failed)?;
            self.unsynced.remove(0);
        }
        if self.is_dirty {
            self.current.sync_data().map_err(failed)?;
            self.is_dirty = false;
        }
        if self.has_new_files {
            folder::sync_dir(&self.place.open_folder())
                .and_then(|()| folder::sync_dir(self.place.folder()))
                .map_err(failed)?;
            self.has_new_files = false;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, complete: bool) -> Result<(), StoreError> {
        self.sync()?;
        let (reply, answer) = mpsc::sync_channel(1);
        self.queue.send(Order::Finish { log: self.log, place: self.place.clone(), is_complete: complete, reply })?;
        answer.recv().map_err(|_| StoreError::Failed("unable to seal a log: the archive is closed".to_owned()))?
    }
}
