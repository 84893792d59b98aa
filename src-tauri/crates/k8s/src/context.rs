//! Reads kubeconfig files into contexts. Never writes them, never runs anything while reading.

use std::path::{Path, PathBuf};

use crate::Error;

/// One context of one kubeconfig file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextEntry {
    /// Name of the context.
    pub name: String,
    /// File that defines it.
    pub file: PathBuf,
    /// Name of the cluster entry.
    pub cluster: String,
    /// Name of the user entry.
    pub user: String,
    /// Default namespace, where the context names one.
    pub namespace: Option<String>,
    /// Address of the API server, where the cluster entry exists.
    pub server: Option<String>,
    /// Whether the file names it as current and no earlier file names another.
    pub is_current: bool,
    /// The sign-in program that its user entry runs, where there is one.
    pub sign_in_program: Option<String>,
    /// Why it cannot be used (dangling references), where that is so.
    pub problem: Option<String>,
}

/// A kubeconfig file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// The file.
    pub file: PathBuf,
    /// One sentence: what is wrong, with the line where known.
    pub message: String,
}

/// All contexts of all files, and what was wrong with the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contexts {
    /// Usable and dangling contexts, in the order of the files.
    pub entries: Vec<ContextEntry>,
    /// Files that could not be used.
    pub problems: Vec<FileProblem>,
}

/// Returns the files that kubectl would read: the `KUBECONFIG` list where set, else `~/.kube/config`.
#[must_use]
pub fn default_files(kubeconfig: Option<&std::ffi::OsStr>, home: Option<&Path>) -> Vec<PathBuf> {
    let _ = (kubeconfig, home);
    Vec::new()
}

/// Reads files. A bad file is a problem of its own and spoils no other.
#[must_use]
pub fn read(files: &[PathBuf]) -> Contexts {
    let _ = files;
    Contexts::default()
}

impl Contexts {
    /// Finds a context by name, in a file where one is given.
    ///
    /// # Errors
    /// `Configuration` where there is none of that name, or several and no file is given.
    pub fn find(&self, name: &str, file: Option<&Path>) -> Result<&ContextEntry, Error> {
        let _ = (name, file);
        unimplemented!()
    }

    /// Returns the current context: the first file's that names one.
    ///
    /// # Errors
    /// `Configuration` where there is none, saying what to do.
    pub fn current(&self) -> Result<&ContextEntry, Error> {
        unimplemented!()
    }
}
