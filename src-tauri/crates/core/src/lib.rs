//! Berth without a window: the use cases and the engine behind them.
//!
//! Declares the ports that history, vault, window and program implement. Knows no Tauri, no SQL and no keyring.

pub mod app;
mod builds;
pub mod capture;
mod clusters;
mod contexts;
mod delete;
mod documents;
mod engine;
pub mod error;
mod failpoint;
mod failure;
pub mod files;
mod forward;
mod gates;
mod helpers;
mod kubeconfigs;
mod launch;
mod local_code;
pub mod lock;
mod logins;
mod looks;
mod masks;
pub mod ports;
mod prepare;
mod profiles;
mod project_files;
mod projects;
mod recovery;
mod relay;
mod runs;
mod schedules;
mod secrets;
mod services;
pub mod settle;
pub mod sleep;
mod standing;
mod starts;
mod stop;
mod submission;
mod suggestions;
pub mod supervisor;
mod transfer;
mod transition;
mod wait;

pub use berth_k8s::{AttemptSpans, Listed, RunEvent, Span, Step, Suggestion, startup};

pub use app::{
    App, ContextCheck, ContextList, ContextView, DeleteScope, EngineView, LaunchRequest, Launchable, Options, Ports,
    Prepared,
};
pub use builds::RegistryTry;
pub use documents::{FileReport, FoundFunction};
pub use error::{Error, ErrorCode};
pub use failpoint::FAILPOINTS;
pub use forward::{ForwardState, ForwardView};
pub use kubeconfigs::kubeconfig_files;
pub use launch::Planned;
pub use local_code::{LocalCode, read_local_code};
pub use logins::{RegistryLogin, StoreLogin};
pub use looks::{ContextColour, ContextLook};
pub use masks::Mask;
pub use project_files::{ExportPlan, PlannedFile, project_documents};
pub use schedules::ScheduleView;
pub use secrets::{SecretPlace, SecretView};
pub use standing::{NeedsLook, Standing};
pub use suggestions::{SuggestionKind, Suggestions};
pub use transfer::{Export, ExportedFile, Import, ProjectReport, references};
