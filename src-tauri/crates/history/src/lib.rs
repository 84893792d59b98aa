//! The run history: a SQLite database, and the archive of log bytes beside it.
//!
//! The only crate that knows SQL. Implements the core's ports `RunHistory` and `LogArchive`; decides nothing about runs.
//! Several processes may have one folder open at the same time.

mod archive;
mod backup;
mod connection;
mod error;
mod folder;
mod functions;
mod history;
mod location;
mod migrations;
mod page;
mod port;
mod projects;
mod readers;
mod repair;
mod rows;
mod runs;
mod seen;
#[cfg(test)]
mod tests;
mod writer;

pub use archive::FileArchive;
pub use folder::{make_private_dir, write_whole};
pub use history::{Opened, SqliteHistory};
pub use location::default_folder;
