//! Owns what an action needs beside the function: where it runs, with what, how often.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Cron, EnvName, ExtraKeys, FunctionId, ImageReference, MountPath, ProfileName, ProjectName, Quantity, SecretName,
};

/// What to do with a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Runs to its end, once or on a schedule.
    #[default]
    Job,
    /// Runs until stopped, behind a network address.
    Serve,
    /// Runs until stopped, without an address.
    Deploy,
    /// Makes an image.
    Build,
}

impl Action {
    /// All four, in the order people see them.
    pub const ALL: [Self; 4] = [Self::Job, Self::Serve, Self::Deploy, Self::Build];

    /// Whether it runs until it is stopped, as a number of copies.
    #[must_use]
    pub const fn is_service(self) -> bool {
        matches!(self, Self::Serve | Self::Deploy)
    }

    /// The word used in files, labels and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Serve => "serve",
            Self::Deploy => "deploy",
            Self::Build => "build",
        }
    }
}

/// What happens where a schedule is due while the run before still goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub enum ConcurrencyPolicy {
    /// Both run.
    Allow,
    /// The new one is left out.
    Forbid,
    /// The old one is ended.
    Replace,
}

impl ConcurrencyPolicy {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Forbid, Self::Replace];

    /// The word used in files and by Kubernetes.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Forbid => "Forbid",
            Self::Replace => "Replace",
        }
    }
}

/// Saved defaults of one action for one version of a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// The function version it belongs to.
    pub function: FunctionId,
    /// The action it is for.
    pub action: Action,
    /// The defaults.
    pub spec: TaskSpec,
    /// Unknown top-level and metadata keys of the file it came from.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: ExtraKeys,
}

/// A local, editable preset of task fields that any run may name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Project it belongs to.
    pub project: ProjectName,
    /// Name that runs use.
    pub name: ProfileName,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The preset.
    pub spec: TaskSpec,
    /// When it last changed.
    pub updated: Timestamp,
}

/// Parameters of an action. `None` and empty both mean "not said": a task, a profile or a default may fill them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskSpec {
    /// Labels that the node must have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub node_selector: BTreeMap<String, String>,
    /// Volumes to mount.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Volume>,
    /// Processor, memory, accelerators, scratch space.
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
    /// Kubernetes affinity object with camelCase keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity: Option<Value>,
    /// Taints that the run puts up with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tolerations: Vec<Toleration>,
    /// Environment, in order; a later name wins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub envs: Vec<Env>,
    /// Secrets of the project that the container gets as environment variables of the same name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretName>,
    /// Profile whose values fill what is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileName>,
    /// Retries after the first attempt failed (job, build).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_limit: Option<u32>,
    /// When to start, five fields or a macro (job).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Cron>,
    /// IANA time zone of the schedule; UTC where not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// What happens where a schedule is due while the run before still goes on; `Allow` where not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency_policy: Option<ConcurrencyPolicy>,
    /// Copies to keep running (deploy, serve).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
    /// Ports to publish (serve).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service_ports: Vec<ServicePort>,
    /// How the ports are published (serve).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_type: Option<ServiceType>,
    /// A stable second name for the address (serve).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// How the cluster asks whether a copy may be sent requests (deploy, serve).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readiness_probe: Option<Probe>,
    /// How the cluster asks whether a copy must be started anew (deploy, serve).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<Probe>,
    /// Lines of the image's recipe (build).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instructions: Vec<String>,
    /// Group that owns mounted volumes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fs_group: Option<i64>,
    /// User that the program runs as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_as_user: Option<i64>,
    /// Group that the program runs as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_as_group: Option<i64>,
    /// Container runtime class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_class: Option<String>,
    /// Scheduling priority class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority_class: Option<String>,
    /// Time limit of one attempt, in seconds (job, build).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<u32>,
    /// How long the cluster keeps the objects after the end, in seconds, at most 604,800 (7 days).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// How strictly the container is confined; `None` lets the namespace decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<SecurityLevel>,
    /// Variables that the container reads from objects of the namespace; they come after `envs`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env_from: Vec<EnvFrom>,
    /// Secret objects of the namespace with which images are pulled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub image_pull_secrets: Vec<String>,
    /// Service account that the program acts as; without one it has no rights in the cluster at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account: Option<String>,
    /// Merged into the pod's template in the end: for what no other field says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_patch: Option<Value>,
    /// Unknown keys of the specification.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extra: ExtraKeys,
}

/// A variable whose value is a key of an object of the namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvFrom {
    /// Name of the variable.
    pub name: EnvName,
    /// The object.
    #[serde(flatten)]
    pub object: EnvObject,
    /// Key within the object.
    pub key: String,
}

/// Which object holds the value of a variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvObject {
    /// A configuration object.
    ConfigMap(String),
    /// A secret object.
    Secret(String),
}

/// Processor, memory, accelerators and scratch space. All optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// Processor time, in cores.
    #[serde(skip_serializing_if = "Amount::is_empty")]
    pub cpu: Amount,
    /// Memory, in bytes.
    #[serde(skip_serializing_if = "Amount::is_empty")]
    pub mem: Amount,
    /// Accelerators, whole.
    #[serde(skip_serializing_if = "Amount::is_empty")]
    pub gpu: Amount,
    /// Resource name under which nodes advertise the accelerator; `nvidia.com/gpu` where not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu_key: Option<String>,
    /// Scratch space under `/shared`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk: Option<Quantity>,
}

impl Resources {
    /// Tells whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is asked for and what is the most allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Amount {
    /// Set aside on the node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<Quantity>,
    /// The most the container may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Quantity>,
}

impl Amount {
    /// Tells whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.requests.is_none() && self.limits.is_none()
    }
}

/// One environment variable. An empty value is a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Env {
    /// Name.
    pub name: EnvName,
    /// Value, taken literally.
    pub value: String,
}

/// A taint that the run puts up with; the words are Kubernetes'.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Toleration {
    /// Key of the taint; without one, all taints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// `Exists` or `Equal` (the default).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Value of the taint, with `Equal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`; without one, all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// How long to stay after a `NoExecute` taint appears, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub toleration_seconds: Option<i64>,
}

/// A volume and where the container sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Name within the run.
    pub name: String,
    /// Where the container sees it.
    pub mount_path: MountPath,
    /// Part of the volume to mount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_path: Option<String>,
    /// Whether the container may not write.
    #[serde(default)]
    pub read_only: bool,
    /// What it is.
    #[serde(flatten)]
    pub kind: VolumeKind,
}

/// What a volume is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum VolumeKind {
    /// A claim that exists.
    Claim {
        /// Its name.
        claim: String,
    },
    /// A claim to be made.
    NewClaim {
        /// Size.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<Quantity>,
        /// Storage class; the cluster's default where not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        storage_class: Option<String>,
        /// Who may mount it at once; `ReadWriteOnce` where not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        access_mode: Option<AccessMode>,
        /// Whether it outlives the run (the default).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep: Option<bool>,
    },
    /// Scratch space of the run.
    EmptyDir {
        /// The most it may hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size_limit: Option<Quantity>,
        /// `Memory`, or the node's disk where not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        medium: Option<String>,
    },
    /// A claim that lives and dies with each attempt.
    Ephemeral {
        /// Size.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<Quantity>,
        /// Storage class.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        storage_class: Option<String>,
    },
    /// Files of a configuration object of the namespace.
    ConfigMap {
        /// Its name.
        config: String,
    },
    /// Files of a secret object of the namespace.
    Secret {
        /// Its name.
        secret: String,
    },
    /// Files of an image.
    Image {
        /// The image.
        image: ImageReference,
    },
}

/// Who may mount a claim at once; the words are Kubernetes'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub enum AccessMode {
    /// The pods of one node, for reading and writing.
    ReadWriteOnce,
    /// Everybody, for reading.
    ReadOnlyMany,
    /// Everybody, for reading and writing.
    ReadWriteMany,
    /// One pod.
    ReadWriteOncePod,
}

impl AccessMode {
    /// All four.
    pub const ALL: [Self; 4] = [Self::ReadWriteOnce, Self::ReadOnlyMany, Self::ReadWriteMany, Self::ReadWriteOncePod];

    /// The word used in files and by Kubernetes.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReadWriteOnce => "ReadWriteOnce",
            Self::ReadOnlyMany => "ReadOnlyMany",
            Self::ReadWriteMany => "ReadWriteMany",
            Self::ReadWriteOncePod => "ReadWriteOncePod",
        }
    }
}

/// A port to publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePort {
    /// Port of the address.
    pub port: u16,
    /// Port of the container.
    pub target_port: u16,
    /// Name of the port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `TCP` (the default), `UDP` or `SCTP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// Port of every node, with type `NodePort`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_port: Option<u16>,
}

/// A question that the cluster asks the program again and again. Numbers not said are Kubernetes' own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// What is asked.
    #[serde(flatten)]
    pub check: ProbeCheck,
    /// Seconds before the first question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_delay_seconds: Option<u32>,
    /// Seconds between questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_seconds: Option<u32>,
    /// Seconds that an answer may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
    /// Wrong answers in a row that count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_threshold: Option<u32>,
}

/// What a probe asks. A port that is not said is the container port of the first service port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ProbeCheck {
    /// Whether a GET is answered with a status from 200 to 399.
    Http {
        /// Path, with its leading slash.
        path: String,
        /// Port of the container.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        port: Option<u16>,
    },
    /// Whether a connection is accepted.
    Tcp {
        /// Port of the container.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        port: Option<u16>,
    },
    /// Whether a program in the container ends with 0.
    Exec {
        /// Program and arguments.
        command: Vec<String>,
    },
}

/// How ports are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub enum ServiceType {
    /// Inside the cluster.
    ClusterIP,
    /// On every node.
    NodePort,
    /// Through a balancer of the cloud.
    LoadBalancer,
    /// As another name for a host elsewhere (accepted from files).
    ExternalName,
}

/// How strictly the container is confined; the words are Pod Security's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum SecurityLevel {
    /// The image's user and capabilities, no escalation.
    Baseline,
    /// Not root, no capabilities.
    Restricted,
}
