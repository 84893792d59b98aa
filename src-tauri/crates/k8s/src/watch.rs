//! Turns kube's watchers on our objects into one stream of whole runs. Decides nothing about states.

use std::time::Duration;

use berth_model::RunId;
use futures::stream::BoxStream;

use crate::{Cluster, Error, RunObjects};

/// What a watch says.
#[derive(Clone, Debug)]
pub enum WatchSignal {
    /// Everything that is there now; what is absent is gone.
    Resynced(Vec<RunObjects>),
    /// One run changed.
    Changed(Box<RunObjects>),
    /// The main object of a run is gone (its identity beside it).
    Gone(RunId, String),
    /// The server said something that changes no run (a bookmark, a watch renewed): the way there is alive.
    Alive,
    /// The watch is broken; it is being retried.
    Trouble(Error),
}

impl Cluster {
    /// Watches our Jobs, their pods and their events. Never ends by itself; dropping it ends it.
    ///
    /// `window` is the server-side time limit of each watch request: how long a dead connection can stay unnoticed.
    #[must_use]
    pub fn watch_runs(&self, window: Duration) -> BoxStream<'static, WatchSignal> {
        let _ = window;
        unimplemented!()
    }
}
