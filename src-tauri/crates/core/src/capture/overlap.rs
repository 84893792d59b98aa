//! Decides which lines of a re-opened log stream are stored already, and whether lines may be missing before them.
//! Pure; knows neither stream nor file.
//!
//! The log API can only be asked for lines since a whole second, so a re-opened stream begins with lines that are
//! stored. It keeps the order of the node's file; what is stored is a run of that file up to the *anchor*, the last
//! stored line. So until the anchor has come again, a line that is stored is dropped (identical lines of one
//! nanosecond are counted, not just recognised), a line before a stored one cannot be new, and everything after the
//! anchor is new. Where a line later than everything stored comes first, the anchor is gone: the node has rotated the
//! file away, and lines between the two may be missing. That is a gap; the other kind is found by [`super::pace`].
//!
//! A node whose reader missed whole files goes on with the newest one, and later hands a file out from its head again,
//! once for each rotation it had not looked at. So after that other kind of gap a line that is stored already counts
//! as the beginning of a re-opened stream.

use std::collections::{HashMap, VecDeque};
use std::hash::Hasher;

use jiff::{SignedDuration, Timestamp};

/// How much earlier than the last stored line the stream is asked for, beyond the whole second: standard output and
/// standard error are stamped by two readers, so a line may carry a time slightly before that of the line above it.
pub const MARGIN: SignedDuration = SignedDuration::from_secs(1);

/// Lines remembered at most (about 3 MB): two seconds at 50,000 lines a second. Of a faster log fewer seconds are
/// remembered; what is older than the oldest remembered line is known to be stored.
pub const MAX_REMEMBERED: usize = 100_000;

/// Bytes of undecided lines held at most; more means that the anchor will not come.
const MAX_HELD: usize = 16 * 1024 * 1024;

/// A line as it is remembered: its time and a hash of the whole raw line.
type Seen = (Timestamp, u64);

/// What to do with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// New: store it.
    Keep,
    /// Stored already, or not decided yet and kept here: do nothing.
    Pass,
    /// Lines may be missing: note the gap, store the lines held back (raw, in order), then this one.
    Gap(Box<Lost>),
}

/// The anchor did not come again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Time of the last line before the gap.
    pub from: Timestamp,
    /// Time of the first line after it.
    pub to: Option<Timestamp>,
    /// Lines after the gap that were held back, raw, in order.
    pub held: Vec<u8>,
}

/// Remembers the newest stored lines and judges those of the next stream by them.
#[derive(Debug)]
pub struct Overlap {
    window: VecDeque<Seen>,
    limit: usize,
    seeking: Option<Seeking>,
    /// Whether the open stream may bring a file again from its head.
    repeats: bool,
}

/// State while the anchor has not come again.
#[derive(Debug)]
struct Seeking {
    left: HashMap<Seen, u32>,
    anchor: Seen,
    oldest: Timestamp,
    newest: Timestamp,
    held: Vec<u8>,
    held_from: Option<Timestamp>,
}

impl Default for Overlap {
    fn default() -> Self {
        Self::with_limit(MAX_REMEMBERED)
    }
}

impl Overlap {
    /// Makes a memory of at most so many lines (at least one).
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self { window: VecDeque::new(), limit: limit.max(1), seeking: None, repeats: false }
    }

    /// Takes over lines that are stored, oldest first, as raw lines.
    pub fn remember<'a>(&mut self, lines: impl IntoIterator<Item = &'a [u8]>) {
        for line in lines {
            if let Some(time) = super::framer::stamp(line) {
                self.note((time, hash(line)));
            }
        }
    }

    /// Prepares for a stream that is opened now, and says since when to ask for; `None` where nothing is stored.
    #[must_use]
    pub fn reopen(&mut self) -> Option<Timestamp> {
        self.repeats = false;
        self.seek()
    }

    fn seek(&mut self) -> Option<Timestamp> {
        let anchor = *self.window.back()?;
        let mut left: HashMap<Seen, u32> = HashMap::with_capacity(self.window.len());
        for seen in &self.window {
            *left.entry(*seen).or_default() += 1;
        }
        let oldest = self.window.iter().map(|(time, _)| *time).min().unwrap_or(anchor.0);
        let newest = self.window.iter().map(|(time, _)| *time).max().unwrap_or(anchor.0);
        self.seeking = Some(Seeking { left, anchor, oldest, newest, held: Vec::new(), held_from: None });
        Some(since(anchor.0))
    }

    /// Whether a line is remembered, or older than everything that is.
    fn is_stored(&self, seen: Seen) -> bool {
        let (Some((oldest, _)), Some((last, _))) = (self.window.front(), self.window.back()) else { return false };
        seen.0 <= *last && (seen.0 < *oldest || self.window.iter().rev().any(|stored| *stored == seen))
    }

    /// Says that files were left out of the open stream: it may bring others again from their heads.
    pub const fn skipped(&mut self) {
        self.repeats = true;
    }

    /// Judges a raw line that has the given time.
    pub fn judge(&mut self, time: Timestamp, line: &[u8]) -> Verdict {
        let seen = (time, hash(line));
        if self.repeats && self.seeking.is_none() && self.is_stored(seen) {
            self.seek();
        }
        let Some(seeking) = &mut self.seeking else {
            self.note(seen);
            return Verdict::Keep;
        };
        if let Some(count) = seeking.left.get_mut(&seen).filter(|count| **count > 0) {
            *count -= 1;
            let is_anchor = seen == seeking.anchor && *count == 0;
            seeking.held.clear();
            seeking.held_from = None;
            if is_anchor {
                self.seeking = None;
            }
            return Verdict::Pass;
        }
        if time < seeking.oldest {
            return Verdict::Pass;
        }
        if time <= seeking.newest && seeking.held.len() + line.len() <= MAX_HELD {
            seeking.held_from.get_or_insert(time);
            seeking.held.extend_from_slice(line);
            return Verdict::Pass;
        }
        let lost = self.give_up(Some(time));
        self.note(seen);
        lost.map_or(Verdict::Keep, |lost| Verdict::Gap(Box::new(lost)))
    }

    /// Says that the stream ended at the log's own end: lines still held back are new after all, and the anchor will
    /// not come. `None` where it came, or nothing was stored before.
    pub fn end(&mut self) -> Option<Lost> {
        self.give_up(None)
    }

    /// Whether the last stored line has not come again yet in this stream.
    #[must_use]
    pub const fn is_seeking(&self) -> bool {
        self.seeking.is_some()
    }

    /// Time of the last stored line.
    #[must_use]
    pub fn last(&self) -> Option<Timestamp> {
        self.window.back().map(|(time, _)| *time)
    }

    fn give_up(&mut self, next: Option<Timestamp>) -> Option<Lost> {
        let seeking = self.seeking.take()?;
        let to = seeking.held_from.or(next);
        for line in seeking.held.split_inclusive(|byte| *byte == b'\n') {
            if let Some(time) = super::framer::stamp(line) {
                self.note((time, hash(line)));
            }
        }
        Some(Lost { from: seeking.anchor.0, to, held: seeking.held })
    }

    fn note(&mut self, seen: Seen) {
        self.window.push_back(seen);
        let from = since(seen.0);
        while self.window.len() > self.limit || self.window.front().is_some_and(|(time, _)| *time < from) {
            self.window.pop_front();
        }
    }
}

/// The second from which a stream must be read again so that nothing after a line of this time is left out.
fn since(last: Timestamp) -> Timestamp {
    let whole = Timestamp::from_second(last.as_nanosecond().div_euclid(1_000_000_000) as i64).unwrap_or(last);
    whole.checked_sub(MARGIN).unwrap_or(whole)
}

fn hash(line: &[u8]) -> u64 {
    // Fixed keys: equal lines must have equal hashes for as long as the process lives, and nobody gains by a collision
    // within one nanosecond of his own log.
    let mut hasher = std::collections::hash_map::DefaultHasher::new();
    hasher.write(line);
    hasher.finish()
}

#[cfg(test)]
mod tests;
