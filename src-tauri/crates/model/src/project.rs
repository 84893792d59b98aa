//! Owns what a project is: a drawer for functions, secrets, profiles and runs, with a default target.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ClusterId, ExtraKeys, ProjectId, ProjectName, Registry, SecretId, SecretName};

/// A drawer for functions, secrets, profiles and runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// Identity.
    pub id: ProjectId,
    /// Name; `default` exists always.
    pub name: ProjectName,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its runs go when nothing else is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_target: Option<Place>,
    /// Where its builds put their images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<Registry>,
    /// When it was made.
    pub created: Timestamp,
    /// Unknown keys of the file it came from.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub extra: ExtraKeys,
}

/// A context and a namespace, as a person chooses them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Place {
    /// Name of the context.
    pub context: String,
    /// Kubernetes namespace; the context's own where not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// Where a run went, exactly: a context's name may mean another cluster tomorrow.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Target {
    /// File that defines the context.
    pub kubeconfig: String,
    /// Name of the context in that file.
    pub context: String,
    /// Kubernetes namespace.
    pub namespace: String,
    /// The cluster, once contact was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterId>,
}

/// Name of a secret; the value is only ever in the keyring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretEntry {
    /// Identity, under which the keyring holds the value.
    pub id: SecretId,
    /// Name that runs use.
    pub name: SecretName,
    /// When a value was last set.
    pub updated: Timestamp,
}
