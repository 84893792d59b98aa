//! A project as the window shows it.

use berth_model::{Place, Project, Registry};
use serde::{Deserialize, Serialize};

/// A drawer for functions and runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct ProjectView {
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Where its runs go when nothing else is said.
    pub target: Option<Place>,
    /// Where its builds put their images.
    pub registry: Option<RegistryChoice>,
}

/// A registry as it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct RegistryChoice {
    /// Host with its port and a folder where wished.
    pub address: String,
    /// Secret of the project that signs in.
    pub secret: Option<String>,
    /// Whether it speaks plain HTTP.
    pub plain_http: bool,
    /// Whether layers are kept there for the next build.
    pub cache: bool,
}

impl From<Registry> for RegistryChoice {
    fn from(registry: Registry) -> Self {
        let Registry { address, secret, plain_http, cache } = registry;
        Self { address: address.to_string(), secret: secret.map(|secret| secret.to_string()), plain_http, cache }
    }
}

impl From<Project> for ProjectView {
    fn from(project: Project) -> Self {
        Self {
            name: project.name.to_string(),
            description: project.description,
            target: project.default_target,
            registry: project.registry.map(RegistryChoice::from),
        }
    }
}
