//! Owns how a change announced in this process wakes those who wait for one.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::ports::{EventSink, Notice};

/// Passes every notice on, and wakes who waits in this process.
pub(crate) struct Relay {
    outside: Arc<dyn EventSink>,
    changed: Arc<Notify>,
}

impl Relay {
    /// Puts itself before a sink; the second value is what waiters wait on.
    pub(crate) fn before(outside: Arc<dyn EventSink>) -> (Self, Arc<Notify>) {
        let changed = Arc::new(Notify::new());
        (Self { outside, changed: Arc::clone(&changed) }, changed)
    }
}

impl EventSink for Relay {
    fn announce(&self, notice: Notice) {
        let wakes = matches!(notice, Notice::Runs(_) | Notice::RunDeleted(_));
        self.outside.announce(notice);
        if wakes {
            self.changed.notify_waiters();
        }
    }
}
