//! Serves watches from the history of changes, with bookmarks and the server's time limit.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::Shared;
use super::answer::{Broken, status_value};
use super::handler::Selection;

/// Where a watch is.
struct Reader {
    shared: Arc<Shared>,
    selection: Selection,
    kind: String,
    api_version: String,
    version: u64,
    until: Instant,
    bookmarks: bool,
    has_ended: bool,
}

/// Watches a kind from a version on for so many seconds.
pub(crate) fn serve(
    shared: &Arc<Shared>,
    selection: Selection,
    (kind, api_version): (&str, &str),
    version: u64,
    seconds: u64,
    bookmarks: bool,
) -> BoxStream<'static, Result<Bytes, Broken>> {
    let reader = Reader {
        shared: Arc::clone(shared),
        selection,
        kind: kind.to_owned(),
        api_version: api_version.to_owned(),
        version,
        until: Instant::now() + Duration::from_secs(seconds),
        bookmarks,
        has_ended: false,
    };
    stream::unfold(reader, |mut reader| async move { reader.next().await.map(|bytes| (Ok(bytes), reader)) }).boxed()
}

impl Reader {
    async fn next(&mut self) -> Option<Bytes> {
        if self.has_ended {
            return None;
        }
        let shared = Arc::clone(&self.shared);
        loop {
            let bell = shared.bell().notified();
            tokio::pin!(bell);
            bell.as_mut().enable();
            if let Some(bytes) = self.changes() {
                return Some(bytes);
            }
            if timeout_at(self.until, bell).await.is_err() {
                self.has_ended = true;
                let object = json!({
                    "kind": self.kind, "apiVersion": self.api_version,
                    "metadata": {"resourceVersion": self.version.to_string(), "creationTimestamp": null},
                });
                return self.bookmarks.then(|| line("BOOKMARK", &object));
            }
        }
    }

    fn changes(&mut self) -> Option<Bytes> {
        let state = self.shared.state();
        let mut bytes = Vec::new();
        for change in state.store.history.iter().filter(|change| change.version > self.version) {
            if change.kind == self.kind
                && change.namespace == self.selection.namespace
                && self.selection.has(&change.object)
            {
                bytes.extend_from_slice(&line(change.what, &change.object));
            }
        }
        self.version = self.version.max(state.store.version);
        (!bytes.is_empty()).then(|| Bytes::from(bytes))
    }
}

fn line(what: &str, object: &Value) -> Bytes {
    Bytes::from(format!("{}\n", json!({"type": what, "object": object})))
}

/// The event that a version which was forgotten gets.
pub(crate) fn gone() -> Bytes {
    line("ERROR", &status_value(410, "Expired", "too old resource version", json!({})))
}
