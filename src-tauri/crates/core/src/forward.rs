//! The use cases of forwards: one port of this machine for one port of a service, whatever becomes of its pods.
//!
//! A forward is this process's own: it lives until it is closed, the process ends, or the run is over. It listens on
//! 127.0.0.1 alone.

mod keeper;
mod pipe;
mod port;
mod target;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use berth_model::{Problem, Run, RunId};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::{Error, ErrorCode};

/// How a forward stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ForwardState {
    /// A copy was found and is being tried.
    Connecting,
    /// A copy was tried and answers.
    Ready,
    /// No copy is ready; connections are refused at once.
    Waiting,
    /// The cluster does not answer; connections are refused at once.
    Offline,
    /// Over: the run is, or it was closed.
    Closed,
}

/// A forward as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ForwardView {
    /// The run.
    pub run: RunId,
    /// Port of the service; of the container, for a deployment.
    pub port: u16,
    /// Port of the container.
    pub target_port: u16,
    /// Port of this machine; never changes.
    pub local_port: u16,
    /// Where to look.
    pub url: String,
    /// How it stands.
    pub state: ForwardState,
    /// One sentence, where it is not ready.
    pub message: Option<String>,
    /// The pod that was tried last.
    pub pod: Option<String>,
    /// Open connections.
    pub connections: u32,
}

/// The forwards of this process.
#[derive(Default)]
pub(crate) struct Forwards {
    open: Mutex<HashMap<(RunId, u16), Handle>>,
}

struct Handle {
    view: watch::Receiver<ForwardView>,
    stop: CancellationToken,
}

impl Forwards {
    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<(RunId, u16), Handle>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Opens a forward to a port of a service, or returns the one that is open. The local port is the wished one, else
    /// the one of the last time, else the service's own number; a free one where that is taken, which the view tells.
    ///
    /// Returns as soon as it listens; whether anything answers is told by the view later.
    ///
    /// # Errors
    /// `InvalidInput` for what is no service or has no such port; `NotFound`; `Storage` where no port can be had.
    pub async fn forward(
        self: &Arc<Self>,
        run: RunId,
        port: Option<u16>,
        local: Option<u16>,
    ) -> Result<watch::Receiver<ForwardView>, Error> {
        let run = self.known(run).await?.run;
        let (port, target_port) = chosen(&run, port)?;
        let key = (run.id, port);
        if let Some(known) = self.open_forward(key) {
            return Ok(known);
        }
        let listener = port::listen(self, &run, port, local).await?;
        let local_port = listener
            .local_addr()
            .map_err(|cause| Error::new(ErrorCode::Storage, format!("the local port cannot be read: {cause}")))?
            .port();
        let view = ForwardView {
            run: run.id,
            port,
            target_port,
            local_port,
            url: format!("{}://127.0.0.1:{local_port}", port::scheme(&run, port)),
            state: ForwardState::Connecting,
            message: None,
            pod: None,
            connections: 0,
        };
        let (shown, receiver) = watch::channel(view);
        let stop = CancellationToken::new();
        {
            // Another call may have been faster meanwhile; its forward stands.
            let mut open = self.forwards.open();
            if let Some(known) = open.get(&key).filter(|known| !known.stop.is_cancelled()) {
                return Ok(known.view.clone());
            }
            open.insert(key, Handle { view: receiver.clone(), stop: stop.clone() });
        }
        tracing::info!(run_id = %run.id, port, local_port, "forwarding");
        let app = Arc::clone(self);
        tokio::spawn(async move {
            keeper::keep(&app, run, listener, shown, stop.clone()).await;
            stop.cancel();
            app.forwards.open().retain(|_, handle| !handle.stop.is_cancelled());
        });
        Ok(receiver)
    }

    /// The forwards of this process, by local port.
    #[must_use]
    pub fn forwards(&self) -> Vec<ForwardView> {
        let mut views: Vec<ForwardView> = self.forwards.open().values().map(|one| one.view.borrow().clone()).collect();
        views.sort_by_key(|view| view.local_port);
        views
    }

    /// Closes a forward and its connections. Nothing happens where there is none.
    pub fn close_forward(&self, run: RunId, port: u16) {
        if let Some(handle) = self.forwards.open().remove(&(run, port)) {
            handle.stop.cancel();
        }
    }

    fn open_forward(&self, key: (RunId, u16)) -> Option<watch::Receiver<ForwardView>> {
        self.forwards.open().get(&key).filter(|known| !known.stop.is_cancelled()).map(|known| known.view.clone())
    }
}

/// Chooses the port: the service port that was named, or the first; of a deployment the container port that was named.
fn chosen(run: &Run, port: Option<u16>) -> Result<(u16, u16), Error> {
    let refuse = |why: String| Err(Error::invalid(vec![Problem::new("port", "port", why)]));
    let name = &run.object_name;
    if !run.action.is_service() {
        return refuse(format!("{name} is a {}: only a service or a deployment can be opened.", run.action.word()));
    }
    if run.status.is_over(run.action) {
        return refuse(format!("{name} is over: nothing answers any more. Launch it anew with `berth rerun`."));
    }
    let ports = &run.spec.task.service_ports;
    let of_service = match port {
        Some(port) => ports.iter().find(|known| known.port == port),
        None => ports.first(),
    };
    match (of_service, port) {
        (Some(known), _) if known.protocol.as_deref().is_some_and(|protocol| protocol != "TCP") => {
            refuse(format!("Port {} is not TCP, and only TCP can be forwarded.", known.port))
        }
        (Some(known), _) => Ok((known.port, known.target_port)),
        (None, Some(port)) if port != 0 => Ok((port, port)),
        _ => refuse(format!("{name} publishes no port: name a port of its container with --port.")),
    }
}
