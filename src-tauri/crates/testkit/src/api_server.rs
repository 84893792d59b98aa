//! A Kubernetes API server of the parts that Berth uses, with faults on request. Contract tests run the same cases
//! against it and against a real one, so that it cannot drift.
//!
//! It has no controllers: a test plays them (`start_pod`, `finish_pod`, `put`). It keeps time itself: every change is
//! stamped with a time that only the test moves.

mod answer;
mod cast;
mod fault;
mod handler;
mod logs;
mod serve;
mod store;
mod watch;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;

pub use cast::PodHandle;
pub use fault::{Fault, On};
pub use serve::Served;

use self::logs::Logs;
use self::store::Store;

/// A request as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Method.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// Query, as sent.
    pub query: String,
    /// Body.
    pub body: String,
}

/// A scripted API server. Cheap to clone; all clones are the same server.
#[derive(Clone)]
pub struct FakeApi {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    state: Mutex<State>,
    /// Rung at every change of objects or logs.
    changed: Notify,
}

pub(crate) struct State {
    pub(crate) store: Store,
    pub(crate) logs: Logs,
    pub(crate) rules: Vec<fault::Rule>,
    pub(crate) seen: Vec<Seen>,
    pub(crate) namespaces: BTreeSet<String>,
    pub(crate) ending: BTreeSet<String>,
    pub(crate) denied: BTreeSet<(String, String)>,
    pub(crate) refused_pods: Option<String>,
    pub(crate) enforced: Option<String>,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ring(&self) {
        self.changed.notify_waiters();
    }

    pub(crate) const fn bell(&self) -> &Notify {
        &self.changed
    }
}

impl Default for FakeApi {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeApi {
    /// Makes a server with the namespaces `default`, `kube-system` and `lab`, and nothing in them.
    #[must_use]
    pub fn new() -> Self {
        let state = State {
            // 2026-01-01T00:00:00Z.
            store: Store::new(Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(1_767_225_600)),
            logs: Logs::default(),
            rules: Vec::new(),
            seen: Vec::new(),
            namespaces: ["default", "kube-system", "lab"].into_iter().map(str::to_owned).collect(),
            ending: BTreeSet::new(),
            denied: BTreeSet::new(),
            refused_pods: None,
            enforced: None,
        };
        Self { shared: Arc::new(Shared { state: Mutex::new(state), changed: Notify::new() }) }
    }

    /// A client that talks to it without a network.
    #[must_use]
    pub fn client(&self) -> kube::Client {
        serve::in_process(&self.shared)
    }

    /// Berth's own client on it, in a namespace.
    #[must_use]
    pub fn cluster(&self, namespace: &str) -> berth_k8s::Cluster {
        berth_k8s::Cluster::from_client(self.client(), namespace)
    }

    /// Serves it on 127.0.0.1, with a kubeconfig file for it.
    ///
    /// # Panics
    /// Where no port or folder can be had.
    pub async fn serve(&self) -> Served {
        serve::on_network(&self.shared, 0).await
    }

    /// As `serve`, on a port of before: a server that was started again.
    ///
    /// # Panics
    /// Where the port cannot be had.
    pub async fn serve_on(&self, port: u16) -> Served {
        serve::on_network(&self.shared, port).await
    }

    /// Makes the next `times` matching requests fail.
    pub fn fault(&self, on: On, fault: Fault, times: usize) {
        self.shared.state().rules.push(fault::Rule { on, fault, left: times });
    }

    /// Takes all faults back that have not come yet.
    pub fn heal(&self) {
        self.shared.state().rules.clear();
        self.shared.ring();
    }

    /// All requests so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.state().seen.clone()
    }

    /// How many requests of a method had a text in their path so far; dry runs are not counted.
    #[must_use]
    pub fn count(&self, method: &str, path: &str) -> usize {
        let matches =
            |seen: &&Seen| seen.method == method && seen.path.contains(path) && !seen.query.contains("dryRun");
        self.shared.state().seen.iter().filter(matches).count()
    }

    /// Moves its time.
    pub fn set_time(&self, now: Timestamp) {
        self.shared.state().store.now = now;
    }

    /// Its time.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.shared.state().store.now
    }

    /// Puts an object there as it is, new or in place of one of its name (as a controller does), and returns it as stored.
    ///
    /// # Panics
    /// Where it has no kind that the server knows, or no name.
    pub fn put(&self, namespace: &str, object: Value) -> Value {
        let stored = self.shared.state().store.put(namespace, object);
        self.shared.ring();
        stored
    }

    /// Changes an object in place. Does nothing where there is none.
    pub fn change(&self, namespace: &str, kind: &str, name: &str, change: impl FnOnce(&mut Value)) {
        let mut state = self.shared.state();
        if let Some(mut object) = state.store.get(namespace, kind, name).cloned() {
            change(&mut object);
            state.store.put(namespace, object);
        }
        drop(state);
        self.shared.ring();
    }

    /// Reads an object.
    #[must_use]
    pub fn object(&self, namespace: &str, kind: &str, name: &str) -> Option<Value> {
        self.shared.state().store.get(namespace, kind, name).cloned()
    }

    /// Lists the objects of a kind in all namespaces.
    #[must_use]
    pub fn objects(&self, kind: &str) -> Vec<Value> {
        self.shared.state().store.of_kind(kind)
    }

    /// Removes an object and what it owns, as a person or a TTL would.
    pub fn remove(&self, namespace: &str, kind: &str, name: &str) {
        self.shared.state().store.remove(namespace, kind, name, true);
        self.shared.ring();
    }

    /// Makes a namespace.
    pub fn add_namespace(&self, name: &str) {
        self.shared.state().namespaces.insert(name.to_owned());
    }

    /// Begins to delete a namespace: what is in it goes, and creating in it is refused.
    pub fn end_namespace(&self, name: &str) {
        let mut state = self.shared.state();
        state.ending.insert(name.to_owned());
        state.store.clear(name);
        drop(state);
        self.shared.ring();
    }

    /// Takes a right away, such as `create` on `jobs.batch` or `get` on `pods/log`.
    pub fn deny(&self, verb: &str, resource: &str) {
        self.shared.state().denied.insert((verb.to_owned(), resource.to_owned()));
    }

    /// Gives a right back.
    pub fn allow(&self, verb: &str, resource: &str) {
        self.shared.state().denied.remove(&(verb.to_owned(), resource.to_owned()));
    }

    /// Lets admission refuse pods with a sentence (what follows `pods "x" is forbidden: `), or not any more.
    pub fn refuse_pods(&self, sentence: Option<&str>) {
        self.shared.state().refused_pods = sentence.map(str::to_owned);
    }

    /// Sets the Pod Security level that namespaces carry as a label. Only the label: `refuse_pods` refuses.
    pub fn enforce(&self, level: Option<&str>) {
        self.shared.state().enforced = level.map(str::to_owned);
    }

    /// Forgets the past: watches and pages from before now get 410.
    pub fn compact(&self) {
        self.shared.state().store.compact();
    }

    /// Goes back in time as a cluster restored from a backup does: versions start again lower by `steps`, and what
    /// `objects` names (kind, name) is lost.
    pub fn restore_backup(&self, steps: u64, lost: &[(&str, &str)]) {
        self.shared.state().store.restore(steps, lost);
    }
}
