//! The domain of Berth: what functions, tasks and runs are, which rules they keep, and how they are written in files.
//!
//! Knows no clock, no network, no database and no Kubernetes library. Everything here is a value or a pure function.

mod command;
mod cron;
mod error;
mod file;
mod function;
mod id;
mod image;
mod lifecycle;
mod merge;
mod name;
mod project;
mod quantity;
mod run;
mod source;
mod task;
mod validate;
mod word;

pub use command::Command;
pub use cron::Cron;
pub use error::{Problem, ValueError};
pub use file::{
    DOCUMENT_LIMIT_BYTES, DocumentKind, FunctionReference, Generation, ImportNote, ImportReport, NoteKind, Overrides,
    ProjectDocument, RunDocument, TaskDocument, Unknown, document_kind, normalise_affinity, parse_documents,
    print_documents, print_function, print_project, print_run, print_task, print_task_spec, read_function,
    read_overrides, read_project, read_run, read_task, read_task_spec,
};
pub use function::{ExtraKeys, Function, FunctionSpec, ImagePullPolicy, Source};
pub use id::{ClusterId, FunctionId, InstallationId, ProjectId, RunId, SecretId};
pub use image::ImageReference;
pub use lifecycle::{Absence, Observation, Outcome, Present, Sight, Transition, advance};
pub use merge::{
    DEFAULT_BACKOFF_LIMIT, DEFAULT_CPU_REQUEST, DEFAULT_MEMORY_REQUEST, DEFAULT_TTL_SECONDS, TTL_LIMIT_SECONDS, merge,
};
pub use name::{EnvName, FunctionName, LabelValue, MountPath, ProfileName, ProjectName, SecretName};
pub use project::{Place, Project, SecretEntry, Target};
pub use quantity::Quantity;
pub use run::{
    Attempt, AttemptState, ContainerView, FunctionRef, ObjectRef, Origin, Phase, Reason, Run, RunSpec, RunState,
    RunStatus, Submission, Wish,
};
pub use source::{CODE_LIMIT_BYTES, UriKind};
pub use task::{
    Action, Amount, Env, Profile, Resources, SecurityLevel, ServicePort, ServiceType, Task, TaskSpec, Toleration,
    Volume, VolumeKind,
};
pub use validate::{check_source, not_live, validate_run};
pub use word::StatusWord;
