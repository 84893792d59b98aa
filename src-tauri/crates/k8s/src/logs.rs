//! Reads the raw bytes of a container's log. Framing, resuming and storing are the engine's.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::stream::{BoxStream, Stream, StreamExt, TryStreamExt};
use http::Response;
use http::header::DATE;
use http_body_util::BodyExt;
use jiff::Timestamp;
use kube::client::Body;

use crate::cluster::answer::Attempt;
use crate::cluster::request::{HEAD_LIMIT, Plan};
use crate::cluster::resource::{POD, escaped};
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
///
/// Ends where the API server ended it; an error is a stream that broke. There is no limit on its duration or on its
/// silence: a program may say nothing for days. A dead connection is noticed by the socket's keepalive.
pub struct LogStream {
    bytes: BoxStream<'static, Result<Bytes, Error>>,
    opened: Arc<OnceLock<Timestamp>>,
}

impl LogStream {
    /// When the node began to read the log, by the cluster's own clock, cut to the second; `None` before it answered
    /// and where the answer bears no date. A line of a later time was written while this stream was open.
    #[must_use]
    pub fn opened(&self) -> Option<Timestamp> {
        self.opened.get().copied()
    }
}

impl Stream for LogStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.bytes.poll_next_unpin(context)
    }
}

impl Cluster {
    /// Opens a log. `since` is floored to the second here, since the API knows no less.
    ///
    /// With `follow`, the API server answers nothing until the container has said something; then the stream is
    /// returned after 10 s and a refusal, should one still come, is its first item.
    ///
    /// # Errors
    /// `Invalid` (400) where the container has not started; `NotFound` where the pod is gone.
    pub async fn open_log(
        &self,
        source: &LogSource,
        since: Option<Timestamp>,
        follow: bool,
    ) -> Result<LogStream, Error> {
        let attempt = Attempt {
            what: format!("read the log of the container \"{}\" of the pod \"{}\"", source.container, source.pod),
            verb: "get",
            resource: "pods/log".to_owned(),
            namespace: self.namespace().to_owned(),
            changes: false,
        };
        let mut plan = Plan::get(path(self.namespace(), source, since, follow));
        // Unpacking works on whole blocks and would hold the last lines back.
        plan.is_compressible = false;
        let opened = Arc::new(OnceLock::new());
        if !follow {
            let answer = self.open(&plan, &attempt, Some(HEAD_LIMIT)).await?;
            note(&answer, &opened);
            return Ok(LogStream { bytes: bytes(self.clone(), answer, attempt), opened });
        }
        let this = self.clone();
        let date = Arc::clone(&opened);
        let mut opening = Box::pin(async move {
            let answer = this.open(&plan, &attempt, None).await?;
            note(&answer, &date);
            Ok::<_, Error>(bytes(this.clone(), answer, attempt))
        });
        let bytes = match tokio::time::timeout(HEAD_LIMIT, &mut opening).await {
            Ok(bytes) => bytes?,
            Err(_) => futures::stream::once(opening).try_flatten().boxed(),
        };
        Ok(LogStream { bytes, opened })
    }
}

fn path(namespace: &str, source: &LogSource, since: Option<Timestamp>, follow: bool) -> String {
    let mut path =
        format!("{}/log?container={}&timestamps=true", POD.one(namespace, &source.pod), escaped(&source.container));
    if follow {
        path.push_str("&follow=true");
    }
    if source.previous {
        path.push_str("&previous=true");
    }
    if let Some(floored) = since.and_then(|time| Timestamp::from_second(floor(time)).ok()) {
        path.push_str(&format!("&sinceTime={}", escaped(&floored.to_string())));
    }
    path
}

/// The second that a time lies in: rounding up would lose the lines of the rest of that second.
fn floor(time: Timestamp) -> i64 {
    time.as_nanosecond().div_euclid(1_000_000_000).try_into().unwrap_or_else(|_| time.as_second())
}

/// Notes the date of an answer.
fn note(answer: &Response<Body>, opened: &OnceLock<Timestamp>) {
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    if let Some(date) = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) {
        // The second call of one stream there is not.
        let _ = opened.set(date.timestamp());
    }
}

fn bytes(cluster: Cluster, answer: Response<Body>, attempt: Attempt) -> BoxStream<'static, Result<Bytes, Error>> {
    answer.into_body().into_data_stream().map_err(move |error| attempt.broken(cluster.server(), &error)).boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_floored_to_its_second_and_never_rounded_up() {
        let source = LogSource { pod: "p".to_owned(), container: "c".to_owned(), previous: false };
        for (time, expected) in [
            ("2026-01-01T12:00:00.700Z", "12%3A00%3A00Z"),
            ("2026-01-01T12:00:00.999999999Z", "12%3A00%3A00Z"),
            ("2026-01-01T12:00:01Z", "12%3A00%3A01Z"),
        ] {
            let path = path("lab", &source, Some(time.parse().unwrap()), true);
            assert!(path.ends_with(&format!("&follow=true&sinceTime=2026-01-01T{expected}")), "{path}");
        }
        assert_eq!(floor("1969-12-31T23:59:59.5Z".parse().unwrap()), -1, "also before 1970");
        let previous = LogSource { previous: true, ..source };
        assert!(path("lab", &previous, None, false).ends_with("/pods/p/log?container=c&timestamps=true&previous=true"));
    }
}
