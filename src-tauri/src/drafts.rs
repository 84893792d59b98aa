//! What was typed into forms and not launched yet: a file for each form, so that no crash takes it. Knows no form: the
//! page decides what a draft holds, and leaves out what is secret.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use berth_core::ErrorCode;
use uuid::Uuid;

use crate::error::{CommandError, CommandResult};

/// Largest draft: the most code that a function may hold, as JSON, and room for the rest.
const LARGEST_BYTES: usize = 4 * 1024 * 1024;
/// Most drafts that are kept; the oldest go.
const MOST: usize = 200;

/// The folder of the drafts.
pub(crate) struct Drafts {
    folder: PathBuf,
    /// One writer at a time: the newest draft must be the last one written.
    writing: Mutex<()>,
}

impl Drafts {
    /// Takes the data folder; makes nothing yet.
    pub fn new(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("drafts"), writing: Mutex::new(()) }
    }

    /// Reads the draft of a form; `None` where there is none.
    ///
    /// # Errors
    /// `Storage` where the file cannot be read.
    pub fn read(&self, key: &str) -> CommandResult<Option<String>> {
        match std::fs::read_to_string(self.path(key)) {
            Ok(draft) => Ok(Some(draft)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", &error)),
        }
    }

    /// Writes the draft of a form whole, or removes it.
    ///
    /// # Errors
    /// `InvalidInput` for a draft that is too large; `Storage` where the file cannot be written.
    pub fn save(&self, key: &str, draft: Option<&str>) -> CommandResult<()> {
        let path = self.path(key);
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(draft) = draft else {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed("removed", &error)),
                _ => Ok(()),
            };
        };
        if draft.len() > LARGEST_BYTES {
            let message = "What was typed is too large to be kept until it is launched.";
            return Err(CommandError::new(ErrorCode::InvalidInput, message));
        }
        let is_new = !path.exists();
        berth_history::make_private_dir(&self.folder)
            .and_then(|()| berth_history::write_whole(&path, draft.as_bytes()))
            .map_err(|error| failed("kept", &error))?;
        if is_new {
            self.forget_oldest();
        }
        Ok(())
    }

    /// A name of its own for each form, whatever the form's name is made of.
    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{}.json", Uuid::new_v5(&Uuid::NAMESPACE_OID, key.as_bytes())))
    }

    /// A draft that cannot be removed is one too many, which harms nobody.
    fn forget_oldest(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        let mut drafts: Vec<(SystemTime, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        drafts.sort_unstable();
        let surplus = drafts.len().saturating_sub(MOST);
        for (_, path) in drafts.into_iter().take(surplus) {
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::debug!(%error, "an old draft stays");
            }
        }
    }
}

fn failed(what: &str, error: &std::io::Error) -> CommandError {
    CommandError::new(ErrorCode::Storage, format!("The draft of the form could not be {what}: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_there_until_it_is_removed_and_each_form_has_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let drafts = Drafts::new(folder.path());
        assert_eq!(drafts.read("new").unwrap(), None);
        drafts.save("new", Some("{\"image\":\"a\"}")).unwrap();
        drafts.save("function.train.2", Some("{}")).unwrap();
        drafts.save("new", Some("{\"image\":\"b\"}")).unwrap();
        assert_eq!(Drafts::new(folder.path()).read("new").unwrap().as_deref(), Some("{\"image\":\"b\"}"));
        drafts.save("new", None).unwrap();
        drafts.save("new", None).unwrap();
        assert_eq!(drafts.read("new").unwrap(), None);
        assert_eq!(drafts.read("function.train.2").unwrap().as_deref(), Some("{}"));
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let drafts = Drafts::new(folder.path());
        drafts.save("../../outside", Some("{}")).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "only the folder of drafts");
        assert_eq!(drafts.read("../../outside").unwrap().as_deref(), Some("{}"));
        let long = "function.".to_owned() + &"x".repeat(256);
        drafts.save(&long, Some("{}")).unwrap();
        assert!(drafts.read(&long).unwrap().is_some(), "the longest name of a function fits");
    }

    #[test]
    fn the_oldest_drafts_go_when_there_are_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let drafts = Drafts::new(folder.path());
        for number in 0..=MOST {
            drafts.save(&format!("run.{number}"), Some("{}")).unwrap();
            let file = std::fs::File::options().write(true).open(drafts.path(&format!("run.{number}"))).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number as u64)).unwrap();
        }
        drafts.save("newest", Some("{}")).unwrap();
        assert_eq!(drafts.read("run.0").unwrap(), None);
        assert!(drafts.read(&format!("run.{MOST}")).unwrap().is_some());
        assert!(drafts.read("newest").unwrap().is_some());
    }
}
