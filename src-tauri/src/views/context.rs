//! What a context answered.

use berth_core::ContextCheck;
use serde::{Deserialize, Serialize};

use crate::error::CommandError;

/// Result of asking a context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct ContextReport {
    /// The context.
    pub context: String,
    /// Version of the API server, where it answers.
    pub version: Option<String>,
    /// What is wrong, where something is.
    pub error: Option<CommandError>,
    /// Namespaces, where they may be listed.
    pub namespaces: Vec<String>,
}

impl From<ContextCheck> for ContextReport {
    fn from(check: ContextCheck) -> Self {
        let ContextCheck { context, version, error, namespaces } = check;
        Self { context, version, error: error.map(CommandError::from), namespaces }
    }
}
