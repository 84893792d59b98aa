//! What the engine knows of one open run while it looks after it. Holds no connection and sends nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use berth_k8s::RunEvent;
use berth_model::{Attempt, InstallationId, Submission};
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::duty::{Duty, Facts, owed};
use crate::capture::{RunSight, instances};
use crate::ports::{LogInfo, LogKey, RunRow};

/// Pauses between failed or fruitless duties: from the first to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a run that is taken in beside a live watch may go unheard of, until it is read.
const UNSEEN: Duration = Duration::from_secs(1);

/// One open run.
pub(super) struct Tracked {
    pub(super) row: RunRow,
    /// Its pods, for its captures.
    pub(super) sight: watch::Sender<RunSight>,
    /// Its captures, and whether each is over.
    pub(super) captures: HashMap<LogKey, bool>,
    /// Events last copied.
    pub(super) events: Vec<RunEvent>,
    /// Its main object was missing where it should have been seen.
    pub(super) is_missing: bool,
    /// Its main object is known to be gone.
    pub(super) is_gone: bool,
    /// It was seen at least once, or is known to be gone: what its logs are is known.
    pub(super) is_known: bool,
    pub(super) is_deleting: bool,
    /// It was read whole after its end was known, or is known to be gone. Jobs and pods are watched apart, so that an
    /// end may be told before the pods that led to it; what its logs are is certain only after a read that began later.
    pub(super) was_read_at_end: bool,
    pub(super) is_busy: bool,
    /// Ends its captures.
    pub(super) stop: CancellationToken,
    /// When it was taken in, where the watch was live then: what it told before went past this run.
    taken_live: Option<Instant>,
    touched: Timestamp,
    retry_at: Instant,
    pause: Duration,
}

impl Tracked {
    pub(super) fn new(row: RunRow, logs: &[LogInfo], now: Timestamp, stop: CancellationToken) -> Self {
        let captures = logs.iter().filter(|log| log.is_complete).map(|log| (log.key.clone(), true)).collect();
        let is_gone = row.run.status.only_in_history;
        // A launch is left alone for a while after its last sign of life; history does not keep when that was, so the
        // first sight of it counts where its making is not much older.
        let touched = row.run.created.max(now - FIRST_LOOK);
        Self {
            row,
            sight: watch::Sender::new(RunSight::default()),
            captures,
            events: Vec::new(),
            is_missing: false,
            is_gone,
            is_known: is_gone,
            is_deleting: false,
            was_read_at_end: is_gone,
            is_busy: false,
            stop,
            taken_live: None,
            touched,
            retry_at: Instant::now(),
            pause: FIRST_PAUSE,
        }
    }

    /// Notes that it is taken in while the watch is live.
    pub(super) fn beside_a_live_watch(mut self) -> Self {
        self.taken_live = Some(Instant::now());
        self
    }

    /// Takes over a newer row.
    pub(super) fn update(&mut self, row: RunRow, now: Timestamp) {
        if row.run.status.revision > self.row.run.status.revision {
            self.touched = now;
            self.row = row;
            self.is_gone |= self.row.run.status.only_in_history;
        }
    }

    pub(super) const fn is_released(&self) -> bool {
        matches!(self.row.run.status.submission, Submission::Released)
    }

    pub(super) fn is_final(&self) -> bool {
        self.row.run.status.is_over(self.row.run.action)
    }

    /// Its pods: those that are there, and those that were.
    pub(super) fn attempts(&self) -> Vec<Attempt> {
        let sight = self.sight.borrow();
        let mut all: Vec<Attempt> = sight.attempts.to_vec();
        let there: HashSet<&str> = sight.attempts.iter().map(|attempt| attempt.pod_uid.as_str()).collect();
        let gone = self.row.run.status.attempts.iter().filter(|attempt| !there.contains(attempt.pod_uid.as_str()));
        all.extend(gone.cloned());
        all
    }

    /// Shows its pods to its captures.
    pub(super) fn show(&self, attempts: &[Attempt]) {
        self.sight.send_if_modified(|sight| {
            let is_new = sight.attempts.as_ref() != attempts;
            if is_new {
                sight.attempts = Arc::from(attempts);
            }
            is_new
        });
    }

    /// Logs that should be captured and are not.
    pub(super) fn uncaptured(&self) -> Vec<(LogKey, String, u32)> {
        if !self.is_known {
            return Vec::new();
        }
        let mut all = instances(self.row.run.id, &self.attempts());
        all.retain(|(key, _, _)| !self.captures.contains_key(key));
        all
    }

    /// Whether every log that it has is on disk, as far as it can be had.
    fn has_logs(&self) -> bool {
        self.is_known && self.captures.values().all(|is_over| *is_over) && self.uncaptured().is_empty()
    }

    /// What is owed to it now.
    pub(super) fn owed(&self, us: InstallationId, now: Timestamp) -> Option<Duty> {
        if self.is_busy || self.retry_at > Instant::now() {
            return None;
        }
        let facts = Facts {
            is_missing: self.is_missing && !self.is_gone,
            is_unseen: !self.is_known && self.taken_live.is_some_and(|at| at.elapsed() >= UNSEEN),
            is_deleting: self.is_deleting || self.is_gone,
            was_read_at_end: self.was_read_at_end || self.is_gone,
            has_logs: self.has_logs(),
            touched: self.touched,
        };
        owed(&self.row.run, us, facts, now)
    }

    /// Notes how a duty ended: one that failed or changed nothing is tried again later and later.
    pub(super) fn did(&mut self, has_helped: bool) {
        self.is_busy = false;
        if has_helped {
            self.pause = FIRST_PAUSE;
            self.retry_at = Instant::now();
        } else {
            self.retry_at = Instant::now() + self.pause;
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Makes whatever failed before be tried at once: the connection is back.
    pub(super) fn hurry(&mut self) {
        self.pause = FIRST_PAUSE;
        self.retry_at = Instant::now();
    }
}

/// See `Tracked::new`: how far back the first sight of a launch reaches.
const FIRST_LOOK: jiff::SignedDuration = jiff::SignedDuration::from_secs(10);
