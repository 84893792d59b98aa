//! The use cases, one method each: what the window and `berth` call. Decides nothing itself; delegates.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use berth_k8s::RunEvent;
use berth_model::{
    Action, Function, FunctionName, Origin, Place, Problem, Project, ProjectName, RunId, RunSpec, Target, TaskSpec,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
use crate::clusters::Clusters;
use crate::ports::{
    Clock, ConnectionNotice, EventSink, LogArchive, LogCursor, LogInfo, LogKey, LogPiece, RunHistory, RunPage,
    RunQuery, RunRow, SecretVault, TransitionRow,
};

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
}

impl App {
    /// Puts the parts together; starts nothing.
    #[must_use]
    pub fn new(ports: Ports, options: Options) -> Arc<Self> {
        let clusters = Clusters::new(options.kubeconfigs.clone());
        Arc::new(Self { ports, options, clusters })
    }

    /// Tries for the engine's lock and, holding it, watches, captures and recovers until `stop` is cancelled; without
    /// it, waits for its turn (taking over within 2 s of the holder's death) and announces what history shows changed.
    ///
    /// # Errors
    /// `Storage` where the lock file cannot be used.
    pub async fn run_engine(self: &Arc<Self>, stop: tokio_util::sync::CancellationToken) -> Result<(), Error> {
        let _ = stop;
        unimplemented!()
    }

    /// How the engine stands, as far as this process knows.
    #[must_use]
    pub fn engine(&self) -> EngineView {
        unimplemented!()
    }

    /// Lists the contexts of all kubeconfig files; reads files only.
    #[must_use]
    pub fn contexts(&self) -> ContextList {
        unimplemented!()
    }

    /// Asks a context: version, rights, namespaces.
    ///
    /// # Errors
    /// `Kubeconfig` where there is no such context; a cluster's failure is in the result.
    pub async fn check_context(&self, name: &str) -> Result<ContextCheck, Error> {
        let _ = name;
        unimplemented!()
    }

    /// Checks a function document, a task document or run values, and returns all problems.
    #[must_use]
    pub fn validate(&self, request: &LaunchRequest) -> Vec<Problem> {
        let _ = request;
        unimplemented!()
    }

    /// Saves a function from a document of either generation.
    ///
    /// # Errors
    /// `InvalidInput` with every problem at its field.
    pub async fn save_function(&self, project: &ProjectName, document: &Value) -> Result<Function, Error> {
        let _ = (project, document);
        unimplemented!()
    }

    /// Works a launch out without doing it; needs no cluster.
    ///
    /// # Errors
    /// `InvalidInput` with every problem at its field; `NotFound` for an unknown function.
    pub async fn prepare(&self, request: &LaunchRequest) -> Result<Prepared, Error> {
        let _ = request;
        unimplemented!()
    }

    /// Prepares, then asks the cluster whether it would take it (strict dry run of every object and of the pod).
    ///
    /// # Errors
    /// As `prepare`; `Refused` or `Forbidden` with the cluster's reason in words.
    pub async fn check(&self, request: &LaunchRequest) -> Result<Prepared, Error> {
        let _ = request;
        unimplemented!()
    }

    /// Launches. Returns when the run is released, or is known to be refused, or its fate is unknown and looked after.
    ///
    /// # Errors
    /// As `check`; `OutcomeUnknown` where the reply was lost (the run is in history).
    pub async fn launch(&self, request: &LaunchRequest) -> Result<RunRow, Error> {
        let _ = request;
        unimplemented!()
    }

    /// Makes the request that repeats a run with its frozen specification.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn rerun_request(&self, run: RunId, overrides: Value) -> Result<LaunchRequest, Error> {
        let _ = (run, overrides);
        unimplemented!()
    }

    /// Stops a run: foreground delete by identity; log and history are kept.
    ///
    /// # Errors
    /// `NotOurs`, `Unreachable` (the wish is kept and carried out later), and so on.
    pub async fn stop(&self, run: RunId) -> Result<RunRow, Error> {
        let _ = run;
        unimplemented!()
    }

    /// Deletes a run from history, from the cluster, or both.
    ///
    /// # Errors
    /// `InvalidInput` for a live run whose history alone would go.
    pub async fn delete(&self, run: RunId, scope: DeleteScope) -> Result<(), Error> {
        let _ = (run, scope);
        unimplemented!()
    }

    /// Puts a run away, or takes it back.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn archive(&self, run: RunId, archived: bool) -> Result<(), Error> {
        let _ = (run, archived);
        unimplemented!()
    }

    /// Finds the one run that a text means: an id, an unambiguous beginning of one, or an object's name.
    ///
    /// # Errors
    /// `NotFound`; `InvalidInput` where several match, naming them.
    pub async fn find_run(&self, text: &str) -> Result<RunRow, Error> {
        let _ = text;
        unimplemented!()
    }

    /// Lists runs.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn runs(&self, query: &RunQuery) -> Result<RunPage, Error> {
        let _ = query;
        unimplemented!()
    }

    /// The history of a run's status.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn transitions(&self, run: RunId) -> Result<Vec<TransitionRow>, Error> {
        let _ = run;
        unimplemented!()
    }

    /// The events of a run's objects.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn events(&self, run: RunId) -> Result<Vec<RunEvent>, Error> {
        let _ = run;
        unimplemented!()
    }

    /// The logs of a run.
    ///
    /// # Errors
    /// `Storage`.
    pub fn logs(&self, run: RunId) -> Result<Vec<LogInfo>, Error> {
        let _ = run;
        unimplemented!()
    }

    /// A piece of a log: whole lines from a cursor, at most 256 KiB.
    ///
    /// # Errors
    /// `NotFound`, `Storage`.
    pub fn read_log(&self, key: &LogKey, from: LogCursor, limit: usize) -> Result<LogPiece, Error> {
        let _ = (key, from, limit);
        unimplemented!()
    }

    /// Waits until a run is over (for a service: until it is ready), whoever is the engine.
    ///
    /// # Errors
    /// `TimedOut`; `NotFound`.
    pub async fn wait(&self, run: RunId, timeout: Option<Duration>) -> Result<RunRow, Error> {
        let _ = (run, timeout);
        unimplemented!()
    }

    /// Reads, makes and changes projects.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn projects(&self) -> Result<Vec<Project>, Error> {
        unimplemented!()
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
