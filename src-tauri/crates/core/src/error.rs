//! Owns the errors of the use cases: a closed set of codes that the window and `berth` act on.

use berth_k8s::Class;
use berth_model::Problem;
use serde::{Deserialize, Serialize};

use crate::ports::StoreError;

/// What kind of failure it is: decides the exit status, the words around it and whether trying again makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// What was given breaks a rule; nothing was created.
    InvalidInput,
    /// No such thing.
    NotFound,
    /// The cluster does not answer.
    Unreachable,
    /// The cluster does not accept who we are.
    Unauthenticated,
    /// A right is missing; the message names verb and resource.
    Forbidden,
    /// The cluster refused what was asked; nothing was created.
    Refused,
    /// The kubeconfig cannot be used.
    Kubeconfig,
    /// The name is taken by a foreign object.
    Conflict,
    /// The reply was lost; being looked after.
    OutcomeUnknown,
    /// Local storage failed.
    Storage,
    /// The keyring failed.
    Keyring,
    /// The run belongs to another installation.
    NotOurs,
    /// Waited long enough; the run goes on.
    TimedOut,
    /// A fault of Berth itself.
    Internal,
}

/// A failed use case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[error("{message}")]
pub struct Error {
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

impl Error {
    /// Makes an error with a sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None, hint: None, fields: Vec::new() }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Makes the error of problems at fields; the message repeats the first.
    #[must_use]
    pub fn invalid(fields: Vec<Problem>) -> Self {
        let message =
            fields.first().map_or_else(|| "The input is not valid.".to_owned(), |first| first.message.clone());
        Self { code: ErrorCode::InvalidInput, message, detail: None, hint: None, fields }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::NotFound(_) => ErrorCode::NotFound,
            StoreError::Refused(_) => ErrorCode::InvalidInput,
            StoreError::KeyringUnavailable(_) => ErrorCode::Keyring,
            _ => ErrorCode::Storage,
        };
        Self::new(code, error.to_string())
    }
}

impl From<berth_k8s::Error> for Error {
    fn from(error: berth_k8s::Error) -> Self {
        let code = match error.class {
            Class::Unreachable | Class::Busy | Class::Expired => ErrorCode::Unreachable,
            Class::Unclear => ErrorCode::OutcomeUnknown,
            Class::Unauthenticated => ErrorCode::Unauthenticated,
            Class::Forbidden => ErrorCode::Forbidden,
            Class::NotFound => ErrorCode::NotFound,
            Class::AlreadyExists | Class::Conflict => ErrorCode::Conflict,
            Class::Invalid => ErrorCode::Refused,
            Class::Configuration => ErrorCode::Kubeconfig,
        };
        let mut made = Self::new(code, error.message);
        made.fields = error.fields;
        made
    }
}
