//! The use cases, one method each: what the window and `berth` call. Decides nothing itself; delegates.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use berth_model::{
    Action, Function, FunctionName, Origin, Place, Project, ProjectName, RunId, RunSpec, Target, TaskSpec,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;

use crate::Error;
use crate::clusters::Clusters;
use crate::engine;
use crate::forward::Forwards;
use crate::gates::Gates;
use crate::masks::Masks;
use crate::ports::{Clock, ConnectionNotice, EventSink, LogArchive, RunHistory, SecretVault};
use crate::relay::Relay;
use crate::secrets::SessionSecrets;
use crate::suggestions;

/// The outside, as given at construction.
#[derive(Clone)]
pub struct Ports {
    /// Durable things.
    pub history: Arc<dyn RunHistory>,
    /// Log bytes.
    pub archive: Arc<dyn LogArchive>,
    /// Secret values.
    pub vault: Arc<dyn SecretVault>,
    /// Where changes are announced.
    pub sink: Arc<dyn EventSink>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Where things lie and how patient to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data folder: holds the engine's lock beside the database.
    pub data_dir: PathBuf,
    /// Kubeconfig files: the `KUBECONFIG` list or the default path, then those chosen in the settings.
    pub kubeconfigs: Vec<PathBuf>,
    /// Server-side time limit of each watch request while someone looks.
    pub watch_window: Duration,
}

/// What to launch: a saved function, or one given in full; with what the caller says on top.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchRequest {
    /// Identity, made by the client: the same id again is the same launch.
    pub run: RunId,
    /// Project.
    pub project: ProjectName,
    /// What to run.
    pub what: Launchable,
    /// The action.
    pub action: Action,
    /// Values given with the run, as a file would write them (function and task fields side by side, any accepted
    /// spelling): an object; unknown keys are refused.
    #[serde(default)]
    pub overrides: Value,
    /// A task given in full in place of the saved one, as a file would write its `spec`.
    #[serde(default)]
    pub task: Option<Value>,
    /// Where; the project's default target or the current context where not said.
    #[serde(default)]
    pub place: Option<Place>,
    /// The run that this repeats.
    #[serde(default)]
    pub parent: Option<RunId>,
}

/// What to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Launchable {
    /// A saved function, by name and version (the latest where not said).
    Saved {
        /// Name.
        name: FunctionName,
        /// Version.
        version: Option<u32>,
    },
    /// A function document in full, as a file would write it; saved as a new version if it differs from the latest.
    Document(Value),
}

/// A launch worked out but not done: what a preview and a dry run show.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// Where it would go.
    pub target: Target,
    /// The merged specification.
    pub spec: RunSpec,
    /// Where each value came from.
    pub origins: BTreeMap<String, Origin>,
    /// The objects, main first.
    pub manifests: Vec<Value>,
    /// The command and arguments as the container gets them, for showing.
    pub command: Option<Vec<String>>,
    /// The arguments as the container gets them.
    pub args: Option<Vec<String>>,
}

/// A context as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ContextView {
    /// Name.
    pub name: String,
    /// File that defines it.
    pub kubeconfig: String,
    /// Name of the cluster entry.
    pub cluster: String,
    /// Name of the user entry.
    pub user: String,
    /// Default namespace, where it names one.
    pub namespace: Option<String>,
    /// Address of the API server.
    pub server: Option<String>,
    /// Whether it is used when nothing is said.
    pub is_current: bool,
    /// Why it cannot be used, where that is so.
    pub problem: Option<String>,
}

/// All contexts and what was wrong with the files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ContextList {
    /// The contexts.
    pub contexts: Vec<ContextView>,
    /// One sentence per file that could not be used.
    pub problems: Vec<String>,
}

/// Result of asking a context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ContextCheck {
    /// The context.
    pub context: String,
    /// Version of the API server, where it answers.
    pub version: Option<String>,
    /// What is wrong, where something is.
    pub error: Option<Error>,
    /// Namespaces, where they may be listed.
    pub namespaces: Vec<String>,
}

/// What to remove with `delete`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct DeleteScope {
    /// The run and its logs from history.
    pub history: bool,
    /// Its objects from the cluster.
    pub objects: bool,
}

/// How the engine of this data folder stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct EngineView {
    /// Whether this process is the engine.
    pub is_ours: bool,
    /// Logs being captured by this process.
    pub captures: u32,
    /// Connections of this process.
    pub connections: Vec<ConnectionNotice>,
}

/// The core. Construct once per process.
pub struct App {
    pub(crate) ports: Ports,
    pub(crate) options: Options,
    pub(crate) clusters: Clusters,
    pub(crate) launching: Gates,
    pub(crate) suggested: suggestions::Known,
    pub(crate) session_secrets: SessionSecrets,
    pub(crate) masks: Masks,
    /// Wakes when this process changed a run.
    pub(crate) changed: Arc<Notify>,
    pub(crate) engine: Arc<engine::Shared>,
    pub(crate) forwards: Forwards,
}

impl App {
    /// Puts the parts together; starts nothing.
    #[must_use]
    pub fn new(mut ports: Ports, options: Options) -> Arc<Self> {
        let (relay, changed) = Relay::before(ports.sink);
        ports.sink = Arc::new(relay);
        let clusters = Clusters::new(options.kubeconfigs.clone());
        let engine = Arc::new(engine::Shared::default());
        let ports = engine::overheard(ports, &engine);
        Arc::new(Self {
            ports,
            options,
            clusters,
            launching: Gates::default(),
            suggested: suggestions::Known::default(),
            session_secrets: SessionSecrets::default(),
            masks: Masks::default(),
            changed,
            engine,
            forwards: Forwards::default(),
        })
    }

    /// Tries for the engine's lock and, holding it, watches, captures and recovers until `stop` is cancelled; without
    /// it, waits for its turn (taking over within 2 s of the holder's death) and announces what history shows changed.
    ///
    /// # Errors
    /// `Storage` where the lock file cannot be used.
    pub async fn run_engine(self: &Arc<Self>, stop: tokio_util::sync::CancellationToken) -> Result<(), Error> {
        engine::run(self, stop).await
    }

    /// How the engine stands, as far as this process knows.
    #[must_use]
    pub fn engine(&self) -> EngineView {
        self.engine.view()
    }

    /// Lists projects by name.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn projects(&self) -> Result<Vec<Project>, Error> {
        Ok(self.ports.history.projects().await?)
    }

    /// The history beneath, for plain reads that need no decision (functions, profiles, secret names, settings).
    #[must_use]
    pub fn history(&self) -> &dyn RunHistory {
        &*self.ports.history
    }

    /// The saved defaults that a run of this function would use.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn task_defaults(&self, function: &Function, action: Action) -> Result<Option<TaskSpec>, Error> {
        Ok(self.ports.history.task(function.id, action).await?)
    }
}
