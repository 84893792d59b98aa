//! The run history on disk: a SQLite database and log archive files.

mod folder;

pub use folder::default_folder;
