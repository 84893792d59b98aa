//! Opens a connection to a port of a pod, through the API server. Which pod, for whom and for how long is the engine's.

use std::future::Future;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::Portforwarder;
use tokio::io::DuplexStream;

use crate::cluster::answer::Attempt;
use crate::{Class, Cluster, Error};

/// How long the last bytes to the pod may take once nobody reads its answer any more.
const LAST_BYTES: Duration = Duration::from_millis(500);

/// One connection to a port of a pod.
pub struct PodConnection {
    stream: Option<DuplexStream>,
    /// Ends with the forwarder, or before it with the node's words.
    refusal: Shared<BoxFuture<'static, Option<String>>>,
    forwarder: Portforwarder,
}

impl PodConnection {
    /// The bytes, both ways. Ends where the program in the pod, the pod, or the way there ended. Taken once.
    pub fn take_stream(&mut self) -> Option<DuplexStream> {
        self.stream.take()
    }

    /// Waits until the node says that the port cannot be used, as where nothing listens there, in its own words. A
    /// connection that is well never says anything.
    pub async fn refused(&self) -> String {
        match self.refusal.clone().await {
            Some(words) => words,
            // It ended without a word; the stream says so too.
            None => std::future::pending().await,
        }
    }

    /// Lets what was written last go its way, then ends the connection.
    pub async fn finish(mut self) {
        drop(self.stream.take());
        // What is left of it after that time is cut off.
        let _ = tokio::time::timeout(LAST_BYTES, self.refusal.clone()).await;
    }
}

impl Drop for PodConnection {
    fn drop(&mut self) {
        self.forwarder.abort();
    }
}

impl Cluster {
    /// Opens a connection to a port of a pod; each is a connection of its own to the API server.
    ///
    /// Success means that the API server took the request: whether something listens is told by `refused`, a moment
    /// later.
    ///
    /// # Errors
    /// `NotFound` where the pod is gone; `Forbidden`, `Unreachable` and so on. There is no time limit here.
    pub async fn open_port(&self, pod: &str, port: u16) -> Result<PodConnection, Error> {
        let attempt = Attempt {
            what: format!("open a connection to the port {port} of the pod \"{pod}\""),
            verb: "create",
            resource: "pods/portforward".to_owned(),
            namespace: self.namespace().to_owned(),
            changes: false,
        };
        let pods = Api::<Pod>::namespaced(self.client().clone(), self.namespace());
        let ports = [port];
        let mut forwarder = self.signed_in(|| pods.portforward(pod, &ports), &attempt).await?;
        let stream = forwarder.take_stream(port);
        let refusal = match forwarder.take_error(port) {
            Some(refusal) => refusal.boxed(),
            None => std::future::ready(None).boxed(),
        };
        Ok(PodConnection { stream, refusal: refusal.shared(), forwarder })
    }

    /// Sends a request of kube's own making; a second time only after a sign-in that had expired.
    async fn signed_in<T, F>(&self, send: impl Fn() -> F, attempt: &Attempt) -> Result<T, Error>
    where
        F: Future<Output = kube::Result<T>>,
    {
        let told = |error: kube::Error| match &error {
            kube::Error::Api(status) => attempt.refused(status.code, &serde_json::to_vec(status).unwrap_or_default()),
            other => attempt.broken(self.server(), other),
        };
        let generation = self.credential_generation().await?;
        match send().await.map_err(told) {
            Err(error) if error.class == Class::Unauthenticated && generation.is_some() => {
                self.forget_credential(generation).await;
                send().await.map_err(told)
            }
            other => other,
        }
    }
}
