//! Owns the account of an import: which fields were rewritten, kept without meaning, or left out.

use serde::{Deserialize, Serialize};

/// What to do with a key that has no meaning here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Keep it in `extra` and say so: for files of other programs.
    Keep,
    /// Make it a problem that names the nearest known key: for files and values written by hand.
    Refuse,
}

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum NoteKind {
    /// Understood, but it will be written in another shape.
    Rewritten,
    /// Without meaning here; kept, so that printing it back loses nothing.
    Kept,
    /// Left out.
    Refused,
}

/// What became of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ImportNote {
    /// Where: names joined by dots, indices in brackets.
    pub path: String,
    /// What became of it.
    pub kind: NoteKind,
    /// One sentence for people.
    pub message: String,
}

/// Every field of a document that was rewritten, kept without meaning or left out, in order of reading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ImportReport {
    /// The fields.
    pub notes: Vec<ImportNote>,
}

impl ImportReport {
    /// Tells whether every field was taken as it stood.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// Adds the notes of another document.
    pub fn append(&mut self, mut other: Self) {
        self.notes.append(&mut other.notes);
    }

    pub(super) fn add(&mut self, kind: NoteKind, path: impl Into<String>, message: impl Into<String>) {
        self.notes.push(ImportNote { path: path.into(), kind, message: message.into() });
    }
}
