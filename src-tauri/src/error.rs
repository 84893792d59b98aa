//! The one shape in which a failure crosses to the page.

use berth_core::ErrorCode;
use berth_model::Problem;
use serde::{Deserialize, Serialize};

/// A failed command. The page acts on `code` and shows the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct CommandError {
    /// What kind.
    pub code: ErrorCode,
    /// One sentence: what and why.
    pub message: String,
    /// The raw words of the other side, where they help.
    pub detail: Option<String>,
    /// What to do, where there is something.
    pub hint: Option<String>,
    /// Problems at fields.
    pub fields: Vec<Problem>,
}

impl CommandError {
    /// Makes a failure with a sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None, hint: None, fields: Vec::new() }
    }
}

impl From<berth_core::Error> for CommandError {
    fn from(error: berth_core::Error) -> Self {
        let berth_core::Error { code, message, detail, hint, fields } = error;
        Self { code, message, detail, hint, fields }
    }
}

impl From<berth_core::ports::StoreError> for CommandError {
    fn from(error: berth_core::ports::StoreError) -> Self {
        berth_core::Error::from(error).into()
    }
}

/// What every command returns.
pub(crate) type CommandResult<T> = Result<T, CommandError>;
