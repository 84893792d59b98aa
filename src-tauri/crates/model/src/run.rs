//! Owns what a run is: frozen when it is made, with a status that only `lifecycle` changes.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{
    Action, BuildPlan, FunctionId, FunctionName, FunctionSpec, ImageReference, InstallationId, PinnedImage,
    ProjectName, RunId, Target, TaskSpec,
};

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
    /// The run it repeats, or the schedule that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RunId>,
    /// How its schedule came to start it, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fire: Option<Fire>,
    /// Who launched it: a run of another installation is looked at, not touched.
    pub installation: InstallationId,
    /// The merged specification.
    pub spec: RunSpec,
    /// How it builds, where that is its action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<BuildPlan>,
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
    /// When it was made, by the clock of the machine that launched it: lists go by it.
    pub created: Timestamp,
    /// How it stands.
    pub status: RunStatus,
}

/// How a schedule came to start a run. The schedule is the run's parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Fire {
    /// When it was due; of one that a person asked for, when it was asked for.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub due: Timestamp,
    /// Whether a person asked for it, beside the schedule.
    pub is_manual: bool,
}

impl Run {
    /// The image that a build made, by its digest; `None` before the registry took it.
    #[must_use]
    pub fn built_image(&self) -> Option<ImageReference> {
        self.build.as_ref()?.image.with_digest(self.status.built_digest.as_deref()?).ok()
    }
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
    /// Digest of the image that a build made and the registry took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_digest: Option<String>,
    /// What a build did to its function, once it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<PinnedImage>,
    /// Pods, numbered from 1: attempts of a job or build, instances of a service.
    #[serde(default)]
    pub attempts: Vec<Attempt>,
    /// Copies of a service: how many are ready, of how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<Copies>,
    /// What a schedule has come to; only of runs that are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleStatus>,
    /// Addresses of a service by themselves, without a forward: inside the cluster, on nodes, through a balancer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
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

/// What a schedule has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleStatus {
    /// When it started something last, as the cluster tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// Runs of it that go on, as the cluster tells.
    #[serde(default)]
    pub active: u32,
    /// Until when every start has a row in history, also those of which nothing was left in the cluster; since the
    /// schedule was made where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Timestamp>,
}

/// Copies of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Copies {
    /// Ready to answer.
    pub ready: u32,
    /// Wanted; for a stopped service, how many it goes on with.
    pub wanted: u32,
}

impl fmt::Display for Copies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of {} ready", self.ready, self.wanted)
    }
}

impl RunStatus {
    /// Whether it goes on until someone ends it: a service, or a schedule.
    #[must_use]
    pub const fn is_lasting(&self, action: Action) -> bool {
        action.is_service() || self.schedule.is_some()
    }

    /// Tells whether no observation and no wish can change the state any more.
    ///
    /// A service that failed or was stopped is not over while its objects are there: it can be resumed, restarted, and
    /// may come to life by itself. A schedule that was suspended can be resumed.
    #[must_use]
    pub fn is_over(&self, action: Action) -> bool {
        let may_go_on = self.is_lasting(action) && self.submission == Submission::Released && !self.only_in_history;
        match self.state {
            RunState::Completed | RunState::Deleted => true,
            RunState::Error | RunState::Stopped => !may_go_on,
            _ => false,
        }
    }

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
            built_digest: None,
            pinned: None,
            attempts: Vec::new(),
            copies: None,
            schedule: None,
            urls: Vec::new(),
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
    /// A schedule that waits for its next time.
    Scheduled,
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

/// One pod: one try of a job or build, one instance of a service.
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
    /// Whether it answers, as far as the cluster knows: it runs, and its readiness probe (where it has one) agrees.
    #[serde(default)]
    pub is_ready: bool,
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
    /// The code of the function could not be fetched or unpacked.
    CodeNotFetched,
    /// Admission refused the pod: quota.
    QuotaExceeded,
    /// Admission refused the pod: Pod Security.
    PodSecurity,
    /// Admission refused the pod for another reason.
    AdmissionRefused,
    /// The program ended with a code other than 0.
    ExitCode,
    /// A step of a build failed.
    BuildFailed,
    /// The image that a build starts from could not be had.
    BaseImage,
    /// The registry did not take the image that a build made.
    PushFailed,
    /// The registry did not let a build in.
    RegistryDenied,
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
    /// The program of a service ends again and again.
    CrashLoop,
    /// The program runs, and its readiness probe says that it does not answer yet.
    NotReady,
    /// A new version of a service did not become ready in time.
    ProgressDeadline,
    /// The balancer has not given the service an address yet.
    AddressPending,
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
    pub(crate) const WORDS: [(Self, &'static str); 33] = [
        (Self::Unschedulable, "Unschedulable"),
        (Self::ImagePull, "ImagePull"),
        (Self::InvalidImageName, "InvalidImageName"),
        (Self::Configuration, "Configuration"),
        (Self::Mount, "Mount"),
        (Self::CodeNotFetched, "CodeNotFetched"),
        (Self::QuotaExceeded, "QuotaExceeded"),
        (Self::PodSecurity, "PodSecurity"),
        (Self::AdmissionRefused, "AdmissionRefused"),
        (Self::ExitCode, "ExitCode"),
        (Self::BuildFailed, "BuildFailed"),
        (Self::BaseImage, "BaseImage"),
        (Self::PushFailed, "PushFailed"),
        (Self::RegistryDenied, "RegistryDenied"),
        (Self::OutOfMemory, "OutOfMemory"),
        (Self::RetriesExhausted, "RetriesExhausted"),
        (Self::DeadlineExceeded, "DeadlineExceeded"),
        (Self::Evicted, "Evicted"),
        (Self::CannotRun, "CannotRun"),
        (Self::CrashLoop, "CrashLoop"),
        (Self::NotReady, "NotReady"),
        (Self::ProgressDeadline, "ProgressDeadlineExceeded"),
        (Self::AddressPending, "AddressPending"),
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
