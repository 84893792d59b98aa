//! Bodies of answers: whole ones, streams, and the Status of a refusal.

use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use http::{Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use serde_json::{Value, json};

/// Why a connection breaks.
pub(crate) type Broken = std::io::Error;
/// An answer whose body may break off.
pub(crate) type Answer = Response<BoxBody<Bytes, Broken>>;

pub(crate) fn broken() -> Broken {
    Broken::new(std::io::ErrorKind::ConnectionReset, "cut by the script")
}

pub(crate) fn whole(code: u16, content_type: &str, body: impl Into<Bytes>) -> Answer {
    let body = Full::new(body.into()).map_err(|never| match never {}).boxed();
    finish(code, content_type, body)
}

pub(crate) fn value(code: u16, value: &Value) -> Answer {
    whole(code, "application/json", value.to_string())
}

pub(crate) fn stream(content_type: &str, bytes: BoxStream<'static, Result<Bytes, Broken>>) -> Answer {
    finish(
        200,
        content_type,
        BodyExt::boxed(SyncStream(std::sync::Mutex::new(StreamBody::new(
            bytes.map(|item| item.map(http_body::Frame::data)).boxed(),
        )))),
    )
}

/// A stream behind a lock that is never waited for, since a body has to be `Sync` and a stream is polled by one.
struct SyncStream(std::sync::Mutex<StreamBody<Frames>>);

/// The pieces of a body as they come.
type Frames = BoxStream<'static, Result<http_body::Frame<Bytes>, Broken>>;

impl http_body::Body for SyncStream {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Broken>>> {
        let inner = self.get_mut().0.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::pin::Pin::new(inner).poll_frame(context)
    }
}

fn finish(code: u16, content_type: &str, body: BoxBody<Bytes, Broken>) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(code).unwrap_or_else(|error| panic!("{error}"));
    let value = content_type.parse().unwrap_or_else(|error| panic!("{error}"));
    answer.headers_mut().insert(http::header::CONTENT_TYPE, value);
    answer
}

/// A refusal as the API words it.
pub(crate) fn status(code: u16, reason: &str, message: &str, details: Value) -> Answer {
    value(code, &status_value(code, reason, message, details))
}

pub(crate) fn status_value(code: u16, reason: &str, message: &str, details: Value) -> Value {
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "details": details, "code": code,
    })
}
