//! Reads logs while they are written, by this process or another: sealed segments through the index, the rest from raw
//! files. A file that is sealed between two looks is looked up again.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::sync::Arc;

use berth_core::ports::{LogCursor, LogInfo, LogKey, LogPiece, StoreError};
use jiff::{SignedDuration, Timestamp, Unit};
use memchr::memmem;

use super::Shared;
use super::index::{self, Log, Segment};
use super::line;
use super::place::Place;
use super::sealer::{follow, unseal};
use crate::error;

/// Looks at a log that is being sealed before giving up; one look suffices unless a batch is sealed within it.
const LOOKS: usize = 20;
/// How far back lines may be out of order within the newest second: a program's two streams are merged by the node.
const DISORDER: SignedDuration = SignedDuration::from_secs(2);

/// A segment with its bytes.
struct Loaded {
    segment: Segment,
    bytes: Arc<Vec<u8>>,
}

/// The part of a log that is not sealed: raw files behind the last sealed segment, whole lines only.
struct Open {
    sealed: Segment,
    raws: Vec<Loaded>,
}

impl Open {
    /// The last segment of all.
    fn last(&self) -> Segment {
        self.raws.last().map_or(self.sealed, |loaded| loaded.segment)
    }
}

fn find(shared: &Shared, key: &LogKey) -> Result<Log, StoreError> {
    shared.index("find a log", |connection| index::find(connection, key))?.flatten().ok_or_else(|| {
        StoreError::NotFound(format!(
            "no log of container \"{}\" (restart {}) is stored for run {}",
            key.container, key.restart, key.run
        ))
    })
}

/// Loads what is not sealed yet.
fn open(shared: &Shared, log: &Log) -> Result<Open, StoreError> {
    let place = shared.place(&log.key);
    for _ in 0..LOOKS {
        let sealed = shared.index("read a log", |connection| index::last(connection, log.id))?.unwrap_or_default();
        let raws = place.raws().map_err(|cause| error::file("list", place.folder(), &cause))?;
        let mut open = Open { sealed, raws: Vec::new() };
        let mut is_whole = true;
        for raw in raws {
            if raw.start < sealed.end() {
                continue;
            }
            if raw.start != open.last().end() {
                // Either sealed since the index was read, or behind a hole that a crash made.
                is_whole = false;
                break;
            }
            match fs::read(&raw.path) {
                Ok(mut bytes) => {
                    bytes.truncate(line::whole(&bytes).len());
                    let segment = follow(&open.last(), &bytes);
                    open.raws.push(Loaded { segment, bytes: Arc::new(bytes) });
                }
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                    is_whole = false;
                    break;
                }
                Err(cause) => return Err(error::file("read", &raw.path, &cause)),
            }
        }
        let again = shared.index("read a log", |connection| index::last(connection, log.id))?.unwrap_or_default();
        // Raw files that follow what the index knew are the rest of the log, whatever was sealed meanwhile. Where there is
        // none, they may have been sealed and removed between the two looks.
        if again == sealed || is_whole && !open.raws.is_empty() {
            return Ok(open);
        }
    }
    Err(StoreError::Failed(format!("unable to read a log of run {}: it keeps moving", log.key.run)))
}

fn sealed(shared: &Shared, log: &Log, place: &Place, segment: Segment) -> Result<Loaded, StoreError> {
    if let Some(bytes) = shared.cached(log.id, segment.start) {
        return Ok(Loaded { segment, bytes });
    }
    let path = place.sealed(segment.start);
    let bytes = Arc::new(unseal(&path).map_err(|cause| error::file("read", &path, &cause))?);
    shared.cache(log.id, segment.start, &bytes);
    Ok(Loaded { segment, bytes })
}

/// Walks over the segments of a log, sealed ones first, from the one that holds an offset. `visit` returns where to go
/// on, or `None` to stop. Returns the last segment known.
fn walk(
    shared: &Shared,
    log: &Log,
    from: u64,
    mut visit: impl FnMut(&Loaded) -> Option<u64>,
) -> Result<Option<Segment>, StoreError> {
    let place = shared.place(&log.key);
    let mut at = from;
    loop {
        let found = shared.index("read a log", |connection| index::holding(connection, log.id, at))?.flatten();
        let Some(segment) = found else { break };
        let Some(next) = visit(&sealed(shared, log, &place, segment)?) else { return Ok(None) };
        at = next;
    }
    let open = open(shared, log)?;
    if at < open.sealed.end() {
        // Sealed between the two looks.
        return walk(shared, log, at, visit);
    }
    for loaded in &open.raws {
        if at >= loaded.segment.end() {
            continue;
        }
        let Some(next) = visit(loaded) else { return Ok(None) };
        at = next;
    }
    Ok(Some(open.last()))
}

/// What is known of a log.
pub(crate) fn info(shared: &Shared, log: Log) -> Result<LogInfo, StoreError> {
    let last = open(shared, &log)?.last();
    let gaps = shared.index("read a log's gaps", |connection| index::gaps(connection, log.id))?.unwrap_or_default();
    Ok(LogInfo {
        lines: last.total_lines(),
        bytes: last.total_bytes,
        gaps,
        is_complete: log.is_complete,
        key: log.key,
        pod: log.pod,
        attempt: log.attempt,
    })
}

/// Whole lines from a cursor.
pub(crate) fn read(shared: &Shared, key: &LogKey, from: LogCursor, limit: usize) -> Result<LogPiece, StoreError> {
    let log = find(shared, key)?;
    let mut piece = LogPiece { raw: Vec::new(), next: from, first_line: 0, at_end: false };
    let mut is_first = true;
    let last = walk(shared, &log, from, |loaded| {
        let (skipped, rest) = from_line(loaded, piece.next);
        if is_first {
            piece.first_line = loaded.segment.first_line + line::count(skipped);
            piece.next = loaded.segment.start + skipped.len() as u64;
            is_first = false;
        }
        let room = limit.saturating_sub(piece.raw.len());
        let fitting = line::fitting(rest, room);
        if !piece.raw.is_empty() && fitting.len() > room {
            return None;
        }
        piece.raw.extend_from_slice(fitting);
        piece.next += fitting.len() as u64;
        (fitting.len() == rest.len() && piece.raw.len() < limit).then_some(piece.next)
    })?;
    if let Some(last) = last {
        if is_first {
            // Nothing lies behind the cursor; one beyond the end belongs to lines that a crash took.
            piece.next = last.end();
            piece.first_line = last.total_lines();
        }
        piece.at_end = log.is_complete && piece.next == last.end();
    } else if log.is_complete {
        piece.at_end = piece.next == open(shared, &log)?.last().end();
    }
    Ok(piece)
}

/// Cuts a segment at a cursor, or at the next line where the cursor is within one.
fn from_line(loaded: &Loaded, cursor: u64) -> (&[u8], &[u8]) {
    let bytes = loaded.bytes.as_slice();
    let mut at = usize::try_from(cursor.saturating_sub(loaded.segment.start)).unwrap_or(usize::MAX).min(bytes.len());
    if at > 0 && bytes.get(at - 1) != Some(&b'\n') {
        at = memchr::memchr(b'\n', bytes.get(at..).unwrap_or_default()).map_or(bytes.len(), |end| at + end + 1);
    }
    bytes.split_at(at)
}

/// A line that was found: its number, its cursor, itself.
type Found = (u64, LogCursor, Vec<u8>);

/// Lines that contain a text.
pub(crate) fn search(
    shared: &Shared,
    key: &LogKey,
    text: &str,
    from: LogCursor,
    budget: usize,
) -> Result<(Vec<Found>, Option<LogCursor>), StoreError> {
    let log = find(shared, key)?;
    let finder = memmem::Finder::new(text.as_bytes());
    let mut found = Vec::new();
    let mut scanned = 0_usize;
    let mut next = from;
    let ended = walk(shared, &log, from, |loaded| {
        let (skipped, rest) = from_line(loaded, next);
        let first = loaded.segment.first_line + line::count(skipped);
        let mut cursor = loaded.segment.start + skipped.len() as u64;
        for (number, line) in (first..).zip(line::lines(rest)) {
            if scanned > 0 && scanned + line.len() > budget {
                next = cursor;
                return None;
            }
            if finder.find(line::content(line)).is_some() {
                found.push((number, cursor, line.to_vec()));
            }
            scanned += line.len();
            cursor += line.len() as u64;
        }
        next = cursor;
        Some(cursor)
    })?;
    Ok((found, if ended.is_some() { None } else { Some(next) }))
}

/// The last lines that are not older than the second before that of the last one.
pub(crate) fn tail(shared: &Shared, key: &LogKey) -> Result<Vec<Vec<u8>>, StoreError> {
    let log = find(shared, key)?;
    let place = shared.place(key);
    let open = open(shared, &log)?;
    let mut tail = Tail { floor: None, lines: VecDeque::new() };
    for loaded in open.raws.iter().rev() {
        if tail.take(&loaded.bytes) {
            return Ok(tail.lines.into());
        }
    }
    let mut end = open.sealed.end();
    while end > 0 {
        let segment = shared.index("read a log", |connection| index::holding(connection, log.id, end - 1))?.flatten();
        let Some(segment) = segment else { break };
        if tail.take(&sealed(shared, &log, &place, segment)?.bytes) {
            break;
        }
        end = segment.start;
    }
    Ok(tail.lines.into())
}

struct Tail {
    floor: Option<Timestamp>,
    lines: VecDeque<Vec<u8>>,
}

impl Tail {
    /// Takes the lines of a segment, newest first. Returns whether older ones cannot belong any more.
    fn take(&mut self, bytes: &[u8]) -> bool {
        for line in line::lines(bytes).rev() {
            let Some(time) = line::time(line) else {
                self.lines.push_front(line.to_vec());
                continue;
            };
            let floor = *self.floor.get_or_insert_with(|| second_before(time));
            if time >= floor {
                self.lines.push_front(line.to_vec());
            } else if time.duration_since(floor).abs() > DISORDER {
                return true;
            }
        }
        false
    }
}

/// The beginning of the second before that of a time.
fn second_before(time: Timestamp) -> Timestamp {
    let rounding = jiff::TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Floor);
    let floor = time.round(rounding).unwrap_or(time);
    // A time is a word of the cluster: one at the beginning of all time must not end the program.
    floor.checked_sub(SignedDuration::from_secs(1)).unwrap_or(floor)
}
