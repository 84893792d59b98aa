//! Owns the writing end of one log: what is appended at once, and what is made durable beside it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use berth_model::RunId;
use jiff::Timestamp;
use tokio::task::JoinHandle;

use super::framer::stamp;
use super::overlap::{Lost, Overlap, Verdict};
use super::pace::Pace;
use crate::ports::{LogArchive, LogGap, LogKey, LogWriter, StoreError};

/// Bytes that may wait while the log is being made durable; beyond it the socket is read no further, so that memory
/// stays bounded. Four seconds of a 4 MB/s log.
const WAITING_LIMIT: usize = 16 * 1024 * 1024;

/// Remembers which runs' logs grew since they were last announced.
#[derive(Clone, Debug, Default)]
pub(crate) struct Growth(Arc<Mutex<HashSet<RunId>>>);

impl Growth {
    fn grew(&self, run: RunId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(run);
    }

    /// Returns the runs whose logs grew, and forgets them.
    pub(crate) fn take(&self) -> Vec<RunId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain().collect()
    }
}

type Synced = (Box<dyn LogWriter>, Result<(), StoreError>);

/// The writing end of one log.
pub(crate) struct Sink {
    run: RunId,
    writer: Option<Box<dyn LogWriter>>,
    syncing: Option<JoinHandle<Synced>>,
    waiting: Vec<Piece>,
    waiting_bytes: usize,
    overlap: Overlap,
    pace: Pace,
    batch: Vec<u8>,
    batch_lines: u64,
    lines: u64,
    is_dirty: bool,
    /// The last text that came without a time: a message of the node's, not of the program's.
    pub(crate) message: Option<String>,
    growth: Growth,
}

enum Piece {
    Lines(Vec<u8>),
    Gap(LogGap),
}

impl Sink {
    /// Opens the log in the archive and remembers its last lines.
    pub(crate) async fn open(
        archive: Arc<dyn LogArchive>,
        key: LogKey,
        pod: String,
        attempt: u32,
        growth: Growth,
    ) -> Result<Self, StoreError> {
        let run = key.run;
        let opened = tokio::task::spawn_blocking(move || {
            let writer = archive.open(&key, &pod, attempt)?;
            let lines = archive.list(run)?.into_iter().find(|info| info.key == key).map_or(0, |info| info.lines);
            let tail = writer.tail();
            Ok::<_, StoreError>((writer, tail, lines))
        });
        let (writer, tail, lines) = opened.await.map_err(|cause| StoreError::Failed(cause.to_string()))??;
        let mut overlap = Overlap::default();
        overlap.remember(tail.iter().map(Vec::as_slice));
        Ok(Self {
            run,
            writer: Some(writer),
            syncing: None,
            waiting: Vec::new(),
            waiting_bytes: 0,
            overlap,
            pace: Pace::default(),
            batch: Vec::new(),
            batch_lines: 0,
            lines,
            is_dirty: false,
            message: None,
            growth,
        })
    }

    /// Prepares for a new stream; returns since when to ask.
    pub(crate) fn reopen(&mut self) -> Option<Timestamp> {
        self.pace.reopen();
        self.overlap.reopen()
    }

    /// Says when the next lines arrived, and when the cluster says that the stream was opened.
    pub(crate) const fn arrived(&mut self, now: Timestamp, opened: Option<Timestamp>) {
        self.pace.arrived(now, opened);
    }

    /// Time of the last line stored.
    pub(crate) fn last(&self) -> Option<Timestamp> {
        self.overlap.last()
    }

    /// Takes a raw line of the stream.
    pub(crate) fn line(&mut self, line: &[u8]) -> Result<(), StoreError> {
        let Some(time) = stamp(line) else {
            let text = String::from_utf8_lossy(line.get(..line.len().min(300)).unwrap_or_default());
            self.message = Some(text.trim().to_owned());
            return Ok(());
        };
        let above = self.pace.line(time);
        match self.overlap.judge(time, line) {
            Verdict::Pass => return Ok(()),
            Verdict::Keep => {
                if let Some(above) = above {
                    let why = "reading was held up, and the node may have rotated its log twice meanwhile";
                    self.gap(Some(above), Some(time), why)?;
                    self.overlap.skipped();
                }
            }
            Verdict::Gap(lost) => self.lost(&lost)?,
        }
        self.batch.extend_from_slice(line);
        self.batch_lines += 1;
        Ok(())
    }

    /// Says that the stream reached the log's end. `is_seamless` where the stream before it came to a clean end too:
    /// then an empty rest misses nothing, even where the node has rotated the last line away meanwhile.
    pub(crate) fn ended(&mut self, is_seamless: bool) -> Result<(), StoreError> {
        match self.overlap.end() {
            Some(lost) if !lost.held.is_empty() || !is_seamless => self.lost(&lost)?,
            _ => {}
        }
        self.flush()
    }

    fn lost(&mut self, lost: &Lost) -> Result<(), StoreError> {
        let why = "the node had rotated its log away when reading could go on";
        self.gap(Some(lost.from), lost.to, why)?;
        self.batch.extend_from_slice(&lost.held);
        self.batch_lines += lost.held.iter().filter(|byte| **byte == b'\n').count() as u64;
        Ok(())
    }

    /// Notes that lines may be missing here.
    pub(crate) fn gap(
        &mut self,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        why: impl Into<String>,
    ) -> Result<(), StoreError> {
        self.flush()?;
        let gap = LogGap { after_line: self.lines, from, to, why: why.into() };
        tracing::warn!(run_id = %self.run, after_line = gap.after_line, why = gap.why, "log lines may be missing");
        self.is_dirty = true;
        match &mut self.writer {
            Some(writer) => writer.gap(gap),
            None => {
                self.waiting.push(Piece::Gap(gap));
                Ok(())
            }
        }
    }

    /// Hands what was taken to the archive: at once, or once it has been made durable so far.
    pub(crate) fn flush(&mut self) -> Result<(), StoreError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.lines += std::mem::take(&mut self.batch_lines);
        self.is_dirty = true;
        self.growth.grew(self.run);
        match &mut self.writer {
            Some(writer) => {
                let appended = writer.append(&self.batch);
                self.batch.clear();
                appended
            }
            None => {
                self.waiting_bytes += self.batch.len();
                self.waiting.push(Piece::Lines(std::mem::take(&mut self.batch)));
                Ok(())
            }
        }
    }

    /// Whether more may be read from the socket.
    pub(crate) const fn has_room(&self) -> bool {
        self.waiting_bytes < WAITING_LIMIT
    }

    /// Begins to make what was appended durable, beside the reading; does nothing where that is under way already.
    pub(crate) fn begin_sync(&mut self) {
        if !self.is_dirty {
            return;
        }
        if let Some(mut writer) = self.writer.take() {
            self.is_dirty = false;
            self.syncing = Some(tokio::task::spawn_blocking(move || {
                let synced = writer.sync();
                (writer, synced)
            }));
        }
    }

    /// Waits until what was begun is durable; never ends where nothing is under way. Safe to drop and call again.
    pub(crate) async fn synced(&mut self) -> Result<(), StoreError> {
        let Some(handle) = &mut self.syncing else { return std::future::pending().await };
        let joined = handle.await;
        self.syncing = None;
        let (mut writer, synced) = joined.map_err(|cause| StoreError::Failed(cause.to_string()))?;
        self.waiting_bytes = 0;
        for piece in std::mem::take(&mut self.waiting) {
            match piece {
                Piece::Lines(lines) => writer.append(&lines)?,
                Piece::Gap(gap) => writer.gap(gap)?,
            }
        }
        self.writer = Some(writer);
        synced
    }

    /// Seals the log, durably.
    pub(crate) async fn finish(mut self, complete: bool) -> Result<(), StoreError> {
        self.flush()?;
        if self.syncing.is_some() {
            self.synced().await?;
        }
        let Some(writer) = self.writer.take() else {
            return Err(StoreError::Failed("the log's writer is lost".to_owned()));
        };
        self.growth.grew(self.run);
        tokio::task::spawn_blocking(move || writer.finish(complete))
            .await
            .map_err(|cause| StoreError::Failed(cause.to_string()))?
    }
}
