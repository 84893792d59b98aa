//! Owns how failures of a cluster are told apart: by status code and kind, never by text.

use berth_model::Problem;

/// What a failure means for the one who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// No answer, or the way there is broken; a request that changes something was not sent.
    Unreachable,
    /// The request was sent and its fate is unknown (time-out, reset, 5xx after sending).
    Unclear,
    /// Who we are is not accepted (401, sign-in program failed).
    Unauthenticated,
    /// We may not (403).
    Forbidden,
    /// Not there (404).
    NotFound,
    /// The name exists (409 AlreadyExists).
    AlreadyExists,
    /// Something else stands in the way (409 Conflict).
    Conflict,
    /// The cluster read the request and refuses it (400, 413, 422, and 403 of admission).
    Invalid,
    /// Too many requests (429) or the server says it cannot now (503 before storing anything).
    Busy,
    /// The version asked for is gone (410).
    Expired,
    /// What answered is not a Kubernetes API, or the kubeconfig cannot be used.
    Configuration,
}

/// A failure of a cluster or of the way to it. Carries no credentials.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What it means.
    pub class: Class,
    /// One sentence for people: what was attempted, what happened.
    pub message: String,
    /// HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// The verb and resource that are not allowed, as in `create jobs.batch`, for `Forbidden`.
    pub denied: Option<String>,
    /// Fields that the cluster named as wrong.
    pub fields: Vec<Problem>,
    /// The cluster's own sentence, verbatim, where it gave one.
    pub told: Option<String>,
    /// Whether the refusal is that the namespace is being deleted.
    pub is_namespace_ending: bool,
}

impl Error {
    /// Makes an error without an answer's details.
    #[must_use]
    pub fn new(class: Class, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            status: None,
            denied: None,
            fields: Vec::new(),
            told: None,
            is_namespace_ending: false,
        }
    }
}
