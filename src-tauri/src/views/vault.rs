//! Secrets and profiles as their screens show them.

use std::collections::BTreeMap;

use berth_core::SecretPlace;
use berth_model::Profile;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::views::details::{SpecValue, values, yaml_documents};

/// A secret; its value is never shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct SecretView {
    /// Name, which is also the environment variable.
    pub name: String,
    /// Where its value lies.
    pub place: SecretPlace,
    /// When its value was last set; nothing for a session's.
    pub updated: Option<String>,
    /// Functions whose saved tasks name it.
    pub used_by: Vec<String>,
    /// The registry of the project, where it is what signs in there.
    pub registry: Option<String>,
}

impl From<berth_core::SecretView> for SecretView {
    fn from(secret: berth_core::SecretView) -> Self {
        Self {
            name: secret.name.to_string(),
            place: secret.place,
            updated: secret.updated.map(|at| at.to_string()),
            used_by: secret.used_by.iter().map(ToString::to_string).collect(),
            registry: secret.registry.map(|address| address.to_string()),
        }
    }
}

/// A profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct ProfileView {
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it presets.
    pub values: Vec<SpecValue>,
    /// When it last changed.
    pub updated: String,
    /// As a file that can be saved again.
    pub yaml: String,
}

impl From<Profile> for ProfileView {
    fn from(profile: Profile) -> Self {
        let spec = json!(profile.spec);
        let values = values(json!({ "task": spec }), &BTreeMap::new());
        let mut document = json!({"name": profile.name, "description": profile.description, "spec": spec});
        if let (None, Value::Object(document)) = (&profile.description, &mut document) {
            document.remove("description");
        }
        Self {
            name: profile.name.to_string(),
            description: profile.description,
            values,
            updated: profile.updated.to_string(),
            yaml: yaml_documents(&[document]),
        }
    }
}
