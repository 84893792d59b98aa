//! The logs of containers: lines with their times, served whole or as they come.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use jiff::Timestamp;

use super::Shared;
use super::answer::Broken;

/// Namespace, pod, container, whether it is the instance before the last restart.
pub(crate) type LogKey = (String, String, String, bool);

#[derive(Default)]
pub(crate) struct Log {
    /// Each line with its time, without its LF.
    pub(crate) lines: Vec<(Timestamp, Vec<u8>)>,
    pub(crate) has_ended: bool,
}

pub(crate) type Logs = HashMap<LogKey, Log>;

/// What a request for a log asks for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) since: Option<Timestamp>,
    pub(crate) timestamps: bool,
    pub(crate) follow: bool,
}

/// Serves a log from its start, cut to the second of `since`, to its end or, with `follow`, as it comes.
pub(crate) fn serve(shared: &Arc<Shared>, key: LogKey, wanted: Wanted) -> BoxStream<'static, Result<Bytes, Broken>> {
    let shared = Arc::clone(shared);
    stream::unfold((shared, key, 0usize), move |(shared, key, mut next)| async move {
        let bytes = more(&shared, &key, &mut next, wanted).await?;
        Some((Ok(Bytes::from(bytes)), (shared, key, next)))
    })
    .boxed()
}

/// Waits for lines; `None` at the end.
async fn more(shared: &Shared, key: &LogKey, next: &mut usize, wanted: Wanted) -> Option<Vec<u8>> {
    loop {
        let bell = shared.bell().notified();
        tokio::pin!(bell);
        bell.as_mut().enable();
        let (bytes, has_ended) = read(shared, key, next, wanted);
        if !bytes.is_empty() {
            return Some(bytes);
        }
        if has_ended || !wanted.follow {
            return None;
        }
        bell.await;
    }
}

fn read(shared: &Shared, key: &LogKey, next: &mut usize, wanted: Wanted) -> (Vec<u8>, bool) {
    let state = shared.state();
    let Some(log) = state.logs.get(key) else { return (Vec::new(), true) };
    let mut bytes = Vec::new();
    for (time, line) in log.lines.iter().skip(*next) {
        if wanted.since.is_some_and(|since| *time < since) {
            continue;
        }
        if wanted.timestamps {
            bytes.extend_from_slice(time.strftime("%Y-%m-%dT%H:%M:%S.%9fZ ").to_string().as_bytes());
        }
        bytes.extend_from_slice(line);
        bytes.push(b'\n');
    }
    *next = log.lines.len();
    (bytes, log.has_ended)
}
