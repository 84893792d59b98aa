//! Owns the background work of a data folder: one engine watches, captures and settles all its live runs; the other
//! processes wait for their turn and announce what history shows changed. Every task started here is ended here.

mod announce;
mod duty;
mod lead;
mod place;
mod tracked;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::app::{App, EngineView, Ports};
use crate::lock::EngineLock;
use crate::ports::{ConnectionNotice, EventSink, Notice};
use crate::{Error, ErrorCode};

use self::announce::Announcer;

/// What the rest of the process may know of its engine.
#[derive(Default)]
pub(crate) struct Shared {
    is_running: AtomicBool,
    is_ours: AtomicBool,
    captures: AtomicU32,
    connections: Mutex<BTreeMap<(String, String, String), ConnectionNotice>>,
    news: Notify,
}

impl Shared {
    /// How the engine stands.
    pub(crate) fn view(&self) -> EngineView {
        EngineView {
            is_ours: self.is_ours.load(Ordering::Relaxed),
            captures: self.captures.load(Ordering::Relaxed),
            connections: self.connections().values().cloned().collect(),
        }
    }

    fn connections(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String, String), ConnectionNotice>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connected(&self, notice: &ConnectionNotice) {
        let key = (notice.kubeconfig.clone(), notice.context.clone(), notice.namespace.clone());
        self.connections().insert(key, notice.clone());
    }

    fn disconnected(&self, notice: &ConnectionNotice) {
        let key = (notice.kubeconfig.clone(), notice.context.clone(), notice.namespace.clone());
        self.connections().remove(&key);
    }
}

/// Passes notices on and wakes the engine: a run launched in this process is looked after at once.
struct Tee {
    inner: Arc<dyn EventSink>,
    shared: Arc<Shared>,
}

impl EventSink for Tee {
    fn announce(&self, notice: Notice) {
        if matches!(notice, Notice::Runs(_) | Notice::RunDeleted(_)) {
            self.shared.news.notify_one();
        }
        self.inner.announce(notice);
    }
}

/// Lets the engine hear what this process announces.
pub(crate) fn overheard(mut ports: Ports, shared: &Arc<Shared>) -> Ports {
    ports.sink = Arc::new(Tee { inner: Arc::clone(&ports.sink), shared: Arc::clone(shared) });
    ports
}

/// Waits for the lock, announcing meanwhile; then leads until `stop`.
pub(crate) async fn run(app: &Arc<App>, stop: CancellationToken) -> Result<(), Error> {
    if app.engine.is_running.swap(true, Ordering::AcqRel) {
        return Err(Error::new(ErrorCode::Internal, "the engine of this process runs already"));
    }
    let outcome = run_once(app, &stop).await;
    app.engine.is_running.store(false, Ordering::Release);
    outcome
}

async fn run_once(app: &Arc<App>, stop: &CancellationToken) -> Result<(), Error> {
    let mut announcer = Announcer::default();
    let lock = tokio::select! {
        lock = EngineLock::wait(&app.options.data_dir, stop) => lock?,
        never = announcer.follow(app) => match never {},
    };
    let Some(lock) = lock else { return Ok(()) };
    tracing::info!(folder = %app.options.data_dir.display(), "this process is the engine now");
    app.engine.is_ours.store(true, Ordering::Release);
    lead::lead(app, announcer, stop).await;
    app.engine.is_ours.store(false, Ordering::Release);
    app.engine.connections().clear();
    drop(lock);
    Ok(())
}
