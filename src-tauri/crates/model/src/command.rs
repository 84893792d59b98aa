//! Owns how a command is written and split.

use serde::{Deserialize, Serialize};

use crate::ValueError;

/// A command as it was given: a line split by POSIX shell rules, one word, or a list taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Command {
    /// A line, split by POSIX shell rules.
    Line(String),
    /// A line that is one word, spaces and all.
    OneWord {
        /// The word.
        one_word: String,
    },
    /// Words, taken as they are.
    Words(Vec<String>),
}

impl Command {
    /// Returns the words.
    ///
    /// A line is split by POSIX shell rules: quotes and backslashes group, and that is all: no variable, pattern or
    /// substitution is expanded, because no shell runs it.
    ///
    /// # Errors
    /// `command` where a quote stays open.
    pub fn words(&self) -> Result<Vec<String>, ValueError> {
        match self {
            Self::Line(line) => shell_words::split(line).map_err(|_| {
                ValueError::new(
                    "command",
                    format!("the command {line:?} has an open quote: close it, or mark the command as one word."),
                )
            }),
            Self::OneWord { one_word } => Ok(vec![one_word.clone()]),
            Self::Words(words) => Ok(words.clone()),
        }
    }

    /// Writes it as a line that splits into the same words.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Line(line) => line.clone(),
            Self::OneWord { one_word } => shell_words::quote(one_word).into_owned(),
            Self::Words(words) => shell_words::join(words),
        }
    }
}

#[cfg(test)]
mod tests;
