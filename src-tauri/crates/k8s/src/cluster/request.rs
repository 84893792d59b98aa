//! Sends one request, within limits, exactly once (a second time only after a sign-in that had expired).

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use kube::client::Body;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use super::Cluster;
use super::answer::Attempt;
use crate::Error;

/// Until the head of an answer. Longer than anything that an API server does for us, shorter than a person's patience.
pub(crate) const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// Without a byte of a body.
const IDLE_LIMIT: Duration = Duration::from_secs(30);
/// A whole answer to a request that reads: a page of 500 objects over a slow line.
const READ_LIMIT: Duration = Duration::from_secs(120);
/// Largest answer that is read: a page of 500 objects at etcd's limit of 1.5 MB would not fit, real ones have 4 kB each.
const MAX_ANSWER: usize = 256 * 1024 * 1024;

/// A request before it is sent; can be made again.
pub(crate) struct Plan {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) is_compressible: bool,
}

impl Plan {
    pub(crate) const fn get(path: String) -> Self {
        Self { method: Method::GET, path, content_type: "application/json", body: Vec::new(), is_compressible: true }
    }

    fn request(&self) -> Result<Request<Body>, http::Error> {
        let mut builder = Request::builder().method(self.method.clone()).uri(&self.path);
        builder = builder.header(http::header::ACCEPT, "application/json");
        if !self.is_compressible {
            builder = builder.header(http::header::ACCEPT_ENCODING, "identity");
        }
        if !self.body.is_empty() {
            builder = builder.header(http::header::CONTENT_TYPE, self.content_type);
        }
        builder.body(Body::from(self.body.clone()))
    }
}

impl Cluster {
    /// Sends and returns the head of a success. Signing in happens before the clock of the request starts.
    pub(crate) async fn open(
        &self,
        plan: &Plan,
        attempt: &Attempt,
        limit: Option<Duration>,
    ) -> Result<Response<Body>, Error> {
        let Some(sign_in) = &self.sign_in else { return self.open_once(plan, attempt, limit).await };
        let generation = sign_in.credential().await?.generation;
        match self.open_once(plan, attempt, limit).await {
            // Refused before anything was done: the credential may have been withdrawn early.
            Err(error) if error.status == Some(StatusCode::UNAUTHORIZED.as_u16()) => {
                sign_in.forget(generation).await;
                sign_in.credential().await?;
                self.open_once(plan, attempt, limit).await
            }
            other => other,
        }
    }

    /// Signs in where that is needed; the number of the credential, for `forget_credential`.
    pub(crate) async fn credential_generation(&self) -> Result<Option<u64>, Error> {
        match &self.sign_in {
            Some(sign_in) => Ok(Some(sign_in.credential().await?.generation)),
            None => Ok(None),
        }
    }

    /// Forgets a credential that the cluster did not accept.
    pub(crate) async fn forget_credential(&self, generation: Option<u64>) {
        if let (Some(sign_in), Some(generation)) = (&self.sign_in, generation) {
            sign_in.forget(generation).await;
        }
    }

    async fn open_once(
        &self,
        plan: &Plan,
        attempt: &Attempt,
        limit: Option<Duration>,
    ) -> Result<Response<Body>, Error> {
        let request = plan.request().map_err(|error| attempt.broken(&self.server, &error))?;
        tracing::debug!(method = %plan.method, path = plan.path, "request");
        let sending = self.client.send(request);
        let answer = match limit {
            None => sending.await,
            Some(limit) => {
                tokio::time::timeout(limit, sending).await.map_err(|_| attempt.late(&self.server, limit.as_secs()))?
            }
        };
        let answer = answer.map_err(|error| attempt.broken(&self.server, &error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let code = answer.status().as_u16();
        // An answer that breaks off is still the answer that its code says.
        let body = self.collect(answer, attempt, Instant::now() + HEAD_LIMIT).await.unwrap_or_default();
        Err(attempt.refused(code, &body))
    }

    /// Sends and reads the whole answer.
    pub(crate) async fn ask(&self, plan: &Plan, attempt: &Attempt) -> Result<Bytes, Error> {
        let total = if attempt.changes { HEAD_LIMIT } else { READ_LIMIT };
        let until = Instant::now() + total;
        let answer = self.open(plan, attempt, Some(HEAD_LIMIT)).await?;
        // Signing in may have used up the time; what was admitted deserves its own.
        self.collect(answer, attempt, until.max(Instant::now() + HEAD_LIMIT)).await
    }

    /// As `ask`, decoded.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, plan: &Plan, attempt: &Attempt) -> Result<T, Error> {
        let body = self.ask(plan, attempt).await?;
        serde_json::from_slice(&body).map_err(|_| attempt.unreadable())
    }

    async fn collect(&self, answer: Response<Body>, attempt: &Attempt, until: Instant) -> Result<Bytes, Error> {
        let mut body = answer.into_body();
        let mut bytes = BytesMut::new();
        loop {
            let limit = until.min(Instant::now() + IDLE_LIMIT);
            let frame =
                timeout_at(limit, body.frame()).await.map_err(|_| attempt.late(&self.server, READ_LIMIT.as_secs()))?;
            match frame {
                None => return Ok(bytes.freeze()),
                Some(Err(error)) => return Err(attempt.broken(&self.server, &error)),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        bytes.extend_from_slice(&data);
                    }
                    if bytes.len() > MAX_ANSWER {
                        return Err(attempt.unreadable());
                    }
                }
            }
        }
    }
}
