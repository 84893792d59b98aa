//! Decides which port of this machine a forward listens on: the same as last time wherever that can be.

use std::net::Ipv4Addr;

use berth_model::Run;
use serde_json::json;
use tokio::net::TcpListener;

use crate::app::App;
use crate::{Error, ErrorCode};

/// Ports below need rights that a person's programs do not have.
const FIRST_FREE: u16 = 1024;

/// Listens on 127.0.0.1: the wished port, else that of last time, else the service's own number, else any.
pub(super) async fn listen(app: &App, run: &Run, port: u16, wished: Option<u16>) -> Result<TcpListener, Error> {
    let key = format!("forward.{}.{}.{port}", run.project, run.function.name);
    let remembered = app.ports.history.setting(&key).await?.and_then(|value| u16::try_from(value.as_u64()?).ok());
    let own = if port >= FIRST_FREE { port } else { port.saturating_add(8000) };
    for candidate in [wished, remembered, Some(own), Some(0)].into_iter().flatten() {
        let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)).await else { continue };
        if let Ok(address) = listener.local_addr()
            && remembered != Some(address.port())
        {
            app.ports.history.save_setting(&key, &json!(address.port())).await?;
        }
        return Ok(listener);
    }
    Err(Error::new(ErrorCode::Storage, "this machine has no free port on 127.0.0.1"))
}

/// `https` where the port's name or number says so.
pub(super) fn scheme(run: &Run, port: u16) -> &'static str {
    let named = run.spec.task.service_ports.iter().find(|known| known.port == port);
    let is_secure = named.is_some_and(|known| known.name.as_deref().is_some_and(|name| name.starts_with("https")));
    if is_secure || matches!(port, 443 | 8443) { "https" } else { "http" }
}
