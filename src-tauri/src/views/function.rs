//! A function as a list shows it, and its versions.

use berth_model::{Function, Generation, print_function};
use serde::{Deserialize, Serialize};

use crate::views::RunView;
use crate::views::details::yaml_documents;

/// The latest version of a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct FunctionView {
    /// Name.
    pub name: String,
    /// Latest version.
    pub version: u32,
    /// Image, where it names one.
    pub image: Option<String>,
    /// When this version was made.
    pub created: String,
    /// The newest of its runs.
    pub last_run: Option<RunView>,
}

/// One version of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct FunctionVersion {
    /// Its number.
    pub version: u32,
    /// When it was made.
    pub created: String,
    /// The function as a document.
    pub yaml: String,
}

impl From<Function> for FunctionVersion {
    fn from(function: Function) -> Self {
        Self {
            version: function.version,
            created: function.created.to_string(),
            yaml: yaml_documents(&[print_function(&function, Generation::Seed)]),
        }
    }
}

impl FunctionView {
    /// Shows a function beside the newest of its runs.
    pub fn of(function: Function, last_run: Option<RunView>) -> Self {
        Self {
            created: function.created.to_string(),
            last_run,
            name: function.name.to_string(),
            version: function.version,
            image: function.spec.image.map(|image| image.to_string()),
        }
    }
}
