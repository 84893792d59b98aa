//! The domain of Berth: what functions, tasks and runs are, which rules they keep, and how they are written in files.
//!
//! Knows no clock, no network, no database and no Kubernetes library. Everything here is a value or a pure function.

mod build;
mod command;
mod cron;
mod error;
mod file;
mod function;
mod helpers;
mod id;
mod image;
mod lifecycle;
mod merge;
mod name;
mod project;
mod quantity;
mod recipe;
mod run;
mod source;
mod task;
mod validate;
mod why;
mod word;

pub use build::{BuildPlan, PinnedImage, Registry, RegistryAddress, built_image, registry_credentials};
pub use command::Command;
pub use cron::{Cron, Fires};
pub use error::{Problem, ValueError};
pub use file::{
    DOCUMENT_LIMIT_BYTES, DocumentKind, FunctionReference, Generation, ImportNote, ImportReport, NoteKind, Overrides,
    ProjectDocument, RunDocument, TaskDocument, Unknown, document_kind, is_function_field, normalise_affinity,
    parse_documents, print_documents, print_function, print_project, print_run, print_task, print_task_spec,
    read_function, read_overrides, read_project, read_run, read_task, read_task_spec, readable_function_spec,
    readable_task,
};
pub use function::{ExtraKeys, Function, FunctionSpec, ImagePullPolicy, Source};
pub use helpers::{HelperImage, HelperImages};
pub use id::{ClusterId, FunctionId, InstallationId, ProjectId, RunId, SecretId};
pub use image::ImageReference;
pub use lifecycle::{Absence, Observation, Outcome, Present, Sight, Starts, Transition, advance};
pub use merge::{
    DEFAULT_BACKOFF_LIMIT, DEFAULT_CPU_REQUEST, DEFAULT_MEMORY_REQUEST, DEFAULT_TTL_SECONDS, TTL_LIMIT_SECONDS, merge,
};
pub use name::{EnvName, FunctionName, LabelValue, MountPath, ProfileName, ProjectName, SecretName};
pub use project::{Place, Project, SecretEntry, Target};
pub use quantity::Quantity;
pub use recipe::{is_dockerfile, recipe};
pub use run::{
    Attempt, AttemptState, ContainerView, Copies, Fire, FunctionRef, ObjectRef, Origin, Phase, Reason, Run, RunSpec,
    RunState, RunStatus, ScheduleStatus, Submission, Wish,
};
pub use source::{CODE_LIMIT_BYTES, UriKind};
pub use task::{
    AccessMode, Action, Amount, ConcurrencyPolicy, Env, EnvFrom, EnvObject, Probe, ProbeCheck, Profile, Resources,
    SecurityLevel, ServicePort, ServiceType, Task, TaskSpec, Toleration, Volume, VolumeKind,
};
pub use validate::{check_secret_value, check_source, validate_run, validate_saved};
pub use word::StatusWord;
