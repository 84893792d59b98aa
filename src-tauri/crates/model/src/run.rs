//! Owns what a run is: frozen when it is made, with a status that only `lifecycle` changes.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{Action, FunctionId, FunctionName, FunctionSpec, InstallationId, ProjectName, RunId, Target, TaskSpec};

/// One execution. Everything but the status is frozen at creation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Identity, made by the client before anything else.
    pub id: RunId,
    /// Project it belongs to.
    pub project: ProjectName,
    /// The function as it was.
    pub function: FunctionRef,
    /// What was done with it.
    pub action: Action,
    /// Where it went.
    pub target: Target,
    /// The run it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RunId>,
    /// Who launched it: a run of another installation is looked at, not touched.
    pub installation: InstallationId,
    /// The merged specification.
    pub spec: RunSpec,
    /// Where each value of the specification came from, by path.
    #[serde(default)]
    pub origins: BTreeMap<String, Origin>,
    /// The objects as rendered, main object first; free of secret values.
    #[serde(default)]
    pub manifests: Vec<Value>,
    /// SHA-256 of the main object without our own annotations, hexadecimal.
    #[serde(default)]
    pub spec_hash: String,
    /// Name that all its objects carry or begin with.
    pub object_name: String,
    /// When it was made, by this machine's clock; order is the history's own sequence.
    pub created: Timestamp,
    /// How it stands.
    pub status: RunStatus,
}

/// The function version that a run came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionRef {
    /// Name.
    pub name: FunctionName,
    /// Version number; 0 for a function that was never saved.
    pub version: u32,
    /// Identity of the version.
    pub id: FunctionId,
}

/// A run's merged specification.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunSpec {
    /// The function's fields.
    pub function: FunctionSpec,
    /// The task's fields.
    pub task: TaskSpec,
}

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Given with the run.
    Run,
    /// The function's own.
    Function,
    /// The saved task.
    Task,
    /// The named profile.
    Profile,
    /// Nobody said anything.
    Default,
}

/// How a run stands. Changed by `lifecycle::advance` and by the submission alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunStatus {
    /// DigitalHub's state.
    pub state: RunState,
    /// What it is doing, in our own words.
    pub phase: Phase,
    /// Why, where there is a reason to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// One sentence for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// How far the launch got.
    pub submission: Submission,
    /// Exit code of the last attempt, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// When the first attempt started running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Timestamp>,
    /// The image that really ran, by digest, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_digest: Option<String>,
    /// Pods of a job or build, numbered from 1.
    #[serde(default)]
    pub attempts: Vec<Attempt>,
    /// What was made in the cluster, main object first.
    #[serde(default)]
    pub objects: Vec<ObjectRef>,
    /// Whether the objects are known to be gone ("only in history").
    #[serde(default)]
    pub only_in_history: bool,
    /// Version of the main object that this status was last read from; 0 before any.
    #[serde(default)]
    pub seen_version: u64,
    /// Why the run is being stopped or deleted, by our own wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Wish>,
    /// Number of changes so far: a higher revision is newer.
    #[serde(default)]
    pub revision: u64,
}

impl RunStatus {
    /// When the program ended: the end of the last attempt where it is known, else when the cluster said that all was
    /// over, which is 1 to 3 s later. `None` while it is not over.
    #[must_use]
    pub fn ended(&self) -> Option<Timestamp> {
        let told = self.finished?;
        let last = self.attempts.iter().filter_map(|attempt| attempt.finished).max();
        Some(
            last.filter(|last| self.started.is_none_or(|started| *last >= started)).map_or(told, |last| last.min(told)),
        )
    }

    /// The status of a run that exists only here.
    #[must_use]
    pub const fn created() -> Self {
        Self {
            state: RunState::Created,
            phase: Phase::Preparing,
            reason: None,
            message: None,
            submission: Submission::Draft,
            exit_code: None,
            started: None,
            finished: None,
            image_digest: None,
            attempts: Vec::new(),
            objects: Vec::new(),
            only_in_history: false,
            seen_version: 0,
            wish: None,
            revision: 0,
        }
    }
}

/// DigitalHub's names for a run's states; files stay loadable there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "UPPERCASE")]
pub enum RunState {
    /// Known here only.
    Created,
    /// Specification merged and frozen.
    Built,
    /// Held in the cluster, not yet released.
    Ready,
    /// Released, nothing runs yet.
    Pending,
    /// At least one attempt is or was running.
    Running,
    /// Ended well.
    Completed,
    /// Ended badly.
    Error,
    /// Being stopped.
    Stop,
    /// Stopped by someone.
    Stopped,
    /// Being deleted.
    Deleting,
    /// Deleted from the cluster by us.
    Deleted,
}

impl RunState {
    /// Tells whether no observation can change the state any more.
    #[must_use]
    pub const fn is_final(self, action: Action) -> bool {
        match self {
            Self::Completed | Self::Error | Self::Deleted => true,
            Self::Stopped => matches!(action, Action::Job | Action::Build),
            _ => false,
        }
    }

    /// The word stored in files and the database.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Built => "BUILT",
            Self::Ready => "READY",
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Error => "ERROR",
            Self::Stop => "STOP",
            Self::Stopped => "STOPPED",
            Self::Deleting => "DELETING",
            Self::Deleted => "DELETED",
        }
    }
}

/// What a run is doing, in our own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Not yet in the cluster.
    Preparing,
    /// In the cluster, held by us before release.
    Held,
    /// Released; the cluster has made no pod yet.
    Queued,
    /// Waiting for a node.
    Scheduling,
    /// Volumes and configuration are being prepared.
    Mounting,
    /// The image is being pulled.
    Pulling,
    /// Code is being fetched.
    Fetching,
    /// The container is being started.
    Starting,
    /// Nothing will move until someone changes something; the reason says what.
    Blocked,
    /// The program runs.
    Running,
    /// An attempt failed, the next one is to come.
    Retrying,
    /// Being stopped.
    Stopping,
    /// Over.
    Finished,
    /// The reply to a launch was lost; being looked after.
    Checking,
}

/// How far a launch got: written before and after each effect, so that a crash between any two is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Submission {
    /// Not decided to launch.
    Draft,
    /// Written down; the request may or may not have been sent.
    Intent,
    /// The reply was lost or unclear; the cluster will be asked.
    Unknown,
    /// The main object exists, held.
    Created,
    /// Everything that belongs to it exists.
    Complete,
    /// Released: the cluster runs it.
    Released,
    /// The cluster refused it; nothing exists.
    Rejected,
    /// The name is taken by something that is not ours.
    Conflict,
    /// Given up before release; what was made is being or was removed.
    Discarded,
}

/// What a person wants to become of a live run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// End it, keep its history.
    Stop,
    /// Remove its objects from the cluster.
    Delete,
}

/// One try: one pod of a job or build.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Attempt {
    /// Number, from 1, in order of creation.
    pub number: u32,
    /// Name of the pod.
    pub pod: String,
    /// Identity of the pod.
    pub pod_uid: String,
    /// Node it ran on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// How it stands.
    pub state: AttemptState,
    /// Why, where there is a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub reason: Option<Reason>,
    /// Exit code of the main container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// When its main container started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub started: Option<Timestamp>,
    /// When its main container ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub finished: Option<Timestamp>,
    /// Its containers, init containers first.
    #[serde(default)]
    pub containers: Vec<ContainerView>,
}

/// How an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// Not yet running.
    Pending,
    /// Running.
    Running,
    /// Ended with exit code 0.
    Succeeded,
    /// Ended otherwise.
    Failed,
    /// Gone before its end was seen.
    Lost,
}

/// One container of an attempt, as far as logs need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ContainerView {
    /// Name within the pod.
    pub name: String,
    /// Whether it runs before the others.
    pub init: bool,
    /// Restarts so far.
    pub restarts: u32,
    /// Whether it has started at least once in this restart (so that a log exists).
    pub has_started: bool,
    /// Whether it is running now.
    pub is_running: bool,
}

/// An object that a run made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ObjectRef {
    /// Kind, such as `Job`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Identity given by the cluster.
    pub uid: String,
}

/// Why a run or an attempt stands as it does. Unknown words of a cluster are kept verbatim.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No node fits.
    Unschedulable,
    /// The image cannot be pulled.
    ImagePull,
    /// The image's name is not a name.
    InvalidImageName,
    /// Something the container refers to is missing or forbidden.
    Configuration,
    /// A volume cannot be mounted.
    Mount,
    /// Admission refused the pod: quota.
    QuotaExceeded,
    /// Admission refused the pod: Pod Security.
    PodSecurity,
    /// Admission refused the pod for another reason.
    AdmissionRefused,
    /// The program ended with a code other than 0.
    ExitCode,
    /// The container used more memory than its limit.
    OutOfMemory,
    /// Every attempt failed.
    RetriesExhausted,
    /// The time limit passed.
    DeadlineExceeded,
    /// The node pushed the pod out.
    Evicted,
    /// The program could not be started at all.
    CannotRun,
    /// Someone deleted the object.
    DeletedOutside,
    /// The whole namespace was deleted.
    NamespaceDeleted,
    /// Gone before its end was seen.
    Vanished,
    /// The name now belongs to another object.
    Replaced,
    /// Stopped by a person through Berth.
    StoppedByUser,
    /// Held by the person (suspended).
    Paused,
    /// The cluster refused the launch.
    Rejected,
    /// The name is taken by a foreign object.
    NameTaken,
    /// The reply was lost; being looked after.
    OutcomeUnknown,
    /// The launch was given up.
    Discarded,
    /// The cluster's own word.
    Other(String),
}

impl Reason {
    const WORDS: [(Self, &'static str); 24] = [
        (Self::Unschedulable, "Unschedulable"),
        (Self::ImagePull, "ImagePull"),
        (Self::InvalidImageName, "InvalidImageName"),
        (Self::Configuration, "Configuration"),
        (Self::Mount, "Mount"),
        (Self::QuotaExceeded, "QuotaExceeded"),
        (Self::PodSecurity, "PodSecurity"),
        (Self::AdmissionRefused, "AdmissionRefused"),
        (Self::ExitCode, "ExitCode"),
        (Self::OutOfMemory, "OutOfMemory"),
        (Self::RetriesExhausted, "RetriesExhausted"),
        (Self::DeadlineExceeded, "DeadlineExceeded"),
        (Self::Evicted, "Evicted"),
        (Self::CannotRun, "CannotRun"),
        (Self::DeletedOutside, "DeletedOutside"),
        (Self::NamespaceDeleted, "NamespaceDeleted"),
        (Self::Vanished, "Vanished"),
        (Self::Replaced, "Replaced"),
        (Self::StoppedByUser, "StoppedByUser"),
        (Self::Paused, "Paused"),
        (Self::Rejected, "Rejected"),
        (Self::NameTaken, "NameTaken"),
        (Self::OutcomeUnknown, "OutcomeUnknown"),
        (Self::Discarded, "Discarded"),
    ];

    /// The stored word.
    #[must_use]
    pub fn word(&self) -> &str {
        if let Self::Other(word) = self {
            return word;
        }
        Self::WORDS.iter().find(|(reason, _)| reason == self).map_or("Unknown", |(_, word)| word)
    }

    /// Reads a stored word; an unknown one is kept verbatim.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        Self::WORDS
            .iter()
            .find(|(_, known)| *known == word)
            .map_or_else(|| Self::Other(word.to_owned()), |(reason, _)| reason.clone())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|word| Self::from_word(&word))
    }
}
