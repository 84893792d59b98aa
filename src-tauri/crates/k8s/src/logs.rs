//! Reads the raw bytes of a container's log. Framing, resuming and storing are the engine's.

use bytes::Bytes;
use futures::stream::BoxStream;
use jiff::Timestamp;

use crate::{Cluster, Error};

/// One container of one pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogSource {
    /// Pod.
    pub pod: String,
    /// Container.
    pub container: String,
    /// The instance before the last restart.
    pub previous: bool,
}

/// Bytes as they come, every line beginning with its time (RFC 3339, 9 digits) and a space.
pub type LogStream = BoxStream<'static, Result<Bytes, Error>>;

impl Cluster {
    /// Opens a log. `since` is floored to the second here, since the API knows no less.
    ///
    /// # Errors
    /// `Invalid` (400) where the container has not started; `NotFound` where the pod is gone.
    pub async fn open_log(
        &self,
        source: &LogSource,
        since: Option<Timestamp>,
        follow: bool,
    ) -> Result<LogStream, Error> {
        let _ = (source, since, follow);
        unimplemented!()
    }
}
