//! Which kubeconfig files are read: those that kubectl would read, then those that the person chose. Only read, never
//! written; the choice is kept in the history's settings.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::app::App;
use crate::ports::RunHistory;
use crate::{Error, ErrorCode};

/// Key of the setting.
const KEY: &str = "kubeconfigs";

/// The files in order: the list of the variable `KUBECONFIG` where set, else `.kube/config` of the home folder; then
/// the chosen ones.
///
/// # Errors
/// `Storage`.
pub async fn kubeconfig_files(
    history: &dyn RunHistory,
    kubeconfig: Option<&OsStr>,
    home: Option<&Path>,
) -> Result<Vec<PathBuf>, Error> {
    let mut files = berth_k8s::context::default_files(kubeconfig, home);
    for file in chosen(history).await? {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    Ok(files)
}

async fn chosen(history: &dyn RunHistory) -> Result<Vec<PathBuf>, Error> {
    let stored = history.setting(KEY).await?;
    // What a later Berth wrote and this one cannot read is no reason to find no cluster at all.
    Ok(stored.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
}

impl App {
    /// The files that the person chose, beside those that kubectl would read.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn chosen_kubeconfigs(&self) -> Result<Vec<PathBuf>, Error> {
        chosen(&*self.ports.history).await
    }

    /// Reads one more file from now on; a path that begins with `~/` is meant from the home folder given.
    ///
    /// # Errors
    /// `InvalidInput` where there is no such file or no context can be read from it; `Storage`.
    pub async fn add_kubeconfig(&self, typed: &str, home: Option<&Path>) -> Result<(), Error> {
        let file = crate::files::absolute(typed, home, ".kube/config")?;
        let found = berth_k8s::context::read(std::slice::from_ref(&file));
        if found.entries.is_empty() {
            let why = found.problems.first().map_or_else(
                || format!("\"{}\" names no context: choose a file that kubectl could use", file.display()),
                |problem| problem.message.clone(),
            );
            return Err(Error::new(ErrorCode::InvalidInput, why));
        }
        if self.clusters.add_file(file.clone()) {
            let mut files = chosen(&*self.ports.history).await?;
            files.push(file);
            self.ports.history.save_setting(KEY, &json!(files)).await?;
        }
        Ok(())
    }

    /// Reads a chosen file no more; the file stays as it is, and runs of its contexts are looked after on.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn remove_kubeconfig(&self, file: &Path) -> Result<(), Error> {
        let mut files = chosen(&*self.ports.history).await?;
        files.retain(|known| known != file);
        self.ports.history.save_setting(KEY, &json!(files)).await?;
        self.clusters.remove_file(file);
        Ok(())
    }
}
