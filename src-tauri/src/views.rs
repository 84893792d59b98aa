//! The shapes that cross to the page: plain values, times as RFC 3339 text, no 64-bit integers but [`Whole`].

mod context;
mod details;
mod function;
mod list;
mod log;
mod preview;
mod project;
mod run;
mod standing;
mod value;
mod vault;

use berth_model::InstallationId;
use serde::{Deserialize, Serialize};

pub(crate) use context::ContextReport;
pub(crate) use details::{RunDetails, yaml_documents};
pub(crate) use function::{FunctionVersion, FunctionView};
pub(crate) use list::{RunFilter, RunList};
pub(crate) use log::{LogMatches, LogPage, LogRef, LogView};
pub(crate) use preview::Preview;
pub(crate) use project::{ProjectView, RegistryChoice};
pub(crate) use run::RunView;
pub(crate) use standing::StandingView;
pub(crate) use value::{Json, Whole};
pub(crate) use vault::{ProfileView, SecretView};

/// How the start went, and what became of the window since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct Startup {
    /// The data folder.
    pub data_dir: String,
    /// Its identity, where it could be opened.
    pub installation: Option<InstallationId>,
    /// One sentence for each thing that the person should know.
    pub notices: Vec<String>,
}
