//! Reads kubeconfig files into contexts. Never writes them, never runs anything while reading.
//!
//! Unlike kubectl, which merges files into one before it looks anything up, every context keeps the file that defines
//! it and finds its cluster and user entries there first, then in the other files in their order: two files of two
//! clusters that both call themselves `kubernetes` do not get mixed up. A context's name that two files define is
//! ambiguous and has to be asked for with its file.

mod file;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::{Class, Error};

pub(crate) use file::single_context;

/// One context of one kubeconfig file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextEntry {
    /// Name of the context.
    pub name: String,
    /// File that defines it.
    pub file: PathBuf,
    /// Name of the cluster entry.
    pub cluster: String,
    /// File that defines the cluster entry; `file` where it has one of that name.
    pub cluster_file: PathBuf,
    /// Name of the user entry; empty where the context names none.
    pub user: String,
    /// File that defines the user entry; `file` where it has one of that name.
    pub user_file: PathBuf,
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
pub fn default_files(kubeconfig: Option<&OsStr>, home: Option<&Path>) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for file in kubeconfig.map(std::env::split_paths).into_iter().flatten() {
        if !file.as_os_str().is_empty() && !files.contains(&file) {
            files.push(file);
        }
    }
    if files.is_empty() {
        files.extend(home.map(|home| home.join(".kube").join("config")));
    }
    files
}

/// Reads files. A bad file is a problem of its own and spoils no other.
#[must_use]
pub fn read(files: &[PathBuf]) -> Contexts {
    let mut contexts = Contexts::default();
    let mut loaded = Vec::new();
    for path in files {
        match file::load(path) {
            Ok(config) => loaded.push((path.clone(), config)),
            Err(message) => contexts.problems.push(FileProblem { file: path.clone(), message }),
        }
    }
    contexts.entries = file::entries(&loaded);
    if let Some((path, name)) = file::named_current(&loaded) {
        let own = contexts.entries.iter().position(|entry| entry.name == name && entry.file == path);
        let found = own.or_else(|| contexts.entries.iter().position(|entry| entry.name == name));
        match found.and_then(|index| contexts.entries.get_mut(index)) {
            Some(entry) => entry.is_current = true,
            None => contexts.problems.push(FileProblem {
                message: format!("\"{}\": its current-context \"{name}\" names no context", path.display()),
                file: path,
            }),
        }
    }
    contexts
}

impl Contexts {
    /// Finds a context by name, in a file where one is given.
    ///
    /// # Errors
    /// `Configuration` where there is none of that name, or several and no file is given.
    pub fn find(&self, name: &str, file: Option<&Path>) -> Result<&ContextEntry, Error> {
        let found: Vec<&ContextEntry> = self
            .entries
            .iter()
            .filter(|entry| entry.name == name && file.is_none_or(|file| same_file(file, &entry.file)))
            .collect();
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(Error::new(Class::Configuration, self.absent(name, file))),
            several => {
                let files: Vec<String> = several.iter().map(|entry| format!("\"{}\"", entry.file.display())).collect();
                Err(Error::new(
                    Class::Configuration,
                    format!(
                        "the context \"{name}\" is ambiguous: it is defined in {}; rename one of them, or choose one file",
                        files.join(" and ")
                    ),
                ))
            }
        }
    }

    /// Returns the current context: the first file's that names one.
    ///
    /// # Errors
    /// `Configuration` where there is none, saying what to do.
    pub fn current(&self) -> Result<&ContextEntry, Error> {
        self.entries.iter().find(|entry| entry.is_current).ok_or_else(|| {
            let message = if self.entries.is_empty() {
                self.nothing()
            } else {
                format!("no context is current{}; name one: {}", self.because(), self.names())
            };
            Error::new(Class::Configuration, message)
        })
    }

    fn absent(&self, name: &str, file: Option<&Path>) -> String {
        if self.entries.is_empty() {
            return self.nothing();
        }
        let place = file.map(|file| format!(" in \"{}\"", file.display())).unwrap_or_default();
        format!("there is no context \"{name}\"{place}{}; known are: {}", self.because(), self.names())
    }

    fn nothing(&self) -> String {
        format!(
            "no kubeconfig with a context was found{}; set KUBECONFIG, put one at ~/.kube/config, or choose a file",
            self.because()
        )
    }

    fn because(&self) -> String {
        let reasons: Vec<&str> = self.problems.iter().map(|problem| problem.message.as_str()).collect();
        if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) }
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.entries.iter().map(|entry| entry.name.as_str()).collect();
        names.join(", ")
    }
}

/// Compares paths as written first, then by what they lead to.
fn same_file(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests;
