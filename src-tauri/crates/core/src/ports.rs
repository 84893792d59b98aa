//! The ports: what the core needs from outside, each with a real and a test implementation.

use std::collections::BTreeMap;

use async_trait::async_trait;
pub use berth_k8s::RunEvent;
use berth_model::{
    Action, ClusterId, Function, FunctionId, FunctionName, FunctionSpec, InstallationId, Profile, ProfileName, Project,
    ProjectName, Run, RunId, RunState, SecretEntry, SecretName, Task, TaskSpec, Transition,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A failure of local storage or of the keyring.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Opened read-only (newer version, no permission): nothing can be written.
    #[error("the history is read-only: {0}")]
    ReadOnly(String),
    /// Another program holds the database for longer than is bearable.
    #[error("the history is locked by another program: {0}")]
    Locked(String),
    /// No space left.
    #[error("no space left for the history: {0}")]
    Full(String),
    /// The thing asked for is not there.
    #[error("{0}")]
    NotFound(String),
    /// The stored revision is not the expected one: somebody else wrote first.
    #[error("the run was changed by another program meanwhile")]
    StaleRevision,
    /// A rule of storage forbids it (a name in use, a function with runs).
    #[error("{0}")]
    Refused(String),
    /// The keyring is absent, locked or denied.
    #[error("the keyring cannot be used: {0}")]
    KeyringUnavailable(String),
    /// Anything else, with what was attempted.
    #[error("{0}")]
    Failed(String),
}

/// Which runs, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunQuery {
    /// Of this project.
    pub project: Option<ProjectName>,
    /// In any of these states; empty means all.
    pub states: Vec<RunState>,
    /// Of this function.
    pub function: Option<FunctionName>,
    /// Of this action.
    pub action: Option<Action>,
    /// Of functions with this label: `key=value`, or `key` alone for the bare label and any value.
    pub label: Option<String>,
    /// Started by this schedule, or repeating this run.
    pub parent: Option<RunId>,
    /// In this context.
    pub context: Option<String>,
    /// In this Kubernetes namespace.
    pub namespace: Option<String>,
    /// Made at or after.
    pub since: Option<Timestamp>,
    /// Text to find in name, id, image or environment names.
    pub text: Option<String>,
    /// Archived ones too.
    pub archived: bool,
    /// In which order.
    pub order: RunOrder,
    /// The moment until which a run that goes on has lasted so far. It matters to `RunSort::Duration` alone, and is the
    /// same for all pages of a list.
    pub now: Timestamp,
    /// At most so many; 0 means 100.
    pub limit: u32,
    /// After the last row of the page before.
    pub after: Option<RunCursor>,
}

/// In which order runs are listed; of those that are equal the newest comes first, either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(default)]
pub struct RunOrder {
    /// By what.
    pub by: RunSort,
    /// Whether the smallest comes first.
    pub is_ascending: bool,
}

/// What runs are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum RunSort {
    /// When they were made.
    #[default]
    Made,
    /// When they started; those that did not, when they were made.
    Started,
    /// How long they ran, or have run so far.
    Duration,
    /// How far they are in the life of a run, from made to ended.
    State,
    /// The name of their function.
    Function,
    /// Their name.
    Name,
}

/// A place in an ordered list: that of one row. A page begins after it, whatever came in above meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCursor {
    /// What the row is ordered by.
    pub key: RunKey,
    /// When it was made, in microseconds since 1970.
    pub made: i64,
    /// The history's number for it.
    pub seq: u64,
    /// The moment that the list was asked for.
    pub now: Timestamp,
}

/// A value that rows are ordered by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RunKey {
    /// Microseconds, or a place in the life of a run.
    Number(i64),
    /// A name.
    Text(String),
}

/// What a list shows of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// The history's number for it, in the order in which runs came in.
    pub seq: u64,
    /// Whether it was put away.
    pub archived: bool,
    /// The run; in a page of runs without its manifests, origins and inline code, which may be large.
    pub run: Run,
}

/// A page of runs and how many there are per state (of the same query without its states).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunPage {
    /// In the order that was asked for.
    pub rows: Vec<RunRow>,
    /// Where the next page begins, if more follow.
    pub next: Option<RunCursor>,
    /// Counts per state.
    pub counts: BTreeMap<RunState, u64>,
}

/// What a list of runs can be narrowed to by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FunctionNames {
    /// Names of functions, in order.
    pub names: Vec<String>,
    /// Labels of the latest version of each, in order.
    pub labels: Vec<String>,
}

/// A change that was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransitionRow {
    /// Which revision of the run's status it made.
    pub revision: u64,
    /// The change.
    pub transition: Transition,
}

/// A cluster and its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRecord {
    /// Our own identity for it.
    pub id: ClusterId,
    /// UID of its namespace `kube-system`, where known.
    pub system_uid: Option<String>,
    /// SHA-256 of its certificate authority, where known.
    pub authority: Option<String>,
    /// Address last used.
    pub server: String,
}

/// Projects, functions, runs, events, settings: everything durable but secret values and log bytes.
#[async_trait]
pub trait RunHistory: Send + Sync {
    /// Identity of the data folder, made when it was.
    async fn installation(&self) -> Result<InstallationId, StoreError>;
    /// A number that grows with every change by any process: what pollers compare.
    async fn change_counter(&self) -> Result<u64, StoreError>;

    /// Writes a project (new or changed).
    async fn save_project(&self, project: &Project) -> Result<(), StoreError>;
    /// Reads a project.
    async fn project(&self, name: &ProjectName) -> Result<Option<Project>, StoreError>;
    /// Lists projects by name; `default` is always there.
    async fn projects(&self) -> Result<Vec<Project>, StoreError>;
    /// Removes a project without runs.
    async fn delete_project(&self, name: &ProjectName) -> Result<(), StoreError>;

    /// Saves a function: a new version where the specification differs from the latest, else description and labels
    /// in place. The version number and id that count are those of the function returned.
    async fn save_function(&self, function: &Function) -> Result<Function, StoreError>;
    /// Reads a version, or the latest.
    async fn function(
        &self,
        project: &ProjectName,
        name: &FunctionName,
        version: Option<u32>,
    ) -> Result<Option<Function>, StoreError>;
    /// Lists the latest version of each function, by name.
    async fn functions(&self, project: &ProjectName) -> Result<Vec<Function>, StoreError>;
    /// Lists the latest version of each function, by name, with the newest of its runs.
    async fn functions_with_runs(&self, project: &ProjectName) -> Result<Vec<(Function, Option<RunRow>)>, StoreError>;
    /// Lists names and labels of functions, without reading what they are.
    async fn function_names(&self, project: &ProjectName) -> Result<FunctionNames, StoreError>;
    /// Lists all versions, newest first.
    async fn function_versions(&self, project: &ProjectName, name: &FunctionName) -> Result<Vec<Function>, StoreError>;
    /// Removes a version, or all; runs keep their frozen copy. Returns how many went.
    async fn delete_function(
        &self,
        project: &ProjectName,
        name: &FunctionName,
        version: Option<u32>,
    ) -> Result<u32, StoreError>;
    /// Finds a version by its specification (used by runs launched from a file).
    async fn function_by_spec(
        &self,
        project: &ProjectName,
        name: &FunctionName,
        spec: &FunctionSpec,
    ) -> Result<Option<Function>, StoreError>;

    /// Writes the saved defaults of an action.
    async fn save_task(&self, task: &Task) -> Result<(), StoreError>;
    /// Reads them.
    async fn task(&self, function: FunctionId, action: Action) -> Result<Option<TaskSpec>, StoreError>;
    /// Lists, by secret, the functions whose saved defaults name it in their latest version.
    async fn secret_users(&self, project: &ProjectName) -> Result<BTreeMap<SecretName, Vec<FunctionName>>, StoreError>;

    /// Writes a profile.
    async fn save_profile(&self, profile: &Profile) -> Result<(), StoreError>;
    /// Reads a profile.
    async fn profile(&self, project: &ProjectName, name: &ProfileName) -> Result<Option<Profile>, StoreError>;
    /// Lists profiles by name.
    async fn profiles(&self, project: &ProjectName) -> Result<Vec<Profile>, StoreError>;
    /// Removes a profile.
    async fn delete_profile(&self, project: &ProjectName, name: &ProfileName) -> Result<(), StoreError>;

    /// Writes a secret's name.
    async fn save_secret(&self, project: &ProjectName, entry: &SecretEntry) -> Result<(), StoreError>;
    /// Lists secret names.
    async fn secrets(&self, project: &ProjectName) -> Result<Vec<SecretEntry>, StoreError>;
    /// Removes a secret's name.
    async fn delete_secret(&self, project: &ProjectName, name: &SecretName) -> Result<(), StoreError>;

    /// Writes a new run with its first status, durably, before it returns. The same id again changes nothing and
    /// returns the run that is there.
    async fn insert_run(&self, run: &Run) -> Result<RunRow, StoreError>;
    /// Reads a run in full.
    async fn run(&self, id: RunId) -> Result<Option<RunRow>, StoreError>;
    /// Finds runs whose id begins with a text (dashes ignored) or whose object name is it.
    async fn find_runs(&self, text: &str) -> Result<Vec<RunRow>, StoreError>;
    /// Lists runs.
    async fn runs(&self, query: &RunQuery) -> Result<RunPage, StoreError>;
    /// Lists every run that is not final, or final but with logs or release of its objects still owed.
    async fn open_runs(&self) -> Result<Vec<RunRow>, StoreError>;
    /// Writes a transition in one durable transaction, if the stored revision is `to.revision - 1`.
    ///
    /// # Errors
    /// `StaleRevision` where it is not.
    async fn write_transition(&self, run: RunId, transition: &Transition) -> Result<(), StoreError>;
    /// Lists the transitions of a run, oldest first.
    async fn transitions(&self, run: RunId) -> Result<Vec<TransitionRow>, StoreError>;
    /// Marks the duties towards a finished run that are done: log captured to its end, objects released to their TTL.
    async fn mark_settled(&self, run: RunId, logs: bool, objects: bool) -> Result<(), StoreError>;
    /// Tells which duties are done: (logs, objects).
    async fn settled(&self, run: RunId) -> Result<(bool, bool), StoreError>;
    /// Puts a run away or takes it back.
    async fn archive_run(&self, run: RunId, archived: bool) -> Result<(), StoreError>;
    /// Removes a run from history, with its events and log index.
    async fn delete_run(&self, run: RunId) -> Result<(), StoreError>;

    /// Copies events; the same uid again updates count and last time.
    async fn record_events(&self, run: RunId, events: &[RunEvent]) -> Result<(), StoreError>;
    /// Lists events, oldest first.
    async fn events(&self, run: RunId) -> Result<Vec<RunEvent>, StoreError>;

    /// Finds a cluster whose evidence meets (same system UID, or same authority and server), or records a new one.
    async fn cluster(&self, record: &ClusterRecord) -> Result<ClusterId, StoreError>;

    /// Reads a setting.
    async fn setting(&self, key: &str) -> Result<Option<Value>, StoreError>;
    /// Writes a setting.
    async fn save_setting(&self, key: &str, value: &Value) -> Result<(), StoreError>;
}

/// One container instance's log within a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LogKey {
    /// The run.
    pub run: RunId,
    /// Identity of the pod.
    pub pod_uid: String,
    /// Container name.
    pub container: String,
    /// Which instance: the restart count when it ran.
    pub restart: u32,
}

/// What is known of a stored log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogInfo {
    /// Which log.
    pub key: LogKey,
    /// Pod name.
    pub pod: String,
    /// Number of the attempt it belongs to.
    pub attempt: u32,
    /// Complete lines stored.
    pub lines: u64,
    /// Bytes of content stored, times not counted.
    pub bytes: u64,
    /// Places where lines may be missing.
    pub gaps: Vec<LogGap>,
    /// Whether its end was stored.
    pub is_complete: bool,
}

/// A place where lines may be missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogGap {
    /// After so many lines.
    pub after_line: u64,
    /// Time of the last line before it.
    pub from: Option<Timestamp>,
    /// Time of the first line after it.
    pub to: Option<Timestamp>,
    /// One sentence: why lines may be missing.
    pub why: String,
}

/// A place in a stored log: the offset into its raw bytes (each line `TIME SPACE CONTENT LF`).
pub type LogCursor = u64;

/// A piece of a stored log, whole lines only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPiece {
    /// Raw lines, each beginning with its time and a space, ending with LF.
    pub raw: Vec<u8>,
    /// Where to go on.
    pub next: LogCursor,
    /// Number of the first line of this piece, from 0.
    pub first_line: u64,
    /// Whether the log is complete and this piece reaches its end.
    pub at_end: bool,
}

/// Raw log bytes on disk. Appending is what must never be slow: it writes a file and nothing else; sealing,
/// compressing and indexing happen behind.
pub trait LogArchive: Send + Sync {
    /// Opens a log for appending, making it where it is new. Returns what is stored: a torn last line was cut off.
    fn open(&self, key: &LogKey, pod: &str, attempt: u32) -> Result<Box<dyn LogWriter>, StoreError>;
    /// Lists the logs of a run: by attempt, init containers as they came.
    fn list(&self, run: RunId) -> Result<Vec<LogInfo>, StoreError>;
    /// Reads whole lines from a cursor, at most `limit` bytes (one line at least).
    fn read(&self, key: &LogKey, from: LogCursor, limit: usize) -> Result<LogPiece, StoreError>;
    /// Finds lines that contain a text, from a cursor: (line number, cursor of the line, raw line), and where to go on
    /// (`None` at the end). Scans at most `budget` bytes.
    #[expect(clippy::type_complexity, reason = "a pair of plain values, used in one place")]
    fn search(
        &self,
        key: &LogKey,
        text: &str,
        from: LogCursor,
        budget: usize,
    ) -> Result<(Vec<(u64, LogCursor, Vec<u8>)>, Option<LogCursor>), StoreError>;
    /// Removes the logs of a run.
    fn delete(&self, run: RunId) -> Result<(), StoreError>;
    /// Adds up what is stored, in bytes on disk.
    fn disk_bytes(&self) -> Result<u64, StoreError>;
}

/// One log being written. Owned by one capture task.
pub trait LogWriter: Send {
    /// The last stored lines that are not older than the second before that of the last one, for dropping the overlap:
    /// raw lines, oldest first.
    fn tail(&self) -> Vec<Vec<u8>>;
    /// Appends whole raw lines.
    fn append(&mut self, lines: &[u8]) -> Result<(), StoreError>;
    /// Notes a place where lines may be missing.
    fn gap(&mut self, gap: LogGap) -> Result<(), StoreError>;
    /// Makes everything appended so far durable (called about once a second).
    fn sync(&mut self) -> Result<(), StoreError>;
    /// Seals what is there, durably, with its index; `complete` where the stream's end was read.
    fn finish(self: Box<Self>, complete: bool) -> Result<(), StoreError>;
}

/// Secret values in the keyring of the operating system.
#[async_trait]
pub trait SecretVault: Send + Sync {
    /// Stores a value.
    async fn store(&self, account: &str, value: &SecretValue) -> Result<(), StoreError>;
    /// Reads a value; `None` where there is none.
    async fn read(&self, account: &str) -> Result<Option<SecretValue>, StoreError>;
    /// Removes a value; nothing happens where there is none.
    async fn delete(&self, account: &str) -> Result<(), StoreError>;
}

/// A secret value: no Debug, no Display, no Serialize; wiped when dropped.
pub struct SecretValue(zeroize::Zeroizing<String>);

impl SecretValue {
    /// Takes a value over.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(zeroize::Zeroizing::new(value))
    }

    /// Shows the value to the one who must have it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Where a change is announced. Called after it was written; must not block.
pub trait EventSink: Send + Sync {
    /// Something changed.
    fn announce(&self, notice: Notice);
}

/// What is announced. Queries can always rebuild it.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// These runs changed; each row is whole, with its revision.
    Runs(Vec<RunRow>),
    /// A run was removed from history.
    RunDeleted(RunId),
    /// The connection to a cluster and namespace changed.
    Connection(ConnectionNotice),
    /// More of a run's log is stored.
    LogGrew(RunId),
    /// A forward of this process changed.
    Forward(crate::ForwardView),
    /// Functions, profiles, projects or secrets of a project changed.
    Project(ProjectName),
}

/// How the connection to one (cluster, namespace) stands. Never a state of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ConnectionNotice {
    /// Name of the context.
    pub context: String,
    /// File that defines it.
    pub kubeconfig: String,
    /// Kubernetes namespace.
    pub namespace: String,
    /// How it stands.
    pub state: ConnectionState,
    /// Since when.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub since: Timestamp,
    /// One sentence, where there is trouble.
    pub message: Option<String>,
}

/// How a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Changes arrive.
    Live,
    /// Connected, the first whole list is on its way.
    CatchingUp,
    /// Nothing was heard for too long; what is shown is as of `since`.
    Stale,
    /// We may not, or are not known.
    Denied,
    /// The namespace is gone.
    Gone,
}

/// The time. Injected, so that tests own it.
pub trait Clock: Send + Sync {
    /// Now, by the wall.
    fn now(&self) -> Timestamp;
}
