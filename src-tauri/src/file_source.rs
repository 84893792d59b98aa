//! What is read in from outside: a file of this machine, with what lies beside it, or a text.

use std::path::PathBuf;

use berth_core::files::{self, ReadFile};
use berth_core::{Error, project_documents};
use berth_model::parse_documents;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::CommandResult;
use crate::shell::blocking;

/// What is read in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileSource {
    /// The whole path of a file of this machine; `~/` is the home folder. Code that it names is read beside it.
    Path(String),
    /// The text of a file.
    Text(String),
}

impl FileSource {
    /// Reads the documents of functions and their tasks.
    ///
    /// # Errors
    /// `InvalidInput` where it cannot be read; with fields where what it holds is wrong.
    pub async fn documents(self) -> CommandResult<Vec<Value>> {
        self.read(|file| files::documents(&file)).await
    }

    /// As `documents`, with what is wrong with the code that they name.
    ///
    /// # Errors
    /// As `documents`, but for that code.
    pub async fn file(self) -> CommandResult<ReadFile> {
        self.read(|file| files::read(&file)).await
    }

    /// Reads the documents of a project, and the files that it names functions by.
    ///
    /// # Errors
    /// As `documents`.
    pub async fn project(self) -> CommandResult<Vec<Value>> {
        self.read(|file| project_documents(&[file])).await
    }

    async fn read<Contents: From<Vec<Value>> + Send + 'static>(
        self,
        file: impl FnOnce(PathBuf) -> Result<Contents, Error> + Send + 'static,
    ) -> CommandResult<Contents> {
        match self {
            Self::Path(typed) => {
                let path = files::absolute(&typed, std::env::home_dir().as_deref(), "train/function.yaml")?;
                blocking(move || file(path)).await
            }
            Self::Text(text) => Ok(parse_documents(&text).map_err(|problem| Error::invalid(vec![problem]))?.into()),
        }
    }
}
