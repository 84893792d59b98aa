//! Brings the server to its clients: in the same process, or on a port with a kubeconfig file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use kube::client::Body;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::handler::handle;

pub(crate) fn in_process(shared: &Arc<Shared>) -> kube::Client {
    let shared = Arc::clone(shared);
    let service = tower::service_fn(move |request: Request<Body>| {
        let shared = Arc::clone(&shared);
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
            handle(&shared, Request::from_parts(parts, body)).await
        }
    });
    kube::Client::new(service, "default")
}

/// A server on a port. Dropping it stops it and breaks every connection.
pub struct Served {
    folder: tempfile::TempDir,
    address: SocketAddr,
    stop: CancellationToken,
}

impl Served {
    /// A kubeconfig whose current context `fake` leads here, in the namespace `lab`.
    #[must_use]
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Writes a kubeconfig for a server without TLS and without a user.
///
/// # Panics
/// Where the file cannot be written.
pub(crate) fn write_kubeconfig(path: &Path, server: &str) {
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: fake\nclusters:\n- name: fake\n  cluster:\n    server: {server}\n\
         contexts:\n- name: fake\n  context:\n    cluster: fake\n    namespace: lab\nusers: []\n"
    );
    std::fs::write(path, text).unwrap_or_else(|error| panic!("{error}"));
}

pub(crate) async fn on_network(shared: &Arc<Shared>, port: u16) -> Served {
    let socket = tokio::net::TcpSocket::new_v4().unwrap_or_else(|error| panic!("{error}"));
    // A server that starts again must get its port back although old connections still wait.
    socket.set_reuseaddr(true).unwrap_or_else(|error| panic!("{error}"));
    socket.bind(SocketAddr::from(([127, 0, 0, 1], port))).unwrap_or_else(|error| panic!("{error}"));
    let listener = socket.listen(1024).unwrap_or_else(|error| panic!("{error}"));
    let address = listener.local_addr().unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    write_kubeconfig(&folder.path().join("kubeconfig"), &format!("http://{address}"));
    let stop = CancellationToken::new();
    tokio::spawn(accept(listener, Arc::clone(shared), stop.clone()));
    Served { folder, address, stop }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, stop: CancellationToken) {
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => continue,
            },
        };
        let (shared, stop) = (Arc::clone(&shared), stop.clone());
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
                let shared = Arc::clone(&shared);
                async move {
                    let (parts, body) = request.into_parts();
                    let body =
                        body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_else(|_| Bytes::new());
                    handle(&shared, Request::from_parts(parts, body)).await
                }
            });
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A connection that breaks is what tests want; there is nobody to tell.
            tokio::select! {
                () = stop.cancelled() => {}
                _ = connection => {}
            }
        });
    }
}
