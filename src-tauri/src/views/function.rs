//! A function as a list shows it.

use berth_model::Function;
use serde::{Deserialize, Serialize};

/// The latest version of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct FunctionView {
    /// Name.
    pub name: String,
    /// Latest version.
    pub version: u32,
    /// Image, where it names one.
    pub image: Option<String>,
}

impl From<Function> for FunctionView {
    fn from(function: Function) -> Self {
        Self {
            name: function.name.to_string(),
            version: function.version,
            image: function.spec.image.map(|image| image.to_string()),
        }
    }
}
