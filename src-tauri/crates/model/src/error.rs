//! Owns the two shapes in which the model refuses a value.

use serde::{Deserialize, Serialize};

/// A value that breaks its own rule. The sentence says what, why and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct ValueError {
    /// Stable word for the broken rule, such as `quantity`.
    pub code: &'static str,
    /// One full sentence for people.
    pub sentence: String,
}

impl ValueError {
    /// Makes a refusal from its code and sentence.
    pub fn new(code: &'static str, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into() }
    }
}

/// One problem of a whole specification, at the field where it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Problem {
    /// Where: names joined by dots, indices in brackets, as in `envs[2].name`.
    pub path: String,
    /// Stable word for the broken rule.
    pub code: String,
    /// One full sentence: what is wrong, why, what to do.
    pub message: String,
}

impl Problem {
    /// Makes a problem at a path.
    pub fn new(path: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), code: code.into(), message: message.into() }
    }
}
