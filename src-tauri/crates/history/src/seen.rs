//! Keeps the runs that lists showed lately, parsed: a list is read again after every change, and most of it is the same.
//!
//! A row is looked up by its revision as it is in the database at that moment, so what another process wrote is seen.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use berth_model::Run;

/// Runs that are kept: some 20 pages, about 8 MB. The oldest go first, which are looked at least.
const KEPT: usize = 2000;

/// The runs seen lately, by their place in the history, each with the revision it was parsed at.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<BTreeMap<i64, (i64, Run)>>>);

impl Seen {
    /// Returns the runs of some places and revisions, if all of them are kept.
    pub(crate) fn all(&self, keys: &[(i64, i64)]) -> Option<Vec<Run>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.iter()
            .map(|(seq, revision)| kept.get(seq).filter(|(known, _)| known == revision).map(|(_, run)| run.clone()))
            .collect()
    }

    /// Keeps a run.
    pub(crate) fn keep(&self, seq: i64, revision: i64, run: Run) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(seq, (revision, run));
        while kept.len() > KEPT {
            kept.pop_first();
        }
    }
}
