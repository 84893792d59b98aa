//! Builds the HTTP stack from kube's layers, with what kube's own builder does not offer: no repetition of a request
//! by anyone, limits for connecting, keepalive on the socket, and a sign-in program with a time limit.
//!
//! kube's default retry repeats a POST after a 503 or 504, and hyper replays a request whose pooled connection died:
//! both can make an object twice, so both are off here and a repetition is always a decision of the engine.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine;
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::legacy::connect::{Connection, HttpConnector};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kube::client::{Body, ConfigExt};
use kube::config::KubeConfigOptions;
use sha2::{Digest, Sha256};
use tower::util::BoxCloneSyncService;
use tower::{BoxError, Service, ServiceBuilder, ServiceExt};

use crate::sign_in::SignIn;
use crate::{Class, ContextEntry, Error, context};

/// TCP connect, divided among the addresses of the name.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Name, TCP, proxy and TLS together. Below the limit of a request, so that "not sent" stays provable.
const DIAL_LIMIT: Duration = Duration::from_secs(8);
/// A silent connection is asked so often whether it lives, and given up after three questions without an answer.
const KEEPALIVE: Duration = Duration::from_secs(15);

type Future_<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;
type Transport = BoxCloneSyncService<Request<Body>, Response<Incoming>, BoxError>;

/// A way to a cluster.
pub(crate) struct Way {
    pub(crate) client: kube::Client,
    pub(crate) sign_in: Option<Arc<SignIn>>,
    pub(crate) server: String,
    pub(crate) authority: Option<String>,
    pub(crate) default_namespace: String,
}

/// Prepares the way to the cluster of a context. Reads files, sends nothing, runs nothing.
pub(crate) async fn prepare(entry: &ContextEntry) -> Result<Way, Error> {
    let refuse =
        |why: String| Error::new(Class::Configuration, format!("the context \"{}\" cannot be used: {why}", entry.name));
    let owned = entry.clone();
    let kubeconfig = tokio::task::spawn_blocking(move || context::single_context(&owned))
        .await
        .map_err(|error| refuse(error.to_string()))??;
    let mut config = kube::Config::from_custom_kubeconfig(kubeconfig.clone(), &KubeConfigOptions::default())
        .await
        .map_err(|error| refuse(deepest(&error)))?;
    let server = config.cluster_url.clone();
    if !matches!(server.scheme_str(), Some("http" | "https")) || server.authority().is_none() {
        return Err(refuse("the server address is not an http or https address".to_owned()));
    }
    // kube compares NO_PROXY with the proxy's own address and so never heeds it.
    let mut stated = kubeconfig.clusters.iter().filter_map(|named| named.cluster.as_ref()?.proxy_url.clone());
    config.proxy_url = proxy(stated.rfind(|text| !text.is_empty()), &server).map_err(refuse)?;
    config.default_retry = false;
    let sign_in = config.auth_info.exec.take().map(SignIn::new).transpose()?.map(Arc::new);
    let default_namespace = config.default_namespace.clone();
    let authority = config
        .root_cert
        .as_ref()
        .map(|certificates| certificates.iter().fold(Sha256::new(), |sum, one| sum.chain_update(one)).finalize());
    let client = client(config, sign_in.clone()).map_err(|error| refuse(deepest(&*error)))?;
    let authority = authority.map(|sum| sum.iter().map(|byte| format!("{byte:02x}")).collect());
    Ok(Way {
        client,
        sign_in,
        server: server.to_string().trim_end_matches('/').to_owned(),
        authority,
        default_namespace,
    })
}

/// The proxy that the kubeconfig states, else the environment's, unless `NO_PROXY` names the server or it is this
/// machine (as Go's programs, kubectl among them, decide).
fn proxy(stated: Option<String>, server: &Uri) -> Result<Option<Uri>, String> {
    if let Some(text) = stated {
        return text.parse().map(Some).map_err(|_| "its proxy-url is not an address".to_owned());
    }
    let host = server.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_local = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if is_local {
        return Ok(None);
    }
    let Some(found) = Matcher::from_env().intercept(server) else { return Ok(None) };
    let mut parts = found.uri().clone().into_parts();
    if let (Some((user, password)), Some(authority)) = (found.raw_auth(), &parts.authority) {
        parts.authority = format!("{user}:{password}@{authority}").parse().ok();
    }
    Uri::from_parts(parts).map(Some).map_err(|_| "the proxy of the environment is not an address".to_owned())
}

fn client(config: kube::Config, sign_in: Option<Arc<SignIn>>) -> Result<kube::Client, BoxError> {
    let namespace = config.default_namespace.clone();
    let transport = match sign_in {
        None => transport(&config)?,
        Some(sign_in) => BoxCloneSyncService::new(SignedIn {
            plain: transport(&config)?,
            config: Arc::new(config.clone()),
            sign_in,
            certified: Arc::default(),
        }),
    };
    let unpacking = tower_http::decompression::DecompressionLayer::new().gzip(!config.disable_compression);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .layer(unpacking)
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(transport);
    Ok(kube::Client::new(service, namespace))
}

/// Builds the part that speaks HTTP over TLS, through a proxy where there is one.
fn transport(config: &kube::Config) -> Result<Transport, BoxError> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_LIMIT));
    tcp.set_keepalive(Some(KEEPALIVE));
    tcp.set_keepalive_interval(Some(KEEPALIVE / 3));
    tcp.set_keepalive_retries(Some(3));
    // What was sent and not even acknowledged for so long went into a black hole.
    #[cfg(target_os = "linux")]
    tcp.set_tcp_user_timeout(Some(KEEPALIVE * 2));
    let Some(proxy) = config.proxy_url.clone() else {
        return Ok(speak(config.rustls_https_connector_with_connector(tcp)?));
    };
    match proxy.scheme_str() {
        Some("socks5" | "socks5h") => {
            Ok(speak(config.rustls_https_connector_with_connector(SocksV5::new(proxy, tcp))?))
        }
        Some("http") => {
            let tunnel = signed_tunnel(&proxy, tcp)?;
            Ok(speak(config.rustls_https_connector_with_connector(tunnel)?))
        }
        Some("https") => {
            // The proxy's own certificate is checked against the system, not against the cluster's authority.
            let to_proxy = kube::Config::new(proxy.clone()).rustls_https_connector_with_connector(tcp)?;
            let tunnel = signed_tunnel(&proxy, to_proxy)?;
            Ok(speak(config.rustls_https_connector_with_connector(tunnel)?))
        }
        _ => Err("its proxy is neither http, https nor socks5".into()),
    }
}

fn signed_tunnel<C>(proxy: &Uri, connector: C) -> Result<Tunnel<C>, BoxError> {
    let tunnel = Tunnel::new(proxy.clone(), connector);
    let user = proxy.authority().and_then(|authority| authority.as_str().rsplit_once('@')).map(|(user, _)| user);
    let Some(user) = user else { return Ok(tunnel) };
    let plain = percent_decoded(user);
    let mut value = http::HeaderValue::try_from(format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(plain)))?;
    value.set_sensitive(true);
    Ok(tunnel.with_auth(value))
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut rest = text.as_bytes();
    let mut decoded = Vec::new();
    while let Some((&byte, after)) = rest.split_first() {
        let pair = if byte == b'%' { after.split_at_checked(2) } else { None };
        let value = pair.and_then(|(pair, _)| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        decoded.push(value.unwrap_or(byte));
        rest = match (value, pair) {
            (Some(_), Some((_, beyond))) => beyond,
            _ => after,
        };
    }
    decoded
}

fn speak<C>(connector: C) -> Transport
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Read + Write + Connection + Unpin + Send + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    let client: hyper_util::client::legacy::Client<_, Body> =
        hyper_util::client::legacy::Builder::new(TokioExecutor::new())
            .retry_canceled_requests(false)
            .set_host(true)
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .build(Within(connector));
    BoxCloneSyncService::new(client.map_err(BoxError::from))
}

/// A connector with a limit for everything that it does until a request can be sent.
#[derive(Clone)]
struct Within<C>(C);

impl<C> Service<Uri> for Within<C>
where
    C: Service<Uri> + Clone + Send + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Future_<C::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let dialling = self.0.call(server);
        Box::pin(async move {
            match tokio::time::timeout(DIAL_LIMIT, dialling).await {
                Ok(done) => done.map_err(Into::into),
                Err(_) => Err(std::io::Error::new(std::io::ErrorKind::TimedOut, "no connection in time").into()),
            }
        })
    }
}

/// Adds what the sign-in program returned: a token to each request, or a certificate to each connection.
#[derive(Clone)]
struct SignedIn {
    plain: Transport,
    config: Arc<kube::Config>,
    sign_in: Arc<SignIn>,
    /// The transport with the certificate of a generation; made anew, with its connections, when that changes.
    certified: Arc<Mutex<Option<(u64, Transport)>>>,
}

impl Service<Request<Body>> for SignedIn {
    type Response = Response<Incoming>;
    type Error = BoxError;
    type Future = Future_<Response<Incoming>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let credential = this.sign_in.credential().await?;
            if let Some(token) = &credential.token {
                request.headers_mut().insert(http::header::AUTHORIZATION, token.clone());
            }
            let transport = match &credential.identity {
                None => this.plain,
                Some(identity) => this.certified(credential.generation, identity)?,
            };
            transport.oneshot(request).await
        })
    }
}

impl SignedIn {
    fn certified(&self, generation: u64, (certificate, key): &(String, String)) -> Result<Transport, BoxError> {
        let mut current = self.certified.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, transport)) = &*current
            && *known == generation
        {
            return Ok(transport.clone());
        }
        let mut config = (*self.config).clone();
        let encoded = |text: &str| base64::prelude::BASE64_STANDARD.encode(text);
        config.auth_info.client_certificate_data = Some(encoded(certificate));
        config.auth_info.client_key_data = Some(encoded(key).into());
        let made = transport(&config)?;
        *current = Some((generation, made.clone()));
        Ok(made)
    }
}

/// The innermost cause in words: what the person can act on.
pub(crate) fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut current = error;
    // A chain that refers to itself would never end.
    for _ in 0..16 {
        match current.source() {
            Some(inner) => current = inner,
            None => break,
        }
    }
    current.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stated_proxy_wins_and_this_machine_needs_none() {
        let server: Uri = "https://127.0.0.1:6443".parse().unwrap();
        assert_eq!(proxy(None, &server).unwrap(), None);
        let stated = proxy(Some("socks5://127.0.0.1:1080".to_owned()), &server).unwrap().unwrap();
        assert_eq!(stated.scheme_str(), Some("socks5"));
        assert!(proxy(Some("http://[".to_owned()), &server).is_err());
    }

    #[test]
    fn the_user_of_a_proxy_is_decoded() {
        assert_eq!(percent_decoded("user:pa%40ss%3A%2"), b"user:pa@ss:%2");
    }
}
