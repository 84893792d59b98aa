//! Owns the thread that compresses what was written and puts it into the index, behind the writers' backs.
//!
//! A segment is sealed in steps, any of which may be the last before a crash: compressed file written beside, synced,
//! renamed, indexed, raw file removed. Whatever is left is done again by the next attempt.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use berth_core::ports::StoreError;
use rusqlite::{Connection, TransactionBehavior};

use super::Shared;
use super::index::{self, Segment};
use super::line;
use super::place::{Place, RawFile};
use crate::error::{self, Fault};
use crate::folder;

/// Messages that may wait. A full queue loses nothing: a message means "all that is before", so the next one does.
const QUEUE: usize = 1024;
/// Segments that share one durable write of the index.
const BATCH: usize = 32;
/// zstd's own default: about 300 MB/s on one core.
const LEVEL: i32 = 3;

/// What the sealer is asked.
pub(crate) enum Order {
    /// Seal the raw files that begin before an offset.
    Seal { log: i64, place: Place, before: u64 },
    /// Seal everything, say whether the end is stored, answer.
    Finish { log: i64, place: Place, is_complete: bool, reply: SyncSender<Result<(), StoreError>> },
    /// End; what is raw stays raw.
    Stop,
}

/// The way to the sealing thread.
pub(crate) struct Sealer {
    queue: Mutex<Option<SyncSender<Order>>>,
    thread: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
}

/// The queue as a log's writer holds it; closed when the archive is.
#[derive(Clone)]
pub(crate) struct Queue(SyncSender<Order>);

impl Queue {
    /// Asks without waiting.
    pub(crate) fn hint(&self, order: Order) {
        match self.0.try_send(order) {
            Ok(()) | Err(TrySendError::Full(_)) => {}
            Err(TrySendError::Disconnected(_)) => tracing::debug!("the sealer has ended; the log stays raw"),
        }
    }

    /// Asks and waits for a place in the queue.
    pub(crate) fn send(&self, order: Order) -> Result<(), StoreError> {
        self.0.send(order).map_err(|_| StoreError::Failed("unable to seal a log: the archive is closed".to_owned()))
    }
}

impl Sealer {
    pub(crate) fn start(connection: Connection, shared: Arc<Shared>) -> Result<Self, StoreError> {
        let (queue, orders) = mpsc::sync_channel(QUEUE);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("berth-sealer".to_owned())
            .spawn(move || work(connection, &shared, &orders, &stopped))
            .map_err(|cause| StoreError::Failed(format!("unable to start the sealer: {cause}")))?;
        Ok(Self { queue: Mutex::new(Some(queue)), thread: Some(thread), stop })
    }

    /// Ends it after the batch at hand; what is raw stays raw.
    pub(crate) fn stop_soon(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(crate) fn queue(&self) -> Result<Queue, StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.clone().map(Queue).ok_or_else(|| StoreError::Failed("the archive is closed".to_owned()))
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        self.stop_soon();
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(queue) = queue {
            // Wakes the thread; where the queue is full it is awake.
            let _ = queue.try_send(Order::Stop);
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the sealer ended badly");
        }
    }
}

fn work(mut connection: Connection, shared: &Shared, orders: &Receiver<Order>, stop: &AtomicBool) {
    for order in orders {
        match order {
            Order::Stop => break,
            Order::Seal { log, place, before } => {
                if let Err(cause) = seal(&mut connection, shared, stop, log, &place, before, None) {
                    tracing::warn!(%cause, folder = %place.folder().display(), "a log stays raw for now");
                }
            }
            Order::Finish { log, place, is_complete, reply } => {
                let done = seal(&mut connection, shared, stop, log, &place, u64::MAX, Some(is_complete));
                // The writer may have given up waiting: the log is sealed all the same.
                let _ = reply.send(done);
            }
        }
    }
}

/// Seals the raw files that begin before an offset, in their order.
fn seal(
    connection: &mut Connection,
    shared: &Shared,
    stop: &AtomicBool,
    log: i64,
    place: &Place,
    before: u64,
    is_complete: Option<bool>,
) -> Result<(), StoreError> {
    let what = "seal a log";
    loop {
        let _moving = shared.moving();
        if stop.load(Ordering::Relaxed) {
            return Err(StoreError::Failed("the archive is being closed; the log stays raw".to_owned()));
        }
        let told = |fault: Fault| fault.told(what, &shared.suspicion);
        let raws = place.raws().map_err(|cause| error::file("list", place.folder(), &cause))?;
        let batch: Vec<RawFile> = raws.into_iter().filter(|raw| raw.start < before).take(BATCH).collect();
        let is_last = batch.len() < BATCH;
        let mut end = index::last(connection, log).map_err(told)?;
        let mut sealed = Vec::new();
        for raw in &batch {
            if raw.start < end.end() {
                continue;
            }
            let bytes = fs::read(&raw.path).map_err(|cause| error::file("read", &raw.path, &cause))?;
            let bytes = line::whole(&bytes);
            if raw.start != end.end() {
                return Err(StoreError::Failed(format!("\"{}\" does not follow what is sealed", raw.path.display())));
            }
            if bytes.is_empty() {
                continue;
            }
            write_sealed(&place.sealed(raw.start), bytes)?;
            end = follow(&end, bytes);
            sealed.push((end, line::measure(bytes).bytes, times(bytes)));
        }
        if !sealed.is_empty() {
            folder::sync_dir(place.folder()).map_err(|cause| error::file("sync", place.folder(), &cause))?;
        }
        record(connection, log, &sealed, is_complete.filter(|_| is_last)).map_err(told)?;
        for raw in &batch {
            match fs::remove_file(&raw.path) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(%cause, file = %raw.path.display(), "a sealed log's raw file stays");
                }
                _ => {}
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

/// The segment that some bytes make behind another one.
pub(crate) fn follow(before: &Segment, bytes: &[u8]) -> Segment {
    let measure = line::measure(bytes);
    Segment {
        start: before.end(),
        length: bytes.len() as u64,
        first_line: before.total_lines(),
        lines: measure.lines,
        total_bytes: before.total_bytes + measure.bytes,
    }
}

/// Times of the first and the last line.
pub(crate) fn times(bytes: &[u8]) -> (Option<jiff::Timestamp>, Option<jiff::Timestamp>) {
    (line::lines(bytes).next().and_then(line::time), line::lines(bytes).next_back().and_then(line::time))
}

type Sealed = (Segment, u64, (Option<jiff::Timestamp>, Option<jiff::Timestamp>));

fn record(connection: &mut Connection, log: i64, sealed: &[Sealed], is_complete: Option<bool>) -> Result<(), Fault> {
    if sealed.is_empty() && is_complete.is_none() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (segment, bytes, times) in sealed {
        index::add(&transaction, log, segment, *bytes, *times)?;
    }
    if let Some(is_complete) = is_complete {
        index::set_complete(&transaction, log, is_complete)?;
    }
    transaction.commit()?;
    Ok(())
}

fn write_sealed(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let temporary = path.with_extension("tmp");
    let written = compress(bytes).and_then(|packed| {
        let mut file = folder::private_file().write(true).create(true).truncate(true).open(&temporary)?;
        file.write_all(&packed)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    });
    written.map_err(|cause| {
        // The raw file is still there; what was begun helps nobody.
        let _ = fs::remove_file(&temporary);
        error::file("write", path, &cause)
    })
}

fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.include_checksum(true)?;
    compressor.compress(bytes)
}

/// Reads a sealed segment; zstd's own checksum tells damage.
pub(crate) fn unseal(path: &Path) -> io::Result<Vec<u8>> {
    zstd::stream::decode_all(io::BufReader::new(fs::File::open(path)?))
}
